"""What the commands over all runs share: the history up to date, its words, and questions.

This module never decides what a command shows.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli.waiting_told import waiting

if TYPE_CHECKING:
    from orchtui.engine.history.run_history import History
    from orchtui.engine.history.run_row import RunRow
    from orchtui.engine.sessions.project import Project

PATIENCE = 10.0
"""Seconds to wait for another orchtui that brings the index up to date."""
_MANY = 300
"""Journals that are read without a word."""


class QueryCommand(click.Command):
    """A command whose words may begin with a minus, as `-tag:x` does: no option does so."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if minus := [word for word in args if re.match(r"-[^-\s].", word)]:
            args = [*(word for word in args if word not in minus), "--", *minus]
        return super().parse_args(ctx, args)


@contextmanager
def up_to_date(project: "Project", *, texts: bool, patient: bool = True) -> Iterator["History"]:
    """All runs of a project as they are now.

    Args:
        project: Where they are.
        texts: Whether journals are read too that have not been yet.
        patient: Whether to wait for another orchtui that reads them.
    """
    with project.history() as history:
        patience = PATIENCE if texts and patient else 0.0
        with waiting("reading the runs"):
            history.refresh(texts=texts, patience=patience, progress=_progress)
        yield history


def _progress(done: int, total: int) -> None:
    if not done and total > _MANY and sys.stderr.isatty():
        click.echo(f"orchtui: reading {total:,} journals, which is done once …", err=True)


def tell(lines: Iterable[str]) -> None:
    """Lines that are no part of what was asked for."""
    from orchtui.engine.text import clean

    for line in lines:
        click.echo(f"orchtui: {clean(line)}", err=True)


def troubles_of(rows: Iterable["RunRow"]) -> list[str]:
    """What is wrong with runs that are shown all the same."""
    return [f"{row.id}: {row.troubles}" for row in rows if row.troubles]


def row_json(row: "RunRow") -> dict[str, Any]:
    """A run as `--json` gives it: its summary, and what a person wrote on it."""
    import msgspec

    fields: dict[str, Any] = msgspec.to_builtins(row.summary)
    return fields | {
        "name": row.name,
        "title": row.summary.name,
        "tags": list(row.labels.tags),
        "pinned": row.labels.pinned,
        "trouble": row.troubles,
    }


def agreed(question: str, *, yes: bool) -> bool:
    """Whether a person agrees, here or by `--yes`.

    Raises:
        click.UsageError: when there is nobody to ask.
    """
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("there is no terminal to ask on: add --yes")
    return click.confirm(question, default=False)


class Age(click.ParamType[float]):
    """Seconds, written as an age."""

    name = "age"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        from orchtui.engine.history.amounts import parse_age

        try:
            return parse_age(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Size(click.ParamType[int]):
    """Bytes, written as a size."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from orchtui.engine.history.amounts import parse_size

        try:
            return parse_size(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
