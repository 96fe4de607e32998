"""The independence report for people, as compilers tell what they found.

The verdict of each task first, then what a run would do, then every finding
with the words that show it and what to do about it. It only makes lines: this
module never judges a plan and never prints.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import click

from orchtui.cli.carets import underlined
from orchtui.engine.independence import Evidence, Finding, IndependenceReport
from orchtui.engine.independence.report import FindingKind, Reasons
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean_line
from orchtui.engine.yaml.yaml_write import quoted

MEANINGS: Mapping[FindingKind, str] = {
    "declared": "The plan says itself, with `after`, that one task needs another one's result.",
    "dependency": "A task needs what another one makes, though `after` does not say so.",
    "write_conflict": "Two tasks write the same file, or one writes into the other's folder.",
    "read_write": "A task reads what another one writes: what it sees depends on who is faster.",
    "shared_resource": "Two tasks change the same database, branch, port, deployment or account.",
    "not_self_contained": "A specialist sees only its own task, and would not know what is meant.",
    "duplicate": "Two tasks ask for the same.",
    "pattern": "Advice about the plan as a whole; it changes no verdict.",
}
"""What each kind of finding says, for `--explain`."""

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan", "accepted": "green"}
_MARGIN = "   | "

Locate = Callable[[Evidence], str | None]
"""The place of words as `file:line:column`, where there is one."""


class Paint:
    """Colours, where they are wanted.

    Args:
        wanted: Whether they are.
    """

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted

    def __call__(self, text: str, colour: str | None = None, *, bold: bool = False) -> str:
        """The text in a colour; as it is where none are wanted."""
        return click.style(text, fg=colour, bold=bold or None) if self._wanted else text


def lines(
    plan: Plan,
    report: IndependenceReport,
    *,
    hindrances: Sequence[str],
    locate: Locate,
    width: int,
    paint: Paint,
    notes: Sequence[str] = (),
) -> Iterator[str]:
    """The whole report.

    Args:
        plan: What was checked.
        report: What came of it.
        hindrances: Why a run could not start at all.
        locate: Finds the place of words.
        width: Cells of a line of quoted text.
        paint: Colours the lines.
        notes: What else is good to know, beside the findings.
    """
    tasks = {task.id: task for task in plan.tasks}
    yield from _verdicts(tasks, report, paint)
    yield from _advice(report)
    for reason in hindrances:
        yield f"! it can not start as it is: {clean_line(reason)}"
    for note in notes:
        yield f"{paint('note', 'cyan', bold=True)}: {clean_line(note)}"
    for finding in report.findings:
        yield ""
        yield from _finding(finding, tasks, locate, width, paint)
    if report.findings:
        yield ""
        if len(report.tasks) > _MANY:
            free = sum(one.independent for one in report.tasks)
            yield f"{len(report.tasks):,} tasks, {free:,} of them independent"
            yield next(_advice(report))
        yield summary(report)


def summary(report: IndependenceReport) -> str:
    """How many findings of each sort there are; accepted ones are counted apart."""
    sorts = [sort_of(finding) for finding in report.findings]
    names = {"error": "error", "warning": "warning", "info": "note", "accepted": "accepted"}
    counts = []
    for sort, name in names.items():
        if count := sorts.count(sort):
            plural = "s" if count > 1 and sort != "accepted" else ""
            counts.append(f"{count:,} {name}{plural}")
    return ", ".join(counts) or "no findings"


def sort_of(finding: Finding) -> str:
    """The severity, or `accepted`."""
    return "accepted" if finding.accepted else finding.severity


_NAMED = 6
"""Tasks that one line names."""
_STAGED = 60
"""Tasks of a stage that are named; `--json` names all."""
_MANY = 100
"""Tasks from which on the advice has scrolled away when the last line is there."""


# The verdicts


def _verdicts(tasks: Mapping[str, Task], report: IndependenceReport, paint: Paint) -> Iterator[str]:
    all_reasons = report.reasons()
    for number, verdict in enumerate(report.tasks, 1):
        head = f"Task {number}: {clean_line(tasks[verdict.id].label)} - "
        if verdict.independent:
            yield head + paint("INDEPENDENT ✓", "green")
            continue
        reasons = all_reasons.get(verdict.id, Reasons())
        words = []
        if reasons.needs:
            words.append(f"DEPENDS on {_listed(list(reasons.needs))}")
        if reasons.clashes:
            words.append(f"CONFLICTS with {_listed(list(reasons.clashes))}")
        said = ", ".join(words) or "NOT INDEPENDENT"
        if reasons.certain or not words:
            yield head + paint(f"{said} ✗", "red")
        else:
            yield head + paint(f"{said} ?", "yellow") + " (guessed)"


def _listed(ids: Sequence[str]) -> str:
    shown = " & ".join(ids[:_NAMED])
    return shown if len(ids) <= _NAMED else f"{shown} & {len(ids) - _NAMED} more"


def _advice(report: IndependenceReport) -> Iterator[str]:
    """What a run would do with it."""
    stages = len(report.stages)
    if report.verdict == "unsure":
        yield "→ Unsure: what stands against running all at once is only guessed"
    if stages > 1:
        unsure = report.verdict == "unsure"
        yield f"→ {'A run would take ' if unsure else ''}{stages} stages ({report.pattern}):"
        for number, stage in enumerate(report.stages, 1):
            more = len(stage) - _STAGED
            rest = f" and {more:,} more" if more > 0 else ""
            yield f"   {number}. {', '.join(stage[:_STAGED])}{rest}"
    elif report.verdict != "unsure":
        count = len(report.tasks)
        yield (
            "→ All can run in parallel" if count > 1 else f"→ {'A single' if count else 'No'} task"
        )


# One finding


def _finding(
    finding: Finding, tasks: Mapping[str, Task], locate: Locate, width: int, paint: Paint
) -> Iterator[str]:
    sort = sort_of(finding)
    head = paint(f"{finding.severity}[{finding.kind}]", _COLOURS[sort], bold=True)
    yield f"{head}{_mark(finding)}: {paint(clean_line(finding.message), bold=True)}"
    for words in finding.evidence:
        yield f"  --> {_place(words, locate)}"
        text, start, end = _field(words, tasks)
        line, carets = underlined(text, start, end, width - len(_MARGIN))
        yield (_MARGIN + line).rstrip()
        yield _MARGIN + paint(carets, _COLOURS[sort], bold=True)
    if not finding.accepted:
        for fix in finding.fixes:
            yield f"   = help: {clean_line(fix.label)}"
        yield from _accepting(finding, tasks)


def _mark(finding: Finding) -> str:
    """What a reader must know before the message."""
    marks = []
    if finding.source == "model":
        marks.append("the model's")
    elif finding.severity == "warning":
        marks.append("guessed")
    if finding.accepted:
        marks.append("accepted")
    return f" ({', '.join(marks)})" if marks else ""


def _place(words: Evidence, locate: Locate) -> str:
    where = f"task '{words.task}', {words.field}"
    place = locate(words)
    return f"{place} ({where})" if place else where


def _field(words: Evidence, tasks: Mapping[str, Task]) -> tuple[str, int, int]:
    """The text that the words stand in, and their span; themselves when it has other words now."""
    text = field_text(tasks[words.task], words.field) if words.task in tasks else ""
    if text[words.start : words.end] != words.text:
        return words.text, 0, len(words.text)
    return text, words.start, words.end


def field_text(task: Task, field: str) -> str:
    """The text of a field of a task, such as `prompt` or `writes[0]`; empty when it has none."""
    name, _, index = field.partition("[")
    value = getattr(task, name, "")
    if isinstance(value, str):
        return value
    number = index.removesuffix("]")
    return value[int(number)] if number.isdecimal() and int(number) < len(value) else ""


def _accepting(finding: Finding, tasks: Mapping[str, Task]) -> Iterator[str]:
    """How to say that it does not matter; advice needs no such thing."""
    if finding.severity == "info":
        return
    keeper = finding.tasks[-1] if finding.tasks else next(reversed(list(tasks)), None)
    if keeper is not None:
        declared = finding.kind == "declared"
        yield (
            f"   = help: if that {'is meant' if declared else 'does not matter'}, "
            f"add to task '{keeper}': "
            f"accepted: [{quoted(clean_line(finding.id), in_flow=True)}]"
        )
