"""`orchtui cluster worker ADDRESS`: this machine as one more worker of a Dask cluster.

It becomes Dask's own worker program, in this environment, where orchtui is installed. This
module never runs an attempt.
"""

import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli.options import ClusterAddress, config_option

if TYPE_CHECKING:
    from orchtui.engine.cluster.cluster_address import Cluster
    from orchtui.engine.cluster.reaching import Sight

AGAIN = 1.0
"""Seconds until it is looked again whether the scheduler is there."""
PLENTY = 1_000_000
"""What a label without a number stands for: as many attempts as there is room for."""


class Label(click.ParamType[tuple[str, float]]):
    """`gpu`, or `gpu=2` where no more than two attempts at once may have it."""

    name = "label"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        from orchtui.engine.yaml.yaml_values import LABEL

        name, equals, number = str(value).partition("=")
        count = int(number) if number.isascii() and number.isdigit() else 0
        if not LABEL.fullmatch(name) or (equals and not 0 < count <= PLENTY):
            self.fail(
                f"'{value}' is no label: write gpu, or gpu=2 for two attempts at once", param, ctx
            )
        return name, float(count if equals else PLENTY)


@click.group("cluster")
def command() -> None:
    """Machines that run attempts; `orchtui run --cluster ADDRESS` uses them."""


@command.command("worker")
@click.argument("address", type=ClusterAddress())
@click.option(
    "--label",
    "labels",
    type=Label(),
    multiple=True,
    help="what this machine has, for tasks with runs_on: gpu, or gpu=2 for two attempts at once",
)
@click.option(
    "--slots",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    help="attempts that it takes at once",
)
@click.option("--name", help="what it is called in logs; its address where nothing is said")
@config_option
def worker(
    address: str,
    labels: tuple[tuple[str, float], ...],
    slots: int,
    name: str | None,
    config: Path | None,
) -> int:
    """Work for the Dask scheduler at ADDRESS until ctrl+c.

    Whoever reaches that scheduler can run programs here as you: see docs/cluster.md. For tls://
    the files with certificate and key are those of `cluster:` in the configuration.
    """
    from orchtui.config import load_config
    from orchtui.engine.cluster.dask_connection import dask_lacking
    from orchtui.engine.cluster.reaching import tls_lacking
    from orchtui.engine.errors import InputError

    if address.startswith("local:"):
        raise InputError.of("a worker needs the address of a scheduler: tcp://… or tls://…")
    if lacking := dask_lacking():
        raise InputError.of(lacking)
    cluster = load_config(Path.cwd(), config).cluster_for(address)
    assert cluster is not None
    if lacking := tls_lacking(cluster):
        raise InputError.of(lacking)
    try:
        asyncio.run(_wait_for(cluster))
    except KeyboardInterrupt:
        click.echo("orchtui: stopped", err=True)
        return 130
    arguments = worker_arguments(address, dict(labels), slots, name)
    for flag, file in (("ca", cluster.ca), ("cert", cluster.cert), ("key", cluster.key)):
        if file is not None:
            arguments += [f"--tls-{flag}-file" if flag == "ca" else f"--tls-{flag}", file]
    module = "distributed.cli.dask_worker"
    assert importlib.util.find_spec(module) is not None
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


async def _wait_for(cluster: "Cluster") -> None:
    """Wait until a scheduler is seen, and say so: Dask's own program says nothing while it waits.

    Raises:
        InputError: when waiting does not help.
    """
    from orchtui.engine.errors import InputError

    told = ""
    while (seen := await _seen(cluster)).why:
        if not seen.passing:
            raise InputError.of(f"{cluster.address}: {seen.why}")
        if (now := seen.why.partition("; ")[0]) != told:
            told = now
            click.echo(f"orchtui: waiting for {cluster.address} (ctrl+c ends): {told}", err=True)
        await asyncio.sleep(AGAIN)


async def _seen(cluster: "Cluster") -> "Sight":
    from orchtui.engine.cluster import reaching

    # Its name may come a moment later too, as where containers start together.
    if unknown := await reaching.unknown_host(cluster):
        return reaching.Sight(unknown, passing=True)
    return await reaching.look(cluster)


def worker_arguments(
    address: str, labels: dict[str, float], slots: int, name: str | None
) -> list[str]:
    """What Dask's worker program is told.

    Args:
        address: The scheduler's.
        labels: And for how many attempts at once.
        slots: Attempts at once.
        name: What to call it.
    """
    arguments = [address, "--nthreads", str(slots), "--nworkers", "1", "--no-dashboard"]
    if labels:
        arguments += ["--resources", " ".join(f"{label}={n:g}" for label, n in labels.items())]
    return [*arguments, *(["--name", name] if name else [])]
