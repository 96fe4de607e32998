"""A user's own keys: what is used, and what is told instead of a crash."""

from pathlib import Path

import pytest

from orchtui.engine.backends.registry import Backends
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.keys.key_help import Wanted
from orchtui.ui.keys.key_names import is_text, named, show_keys
from orchtui.ui.keys.keymap import TABLE
from orchtui.ui.keys.user_keys import DIALOGS, effective, resolve
from tests.ui.conftest import QUICK, plan_of, sees, until

_OTHERS_NEED = ("output.pager needs", "runs.pin needs", "diff.pager needs")
_OTHERS_ARE = ("it is output.pager", "it is runs.pin", "it is diff.pager")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("x", "x"),
        ("X", "X"),
        ("shift+x", "X"),
        ("?", "question_mark"),
        ("+", "plus"),
        (",", "comma"),
        ("question_mark", "question_mark"),
        ("Ctrl+G", "ctrl+g"),
        ("F5", "f5"),
        ("shift+F6", "shift+f6"),
        ("esc", "escape"),
        ("PgUp", "pageup"),
        ("shift+up", "shift+up"),
        ("alt+x", "alt+x"),
        ("ctrl+right", "ctrl+right"),
        ("é", "é"),
    ],
)
def test_keys_as_people_write_them(written: str, name: str) -> None:
    assert named(written) == name


@pytest.mark.parametrize(
    ("written", "why"),
    [
        *((f"ctrl+{letter}", "does not arrive everywhere") for letter in ("s", "q", "z", "b", "a")),
        ("ctrl+\\", "does not arrive everywhere"),
        ("ctrl+i", "tab"),
        ("ctrl+m", "enter"),
        ("ctrl+h", "backspace"),
        ("ctrl+[", "escape"),
        ("ctrl+enter", "tmux"),
        ("shift+enter", "tmux"),
        ("alt+1", "tmux"),
        ("ctrl+1", "most terminals"),
        ("ctrl++", "most terminals"),
        ("tab", "next field"),
        ("shift+1", "the character itself"),
        ("ctrl+shift+x", "not arrive"),
        ("cmd+x", "no modifier"),
        ("foo", "no key 'foo'"),
        ("", "no key"),
        ("f99", "no key"),
        ("ctrl+", "no key"),
        ("+x", "no modifier"),
    ],
)
def test_keys_that_can_not_be_used_say_why(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=".") as told:
        named(written)
    assert why in str(told.value)


def test_every_key_of_the_table_is_one_that_arrives() -> None:
    for keys in TABLE.values():
        for key in keys:
            for name in key.keys.split(","):
                if key.id != "offers.take":  # where nothing is offered it goes to the next field
                    assert named(name) == name


def test_no_key_means_two_things_in_one_place() -> None:
    general = {name: key for key in TABLE["everywhere"] for name in key.keys.split(",")}
    for context, keys in TABLE.items():
        names = [name for key in keys for name in key.keys.split(",")]
        assert len(set(names)) == len(names), context
        for key in keys:
            for name in key.keys.split(","):
                # in a dialog no general key holds
                if context not in ("everywhere", *DIALOGS) and name in general:
                    assert general[name].action == key.action, (context, name)


@pytest.mark.parametrize("key", ["x", "X", "space", "question_mark", "é"])
def test_what_is_text(key: str) -> None:
    assert is_text(key)
    assert not is_text("f5")
    assert not is_text("ctrl+g")


def test_keys_are_shown_as_people_write_them() -> None:
    assert show_keys("ctrl+r,f5,question_mark,shift+up,colon") == "ctrl+r F5 ? shift+↑ :"


@pytest.mark.parametrize(
    ("wanted", "keymap", "told"),
    [
        ({}, {}, []),
        ({"app.zoom": ["ctrl+e"]}, {"app.zoom": "ctrl+e"}, []),
        ({"app.zoom": ["ctrl+e, F12"]}, {"app.zoom": "ctrl+e,f12"}, []),
        ({"app.hlep": ["x"]}, {}, ["no action 'app.hlep'; did you mean app.help?"]),
        ({"zzz": ["x"]}, {}, ["docs/keys.md"]),
        ({"app.run": ["ctrl+s", "ctrl+e"]}, {"app.run": "ctrl+e"}, ["app.run: 'ctrl+s'"]),
        ({"request.leave": ["x"]}, {}, ["it is text while the request is written"]),
        ({"tasks.save": ["enter"]}, {}, ["the list needs it"]),
        ({"form.done": ["x"]}, {}, ["it is text in the form"]),
        # behind a dialog no general key holds, so that none is hidden there
        ({"problems.close": ["z"]}, {"problems.close": "z"}, []),
        ({"app.zoom": ["ctrl+n"]}, {"app.zoom": "ctrl+n"}, ["app.example"]),
        # yours wins over one that came along, which is told when it has none left
        ({"tasks.add": ["p"]}, {"tasks.add": "p"}, ["give tasks.priority one"]),
        ({"tasks.add": ["K"]}, {"tasks.add": "K"}, []),
        # two of yours
        (
            {"tasks.redo": ["ctrl+e"], "tasks.undo": ["ctrl+e"]},
            {"tasks.undo": "ctrl+e"},
            ["ctrl+e is given to tasks.undo and to tasks.redo"],
        ),
        # they change places
        (
            {"tasks.undo": ["U"], "tasks.redo": ["u"]},
            {"tasks.undo": "U", "tasks.redo": "u"},
            [],
        ),
        # everywhere, and in a pane
        ({"timeline.cancel": ["q"]}, {"timeline.cancel": "q"}, ["q is app.quit, but on the time"]),
        (
            {"app.zoom": ["p"]},
            {"app.zoom": "p"},
            ["tasks.priority needs", "timeline.priority needs", *_OTHERS_NEED],
        ),
        (
            {"app.help": ["p"]},
            {"app.help": "p"},
            ["it is tasks.priority", "it is timeline.priority", *_OTHERS_ARE],
        ),
    ],
)
def test_what_comes_of_them(wanted: Wanted, keymap: dict[str, str], told: list[str]) -> None:
    found = resolve(wanted)
    assert found.keymap == keymap
    assert len(found.notices) == len(told)
    for notice, words in zip(found.notices, told, strict=True):
        assert words in notice


@pytest.mark.parametrize("nothing", [[], [""], [" "]])
def test_a_key_can_be_taken_away(nothing: list[str]) -> None:
    found = resolve({"tasks.delete": nothing, "tasks.edit": ["d"]})
    assert (found.keymap, found.notices) == ({"tasks.edit": "d"}, [])
    assert effective(found) == {"tasks.edit": "d", "tasks.delete": ""}


def test_what_was_taken_away_makes_room_for_what_holds_everywhere() -> None:
    assert resolve(
        {"app.zoom": ["p"]}
        | {name: [""] for name in ("tasks.priority", "timeline.priority", "runs.pin")}
    ).notices == [
        "keys: p is app.zoom, also in the output: output.pager needs another key",
        "keys: p is app.zoom, also in a diff: diff.pager needs another key",
    ]


@pytest.mark.parametrize("name", ["app.palette", "search.close", "problems.close", "form.leave"])
def test_the_way_out_keeps_its_key(name: str) -> None:
    found = resolve({name: [""]})
    assert not found.unbound
    assert len(found.notices) == 1
    assert f"{name} needs a key, as " in found.notices[0]
    assert "it keeps " in found.notices[0]


def test_a_row_that_lost_a_key_is_shown_with_the_others() -> None:
    found = effective(resolve({"tasks.add": ["K", "p"]}))
    assert found == {"tasks.add": "K,p", "tasks.up": "shift+up", "tasks.priority": ""}


def app_with(folder: Path, keys: Wanted) -> OrchtuiApp:
    backends = Backends(environment={}, chosen="rehearsal")
    project = Project(folder=folder, out=folder / "artifacts", backends=backends)
    return OrchtuiApp(project, plan_of(QUICK, QUICK), keys=keys)


async def test_they_work_and_the_help_shows_them(tmp_path: Path) -> None:
    app = app_with(tmp_path, {"tasks.delete": ["x"], "app.palette": ["ctrl+g"]})
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("d")
        assert len(app.draft.plan.tasks) == 2
        await pilot.press("x")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 1, "it is deleted")
        await sees(pilot, app, "x Delete", "^g Menu")
        await pilot.press("f1", *"delete the")
        text = await sees(pilot, app, "delete the task")
        assert "x  delete the task" in " ".join(text.split("│")[0:]).replace("   ", " ")
        await pilot.press("escape", "escape", "ctrl+p")
        assert app.screen is app.main
        await pilot.press("ctrl+g")
        await sees(pilot, app, "What do you want to do?")


async def test_what_has_no_key_does_nothing_and_is_not_offered(tmp_path: Path) -> None:
    app = app_with(tmp_path, {"tasks.delete": [""], "tasks.add": [""]})
    async with app.run_test(size=(120, 36)) as pilot:
        assert "Delete" not in await sees(pilot, app, "Edit")
        await pilot.press("d", "delete", "a", "c")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 3, "the next key is done")
        assert app.screen is app.main
        await pilot.press("f1", *"delete the")
        assert "no key  delete the task" in await sees(pilot, app, "delete the task")


async def test_mistakes_are_told_and_the_app_opens(tmp_path: Path) -> None:
    app = app_with(tmp_path, {"app.nothing": ["x"], "app.zoom": ["ctrl+s"]})
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await sees(pilot, app, "no action 'app.nothing'", "'ctrl+s' can not be used")
        await pilot.press("f1")
        await sees(pilot, app, "▲ keys: there is no action 'app.nothing'")
        await pilot.press("escape", "z")
        assert app.main.zoomed
