"""Rescue: where a run is saved whose own folder took nothing more, and how it is found there.

A rescue place is an artifacts folder of its own, the user's alone, so that every
command works in it with `--out`. What it holds is remembered beside each run.
Everything here blocks: not for the event loop. This module never deletes a run.
"""

import contextlib
import os
import shlex
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from orchtui.engine.errors import RunNotFoundError, StorageError
from orchtui.engine.journals.files import (
    Sign,
    make_own_folder,
    no_link,
    no_link_private,
    replace_files,
    why_of,
    write_all,
)
from orchtui.engine.journals.journal import FILE, RUNS
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line

NOTE = "saved-for.json"
"""Beside a rescued run: where it belongs."""
_TEMPORARY = "orchtui-rescue-"

Place = Callable[[], Path]
"""Makes a place ready; raises StorageError or OSError."""


class _SavedFor(msgspec.Struct, frozen=True):
    out: str
    """Absolute path of the artifacts folder that took no more."""


def in_data_folder() -> Path:
    """In the user's own data folder."""
    place = _data_folder()
    make_own_folder(place)
    return place


def in_temporary_folder() -> Path:
    """Below the system's folder for temporary files, which may be emptied at the next start."""
    return Path(tempfile.mkdtemp(prefix=_TEMPORARY))  # 0700


PLACES: Sequence[Place] = (in_data_folder, in_temporary_folder)
"""Where a run is saved, the best first."""


def bring(old: Path | None, new: Path, out: Path, sign: Sign) -> None:
    """Take along what stands in a run's folder besides its journal, as far as it can be read.

    Args:
        old: The run's folder; `None` where reading it would hang.
        new: Its new one, in which everything that can be made from the Run is written later.
        out: The artifacts folder that it belongs in.
        sign: Called as it gets on.

    Raises:
        StorageError: when the new place refuses.
    """
    make_own_folder(new)
    note = msgspec.json.encode(_SavedFor(os.path.abspath(out))).decode()
    replace_files({new / NOTE: note}, sign)
    if old is None:
        return
    # What can not be read is told by `missing`, with everything else that is not there.
    with contextlib.suppress(shutil.Error, OSError):
        shutil.copytree(
            old,
            new,
            symlinks=True,
            ignore=shutil.ignore_patterns(FILE, ".*.part"),
            copy_function=partial(_copy, sign=sign),
            dirs_exist_ok=True,
        )


def missing(run: Run, folder: Path) -> tuple[str, ...]:
    """Files that the run's specialists wrote and that are not in its folder."""
    kept = [
        change.kept
        for task in run.tasks.values()
        for attempt in task.attempts
        for change in (attempt.files.written if attempt.files is not None else ())
        if change.kept
    ]
    return tuple(path for path in dict.fromkeys(kept) if not os.path.lexists(folder / path))


def told(out: Path, run_id: str = "") -> list[str]:
    """What to say of runs that belong in an artifacts folder and were saved elsewhere.

    Args:
        out: The artifacts folder.
        run_id: The id of one run, or how it begins; all of them where nothing is given.
    """
    lines = []
    belongs = os.path.realpath(out)
    for place in _places():
        for note in sorted((place / RUNS).glob(f"*/{NOTE}")):
            run = note.parent
            if not run.name.startswith(run_id) or _origin(note) != belongs:
                continue
            if _length(out / RUNS / run.name) >= _length(run):
                continue  # it was brought back
            back = f"cp -R {shlex.quote(str(run))} {shlex.quote(str(out / RUNS))}/"
            use = f"--out {shlex.quote(str(place))}"
            lines.append(
                clean_line(
                    f"run {run.name} could not be saved whole here and is in {place}: "
                    f"use `{use}`, or bring it back with `{back}`",
                    1000,
                )
            )
    return lines


@contextlib.contextmanager
def pointing(out: Path, run_id: str) -> Iterator[None]:
    """Say of a run that is not found, or can not be read, that it was saved elsewhere.

    Raises:
        RunNotFoundError: instead of itself or a StorageError, where it was.
    """
    try:
        yield
    except (RunNotFoundError, StorageError) as error:
        found = told(out, run_id) if run_id != "last" else []
        if len(found) == 1:
            raise RunNotFoundError(found[0]) from error
        raise


def _data_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("orchtui") / "rescue"


def _places() -> Iterator[Path]:
    """The places that there are, of this user and closed to others."""
    temporary = Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*")
    for place in (_data_folder(), *sorted(temporary)):
        try:
            status = place.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
            if not stat.S_IMODE(status.st_mode) & 0o077:
                yield place


def _origin(note: Path) -> str:
    try:
        with open(note, "rb", opener=no_link) as file:
            return os.path.realpath(msgspec.json.decode(file.read(), type=_SavedFor).out)
    except (OSError, ValueError):
        return ""


def _length(folder: Path) -> int:
    """Bytes of a run's journal; nothing where there is none."""
    try:
        return (folder / FILE).stat().st_size
    except OSError:
        return 0


def _copy(source: str, target: str, *, sign: Sign) -> str:
    """A file into the new place, the user's alone. A pipe would be waited for for ever."""
    file = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(file, "rb", buffering=0) as reading:
        if stat.S_ISREG(os.fstat(file).st_mode):
            with open(target, "wb", buffering=0, opener=no_link_private) as writing:
                while piece := reading.read(1 << 20):
                    try:
                        write_all(writing.fileno(), piece, sign)
                    except OSError as error:
                        raise StorageError(f"{target}: {why_of(error)}") from error
    return target
