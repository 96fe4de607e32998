"""History: all runs of an artifacts folder, listed, filtered, sorted and searched.

What a screen and the command line ask. `refresh` blocks for as long as there is
something new to read, `listing` and `search` for some milliseconds: all are called in
a thread, any thread, also at the same time. Values are frozen. The index is derived:
what is broken is made anew, and no error of it reaches anybody. This module never
changes a run folder.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from orchtui.engine.errors import StorageError
from orchtui.engine.history.index_file import index_path
from orchtui.engine.history.run_filters import SortKey, in_order, passing
from orchtui.engine.history.run_index import RunIndex
from orchtui.engine.history.run_query import EVERYTHING, Query, parse_query
from orchtui.engine.history.run_row import RunRow
from orchtui.engine.history.run_texts import Field
from orchtui.engine.history.upkeep import Progress, Upkeep
from orchtui.engine.history.word_search import Snippet, Term, folded, snippet
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.text import clean_line

_T = TypeVar("_T")
_BROKEN = (sqlite3.Error, msgspec.DecodeError)
_NOT_BROKEN = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_FULL",
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_IOERR",
)
"""The file is not at fault, and another one in its place would be no better."""

MOST_HITS = 50
"""Runs that a search shows, where nobody asks for more."""
PLAIN = (
    "SQLite of this machine has no full-text search (FTS5): all texts are gone through, which "
    "takes longer"
)


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """Runs in the order that was asked for."""

    rows: tuple[RunRow, ...]
    total: int
    """How many there are without the limit."""
    told: tuple[str, ...] = ()
    """What was not understood of the query, and what is to be known of the index."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A run in which everything was found that was searched for, and where."""

    row: RunRow
    field: Field
    task: str
    """The task's id; empty for a text of the run itself."""
    snippet: Snippet
    """Of the text that has most of it."""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found, the best first."""

    hits: tuple[Hit, ...]
    total: int
    """Runs that were found; more than there are hits where the limit was reached."""
    terms: tuple[Term, ...] = ()
    told: tuple[str, ...] = ()
    """As in a Listing."""


def _unseen(done: int, total: int) -> None:
    """Nobody looks at the progress."""


class History:
    """All runs of an artifacts folder. Use it as a context manager, or call `close`.

    Args:
        out: The artifacts folder.
        redactor: Hides the secrets of today's environment in what the index keeps.
        path: The index; `None` for its usual place below the user's folder for caches.
        fts: Whether to use SQLite's FTS5; `None` where there is one.
    """

    def __init__(
        self,
        out: Path,
        *,
        redactor: Redactor = NOTHING,
        path: Path | None = None,
        fts: bool | None = None,
    ) -> None:
        self._index = RunIndex(index_path(out) if path is None else path, fts=fts)
        self._upkeep = Upkeep(out / RUNS, self._index, redactor.text)
        self._refreshing = threading.RLock()
        self._closed = False
        self._mended = ""
        self._busy = ""

    def __enter__(self) -> "History":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what is going on, and let go of the index. Blocks until that has ended.

        Later looks do nothing, and a search raises StorageError: nothing is read again while an app
        ends.
        """
        self._closed = True
        self._upkeep.stop()
        with self._refreshing:
            self._index.close()

    def stop(self) -> None:
        """Let a `refresh` in another thread end soon; what it has read by then is kept."""
        self._upkeep.stop()

    def refresh(
        self, *, texts: bool = True, patience: float = 0.0, progress: Progress = _unseen
    ) -> None:
        """Bring everything up to date with the run folders.

        Blocks: 5,000 unchanged runs take a tenth of a second, 5,000 new ones some seconds with
        their texts. Meanwhile `listing` and `search` give what is known so far.

        Args:
            texts: Whether journals are read too; without, only lists are up to date.
            patience: Seconds to wait for another process that is at it.
            progress: Told how many journals are read, and of how many.

        Raises:
            StorageError: when the folder of all runs can not be read.
        """
        with self._refreshing:
            if self._closed:
                return
            self._busy = self._in_order(
                lambda: self._upkeep.look(texts=texts, patience=patience, progress=progress)
            )

    def rebuild(self, *, progress: Progress = _unseen) -> None:
        """Make the index anew from the run folders. Blocks.

        Raises:
            StorageError: when the folder of all runs can not be read, or the old index can not be
                taken away.
        """
        with self._refreshing:
            if self._closed:
                return
            self._index.renew()
            self._mended, self._upkeep.known = "", None
        self.refresh(patience=10.0, progress=progress)

    def scrub(self) -> None:
        """Write over what the index still has of runs that are gone for good. Blocks."""
        with self._refreshing:
            if not self._closed:
                self._in_order(self._index.scrub)

    def parse(self, text: str) -> Query:
        """A query, as a person typed it today."""
        return parse_query(text, time.time())

    @property
    def rows(self) -> Sequence[RunRow]:
        """All runs that can be shown, in no order, as the last `refresh` saw them."""
        return tuple(self._upkeep.rows.values())

    @property
    def damaged(self) -> Mapping[str, str]:
        """Folders that can not be shown as runs, by name, and why."""
        return {clean_line(name, 128): why for name, why in self._upkeep.troubles.items()}

    @property
    def troubles(self) -> Sequence[str]:
        """What can not be shown and why; what is shown in part tells that in its row."""
        return tuple(
            f"{clean_line(name, 80)}: {why}" for name, why in sorted(self._upkeep.troubles.items())
        )

    @property
    def notices(self) -> tuple[str, ...]:
        """What is to be known of the index itself; empty where all is as it should be."""
        plain = "" if self._index.fts else PLAIN
        return tuple(filter(None, (self._index.notice, self._mended, self._busy, plain)))

    def listing(
        self,
        query: Query = EVERYTHING,
        *,
        sort: SortKey = "date",
        reverse: bool = False,
        pinned_first: bool = False,
        limit: int | None = None,
    ) -> Listing:
        """Runs that a query asks for. Blocks for milliseconds where words are searched for."""
        found = self._upkeep.rows
        if query.terms:
            names = self._asked(lambda: self._index.find(query.terms, ranked=False))
            found = {name: found[name] for name in names if name in found}
        rows = passing(found.values(), query)
        ordered = in_order(rows, sort, reverse=reverse, pinned_first=pinned_first)
        told = (*query.told, *(self.notices if query.terms else ()))
        return Listing(rows=tuple(ordered[:limit]), total=len(ordered), told=told)

    def search(self, query: Query, *, limit: int = MOST_HITS, width: int = 160) -> Search:
        """Runs in which words stand, and where. Blocks for milliseconds.

        Args:
            query: With terms; its filters hold too.
            limit: Runs, at most.
            width: Characters of a snippet.
        """
        wanted = tuple(term for term in query.terms if not term.absent)
        if not wanted:
            told = (*query.told, "there is nothing to search for: name a word")
            return Search(hits=(), total=0, told=told)
        names = self._asked(lambda: self._index.find(query.terms))
        found = self._upkeep.rows
        rows = passing((found[name] for name in names if name in found), query)
        shown = rows[:limit]
        hits = self._asked(lambda: tuple(self._hit(row, wanted, width) for row in shown))
        told = (*query.told, *self.notices)
        return Search(hits=hits, total=len(rows), terms=wanted, told=told)

    def _hit(self, row: RunRow, terms: Sequence[Term], width: int) -> Hit:
        """The first of the texts that have most of the terms."""
        best, most = None, 0
        for one in self._index.texts(row.id):
            text = folded(one.text)
            many = sum(term.stands_in(text) for term in terms)
            if many > most:
                best, most = one, many
            if many == len(terms):
                break
        if best is None:  # it changed since it was found
            shown = Snippet(text=row.name[:width], spans=())
            return Hit(row=row, field="name", task="", snippet=shown)
        shown = snippet(best.text, terms, width)
        return Hit(row=row, field=best.field, task=best.task, snippet=shown)

    def _asked(self, work: Callable[[], _T]) -> _T:
        """Ask the index; where it had to be made anew, once it has been filled again."""
        try:
            return work()
        except _BROKEN as error:
            with self._refreshing:
                if self._closed:
                    raise StorageError("the index of runs was closed") from error
                self._mend(error, again=False)
                self._in_order(self._look_at_all)
                return self._in_order(work)

    def _look_at_all(self) -> str:
        return self._upkeep.look(texts=True, patience=0.0, progress=_unseen)

    def _in_order(self, work: Callable[[], _T]) -> _T:
        """Do it; where the index is broken, make it anew first, and in the end without a file."""
        for again in (False, True):
            try:
                return work()
            except _BROKEN as error:
                self._mend(error, again=again)
        return work()

    def _mend(self, error: Exception, *, again: bool) -> None:
        name = getattr(error, "sqlite_errorname", None) or ""
        why = clean_line(str(error), 100)
        self._upkeep.known = None
        lost = isinstance(error, sqlite3.Error) and (not name or name.startswith(_NOT_BROKEN))
        if again or lost or self._index.path is None:
            self._index.forgo_file(f"the index of runs can not be used ({why})")
            return
        try:
            self._index.renew()
            self._mended = f"the index of runs was broken ({why}) and was made anew"
        except StorageError as refused:
            self._index.forgo_file(f"the index of runs is broken ({why}): {refused}")
