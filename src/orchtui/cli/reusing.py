"""What becomes of earlier results, told before a run goes on or takes them over.

`tell` is for people, on standard error; `show` is `--dry-run`, on standard
output. This module never starts a run.
"""

import click

from orchtui.cli.as_json import json_text
from orchtui.engine.resumption import reuse_told
from orchtui.engine.resumption.resuming import Prospect


def tell(prospect: Prospect) -> None:
    """Say it before the run starts; nothing where there are no earlier results."""
    for line in _lines(prospect):
        click.echo(f"orchtui: {line}", err=True)


def show(prospect: Prospect, *, as_json: bool) -> int:
    """Say only that, and start nothing.

    Returns:
        The exit code: 0.
    """
    if as_json:
        import msgspec

        assert prospect.reuse is not None
        shown = msgspec.to_builtins(prospect.reuse)
        click.echo(json_text({**shown, "nothing_left": prospect.nothing_left}))
    for line in () if as_json else _lines(prospect):
        click.echo(line)
    return 0


def _lines(prospect: Prospect) -> list[str]:
    if prospect.reuse is None:
        return []
    if prospect.nothing_left:
        return [f"run {prospect.reuse.run} has nothing left to do: every result stands"]
    head = reuse_told.headline(prospect.reuse, same_run=prospect.past is not None)
    told = prospect.told if prospect.past is not None else ()
    return [head, *(f"  {line}" for line in (*reuse_told.lines(prospect.reuse), *told))]
