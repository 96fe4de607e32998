"""Paths as a model or a program says them, made into paths from a root folder.

Everything here is text: what stands on the disk is the fence's. A path that
could mean two things is refused with words that say how to name it. This module
never touches a file.
"""

import os
import unicodedata
from pathlib import Path

from orchtui.engine.text import clean_line

LONGEST_NAME = 255
"""Bytes of one name, as most file systems have it."""

LONGEST_PATH = 4096
"""Bytes of a whole path."""


class Denied(Exception):
    """A file can not be reached, or must not be.

    Args:
        why: For the model, after the path: what is wrong, and what it can do.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Missing(Denied):
    """There is no such file or folder."""


class Blocked(Missing):
    """A file stands where a folder would have to be.

    Args:
        at: The file, from the root folder.
    """

    def __init__(self, at: str) -> None:
        super().__init__(
            f"'{clean_line(at, 200)}' is a file, and nothing can stand below it; use another folder"
        )
        self.at = at


def relative(named: str, *roots: Path) -> str:
    """A path from the root folder, with `/`, without `.` and `..`; the root itself is empty.

    Args:
        named: As somebody wrote it; an absolute one is taken when it lies below one of the roots.
        roots: Absolute names of the root folder: several where it is reached through a link.

    Raises:
        Denied: when it lies outside, or is no path that can be used here.
    """
    _look_at(named)
    if named.startswith("/"):
        for root in roots:
            prefix = str(root).rstrip("/") + "/"
            if (named.rstrip("/") + "/").startswith(prefix):
                named = named[len(prefix) :]
                break
        else:
            raise Denied("outside of the project folder; name paths from there")
    parts: list[str] = []
    for part in named.split("/"):
        if part == "..":
            if not parts:
                raise Denied("outside of the project folder; name paths from there")
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _look_at(named: str) -> None:
    if named == "~" or named.startswith("~/"):
        raise Denied("'~' is outside of the project folder; name paths from there")
    if "\\" in named:
        raise Denied("there is a backslash in it; write '/' between folders and file")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in named):
        raise Denied("there are characters in it that no path may have here")
    if len(os.fsencode(named)) > LONGEST_PATH:
        raise Denied("the path is too long")
    if any(len(os.fsencode(part)) > LONGEST_NAME for part in named.split("/")):
        raise Denied("a name in it is too long")


def folded(text: str) -> str:
    """A path in the form in which some file system could take two names for one.

    Without case, without invisible characters and look-alikes of other widths, and without what
    some systems drop at a name's end.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    names = unicodedata.normalize("NFKC", seen).split("/")
    # On some systems `name:stream`, `name.` and `name ` are all the file `name`.
    return "/".join(name.partition(":")[0].rstrip(". ") or name for name in names)
