"""`orchtui serve [PLAN]`: the app in a browser on this machine, and on no other."""

import ipaddress
import shlex
import sys
from typing import Any

import click

from orchtui.cli import ending
from orchtui.cli.options import make_project

_LACKING = (
    "the app in a browser needs textual-serve, which is not installed; "
    "install it with: pip install 'orchtui[web]'"
)
_ELSEWHERE = (
    "is not this machine: whoever reaches the page can start programs here as you. "
    "Only 127.0.0.1, ::1 and localhost are served; from another machine, forward the port: "
    "ssh -L 8000:127.0.0.1:8000 HOST"
)


class Loopback(click.ParamType[str]):
    """An address of this machine's that no other machine reaches."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        written = str(value).strip()
        if written.lower() == "localhost":
            return "127.0.0.1"  # not looked up: a name can be given any address
        try:
            address = ipaddress.ip_address(written.removeprefix("[").removesuffix("]"))
        except ValueError:
            self.fail(f"'{written}' {_ELSEWHERE}", param, ctx)
        mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
        if not address.is_loopback or mapped:
            self.fail(f"'{written}' {_ELSEWHERE}", param, ctx)
        return str(address)


@click.command("serve", context_settings={"ignore_unknown_options": True})
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="where it listens; 0 takes a free one",
)
@click.option(
    "--host", type=Loopback(), default="127.0.0.1", show_default=True, help="a loopback address"
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PLAN] [FLAGS]")
def command(port: int, host: str, arguments: tuple[str, ...]) -> int:
    """Show the app in a browser on this machine.

    PLAN and FLAGS are those of `orchtui`. Prints the address, which nobody can guess; every page
    that is opened there is an app of its own, and ends with the page. ctrl+c ends all.
    """
    _check(arguments)
    try:
        from orchtui.cli.browser_server import BrowserServer
    except ImportError as error:
        if not (error.name or "").startswith(("textual_serve", "aiohttp_jinja2", "jinja2")):
            raise
        click.echo(f"orchtui: {_LACKING}", err=True)
        return 2
    program = [sys.executable, "-m", "orchtui", "open", *arguments]
    server = BrowserServer(program, host, port)

    def begun(address: str) -> None:
        click.echo(address)
        sys.stdout.flush()
        click.echo("orchtui: open this address in a browser; ctrl+c ends all", err=True)

    try:
        ending.run(server.run(begun))
    except OSError as error:
        where = f"{host}:{port}"
        why = error.strerror or str(error)
        click.echo(
            f"orchtui: {where} can not be served: {why}; --port 0 takes a free port", err=True
        )
        return 1
    return 0


def _check(arguments: tuple[str, ...]) -> None:
    """What is wrong with the plan or the flags is told here, and not in the first page.

    Raises:
        click.ClickException: when a flag is wrong.
        InputError: when the plan or the configuration is.
    """
    from orchtui.cli.open_command import command as opening
    from orchtui.engine.plan_files.plan_file import load_plan

    if any(one in ("-h", "--help") for one in arguments):
        raise click.UsageError(f"see orchtui {shlex.join(('open', '--help'))} for the app's flags")
    parameters = opening.make_context("serve", list(arguments)).params
    plan = parameters.pop("plan")
    parameters.pop("theme")
    project = make_project(**parameters)
    if plan is not None:
        load_plan(plan, project.folder, project.defaults.max_tasks)
