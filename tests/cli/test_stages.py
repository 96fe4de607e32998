"""What a run says about its order before it starts, and what --strict refuses."""

import pytest

from orchtui.cli.stages import refuse_findings, told
from orchtui.engine.errors import InputError
from orchtui.engine.independence.report import Finding
from orchtui.engine.plans.plan import Task
from tests.engine.scripted import conflict, dependency, report_of, schedule_of, task

AB = (task("a"), task("b"))


def test_nothing_is_said_where_nothing_was_staged() -> None:
    assert told(schedule_of(*AB)) == []
    assert told(schedule_of(task("a"), task("b", after=("a",)))) == []


def test_the_stages_come_first_then_each_reason_then_the_way_out() -> None:
    schedule = schedule_of(
        *AB, task("c"), task("d"), findings=[conflict("a", "b"), dependency("b", "c")]
    )

    assert told(schedule) == [
        "3 stages: a, d → b → c",
        "  c gets the result of b: 'c' speaks of what 'b' makes (guessed) [dependency:b:c]",
        "  b waits for the end of a: 'a' and 'b' both write out.md (certain) [write_conflict:a:b]",
        "`orchtui check` shows fixes; to let two tasks run together all the same, put the id in "
        "brackets into `accepted` of one of them in the plan",
    ]


def test_many_stages_tasks_and_reasons_are_told_in_few_words() -> None:
    names = [f"t{n}" for n in range(40)]
    chain = [conflict(names[n - 1], names[n]) for n in range(1, 30)]

    lines = told(schedule_of(*map(task, names), findings=chain))

    assert lines[0] == "30 stages: t0, t30, t31, t32 and 7 more → t1 → t2 → t3 → … → t29"
    assert lines[-2] == "  and 21 more; see `orchtui check`"
    assert len(lines) == 11


def test_words_from_the_plan_can_not_forge_a_line() -> None:
    finding = Finding(
        id="x\ny",
        kind="shared_resource",
        severity="warning",
        tasks=("a", "b"),
        message="one\n\x1b[31mtwo",
    )

    assert told(schedule_of(*AB, findings=[finding]))[1] == (
        "  b waits for the end of a: one two (guessed) [x y]"
    )
    with pytest.raises(InputError) as caught:
        refuse_findings(report_of(*AB, findings=[finding]))
    assert str(caught.value) == "--strict: one two (guessed) [x y]"


@pytest.mark.parametrize(
    ("tasks", "findings", "refused"),
    [
        pytest.param(AB, [], [], id="nothing found"),
        pytest.param([AB[0], task("b", after=("a",))], [], [], id="what is declared is meant"),
        pytest.param(AB, [conflict("a", "b")], ["write_conflict:a:b"], id="a certain one"),
        pytest.param(AB, [dependency("a", "b")], ["dependency:a:b"], id="a guessed one"),
        pytest.param(
            [AB[0], task("b", accepted=("dependency:a:b",))],
            [dependency("a", "b"), conflict("a", "b")],
            ["write_conflict:a:b"],
            id="accepting one is not accepting all",
        ),
        pytest.param(
            AB,
            [
                Finding(
                    id="n", kind="not_self_contained", severity="error", tasks=("a",), message="it"
                )
            ],
            [],
            id="only what stages a run",
        ),
        pytest.param(
            AB,
            [conflict("a", "b"), dependency("a", "b")],
            ["write_conflict:a:b", "dependency:a:b"],
            id="all of them",
        ),
    ],
)
def test_strict_refuses_what_would_stage_the_run(
    tasks: list[Task], findings: list[Finding], refused: list[str]
) -> None:
    report = report_of(*tasks, findings=findings)
    if not refused:
        refuse_findings(report)
        return

    with pytest.raises(InputError) as caught:
        refuse_findings(report)

    assert [problem.message.partition("[")[2] for problem in caught.value.problems] == [
        f"{finding_id}]" for finding_id in refused
    ]
