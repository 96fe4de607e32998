"""What is said when orchtui itself breaks: what happened, where the report is, how to go on.

Everything that was under way has been ended and saved before. This module never
shows a traceback: that stands in the report.
"""

import os
import shlex
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from orchtui.engine.run_events.redaction import Redactor

EXIT_CODE = 70
"""EX_SOFTWARE of sysexits.h, so that a crash is never taken for a verdict."""


class RunCrashed(Exception):
    """Something unexpected ended a run; the cause is what it was.

    Args:
        run_id: The run, which is kept.
        out: Its artifacts folder, where it is not the usual one.
        redactor: Knows the secrets that no report may have in it.
    """

    def __init__(self, run_id: str, out: str, redactor: "Redactor") -> None:
        super().__init__(run_id)
        self.run_id = run_id
        self.out = out
        self.redactor = redactor


def tell(error: BaseException) -> int:
    """Write the report and say the rest.

    Args:
        error: What happened, or a RunCrashed that it caused.

    Returns:
        The exit code.
    """
    from orchtui.engine.backends.child_environment import ChildEnvironment
    from orchtui.engine.errors import StorageError
    from orchtui.engine.run_events.redaction import Redactor
    from orchtui.engine.telling import crash_report

    run_id, out, cause = "", "", error
    redactor = Redactor(ChildEnvironment(os.environ).secrets)
    if isinstance(error, RunCrashed):
        run_id, out, redactor = error.run_id, error.out, error.redactor
        cause = error.__cause__ or error
    _say(f"this is a fault in orchtui: {crash_report.headline(cause, redactor)}")
    try:
        path = crash_report.write(cause, redactor, run_id)
        _say(f"a report, without your data, is in {path}")
    except StorageError as refused:
        _say(f"no report could be written: {refused}")
    if run_id:
        place = f" --out {shlex.quote(out)}" if out else ""
        _say(f"the run is kept; to go on with it: orchtui runs resume {run_id}{place}")
    return EXIT_CODE


def _say(line: str) -> None:
    click.echo(f"orchtui: {line}", err=True)
