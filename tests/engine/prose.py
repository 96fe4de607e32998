"""Plans made of prompts, and what the report says of them: the words that are quoted, the pairs."""

from orchtui.engine.independence import Finding, IndependenceReport, check
from orchtui.engine.independence.report import ORDERING, FindingKind
from orchtui.engine.plans.plan import Plan, Task
from tests.engine.made_findings import plan_of

Pair = tuple[str, str]


def asked(task_id: str, prompt: str, **fields: object) -> Task:
    """A task with a prompt."""
    return Task(id=task_id, prompt=prompt, **fields)  # type: ignore[arg-type]


def told(*prompts: str) -> IndependenceReport:
    """The report of tasks a, b, c, … with these prompts."""
    return check(plan_of(*prompts))


def kinds_of(report: IndependenceReport) -> set[FindingKind]:
    """All kinds of findings but advice."""
    return {one.kind for one in report.findings if one.kind != "pattern"}


def ordering(report: IndependenceReport) -> list[str]:
    """Messages of the findings that keep tasks apart."""
    return [one.message for one in report.findings if one.kind in ORDERING]


def of_kind(report: IndependenceReport, *kinds: FindingKind) -> list[Finding]:
    """The findings of these kinds."""
    return [one for one in report.findings if one.kind in kinds]


def needs(report: IndependenceReport) -> set[Pair]:
    """Pairs of which the second needs what the first makes."""
    found = of_kind(report, "declared", "dependency")
    return {(one.before, one.after) for one in found if one.before and one.after}


def quoted(finding: Finding, task: str | None = None) -> str:
    """The words that a finding quotes, of one task or of all."""
    return " | ".join(one.text for one in finding.evidence if task in (None, one.task))


def field_text(task: Task, name: str) -> str:
    """The text of a field as evidence names it: `prompt`, `writes[0]`."""
    field, _, index = name.rstrip("]").partition("[")
    value = getattr(task, field)
    text: str = value[int(index)] if index else value
    return text


def assert_quotes(report: IndependenceReport, plan: Plan) -> None:
    """Every span lies inside its field, and is the words that are shown."""
    for finding in report.findings:
        for words in finding.evidence:
            assert words.task in finding.tasks
            text = field_text(plan.task(words.task), words.field)
            assert 0 <= words.start < words.end <= len(text), finding
            assert text[words.start : words.end] == words.text, finding
