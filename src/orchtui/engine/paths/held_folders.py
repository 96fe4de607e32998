"""A folder whose content is changed or read as a whole: by one at a time of those who ask here.

What comes for it is put in place by one thread while another may already take over what is there.
This module never makes the folder itself, nor what is above it: who removed it is done with it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Wait for whoever holds it, and hold it. Blocks.

    Raises:
        OSError: when it is not there.
    """
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(at, fcntl.LOCK_EX)
        yield
    finally:
        os.close(at)  # and with it the lock


def make_way(folder: Path, path: Path) -> None:
    """Make the folders between a folder and a path below it.

    Raises:
        OSError: when the folder is not there, or a file is in the way.
    """
    for between in reversed(path.relative_to(folder).parents[:-1]):
        (folder / between).mkdir(exist_ok=True)
