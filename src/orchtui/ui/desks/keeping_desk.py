"""What a person does with past runs in the list: labels, the trash and back, pruning.

Nothing is lost without a question or a way back. This module never draws and never
starts a run.
"""

import asyncio
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work

from orchtui.engine.errors import OrchtuiError, RunAliveError
from orchtui.engine.plans.plan import Plan
from orchtui.engine.sessions.project import Project
from orchtui.engine.text import clean_line
from orchtui.ui.desks.history_desk import HistoryDesk
from orchtui.ui.dialogs.dialogs import Ask, AskLine
from orchtui.ui.runs.run_entry import RunEntry
from orchtui.ui.runs.runs_pane import RunsPane

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.history.pruning import Pruning
    from orchtui.engine.history.trash import Trashed

_NAMED = 60
"""Characters of a run's name in a notice."""


class KeepingDesk(HistoryDesk):
    """The app with runs that are labelled and thrown away."""

    def __init__(self, project: Project, plan: Plan | None) -> None:
        super().__init__(project, plan)
        self._thrown: list[list[Trashed]] = []
        """What went into the trash since the app began, the latest last."""

    @on(RunsPane.Wanted)
    def _do_with_run(self, event: RunsPane.Wanted) -> None:
        match event.action, event.entry:
            case "undo", _:
                self._bring_back()
            case "trash", _:
                self._open_trash()
            case "prune", _:
                self._ask_pruning()
            case "rebuild", _:
                self.rebuild_index()
            case "pin", RunEntry() as entry:
                self._pin(entry)
            case "tags", RunEntry() as entry:
                self._ask_tags(entry)
            case "rename", RunEntry() as entry:
                self._rename(entry)
            case "delete", RunEntry() as entry:
                self._delete(entry)

    # Labels

    @work(group="labels", exit_on_error=False)
    async def _pin(self, entry: RunEntry) -> None:
        from orchtui.engine.history import labels  # not before the first paint

        pin = not entry.pinned
        await self._label(entry, lambda folder: labels.pinned(folder, pin))

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _ask_tags(self, entry: RunEntry) -> None:
        from orchtui.engine.history import labels  # not before the first paint
        from orchtui.ui.runs.tags_dialog import TagsDialog

        rows = await asyncio.to_thread(self.known_runs)
        others = {tag for row in rows for tag in row.labels.tags}
        answer = await self.push_screen_wait(TagsDialog(entry.name, entry.tags, others))
        if answer is None:
            return
        added, taken = set(answer) - set(entry.tags), set(entry.tags) - set(answer)
        if added or taken:
            add = [tag for tag in answer if tag in added]
            await self._label(entry, lambda folder: labels.tagged(folder, add, taken))

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _rename(self, entry: RunEntry) -> None:
        from orchtui.engine.history import labels  # not before the first paint

        assert entry.row is not None
        title = clean_line(entry.row.summary.name)
        question = AskLine("The run's name", entry.name, title, "renames", _wrong_name)
        if (answer := await self.push_screen_wait(question)) is not None:
            name = "" if answer == title else answer
            await self._label(entry, lambda folder: labels.renamed(folder, name))

    async def _label(self, entry: RunEntry, write: Callable[[Path], object]) -> None:
        """Write on a run, and show it."""
        await asyncio.to_thread(lambda: write(self._folder(entry.id)))
        self.list_runs()

    def _folder(self, run_id: str) -> Path:
        """Of a run, also of one that is half deleted. Blocks."""
        from orchtui.engine.history import trash  # not before the first paint

        return trash.find_run(self.project.out, run_id)

    # The trash

    @work(group="trash", exit_on_error=False)
    async def _delete(self, entry: RunEntry) -> None:
        if entry.pinned:
            text = f"{clean_line(entry.name, _NAMED)} is pinned. It goes into the trash."
            answers = [("b", "back", "back"), ("d", "delete", "delete it")]
            if await self.push_screen_wait(Ask("Delete a pinned run?", text, answers)) != "delete":
                return
        for why in await self._throw_away([entry.id]):
            if not isinstance(why, RunAliveError):
                raise why
            self.say("This run goes on: it can be deleted once it has ended", "warning")
            return
        self.say(f"{clean_line(entry.name, _NAMED)} is in the trash; u brings it back")

    async def _throw_away(
        self, run_ids: Collection[str], *, unless_pinned: bool = False
    ) -> list[OrchtuiError]:
        """Move runs into the trash; why some of them stayed where they are."""
        from orchtui.engine.history import trash  # not before the first paint

        done: list[Trashed] = []
        stayed: list[OrchtuiError] = []

        def throw() -> None:
            for run_id in run_ids:
                try:
                    folder = trash.find_run(self.project.out, run_id)
                    thrown = trash.throw_away(self.project.out, folder, unless_pinned=unless_pinned)
                except OrchtuiError as error:
                    stayed.append(error)
                else:
                    done.append(thrown)

        try:
            await asyncio.to_thread(throw)
        finally:
            if done:
                self._thrown.append(done)
                self._show_without([one.id for one in done])
            self._tell_deleted()
        return stayed

    def _show_without(self, gone: Collection[str]) -> None:
        """A run that is in the trash is no longer in the panes."""
        shown = self.main.shown
        if shown is not None and shown.past and shown.run.id in gone:
            self.main.show_run(self._own)
        if self._own is not None and self._own.run.id in gone and self.live.run is None:
            if self.main.shown is self._own:
                self.main.show_run(None)
            self._own = None
        self.list_runs()

    def _tell_deleted(self) -> None:
        self.main.can_bring_back = bool(self._thrown)
        self.main.dirty = True

    @work(group="trash", exit_on_error=False)
    async def _bring_back(self) -> None:
        """What was deleted last comes back, whole."""
        from orchtui.engine.history import trash  # not before the first paint

        if not self._thrown:
            self.decline("Nothing was deleted since the app began; T shows the trash")
            return
        latest = self._thrown.pop()
        back: list[str] = []
        left: list[Trashed] = []
        why: list[OrchtuiError] = []

        def restore() -> None:
            there = {one.place for one in trash.trashed(self.project.out)}
            # What is not there was brought back, or deleted for good, from elsewhere.
            for one in (one for one in latest if one.place in there):
                try:
                    trash.restore(self.project.out, one.place)
                except OrchtuiError as error:
                    left.append(one)
                    why.append(error)
                else:
                    back.append(one.id)

        try:
            await asyncio.to_thread(restore)
        finally:
            if left:  # it can be tried again
                self._thrown.append(left)
            self._tell_deleted()
            self.list_runs()
        if back:
            self.say("Back again: " + (back[0] if len(back) == 1 else f"{len(back)} runs"))
        if left:
            self.say(f"Still in the trash: {_runs(len(left))}. {clean_line(str(why[0]))}", "error")
        if not (back or left):
            self.decline("It is no longer in the trash")

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _open_trash(self) -> None:
        from orchtui.engine.history import trash  # not before the first paint
        from orchtui.ui.desks.trash_reading import read_trash
        from orchtui.ui.runs.trash_card import TrashCard

        out = self.project.out
        while True:
            with self.busy.doing("reading the trash", self.stops_this()):
                found = await asyncio.to_thread(read_trash, out)
            answer = await self.push_screen_wait(TrashCard(found, time.time()))
            if answer is None:
                return
            action, which = answer
            if action == "restore":
                for one in which:
                    await asyncio.to_thread(trash.restore, out, one.place)
                self.say(f"Back again: {which[0].id}")
            elif await self._sure(which, sum(one.bytes or 0 for one in which)):
                with self.busy.doing("emptying the trash"):
                    await asyncio.to_thread(trash.empty, out, [one.trashed for one in which])
                    await asyncio.to_thread(self.history().scrub)
                self.say(f"{_runs(len(which))} deleted for good")
            self.list_runs()

    async def _sure(self, which: Collection[object], size: int) -> bool:
        from orchtui.engine.history.amounts import show_size  # not before the first paint

        text = f"{_runs(len(which))}, {show_size(size)}. Nothing brings them back."
        answers = [("b", "back", "back"), ("d", "delete", "delete for good")]
        answer = await self.push_screen_wait(Ask("Delete for good?", text, answers))
        return answer == "delete"

    # Pruning

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _ask_pruning(self) -> None:
        from orchtui.ui.runs.prune_dialog import PruneDialog  # not before the first paint

        # Never by sizes that were counted an hour ago.
        with self.busy.doing("counting what runs take", self.stops_this()):
            await asyncio.to_thread(self._refresh, texts=False)
            await self._measure_runs()
        doomed = await self.push_screen_wait(PruneDialog(self._would_go))
        if not doomed:
            return
        with self.busy.doing("moving runs into the trash"):
            going = [one.row.id for one in doomed.runs]
            stayed = await self._throw_away(going, unless_pinned=True)
        if gone := len(going) - len(stayed):
            self.say(f"{_runs(gone)} in the trash; u brings them back, T empties it")
        if stayed:
            self.say(f"Not moved: {_runs(len(stayed))}. {clean_line(str(stayed[0]))}", "warning")

    def _would_go(self, older_than: float | None, larger_than: int | None) -> "Pruning":
        """What would go; pure but for the clock."""
        from orchtui.engine.history.pruning import plan_pruning  # not before the first paint

        return plan_pruning(
            self.known_runs(),
            self.sizes,
            now=time.time(),
            older_than=older_than,
            larger_than=larger_than,
        )


def _wrong_name(name: str) -> str:
    from orchtui.engine.history.labels import MOST_NAME  # not before the first paint

    return f"a name can have {MOST_NAME} characters" if len(name) > MOST_NAME else ""


def _runs(count: int) -> str:
    return f"{count:,} run{'' if count == 1 else 's'}"
