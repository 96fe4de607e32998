"""Open files read piece by piece, however large they are.

Blocks: not for the event loop. This module never opens a file.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO

PIECE = 2 * 1024 * 1024
"""Bytes that are in memory at once."""
LONGEST = 256 * 1024
"""Bytes of a secret that is found also where it comes in two pieces; a variable of the environment
has at most half of it."""


def pieces(source: BinaryIO) -> Iterator[bytes]:
    """All of it, from its beginning."""
    source.seek(0)
    while piece := source.read(PIECE):
        yield piece


def length(source: BinaryIO) -> int:
    """Its bytes."""
    return source.seek(0, os.SEEK_END)


def digest(source: BinaryIO) -> str:
    """SHA-256 of it."""
    found = hashlib.sha256()
    for piece in pieces(source):
        found.update(piece)
    return found.hexdigest()


def secret_in(source: BinaryIO, find: Callable[[bytes], str | None]) -> str | None:
    """The name of a secret that stands in it; `None` where none does.

    Args:
        source: What is looked through.
        find: Says so of a part.
    """
    end = b""
    for piece in pieces(source):
        if (found := find(end + piece)) is not None:
            return found
        end = (end + piece)[-LONGEST:]
    return None
