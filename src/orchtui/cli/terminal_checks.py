"""What the terminal can do, as far as it says so itself: size, colours, letters, tmux and screen.

It reads the environment and asks tmux; nothing is written to the terminal to
find out. This module never changes a setting.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping

from orchtui.cli.checks import Check

MOST_COLUMNS, MOST_ROWS = 80, 24
"""From this size on all panes have room."""
LEAST_COLUMNS, LEAST_ROWS = 60, 16
"""Below this size there is one pane at a time."""
_SLOW_ESCAPE = 100
"""Milliseconds after escape that are felt."""

AskTmux = Callable[[str], str]
"""An option's name in, its value out; empty where it can not be known."""

_SCOPES = {"escape-time": "-sv", "focus-events": "-sv", "allow-passthrough": "-gwv"}
"""Whose options these are: the server's, or each window's."""

_COLOURS = {
    "truecolor": "24 bit, every theme as it is meant",
    "256": "256: each colour is the nearest of those",
    "standard": "16: each colour is the nearest of those",
}


def seen(notify: Collection[str]) -> list[Check]:
    """Of the terminal that this process has."""
    if not sys.stdout.isatty():
        text = "not looked at: standard output is none"
        return [Check("terminal", "ok", text, "run orchtui doctor in the terminal itself")]
    size = os.get_terminal_size(sys.stdout.fileno())
    return list(of(os.environ, size, sys.stdout.encoding, notify, _ask_tmux))


def of(
    environment: Mapping[str, str],
    size: tuple[int, int],
    encoding: str,
    notify: Collection[str],
    ask_tmux: AskTmux,
) -> Iterator[Check]:
    """What there is to say.

    Args:
        environment: Of the process.
        size: Columns and rows.
        encoding: Of standard output.
        notify: How a person wants to be called.
        ask_tmux: Only used inside tmux.
    """
    yield _terminal(environment)
    yield _size(*size)
    yield _colours(environment)
    yield _letters(encoding)
    if environment.get("TMUX"):
        yield from _tmux(environment, notify, ask_tmux)
    elif environment.get("STY"):
        yield _screen(environment)
    if environment.get("TERM_PROGRAM") == "vscode":
        text = "VS Code keeps some keys for itself, ctrl+p among them"
        yield Check("keys", "warning", text, "F1 lists all keys; most have a second one")


def _terminal(environment: Mapping[str, str]) -> Check:
    term = environment.get("TERM", "")
    program = environment.get("TERM_PROGRAM", "")
    name = f"{term} in {program}" if program else term
    if term in ("", "dumb", "unknown"):
        todo = "use a terminal that can move its cursor, or `orchtui run`; set TERM to its name"
        return Check("terminal", "problem", f"TERM is {term or 'not set'}", todo)
    if term == "linux":
        text = "the console of Linux: 16 colours, few signs, no title, no notices"
        return Check("terminal", "warning", text, "a terminal of a desktop shows more")
    if environment.get("TMUX") and not term.startswith(("tmux", "screen")):
        todo = 'set -g default-terminal "tmux-256color" in tmux.conf, and TERM nowhere else'
        return Check("terminal", "warning", f"TERM is {term} inside tmux", todo)
    return Check("terminal", "ok", name)


def _size(columns: int, rows: int) -> Check:
    text = f"{columns}x{rows}"
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        return Check("size", "warning", f"{text}: one pane at a time", "make it larger")
    if columns < MOST_COLUMNS or rows < MOST_ROWS:
        return Check(
            "size", "ok", f"{text}: some things are left away; {MOST_COLUMNS}x{MOST_ROWS} has all"
        )
    return Check("size", "ok", text)


def _colours(environment: Mapping[str, str]) -> Check:
    from rich.console import Console

    if environment.get("NO_COLOR"):
        text = "NO_COLOR is set: shades of grey; every state has its sign and its word too"
        return Check("colours", "ok", text)
    # As Textual finds out.
    wanted = environment.get("TEXTUAL_COLOR_SYSTEM", "auto")
    console = Console(
        color_system=wanted if wanted in _COLOURS else "auto",  # type: ignore[arg-type]
        force_terminal=True,
        _environ=environment,
    )
    system = console.color_system or "none"
    if system == "truecolor":
        return Check("colours", "ok", _COLOURS[system])
    if environment.get("TERM_PROGRAM") == "Apple_Terminal":
        return Check("colours", "ok", f"{_COLOURS['256']}; Terminal.app has no more")
    todo = "if the terminal can do more: export COLORTERM=truecolor"
    if environment.get("TMUX"):
        todo += ' and, in tmux.conf, set -as terminal-features ",*:RGB"'
    return Check("colours", "warning", _COLOURS.get(system, "none"), todo)


def _letters(encoding: str) -> Check:
    if encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return Check("letters", "ok", "UTF-8")
    todo = "export LANG=C.UTF-8, or another locale with UTF-8"
    return Check("letters", "warning", f"{encoding}: signs and lines are shown wrongly", todo)


def _tmux(environment: Mapping[str, str], notify: Collection[str], ask: AskTmux) -> Iterator[Check]:
    wait = ask("escape-time")
    if wait.isdecimal() and int(wait) > _SLOW_ESCAPE:
        text = f"esc is felt only after {wait} ms"
        yield Check("tmux", "warning", text, "set -sg escape-time 10 in tmux.conf")
    if "off" not in notify and ask("focus-events") == "off":
        text = "it does not tell who looks: a notice comes also to who does"
        yield Check("tmux", "warning", text, "set -g focus-events on in tmux.conf")
    if {"osc9", "osc777"} & set(notify) and ask("allow-passthrough") == "off":
        text = "desktop notices do not get out of it"
        yield Check("tmux", "warning", text, "set -g allow-passthrough on in tmux.conf")


def _screen(environment: Mapping[str, str]) -> Check:
    if "256" in environment.get("TERM", ""):
        return Check("screen", "ok", "GNU screen: no desktop notices get out of it")
    todo = "term screen-256color in .screenrc"
    return Check("screen", "warning", "GNU screen with 16 colours", todo)


def _ask_tmux(option: str) -> str:
    command = ["tmux", "show-options", _SCOPES[option], option]
    try:
        done = subprocess.run(command, capture_output=True, timeout=2)
    except (OSError, subprocess.TimeoutExpired):
        return ""  # not known; nothing is said of it then
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""
