"""The plain files below a folder that is nobody's but orchtui's: no links, pipes or git.

And how many of them go between two machines.

This module never follows a link, and never opens a file.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

MOST_FILES = 2000
MOST_BYTES = 64 * 1024 * 1024
"""Of one attempt's files together that go to another machine; what is more is not sent."""
MOST_BACK = 1024 * 1024 * 1024
"""Of those together that come back from there."""


def links(folder: Path) -> Iterator[str]:
    """The links below it: paths from the folder with slashes, in order.

    Raises:
        OSError: when a folder can not be listed.
    """
    for where, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if name != ".git")
        for path in (Path(where, name) for name in sorted((*folders, *names))):
            if path.is_symlink():
                yield path.relative_to(folder).as_posix()


def plain_files(folder: Path) -> Iterator[tuple[str, Path, bool]]:
    """Path from the folder with slashes, whole path, and whether it may be executed; in order.

    Raises:
        OSError: when one is gone meanwhile, or a folder can not be listed: its files are not gone.
    """
    for where, folders, names in os.walk(folder, onerror=_raise):
        # A folder's own history is no result.
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = Path(where, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                yield path.relative_to(folder).as_posix(), path, bool(mode & stat.S_IXUSR)


def _raise(error: OSError) -> None:
    raise error
