"""`orchtui doctor`: what there is on this machine to work with, and what to do for more.

It only looks: nothing is started or written, and nobody is asked but the cluster that the user
chose.
"""

import platform
import shutil
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui import __version__
from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, running_options
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from orchtui.cli.effective import Fact
    from orchtui.config import Settings
    from orchtui.engine.sessions.project import Project


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@running_options
def command(as_json: bool, out: Path, config: Path | None, **flags: Any) -> int:
    """Look at terminal, key, backends, agent files and folders; show what holds and who said it.

    With the flags of `run`: what would hold with them. Exits with 1 when something keeps orchtui
    from working (✗), with 2 when the configuration is wrong, else with 0, also with warnings (!).
    """
    from orchtui.cli import (
        checks,
        cluster_checks,
        machine_checks,
        project_checks,
        terminal_checks,
    )
    from orchtui.cli.effective import facts as effective
    from orchtui.config import config_files, load_config

    project = make_project(out=out, config=config, **flags)
    settings = load_config(project.folder, config)
    held = effective(project, settings, config)
    found = [
        *terminal_checks.seen(settings.notify or ()),
        *project_checks.of(project, settings),
        *machine_checks.of(project),
        *cluster_checks.of(project),
    ]
    backend = held[0]
    facts: dict[str, Any] = {
        "checks": [check._asdict() for check in found],
        "orchtui": __version__,
        "python": platform.python_version(),
        "textual": metadata.version("textual"),
        "anthropic": metadata.version("anthropic"),
        "project": str(project.folder),
        "artifacts": str(out),
        "configuration": [str(path) for path in config_files(project.folder, config)],
        "backend": backend.value,
        "backend_from": backend.source if backend.value else None,
        "settings": [{"name": n, "value": value, "from": source} for n, value, source in held],
        "backends": {
            choice.name: choice.lacking or _ready(project, choice.name)
            for choice in project.backends.choices()
        },
        "prices": _prices(project),
        "specialists": {one.name: str(one.path) for one in project.specialists.values()},
    }
    if warnings := [*_warnings(project), *_wrong_keys(settings)]:
        facts["warnings"] = warnings
    code = 1 if checks.worst(found) == "problem" else 0
    if as_json:
        click.echo(json_text(facts))
        return code
    _show(facts, held)
    click.echo("checks:")  # last, where a reader looks first
    width = max(len(check.name) for check in found)
    for check in found:
        click.echo("\n".join(f"  {line}" for line in checks.row(check, width)))
    return code


def _show(facts: dict[str, Any], held: "list[Fact]") -> None:
    """Everything but the checks, for a person."""
    for name, value in facts.items():
        if name == "checks":
            continue
        if name == "settings":
            click.echo("settings:")
            for fact in held[1:]:
                click.echo(f"  {clean_line(_line(fact))}")
        elif isinstance(value, dict):
            click.echo(f"{name}:")
            for key, item in value.items():
                click.echo(f"  {clean_line(key)}: {clean_line(item)}")
        elif isinstance(value, list):
            click.echo(f"{name}: {', '.join(map(clean_line, value)) or 'none'}")
        else:
            shown = clean_line(value) if value is not None else "none chosen; see --backend"
            click.echo(f"{name}: {shown}")


def _warnings(project: "Project") -> list[str]:
    """What a person should do something about."""
    from orchtui.engine.backends.profiles import exposed

    keys = [why for profile in project.backends.profiles.values() if (why := exposed(profile))]
    lost = [one for one in project.diagnostics if one.severity == "error"]
    return [*keys, *(clean_line(f"{one.path}: {one.message}") for one in lost)]


def _wrong_keys(settings: "Settings") -> list[str]:
    """What of the user's own keys can not be used."""
    if not settings.keys:
        return []
    from orchtui.ui.keys.user_keys import resolve

    return resolve(settings.keys).notices


def _line(fact: "Fact") -> str:
    """`limits.timeout: 30m (default)`."""
    from orchtui.cli.effective import DEFAULT
    from orchtui.engine.texts.durations import format_duration
    from orchtui.engine.texts.hedge_setting import format_hedge

    value = fact.value
    if value is None:
        shown = "none" if fact.name.startswith("limits.") and fact.source == DEFAULT else "not said"
    elif isinstance(value, bool):
        shown = "yes" if value else "no"
    elif fact.name.endswith(("timeout", "deadline")) and isinstance(value, int | float):
        shown = format_duration(value)
    elif fact.name == "limits.hedge" and isinstance(value, int | float):
        shown = format_hedge(value)
    else:
        shown = str(value)
    return f"{fact.name}: {shown} ({fact.source})"


def _prices(project: "Project") -> list[str]:
    """Where it is known from what models cost."""
    from orchtui.engine.estimates.price_list import published

    listed = published()
    return [f"Anthropic's list of {listed.date}: {listed.source}", *project.price_files]


def _ready(project: "Project", backend: str) -> str:
    """`ready`, and where the program is."""
    from orchtui.engine.backends.presets import PRESETS

    if backend not in PRESETS:
        return "ready"
    found = shutil.which(PRESETS[backend].program, path=project.backends.environment.get("PATH"))
    return f"ready: {found}" if found else "ready"
