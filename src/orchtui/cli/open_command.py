"""`orchtui [PLAN]`: the app in a terminal."""

import gc
import os
import sys
from pathlib import Path
from typing import Any

import click

from orchtui.cli import ending
from orchtui.cli.crashing import RunCrashed
from orchtui.cli.options import make_project, running_options
from orchtui.ui.terminal.in_browser import in_browser

_NO_SCREENS = frozenset({"", "dumb", "unknown"})
"""What TERM says of terminals that only print lines."""


@click.command("open")
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@click.option("--theme", help="the name of a theme")
@running_options
def command(plan: Path | None, theme: str | None, **options: Any) -> int:
    """Open the app, on a plan file if one is given."""
    if hindrance := _hindrance():
        click.echo(f"orchtui: {hindrance}", err=True)
        return 2
    # What is loaded from here on stays: to search it again and again for what could go is a quarter
    # of the time to the first frame, after which the app switches it on again.
    gc.disable()
    from orchtui.config import load_config
    from orchtui.engine.plan_files.plan_file import load_plan
    from orchtui.ui.app import OrchtuiApp
    from orchtui.ui.terminal.attention import DEFAULT

    project = make_project(**options)
    most = project.defaults.max_tasks
    loaded = load_plan(plan, project.folder, most) if plan is not None else None
    settings = load_config(project.folder, options["config"])
    app = OrchtuiApp(
        project,
        loaded,
        plan_path=plan,
        theme=theme or settings.theme,
        keys=settings.keys,
        notify=DEFAULT if settings.notify is None else settings.notify,
    )
    ending.run(app.run_async())
    for line in app.live.parting:
        click.echo(f"orchtui: {line}", err=True)
    if app.crash is not None:
        out = project.out if app.live.out is None else app.live.out
        elsewhere = str(out) if out != project.out else ""
        raise RunCrashed(app.crashed_run, elsewhere, project.backends.redactor) from app.crash
    return 1 if app.return_code is None else app.return_code


def _hindrance() -> str:
    """Why the app can not be shown here, and what to do instead; nothing where it can."""
    if in_browser(os.environ):
        return ""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return (
            "the app needs a terminal on standard input and output; without one use `orchtui run`"
        )
    kind = os.environ.get("TERM", "")
    if kind in _NO_SCREENS:
        return (
            f"the app needs a terminal that can place the cursor, and TERM is {kind or 'not set'}; "
            "set it to what your terminal is, such as xterm-256color, or use `orchtui run`"
        )
    return ""
