"""`orchtui doctor`: what there is on this machine to work with, and what to do for more."""

import json
import platform
import shutil
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui import __version__
from orchtui.cli.options import make_project, place_options
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from orchtui.engine.project import Project


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@place_options
def command(as_json: bool, out: Path, config: Path | None) -> int:
    """Show versions, folders, backends and specialists."""
    from orchtui.config import config_files
    from orchtui.engine.backends.profiles import exposed as exposed_key
    from orchtui.engine.errors import NoBackendError

    project = make_project(out=out, config=config)
    try:
        default = project.backends.default()
    except NoBackendError:
        default = None
    facts: dict[str, Any] = {
        "orchtui": __version__,
        "python": platform.python_version(),
        "textual": metadata.version("textual"),
        "anthropic": metadata.version("anthropic"),
        "project": str(project.folder),
        "artifacts": str(out),
        "configuration": [str(path) for path in config_files(project.folder, config)],
        "backend": default,
        "backend_from": _said_by(project, default, config),
        "backends": {
            choice.name: choice.lacking or _ready(project, choice.name)
            for choice in project.backends.choices()
        },
        "prices": _prices(project),
        "specialists": {one.name: str(one.path) for one in project.specialists.values()},
    }
    if exposed := [why for p in project.backends.profiles.values() if (why := exposed_key(p))]:
        facts["warnings"] = exposed
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return 0
    for name, value in facts.items():
        if isinstance(value, dict):
            click.echo(f"{name}:")
            for key, item in value.items():
                click.echo(f"  {clean_line(key)}: {clean_line(item)}")
        elif isinstance(value, list):
            click.echo(f"{name}: {', '.join(map(clean_line, value)) or 'none'}")
        else:
            shown = clean_line(value) if value is not None else "none chosen; see --backend"
            click.echo(f"{name}: {shown}")
    return 0


def _said_by(project: "Project", backend: str | None, config: Path | None) -> str | None:
    """Who says which backend is used where nobody chooses one."""
    from orchtui.config import load_config

    if backend is None or project.backends.chosen is None:
        return backend and "the first that can be used here"
    path = load_config(project.folder, config).said_by.get("backend")
    return str(path) if path is not None else None


def _prices(project: "Project") -> list[str]:
    """Where it is known from what models cost."""
    from orchtui.engine.price_list import published

    listed = published()
    return [f"Anthropic's list of {listed.date}: {listed.source}", *project.price_files]


def _ready(project: "Project", backend: str) -> str:
    """`ready`, and where the program is."""
    from orchtui.engine.backends.presets import PRESETS

    if backend not in PRESETS:
        return "ready"
    found = shutil.which(PRESETS[backend].program, path=project.backends.environment.get("PATH"))
    return f"ready: {found}" if found else "ready"
