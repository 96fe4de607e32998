"""`orchtui runs replay`: a past run, played again without a screen."""

import math
from pathlib import Path

import click

from orchtui.cli.options import make_project, place_options


class Speed(click.ParamType[float]):
    """How fast a replay goes: `10`, `10x`, or `max`."""

    name = "speed"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        from orchtui.engine.errors import InputError
        from orchtui.engine.replay.player import checked_speed

        word = str(value).strip().lower()
        try:
            return checked_speed(math.inf if word == "max" else float(word.removesuffix("x")))
        except (ValueError, InputError):
            self.fail(f"'{word}' is neither max nor a number from 0.1 to 1000", param, ctx)


@click.command("replay")
@click.argument("run")
@click.option(
    "--speed",
    type=Speed(),
    default="10",
    show_default=True,
    help="how many times as fast as the run, up to 1000, or max",
)
@click.option(
    "--from",
    "begin",
    metavar="TIME|TASK",
    default="0",
    help="where to begin: a working time such as 90s or 50%, or where a task started",
)
@click.option("--json", "as_json", is_flag=True, help="its events on standard output, at that pace")
@place_options
def command(
    run: str, speed: float, begin: str, as_json: bool, out: Path, config: Path | None
) -> int:
    """Play a past run again, with the progress that it had; ctrl+c stops.

    Nothing is run and nothing is written: every line says that it is a REPLAY. Pauses between the
    sessions of a run that was resumed are left out. Standard output gets nothing, or with --json
    a line `replay_started` and then every event as it stands in the journal, from the place on
    where it begins.

    Exit codes: 0 when it was played to its end, whatever the run's verdict; 1 when the journal can
    only be replayed in part; 2 for a place that is not there; 130 when it was stopped, 141 when
    whoever read the output went away.
    """
    from orchtui.cli.replaying import replay_run

    project = make_project(out=out, config=config)
    return replay_run(project.run_folder(run), speed=speed, begin=begin, as_json=as_json)
