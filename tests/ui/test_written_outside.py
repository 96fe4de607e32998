"""Writing in an editor of one's own: a task as YAML, the request, a prompt; nothing is lost."""

import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from textual.app import App
from textual.widgets import TextArea

from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean
from orchtui.ui.compose.task_form import TaskForm
from orchtui.ui.compose.task_text import read_task, write_task
from orchtui.ui.terminal import outside
from tests.ui.conftest import QUICK, MakeApp, plan_of, sees, until

FULL = Task(
    id="b",
    title="A title: with “quotes”",
    prompt="# First\n  second: {line} 🙂\n\n- third\n",
    specialist="writer",
    command=(),
    priority="critical",
    after=("a",),
    timeout=90.0,
    retries=0,
    reads=("docs/a b.md",),
    writes=("out.md",),
    estimate=60.0,
    enabled=False,
)
PLAN = Plan(tasks=(Task(id="a", prompt="x"), FULL, Task(id="c", prompt="y", after=("b",))))


@pytest.mark.parametrize("task", [FULL, Task(id="task-1", prompt="x"), Task(id="n", prompt="é\n")])
def test_what_is_written_reads_as_the_same_task(task: Task) -> None:
    assert read_task(PLAN, task, write_task(task)) == task


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn"))))
def test_any_prompt_comes_back(prompt: str) -> None:
    assume(clean(prompt) == prompt)  # a plan file is cleaned as it is read
    task = Task(id="b", prompt=f"x {prompt}")
    assert read_task(PLAN, task, write_task(task)) == task


@pytest.mark.parametrize("text", ["", "\n \n", "# only\n  # words\n"])
def test_an_empty_text_keeps_the_task(text: str) -> None:
    assert read_task(PLAN, FULL, text) is FULL


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("id: b\nprompt: x\ntimeout: soon", 3, "duration"),
        ("id: b\npromt: x", 2, "did you mean 'prompt'"),
        ("# hm\nid: b\nprompt: x\nafter: [nobody]", 4, "nobody"),
        ("id: b\nprompt: x\nafter: [c]", 3, "b"),
        ("id: a\nprompt: x", 1, "duplicate id"),
        ("id: b\nprompt: [", 2, ""),
        ("id: b\nprompt: x\n---\nid: c", 1, ""),
        ("- id: b\n- id: c", 1, ""),
        ("just words", 1, ""),
    ],
)
def test_what_is_wrong_is_told_at_its_line(text: str, line: int, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        read_task(PLAN, FULL, text)
    lines = [problem.line for problem in caught.value.problems]
    assert complaint in str(caught.value)
    assert all(1 <= each <= len(text.splitlines()) for each in lines), lines
    assert not complaint or line in lines


def test_a_long_plan_is_looked_at_where_it_matters() -> None:
    tasks = [
        Task(id=f"t{n}", prompt="x", after=(f"t{n - 1}",) if n > 500 else ()) for n in range(900)
    ]
    plan = Plan(tasks=tuple(tasks))
    edited = read_task(plan, tasks[600], "id: t600\nprompt: y\nafter: [t3, t555]")
    assert edited.after == ("t3", "t555")
    with pytest.raises(InputError, match="t600"):
        read_task(plan, tasks[600], "id: t600\nprompt: y\nafter: [t800]")
    with pytest.raises(InputError, match="duplicate id"):
        read_task(plan, tasks[600], "id: t700\nprompt: y")


class Editor:
    """Stands for an editor: what it is given, and what it leaves, one after the other."""

    def __init__(self, *written: str | None) -> None:
        self.written = list(written)
        self.given: list[str] = []
        self.modes: list[int] = []

    async def edit(self, app: App[Any], path: Path) -> int:
        self.given.append(path.read_text())  # noqa: ASYNC240 - a test's own small file
        self.modes.append(stat.S_IMODE(path.stat().st_mode))  # noqa: ASYNC240
        text = self.written.pop(0)
        if text is not None:
            path.write_text(text)  # noqa: ASYNC240
        return int(text is None)


def use(monkeypatch: pytest.MonkeyPatch, *written: str | None) -> Editor:
    editor = Editor(*written)
    monkeypatch.setattr(outside, "edit", editor.edit)
    return editor


def at_work(app: App[Any]) -> bool:
    """Whether somebody is in the editor."""
    return any(one.group == outside.GROUP and not one.is_finished for one in app.workers)


async def test_a_task_is_written_outside_and_mistakes_can_be_mended(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = "id: t1\nprompt: new\nretries: many\n", "id: t1\nprompt: new\nretries: 2\n"
    editor = use(monkeypatch, bad, good)
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E")
        await sees(pilot, app, "can not be taken", "line 3", "retries")
        await pilot.press("e")
        await until(pilot, lambda: app.draft.plan.tasks[0].prompt == "new", "it is taken")
        assert editor.given[1] == bad, "nothing that was written is lost"
        assert "Look at topic 1" in editor.given[0]
        assert editor.modes == [0o600, 0o600]
        assert app.draft.plan.tasks[0].retries == 2
        await until(pilot, lambda: app.main.plan_pane.tasks.has_focus, "the list is there")
        await pilot.press("u")
        assert app.draft.plan == plan_of(QUICK)


@pytest.mark.parametrize("written", [None, ""])
async def test_an_editor_that_leaves_nothing_changes_nothing(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, written: str | None
) -> None:
    editor = use(monkeypatch, written)
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E")
        await until(pilot, lambda: editor.given, "the editor was there")
        await until(pilot, lambda: not at_work(app), "it is left")
        assert app.draft.plan == plan_of(QUICK)
        assert not app.draft.undo()


async def test_in_the_form_an_editor_that_fails_is_told_at_the_prompt(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, None)
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "the form is there")
        await pilot.press("ctrl+g")
        await sees(pilot, app, "the editor ended with 1: nothing is taken over")
        assert app.screen.query_one(TextArea).text == plan_of(QUICK).tasks[0].prompt


async def test_the_request_and_a_prompt_are_written_outside(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, "Look at cats\x1b[31m\n", "a longer prompt\n")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.draft.plan.tasks, "the request is read")
        assert app.main.plan_pane.request.text == "Look at cats"
        await pilot.press("escape", "e")
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "the form is there")
        await pilot.press("ctrl+g")
        prompt = app.screen.query_one(TextArea)
        await until(pilot, lambda: prompt.text == "a longer prompt", "the prompt is there")
