"""`orchtui doctor`: what there is on this machine to work with, and what to do for more."""

import json
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from orchtui import __version__
from orchtui.cli.options import make_project, place_options
from orchtui.engine.text import clean_line


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@place_options
def command(as_json: bool, out: Path, config: Path | None) -> int:
    """Show versions, folders, backends and specialists."""
    from orchtui.config import config_files
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
        "backends": {
            choice.name: choice.lacking or "ready" for choice in project.backends.choices()
        },
        "specialists": {one.name: str(one.path) for one in project.specialists.values()},
    }
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
