"""Publishing: the newest results under names that stay the same, in the artifacts folder itself.

`parallel-task-1.md`, `parallel-result.md`, `parallel-log.md`; for a plan with a
name `parallel-<name>-1.md`, `parallel-result-<name>.md`, `parallel-<name>-log.md`.
An index remembers which run published what, so that files of an earlier run of
the same name are removed and no others. These files are the user's own results:
unlike the run folder's they have the rights that the umask gives. Everything here
blocks: not for the event loop. This module never touches a run folder.
"""

import fcntl
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from orchtui.engine.errors import StorageError
from orchtui.engine.journals.files import Sign, no_link, replace_files, unwatched, write_all
from orchtui.engine.journals.journal import RUNS, is_alive

INDEX = ".published.json"

Told = Callable[[int, int], object]
"""Is told how many of how many files are done."""


class Entry(msgspec.Struct, frozen=True):
    """One published file."""

    run: str
    plan: str | None
    """The plan's name."""
    since: float = 0.0
    """When the session that published it began, in seconds since 1970."""


class Published:
    """The published files of one run. All methods raise StorageError when the disk refuses.

    Args:
        out: The artifacts folder.
        plan: The plan's name, if it has one.
        run_id: Who publishes.
        since: When this session of the run began, in seconds since 1970.
    """

    def __init__(self, out: Path, plan: str | None, run_id: str, since: float = 0.0) -> None:
        self._since = since
        self._out = out
        self._plan = plan
        self._run = run_id
        self._index: dict[str, Entry] = {}
        self._written = b""
        """The index as this run wrote it last: what still reads so need not be understood anew."""

    def task_name(self, position: int) -> str:
        """The file name for the task with this place in the plan."""
        return f"parallel-{self._plan or 'task'}-{position}.md"

    @property
    def result_name(self) -> str:
        return f"parallel-result-{self._plan}.md" if self._plan else "parallel-result.md"

    @property
    def log_name(self) -> str:
        return f"parallel-{self._plan}-log.md" if self._plan else "parallel-log.md"

    def tasks(self, texts: Mapping[int, str], sign: Sign = unwatched) -> None:
        """Publish tasks' files, by place in the plan."""
        self._publish({self.task_name(number): text for number, text in texts.items()}, sign)

    def result(self, text: str, sign: Sign = unwatched) -> None:
        """Publish the result."""
        self._publish({self.result_name: text}, sign)

    def log(self, text: str, sign: Sign = unwatched) -> None:
        """Publish the execution log."""
        self._publish({self.log_name: text}, sign)

    def remove_stale(self, sign: Sign = unwatched, told: Told = lambda done, total: None) -> None:
        """Remove what an earlier run of the same name published and this one did not.

        Args:
            told: Told how many of how many files are gone, one after the other.
        """
        self._with_index(lambda index: self._drop_stale(index, sign, told), sign)

    def _publish(self, texts: Mapping[str, str], sign: Sign) -> None:
        replace_files({self._out / name: text for name, text in texts.items()}, sign, private=False)
        entry = Entry(self._run, self._plan, self._since)
        self._with_index(lambda index: index.update(dict.fromkeys(texts, entry)), sign)

    def _drop_stale(self, index: dict[str, Entry], sign: Sign, told: Told) -> None:
        going: dict[str, bool] = {}
        stale = []
        for name, entry in index.items():
            older = entry.run != self._run and entry.since <= self._since
            if entry.plan != self._plan or not older:
                continue
            if entry.run not in going:
                going[entry.run] = self._goes_on(entry)
            # What a later session published, or one that still goes on, stays.
            if not going[entry.run]:
                stale.append(name)
        for done, name in enumerate(stale):
            told(done, len(stale))
            del index[name]
            # The index may have come with a cloned repository: never follow it elsewhere.
            if name.startswith("parallel-") and Path(name).name == name:
                (self._out / name).unlink(missing_ok=True)
            sign()

    def _goes_on(self, entry: Entry) -> bool:
        return Path(entry.run).name == entry.run and is_alive(self._out / RUNS / entry.run)

    def _with_index(self, change: Callable[[dict[str, Entry]], None], sign: Sign) -> None:
        """Change the index under a lock, so that two processes lose no entry."""
        try:
            with open(self._out / INDEX, "a+b", buffering=0, opener=no_link) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                found = file.read()
                if found != self._written or not found:
                    self._index = _decode(found)
                self._written = b""  # until it stands there
                change(self._index)
                data = msgspec.json.encode(self._index)
                file.truncate(0)
                write_all(file.fileno(), data, sign)
                self._written = data
        except OSError as error:
            raise StorageError(f"{self._out / INDEX}: {os.strerror(error.errno or 0)}") from error


def _decode(data: bytes) -> dict[str, Entry]:
    """The index; empty when it is new or was cut off, so that nothing is removed by guess."""
    try:
        return msgspec.json.decode(data, type=dict[str, Entry])
    except (ValueError, RecursionError):
        return {}
