"""The app's history: the index of all runs, what the list of them asks for, and their sizes.

Everything here that reads is done in a thread. This module never opens a run in the
panes, and never changes one.
"""

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from msgspec import structs
from textual import on, work

from orchtui.engine.errors import StorageError
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_folders import rescue
from orchtui.engine.sessions.project import Project
from orchtui.ui.desks.run_desk import RunDesk
from orchtui.ui.runs.run_entry import RunEntry, RunsFound, RunWish
from orchtui.ui.runs.runs_pane import RunsPane

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.history.disk_use import DiskUse
    from orchtui.engine.history.run_history import History
    from orchtui.engine.history.run_query import Query
    from orchtui.engine.history.run_row import RunRow

_YIELD = 0.005
"""Seconds between two journals while a run goes on."""
_MOST_HITS = 100
"""Runs that a search shows."""


class HistoryDesk(RunDesk):
    """The app with a list of runs."""

    def __init__(self, project: Project, plan: Plan | None) -> None:
        super().__init__(project, plan)
        self._opening = threading.Lock()
        self._opened: History | None = None
        self._use: DiskUse | None = None
        self._sizes: dict[str, int] = {}
        self._told_of: set[str] = set()
        """Runs that were saved elsewhere and that the person knows of."""
        self.main.runs_pane.rows = self.known_runs

    def history(self) -> "History":
        """The index, opened when it is asked for first. Blocks then."""
        with self._opening:
            if self._opened is None:
                self._opened = self.project.history()
            return self._opened

    def known_runs(self) -> "tuple[RunRow, ...]":
        """The runs that the latest look saw; blocks until the index is open."""
        return tuple(self.history().rows)

    async def close_history(self) -> None:
        """Let go of the index."""
        if (history := self._opened) is not None:
            history.stop()
            await asyncio.to_thread(history.close)

    # The list

    @on(RunsPane.ReloadWanted)
    @work(exclusive=True, group="runs", exit_on_error=False)
    async def list_runs(self) -> None:
        """Look at all run folders; first the list is up to date, then what a search finds.

        Where nobody sees the list nothing is read: it is when the pane comes to the front.
        """
        if self.main.runs_pane.display:
            await self._look(rebuild=False)

    async def _look(self, *, rebuild: bool) -> None:
        pane = self.main.runs_pane
        if self._opened is not None:
            self._opened.stop()  # what it reads just now is read again, a moment later
        try:
            with self.busy.doing("reading the list of runs"):
                await asyncio.to_thread(self._refresh, texts=False)
            pane.trouble = ""
            await self._show_list()
            await self._tell_saved_elsewhere()
            await self._measure_runs()
            await asyncio.to_thread(self._rebuild if rebuild else self._refresh)
        except StorageError as error:
            # Nobody asked for it when a run has ended, so it is told where it belongs.
            pane.trouble = str(error)
        finally:
            pane.building = None
        await self._show_list()

    async def _tell_saved_elsewhere(self) -> None:
        for line in await asyncio.to_thread(rescue.told, self.project.out):
            if line not in self._told_of:
                self._told_of.add(line)
                self.say(line, "warning", "Saved elsewhere")

    def _refresh(self, *, texts: bool = True) -> None:
        self.history().refresh(texts=texts, progress=self._tell_progress)

    def _rebuild(self) -> None:
        self.history().rebuild(progress=self._tell_progress)

    def _tell_progress(self, done: int, total: int) -> None:
        """From the thread that reads; the screen's timer looks at it."""
        self.main.runs_pane.building = (done, total) if done < total else None
        if self.live.taken:
            time.sleep(_YIELD)  # a run that goes on needs the interpreter more

    @work(exclusive=True, group="runs", exit_on_error=False)
    async def rebuild_index(self) -> None:
        """Read all texts anew."""
        await self._look(rebuild=True)

    @on(RunsPane.ListWanted)
    @work(exclusive=True, group="runs-list", exit_on_error=False)
    async def _list_wanted(self) -> None:
        await self._show_list()

    async def _show_list(self) -> None:
        """Bring the list up to what is known and what is asked for now."""
        pane = self.main.runs_pane
        found, wish = None, pane.wish
        while found is None or wish != pane.wish:  # another key was pressed meanwhile
            wish = pane.wish
            found = await asyncio.to_thread(self.found, wish)
        if pane.is_attached:
            pane.show_found(found, wish)

    def found(self, wish: RunWish) -> RunsFound:
        """The answer to what a person asks of the list. Blocks for milliseconds."""
        history = self.history()
        asked = history.parse(wish.filter)
        told = asked.told
        if wish.search.strip():
            sought = history.parse(wish.search)
            asked = _both(asked, sought)
            answer = history.search(asked, limit=_MOST_HITS, width=wish.width)
            told = (*told, *(() if sought.terms else sought.told), *answer.told)
            if any(not term.absent for term in sought.terms):
                entries = tuple(
                    RunEntry(hit.row.id, hit.row, hit=hit, size=self._sizes.get(hit.row.id))
                    for hit in answer.hits
                )
                return self._answer(entries, answer.total, told)
        listing = history.listing(
            asked,
            sort="date" if wish.sort == "size" else wish.sort,
            reverse=wish.reverse and wish.sort != "size",
            pinned_first=wish.sort == "date" and not wish.reverse,
        )
        entries = tuple(RunEntry(row.id, row, size=self._sizes.get(row.id)) for row in listing.rows)
        if wish.sort == "size":
            entries = tuple(sorted(entries, key=_size, reverse=not wish.reverse))
        if not wish.narrows:
            entries = (*entries, *self._damaged())
        told = (*listing.told, *(history.notices if not asked.terms else ()))
        return self._answer(entries, len(entries), told)

    def _answer(
        self, entries: tuple[RunEntry, ...], total: int, told: tuple[str, ...]
    ) -> RunsFound:
        history = self.history()
        return RunsFound(
            entries=entries,
            total=total,
            of=len(history.rows) + len(history.damaged),
            told=tuple(dict.fromkeys(told)),
            disk=self._use.total if self._use is not None else None,
            trash=self._use.trash if self._use is not None else 0,
        )

    def _damaged(self) -> list[RunEntry]:
        """Folders that can be no runs, behind all others."""
        return [
            RunEntry(name, why=why, size=self._sizes.get(name))
            for name, why in sorted(self.history().damaged.items())
        ]

    # The disk

    async def _measure_runs(self) -> None:
        """Count what runs take, and show it. A run that goes on is counted as it is now."""
        self._use = await asyncio.to_thread(self._measured)
        self._sizes = {one.id: one.bytes for one in self._use.runs}
        await self._show_list()

    def _measured(self) -> "DiskUse":
        from orchtui.engine.history.disk_use import measure  # not before the first paint

        return measure(self.project.out)

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of every run, by id, as they were counted last."""
        return self._sizes


def _both(one: "Query", other: "Query") -> "Query":
    """What both let through."""
    return structs.replace(
        one,
        filters=(*one.filters, *other.filters),
        terms=(*one.terms, *other.terms),
        told=(*one.told, *other.told),
    )


def _size(entry: RunEntry) -> int:
    return entry.size or 0
