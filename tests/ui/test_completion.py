"""What is offered for a field, and that no secret and nothing outside is."""

from pathlib import Path

import pytest

from orchtui.engine.agents.specialists import BUILT_IN, Agents
from orchtui.engine.backends.registry import Backends
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.sessions.project import Project
from orchtui.ui.compose.catalog import catalog_of
from orchtui.ui.compose.task_form import TaskForm
from orchtui.ui.parts.completing_input import Completing
from orchtui.ui.parts.completion import Candidate, item_of_list, matching, paths_below
from tests.ui.conftest import sees, until
from tests.ui.stage import Stage

NAMES = [Candidate("writer", "drafts"), Candidate("critic", "reads a draft"), Candidate("tester")]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ["writer", "critic", "tester"]),
        ("t", ["tester", "writer", "critic"]),
        ("TE", ["tester", "writer"]),
        ("writer", []),
        ("draft", ["writer", "critic"]),
        ("nobody", []),
    ],
)
def test_what_begins_with_the_words_comes_first(typed: str, offered: list[str]) -> None:
    assert [one.text for one in matching(typed, NAMES)] == offered


@pytest.mark.parametrize(
    ("text", "cursor", "item"),
    [("", 0, ""), ("a, bc, d", 5, "bc"), ("a, bc", 1, "a"), ("a, ", 3, ""), ("ab", 2, "ab")],
)
def test_which_item_of_a_list_is_written(text: str, cursor: int, item: str) -> None:
    start, end = item_of_list(text, cursor)
    assert text[start:end] == item


def offered(folder: Path, typed: str) -> list[str]:
    return [one.text for one in paths_below(folder, typed)]


def test_paths_stay_below_the_project_and_show_no_secret(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (project / "docs" / "deep", elsewhere, project / ".ssh"):
        folder.mkdir(parents=True)
    names = ("docs/a.md", "docs/b.txt", ".env", "id_rsa", "docs.md", "x,y.md", "\x1b[31m.md")
    for name in names:
        (project / name).touch()
    (elsewhere / "secret-plan.md").touch()
    (project / "out").symlink_to(elsewhere)
    assert offered(project, "") == ["docs/", "docs.md"]
    assert offered(project, "DOCS/") == []
    assert offered(project, "do") == ["docs/", "docs.md"]
    assert offered(project, "docs/") == ["docs/deep/", "docs/a.md", "docs/b.txt"]
    assert offered(project, ".") == []
    for typed in ("../", "../elsewhere/", "out/", "/", "~", str(elsewhere), "no/such/", "a\0/"):
        assert offered(project, typed) == [], typed


def test_what_a_project_offers(tmp_path: Path) -> None:
    specialists = Agents([BUILT_IN]).current()[0]
    backends = Backends({}, models={"mine": "claude-x"})
    project = Project(folder=tmp_path, out=tmp_path, backends=backends, specialists=specialists)
    catalog = catalog_of(project)
    assert {"writer", "critic"} <= {one.text for one in catalog.specialists()}
    models = {one.text: one.what for one in catalog.models()}
    assert models["mine"] == "= claude-x"
    assert models["opus"].startswith("= claude-opus")
    assert any("for a million tokens" in what for what in models.values())
    assert {"anthropic", "rehearsal", "command"} <= {one.text for one in catalog.backends()}
    assert catalog.stranger("writer") == ""
    assert "did you mean 'writer'" in catalog.stranger("writr")


async def test_the_form_offers_specialists_and_tells_of_strangers(tmp_path: Path) -> None:
    specialists = Agents([BUILT_IN]).current()[0]
    project = Project(folder=tmp_path, out=tmp_path, backends=Backends({}), specialists=specialists)
    task = Task(id="a", prompt="x")
    form = TaskForm(Plan(tasks=(task,)), task, "Task a", catalog=catalog_of(project))
    app = Stage()
    async with app.run_test(size=(80, 30)) as pilot:
        await app.ask(form)  # type: ignore[arg-type]
        field = form.query_one("#field-specialist").parent
        assert isinstance(field, Completing)
        field.line.focus()
        await pilot.press(*"wri")
        await sees(pilot, app, "writer  ")
        await pilot.press("escape")
        assert not field.open
        await pilot.press("backspace")
        await until(pilot, lambda: field.open, "it is offered again")
        await pilot.press("tab")
        assert field.line.value == "writer"
        await pilot.press("x", "tab")
        await sees(pilot, app, "no agent file of this name", "'writer'?")
        assert not app.answers


async def test_the_form_completes_one_path_of_a_list_and_goes_into_folders(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "guide.md").touch()
    (tmp_path / "docs" / "grammar.md").touch()
    project = Project(folder=tmp_path, out=tmp_path, backends=Backends({}))
    task = Task(id="a", prompt="x", writes=("out.md",))
    form = TaskForm(Plan(tasks=(task,)), task, "Task a", catalog=catalog_of(project))
    app = Stage()
    async with app.run_test(size=(80, 30)) as pilot:
        await app.ask(form)  # type: ignore[arg-type]
        field = form.query_one("#field-writes").parent
        assert isinstance(field, Completing)
        field.line.focus()
        await pilot.press("end", *", do")
        await until(pilot, lambda: field.open, "the folder is offered")
        await pilot.press("tab")
        await sees(pilot, app, "docs/grammar.md", "docs/guide.md")
        await pilot.press("down", "down", "up", "down", "enter")
        assert field.line.value == "out.md, docs/guide.md"
        await pilot.press("enter")
        await until(pilot, lambda: app.answers, "the form is done")
        edited = app.answers[0]
        assert isinstance(edited, Task)
        assert edited.writes == ("out.md", "docs/guide.md")


async def test_what_stands_in_a_list_already_is_not_offered_again() -> None:
    tasks = tuple(Task(id=f"task-{number}", prompt="x") for number in (1, 2, 3))
    form = TaskForm(Plan(tasks=tasks), tasks[2], "Task 3")
    app = Stage()
    async with app.run_test(size=(80, 30)) as pilot:
        await app.ask(form)  # type: ignore[arg-type]
        field = form.query_one("#field-after").parent
        assert isinstance(field, Completing)
        field.line.focus()
        await pilot.press(*"task-1, ta")
        await until(pilot, lambda: field.open, "the other one is offered")
        await pilot.press("tab")
        assert field.line.value == "task-1, task-2"


async def test_a_mistake_is_told_below_its_field_when_it_is_left() -> None:
    task = Task(id="a", prompt="x")
    form = TaskForm(Plan(tasks=(task,)), task, "Task a")
    app = Stage()
    async with app.run_test(size=(80, 40)) as pilot:
        await app.ask(form)  # type: ignore[arg-type]
        form.query_one("#field-retries").focus()
        await pilot.press(*"many", "tab")
        await sees(pilot, app, "retries must be")
        form.query_one("#field-retries").focus()
        await pilot.press("end", *["backspace"] * 4, "2")
        shown = form.query_one("#problem-retries")
        await until(pilot, lambda: not shown.display, "it is mended")
        await pilot.press("enter")
        await until(pilot, lambda: app.answers, "the form is done")
        assert app.answers == [Task(id="a", prompt="x", retries=2)]
