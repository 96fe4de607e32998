"""What is unsaved outlives the app: kept in a private file, offered again, never with a secret."""

import stat
from pathlib import Path

import pytest
from textual.widgets import Input

from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import load_plan, save_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.compose.draft import Draft
from orchtui.ui.compose.draft_store import DraftStore, drafts_folder
from orchtui.ui.compose.plan_edits import toggle_task
from orchtui.ui.compose.task_form import TaskForm
from orchtui.ui.desks import draft_desk
from orchtui.ui.dialogs.ask_path import AskPath
from tests.ui.conftest import QUICK, MakeApp, plan_of, run_to_end, sees, until

PLAN = Plan(request="Wörds 🙂", tasks=(Task(id="a", prompt="x"),), missing=("b",))
SECRET = "sk-0123456789abcdefghijklm"


def files(project: Path) -> list[Path]:
    return sorted(drafts_folder(project).glob("*.json"))


def test_a_draft_is_private_and_comes_back_whole(tmp_path: Path) -> None:
    store, other = DraftStore(tmp_path), DraftStore(tmp_path)
    store.save(PLAN, Path("a.yaml"), NOTHING, by_hand=True)
    assert other.left_behind() == ([], []), "it is held"
    (file,) = files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert not list(tmp_path.iterdir()), "nothing appears in the project"
    store.close()
    ((left,), broken) = other.left_behind()
    assert (left.draft.plan, left.draft.by_hand, broken) == (PLAN, True, [])
    assert left.draft.path == str(tmp_path / "a.yaml")
    other.discard(left)
    assert other.left_behind() == ([], [])
    assert not list(drafts_folder(tmp_path).iterdir())


def test_the_newest_comes_first_and_projects_are_apart(tmp_path: Path) -> None:
    for number in range(3):
        store = DraftStore(tmp_path)
        store.save(Plan(request=str(number)), None, NOTHING, by_hand=False)
        store.close()
    found, _ = DraftStore(tmp_path).left_behind()
    assert [left.draft.plan.request for left in found] == ["2", "1", "0"]
    (tmp_path / "other").mkdir()
    assert DraftStore(tmp_path / "other").left_behind() == ([], [])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"plan": 3}', "\0"])
def test_a_draft_that_can_not_be_read_is_put_aside_and_told_once(tmp_path: Path, text: str) -> None:
    store = DraftStore(tmp_path)
    drafts_folder(tmp_path).mkdir(parents=True)
    (drafts_folder(tmp_path) / "x.json").write_text(text)
    found, (aside,) = store.left_behind()
    assert found == [] and aside.read_text() == text
    assert store.left_behind() == ([], [])


def test_a_draft_with_a_secret_is_not_written(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    with pytest.raises(InputError, match="THE_KEY"):
        store.save(Plan(request=f"use {SECRET}"), None, Redactor({"THE_KEY": SECRET}), by_hand=True)
    assert files(tmp_path) == []


def test_what_is_at_risk() -> None:
    draft = Draft()
    assert not draft.at_risk
    draft.read(Plan(request="Look at cats"))
    assert draft.at_risk, "typed words are work too"
    draft.ran = draft.plan
    assert not draft.at_risk, "they stand in the run's folder"
    draft.edit(lambda _: PLAN)
    assert draft.at_risk
    draft.mark_saved(draft.plan, Path("a.yaml"))
    assert not draft.at_risk
    draft.edit(lambda plan: toggle_task(plan, "a"))
    draft.drop()
    assert not draft.at_risk
    draft.undo()
    draft.undo()
    assert draft.path == Path("a.yaml") and draft.plan == draft.ran
    draft.edit(lambda _: PLAN)
    assert not draft.at_risk, "it is in the file"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_desk, "KEEP_AFTER", 0.01)


@pytest.mark.usefixtures("at_once")
async def test_an_app_that_was_killed_offers_what_was_typed(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Research cats", "enter", *"1. a", "enter", *"2. b")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 2, "there are two tasks")
        await until(pilot, lambda: app._kept is app.draft.plan, "it is kept")
        (file,) = files(tmp_path)
        kept = file.read_bytes()
    _killed(file, kept)
    again = make_app()
    async with again.run_test(size=(80, 24)) as pilot:
        await sees(pilot, again, "A plan was not saved", "Research cats", "2 tasks")
        await pilot.press("l")
        await sees(pilot, again, "request:")
        await pilot.press("escape")
        await sees(pilot, again, "A plan was not saved")
        await pilot.press("r")
        await until(pilot, lambda: len(again.draft.plan.tasks) == 2, "it is recovered")
        await until(pilot, lambda: not file.exists(), "the old one is gone")
        assert again.main.plan_pane.request.text.startswith("Research cats")
        assert not again.draft.by_hand
        await pilot.press("u")
        await until(pilot, lambda: not again.draft.plan.tasks, "and it can be undone")


@pytest.mark.usefixtures("at_once")
async def test_what_was_typed_in_an_open_form_comes_back(make_app: MakeApp, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    save_plan(plan_of(QUICK, QUICK), file)
    app = make_app(load_plan(file))
    app.draft.mark_saved(app.draft.plan, file)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", *"Other", "tab", *"Words ")
        await until(
            pilot,
            lambda: app._kept_form and app._kept_form.values["prompt"].startswith("Words "),
            "it is kept",
        )
        (kept_in,) = files(tmp_path)
        kept = kept_in.read_bytes()
    _killed(kept_in, kept)
    again = make_app(load_plan(file))
    again.draft.mark_saved(again.draft.plan, file)
    async with again.run_test(size=(120, 36)) as pilot:
        await sees(pilot, again, "form of a task was open", "“Other”")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(again.screen, TaskForm), "the form is open again")
        assert isinstance(again.screen, TaskForm)
        form = again.screen
        await until(pilot, lambda: form.typed, "it stands there")
        assert form.values["title"] == "Other"
        assert form.values["prompt"].startswith("Words Look at topic 1")
        assert not again.draft.unsaved, "the plan itself was not touched"
        await until(pilot, lambda: again._kept_form is not None, "it is kept by this app now")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: again.draft.plan.tasks[0].title == "Other", "it is taken")
        await until(pilot, lambda: again._kept_form is None, "and no form is kept any more")


@pytest.mark.usefixtures("at_once")
async def test_a_new_task_comes_back_where_it_was_to_stand(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", *"New one", "tab", *"Do it")
        await until(
            pilot,
            lambda: app._kept_form and app._kept_form.values["prompt"] == "Do it",
            "it is kept",
        )
        (kept_in,) = files(tmp_path)
        kept = kept_in.read_bytes()
    _killed(kept_in, kept)
    again = make_app()
    async with again.run_test(size=(80, 24)) as pilot:
        await sees(pilot, again, "A plan was not saved")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(again.screen, TaskForm), "the form is open again")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(again.draft.plan.tasks) == 3, "it is added")
        assert [task.label for task in again.draft.plan.tasks][1] == "New one"


@pytest.mark.usefixtures("at_once")
async def test_a_form_that_is_left_or_was_not_changed_is_not_kept(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    app.draft.drop()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "down", "up")
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "the form is open")
        assert app.main.plan_pane.unfinished is None
        await pilot.press(*"Other")
        await until(pilot, lambda: app._kept_form is not None, "it is kept")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is app.main, "the form is left")
        await until(pilot, lambda: app._kept is None and app._kept_form is None, "nothing is kept")


@pytest.mark.usefixtures("at_once")
async def test_an_app_whose_terminal_goes_keeps_the_form(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(plan_of(QUICK))
    app.draft.drop()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", *"Other")
        await until(pilot, lambda: app.main.plan_pane.unfinished, "it is typed")
        app._leave_now()
        await until(pilot, lambda: not app.is_running or app._exit, "it leaves")
    assert b"Other" in files(tmp_path)[0].read_bytes()


async def test_quitting_asks_about_an_open_form(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(plan_of(QUICK))
    app.draft.drop()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", *"Other", "ctrl+c")
        await sees(pilot, app, "Leave the form?", "ctrl+r takes it")
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "back in the form")
        await pilot.press("ctrl+c")
        await sees(pilot, app, "Leave the form?")
        await pilot.press("d")
        await until(pilot, lambda: not app.is_running or app._exit, "it leaves")
    assert files(tmp_path) == [], "nothing is kept that was discarded"


def _killed(file: Path, kept: bytes) -> None:
    """As `kill -9` leaves it: the draft is there, and nobody holds it."""
    file.write_bytes(kept)
    file.with_suffix(".lock").unlink(missing_ok=True)


@pytest.mark.usefixtures("at_once")
async def test_nothing_is_asked_when_nothing_was_lost(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await until(pilot, lambda: files(tmp_path), "it is kept")
        await pilot.press("s", "enter")
        await until(pilot, lambda: not files(tmp_path), "what is saved is no draft")
        await pilot.press("p")
        await until(pilot, lambda: files(tmp_path), "it is kept again")
        await pilot.press("q", "d")
        await until(pilot, lambda: not app.is_running, "it is left")
    assert files(tmp_path) == []
    again = make_app()
    async with again.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Look at cats")
        await until(pilot, lambda: again.draft.plan.tasks, "there is a task")
        await run_to_end(pilot, again)
    assert files(tmp_path) == [], "the run has the plan"


@pytest.mark.usefixtures("at_once")
async def test_leaving_keeps_what_was_only_typed_and_discarding_takes_it_away(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Look at cats")
        await until(pilot, lambda: app.draft.plan.tasks, "there is a task")
        await pilot.press("escape", "q")
        await until(pilot, lambda: not app.is_running, "it is left")
    assert len(files(tmp_path)) == 1
    again = make_app()
    async with again.run_test(size=(80, 24)) as pilot:
        await sees(pilot, again, "A plan was not saved")
        await pilot.press("escape")
        await until(pilot, lambda: again.screen is again.main, "it is asked another time")
    assert len(files(tmp_path)) == 1
    last = make_app()
    async with last.run_test(size=(80, 24)) as pilot:
        await sees(pilot, last, "A plan was not saved")
        await pilot.press("d")
        await until(pilot, lambda: not files(tmp_path), "it is discarded")


@pytest.mark.usefixtures("at_once")
async def test_the_draft_of_another_plan_waits_for_that_one(
    make_app: MakeApp, tmp_path: Path
) -> None:
    store = DraftStore(tmp_path)
    store.save(PLAN, Path("other.yaml"), NOTHING, by_hand=True)
    store.close()
    backends = Backends({}, chosen="rehearsal")
    project = Project(folder=tmp_path, out=tmp_path / "artifacts", backends=backends)
    app = OrchtuiApp(project, plan_of(QUICK), plan_path=Path("mine.yaml"))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "Topic 1")
        await app.offer_drafts().wait()
        assert app.screen is app.main
    assert len(files(tmp_path)) == 1


@pytest.mark.usefixtures("at_once")
async def test_a_draft_with_a_secret_is_told_of_and_not_kept(tmp_path: Path) -> None:
    backends = Backends({"THE_API_KEY": SECRET}, chosen="rehearsal")
    project = Project(folder=tmp_path, out=tmp_path / "artifacts", backends=backends)
    app = OrchtuiApp(project, plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        app.main.plan_pane.request.text = f"Look at cats with {SECRET}"
        await until(pilot, lambda: app._notifications, "it is told")
        (told,) = app._notifications
        assert told.title == "The draft is not kept"
        assert "THE_API_KEY" in told.message and SECRET not in told.message
    assert all(SECRET.encode() not in file.read_bytes() for file in files(tmp_path))


# Plan files


async def test_opening_a_plan_asks_and_can_be_undone(make_app: MakeApp, tmp_path: Path) -> None:
    other = Plan(tasks=(Task(id="t1", prompt="other"), Task(id="z", prompt="more")))
    save_plan(other, tmp_path / "other.yaml")
    mine = plan_of(QUICK)
    app = make_app(mine)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        await sees(pilot, app, "Open a plan file")
        await pilot.press(*"oth")
        await sees(pilot, app, "other.yaml")
        await pilot.press("tab", "enter")
        await sees(pilot, app, "There is 1 task here, the file has 2")
        await pilot.press("a")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 3, "they are added")
        assert [task.id for task in app.draft.plan.tasks] == ["t1", "t1-2", "z"]
        await until(pilot, lambda: app.main.plan_pane.tasks.has_focus, "the list is there")
        await pilot.press("u", "o")
        await sees(pilot, app, "Open a plan file")
        await pilot.press(*"other.yaml", "enter")
        await sees(pilot, app, "There is 1 task here")
        await pilot.press("r")
        await until(pilot, lambda: app.draft.plan == other, "it is there instead")
        assert not app.draft.unsaved and app.draft.path == tmp_path / "other.yaml"
        await until(pilot, lambda: app.main.plan_pane.tasks.has_focus, "the list is there")
        await pilot.press("u")
        assert app.draft.plan == mine and app.draft.path is None
        await pilot.press("U", "p", "s", "enter")
        await until(pilot, lambda: not app.draft.unsaved, "it is saved without a question")
        assert load_plan(tmp_path / "other.yaml").tasks[0].priority == "nice-to-have"


async def test_entries_that_stand_for_many_tasks_are_those_tasks_in_the_app(
    make_app: MakeApp, tmp_path: Path
) -> None:
    for name in ("db.log", "app.log"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "logs.yaml").write_text("tasks: [{id: a, files: '*.log', prompt: 'See {file}'}]")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape", "o")
        await sees(pilot, app, "Open a plan file")
        await pilot.press(*"logs.yaml", "enter")
        await sees(pilot, app, "See app.log", "See db.log")
        assert [task.id for task in app.draft.plan.tasks] == ["a-app", "a-db"]


async def test_a_file_that_is_no_plan_is_told_below_its_name(
    make_app: MakeApp, tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text("tasks:\n  - promt: x\n")
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("o")
        await sees(pilot, app, "Open a plan file")
        await pilot.press(*"bad.yaml", "enter")
        await sees(pilot, app, "line 2: unknown key 'promt'", "'prompt'?")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, "it is left")
        assert len(app.draft.plan.tasks) == 1


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("nothing.yaml", "tab completes the names"),
        ("~nobody-of-that-name/a.yaml", "there is no such user"),
        ("x" * 300 + ".yaml", "write another path"),
    ],
)
async def test_a_path_where_nothing_can_stand_is_told_below_it(
    make_app: MakeApp, path: str, told: str
) -> None:
    app = make_app(PLAN)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in "oS" if path != "nothing.yaml" else "o":
            app.main.plan_pane.tasks.focus()
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, AskPath), "a path is asked for")
            app.screen.query_one(Input).value = path
            await pilot.press("enter")
            await sees(pilot, app, told)
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.main, "it is left")


async def test_saving_to_another_file_leaves_the_first(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(plan_of(QUICK, name="one"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "enter")
        await until(pilot, (tmp_path / "one.yaml").exists, "it is saved")
        await until(pilot, lambda: app.screen is app.main, "the list is there")
        await pilot.press("p", "S")
        await sees(pilot, app, "Save the plan as", "one.yaml")
        await pilot.press("home", *"not-", "enter")
        await until(pilot, (tmp_path / "not-one.yaml").exists, "it is saved again")
        assert load_plan(tmp_path / "one.yaml").tasks[0].priority == "normal"
        await until(pilot, lambda: app.draft.path == tmp_path / "not-one.yaml", "it knows")


# Undoing words


async def test_typed_words_are_undone_with_the_tasks_they_made(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Look at cats", "enter", *"1. a", "enter", *"2. b")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 2, "there are two tasks")
        await pilot.press("escape", "d", "i", *" and dogs", "escape", "u")
        request = app.main.plan_pane.request
        assert "dogs" not in request.text
        await pilot.press("u")
        assert len(app.draft.plan.tasks) == 2
        await pilot.press("u")
        await until(pilot, lambda: not request.text, "all of it is undone")
        await pilot.press("U", "U", "U")
        assert "dogs" in request.text and len(app.draft.plan.tasks) == 1
