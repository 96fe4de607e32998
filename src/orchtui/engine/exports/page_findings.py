"""What an exported page says of independence: findings with their words, and the order kept.

The findings are those of the offline rules, looked for again in the run's own plan; what
the run was really staged by stands in its schedule. This module never asks a model.
"""

from collections.abc import Iterator
from html import escape

from orchtui.engine.independence import check
from orchtui.engine.independence.report import Finding
from orchtui.engine.runs.run import Run

_MOST_TASKS = 300
"""Tasks up to which the rules are asked again: where all lean on all it takes a second or two."""
_MOST_FINDINGS = 200
_MOST_QUOTES = 6
_MOST_QUOTED = 300
"""Characters."""

_CHIPS = {"error": "bad", "warning": "mid", "info": ""}
_SURE = {"error": "certain", "warning": "guessed", "info": "to know"}


def findings(run: Run) -> Iterator[str]:
    """The section's content.

    Args:
        run: The run.
    """
    yield from _order(run)
    if len(run.plan.tasks) > _MOST_TASKS:
        words = f"The rules are not asked again about more than {_MOST_TASKS} tasks"
        yield f'<p class="left">{words}; `orchtui check` shows what they find.</p>\n'
        return
    report = check(run.plan)
    yield f"<p>The rules call this plan <b>{report.verdict}</b> (pattern: {report.pattern}).</p>\n"
    for finding in report.findings[:_MOST_FINDINGS]:
        yield from _finding(run, finding)
    if (more := len(report.findings) - _MOST_FINDINGS) > 0:
        yield f'<p class="left">And {more} more; `orchtui check` shows all.</p>\n'


def _order(run: Run) -> Iterator[str]:
    """What the run was staged by, beyond what its plan declares."""
    staged, accepted = run.schedule.staged, run.schedule.accepted
    if not (staged or accepted):
        yield "<p>No order was kept beyond what the plan declares.</p>\n"
        return
    yield "<ul>\n"
    for one in staged[:_MOST_FINDINGS]:
        how = "ran after" if one.hands_over else "did not run at the same time as"
        sure = "certain" if one.certain else "guessed"
        names = f"<b>{escape(one.after)}</b> {how} <b>{escape(one.before)}</b>"
        yield f"<li>{names} ({sure}): {escape(one.message)}</li>\n"
    for given in accepted[:_MOST_FINDINGS]:
        yield f"<li>Accepted by a person: {escape(given.message)}</li>\n"
    yield "</ul>\n"
    if (more := max(0, len(staged) - _MOST_FINDINGS)) > 0:
        yield f'<p class="left">And {more} more: the export as JSON has all.</p>\n'


def _finding(run: Run, finding: Finding) -> Iterator[str]:
    sure = _SURE[finding.severity] + (", accepted" if finding.accepted else "")
    kind = finding.kind.replace("_", " ")
    yield '<details><summary><span class="row">'
    yield f'<span class="name">{escape(finding.message)}</span>'
    yield f'<span class="chip {_CHIPS[finding.severity]}">{kind} · {sure}</span>'
    yield '</span></summary><div class="inside">\n'
    for one in finding.evidence[:_MOST_QUOTES]:
        task = run.tasks.get(one.task)
        label = f"{task.task.position}. {task.task.label}" if task is not None else one.task
        text = " ".join(one.text.split())
        quoted = text if len(text) <= _MOST_QUOTED else text[: _MOST_QUOTED - 1] + "…"
        yield f"<p>{escape(label)}, {escape(one.field)}: <q>{escape(quoted)}</q></p>\n"
    if not finding.evidence:
        yield f'<p class="about">About: {escape(", ".join(finding.tasks[:20]))}</p>\n'
    yield "</div></details>\n"
