"""Upkeep: brings the index up to date by what has changed in the run folders.

Folders are looked at, files are read only where they changed: summaries and labels
for the list, journals for the texts. A run that goes on is read again when a task of
it has ended, while its journal is short; a long one is read once more when it ends.
Everything here blocks. This module never writes into a run folder.
"""

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from orchtui.engine.errors import StorageError
from orchtui.engine.history.index_file import lock
from orchtui.engine.history.run_index import Kept, RunIndex
from orchtui.engine.history.run_row import RunRow, Stamp, read, scan, settled, size_of
from orchtui.engine.history.run_texts import RunText, own_texts, read_texts
from orchtui.engine.journals import journal
from orchtui.engine.text import clean_line

LONG = 8 << 20
"""Bytes of a journal from which on a run that goes on is not read again before its end."""
_AT_ONCE = 2 << 20
"""Characters of texts that are written in one step, so that searches get their turn."""
_ROWS_AT_ONCE = 500

_NO_JOURNAL = "-"
BUSY = "another orchtui is bringing the index of runs up to date: some texts may not be found yet"

Progress = Callable[[int, int], object]
"""Is told how many journals are read, and of how many."""

Change = tuple[str, Kept, "list[RunText] | None"]


class Upkeep:
    """What is known of all runs of an artifacts folder, and how it is brought up to date.

    Args:
        runs: The folder of all run folders.
        index: Where it is kept.
        redact: Hides the secrets of today's environment.
    """

    def __init__(self, runs: Path, index: RunIndex, redact: Callable[[str], str]) -> None:
        self._runs = runs
        self._index = index
        self._redact = redact
        self._stopped = threading.Event()
        self.known: dict[str, Kept] | None = None
        """By the names of the run folders; `None` before the first look. Never changed, only
        replaced: whoever reads it needs no lock."""
        self.rows: dict[str, RunRow] = {}
        """Those that can be shown, as they are this moment; replaced in the same way."""
        self.troubles: dict[str, str] = {}
        """Folders that are no runs that can be shown, by name, and why."""

    def stop(self) -> None:
        """Let a look that is going on in another thread end soon. It is whole up to there."""
        self._stopped.set()

    def look(self, *, texts: bool, patience: float, progress: Progress) -> str:
        """Bring everything up to date; gives what to tell of that.

        Args:
            texts: Whether to read journals too, for searching.
            patience: Seconds to wait for another process that is at it.
            progress: Told of every journal.

        Raises:
            StorageError: when the folder of all runs can not be read.
            sqlite3.Error: when the index is broken.
        """
        self._stopped.clear()
        scanned = scan(self._runs)
        before = self._index.load() if self.known is None else self.known
        changes = [
            (name, self._row(name, stamp, before.get(name)))
            for name, stamp in scanned.stamps.items()
            if not _is_current(stamp, before.get(name))
        ]
        known = {name: kept for name, kept in before.items() if name in scanned.stamps}
        known.update(changes)
        gone = [name for name in before if name not in scanned.stamps]
        self.troubles = scanned.troubles | {
            n: one.trouble for n, one in known.items() if not one.row
        }
        self._show(known)
        unread = self._unread(scanned.stamps) if texts else []
        if not (changes or gone or unread):
            return ""
        if self._index.path is None:
            self._write(changes, gone, unread, scanned.stamps, progress)
            return ""
        with lock(self._index.path, patience) as held:
            if not held:
                # The list is right all the same. What the other one has written is read next time.
                self.known = None
                return BUSY
            self._write(changes, gone, unread, scanned.stamps, progress)
        return ""

    def _write(
        self,
        changes: list[tuple[str, Kept]],
        gone: list[str],
        unread: list[str],
        stamps: dict[str, Stamp],
        progress: Progress,
    ) -> None:
        for start in range(0, max(len(changes), 1), _ROWS_AT_ONCE):
            part = changes[start : start + _ROWS_AT_ONCE]
            self._index.keep([self._with_labels(*one) for one in part], [] if start else gone)
        batch: list[Change] = []
        size = 0
        for number, name in enumerate(unread):
            if self._stopped.is_set():
                break
            progress(number, len(unread))
            change = self._texts(name, stamps[name])
            batch.append(change)
            size += sum(len(one.text) for one in change[2] or ())
            if size > _AT_ONCE:
                self._keep(batch)
                batch, size = [], 0
        self._keep(batch)
        progress(len(unread), len(unread))

    def _keep(self, batch: list[Change]) -> None:
        if batch:
            self._index.keep(batch, [])
            assert self.known is not None
            self._show(self.known | {name: kept for name, kept, _ in batch})

    def _show(self, known: dict[str, Kept]) -> None:
        self.known = known
        self.rows = {
            name: settled(kept.row, self._runs)
            for name, kept in known.items()
            if kept.row is not None
        }

    def _row(self, name: str, stamp: Stamp, before: Kept | None) -> Kept:
        """What the summary and the labels tell now."""
        short, long = _row_stamps(stamp)
        try:
            row = self._redacted(read(self._runs / name, stamp))
        except StorageError as error:
            return Kept(stamp=long, row=None, trouble=clean_line(str(error)))
        kept = long if row.from_journal else short
        if before is None or before.row is None:
            return Kept(stamp=kept, row=row)
        row = msgspec.structs.replace(row, details=before.row.details)
        return Kept(stamp=kept, text_stamp=before.text_stamp, row=row)

    def _with_labels(self, name: str, kept: Kept) -> Change:
        """A changed row; where its texts are there already, with the labels of today in them."""
        if kept.row is None:
            return name, kept, []
        if not kept.text_stamp:
            return name, kept, None
        old = [one for one in self._index.texts(name) if one.field not in ("name", "tag")]
        return name, kept, [*own_texts(kept.row), *old]

    def _unread(self, stamps: dict[str, Stamp]) -> list[str]:
        """Run folders whose texts are not those of their journals; the newest first."""
        assert self.known is not None
        found = []
        for name, row in self.rows.items():
            text_stamp = self.known[name].text_stamp
            if text_stamp == _text_stamp(stamps[name], live=False):
                continue
            if row.summary.verdict == "RUNNING":
                live = _text_stamp(stamps[name], live=True)
                long = size_of(stamps[name].journal) > LONG and text_stamp.startswith(_LIVE)
                if text_stamp == live or long:
                    continue
            found.append(name)
        return sorted(found, reverse=True)

    def _texts(self, name: str, stamp: Stamp) -> Change:
        """A run with what its journal tells."""
        assert self.known is not None
        kept, folder = self.known[name], self._runs / name
        assert kept.row is not None
        live = journal.is_alive(folder)
        found = read_texts(folder, self._redact) if stamp.journal else None
        row = kept.row
        if found is not None and found.details is not None:
            row = msgspec.structs.replace(row, details=found.details)
        if found is not None and found.trouble and not live:
            row = msgspec.structs.replace(row, trouble=found.trouble)
        if row.summary.verdict == "RUNNING" and not live and found and found.summary:
            # It was killed before it could write its summary: the journal knows more.
            row = self._redacted(msgspec.structs.replace(row, summary=found.summary))
        new = Kept(stamp=kept.stamp, text_stamp=_text_stamp(stamp, live=live), row=row)
        return name, new, [*own_texts(row), *(found.texts if found else ())]

    def _redacted(self, row: RunRow) -> RunRow:
        """A name may have been given before its words became a secret."""
        shown, written = row.summary, row.labels
        return msgspec.structs.replace(
            row,
            summary=msgspec.structs.replace(shown, name=self._redact(shown.name)),
            labels=msgspec.structs.replace(
                written,
                name=self._redact(written.name),
                tags=tuple(map(self._redact, written.tags)),
            ),
        )


_LIVE = "live "


def _text_stamp(stamp: Stamp, *, live: bool) -> str:
    return f"{_LIVE}{stamp.summary}" if live else stamp.journal or _NO_JOURNAL


def _row_stamps(stamp: Stamp) -> tuple[str, str]:
    """Of a row that was made from the summary, and of one that was made from the journal."""
    start = f"{stamp.summary}|{stamp.labels}|"
    return f"{start}{'+' if stamp.journal else ''}", f"{start}{stamp.journal}"


def _is_current(stamp: Stamp, kept: Kept | None) -> bool:
    return kept is not None and kept.stamp in _row_stamps(stamp)
