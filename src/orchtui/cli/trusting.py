"""Trust and the first paid run without a screen: told, asked on a terminal, remembered.

Where nobody can be asked, an untrusted program keeps the run from starting:
whoever wrote the project is not whoever started the command. An estimate does
not keep it: who starts a command has asked for the work, so the figures are
told once and the run goes on. This module never starts a run.
"""

import sys
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from orchtui.engine.estimates.estimates import Estimate
    from orchtui.engine.scheduling.schedule import Schedule
    from orchtui.engine.sessions.project import Project
    from orchtui.engine.trusting.trust import Danger
    from orchtui.engine.trusting.trust_store import TrustStore

_F = TypeVar("_F", bound=Callable[..., Any])


def trust_option(function: _F) -> _F:
    """`--trust`, for commands that start something."""
    return click.option(
        "--trust",
        is_flag=True,
        help="run the programs and use the servers that this project names, and remember that",
    )(function)


def user_store() -> "TrustStore":
    """What the user has trusted so far, from the user's data folder."""
    from platformdirs import user_data_path

    from orchtui.engine.trusting.trust_store import TrustStore

    return TrustStore(user_data_path("orchtui") / "trust.json")


def settle(
    project: "Project",
    schedule: "Schedule",
    *,
    trust: bool,
    as_json: bool,
    plan_name: str,
    done: Collection[str] = (),
) -> None:
    """Everything that has to be said or asked before a schedule runs.

    Args:
        project: Where it runs.
        schedule: What is about to run.
        trust: Whether `--trust` was given.
        as_json: Whether a program reads the output; then nobody is asked.
        plan_name: What to call the plan.
        done: Ids of tasks that do not run again.

    Raises:
        UntrustedError: when nobody has said that this may run.
        click.Abort: when somebody was asked about the money and said no.
    """
    asks = not as_json and _is_terminal(sys.stdin) and _is_terminal(sys.stderr)
    _settle_trust(
        project,
        project.untrusted(schedule, plan_name, done),
        trust=trust,
        asks=asks,
    )
    if (estimate := project.unseen_estimate(schedule, done)) is not None:
        _settle_paid(project, estimate, asks=asks and not trust)
    else:
        _tell_estimate(project, schedule, done)


def _settle_trust(
    project: "Project",
    new: tuple["Danger", ...],
    *,
    trust: bool,
    asks: bool,
) -> None:
    from orchtui.engine.errors import StorageError
    from orchtui.engine.trusting.trust import UntrustedError, headline, listed

    if not new:
        return
    if trouble := project.trust.trouble():
        _say(trouble)
    if not trust and not asks:
        raise UntrustedError(new)
    _say("trusted in this folder from now on:" if trust else headline(new))
    for line in listed(new):
        click.echo(line, err=True)
    if not trust and not _agrees("Trust this and run it?"):
        raise UntrustedError(new)
    try:
        project.trust.trust(new, project.folder)
    except StorageError as error:
        _say(f"this runs, but can not be remembered: {error}")


def _settle_paid(project: "Project", estimate: "Estimate", *, asks: bool) -> None:
    from orchtui.engine.errors import StorageError
    from orchtui.engine.estimates.estimate_words import told

    _say("the first run in this folder that costs money:")
    for line in told(estimate):
        click.echo(f"  {line}", err=True)
    if asks and not _agrees("Run it?"):
        raise click.Abort
    try:
        project.trust.note_paid(project.folder)
    except StorageError as error:
        _say(f"this will be told again: {error}")


def _tell_estimate(project: "Project", schedule: "Schedule", done: Collection[str]) -> None:
    notice = project.estimate_notice(schedule, done)
    if notice.line:
        _say(f"estimate: {notice.line}")
    for warning in notice.warnings:
        _say(warning)


def _agrees(question: str) -> bool:
    """Only a plain yes is one; the end of the input is a no."""
    # Not click.confirm: it writes to standard output, which is the result's alone.
    click.echo(f"{question} [y/N] ", nl=False, err=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _is_terminal(stream: Any) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _say(text: str) -> None:
    from orchtui.engine.text import clean

    click.echo(f"orchtui: {clean(text)}", err=True)
