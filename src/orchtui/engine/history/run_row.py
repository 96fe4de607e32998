"""RunRow: all that lists of runs show of one run, and how it is read from its folder.

From the summary and the labels; from the journal only where the summary is missing
or broken. Nothing outside of the folder is read, whatever links stand in it. Every
function blocks: not for the event loop. This module never writes a file.
"""

import os
import re
import stat
from pathlib import Path

import msgspec

from orchtui.engine.errors import StorageError
from orchtui.engine.history import labels as label_file
from orchtui.engine.journals import journal
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import past_runs, summary
from orchtui.engine.run_folders.summary import Summary
from orchtui.engine.text import clean_line

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""What a run folder is called; orchtui gives no other names."""

LINK = "it is a link, which is not followed"
"""Why a folder is none."""

MOST_SUMMARY = 8_000_000
"""Bytes; a larger summary is none."""


class Details(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What only the journal knows."""

    plan_key: str
    """The same for runs of the same plan, see `trends`."""
    plan: str
    """The plan's title."""
    slowest: str = ""
    """Id of the task that ran longest; empty below two that ran."""
    slowest_s: float | None = None
    """Seconds, over all its attempts."""
    cut: bool = False
    """Whether the index holds only the beginnings of long texts."""
    trouble: str = ""
    """Why the journal could be read no further; empty where it was read to its end."""


class RunRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One run in a list."""

    summary: Summary
    labels: label_file.Labels = label_file.NONE
    details: Details | None = None
    """`None` until the journal was read for the index."""
    trouble: str = ""
    """What is wrong with its folder, though it can be shown; empty where nothing is."""
    from_journal: bool = False
    """Whether the journal stands for a summary that is missing or broken."""

    @property
    def id(self) -> str:
        return self.summary.id

    @property
    def troubles(self) -> str:
        """All that is wrong with it, the journal too where that was read."""
        journal = self.details.trouble if self.details else ""
        return "; ".join(filter(None, (self.trouble, journal)))

    @property
    def name(self) -> str:
        """The one that a person gave it, or else the plan's title."""
        return self.labels.name or self.summary.name

    @property
    def started(self) -> float:
        """Seconds since 1970."""
        return ev.seconds(self.summary.started)

    @property
    def cost(self) -> float | None:
        """Dollars, as far as they are known; `None` where nothing is."""
        if self.summary.cost is not None:
            return self.summary.cost
        return self.summary.cost_at_least or None


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """What tells that files of a run folder have changed: device-wide number, time and size."""

    journal: str = ""
    """Empty where there is none."""
    summary: str = ""
    labels: str = ""


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the folder of all runs."""

    stamps: dict[str, Stamp]
    """Of the run folders, by name."""
    troubles: dict[str, str]
    """Why others are none, by name. Plain files are passed over."""


def scan(runs: Path) -> Scanned:
    """Look at all run folders, without reading a file.

    Raises:
        StorageError: when the folder is there and can not be read.
    """
    stamps: dict[str, Stamp] = {}
    troubles: dict[str, str] = {}
    try:
        # Names from here on: thousands of paths from the root take twice as long.
        here = os.open(runs, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return Scanned(stamps=stamps, troubles=troubles)
    except OSError as error:
        raise StorageError(f"{runs}: {error.strerror}") from error
    try:
        _scan_in(here, stamps, troubles)
    except OSError as error:
        raise StorageError(f"{runs}: {error.strerror}") from error
    finally:
        os.close(here)
    return Scanned(stamps=stamps, troubles=troubles)


def _scan_in(here: int, stamps: dict[str, Stamp], troubles: dict[str, str]) -> None:
    with os.scandir(here) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                troubles[entry.name] = LINK
            elif entry.is_dir(follow_symlinks=False):
                try:
                    stamps[entry.name] = _stamp_of(here, entry.name)
                except StorageError as error:
                    troubles[entry.name] = str(error)


def _stamp_of(here: int, name: str) -> Stamp:
    if not NAME.fullmatch(name):
        raise StorageError("its name is none that orchtui gives a run")
    files = (journal.FILE, summary.FILE, label_file.FILE)
    found = Stamp(*[_file_stamp(here, name, file) for file in files])
    if not (found.journal or found.summary):
        raise StorageError("neither a journal nor a summary is in it")
    return found


def _file_stamp(here: int, name: str, file: str) -> str:
    try:
        status = os.lstat(f"{name}/{file}", dir_fd=here)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise StorageError(f"{file}: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a link, which is not followed" if stat.S_ISLNK(status.st_mode) else "no plain file"
        raise StorageError(f"{file} is {kind}")
    return f"{status.st_mtime_ns}.{status.st_size}.{status.st_ino}"


def size_of(stamp: str) -> int:
    """Bytes of the file that a part of a Stamp stands for."""
    return int(stamp.split(".")[1]) if stamp else 0


def read(folder: Path, stamp: Stamp) -> RunRow:
    """The row of a run, without what only the journal knows.

    `RUNNING` is left as the summary says it: see `settled`.

    Raises:
        StorageError: when neither the summary nor the journal says what run it is.
    """
    trouble, found, from_journal = "", None, False
    if not stamp.summary:
        trouble = "the summary is missing"
    elif size_of(stamp.summary) > MOST_SUMMARY or (found := summary.load(folder)) is None:
        trouble = "the summary can not be read"
    if found is None:
        from_journal = True
        found, more = _from_journal(folder, stamp)
        trouble += f", the journal stands for it{more}"
    elif not stamp.journal:
        trouble = "the journal is missing: the run can be listed, but not opened"
    if found.id != folder.name:
        raise StorageError(f"what is in it is of another run, '{clean_line(found.id, 80)}'")
    if found.verdict == "INTERRUPTED":
        found = msgspec.structs.replace(found, verdict="RUNNING")
    try:
        written = label_file.read(folder)
    except StorageError as error:
        written = label_file.NONE
        trouble = "; ".join(filter(None, [trouble, past_runs.without_folder(error, folder)]))
    return RunRow(summary=found, labels=written, trouble=trouble, from_journal=from_journal)


def settled(row: RunRow, runs: Path) -> RunRow:
    """The row with what holds this moment of a run that has not ended: RUNNING or INTERRUPTED.

    Args:
        row: Of the run.
        runs: The folder of all run folders.
    """
    if row.summary.verdict != "RUNNING" or journal.is_alive(runs / row.id):
        return row
    return msgspec.structs.replace(
        row, summary=msgspec.structs.replace(row.summary, verdict="INTERRUPTED")
    )


def _from_journal(folder: Path, stamp: Stamp) -> tuple[summary.Summary, str]:
    """The summary that the journal gives, and what to say of it."""
    if not stamp.journal:
        raise StorageError("its summary can not be read, and there is no journal")
    run, why = past_runs.fold_as_far(folder)
    if run is None:
        raise StorageError(f"its journal can not be read: {why or 'it holds no whole event'}")
    return summary.of(run), f" as far as it can be read: {why}" if why else ""
