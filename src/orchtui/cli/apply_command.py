"""`orchtui runs apply`: what the tasks of a run wrote, shown as a diff and put into the project.

Asks for each file on a terminal; without one nothing is applied unless `--yes`
says so.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options

if TYPE_CHECKING:
    from orchtui.engine.changed_files.applying import Applied
    from orchtui.engine.changed_files.changes import Change, Ground, Meeting

_COLORS = {"+": "green", "-": "red", "@": "cyan"}
_MARKS = {
    "new": "new",
    "changed": "changed",
    "deleted": "removed",
    "changed since": "the project's file has changed since the task began",
}


@click.command("apply")
@click.argument("run")
@click.argument("paths", metavar="[PATH]…", nargs=-1)
@click.option("--task", "tasks", metavar="ID", multiple=True, help="only what this task wrote")
@click.option("--yes", is_flag=True, help="apply all that is not disputed, without asking")
@click.option("--dry-run", is_flag=True, help="only show the diff")
@click.option("--undo", is_flag=True, help="take back what was applied last")
@click.option(
    "--json", "as_json", is_flag=True, help="a JSON list; needs --yes, --dry-run or --undo"
)
@place_options
def command(
    run: str,
    paths: tuple[str, ...],
    tasks: tuple[str, ...],
    yes: bool,
    dry_run: bool,
    undo: bool,
    as_json: bool,
    out: Path,
    config: Path | None,
) -> int:
    """Show what the tasks of RUN wrote as a diff against the project, and apply what you accept.

    PATH narrows it to files, or to folders with all below. Where tasks wrote different versions of
    one file, or the project's file has changed since, --yes leaves it out unless PATH or --task
    names it: then it is overwritten.

    Exit codes: 0 done, 1 something could not be applied, 2 bad input.
    """
    from orchtui.engine.changed_files import applying
    from orchtui.engine.changed_files.changes import Ground, changes_of

    if undo and (paths or tasks or dry_run):
        raise click.UsageError("--undo takes back all that was applied last; it takes no choice")
    if as_json and not (yes or dry_run or undo):
        raise click.UsageError("--json asks nothing: add --yes, --dry-run or --undo")
    project = make_project(out=out, config=config)
    opened = project.open_run(run)
    folder = project.run_folder(run)
    ground = Ground(project.folder, project.out)
    if undo:
        done = applying.undo(ground, folder)
        if not done and not as_json:
            click.echo("There is nothing to take back.", err=True)
        return _told(done, as_json)
    every = changes_of(opened, folder)
    changes = _chosen(every, opened.tasks, paths, tasks)
    if dry_run:
        return _shown(changes, ground, as_json)
    if not changes:
        click.echo("[]" if as_json else f"Run {opened.id} left no files to apply.", err=not as_json)
        return 0
    if yes:
        plain, left = _undisputed(changes, ground, named=bool(paths or tasks))
        if not as_json:
            _show_all(plain, ground)
        return _told([*applying.apply(plain, ground, folder), *left], as_json)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("there is no terminal to ask on: add --yes, or look with --dry-run")
    return _told(applying.apply(_asked(changes, ground), ground, folder), as_json)


def _chosen(
    changes: Sequence["Change"],
    known: Iterable[str],
    paths: Sequence[str],
    tasks: Sequence[str],
) -> list["Change"]:
    """What the arguments name."""
    for task in tasks:
        if task not in known:
            raise click.UsageError(f"--task: the run has no '{task}'")
    chosen = [change for change in changes if not tasks or change.task in tasks]
    if not paths:
        return chosen
    found: list[Change] = []
    for path in paths:
        place = PurePosixPath(path)
        below = [change for change in chosen if PurePosixPath(change.path).is_relative_to(place)]
        if not below:
            raise click.UsageError(f"the run left nothing to apply at '{path}'")
        found += [change for change in below if change not in found]
    return found


def _undisputed(
    changes: Sequence["Change"], ground: "Ground", *, named: bool
) -> tuple[list["Change"], list["Applied"]]:
    """What --yes applies, and what it leaves to a person."""
    from orchtui.engine.changed_files.applying import Applied

    plain, left = [], []
    paths = [change.path for change in changes]
    for change in changes:
        why = ""
        if change.rivals and paths.count(change.path) > 1:
            why = "several tasks wrote it; choose one with --task"
        elif not named and ground.meet(change).standing == "changed since":
            why = "the project's file has changed since; name it to overwrite it"
        if why:
            left.append(Applied(change.path, change.task, "failed", why))
        else:
            plain.append(change)
    return plain, left


def _asked(changes: Sequence["Change"], ground: "Ground") -> list["Change"]:
    """What the person at the terminal accepts."""
    accepted: list[Change] = []
    every = False
    for change in changes:
        meeting = ground.meet(change)
        if meeting.standing == "already there":
            continue
        _show(change, meeting, ground)
        if meeting.standing == "refused":
            continue
        taken = next((one.task for one in accepted if one.path == change.path), None)
        if taken is not None:
            click.echo(f"  the version of {_safe(taken)} is taken already")
            continue
        # "All" is not meant for what would overwrite somebody's work.
        disputed = bool(change.rivals) or meeting.standing == "changed since"
        answer = "y" if every and not disputed else _answer()
        if answer == "q":
            break
        every = every or answer == "a"
        if answer in ("y", "a"):
            accepted.append(change)
    return accepted


def _answer() -> str:
    choices = click.Choice(["y", "n", "a", "q"], case_sensitive=False)
    question = "Apply this? (yes, no, all that follow, quit)"
    return str(click.prompt(question, type=choices, default="n", show_choices=True))


def _show_all(changes: Sequence["Change"], ground: "Ground") -> None:
    for change in changes:
        _show(change, ground.meet(change), ground)


def _show(change: "Change", meeting: "Meeting", ground: "Ground") -> None:
    """Print a change for a person; colours are left out where there is no terminal."""
    from orchtui.engine.changed_files.applying import diff

    click.secho(f"{_safe(change.path)}  ({_about(change, meeting)})", bold=True)
    for line in diff(change, ground, meeting).split("\n"):
        click.secho(line, fg=_COLORS.get(line[:1]))


def _about(change: "Change", meeting: "Meeting") -> str:
    parts = [_safe(change.title)]
    if change.status != "completed":
        parts.append(f"the task {change.status}: this may be unfinished")
    if change.rehearsal:
        parts.append(f"REHEARSAL: {change.rehearsal.rstrip('.')}")
    if change.rivals:
        parts.append(f"{_safe(', '.join(change.rivals))} wrote something else there")
    if mark := _MARKS.get(meeting.standing, meeting.standing):
        parts.append(mark)
    return "; ".join(parts)


def _shown(changes: Sequence["Change"], ground: "Ground", as_json: bool) -> int:
    if not as_json:
        _show_all(changes, ground)
        if not changes:
            click.echo("There are no files to apply.", err=True)
        return 0
    from orchtui.engine.changed_files.applying import diff

    rows = []
    for change in changes:
        meeting = ground.meet(change)
        rows.append(
            {
                "path": change.path,
                "task": change.task,
                "status": change.status,
                "standing": meeting.standing,
                "why": meeting.why,
                "rehearsal": change.rehearsal,
                "rivals": list(change.rivals),
                "diff": diff(change, ground, meeting),
            }
        )
    click.echo(json_text(rows))
    return 0


def _told(done: Sequence["Applied"], as_json: bool) -> int:
    if as_json:
        rows = [
            {"path": one.path, "task": one.task, "outcome": one.outcome, "why": one.why}
            for one in done
        ]
        click.echo(json_text(rows))
    for one in [] if as_json else done:
        failed = one.outcome == "failed"
        outcome = f"not applied: {_safe(one.why)}" if failed else one.outcome
        click.echo(f"{_safe(one.path)}: {outcome}", err=failed)
    return 1 if any(one.outcome == "failed" for one in done) else 0


def _safe(text: str) -> str:
    from orchtui.engine.text import clean_line

    return clean_line(text)
