"""RunIndex: the rows of all runs and the words of their texts, in SQLite.

With FTS5 the words of a run are one document, so that all of a search's terms need
to stand somewhere in it, not in one text. Without, all texts are gone through. The
texts themselves are kept for both, to show where something stands. This module
never reads a run folder; what it is handed it keeps until it is told otherwise.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from orchtui.engine.history.index_file import Opened, discard, has_fts5, open_index
from orchtui.engine.history.run_row import RunRow
from orchtui.engine.history.run_texts import Field, RunText
from orchtui.engine.history.word_search import VERSION as WORDS_VERSION
from orchtui.engine.history.word_search import Term, folded, indexed

_FORMAT = 1

_TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
    stamp TEXT NOT NULL, text_stamp TEXT NOT NULL, row BLOB, trouble TEXT NOT NULL
);
CREATE TABLE texts (
    run INTEGER NOT NULL, field TEXT NOT NULL, task TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX texts_of_run ON texts (run);
"""
_WORDS = """
CREATE VIRTUAL TABLE words USING fts5(
    names, requests, prompts, results, content='', tokenize='ascii', prefix='1 2'
);
"""
_COLUMNS: dict[Field, int] = {
    "name": 0, "tag": 0, "request": 1, "title": 2, "prompt": 2, "result": 3, "failure": 3,
}  # fmt: skip
_RANK = "bm25(words, 8.0, 4.0, 2.0, 1.0)"


class Kept(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the index knows of one run folder."""

    stamp: str
    """Of what the row was made from."""
    text_stamp: str = ""
    """Of what the texts were made from; empty where they were not read yet."""
    row: RunRow | None
    """`None` where the folder is no run that can be shown."""
    trouble: str = ""
    """Why not."""


class RunIndex:
    """One open index. Every method blocks; any thread may call it.

    Args:
        path: The file; `None` for a temporary one.
        fts: Whether to use FTS5; `None` where SQLite has it.

    Raises, in all methods:
        sqlite3.Error: when the index is broken, full, or another process is at it too long.
    """

    def __init__(self, path: Path | None, *, fts: bool | None = None) -> None:
        self.fts = has_fts5() if fts is None else fts
        """Whether searching uses the index; else it goes through all texts."""
        self._lock = threading.RLock()
        self._version = f"{_FORMAT}/{WORDS_VERSION}/{'fts5' if self.fts else 'plain'}"
        self._opened = self._open(path)

    def _open(self, path: Path | None) -> Opened:
        return open_index(path, self._version, _TABLES + (_WORDS if self.fts else ""))

    @property
    def path(self) -> Path | None:
        """The file; `None` where it is a temporary one."""
        return self._opened.path

    @property
    def notice(self) -> str:
        """What to tell of it; empty where all is as it should be."""
        return self._opened.notice

    def renew(self) -> None:
        """Begin with an empty index, whatever is there.

        Raises:
            StorageError: when what is there can not be taken away.
        """
        with self._lock:
            path = self._opened.path
            try:
                discard(self._opened)
            finally:
                self._opened = self._open(path)

    def forgo_file(self, why: str) -> None:
        """Go on with a temporary one."""
        with self._lock:
            self._opened.connection.close()
            self._opened = self._open(None)
            self._opened.notice = f"{why}; a temporary one is used"

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._opened.connection.close()

    def load(self) -> dict[str, Kept]:
        """All that is known, by the names of the run folders."""
        decode = msgspec.msgpack.Decoder(RunRow).decode
        with self._lock:
            rows = self._run("SELECT name, stamp, text_stamp, row, trouble FROM runs").fetchall()
        return {
            name: Kept(
                stamp=stamp,
                text_stamp=text_stamp,
                row=None if row is None else decode(row),
                trouble=trouble,
            )
            for name, stamp, text_stamp, row, trouble in rows
        }

    def keep(
        self, changes: Sequence[tuple[str, Kept, Sequence[RunText] | None]], gone: Sequence[str]
    ) -> None:
        """Write what was read anew, in one step.

        Args:
            changes: Names of run folders, what is known of them, and all of their texts; `None`
                where these stay as they were.
            gone: Names of run folders that are there no more.
        """
        with self._lock:
            self._run("BEGIN IMMEDIATE")
            try:
                for name in gone:
                    self._forget(name)
                for name, kept, texts in changes:
                    self._keep(name, kept, texts)
            except BaseException:
                if self._opened.connection.in_transaction:  # a full disk has ended it already
                    self._run("ROLLBACK")
                raise
            self._run("COMMIT")

    def _keep(self, name: str, kept: Kept, texts: Sequence[RunText] | None) -> None:
        row = None if kept.row is None else msgspec.msgpack.encode(kept.row)
        self._run(
            "INSERT INTO runs (name, stamp, text_stamp, row, trouble) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp, row = excluded.row, "
            "text_stamp = excluded.text_stamp, trouble = excluded.trouble",
            (name, kept.stamp, kept.text_stamp, row, kept.trouble),
        )
        if texts is None:
            return
        (number,) = self._run("SELECT number FROM runs WHERE name = ?", (name,)).fetchone()
        self._drop_texts(number)
        self._opened.connection.executemany(
            "INSERT INTO texts (run, field, task, text) VALUES (?, ?, ?, ?)",
            ((number, one.field, one.task, one.text) for one in texts),
        )
        if self.fts and texts:
            self._run("INSERT INTO words (rowid, names, requests, prompts, results) "
                      "VALUES (?, ?, ?, ?, ?)", (number, *_document(texts)))  # fmt: skip

    def _forget(self, name: str) -> None:
        found = self._run("SELECT number FROM runs WHERE name = ?", (name,)).fetchone()
        if found is not None:
            self._drop_texts(found[0])
            self._run("DELETE FROM runs WHERE number = ?", found)

    def _drop_texts(self, number: int) -> None:
        if self.fts and (old := list(self._texts(number))):
            # The words must be those that were put in, to the letter.
            self._run("INSERT INTO words (words, rowid, names, requests, prompts, results) "
                      "VALUES ('delete', ?, ?, ?, ?, ?)", (number, *_document(old)))  # fmt: skip
        self._run("DELETE FROM texts WHERE run = ?", (number,))

    def scrub(self) -> None:
        """Write over the words of runs that are gone. Takes as long as writing the index."""
        with self._lock:
            if self.fts:
                self._run("INSERT INTO words (words) VALUES ('optimize')")
            self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def find(self, terms: Sequence[Term], *, ranked: bool = True) -> list[str]:
        """Names of the run folders in which all terms stand, or do not where they must not.

        Args:
            terms: What is searched for.
            ranked: Whether the best come first, where there is FTS5; else they are in no order.
        """
        with self._lock:
            if not self.fts:
                return self._found_plainly(terms)
            wanted = [term for term in terms if not term.absent]
            names = self._matching(wanted, " AND ", ranked=ranked)
            if unwanted := [term for term in terms if term.absent]:
                without = set(self._matching(unwanted, " OR ", ranked=False))
                names = [name for name in names if name not in without]
        return names

    def _matching(self, terms: Sequence[Term], join: str, *, ranked: bool) -> list[str]:
        if not terms:
            found = self._run("SELECT name FROM runs WHERE row NOT NULL ORDER BY name DESC")
        else:
            order = f" ORDER BY {_RANK}, name DESC" if ranked else ""
            statement = (
                "SELECT name FROM words JOIN runs ON number = words.rowid WHERE words MATCH ?"
            )
            asked = join.join(f"({term.query})" for term in terms)
            found = self._run(statement + order, (asked,))
        return [name for (name,) in found.fetchall()]

    def _found_plainly(self, terms: Sequence[Term]) -> list[str]:
        numbers = self._run("SELECT number, name FROM runs WHERE row NOT NULL ORDER BY name DESC")
        names = []
        for number, name in numbers.fetchall():
            left = set(range(len(terms)))
            for one in self._texts(number):
                text = folded(one.text)
                left -= {at for at in left if terms[at].stands_in(text)}
                if not left:
                    break
            absent = {at for at, term in enumerate(terms) if term.absent}
            if left == absent:
                names.append(name)
        return names

    def texts(self, name: str) -> list[RunText]:
        """All texts of a run folder."""
        with self._lock:
            found = self._run("SELECT number FROM runs WHERE name = ?", (name,)).fetchone()
            return list(self._texts(found[0])) if found is not None else []

    def _texts(self, number: int) -> Iterator[RunText]:
        rows = self._run(
            "SELECT field, task, text FROM texts WHERE run = ? ORDER BY rowid", (number,)
        )
        return (RunText(field, task, text) for field, task, text in rows)

    def _run(
        self, statement: str, values: Sequence[str | int | bytes | None] = ()
    ) -> sqlite3.Cursor:
        return self._opened.connection.execute(statement, values)


def _document(texts: Sequence[RunText]) -> list[str]:
    """The words of a run, by the columns of the index."""
    columns: list[list[str]] = [[], [], [], []]
    for one in texts:
        columns[_COLUMNS[one.field]].append(one.text)
    return [indexed(column) for column in columns]
