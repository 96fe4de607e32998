"""A crash report: what somebody needs to mend orchtui, and nothing of what it worked on.

Version, machine, the traceback with its places but without any value, and the
run's id. No argument, no plan, no environment; secrets that stand in a message are
hidden. It is the user's alone. This module never sends it anywhere.
"""

import contextlib
import os
import platform
import tempfile
import traceback
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from orchtui import __version__
from orchtui.engine.errors import StorageError
from orchtui.engine.journals.files import make_own_folder, replace_files
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.text import clean, clean_line

_LIBRARIES = ("textual", "rich", "anthropic", "msgspec", "click")
_KEPT = 20
"""Reports that are kept; older ones go."""
_MOST_FRAMES = 60
_MOST_CHARACTERS = 200_000
_SAID = 300
"""Characters of an error's own words."""


def headline(error: BaseException, redactor: Redactor) -> str:
    """What happened, on one line."""
    said = clean_line(redactor.text(_words(error)), _SAID)
    name = type(error).__name__
    return f"{name}: {said}" if said else name


def report(error: BaseException, redactor: Redactor, run_id: str = "") -> str:
    """The text of a report."""
    now = datetime.now(UTC)
    facts = [
        f"orchtui {__version__} crashed at {now:%Y-%m-%d %H:%M:%S} UTC",
        f"Python {platform.python_version()} on {platform.platform()}",
        "with " + ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES),
        f"run: {clean_line(run_id) or 'none'}",
        "",
    ]
    # Never `capture_locals`: the values are the user's.
    told = traceback.TracebackException.from_exception(
        error, limit=-_MOST_FRAMES, capture_locals=False
    )
    text = redactor.text(clean("".join(told.format())))
    if (home := os.path.expanduser("~")) not in ("", "/", "~"):
        text = text.replace(home, "~")
    return "\n".join(facts) + text[-_MOST_CHARACTERS:]


def write(error: BaseException, redactor: Redactor, run_id: str = "") -> Path:
    """Write a report into the user's state folder, or else that for temporary files.

    Args:
        error: What was not expected.
        redactor: Hides secrets.
        run_id: The run that went on, if one did.

    Raises:
        StorageError: when no disk takes it.
    """
    text = report(error, redactor, run_id)
    name = f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.txt"
    try:
        folder = _state_folder()
        make_own_folder(folder)
        replace_files({folder / name: text})
        _drop_old(folder)
    except StorageError:
        folder = _temporary_folder()
        replace_files({folder / name: text})
    return folder / name


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # its own `__str__` is part of what broke
        return ""


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "?"


def _state_folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path("orchtui") / "crashes"


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="orchtui-crash-"))  # 0700
    except OSError as error:
        raise StorageError(f"no report can be written: {error.strerror}") from error


def _drop_old(folder: Path) -> None:
    with contextlib.suppress(OSError):  # somebody else is at it
        for path in sorted(folder.glob("crash-*.txt"))[:-_KEPT]:
            path.unlink()
