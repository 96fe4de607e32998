"""`orchtui agents`: who there is to do the work, and what is odd about their files."""

import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import config_option, make_project, place_options, working_folder

if TYPE_CHECKING:
    from orchtui.engine.agents.specialists import Diagnostic, Specialist
    from orchtui.engine.staff.agent_card import Card

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_LABEL = 9
"""Cells of a label, such as `model`."""


@click.group("agents", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List specialists, and check agent files. Without a command: list."""
    if context.invoked_subcommand is None:
        context.exit(context.invoke(list_agents))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="a JSON list")
@click.option("--backend", help="show them as this backend would run them")
@click.option("--model", help="the model where the file names none")
@place_options
def list_agents(
    as_json: bool = False,
    backend: str | None = None,
    model: str | None = None,
    out: Path = Path("artifacts"),
    config: Path | None = None,
) -> int:
    """Show every specialist as it will really be run: model, tools, and what has no effect."""
    project = make_project(out=out, config=config, backend=backend, model=model)
    cards = [project.card(one) for one in project.specialists.values()]
    if as_json:
        click.echo(json_text([_as_json(one) for one in cards]))
        return 0
    width = min(shutil.get_terminal_size().columns, 110)
    for number, one in enumerate(cards):
        if number:
            click.echo()
        for line in _card_lines(one, width):
            click.echo(line)
    # Standard error: files that gave no specialist are not part of the list.
    for diagnostic in project.diagnostics:
        click.echo(_diagnostic_line(diagnostic, sys.stderr), err=True)
    return 0


@command.command("check")
@click.argument("paths", nargs=-1, type=click.Path(readable=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="a JSON list")
@config_option
def check(paths: tuple[Path, ...], as_json: bool, config: Path | None) -> int:
    """Check agent files, or all in a folder; without PATHS the project's `.claude/agents`.

    Exit codes: 0 clean, 1 warnings or errors, 2 a path is not there or the configuration is bad.
    """
    from orchtui.config import load_config
    from orchtui.engine.agents.agent_places import is_missing
    from orchtui.engine.errors import InputError, Problem
    from orchtui.engine.staff.agent_lint import check_files

    paths = paths or (Path(".claude", "agents"),)
    missing = [path for path in paths if is_missing(path)]
    if missing:
        raise InputError(
            [Problem(str(path), 0, 0, "there is no such file or folder") for path in missing]
        )
    profiles = tuple(load_config(working_folder(), config).profiles)
    rows, clean = [], True
    for path in paths:
        for file, specialist, diagnostics in check_files(path, profiles):
            clean = clean and all(one.severity == "info" for one in diagnostics)
            rows.append(_row(file, specialist, diagnostics))
            for diagnostic in () if as_json else diagnostics:
                click.echo(_diagnostic_line(diagnostic, sys.stdout))
    if as_json:
        click.echo(json_text(rows))
    elif not rows:
        click.echo("There are no agent files here.", err=True)
    return 0 if clean else 1


# --- one card, as lines --------------------------------------------------------------------------


def _card_lines(card: "Card", width: int) -> Iterator[str]:
    from orchtui.engine.plans.backend_names import WITH_TOOLS_OF_THEIR_OWN
    from orchtui.engine.text import clean_line

    name = clean_line(card.name, 64)
    yield f"{_styled(name, sys.stdout, bold=True)}  ({card.source})"
    model = card.model or "its own"
    own = card.backend in WITH_TOOLS_OF_THEIR_OWN and card.tools_from
    shown = ", ".join(card.tools) or ("yes" if own else "none")
    lost = not card.model_from
    rows = [
        ("", clean_line(card.description, 200)),
        ("run by", " ".join((card.runs_by, *card.command))),
        ("model", f"{model} ({card.model_from})" if card.model_from else ""),
        ("tools", "" if lost else f"{shown} ({card.tools_from})" if card.tools_from else shown),
        ("ignored", "; ".join(f"{one.field} ({one.why})" for one in card.ignored)),
        *(("note", note) for note in card.notes),
        ("file", _short(card.path)),
    ]
    for label, text in rows:
        if text:
            yield from _wrapped(label, clean_line(text, 2000), width)
    for one in card.diagnostics:
        place = f"line {one.line}: " if one.line else ""
        yield from _wrapped(one.severity, clean_line(place + one.message, 500), width)


def _short(path: Path) -> str:
    """A path from the working folder, or from the home folder, where it lies there."""
    for folder, start in ((working_folder(), ""), (Path.home(), "~/")):
        if path.is_relative_to(folder):
            return start + str(path.relative_to(folder))
    return str(path)


def _wrapped(label: str, text: str, width: int) -> list[str]:
    """A labelled text, in lines that a terminal does not break."""
    return textwrap.wrap(
        text,
        max(width, _LABEL + 20),
        initial_indent=f"  {label:<{_LABEL}}",
        subsequent_indent=" " * (_LABEL + 2),
        break_on_hyphens=False,
    )


def _diagnostic_line(diagnostic: "Diagnostic", stream: Any) -> str:
    from orchtui.engine.text import clean_line

    place = clean_line(str(diagnostic.path), 500)
    if diagnostic.line:
        place += f":{diagnostic.line}"
    severity = _styled(diagnostic.severity, stream, fg=_COLOURS[diagnostic.severity])
    return f"{place}: {severity}: {clean_line(diagnostic.message)}"


def _styled(text: str, stream: Any, **how: Any) -> str:
    """Coloured on a terminal only."""
    return click.style(text, **how) if stream.isatty() else text


# --- JSON ----------------------------------------------------------------------------------------


def _as_json(card: "Card") -> dict[str, Any]:
    from orchtui.engine.text import clean_line

    return {
        "name": card.name,
        "description": card.description,
        "path": clean_line(str(card.path), 4096),
        "model": card.model,
        "tools": list(card.tools),
        "ignored": [one.field for one in card.ignored],
        "diagnostics": [_told(one) for one in card.diagnostics],
        "source": card.source,
        "backend": card.backend or None,
        "command": list(card.command),
        "color": card.color,
        "model_from": card.model_from,
        "tools_from": card.tools_from,
        "nobody": list(card.nobody),
        "notes": list(card.notes),
    }


def _row(
    file: Path, specialist: "Specialist | None", diagnostics: "tuple[Diagnostic, ...]"
) -> dict[str, Any]:
    """What `check` says about a file: its model as written, its tools through an API."""
    from orchtui.engine.staff.agent_card import card
    from orchtui.engine.text import clean_line

    shown = card(specialist, resolve_model=lambda model: model, backend="") if specialist else None
    return {
        "name": specialist.name if specialist else clean_line(file.stem, 64),
        "description": specialist.description if specialist else "",
        "path": clean_line(str(file), 4096),
        "model": specialist.model if specialist else None,
        "tools": list(shown.tools) if shown else [],
        "ignored": list(specialist.ignored) if specialist else [],
        "diagnostics": [_told(one) for one in diagnostics],
        "color": specialist.color if specialist else None,
    }


def _told(one: "Diagnostic") -> dict[str, Any]:
    return {"line": one.line, "severity": one.severity, "message": one.message}
