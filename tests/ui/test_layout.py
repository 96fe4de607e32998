"""Every size, the way between the panes, the help, the palette, the themes."""

from pathlib import Path

import pytest
from textual.events import DescendantFocus

from orchtui.ui.bars.tabs_bar import ORDER
from orchtui.ui.keys import keymap
from tests.ui.conftest import (
    QUICK,
    MakeApp,
    dialog_text,
    plan_of,
    run_to_end,
    screen_text,
    sees,
    until,
)

SIZES = [(20, 5), (40, 10), (80, 24), (99, 12), (100, 20), (120, 36), (160, 45), (200, 50)]


@pytest.mark.parametrize("size", SIZES)
async def test_every_pane_at_every_size(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=size) as pilot:
        await run_to_end(pilot, app)
        for key, pane in (
            ("1", app.main.plan_pane),
            ("2", app.main.independence),
            ("3", app.main.timeline),
            ("4", app.main.output),
            ("5", app.main.runs_pane),
            ("6", app.main.compare),
        ):
            await pilot.press(key)
            await pilot.pause()
            assert pane.has_focus_within
            assert pane.region.height > 0
            assert app.screen.region.contains_region(pane.region)
        for key in ("f1", "escape", "b", "escape", "1", "e", "escape"):
            await pilot.press(key)
            await pilot.pause()
        assert app.screen is app.main


async def test_resizing_while_it_runs(make_app: MakeApp) -> None:
    app = make_app(plan_of(*["400 words, 1 ms"] * 5))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        for size in [*SIZES, *reversed(SIZES)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await until(pilot, lambda: app.main.shown and app.main.shown.run.finished, "it ends")


async def test_narrow_shows_one_side_wide_shows_both(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await sees(pilot, app, "1 Plan ─")
        assert "2 Independence ─" not in screen_text(app)
        await pilot.resize_terminal(120, 36)
        await sees(pilot, app, "2 Independence ─")
        await sees(pilot, app, "1 Plan ─")
        await pilot.press("3")
        await sees(pilot, app, "3 Timeline ─")
        await sees(pilot, app, "4 Output ─")
        await sees(pilot, app, "1 Plan ─")


async def test_panes_go_round(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        seen = [app.main.view]
        for _ in range(6):
            await pilot.press("f6")
            seen.append(app.main.view)
        assert seen == [*ORDER, "compose"]
        await pilot.press("shift+f6")
        assert app.main.view == "compare"


async def test_letters_in_the_request_are_letters(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"1q b?x/y/@_+-z")
        assert app.main.plan_pane.request.text == "1q b?x/y/@_+-z"


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_help_lists_every_key(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("f1")
        await sees(pilot, app, "Everywhere")
        pages = [dialog_text(app)]
        while True:  # as a person goes through it
            await pilot.press("pagedown")
            await pilot.pause()
            if (page := dialog_text(app)) == pages[-1]:
                break
            pages.append(page)
        text = "\n".join(pages)
        for keys in keymap.TABLE.values():
            for key in keys:
                # a long row goes on below: there, its first words say that it is there
                assert key.what[:40] in text, key.id


def test_ids_are_unique_and_no_key_is_one_that_terminals_swallow() -> None:
    keys = [key for table in keymap.TABLE.values() for key in table]
    assert len({key.id for key in keys}) == len(keys)
    swallowed = {f"ctrl+{letter}" for letter in "sqzba\\imh["}
    assert not swallowed & {name for key in keys for name in key.keys.split(",")}


async def test_keys_can_be_given_other_keys(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        app.set_keymap({"app.help": "f12"})
        await pilot.press("f12")
        await pilot.pause()
        assert app.screen is not app.main


async def test_the_palette_knows_the_apps_own_commands(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: app.screen is not app.main, "the palette is open")
        await pilot.press(*"all keys")
        await sees(pilot, app, "all keys")
        await pilot.press("enter")
        await sees(pilot, app, "In the list of tasks")


async def test_a_broken_theme_is_a_notice(make_app: MakeApp, home: Path) -> None:
    folder = home / ".config" / "orchtui" / "themes"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("primary: [")
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, app, "mine.yaml")
        assert app.theme == "orchtui-dark"


@pytest.mark.parametrize("theme", ["orchtui-light", "ansi-dark", "nord"])
async def test_other_themes(make_app: MakeApp, theme: str) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: theme in app.available_themes, "the themes are read")
        app.theme = theme
        await run_to_end(pilot, app)
        await sees(pilot, app, "COMPLETED")


async def test_the_pane_in_front_has_the_focus_at_once(make_app: MakeApp) -> None:
    """Not after the next layout, which hides the pane that was left with the focus in it."""
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.main.plan_pane.tasks.has_focus, "the tasks have it")
        for view in (*ORDER[1:], *reversed(ORDER)):
            app.main.action_go(view)
            assert app.main.focused is not None
            assert app.main.focused in app.main.query(f"#{view} *")
            await pilot.pause()
            assert app.main.view == view
            assert app.main.focused in app.main.query(f"#{view} *")


async def test_a_focus_that_has_gone_on_turns_no_page(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        app.main.post_message(DescendantFocus(app.main.plan_pane.request))
        await pilot.pause()
        assert app.main.view == "independence"


async def test_the_smallest_output_still_has_text(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(20, 5)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("4")
        await until(pilot, lambda: app.main.output.text.size.height >= 2, "there is room for it")
