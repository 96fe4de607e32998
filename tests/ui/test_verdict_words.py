"""The verdict in words, and stages drawn into the room that there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchtui.engine.independence import declared
from orchtui.engine.independence.report import Finding, IndependenceReport
from orchtui.engine.independence.verdicts import judge
from orchtui.engine.plans.plan import Plan, Task
from orchtui.ui.dialogs.run_question import staging_notice
from orchtui.ui.looks import verdict_words
from orchtui.ui.looks.verdict_words import draw_stages, names_of, numbers_of, task_lines, verdict_of


def chain(*edges: str, count: int = 3) -> Plan:
    """`2<1`: task 2 comes after task 1."""
    after = {edge[0]: edge[2] for edge in edges}
    return Plan(
        tasks=tuple(
            Task(id=f"t{n}", title=f"Task {n}", after=(f"t{after[str(n)]}",) * (str(n) in after))
            if str(n) in after
            else Task(id=f"t{n}", title=f"Task {n}")
            for n in range(1, count + 1)
        )
    )


def report_of(plan: Plan, *more: Finding) -> IndependenceReport:
    return judge(plan.tasks, [*declared.find(plan.tasks), *more])


GUESS = Finding(
    id="g", kind="dependency", severity="warning", before="t1", after="t2", tasks=("t1", "t2"),
    message="",
)  # fmt: skip
CONFLICT = Finding(
    id="c", kind="shared_resource", severity="error", tasks=("t2", "t3"), message=""
)  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "more", "words"),
    [
        (chain(), (), "3 tasks INDEPENDENT ✓ → all run in parallel"),
        (chain("2<1"), (), "3 tasks DEPENDENT ✗ → 2 stages"),
        (chain("2<1", "3<2"), (), "3 tasks DEPENDENT ✗ → 3 stages, one after another"),
        (chain(), (GUESS,), "3 tasks UNSURE ? → 2 stages, to be safe"),
        (chain(), (CONFLICT,), "3 tasks DEPENDENT ✗ → 2 stages"),
        (chain(count=1), (), "1 task → a basic run is enough"),
        (chain(count=0), (), "0 tasks → nothing to run"),
    ],
)
def test_the_verdict(plan: Plan, more: tuple[Finding, ...], words: str) -> None:
    assert str(verdict_of(report_of(plan, *more))) == words


def test_each_task_has_its_line() -> None:
    plan = chain("3<1", count=4)
    lines = task_lines(plan, report_of(plan, GUESS, CONFLICT))
    assert [(line.head, line.verdict) for line in lines] == [
        ("Task 1:", "INDEPENDENT ✓"),
        ("Task 2:", "DEPENDS on 1, conflicts with 3 ✗"),
        ("Task 3:", "DEPENDS on 1, conflicts with 2 ✗"),
        ("Task 4:", "INDEPENDENT ✓"),
    ]


@pytest.mark.parametrize(
    ("stages", "width", "rows", "drawn"),
    [
        ([["t1", "t3"], ["t2"]], 60, 1, ["1 Research · 3 Review → 2 Write it down"]),
        ([["t1"], ["t2"], ["t3"]], 30, 2, ["1 Research → 2 Write it down", "→ 3 Review"]),
        ([["t1", "t2"], ["t3"]], 12, 1, ["1 · 2 → 3"]),
        ([["t1"], ["t2"], ["t3"]], 6, 1, ["1 → 2…"]),
    ],
)
def test_stages(stages: list[list[str]], width: int, rows: int, drawn: list[str]) -> None:
    names = {"t1": "Research", "t2": "Write it down", "t3": "Review"}
    assert draw_stages(stages, {"t1": 1, "t2": 2, "t3": 3}, names, width, rows) == drawn


def test_many_are_counted() -> None:
    ids = [f"t{number}" for number in range(1, 301)]
    numbers = {task: number for number, task in enumerate(ids, 1)}
    assert draw_stages([ids], numbers, {}, 40, 1) == ["1-300"]
    odd, even = ids[::2], ids[1::2]
    assert draw_stages([odd, even], numbers, {}, 40, 1) == ["150 tasks → 150 tasks"]


@given(
    titles=st.lists(st.text(max_size=50), min_size=1, max_size=30),
    sizes=st.lists(st.integers(1, 5), min_size=30, max_size=30),
    width=st.integers(4, 120),
    rows=st.integers(1, 4),
)
def test_the_drawing_fits(titles: list[str], sizes: list[int], width: int, rows: int) -> None:
    plan = Plan(tasks=tuple(Task(id=f"t{n}", title=title) for n, title in enumerate(titles)))
    ids = [task.id for task in plan.tasks]
    stages = []
    for size in sizes:
        stages.append(ids[:size])
        ids = ids[size:]
    drawn = draw_stages([s for s in stages if s], numbers_of(plan), names_of(plan), width, rows)
    assert 1 <= len(drawn) <= rows
    assert all(cell_len(line) <= width for line in drawn)


def test_a_notice_of_many_stages_covers_little() -> None:
    first_task = Task(id="t0", title="A long title for the first task")
    others = (Task(id=f"t{n}", title=f"Long title {n}", after=("t0",)) for n in range(1, 40))
    plan = Plan(tasks=(first_task, *others))
    report = report_of(plan)
    first, *more = staging_notice(plan, report).split("\n")
    assert more == ["pane 2 says why"]
    assert "→" in first
    assert len(first) <= 36


def test_thousands_are_not_named_to_see_that_they_do_not_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = [f"t{number}" for number in range(3_000)]
    numbers = {name: number for number, name in enumerate(ids, 1)}
    named: list[str] = []
    monkeypatch.setattr(verdict_words, "_short", lambda task, *rest: named.append(task))
    drawn = draw_stages([ids[:2_000], ids[2_000:]], numbers, dict.fromkeys(ids, "A title"), 100)
    assert drawn == ["1-2000 → 2001-3000"]
    assert named == []
