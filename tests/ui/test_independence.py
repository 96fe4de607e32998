"""The independence pane: verdict, findings, words, fixes, the matrix, a second opinion."""

import asyncio
import threading
from collections.abc import Callable
from itertools import combinations

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from orchtui.engine.consulting.second_opinion import Opinion
from orchtui.engine.errors import NoBackendError, StorageError
from orchtui.engine.independence import declared, fixes
from orchtui.engine.independence.report import (
    Evidence,
    Finding,
    Fix,
    IndependenceReport,
    Severity,
    Source,
)
from orchtui.engine.independence.task_index import TaskIndex
from orchtui.engine.independence.verdicts import judge
from orchtui.engine.plans.plan import Plan, Task
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.compose.task_form import TaskForm
from tests.ui.conftest import QUICK, MakeApp, ended, plan_of, screen_text, sees, shows, until

Check = Callable[[Plan], IndependenceReport]

SHARED = Plan(
    tasks=(
        Task(id="a", title="First", prompt=f"Do one [rehearse: {QUICK}]", writes=("out/x.md",)),
        Task(id="b", title="Second", prompt=f"Do two [rehearse: {QUICK}]", writes=("out/x.md",)),
        Task(id="c", title="Third", prompt=f"Do three [rehearse: {QUICK}]"),
    )
)
"""Two tasks that write one file: a finding that is certain whatever the rules of prose are."""


def quote(task: Task, words: str, field: str = "prompt") -> Evidence:
    text = task.prompt if field == "prompt" else task.title
    start = text.index(words)
    return Evidence(task=task.id, field=field, start=start, end=start + len(words), text=words)


def needs(
    before: Task,
    after: Task,
    words: str = "",
    *,
    severity: Severity = "warning",
    source: Source = "rules",
) -> Finding:
    """A dependency; the words stand in the later task's prompt."""
    return Finding(
        id=f"dependency:{before.id}:{after.id}:{source}",
        kind="dependency",
        severity=severity,
        before=before.id,
        after=after.id,
        tasks=(before.id, after.id),
        evidence=(quote(after, words),) if words else (),
        message=f"{after.id} needs what {before.id} makes",
        fixes=(Fix(id="after", label="one after the other"), Fix(id="drop", label="drop it")),
        source=source,
    )


def always(*findings: Finding) -> Check:
    """A check that finds the same in every plan that has the tasks."""

    def check(plan: Plan) -> IndependenceReport:
        tasks = [task for task in plan.tasks if task.enabled]
        ids = {task.id for task in tasks}
        report = judge(tasks, [one for one in findings if ids.issuperset(one.tasks)])
        given = {one.id for one in findings}
        return replace(report, findings=tuple(one for one in report.findings if one.id in given))

    return check


def same_output(plan: Plan) -> IndependenceReport:
    """Only two tasks that write one file, with the engine's own fixes."""
    tasks = [task for task in plan.tasks if task.enabled]
    known = TaskIndex(tasks)
    found = [
        Finding(
            id=f"write_conflict:{first.id}:{second.id}",
            kind="write_conflict",
            severity="error",
            tasks=(first.id, second.id),
            evidence=tuple(
                Evidence(task=one.id, field="writes[0]", start=0, end=len(path), text=path)
                for one in (first, second)
            ),
            message=f"'{first.label}' and '{second.label}' both write {path}",
        )
        for first, second in combinations(tasks, 2)
        if not known.order.follows(first.id, second.id)
        for path in set(first.writes) & set(second.writes)
    ]
    return judge(tasks, [replace(one, fixes=fixes.offers(one, known)) for one in found])


def with_check(app: OrchtuiApp, check: Check) -> OrchtuiApp:
    app.main.independence.check = check
    return app


def focused(app: OrchtuiApp) -> Widget | None:
    return app.focused


async def findings_in_front(pilot: Pilot[int], app: OrchtuiApp) -> None:
    """Go to the pane, and wait until what was found stands there."""
    pane = app.main.independence
    await pilot.press("2")
    await until(pilot, lambda: pane.report is not None and not pane._changed, "it is checked")


def notices(app: OrchtuiApp) -> str:
    return "\n".join(f"{notice.title} {notice.message}" for notice in app._notifications)


# The verdict


async def test_the_verdict_follows_what_is_typed(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await sees(pilot, app, "Which tasks may run together?")
        app.main.plan_pane.request.text = "Look at:\n1. cats\n2. dogs\n3. birds"
        await sees(pilot, app, "3 tasks INDEPENDENT ✓ → all run in parallel")
        await sees(pilot, app, "Task 2: Dogs")
        app.main.plan_pane.request.text = "Look at:\n1. cats\n2. dogs"
        await sees(pilot, app, "2 tasks INDEPENDENT ✓")
        app.main.plan_pane.request.text = ""
        await sees(pilot, app, "Which tasks may run together?")


async def test_declared_order_is_drawn_as_stages(make_app: MakeApp) -> None:
    plan = Plan(
        tasks=(
            Task(id="r", title="Research", prompt="x"),
            Task(id="w", title="Write", prompt="y", after=("r",)),
            Task(id="o", title="Other", prompt="z"),
        )
    )
    app = with_check(make_app(plan), always_declared)
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "3 tasks DEPENDENT ✗ → 2 stages")  # below the tasks
        await pilot.press("2")
        await sees(pilot, app, "1 Research · 3 Other → 2 Write")
        await sees(pilot, app, "DEPENDS on 1 ✗")
        await sees(pilot, app, "INDEPENDENT ✓")


def always_declared(plan: Plan) -> IndependenceReport:
    return judge(plan.tasks, declared.find(plan.tasks))


async def test_guesses_are_called_so(make_app: MakeApp) -> None:
    plan = plan_of(QUICK, QUICK)
    app = with_check(make_app(plan), always(needs(plan.tasks[0], plan.tasks[1], "topic 2")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await sees(pilot, app, "2 tasks UNSURE ? → 2 stages")
        await sees(pilot, app, "DEPENDS on 1 ?")
        await sees(pilot, app, "Guessed 1")


async def test_one_task_needs_no_more_than_a_basic_run(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await sees(pilot, app, "1 task → a basic run is enough")
        await pilot.press("m", "o")
        assert app.focused is app.main.independence.list
        assert app.main.independence.asked_since is None


async def test_the_report_of_a_plan_that_is_no_more_is_dropped(make_app: MakeApp) -> None:
    """A check that takes long holds nothing up, and only the latest plan counts."""
    going, release, seen = threading.Event(), threading.Event(), []

    def slowly(plan: Plan) -> IndependenceReport:
        seen.append(len(plan.tasks))
        if len(plan.tasks) == 2:
            going.set()
            release.wait(20)
        return judge(plan.tasks, ())

    app = with_check(make_app(plan_of(QUICK, QUICK)), slowly)
    async with app.run_test(size=(120, 40)) as pilot:
        await asyncio.to_thread(going.wait, 20)
        await pilot.press("c", "c")  # two more tasks, while the first check goes on
        assert len(app.draft.plan.tasks) == 4
        assert not shows(app, "INDEPENDENT ✓")
        release.set()
        await sees(pilot, app, "4 tasks INDEPENDENT ✓")
        assert seen == [2, 4]


async def test_a_check_that_fails_is_told(make_app: MakeApp) -> None:
    def fail(plan: Plan) -> IndependenceReport:
        raise StorageError("no idea")

    app = with_check(make_app(plan_of(QUICK)), fail)
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "no idea")
        await pilot.press("escape")
        assert app.screen is app.main


# The findings


async def test_moving_unfolds_the_finding_and_its_words(make_app: MakeApp) -> None:
    plan = plan_of(QUICK, QUICK, QUICK)
    one, two, three = plan.tasks
    check = always(needs(one, two, "topic 2"), needs(one, three, "topic 3"))
    app = with_check(make_app(plan), check)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await sees(pilot, app, "Look at topic 2")
        await sees(pilot, app, "f one after the other")
        assert not shows(app, "Look at topic 3")
        await pilot.press("j")
        await sees(pilot, app, "Look at topic 3")
        assert not shows(app, "Look at topic 2")
        await pilot.press("j", "down", "k")
        await sees(pilot, app, "Look at topic 2")


async def test_the_quoted_words_are_underlined(make_app: MakeApp) -> None:
    plan = plan_of(QUICK, QUICK)
    app = with_check(make_app(plan), always(needs(plan.tasks[0], plan.tasks[1], "topic 2")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await sees(pilot, app, "Look at topic 2")
        underlined = [
            segment.text
            for row in app.screen._compositor.render_strips()
            for segment in row
            if segment.style and segment.style.underline
        ]
        assert "".join(underlined).strip() == "topic 2"


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (120, 40)])
async def test_enter_goes_to_the_words(make_app: MakeApp, size: tuple[int, int]) -> None:
    long = "Read this first. " * 60 + "\nThen use the notes of\nthe other one."
    first, second = Task(id="a", title="A", prompt="x"), Task(id="b", title="B", prompt=long)
    finding = needs(first, second, "the notes of")
    app = with_check(make_app(Plan(tasks=(first, second))), always(finding))
    async with app.run_test(size=size) as pilot:
        await findings_in_front(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "the form is open")
        await until(pilot, lambda: isinstance(app.focused, TextArea), "the prompt has the focus")
        area = app.focused
        assert isinstance(area, TextArea)
        assert area.selected_text == "the notes of"
        await sees(pilot, app, "Then use the notes of")
        await pilot.press("escape")
        assert app.focused is app.main.independence.list


async def test_enter_goes_to_an_entry_of_a_list(make_app: MakeApp) -> None:
    plan = Plan(
        tasks=(
            Task(id="a", title="A", prompt="x", writes=("one.md", "two.md")),
            Task(id="b", title="B", prompt="y"),
        )
    )
    words = Evidence(task="a", field="writes[1]", start=0, end=6, text="two.md")
    finding = Finding(
        id="x", kind="write_conflict", severity="warning", tasks=("a", "b"), message="m",
        evidence=(quote(plan.tasks[1], "y"), words),
    )  # fmt: skip
    app = with_check(make_app(plan), always(finding))
    async with app.run_test(size=(80, 24)) as pilot:
        await findings_in_front(pilot, app)
        await pilot.press("right", "enter")
        await until(pilot, lambda: isinstance(app.focused, Input), "the entry has the focus")
        entry = app.focused
        assert isinstance(entry, Input)
        assert (entry.id, entry.selected_text) == ("field-writes", "two.md")


async def test_the_form_from_a_finding_leads_back_to_it(make_app: MakeApp) -> None:
    plan = plan_of(QUICK, QUICK)
    app = with_check(make_app(plan), always(needs(plan.tasks[0], plan.tasks[1], "topic 2")))
    async with app.run_test(size=(80, 24)) as pilot:
        await findings_in_front(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.focused, TextArea), "the prompt has the focus")
        await pilot.press("X", "ctrl+r")
        await until(pilot, lambda: app.screen is app.main, "the form is closed")
        assert app.draft.plan.tasks[1].prompt.startswith("Look at X")
        assert app.main.view == "independence"


# Fixes and acceptance


async def test_a_fix_is_an_edit_that_can_be_undone(make_app: MakeApp) -> None:
    app = with_check(make_app(SHARED), same_output)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = app.main.independence
        await pilot.press("2")
        await sees(pilot, app, "CONFLICTS with 2 ✗")
        picked = pane.list.picked
        assert picked is not None
        await pilot.press("f")
        await until(pilot, lambda: app.draft.plan != SHARED, "the plan is another one")
        await until(pilot, lambda: picked.id not in ids(app), "the finding is gone")
        await pilot.press("u")
        assert app.draft.plan == SHARED
        await until(pilot, lambda: picked.id in ids(app), "the finding is back")
        await pilot.press("U")
        await until(pilot, lambda: picked.id not in ids(app), "the finding is gone again")


def ids(app: OrchtuiApp) -> list[str]:
    report = app.main.independence.report
    return [finding.id for finding in report.findings] if report else []


@pytest.mark.parametrize("key", ["x", "a"])
async def test_accepting_and_taking_it_back(make_app: MakeApp, key: str) -> None:
    app = with_check(make_app(SHARED), same_output)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await sees(pilot, app, "DEPENDENT ✗")
        await pilot.press(key)
        await sees(pilot, app, "3 tasks INDEPENDENT ✓ → all run in parallel")
        await sees(pilot, app, "accepted")
        accepted = app.draft.plan
        assert sum(len(task.accepted) for task in accepted.tasks) == 1
        await pilot.press(key)
        await sees(pilot, app, "DEPENDENT ✗")
        assert app.draft.plan == SHARED
        await pilot.press("u")
        assert app.draft.plan == accepted


async def test_a_fix_can_be_chosen(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def apply(plan: Plan, finding: Finding, fix_id: str) -> Plan:
        made.append(fix_id)
        return Plan(tasks=plan.tasks[:1])

    monkeypatch.setattr("orchtui.engine.independence.fixes.apply", apply)
    plan = plan_of(QUICK, QUICK)
    app = with_check(make_app(plan), always(needs(plan.tasks[0], plan.tasks[1])))
    async with app.run_test(size=(80, 24)) as pilot:
        await findings_in_front(pilot, app)
        await pilot.press("F")
        await sees(pilot, app, "2 drop it")
        await pilot.press("escape", "F", "9")
        await sees(pilot, app, "2 drop it")
        await pilot.press("2")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 1, "the fix is made")
        await pilot.press("u")
        assert app.draft.plan == plan
        await until(pilot, lambda: ids(app), "the finding is back")
        await pilot.press("F", "down", "enter")
        await until(pilot, lambda: made == ["drop", "drop"], "it is made again")


async def test_a_fix_that_is_not_possible_says_why(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(plan: Plan, finding: Finding, fix_id: str) -> Plan:
        raise ValueError("the [/] plan has changed")

    monkeypatch.setattr("orchtui.engine.independence.fixes.apply", refuse)
    plan = plan_of(QUICK, QUICK)
    app = with_check(make_app(plan), always(needs(plan.tasks[0], plan.tasks[1])))
    async with app.run_test(size=(80, 24)) as pilot:
        await findings_in_front(pilot, app)
        await pilot.press("f")
        await until(pilot, lambda: "the [/] plan has changed" in notices(app), "it says why")
        assert app.draft.plan == plan


async def test_keys_without_a_finding_do_nothing(make_app: MakeApp) -> None:
    for plan in (Plan(), plan_of(QUICK), plan_of(QUICK, QUICK)):
        app = with_check(make_app(plan), always())
        async with app.run_test(size=(80, 24)) as pilot:
            if not plan.tasks:
                await pilot.press("escape")  # out of the request
            await pilot.press("2")
            keys = ["f", "F", "x", "enter", "j", "k", "G", "g", "pagedown", "left", "u", "U"]
            await pilot.press(*keys)
            await pilot.pause()
            assert app.screen is app.main
            assert app.draft.plan == plan
            await pilot.press("escape")
            assert app.main.view == "compose"


async def test_a_fix_while_a_run_goes_on_is_for_the_next_one(make_app: MakeApp) -> None:
    plan = Plan(
        tasks=tuple(
            Task(id=task.id, prompt="Do it [rehearse: stall]", writes=task.writes)
            for task in SHARED.tasks[:2]
        )
    )
    app = with_check(make_app(plan), same_output)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+r")
        await sees(pilot, app, "Not all tasks are independent")
        await pilot.press("r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        assert len(app.live.run.with_status("running")) == 1  # type: ignore[union-attr]
        await findings_in_front(pilot, app)
        await pilot.press("x")
        await until(pilot, lambda: app.draft.plan != plan, "it is accepted")
        assert app.live.run is not None
        assert app.live.run.plan == plan
        app.live.cancel_all()
        await ended(pilot, app)


# The matrix


async def test_the_matrix_shows_pairs_and_leads_to_findings(make_app: MakeApp) -> None:
    plan = plan_of(QUICK, QUICK, QUICK)
    one, two, three = plan.tasks
    check = always(needs(one, two, severity="error"), needs(two, three))
    app = with_check(make_app(plan), check)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = app.main.independence
        await findings_in_front(pilot, app)
        await pilot.press("m")
        assert focused(app) is pane.matrix
        await sees(pilot, app, "1 and 2: t2 needs what t1 makes")
        await sees(pilot, app, "1 Topic 1 ╲ → ·")
        await sees(pilot, app, "2 Topic 2 ← ╲ ?")
        await sees(pilot, app, "3 Topic 3 · ? ╲")
        await pilot.press("right")
        await sees(pilot, app, "1 and 3: independent")
        await pilot.press("enter")
        assert focused(app) is pane.matrix  # nothing to go to
        await pilot.press("j")
        await sees(pilot, app, "2 and 3: guessed: t3 needs what t2 makes")
        await pilot.press("enter")
        assert focused(app) is pane.list
        assert pane.list.picked is not None
        assert pane.list.picked.after == "t3"
        await pilot.press("m", "m")
        assert focused(app) is pane.list


@pytest.mark.parametrize("size", [(80, 24), (120, 50)])
async def test_the_mouse_finds_cells_and_findings(make_app: MakeApp, size: tuple[int, int]) -> None:
    plan = plan_of(QUICK, QUICK, QUICK)
    one, two, three = plan.tasks
    app = with_check(make_app(plan), always(needs(one, two), needs(two, three)))
    async with app.run_test(size=size) as pilot:
        pane = app.main.independence
        await pilot.press("2")
        await sees(pilot, app, "? 2 → 3")
        rows = screen_text(app).splitlines()
        y = next(number for number, row in enumerate(rows) if "? 2 → 3" in row)
        await pilot.click(offset=(pane.list.region.x + 5, y))
        assert pane.list.picked is not None
        assert pane.list.picked.after == "t3"
        await pilot.press("m")
        await sees(pilot, app, "2 Topic 2 ? ╲ ?")
        rows = screen_text(app).splitlines()
        y = next(number for number, row in enumerate(rows) if "2 Topic 2 ? ╲ ?" in row)
        await pilot.click(offset=(rows[y].index("? ╲ ?") + 4, y))
        assert pane.matrix.cursor == (1, 2)
        await pilot.click(offset=(pane.matrix.region.x, y))
        assert pane.matrix.cursor == (1, 2)


# A second opinion


def answering(
    app: OrchtuiApp, opinion: Opinion, monkeypatch: pytest.MonkeyPatch, wait: asyncio.Event
) -> None:
    async def answer(project: object, plan: Plan) -> Opinion:
        await wait.wait()
        return opinion

    project = type(app.project)
    monkeypatch.setattr(project, "second_opinion", answer)
    monkeypatch.setattr(project, "opinion_backend", lambda self, plan: ("[/]oracle", None))


async def test_a_models_findings_are_added_and_marked(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(QUICK, QUICK, QUICK)
    app = with_check(make_app(plan), always())
    said = needs(plan.tasks[0], plan.tasks[1], "topic 2", source="model")
    wait = asyncio.Event()
    answering(app, Opinion(findings=(said,), problems=("one [/] was odd",)), monkeypatch, wait)
    async with app.run_test(size=(80, 24)) as pilot:
        await findings_in_front(pilot, app)
        await pilot.press("o")
        await sees(pilot, app, "oracle is asked")
        await pilot.press("o")  # once is enough
        wait.set()
        await sees(pilot, app, "UNSURE ?")
        await sees(pilot, app, "a model's")
        assert "one [/] was odd" in notices(app)
        assert "names 1 reason" in notices(app)
        await pilot.press("x")
        await sees(pilot, app, "INDEPENDENT ✓ → all run in parallel")
        await sees(pilot, app, "a model's · accepted")
        await pilot.press("x")
        await sees(pilot, app, "UNSURE ?")
        # It goes with the words that it is about.
        app.main.plan_pane.tasks.focus()
        await pilot.press("j", "d", "2")
        await sees(pilot, app, "2 tasks INDEPENDENT ✓")
        await pilot.press("u")
        await sees(pilot, app, "UNSURE ?")


async def test_asking_can_be_stopped(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = with_check(make_app(plan_of(QUICK, QUICK)), always())
    answering(app, Opinion(), monkeypatch, asyncio.Event())
    async with app.run_test(size=(80, 24)) as pilot:
        await findings_in_front(pilot, app)
        await pilot.press("o")
        await sees(pilot, app, "oracle is asked")
        await pilot.press("escape")
        await until(pilot, lambda: not shows(app, "oracle is asked"), "it stops")
        assert app.focused is app.main.independence.list
        await pilot.press("escape")
        assert app.main.view == "compose"


async def test_an_answer_about_another_plan_is_dropped(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(QUICK, QUICK, QUICK)
    app = with_check(make_app(plan), always())
    wait = asyncio.Event()
    said = needs(plan.tasks[0], plan.tasks[1], source="model")
    answering(app, Opinion(findings=(said,)), monkeypatch, wait)
    async with app.run_test(size=(120, 40)) as pilot:
        await findings_in_front(pilot, app)
        await pilot.press("o")
        await sees(pilot, app, "oracle is asked")
        app.main.plan_pane.tasks.focus()
        await pilot.press("G", "p")
        wait.set()
        await until(pilot, lambda: "is dropped" in notices(app), "it is told")
        await sees(pilot, app, "3 tasks INDEPENDENT ✓")


async def test_without_a_model_there_is_nobody_to_ask(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(project: object, plan: Plan) -> tuple[str, None]:
        raise NoBackendError("there is no model")

    app = with_check(make_app(plan_of(QUICK, QUICK)), always())
    monkeypatch.setattr(type(app.project), "opinion_backend", nobody)
    async with app.run_test(size=(80, 24)) as pilot:
        await findings_in_front(pilot, app)
        await pilot.press("o")
        await until(pilot, lambda: "there is no model" in notices(app), "it is told")
        assert app.main.independence.asked_since is None


# Before a run


async def test_certain_findings_are_asked_about_once(make_app: MakeApp) -> None:
    app = with_check(make_app(SHARED), same_output)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await sees(pilot, app, "Not all tasks are independent")
        await sees(pilot, app, "run in 2 stages")
        await pilot.press("escape")
        await pilot.pause()
        assert app.main.shown is None
        assert not app.live.taken
        await pilot.press("ctrl+r")
        await sees(pilot, app, "Not all tasks are independent")
        await pilot.press("r")
        await ended(pilot, app)
        assert "Runs in 2 stages 1 First · 3 Third → 2 Second" in notices(app)
        first = app.main.shown
        assert first is not None
        assert first.run.schedule.stages == [["a", "c"], ["b"]]
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.shown is not first, "it starts without a question")
        await ended(pilot, app)


async def test_looking_at_the_findings_instead(make_app: MakeApp) -> None:
    app = with_check(make_app(SHARED), same_output)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await sees(pilot, app, "Not all tasks are independent")
        await pilot.press("l")
        await until(pilot, lambda: app.main.view == "independence", "the findings are there")
        assert app.main.shown is None
        findings = app.main.independence.list
        await until(pilot, lambda: findings.has_focus and findings.picked, "one is picked")
        await pilot.press("x")
        await until(pilot, lambda: app.draft.plan != SHARED, "it is accepted")
        await pilot.press("ctrl+r")
        await ended(pilot, app)
        assert app.main.shown is not None
        assert app.main.shown.run.schedule.stages == [["a", "b", "c"]]
        assert "Runs in" not in notices(app)


async def test_what_the_plan_declares_is_not_asked_about(make_app: MakeApp) -> None:
    one, two = plan_of(QUICK, QUICK).tasks
    plan = Plan(tasks=(one, Task(id="t2", prompt=two.prompt, after=("t1",))))
    app = with_check(make_app(plan), always_declared)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await ended(pilot, app)
        assert "Runs in 2 stages" in notices(app)


async def test_a_waiting_task_says_for_whom_and_why(make_app: MakeApp) -> None:
    stall, quick = plan_of("stall", QUICK).tasks
    app = with_check(make_app(Plan(tasks=(stall, quick))), always(needs(stall, quick)))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+r")
        await sees(pilot, app, "? after Topic 1")
        await pilot.press("j")
        await sees(pilot, app, "t2 needs what t1 makes (guessed)")
        app.live.cancel_all()
        await ended(pilot, app)
        assert not shows(app, "after Topic 1")


# Many, hostile, every size


async def test_hundreds_of_findings_are_one_widget(make_app: MakeApp) -> None:
    plan = plan_of(*[QUICK] * 200)
    found = [
        needs(plan.tasks[number], plan.tasks[number + step])
        for step in (1, 2, 3)
        for number in range(0, 195)
    ]
    few, many = make_app(plan_of(QUICK, QUICK)), with_check(make_app(plan), always(*found))
    counts = []
    for app in (few, many):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("2")
            await until(pilot, lambda app=app: app.main.independence.report, "it is checked")  # type: ignore[misc]
            counts.append(len(app.main.independence.query("*")))
            if app is many:
                await sees(pilot, app, "200 tasks UNSURE ?")
                await pilot.press("G")
                await sees(pilot, app, "195 → 198")
                await pilot.press("g", "pagedown", "pageup", "m", "G")
                await sees(pilot, app, "200: Topic 200")
                assert app.main.independence.matrix.scroll_offset.x > 0
                await pilot.press("g")
                await sees(pilot, app, "1: Topic 1")
    assert counts[0] == counts[1]


HOSTILE = (
    "[/] [b]x[/b] \x1b[31mred\x1b]0;t\x07 漢字漢字漢字漢字漢字 \u202eabc [@click=app.quit]no[/]"
)
SIZES = [(20, 5), (40, 10), (60, 15), (80, 24), (120, 40), (200, 50)]


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_text_stays_text_at_every_size(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    tasks = tuple(Task(id=f"h{n}", title=HOSTILE * 3, prompt=HOSTILE * 20) for n in range(4))
    said = Finding(
        id="x", kind="shared_resource", severity="error", tasks=("h0", "h1"), message=HOSTILE,
        evidence=(quote(tasks[0], HOSTILE[5:40]), quote(tasks[1], "x", "title")),
        fixes=(Fix(id="1", label=HOSTILE), Fix(id="2", label=HOSTILE)),
    )  # fmt: skip
    wrong = Evidence(task="nobody", field="prompt", start=5, end=900, text=HOSTILE)
    odd = Finding(
        id="y", kind="duplicate", severity="info", tasks=("h2",), message="", evidence=(wrong,)
    )
    app = with_check(make_app(Plan(tasks=tasks)), always(said, odd, needs(tasks[2], tasks[3])))
    async with app.run_test(size=size) as pilot:
        for key in ("2", "j", "j", "k", "k", "right", "F", "escape", "m", "j", "l", "m", "enter"):
            await pilot.press(key)
            await pilot.pause()
            for row in app.screen._compositor.render_strips():
                assert row.cell_length == size[0]
                assert not {"\x1b", "\x07", "\u202e"} & set(row.text)
        assert isinstance(app.screen, TaskForm)


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_narrow_terminals_tell_the_verdict_below_the_tasks(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = with_check(make_app(SHARED), same_output)
    async with app.run_test(size=size) as pilot:
        await sees(pilot, app, "3 tasks DEPENDENT ✗ → 2 stages")
        assert app.main.query_one("#plan-verdict", Static).region.height == 1
        await sees(pilot, app, "Third")


async def test_the_run_takes_the_findings_place(make_app: MakeApp) -> None:
    app = with_check(make_app(plan_of("stall")), always())
    async with app.run_test(size=(120, 40)) as pilot:
        await sees(pilot, app, "2 Independence ─")
        await pilot.press("ctrl+r")
        await sees(pilot, app, "3 Timeline ─")
        assert not shows(app, "2 Independence ─")
        await pilot.press("1")
        await sees(pilot, app, "3 Timeline ─")  # while it goes on
        await pilot.press("2")
        await sees(pilot, app, "2 Independence ─")
        await pilot.press("1")
        app.live.cancel_all()
        await ended(pilot, app)
        await sees(pilot, app, "3 Timeline ─")  # its end takes nothing away
        await pilot.press("1")
        await sees(pilot, app, "2 Independence ─")
