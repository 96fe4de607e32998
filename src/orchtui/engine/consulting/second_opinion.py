"""A second opinion: a model is asked about the same pairs that the rules looked at.

`ask` puts the question to a backend and reads the answer; `with_opinion` adds
what it found to a report. An opinion may add findings, each marked as the
model's and each only a warning; it never takes one of the rules' away, nor
changes one. Whatever goes wrong on the way becomes a problem in words. Nothing
is asked twice, and nothing is asked unless a person wants it.
"""

from msgspec.structs import replace

from orchtui.engine.backends import base
from orchtui.engine.consulting.one_answer import ask_once
from orchtui.engine.consulting.opinion_answer import MAX_ANSWER, Opinion, read_answer
from orchtui.engine.consulting.opinion_question import question, why_not
from orchtui.engine.independence.report import HANDED_OVER, Finding, IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.scheduling.resolve import ORCHESTRATOR

__all__ = [
    "TIMEOUT",
    "Opinion",
    "ask",
    "question",
    "read_answer",
    "with_opinion",
]

TIMEOUT = 60.0
"""Seconds for the whole answer."""
MAX_TOKENS = 4000
"""Tokens of the answer: some forty findings."""


def told(plan: Plan, instructions: str) -> str:
    """The instructions that a model is given with the question.

    Args:
        plan: What it is asked about.
        instructions: The orchestrator's own, which come before the question's.
    """
    system, _ = question(plan)
    return "\n\n".join(part for part in (instructions.strip(), system) if part)


async def ask(
    backend: base.Backend,
    plan: Plan,
    *,
    folder: str,
    model: str | None = None,
    instructions: str = "",
    limit: float = TIMEOUT,
    redactor: Redactor = NOTHING,
) -> Opinion:
    """Ask a model which tasks of a plan are not independent.

    Args:
        backend: One that has a model.
        plan: What to ask about.
        folder: Absolute path of the project folder.
        model: Alias or full id; `None` leaves the choice to the backend.
        instructions: The orchestrator's own, which come before the question's.
        limit: Seconds for the whole answer.
        redactor: Hides secrets in what it says.

    Returns:
        What it said. When it could not be asked, failed or said nothing that can be used, there
        are no findings and a problem says why.
    """
    if (hindrance := why_not(plan)) is not None:
        return Opinion(problems=(hindrance,))
    _, prompt = question(plan)
    assignment = base.Assignment(
        task="@second-opinion",
        attempt=1,
        specialist=ORCHESTRATOR,
        system=told(plan, instructions),
        prompt=prompt,
        model=model,
        max_tokens=MAX_TOKENS,
        folder=folder,
        # A program with tools of its own only answers: nothing that it reads may make it act.
        tools=(),
    )
    answer = await ask_once(backend, assignment, limit=limit, longest=MAX_ANSWER, redactor=redactor)
    failed = Opinion(problems=(answer.problem,))
    opinion = failed if answer.problem else read_answer(plan, answer.text)
    return replace(opinion, model=answer.model, usage=answer.usage)


# The report


def with_opinion(plan: Plan, report: IndependenceReport, opinion: Opinion) -> IndependenceReport:
    """The report with what the model found beside it.

    Left out is what the rules say already, or a person accepted, and what contradicts the
    report's order: every finding of the report stays as it is. Only the advice on the whole plan
    (`pattern`) follows what comes of all findings.

    Args:
        plan: What both are about.
        report: Of the rules.
        opinion: Of a model.
    """
    # The rules: not above, the app paints without them.
    from orchtui.engine.independence.fixes import offers
    from orchtui.engine.independence.task_index import TaskIndex
    from orchtui.engine.independence.verdicts import judge

    tasks = [task for task in plan.tasks if task.enabled]
    known = TaskIndex(tasks, plan.request)
    said = {_point(finding) for finding in report.findings}
    result = report
    for finding in opinion.findings:
        if _point(finding) in said:
            continue
        added = replace(finding, fixes=offers(finding, known))
        before = _found(result)
        more = judge(tasks, [*before, added])
        after = {one.id: one for one in _found(more)}
        # Judged one by one: a model's order must not push out what stands there already.
        if added.id in after and all(after.get(one.id) == one for one in before):
            result = more
    return result


def _found(report: IndependenceReport) -> list[Finding]:
    """The findings without the advice, which is made anew from what they come to."""
    return [finding for finding in report.findings if finding.kind != "pattern"]


def _point(finding: Finding) -> tuple[object, ...]:
    """What a finding is about; two with the same one say the same."""
    if finding.kind in HANDED_OVER:
        return ("order", finding.before, finding.after)
    return (finding.kind, frozenset(finding.tasks))
