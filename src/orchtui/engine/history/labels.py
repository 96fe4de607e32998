"""Labels: what a person wrote on a run: a name for lists, tags, a pin.

They stand in `labels.json` in the run folder, so that they travel with it. Keys that
another version wrote there are kept. Everything here blocks: not for the event
loop. This module never touches the journal or the summary.
"""

import contextlib
import fcntl
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.journals.files import no_link, replace_files, why_of
from orchtui.engine.text import clean_line

FILE = "labels.json"
MOST_BYTES = 100_000
MOST_TAGS = 50
MOST_NAME = 200
"""Characters."""
_TAG = re.compile(r"[^\W_][\w.+/-]{0,39}")
TAG_ALLOWED = (
    "letters, digits, '-', '_', '.', '+' and '/', at most 40, beginning with one of the first two"
)


class Labels(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a person wrote on a run."""

    name: str = ""
    """Stands in lists in place of the plan's title; empty where nobody gave one."""
    tags: tuple[str, ...] = ()
    """In the order in which they were given."""
    pinned: bool = False
    """Whether pruning leaves the run alone."""


NONE = Labels()


def read(folder: Path) -> Labels:
    """The labels of a run folder.

    Raises:
        StorageError: when the file is there and can not be read.
    """
    return _labels_of(_read(folder))


def tagged(folder: Path, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Labels:
    """Give a run tags, and take tags away; those that it has, or has not, are no error.

    Raises:
        InputError: when a word can be no tag, or there would be too many.
        StorageError: when the labels can not be read or written.
    """
    more, less = [tag_of(word) for word in add], {word.casefold() for word in remove}

    def change(old: Labels) -> Labels:
        tags = {tag.casefold(): tag for tag in (*old.tags, *more)}
        kept = tuple(tag for key, tag in tags.items() if key not in less)
        if len(kept) > MOST_TAGS:
            raise InputError.of(f"a run can have {MOST_TAGS} tags; these would be {len(kept)}")
        return msgspec.structs.replace(old, tags=kept)

    return _change(folder, change)


def pinned(folder: Path, pin: bool) -> Labels:
    """Pin a run, or take the pin away.

    Raises:
        StorageError: when the labels can not be read or written.
    """
    return _change(folder, lambda old: msgspec.structs.replace(old, pinned=pin))


def renamed(folder: Path, name: str) -> Labels:
    """Give a run a name for lists; an empty one brings the plan's title back.

    Raises:
        InputError: when the name is too long.
        StorageError: when the labels can not be read or written.
    """
    line = clean_line(name, MOST_NAME + 1)
    if len(line) > MOST_NAME:
        raise InputError.of(f"a run's name can have {MOST_NAME} characters")
    return _change(folder, lambda old: msgspec.structs.replace(old, name=line))


def tag_of(word: str) -> str:
    """A word as a tag.

    Raises:
        InputError: when it can be none.
    """
    if not _TAG.fullmatch(word):
        raise InputError.of(f"'{clean_line(word, 60)}' can be no tag: {TAG_ALLOWED}")
    return word


def _read(folder: Path) -> dict[str, Any]:
    path = folder / FILE
    try:
        with open(path, "rb", opener=_opener) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise StorageError(f"{path}: this is no plain file")
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StorageError(why_of(error)) from error
    try:
        if len(data) > MOST_BYTES:
            raise ValueError("it is too large")
        found = msgspec.json.decode(data, type=dict[str, Any])
        _labels_of(found)
    except (ValueError, RecursionError) as error:
        raise StorageError(
            f"{path}: the labels can not be read ({error}); mend the file or remove it"
        ) from error
    return found


def _opener(path: str, flags: int) -> int:
    return no_link(path, flags | os.O_NONBLOCK)  # a pipe would be waited for for ever


def _labels_of(found: dict[str, Any]) -> Labels:
    """Cleaned: the folder may have come with a project of somebody else."""
    labels = msgspec.convert(found, Labels)
    tags = (tag for tag in map(clean_line, labels.tags[:MOST_TAGS]) if _TAG.fullmatch(tag))
    return Labels(
        name=clean_line(labels.name, MOST_NAME),
        tags=tuple({tag.casefold(): tag for tag in tags}.values()),
        pinned=labels.pinned,
    )


def _change(folder: Path, change: Callable[[Labels], Labels]) -> Labels:
    with _alone(folder):
        found = _read(folder)
        old = _labels_of(found)
        new = change(old)
        if new != old:
            whole = {"format": 1, **found, **msgspec.to_builtins(new)}
            text = msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
            replace_files({folder / FILE: text + "\n"})
    return new


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While no other process changes these labels, which takes an instant."""
    try:
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
