"""`orchtui run`: a run without a screen.

Progress for people goes to standard error; standard output gets nothing but the
result, or with `--json` the events. The exit code is the verdict's.
"""

import asyncio
import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli.options import errors_as_json, make_project, read_plan, running_options

if TYPE_CHECKING:
    from orchtui.engine.orchestrator import Orchestrator
    from orchtui.engine.project import Project


@click.command("run")
@click.argument("plan", required=False)
@click.option("--request", help="the request in plain words, instead of a plan file")
@click.option("--json", "as_json", is_flag=True, help="one event a line on standard output")
@running_options
def command(plan: str | None, request: str | None, as_json: bool, **options: Any) -> int:
    """Run PLAN (a file, or - for standard input) and print its result.

    Exit codes: 0 COMPLETED, 1 FAILED, 2 bad input or no backend, 3 PARTIAL, 130 cancelled.
    """
    from orchtui.engine.errors import InputError, NoBackendError

    try:
        project = make_project(**options)
        orchestrator = project.start(read_plan(plan, request, project.folder))
    except (InputError, NoBackendError) as error:
        if as_json:
            click.echo(errors_as_json(error))
            return 2
        raise
    for warning in project.warnings(orchestrator.schedule):
        click.echo(f"orchtui: {warning}", err=True)
    return drive(project, orchestrator, as_json=as_json)


def drive(project: "Project", orchestrator: "Orchestrator", *, as_json: bool) -> int:
    """Run to the end; used for new and for resumed runs.

    Returns:
        The verdict's exit code.
    """
    return asyncio.run(_drive(project, orchestrator, as_json=as_json))


async def _drive(project: "Project", orchestrator: "Orchestrator", *, as_json: bool) -> int:
    from orchtui.cli.progress import Progress
    from orchtui.engine import events as ev
    from orchtui.engine import verdict

    try:
        async with orchestrator:
            _cancel_on_signals(orchestrator)
            with Progress(orchestrator.run) as progress:
                async for event in orchestrator:
                    progress.note(event)
                    if as_json:
                        sys.stdout.write(ev.encode(event).decode() + "\n")
                        if not isinstance(event, ev.TextDelta):
                            sys.stdout.flush()
            run = orchestrator.run
            if not as_json:
                path = orchestrator.run_folder / "parallel-result.md"
                click.echo(await asyncio.to_thread(path.read_text, encoding="utf-8"))
            progress.conclude(orchestrator.run_folder, project.out)
    finally:
        await project.close()
    return verdict.EXIT_CODES[verdict.verdict(run)]


def _cancel_on_signals(orchestrator: "Orchestrator") -> None:
    """The first signal cancels the run and has everything written; a second one ends at once."""
    loop = asyncio.get_running_loop()
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def cancel() -> None:
        click.echo("orchtui: cancelling; once more to stop at once", err=True)
        for name in names:
            loop.remove_signal_handler(name)
        orchestrator.cancel_all()

    for name in names:
        loop.add_signal_handler(name, cancel)
