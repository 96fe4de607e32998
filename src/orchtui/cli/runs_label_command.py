"""`orchtui runs tag`, `pin`, `unpin` and `rename`: what a person writes on a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchtui.cli.options import make_project, place_options

if TYPE_CHECKING:
    from orchtui.engine.history.labels import Labels
    from orchtui.engine.sessions.project import Project


@click.command("tag")
@click.argument("run")
@click.argument("tags", metavar="TAG…", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="take the tags away")
@place_options
def tag(run: str, tags: tuple[str, ...], remove: bool, out: Path, config: Path | None) -> int:
    """Give RUN tags, words that `runs list tag:TAG` finds it by."""
    from orchtui.engine.history import labels

    project = make_project(out=out, config=config)
    _refuse_secrets(project, tags)
    folder = project.run_folder(run)
    if remove:
        return _told(folder, labels.tagged(folder, remove=tags))
    return _told(folder, labels.tagged(folder, tags))


@click.command("pin")
@click.argument("run")
@place_options
def pin(run: str, out: Path, config: Path | None) -> int:
    """Pin RUN: it stands first in lists, and `runs prune` leaves it alone."""
    return _pinned(run, True, out, config)


@click.command("unpin")
@click.argument("run")
@place_options
def unpin(run: str, out: Path, config: Path | None) -> int:
    """Take the pin of RUN away."""
    return _pinned(run, False, out, config)


@click.command("rename")
@click.argument("run")
@click.argument("name")
@place_options
def rename(run: str, name: str, out: Path, config: Path | None) -> int:
    """Give RUN a NAME for lists; an empty one ('') brings its plan's title back."""
    from orchtui.engine.history import labels

    project = make_project(out=out, config=config)
    _refuse_secrets(project, [name])
    folder = project.run_folder(run)
    return _told(folder, labels.renamed(folder, name))


def _pinned(run: str, pin: bool, out: Path, config: Path | None) -> int:
    from orchtui.engine.history import labels

    folder = make_project(out=out, config=config).run_folder(run)
    return _told(folder, labels.pinned(folder, pin))


def _refuse_secrets(project: "Project", texts: Sequence[str]) -> None:
    """Raises InputError: what is written on a run is a file."""
    from orchtui.engine.errors import InputError

    if any(project.backends.redactor.text(text) != text for text in texts):
        raise InputError.of("the value of a secret in the environment stands in it; leave it out")


def _told(folder: Path, written: "Labels") -> int:
    """What stands on the run now."""
    parts = [f"named '{written.name}'"] if written.name else []
    parts += ["pinned"] if written.pinned else []
    parts += [f"#{one}" for one in written.tags]
    click.echo(f"{folder.name}: {', '.join(parts) or 'no name of its own, no tags, no pin'}")
    return 0
