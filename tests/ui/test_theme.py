"""Theme files: good, broken, changed while the app runs; and terminals that show few colours."""

import os
from pathlib import Path

import pytest
from textual.filter import NoColor

from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import InputError
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.looks import themed_app
from orchtui.ui.looks.theme import Themes, load_theme, theme_folders
from orchtui.ui.remembered import Memories, place, recall, remember
from tests.ui import scenes
from tests.ui.conftest import QUICK, MakeApp, plan_of, screen_text, sees, until
from tests.ui.whole_app import said

HOUSE = {
    *("orchtui-ansi", "orchtui-blue-orange", "orchtui-contrast-dark", "orchtui-contrast-light"),
    *("orchtui-dark", "orchtui-ink", "orchtui-light", "orchtui-moss", "orchtui-night"),
    *("orchtui-paper", "orchtui-pastel"),
}

ORANGE, BLUE = "primary: '#aa5500'\n", "primary: '#0055aa'\n"


@pytest.fixture
def folder(home: Path) -> Path:
    """Where the user's themes are."""
    path = home / ".config" / "orchtui" / "themes"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(themed_app, "LOOK_AGAIN", 0.02)


def rewrite(path: Path, text: str) -> None:
    """Another file, with a time of its own however coarse the disk's clock is."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_the_houses_themes_are_found_and_their_files_bear_their_names() -> None:
    themes = Themes(theme_folders())
    assert set(themes.reread()) == HOUSE
    assert not themes.complaints()
    for name in HOUSE:
        found = themes.find(name)
        assert found is not None and found.name == name


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("primary: [", r"mine\.yaml:1"),
        ("- a\n- b", r"mine\.yaml:1:1: the theme must be a mapping"),
        ("", "it is empty"),
        ("name: x", "the theme needs the key 'primary'"),
        ("primary: orangey", r"mine\.yaml:1:10: primary must be a colour such as"),
        ("primary: 5", "primary must be a colour"),
        ("primary: '#ff000080'", "primary must be a colour that nothing shines through"),
        ("primary: ansi_red", "the terminal's own colours need 'ansi: true'"),
        ("primary: red\ndark: maybe", r"mine\.yaml:2:7: dark must be true or false"),
        ("primary: red\nbeauty: much", "unknown key 'beauty'"),
        ("primary: red\nprimry: blue", "did you mean 'primary'"),
        ("primary: red\nvariables: red", "variables must be a mapping"),
        ("primary: red\nvariables: {border: 5}", r"variables\.border must be a colour"),
        ("primary: red\nvariables: {border: 'red 500%'}", r"variables\.border must be a colour"),
        ("primary: red\nvariables: {bordr: red}", "did you mean 'border'"),
        ("primary: red\nvariables: {link-style: loud}", "'loud' is no text style"),
        ("primary: red\ntext_alpha: high", "text_alpha must be a number"),
        ("primary: red\ntext_alpha: 5", "text_alpha must be a number"),
        ("primary: &a [*a]", "mine"),
    ],
)
def test_what_is_wrong_with_a_theme_is_said_with_its_place(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        load_theme(path)


def test_a_broken_theme_leaves_the_others_usable(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.yaml").write_text(ORANGE)
    (tmp_path / "c.yaml").mkdir()
    themes = Themes([tmp_path, tmp_path / "nowhere"])
    assert list(themes.reread()) == ["b"]
    complaints = themes.complaints()
    assert [next(n for n in "ac" if f"{n}.yaml" in one) for one in complaints] == ["a", "c"]
    assert list(themes.reread()) == ["b"]
    assert not themes.complaints()  # once is enough


def test_the_first_folder_wins(tmp_path: Path) -> None:
    for folder, colour in (("mine", "red"), ("theirs", "blue")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.yaml").write_text(f"primary: {colour}")
    themes = Themes([tmp_path / "mine", tmp_path / "theirs"])
    assert [theme.primary for theme in themes.reread().values()] == ["red"]
    found = themes.find("x")
    assert found is not None and found.primary == "red"


def test_what_a_file_held_stays_while_it_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    rewrite(path, ORANGE)
    themes = Themes([tmp_path])
    assert themes.reread()["x"].primary == "#aa5500"
    rewrite(path, "primary: [")
    assert themes.reread()["x"].primary == "#aa5500"
    assert "its colours stay as they were" in themes.complaints()[0]
    rewrite(path, BLUE)
    assert themes.reread()["x"].primary == "#0055aa"
    path.unlink()
    assert not themes.reread()


@pytest.mark.parametrize("name", ["../x", "a/b", "", "x" * 200, "x\0"])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    assert Themes([tmp_path]).find(name) is None


# In the app


async def test_a_theme_that_changes_is_seen_at_once(
    make_app: MakeApp, folder: Path, looks_often: None
) -> None:
    rewrite(folder / "mine.yaml", ORANGE)
    app = make_app(plan_of(QUICK))
    app._theme_wanted = "mine"
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        assert app.theme == "mine"  # before anything is painted

        def shows(colour: str) -> bool:
            return app.theme_variables["scrollbar-active"].lower() == colour

        await until(pilot, lambda: shows("#aa5500"), "it is orange")
        rewrite(folder / "mine.yaml", BLUE)
        await until(pilot, lambda: shows("#0055aa") or not shows("#aa5500"), "it is blue")
        blue = app.theme_variables["primary"]
        rewrite(folder / "mine.yaml", "primary: blu")
        await said(pilot, app, "mine.yaml:1:10: primary must be a colour")
        assert app.theme_variables["primary"] == blue
        (folder / "mine.yaml").unlink()
        await said(pilot, app, "The theme 'mine' is gone; this is orchtui-dark")
        assert app.theme == "orchtui-dark"
        rewrite(folder / "other.yaml", ORANGE)
        await until(pilot, lambda: "other" in app.available_themes, "a new one is there")


async def test_textuals_own_theme_comes_back_when_the_one_in_its_place_goes(
    make_app: MakeApp, folder: Path, looks_often: None
) -> None:
    rewrite(folder / "nord.yaml", ORANGE)
    app = make_app()
    app._theme_wanted = "nord"
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.current_theme.primary == "#aa5500"
        (folder / "nord.yaml").unlink()
        await until(pilot, lambda: app.current_theme.primary == "#88C0D0", "it is Textual's")
        assert app.theme == "nord"


async def test_a_theme_in_a_file_of_another_name_is_found_too(
    make_app: MakeApp, folder: Path
) -> None:
    rewrite(folder / "file.yaml", f"name: called\n{ORANGE}")
    app = make_app()
    app._theme_wanted = "called"
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.theme == "called", "it is used")


async def test_a_theme_that_nobody_has_is_told(make_app: MakeApp) -> None:
    app = make_app()
    app._theme_wanted = "no/such"
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await said(pilot, app, "There is no theme 'no/such'")
        assert app.theme == "orchtui-dark"


# What is remembered


async def test_what_was_picked_from_the_palette_holds_the_next_time(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert recall(place()).theme == ""  # what the app chose by itself is no wish
        app.theme = "nord"
        await until(pilot, lambda: recall(place()).theme == "nord", "it is written")
    assert place().stat().st_mode & 0o077 == 0
    app = make_app()
    async with app.run_test(size=(80, 24)):
        assert app.theme == "nord"
    app = make_app()
    app._theme_wanted = "orchtui-ink"  # a flag, or the configuration
    async with app.run_test(size=(80, 24)):
        assert app.theme == "orchtui-ink"


@pytest.mark.parametrize("text", ["", "[", "[]", '{"theme": 5}', '{"theme": "gone", "x": 1}'])
async def test_a_memory_that_is_broken_is_none(make_app: MakeApp, text: str) -> None:
    remember(place(), Memories())
    place().write_text(text)
    app = make_app()
    async with app.run_test(size=(80, 24)):
        assert app.theme == "orchtui-dark"


async def test_a_disk_that_takes_no_memory_is_told(make_app: MakeApp, home: Path) -> None:
    place().parent.parent.mkdir(parents=True, exist_ok=True)
    place().parent.write_text("a file where the folder should be")
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        app.theme = "nord"
        await said(pilot, app, "can not be remembered")
        assert app.theme == "nord"


# Few colours


MARKED = {
    "tasks": "Causes of delay",
    "findings": "both write",
    "backends": "rehearsal",
    "specialists": "s0",
    "timeline": "Academic pap",
    "a question": "save",
}
"""What is picked where."""


async def test_no_color_is_no_colour_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = scenes.make(tmp_path)
    async with app.run_test(size=(120, 50), notifications=True) as pilot:
        assert app.theme == "orchtui-ansi"
        async for scene in scenes.walk(app, pilot, tmp_path):
            segments = [part for strip in app.screen._compositor.render_strips() for part in strip]
            for part in NoColor().apply(segments, app.screen.background_colors[1]):
                assert part.style is None or part.style.color is None or part.style.color.is_default
            marked = "".join(
                part.text
                for part in segments
                if part.style and (part.style.reverse or (part.style.bold and part.style.underline))
            )
            for where, words in MARKED.items():
                assert where != scene or words in marked
            if scene == "timeline":
                assert "┏" in screen_text(app) or "┓" in screen_text(app)  # the pane in front
                for sign in "✓●↻✗■?»○":
                    assert sign in screen_text(app) or sign == "●", sign


async def test_an_empty_no_color_counts_as_none(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    app = make_app()
    async with app.run_test(size=(80, 24)):
        assert app.theme == "orchtui-dark"
        assert not app.no_color


@pytest.mark.parametrize("theme", ["orchtui-ansi", "ansi-dark", "ansi-light"])
async def test_the_terminals_own_colours_everywhere(tmp_path: Path, theme: str) -> None:
    app = scenes.make(tmp_path)
    app._theme_wanted = theme
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        async for scene in scenes.walk(app, pilot, tmp_path):
            assert app.theme == theme
            for strip in app.screen._compositor.render_strips():
                for part in strip:
                    style = part.style
                    if part.text.strip() and style and style.color and style.bgcolor:
                        assert style.color != style.bgcolor or style.color.is_default, scene


async def test_every_theme_that_comes_along_can_be_switched_to(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.available_themes.keys() >= HOUSE, "all are read")
        for name in app.available_themes:
            app.theme = name
            await pilot.pause()
            await sees(pilot, app, "Topic 1")


async def test_in_the_terminals_own_colours_what_is_behind_a_dialog_stays_in_sight(
    make_app: MakeApp,
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "orchtui-ansi" in app.available_themes, "the themes are read")
        app.theme = "orchtui-ansi"
        await pilot.press("1", "b")
        text = await sees(pilot, app, "Who works?")
        assert "1 Plan" in text
        assert "READY" in text


@pytest.mark.parametrize("name", ["orchtui-dark", "orchtui-light", "orchtui-moss", "orchtui-ansi"])
async def test_a_terminal_with_many_colours_begins_with_the_wanted_theme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    project = Project(
        folder=tmp_path, out=tmp_path / "artifacts", backends=Backends(environment={})
    )
    app = OrchtuiApp(project, None, theme=name)
    async with app.run_test(size=(80, 24)):
        assert app.console.color_system == "truecolor"
        theme = app.current_theme
        assert theme.name == name
        for has, word in ((theme.dark, "dark"), (not theme.dark, "light")):
            assert app.has_class(f"-{word}-mode") == has
        first = app.stylesheet._variables["primary"], app.main.plan_pane.styles.border_top
        app.theme = "nord"
        app.theme = name  # as Textual does it when a theme changes
        app.refresh_css(animate=False)
        assert first == (app.theme_variables["primary"], app.main.plan_pane.styles.border_top)
    await project.close()
