"""`orchtui run`: a run without a screen.

Progress for people goes to standard error; standard output gets nothing but the
result, or with `--json` the events. The exit code is the verdict's.
"""

import asyncio
import errno
import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli import ending
from orchtui.cli.as_json import json_text
from orchtui.cli.options import STDIN, make_project, read_plan, running_options
from orchtui.cli.trusting import settle, trust_option
from orchtui.cli.waiting_told import waiting
from orchtui.engine import garbage
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from orchtui.cli.output import Output
    from orchtui.engine.resumption.resuming import Prospect
    from orchtui.engine.run_events.events import Verdict
    from orchtui.engine.scheduling.schedule import Schedule
    from orchtui.engine.sessions.orchestrator import Orchestrator
    from orchtui.engine.sessions.project import Project

_MOST_CHOSEN = 12
"""Tasks of which it is told who was chosen for them."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SAME_WISH_S = 1.0
"""Seconds within which a second signal means the same as the first."""


@click.command("run")
@click.argument("plan", required=False)
@click.option("--request", help="the request in plain words, instead of a plan file")
@click.option("--json", "as_json", is_flag=True, help="one event a line on standard output")
@click.option(
    "--strict",
    is_flag=True,
    help="start nothing when a finding that nobody accepted would put tasks one after the other",
)
@click.option(
    "--estimate",
    is_flag=True,
    help="print what the run would use, as far as that can be told, and start nothing",
)
@click.option(
    "--from",
    "parent",
    metavar="RUN",
    help="take over the results of this past run whose tasks have not changed",
)
@click.option(
    "--dry-run", is_flag=True, help="with --from: only say what is taken over, and what runs"
)
@trust_option
@running_options
def command(
    plan: str | None,
    request: str | None,
    as_json: bool,
    strict: bool,
    estimate: bool,
    parent: str | None,
    dry_run: bool,
    trust: bool,
    **options: Any,
) -> int:
    """Run PLAN (a file, or - for standard input) and print its result.

    Tasks that are not independent run one after the other, and are told with the reason
    before the run starts. Programs and servers that the project names must be trusted first.

    With --from this is a new run that starts with the unchanged results of an earlier one:
    its prompt, agent file, model, backend, and the results that a task is handed, must be the
    same. What is taken over, and why the rest runs, is told before it starts.

    Exit codes: 0 COMPLETED, 1 FAILED, 2 bad input or no backend, 3 PARTIAL, 130 cancelled,
    141 when whoever read the output went away.
    """
    from orchtui.cli import reusing, stages

    if dry_run and parent is None:
        raise click.UsageError("--dry-run says what --from takes over; `orchtui check` says more")
    project = make_project(**options)
    with waiting("checking which tasks are independent"):
        read = read_plan(plan, request, project.folder, project.defaults.max_tasks)
        report = project.check(read)
    if strict:
        stages.refuse_findings(report)
    with waiting("drawing up the run"):
        prospect = project.prospect(read, report, parent)
    if estimate:
        _print_estimate(project, prospect, as_json=as_json)
        return 0
    if dry_run:
        return reusing.show(prospect, as_json=as_json)
    orchestrator = begin_new(project, prospect)
    name = "the request" if plan is None else STDIN if plan == "-" else plan
    return drive(project, orchestrator, as_json=as_json, trust=trust, plan_name=name)


def begin(project: "Project", prospect: "Prospect") -> "Orchestrator":
    """A session that is ready, once its earlier results and its warnings are told."""
    from orchtui.cli import reusing

    orchestrator = project.begin(prospect)
    reusing.tell(prospect)
    for warning in project.warnings(prospect.schedule):
        click.echo(f"orchtui: {clean_line(warning)}", err=True)
    return orchestrator


def begin_new(project: "Project", prospect: "Prospect") -> "Orchestrator":
    """`begin`, of a new run: its order, and who was chosen for its tasks, is told too."""
    from orchtui.cli import stages

    orchestrator = begin(project, prospect)
    chosen = _chosen(orchestrator.schedule, orchestrator.done)
    for line in (*stages.told(orchestrator.schedule), *chosen):
        click.echo(f"orchtui: {line}", err=True)
    return orchestrator


def _print_estimate(project: "Project", prospect: "Prospect", *, as_json: bool) -> None:
    from orchtui.engine.estimates import estimate_words as words

    found = project.estimate(prospect.schedule, prospect.reuse.reused if prospect.reuse else ())
    if as_json:
        click.echo(json_text(words.as_json(found)))
        return
    for line in (*words.told(found), *words.too_much(found, prospect.schedule)):
        click.echo(line)


def _chosen(schedule: "Schedule", done: "Collection[str]") -> list[str]:
    """Who was chosen for tasks that run and name nobody, and why."""
    fitted = [
        task for task in schedule.tasks if task.fits and not task.command and task.id not in done
    ]
    lines = [
        clean_line(f"{task.id}: {task.specialist}, {task.fits}") for task in fitted[:_MOST_CHOSEN]
    ]
    more = len(fitted) - _MOST_CHOSEN
    return [*lines, *([f"and {more} more, whose specialists stand in the log"] if more > 0 else [])]


def drive(
    project: "Project",
    orchestrator: "Orchestrator",
    *,
    as_json: bool,
    trust: bool = False,
    plan_name: str = "the run's plan",
) -> int:
    """Settle what a person has to say first, then run to the end; for new and resumed runs.

    Returns:
        The verdict's exit code; 141 when whoever read standard output has had enough.

    Raises:
        UntrustedError: when nobody has said that this may run; nothing was started.
        StorageError: when the run, or standard output, can not be written.
    """
    settle(
        project,
        orchestrator.schedule,
        trust=trust,
        as_json=as_json,
        plan_name=plan_name,
        done=orchestrator.done,
    )
    garbage.settle()
    return ending.run(_drive(project, orchestrator, as_json=as_json))


async def _drive(project: "Project", orchestrator: "Orchestrator", *, as_json: bool) -> int:
    from orchtui.cli.output import Output
    from orchtui.cli.progress import Progress
    from orchtui.cli.writing_told import now_and_then
    from orchtui.engine.run_events import events as ev
    from orchtui.engine.runs import verdict

    out, err = Output(sys.stdout, lost=orchestrator.cancel_all), Output(sys.stderr)
    # Where both are one terminal, a table would be drawn over the events.
    table = err.isatty() and not (as_json and out.isatty())
    progress: Progress | None = None

    def say(line: str) -> None:
        if progress is None:
            err.write(f"{line}\n")
        else:
            progress.say_without_table(line)

    stopped = _stop_on_interrupt(err)
    if project.cluster is not None:
        err.write(f"orchtui: {project.cluster.approach}\n")
    try:
        async with now_and_then(orchestrator, say), orchestrator:
            _cancel_on_signals(orchestrator, err)
            progress = Progress(
                orchestrator.run,
                orchestrator.now,
                err,
                table=table,
                writing=lambda: orchestrator.writing,
            )
            with progress:
                async for event in orchestrator:
                    progress.note(event)
                    if as_json:
                        out.write_bytes(ev.encode(event) + b"\n")
            if not as_json:
                out.write_bytes(orchestrator.result.encode(errors="replace"))
            await out.close()
            progress.conclude(orchestrator.run_folder, orchestrator.out)
    except asyncio.CancelledError:
        if stopped:
            raise click.Abort from None
        raise
    except Exception as error:
        await out.close()
        if not orchestrator.is_bug(error):
            raise
        raise _crashed(orchestrator, project) from error
    finally:
        for line in orchestrator.last_words():
            err.write(f"orchtui: {line}\n")
        await project.close()
        await err.close()
        _heed_no_signals()
    return _exit_code(verdict.verdict(orchestrator.run), out.error)


def _stop_on_interrupt(err: "Output") -> list[str]:
    """Until the run has begun ctrl+c ends it at once, and says so.

    Returns:
        What was said; empty until then.
    """
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    said: list[str] = []

    def stop() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        said.append("stopping; nothing has begun")
        err.write(f"orchtui: {said[0]}\n")
        if main is not None:
            main.cancel()

    loop.add_signal_handler(signal.SIGINT, stop)
    return said


def _crashed(orchestrator: "Orchestrator", project: "Project") -> Exception:
    """What ended unexpectedly, with the run to go on with, if it had begun."""
    from orchtui.cli.crashing import RunCrashed

    if not orchestrator.begun:
        return RunCrashed("", "", project.backends.redactor)
    elsewhere = str(orchestrator.out) if orchestrator.out != project.out else ""
    return RunCrashed(orchestrator.run.id, elsewhere, project.backends.redactor)


def _exit_code(word: "Verdict", output_error: OSError | None) -> int:
    from orchtui.engine.errors import StorageError
    from orchtui.engine.runs import verdict

    if isinstance(output_error, BrokenPipeError):
        return 141
    # A terminal that is gone can not be written either, and has cancelled the run.
    if output_error is not None and output_error.errno != errno.EIO:
        raise StorageError(f"standard output: {output_error.strerror}")
    return verdict.EXIT_CODES[word]


def _heed_no_signals() -> None:
    """Everything is written: a signal that comes now is late, and must not become the exit code."""
    for name in _SIGNALS:
        asyncio.get_running_loop().remove_signal_handler(name)
        signal.signal(name, signal.SIG_IGN)


def _cancel_on_signals(orchestrator: "Orchestrator", err: "Output") -> None:
    """The first signal cancels the run and has everything written; a later one ends at once.

    `timeout` and some supervisors signal a process and its group, so that one wish comes twice.
    """
    from orchtui.cli.writing_told import cancelling

    loop = asyncio.get_running_loop()

    def let_go() -> None:
        for name in _SIGNALS:
            loop.remove_signal_handler(name)

    def cancel() -> None:
        for name in _SIGNALS:
            loop.add_signal_handler(name, lambda: None)
        loop.call_later(_SAME_WISH_S, let_go)
        words = cancelling(orchestrator)
        orchestrator.cancel_all()
        err.write(f"orchtui: {words}\n")

    for name in _SIGNALS:
        loop.add_signal_handler(name, cancel)
