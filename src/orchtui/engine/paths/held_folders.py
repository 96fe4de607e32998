"""A folder whose content is changed or read as a whole: by one at a time of those who ask here.

What comes for it is put in place by one thread while another may already take over what is there.
All of them are threads of this process. This module never makes the folder itself, nor what is
above it: who removed it is done with it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakValueDictionary


class _Hold:
    def __init__(self) -> None:
        self.lock = threading.Lock()


_HOLDS: "WeakValueDictionary[Path, _Hold]" = WeakValueDictionary()
"""Of folders that somebody holds or waits for. Not flock(2), which NFS refuses for a folder."""
_FINDING = threading.Lock()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Wait for whoever holds it, and hold it. Blocks.

    Raises:
        OSError: when it is not there.
    """
    with _FINDING:
        hold = _HOLDS.setdefault(folder, _Hold())
    with hold.lock:
        folder.stat()
        yield


def make_way(folder: Path, path: Path) -> None:
    """Make the folders between a folder and a path below it.

    Raises:
        OSError: when the folder is not there, or a file is in the way.
    """
    for between in reversed(path.relative_to(folder).parents[:-1]):
        (folder / between).mkdir(exist_ok=True)
