"""The report for people, line by line, from reports made by hand."""

from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from orchtui.cli.check_text import MEANINGS, Paint, lines, summary
from orchtui.engine.independence import Evidence, Finding, Fix, IndependenceReport, check
from orchtui.engine.independence.report import FindingKind, Severity
from orchtui.engine.independence.verdicts import judge
from orchtui.engine.plans.plan import Plan, Task

PLAN = Plan(
    tasks=(
        Task(id="a", title="Apples", prompt="Count the apples"),
        Task(
            id="b", title="Report", prompt="First think.\nThen use the counted apples in it.\nEnd."
        ),
        Task(id="c", title="Pears", prompt="Count the pears"),
    )
)


def finding(
    kind: FindingKind,
    *tasks: str,
    severity: Severity = "warning",
    words: tuple[tuple[str, str], ...] = (),
    fixes: tuple[Fix, ...] = (),
) -> Finding:
    """A finding; `words` are pairs of a task and words of its prompt."""
    ordered = kind in ("declared", "dependency")
    return Finding(
        id=f"{kind}:{':'.join(tasks)}",
        kind=kind,
        severity=severity,
        before=tasks[0] if ordered else None,
        after=tasks[1] if ordered else None,
        tasks=tasks,
        evidence=tuple(
            Evidence(
                task=task,
                field="prompt",
                start=PLAN.task(task).prompt.index(text),
                end=PLAN.task(task).prompt.index(text) + len(text),
                text=text,
            )
            for task, text in words
        ),
        message="what was found",
        fixes=fixes,
    )


def shown(report: IndependenceReport, plan: Plan = PLAN) -> list[str]:
    return list(
        lines(
            plan,
            report,
            hindrances=[],
            locate=lambda words: f"plan.yaml:7:{words.start}" if words.task == "b" else None,
            width=60,
            paint=Paint(False),
        )
    )


def report_of(*findings: Finding, plan: Plan = PLAN) -> IndependenceReport:
    """The report of these findings, without advice of its own."""
    report = judge(plan.tasks, findings)
    kept = tuple(one for one in report.findings if one.kind != "pattern" or one in findings)
    return replace(report, findings=kept)


@pytest.mark.parametrize(
    ("findings", "head"),
    [
        pytest.param(
            [],
            ["INDEPENDENT ✓", "INDEPENDENT ✓", "INDEPENDENT ✓", "→ All can run in parallel"],
            id="independent",
        ),
        pytest.param(
            [
                finding("dependency", "a", "b", severity="error"),
                finding("dependency", "c", "b"),
            ],
            ["INDEPENDENT ✓", "DEPENDS on a & c ✗", "INDEPENDENT ✓", "→ 2 stages (parallel):"],
            id="certain and guessed",
        ),
        pytest.param(
            [finding("dependency", "a", "b")],
            [
                "INDEPENDENT ✓",
                "DEPENDS on a ? (guessed)",
                "INDEPENDENT ✓",
                "→ Unsure: what stands against running all at once is only guessed",
            ],
            id="only guessed",
        ),
        pytest.param(
            [
                finding("write_conflict", "a", "c", severity="error"),
                finding("read_write", "c", "b", severity="error"),
                finding("dependency", "a", "b", severity="error"),
            ],
            [
                "CONFLICTS with c ✗",
                "DEPENDS on a, CONFLICTS with c ✗",
                "CONFLICTS with a & b ✗",
                "→ 3 stages (sequential):",
            ],
            id="conflicts",
        ),
        pytest.param(
            [finding("duplicate", "a", "c"), finding("not_self_contained", "b")],
            ["INDEPENDENT ✓", "INDEPENDENT ✓", "INDEPENDENT ✓", "→ All can run in parallel"],
            id="what changes no verdict",
        ),
    ],
)
def test_the_verdicts_come_first_in_the_words_of_the_tutorial(
    findings: list[Finding], head: list[str]
) -> None:
    labels = ["Task 1: Apples - ", "Task 2: Report - ", "Task 3: Pears - ", ""]

    assert shown(report_of(*findings))[:4] == [
        label + words for label, words in zip(labels, head, strict=True)
    ]


def test_a_finding_shows_the_words_of_both_tasks_and_what_to_do() -> None:
    found = finding(
        "dependency",
        "a",
        "b",
        words=(("a", "Count"), ("b", "the counted apples")),
        fixes=(Fix(id="run_after", label="run 'b' after 'a'"),),
    )

    text = shown(report_of(found))

    assert text[text.index("") :] == [
        "",
        "warning[dependency] (guessed): what was found",
        "  --> task 'a', prompt",
        "   | Count the apples",
        "   | ^^^^^",
        "  --> plan.yaml:7:22 (task 'b', prompt)",
        "   | Then use the counted apples in it.",
        "   |          ^^^^^^^^^^^^^^^^^^",
        "   = help: run 'b' after 'a'",
        "   = help: if that does not matter, add to task 'b': accepted: [\"dependency:a:b\"]",
        "",
        "1 warning",
    ]


def test_the_models_findings_are_called_so() -> None:
    found = replace(finding("dependency", "a", "b"), source="model")

    assert "warning[dependency] (the model's): what was found" in shown(report_of(found))


def test_advice_needs_no_accepting_and_may_name_no_task() -> None:
    advice = finding("pattern", severity="info")
    report = IndependenceReport(
        verdict="independent", pattern="parallel", tasks=(), findings=(advice,), stages=()
    )
    text = shown(report)

    assert text[-3:] == ["info[pattern]: what was found", "", "1 note"]


def test_all_findings_are_shown_and_counted() -> None:
    accepting = Task(id="c", prompt="Count the pears", accepted=("duplicate:a:c",))
    plan = Plan(tasks=(*PLAN.tasks[:2], accepting))
    report = report_of(
        finding("dependency", "a", "b", severity="error"),
        finding("write_conflict", "a", "c", severity="error"),
        finding("not_self_contained", "b"),
        finding("duplicate", "a", "c"),
        finding("pattern", "a", severity="info"),
        plan=plan,
    )

    text = shown(report, plan)

    assert text[-1] == summary(report) == "2 errors, 1 warning, 1 note, 1 accepted"
    assert sum("what was found" in line for line in text) == 5
    assert "warning[duplicate] (guessed, accepted): what was found" in text


def test_text_from_outside_can_not_act_on_the_terminal() -> None:
    hostile = "see \x1b[2Jthe\x07 \u202e[/]plan"
    plan = Plan(tasks=(Task(id="a", prompt=hostile),))
    words = Evidence(task="a", field="prompt", start=8, end=20, text=hostile[8:20])
    found = Finding(
        id="not_self_contained:\x1b[1m",
        kind="not_self_contained",
        severity="warning",
        tasks=("a",),
        evidence=(words,),
        message=hostile,
        fixes=(Fix(id="x", label=hostile),),
    )

    text = "\n".join(shown(report_of(found, plan=plan), plan))

    assert "warning[not_self_contained] (guessed): see the [/]plan" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_words_that_the_task_no_longer_has_are_shown_alone() -> None:
    words = Evidence(task="a", field="writes[4]", start=2, end=6, text="gone")
    found = Finding(
        id="x", kind="duplicate", severity="warning", tasks=("a",), evidence=(words,), message=""
    )

    text = shown(report_of(found))

    assert text[text.index("  --> task 'a', writes[4]") + 1 :][:2] == ["   | gone", "   | ^^^^"]


def test_every_kind_is_explained_here_and_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "checking.md").read_text()

    assert set(MEANINGS) == set(get_args(FindingKind))
    for kind in MEANINGS:
        assert f"| `{kind}` |" in page


def test_of_many_tasks_the_last_lines_say_what_has_scrolled_away() -> None:
    tasks = [Task(id=f"t{number}", prompt=f"Count lot {number}") for number in range(120)]
    tasks += [
        Task(id=f"u{number}", prompt=f"Weigh lot {number}", after=(f"t{number}",))
        for number in range(80)
    ]
    plan = Plan(tasks=tuple(tasks))
    text = shown(check(plan), plan)
    first = "   1. " + ", ".join(f"t{number}" for number in range(60)) + " and 60 more"
    assert first in text
    assert text[-3:] == [
        "200 tasks, 120 of them independent",
        "→ 2 stages (parallel):",
        "80 errors, 80 warnings",
    ]
