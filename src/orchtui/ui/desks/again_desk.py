"""Past runs run again, written to files and taken in from them, and set against each other.

Before anything starts a person has seen what it would do. This module never draws.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work

from orchtui.engine.errors import InputError, NoBackendError, RunAliveError
from orchtui.engine.plans.plan import Plan
from orchtui.engine.sessions.project import Project
from orchtui.engine.text import clean_line
from orchtui.ui.compose import plan_edits
from orchtui.ui.desks.replay_desk import ReplayDesk
from orchtui.ui.desks.run_desk import short
from orchtui.ui.desks.saving import ask_how
from orchtui.ui.keys import keymap
from orchtui.ui.keys.hints import hint
from orchtui.ui.keys.key_help import shown
from orchtui.ui.runs.run_entry import RunEntry
from orchtui.ui.runs.runs_pane import RunsPane

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.resumption.resuming import Prospect
    from orchtui.engine.runs.run import Run
    from orchtui.engine.sessions.orchestrator import Orchestrator


class AgainDesk(ReplayDesk):
    """The app without reading outside, saving and leaving."""

    def __init__(self, project: Project, plan: Plan | None) -> None:
        super().__init__(project, plan)
        self._plan_of: tuple[str, Plan] | None = None
        """The run whose plan was opened on the desk, and that plan as it was then."""

    @on(RunsPane.Wanted)
    def _go_on_from_run(self, event: RunsPane.Wanted) -> None:
        match event.action, event.entry:
            case "again", RunEntry() as entry:
                self._again(entry)
            case "export", RunEntry() as entry:
                self._export(entry)
            case "import", _:
                self._import()

    # Again

    @work(exclusive=True, group="again", exit_on_error=False)
    async def _again(self, entry: RunEntry) -> None:
        from orchtui.ui.runs import again_dialog  # not before the first paint

        how = await again_dialog.ask_how(self, entry)
        if how is None:
            return
        changes: tuple[str, ...] = ()
        try:
            if how in ("open", "change"):
                plan = await self._plan_of_run(entry.id)
                if how == "open":
                    await self._open_on_desk(entry, plan)
                    return
                wrong = self._wrong_change(entry.id)
                answer = await self.push_screen_wait(again_dialog.OneChange(plan, wrong))
                if answer is None:
                    return
                changes = (answer,)
        except InputError as error:  # a newer orchtui wrote it
            self.say(error.problems[0].message, "warning")
            return
        if self.take_place():
            self._run_again(entry.id, changes, only_missing=how == "failed")

    async def _plan_of_run(self, run_id: str) -> Plan:
        from orchtui.engine.resumption import again  # not before the first paint

        with self.busy.doing("reading the run", self.stops_this()):
            past, damage = await asyncio.to_thread(self.project.open_as_far, run_id)
        for line in again.damage_told(damage):
            self.say(line, "warning")
        return again.of(past).plan

    def _wrong_change(self, run_id: str) -> Callable[[str], str]:
        def wrong(change: str) -> str:
            try:
                self.project.prospect_again(run_id, (change,))
            except (InputError, NoBackendError) as error:
                return _first(error)
            return ""

        return wrong

    async def _open_on_desk(self, entry: RunEntry, plan: Plan) -> None:
        """Put its plan on the desk; a run of it can be compared with the old one."""
        pane = self.main.plan_pane
        await pane.up_to_date()
        undo = hint(self, "tasks.undo")
        how = await ask_how(self, self.draft.plan, plan, undo, unsaved=self.draft.at_risk)
        if how is None:
            return
        if how == "append":
            pane.change(lambda now: plan_edits.append_plan(now, plan))
        else:
            self.draft.open(plan, None)
            pane.take_draft()
            self._plan_of = entry.id, plan
        self.main.action_go("compose")
        self.main.set_focus(pane.tasks)
        self.say(f"The plan of {clean_line(entry.name, 60)} is on the desk; {undo} undoes it")

    @work(group="run", exit_on_error=False)
    async def _run_again(self, past: str, changes: tuple[str, ...], *, only_missing: bool) -> None:
        try:
            orchestrator = await self._drawn_up_again(past, changes, only_missing=only_missing)
            if orchestrator is not None:
                await self.follow(orchestrator)
        except (InputError, NoBackendError) as error:
            self.say(f"Nothing was started: {_first(error)}", "error")
        except RunAliveError as error:
            await self._offer_to_watch(error)
        finally:
            self.live.free()

    async def _drawn_up_again(
        self, past: str, changes: tuple[str, ...], *, only_missing: bool
    ) -> "Orchestrator | None":
        """A new run of a past one's plan, once a person has seen and agreed to that."""
        from orchtui.ui.dialogs.reuse_question import ask_take_over  # not before the first paint

        prospect = await self._prospect_again(past, changes, only_missing=only_missing)
        if only_missing:
            answer = await ask_take_over(self, prospect)
            if answer == "back":
                return None
            if answer == "anew":
                prospect = await self._prospect_again(past, changes, only_missing=False)
        with self.busy.doing("drawing up the run", self.stops_this()):
            orchestrator = await asyncio.to_thread(self.project.begin, prospect)
        for line in prospect.told:
            self.say(line, title="Different from then")
        for warning in await asyncio.to_thread(self.project.warnings, prospect.schedule):
            self.say(warning, "warning")
        if not await self.agreed(prospect.schedule, orchestrator.done):
            return None
        return orchestrator

    async def _prospect_again(
        self, past: str, changes: tuple[str, ...], *, only_missing: bool
    ) -> "Prospect":
        with self.busy.doing("looking what is kept", self.stops_this()):
            return await asyncio.to_thread(
                self.project.prospect_again, past, changes, only_missing=only_missing
            )

    def origin_of(self, plan: Plan) -> str:
        if self._plan_of is None or not _comes_from(plan, self._plan_of[1]):
            return ""
        return self._plan_of[0]

    # Set against each other

    def tell_end(self, run: "Run", folder: Path) -> None:
        """Say how a run ended, and what it can be compared with."""
        super().tell_end(run, folder)
        if run.again_of:
            key = keymap.by_id("app.compare-again")
            assert key is not None
            keys = shown(key, self.bound_keys) or "the palette"
            self.say(f"{keys} compares it with the run that it repeats", title="Run again")

    def action_compare_with_origin(self) -> None:
        """The run that is shown against the one it repeats."""
        run, origin = self.main.run_shown, self.main.origin
        if run is None or origin is None:
            self.decline("This run was not begun as another one again")
        else:
            self.compare_runs(origin, run.id)

    @on(RunsPane.CompareWanted)
    def _compare_wanted(self, event: RunsPane.CompareWanted) -> None:
        self.compare_runs(event.run_id, event.other_id)

    def compare_runs(self, run_id: str, other_id: str) -> None:
        """Set two runs against each other; the desk of the pane for that says how."""
        raise NotImplementedError

    # Files

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _export(self, entry: RunEntry) -> None:
        from orchtui.engine.history.amounts import show_size  # not before the first paint
        from orchtui.ui.desks.sending import ask_and_export

        saved = await ask_and_export(self, self.project, entry, self.busy)
        if saved is not None:
            path = clean_line(str(short(saved.path, self.project.folder)))
            self.say(f"{path}, {show_size(saved.size)}", title=f"Written as {saved.form}")
            for line in saved.left_out:
                self.say(f"Left out: {line}", "warning")

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _import(self) -> None:
        from orchtui.ui.desks.sending import ask_and_import  # not before the first paint

        found = await ask_and_import(self, self.project, self.busy)
        if found is not None:
            shown = found.summary
            self.say(
                f"{clean_line(shown.name, 60)}: {shown.verdict}, "
                f"{shown.census.completed}/{shown.tasks} tasks",
                title=f"Taken in: run {found.run.id}",
            )
            self.list_runs()


def _first(error: InputError | NoBackendError) -> str:
    return error.problems[0].message if isinstance(error, InputError) else str(error)


def _comes_from(plan: Plan, earlier: Plan) -> bool:
    """Whether a plan is still that one, edited."""
    ids = {task.id for task in earlier.tasks}
    return plan.request == earlier.request and any(task.id in ids for task in plan.tasks)
