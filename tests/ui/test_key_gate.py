"""Keys typed while a dialog comes: they are for it, and none is lost or does something else."""

import time
from types import SimpleNamespace

import pytest
from textual.events import Key, Paste
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from orchtui.engine.independence.report import Evidence
from orchtui.engine.plans.plan import Plan
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.bars.search_line import SearchEntry
from orchtui.ui.compose.task_dialogs import TaskDialogs
from orchtui.ui.compose.task_form import TaskForm
from orchtui.ui.dialogs.ask_path import AskPath
from orchtui.ui.dialogs.dialogs import Ask, AskLine
from orchtui.ui.dialogs.help import Help
from orchtui.ui.keys import key_gate, keymap
from tests.ui.conftest import QUICK, MakeApp, plan_of, until


def burst(app: OrchtuiApp, keys: str) -> None:
    """All keys at once, as a terminal hands over what was typed ahead."""
    named = {"\x1b": "escape", "\r": "enter"}
    for key in keys:
        app.post_message(Key(named.get(key) or _character_to_key(key), key))


def test_every_id_is_one_of_the_keymap() -> None:
    assert {name for name in key_gate.OPENS if keymap.by_id(name) is None} == set()


@pytest.mark.parametrize(
    ("key", "dialog"),
    [("e", TaskForm), ("a", TaskForm), ("v", AskLine), ("o", AskPath), ("S", AskPath)],
)
async def test_what_is_typed_behind_a_key_that_opens_a_dialog_is_for_it(
    make_app: MakeApp, key: str, dialog: type
) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.draft.plan
        burst(app, f"{key}dcap d")

        def written() -> bool:
            entry = app.screen.focused
            return (
                isinstance(app.screen, dialog)
                and isinstance(entry, Input)
                and (entry.value.endswith("dcap d"))
            )

        await until(pilot, written, "it stands in the dialog")
        assert app.draft.plan == before


async def test_a_dialog_that_is_long_in_coming_gets_it_too(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_gate, "PATIENCE", 0.1)
    edit = TaskDialogs.edit_task

    def slowly(dialogs: TaskDialogs, task_id: str, words: Evidence | None = None) -> None:
        time.sleep(0.3)  # as on a machine that has no time for the app
        edit(dialogs, task_id, words)

    monkeypatch.setattr(TaskDialogs, "edit_task", slowly)
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.draft.plan
        burst(app, "edcap d")
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "the form is open")
        await until(
            pilot,
            lambda: getattr(app.screen.focused, "value", "").endswith("dcap d"),
            "it stands in the form",
        )
        assert app.draft.plan == before


async def test_what_comes_when_the_app_has_ended_is_for_nobody(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    for event in (Paste("too late"), Key("d", "d"), Key("escape", "\x1b")):
        await app.on_event(event)  # nothing is raised
    assert app.draft.plan == plan_of(QUICK)


async def test_what_is_pasted_behind_it_too(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "o")
        app.post_message(Paste("some/plan.yaml"))

        def written() -> bool:
            return any(entry.value == "some/plan.yaml" for entry in app.screen.query(Input))

        await until(pilot, written, "it stands in the dialog")


async def test_one_key_after_another_opens_something(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "iwords\x1b?delete")
        await until(pilot, lambda: isinstance(app.screen, Help), "the help is open")
        await until(
            pilot, lambda: app.screen.query_one(Input).value == "delete", "the rest is in it"
        )
        assert app.main.plan_pane.request.text == "words"
        assert len(app.draft.plan.tasks) == 2


@pytest.mark.parametrize("pane", ["1", "2", "4", "5"])
async def test_what_is_typed_behind_a_search_is_for_what_is_searched(
    make_app: MakeApp, pane: str
) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape", pane)
        await pilot.pause()
        burst(app, "/t\rz")
        await until(pilot, lambda: app.main.zoomed, "z has its turn")
        assert [entry.value for entry in app.screen.query(SearchEntry) if entry.value] == ["t"]


async def test_what_can_not_be_done_holds_nothing(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_gate, "PATIENCE", 1e6)
    app = make_app(Plan())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: app.focused is app.main.plan_pane.tasks, "in the list")
        burst(app, "ei")  # there is no task to edit
        await until(pilot, lambda: app.focused is app.main.plan_pane.request, "i has its turn")


async def test_keys_are_let_go_where_nothing_opens(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_gate, "PATIENCE", 0.0)
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(app.main.plan_pane, "edit_task", lambda *of: None)
        burst(app, "ed")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 1, "d has its turn")


# Questions that come up by themselves


async def asks(pilot: Pilot[int], app: OrchtuiApp) -> list[str | None]:
    """Ask something unasked; the answers, once there is one."""
    found: list[str | None] = []
    answers = [("r", "recover", "recover"), ("d", "discard", "discard")]
    app.push_screen(Ask("A question", "What now?", answers, unasked=True), found.append)
    await until(pilot, lambda: app.screen.focused is not None, "it is there")
    return found


async def test_what_is_being_typed_is_no_answer(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_gate, "PAUSE", 1e6)
    app = make_app(Plan())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Res")
        answers = await asks(pilot, app)
        await pilot.press(*"earch d", "enter")
        assert answers == []
        monkeypatch.setattr(key_gate, "PAUSE", 0.0)  # nobody types any more
        await pilot.press("d")
        assert answers == ["discard"]


async def test_who_begins_to_type_as_it_comes_answers_nothing(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_gate, "PAUSE", 1e6)
    app = make_app(Plan())
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await asks(pilot, app)
        await pilot.press(*"draw")
        assert answers == []


async def test_a_word_is_no_answer_however_late_it_comes(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(Plan())
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await asks(pilot, app)
        monkeypatch.setattr(key_gate, "PAUSE", 0.6)
        later = time.monotonic() + 60
        monkeypatch.setattr(key_gate, "time", SimpleNamespace(monotonic=lambda: later))
        await pilot.press(*"Word")  # W is no answer, so that d is none either
        assert answers == []
