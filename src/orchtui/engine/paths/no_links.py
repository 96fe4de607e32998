"""Files below a folder, reached without following any link, also one made meanwhile.

For copies and removals whose paths are known to lead through plain folders; the
fence is for paths that somebody names. This module never writes a file.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def folder_of(root: Path, path: str) -> Iterator[tuple[int, str]]:
    """The open folder that a file is in, and the file's name. Blocks.

    Args:
        root: Where the path begins; may itself be reached through links.
        path: With `/`, from there.

    Raises:
        OSError: when a folder on the way is not there, or is a link.
        ValueError: when the path leads out.
    """
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or parts[0] == "/":
        raise ValueError("the path leads out of its folder")
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = os.open(part, _FOLDER, dir_fd=at)
            os.close(at)
            at = inner
        yield at, parts[-1]
    finally:
        os.close(at)


def open_file(root: Path, path: str) -> int:
    """A descriptor to read a file with; it may still be no plain file. Blocks.

    Raises:
        OSError, ValueError: as `folder_of`.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    with folder_of(root, path) as (folder, name):
        return os.open(name, flags, dir_fd=folder)
