"""`orchtui runs aggregate`: the results of a past run, joined another way."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli import ending
from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, model_options, place_options
from orchtui.cli.trusting import trust_option

if TYPE_CHECKING:
    from orchtui.engine.plans.plan import AggregateStrategy
    from orchtui.engine.run_events.events import RunEvent
    from orchtui.engine.runs.run import Run
    from orchtui.engine.sessions.project import Project

_SAME_WISH_S = 1.0
"""Seconds in which several signals are one wish: supervisors signal a process and its group."""
_STRATEGIES = ("collect", "synthesize", "compare", "none")


@click.command("aggregate")
@click.argument("run")
@click.option(
    "--as",
    "strategy",
    type=click.Choice(_STRATEGIES),
    required=True,
    help="how the results are joined; only synthesize asks a model",
)
@click.option("--json", "as_json", is_flag=True, help="what came of it as one JSON object")
@trust_option
@model_options
@place_options
def aggregate(
    run: str, strategy: "AggregateStrategy", as_json: bool, trust: bool, **options: Any
) -> int:
    """Join the results of a run that has ended another way; no task runs again.

    The new result is written into the run's journal and published; the one that was there stays in
    the run's folder. A synthesis that can not stand gives way to `collect`, and says why. Stopped
    with ctrl+c, the result stays what it was, and what was used by then is written down.

    Exit codes: 0 joined as asked, 1 collected instead, 2 bad input or no model to ask,
    130 stopped.
    """
    project = make_project(**options)
    opened = project.open_run(run)
    if strategy == "synthesize":
        who = project.aggregation_backend(opened)[0]  # told before anybody is asked
        if trust:
            project.trust.trust(project.untrusted_aggregation(opened), project.folder)
        click.echo(f"asking a synthesizer ({who}) …", err=True)
    joined = ending.run(_joined(project, opened, strategy))
    _tell(project, joined, as_json=as_json)
    return 0 if joined.aggregated is not None and joined.aggregated.fallback is None else 1


async def _joined(project: "Project", run: "Run", strategy: "AggregateStrategy") -> "Run":
    import asyncio  # not for the help
    import signal

    work = asyncio.ensure_future(project.aggregate(run, strategy, told=_tell_part))
    loop = asyncio.get_running_loop()
    since = 0.0

    def stop() -> None:
        nonlocal since
        if loop.time() - since > _SAME_WISH_S:
            since = loop.time()
            work.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    try:
        return await work
    except asyncio.CancelledError:
        raise click.Abort from None
    finally:
        await project.close()


def _tell_part(batch: "Sequence[RunEvent]") -> None:
    from orchtui.engine.run_events.events import AggregationStopped, PartReduced, ReductionBegun
    from orchtui.engine.telling.joined_told import part_words, reduction_words, stopped_words
    from orchtui.engine.text import clean_line

    for event in batch:
        match event:
            case ReductionBegun():
                click.echo(reduction_words(event), err=True)
            case PartReduced():
                click.echo(clean_line(part_words(event)), err=True)
            case AggregationStopped():
                click.echo(f"{stopped_words(event)}; the result stays what it was", err=True)


def _tell(project: "Project", run: "Run", *, as_json: bool) -> None:
    from orchtui.engine.run_folders.published import Published
    from orchtui.engine.text import clean_line

    done = run.aggregated
    assert done is not None  # that is what was asked for
    path: Path = project.out / Published(project.out, run.plan.name, run.id).result_name
    if as_json:
        shown = {
            "run": run.id,
            "strategy": done.strategy,
            "asked": done.asked,
            "fallback": done.fallback,
            "included": done.included,
            "absent": done.absent,
            "problems": done.problems,
            "overlaps": done.seen.overlaps,
            "contradictions": done.seen.contradictions,
            "parts": len(run.reduced),
            "result": str(path),
        }
        click.echo(json_text(shown))
        return
    if done.fallback is not None:
        click.echo(f"no synthesis was made: {clean_line(done.fallback)}", err=True)
    for problem in done.problems:
        click.echo(f"note: {clean_line(problem)}", err=True)
    click.echo(f"Run {run.id}, joined by {done.strategy}: {path}")
