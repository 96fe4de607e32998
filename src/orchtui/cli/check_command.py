"""`orchtui check`: the independence report of a plan or a request, for people or as JSON."""

from typing import TYPE_CHECKING

import click

from orchtui.cli.options import read_plan, working_folder
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from orchtui.engine.independence import IndependenceReport
    from orchtui.engine.plan import Plan


@click.command("check")
@click.argument("plan", required=False)
@click.option("--request", help="the request in plain words, instead of a plan file")
@click.option("--json", "as_json", is_flag=True, help="the report as one JSON object")
@click.option("--strict", is_flag=True, help="exit with 1 also when the report is unsure")
def command(plan: str | None, request: str | None, as_json: bool, strict: bool) -> int:
    """Say which tasks of PLAN (a file, or - for standard input) are independent.

    Exit codes: 0 not dependent, 1 dependent (with --strict also unsure), 2 bad input.
    """
    import msgspec

    from orchtui.engine.independence import check

    read = read_plan(plan, request, working_folder())
    report = check(read)
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        _print(read, report)
    bad = ("dependent", "unsure") if strict else ("dependent",)
    return 1 if report.verdict in bad else 0


def _hindrances(plan: "Plan") -> list[str]:
    """What `run` would refuse."""
    from orchtui.engine.errors import InputError
    from orchtui.engine.schedule import build

    try:
        build(plan, backend="")
    except InputError as error:
        return [problem.message for problem in error.problems]
    return []


def _print(plan: "Plan", report: "IndependenceReport") -> None:
    needs: dict[str, list[str]] = {}
    for finding in report.findings:
        if finding.after and finding.before and not finding.accepted:
            needs.setdefault(finding.after, []).append(finding.before)
    labels = {task.id: task.label for task in plan.tasks}
    for number, task in enumerate(report.tasks, 1):
        label = clean_line(labels[task.id])
        if task.independent:
            click.echo(f"Task {number}: {label} - INDEPENDENT ✓")
        else:
            click.echo(f"Task {number}: {label} - DEPENDS on {' & '.join(needs[task.id])} ✗")
    if report.verdict == "independent":
        click.echo("→ All can run in parallel" if len(report.tasks) > 1 else "→ A single task")
    else:
        click.echo(f"→ {len(report.stages)} stages ({report.pattern}):")
        for number, stage in enumerate(report.stages, 1):
            click.echo(f"   {number}. {', '.join(stage)}")
    for reason in _hindrances(plan):
        click.echo(f"! it can not start as it is: {clean_line(reason)}")
    click.echo("Only declared dependencies (`after`) were looked at.", err=True)
