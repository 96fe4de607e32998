"""`orchtui runs`: past runs from the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli import (
    apply_command,
    choice_commands,
    runs_again_command,
    runs_aggregate_command,
    runs_diff_command,
    runs_export_command,
    runs_import_command,
    runs_label_command,
    runs_list_command,
    runs_plan_command,
    runs_prune_command,
    runs_replay_command,
    runs_search_command,
    runs_time_command,
    runs_trash_command,
    runs_trends_command,
)
from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options, running_options
from orchtui.cli.trusting import trust_option
from orchtui.cli.waiting_told import waiting

if TYPE_CHECKING:
    from orchtui.engine.runs.run import Run, TaskRun


@click.group("runs")
def command() -> None:
    """Past runs: list, find, show, compare, replay, go on with, export and delete them.

    RUN is an id, a unique prefix, or `last`.
    """


for each in (
    runs_list_command.command,
    runs_search_command.command,
    runs_search_command.reindex,
    runs_label_command.tag,
    runs_label_command.pin,
    runs_label_command.unpin,
    runs_label_command.rename,
    runs_trash_command.delete,
    runs_trash_command.restore,
    runs_trash_command.trash_command,
    runs_prune_command.prune,
    runs_prune_command.disk,
    runs_trends_command.command,
    runs_time_command.command,
    runs_replay_command.command,
    runs_again_command.command,
    runs_plan_command.command,
    runs_diff_command.command,
    runs_aggregate_command.aggregate,
    choice_commands.choose,
    choice_commands.rate,
    choice_commands.judge,
    apply_command.command,
    runs_export_command.command,
    runs_import_command.command,
):
    command.add_command(each)


@command.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="the run as one JSON object")
@place_options
def show(run: str, as_json: bool, out: Path, config: Path | None) -> int:
    """Show a run: its log, or with --json its summary and tasks.

    One whose journal was damaged is shown as far as that can be read, with exit code 1.
    """
    import msgspec

    from orchtui.engine.run_folders import summary
    from orchtui.engine.telling.execution_log import log
    from orchtui.engine.telling.program_told import largest

    project = make_project(out=out, config=config)
    folder = project.run_folder(run)
    with waiting("reading the run"):
        opened, why = project.open_as_far(run)
    if as_json:
        shown = msgspec.to_builtins(summary.of_opened(opened, folder))
        details = [_details(opened, task) for task in opened.tasks.values()]
        large = largest(opened)
        more = {"folder": str(folder), "largest_program": large.id if large else None}
        click.echo(json_text({**shown, **more, "details": details}))
    else:
        from orchtui.engine.run_events import events as ev
        from orchtui.engine.run_folders.artifacts import RESULT

        names = {task.task.position: str(folder / task.output) for task in opened.tasks.values()}
        click.echo(
            log(
                opened,
                task_output=lambda number: names.get(number, ev.output_file(number)),
                result_output=str(folder / RESULT),
            )
        )
    if why:
        click.echo(f"orchtui: the journal can be read only in part: {why}", err=True)
    return 1 if why else 0


def _details(run: "Run", task: "TaskRun") -> dict[str, Any]:
    import msgspec

    from orchtui.engine.runs.rehearsed import task_words

    attempt = task.attempt
    return {
        "id": task.id,
        "title": task.task.label,
        "status": task.status,
        "specialist": task.task.specialist,
        "backend": task.task.backend,
        "model": attempt.model if attempt else None,
        "rehearsal": task_words(run, task),
        "attempts": task.made,
        "reused_from": task.reused.run if task.reused else None,
        "seconds": round(attempt.seconds(attempt.started), 3) if attempt else None,
        "error": task.error,
        "why": task.why,
        "output": task.output,
        "characters": attempt.length if attempt else 0,
        "usage": msgspec.to_builtins(task.usage),
        "program": None if task.program is None else msgspec.to_builtins(task.program),
        "cost": task.cost.exact,
        "cost_at_least": task.cost.at_least,
    }


@command.command("resume")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="one event a line on standard output")
@click.option("--dry-run", is_flag=True, help="only say what is reused, what runs again, and why")
@trust_option
@running_options
def resume(run: str, as_json: bool, dry_run: bool, trust: bool, **options: Any) -> int:
    """Go on with a run of the same plan: results that still stand are kept, the rest runs again.

    A result stands while its task's prompt, agent file, model, backend and command, and the
    results that it is handed, are the same. What is reused, and why the rest runs again, is told
    before it starts. The flags that the run was started with hold; flags given here stand over
    them. With a changed plan use `orchtui run PLAN --from RUN`.

    Exit codes are those of `orchtui run`.
    """
    from orchtui.cli import reusing
    from orchtui.cli.run_command import begin, drive

    project = make_project(**options)
    with waiting("reading the run"):
        prospect = project.prospect_of(run, project.overrides)
    if dry_run:
        return reusing.show(prospect, as_json=as_json)
    orchestrator = begin(project, prospect)
    return drive(project, orchestrator, as_json=as_json, trust=trust, plan_name="the run's plan")


@command.command("watch")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="one event a line on standard output")
@place_options
def watch(run: str, as_json: bool, out: Path, config: Path | None) -> int:
    """Watch a run that is going on in another process, to its end, and print its result.

    Ctrl+C only stops watching: the run goes on. With --json all of its events are printed, those
    that came before too.

    Exit codes: those of `orchtui run` by its verdict; 1 too when the run was interrupted; 130 when
    watching was stopped.
    """
    from orchtui.cli.watching import watch_run

    project = make_project(out=out, config=config)
    return watch_run(project.run_folder(run), project.out, as_json=as_json)
