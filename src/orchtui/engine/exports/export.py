"""The door of the exports: which forms there are, and a run written in one of them.

A file is written beside its place and takes it in one step; one that is there is never
replaced unasked. This module never decides what stands in a form.
"""

import errno
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Literal, get_args

from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.exports.page_frame import Section
from orchtui.engine.exports.subject import Subject
from orchtui.engine.journals import journal
from orchtui.engine.journals.files import no_link, why_of
from orchtui.engine.run_events.events import output_file
from orchtui.engine.run_folders.artifacts import RESULT
from orchtui.engine.telling import execution_log

Form = Literal["md", "html", "json", "zip", "trace", "log", "svg"]
FORMS: tuple[Form, ...] = get_args(Form)

_SUFFIXES: tuple[tuple[str, Form], ...] = (
    (".trace.json", "trace"),
    (".trace", "trace"),
    (".json", "json"),
    (".md", "md"),
    (".markdown", "md"),
    (".html", "html"),
    (".htm", "html"),
    (".zip", "zip"),
    (".log", "log"),
    (".svg", "svg"),
)
"""The first that fits counts."""


_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
"""What disks say that have no hard links, as those of memory sticks and some shares."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that was written."""

    path: Path
    form: Form
    size: int
    """Bytes."""
    left_out: tuple[str, ...] = ()
    """What of the run is not in it and why, a line each."""


def form_of(name: str) -> Form | None:
    """The form that a file's name asks for; `None` where it asks for none."""
    lower = name.lower()
    return next((form for suffix, form in _SUFFIXES if lower.endswith(suffix)), None)


def text_of(subject: Subject, form: Form, sections: Sequence[Section] = ()) -> Iterator[str]:
    """A run in a form that is text, piece by piece. Blocks.

    Args:
        subject: The run.
        form: Any but `zip`.
        sections: More of an HTML page, such as a comparison.

    Raises:
        StorageError: when its journal can not be read again.
    """
    # Each form's room is loaded when it is asked for.
    match form:
        case "md":
            from orchtui.engine.exports.run_document import document

            return document(subject)
        case "html":
            from orchtui.engine.exports.run_page import page

            return page(subject, sections)
        case "json":
            from orchtui.engine.exports.run_object import object_text

            return object_text(subject)
        case "trace":
            from orchtui.engine.exports.trace_events import trace_text

            return trace_text(subject, journal.read(subject.folder))
        case "svg":
            from orchtui.engine.exports.timeline_svg import timeline

            return timeline(subject, alone=True)
        case "log":
            text = execution_log.log(subject.run, task_output=output_file, result_output=RESULT)
            return iter([text])
        case "zip":
            raise ValueError("an archive is no text")


def write(
    subject: Subject, form: Form, to: BinaryIO, sections: Sequence[Section] = ()
) -> tuple[str, ...]:
    """Write a run to an open file, which for `zip` must be one that can be sought in. Blocks.

    Returns:
        What was left out and why, a line each.

    Raises:
        StorageError: when something can not be read or written.
    """
    if form == "zip":
        from orchtui.engine.exports.run_archive import write_archive

        return tuple(write_archive(subject, to))
    for piece in text_of(subject, form, sections):
        to.write(piece.encode("utf-8", "replace"))
    return ()


def save(
    subject: Subject,
    form: Form,
    path: Path,
    *,
    force: bool = False,
    sections: Sequence[Section] = (),
) -> Saved:
    """Write a run to a file, in one step; its rights are what the umask says. Blocks.

    Args:
        subject: The run.
        form: What to write.
        path: Where to.
        force: Whether a file that is there is replaced.
        sections: As for `text_of`.

    Raises:
        InputError: when there is a file already, or the place is none for one.
        StorageError: when the disk refuses; what was there is as it was.
    """
    if path.is_dir():
        raise InputError.of("is a folder; name a file in it", str(path))
    if not path.parent.is_dir():
        raise InputError.of("there is no such folder to write in", str(path.parent))
    if os.path.lexists(path) and not force:
        raise _is_there(path)
    half = path.with_name(f".{path.name[:100]}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        with open(half, "x+b", opener=no_link) as file:
            left = write(subject, form, file, sections)
            file.flush()
            os.fsync(file.fileno())
            size = os.fstat(file.fileno()).st_size
        if force:
            half.replace(path)
        else:
            _put_where_nothing_is(half, path)
    except FileExistsError as error:
        raise _is_there(path) from error
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
    finally:
        with suppress(FileNotFoundError):
            half.unlink()
    return Saved(path, form, size, left)


def _put_where_nothing_is(half: Path, path: Path) -> None:
    """Raises FileExistsError where a file has come there meanwhile."""
    try:
        os.link(half, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC))
        half.replace(path)


def _is_there(path: Path) -> InputError:
    return InputError.of("is there already; --force replaces it", str(path))


def pour(
    subject: Subject, form: Form, to: BinaryIO, sections: Sequence[Section] = ()
) -> tuple[str, ...]:
    """Write a run to a pipe, which can not be sought in. Blocks.

    Nothing is written before all of an archive is there.

    Returns, raises:
        As `write`; BrokenPipeError when nobody reads.
    """
    if form != "zip":
        return write(subject, form, to, sections)
    try:
        with TemporaryFile() as whole:
            left = write(subject, form, whole)
            whole.seek(0)
            while piece := whole.read(1 << 20):
                to.write(piece)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StorageError(why_of(error)) from error
    return left
