"""`orchtui`: finds the command, and turns errors into messages and exit codes.

A first word that is no command is a plan: `orchtui PLAN` opens the app on it.
"""

import io
import sys
from importlib import import_module

import click

from orchtui import __version__
from orchtui.cli.ending import leave

_COMMANDS = {
    "open": ("orchtui.cli.open_command", "open the app (what `orchtui` does without a command)"),
    "run": ("orchtui.cli.run_command", "run a plan or a request without a screen"),
    "check": ("orchtui.cli.check_command", "say which tasks are independent"),
    "plan": ("orchtui.cli.plan_command", "turn a request into a plan"),
    "refine": ("orchtui.cli.refine_command", "have a model change a plan"),
    "agents": ("orchtui.cli.agents_command", "list the specialists, check agent files"),
    "runs": ("orchtui.cli.runs_command", "list, show and resume past runs"),
    "cluster": ("orchtui.cli.cluster_command", "make this machine a worker of a Dask cluster"),
    "serve": ("orchtui.cli.serve_command", "show the app in a browser on this machine"),
    "doctor": ("orchtui.cli.doctor_command", "show what there is on this machine to work with"),
}
"""Command, module, help: only the module of the command that was asked for is imported."""


class _Commands(click.Group):
    """Commands that are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(_COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in _COMMANDS and args[0] not in ("--help", "-h", "--version")):
            args = ["open", *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[PLAN] | COMMAND …",
)
@click.version_option(__version__, message="orchtui %(version)s")
def entry() -> None:
    """Run independent pieces of work at once, and be honest about all of it.

    `orchtui` opens the app; `orchtui PLAN` opens it on a plan file; every command
    has its own --help. Exit codes of `run`: 0 COMPLETED, 1 FAILED, 2 bad input,
    3 PARTIAL, 130 cancelled.
    """


def _tell(error: Exception, *, as_json: bool) -> None:
    """Say what is wrong; who asked for JSON gets it as JSON."""
    from orchtui.cli.options import errors_as_json
    from orchtui.engine.errors import InputError
    from orchtui.engine.text import clean

    if as_json:
        click.echo(errors_as_json(error))
    else:
        # Problems of a file begin with their place, as compilers tell them.
        placed = isinstance(error, InputError) and error.problems[0].file
        click.echo(f"{'' if placed else 'orchtui: '}{clean(str(error))}", err=True)


def _show(error: click.ClickException) -> None:
    """Say what is wrong with the command line: words of it stand in the message."""
    from orchtui.engine.text import clean

    said = io.StringIO()
    error.show(said)
    click.echo(clean(said.getvalue()), err=True, nl=False)


def main() -> None:
    """Run the command that the arguments name and exit with its code."""
    from orchtui.cli import crashing
    from orchtui.engine import garbage
    from orchtui.engine.errors import InputError, NoBackendError, OrchtuiError

    garbage.seldom()
    try:
        code = entry(standalone_mode=False)
    except click.exceptions.Abort:
        leave(130)
    except click.ClickException as error:
        _show(error)
        leave(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has had enough. Python would complain once more at exit.
        sys.stderr.close()
        leave(141)
    except OrchtuiError as error:
        _tell(error, as_json="--json" in sys.argv[1:])
        leave(2 if isinstance(error, InputError | NoBackendError) else 1)
    except Exception as error:  # told with a report, never as a bare traceback
        leave(crashing.tell(error))
    leave(code if isinstance(code, int) else 0)
