"""The app's desk for the plan's files: saved, opened, kept while it is written.

What is unsaved is kept in a private file a moment after each change, and offered
again when the app was ended without saving. This module never draws and never
runs a plan.
"""

import asyncio
import time
from pathlib import Path

from textual import on, work
from textual.content import Content
from textual.timer import Timer

from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.plan_files.expanding import short_entries_of
from orchtui.engine.plan_files.plan_file import dump_plan
from orchtui.engine.plans.plan import Plan
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.project import Project
from orchtui.engine.text import clean, clean_line
from orchtui.ui.compose import plan_edits
from orchtui.ui.compose.compose_pane import ComposePane
from orchtui.ui.compose.draft_store import DraftStore, Kept, Left
from orchtui.ui.compose.estimate_line import roughly
from orchtui.ui.compose.unfinished import FormTyped, Unfinished
from orchtui.ui.desks.outside_desk import OutsideDesk
from orchtui.ui.desks.run_desk import short
from orchtui.ui.desks.saving import ask_and_load, ask_and_save, ask_how
from orchtui.ui.dialogs.dialogs import Ask, Read
from orchtui.ui.keys.hints import hint

KEEP_AFTER = 2.0
"""Seconds after a change until the draft is kept."""


class DraftDesk(OutsideDesk):
    """The app without leaving."""

    def __init__(self, project: Project, plan: Plan | None, plan_path: Path | None = None) -> None:
        super().__init__(project, plan)
        if plan_path is not None:
            self.draft.mark_saved(self.draft.plan, plan_path)
        self._store = DraftStore(project.folder)
        self._keep_soon: Timer | None = None
        self._keeping = asyncio.Lock()
        self._kept: Plan | None = None
        """The plan that is in the store."""
        self._kept_form: Unfinished | None = None
        """The form that is in the store."""
        self._not_kept = ""
        """Why the draft can not be kept, so that it is told once."""

    # Saving

    def action_save_plan(self) -> None:
        """Save the plan; the file that it belongs to is offered."""
        self._save_if_any(self.draft.path)

    def action_save_plan_as(self) -> None:
        """Save the plan to another file."""
        self._save_if_any(None)

    def _save_if_any(self, known: Path | None) -> None:
        if self.draft.plan.tasks:
            self._save(known)
        else:
            self.say("There are no tasks to save yet: write a request, or add one", "warning")

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _save(self, known: Path | None) -> None:
        await self.save_plan(known)

    async def save_plan(self, known: Path | None) -> bool:
        """Ask for a path and save; whether that was done."""
        await self.main.plan_pane.up_to_date()
        plan = self.draft.plan
        path = await ask_and_save(self, plan, self.project.folder, known, self.busy)
        if path is None:
            return False
        self.draft.mark_saved(plan, path)
        await self.keep_draft()
        self.say(f"Saved: {short(path, self.project.folder)}")
        return True

    # Opening

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def action_open_plan(self) -> None:
        """Put a plan file on the desk, or add its tasks to those that are there."""
        pane = self.main.plan_pane
        await pane.up_to_date()
        if (found := await ask_and_load(self, self.project.folder)) is None:
            return
        plan, path = found
        undo = hint(self, "tasks.undo")
        how = await ask_how(self, self.draft.plan, plan, undo, unsaved=self.draft.at_risk)
        if how == "append":
            pane.change(lambda now: plan_edits.append_plan(now, plan))
            self.say(f"Added {len(plan.tasks)} from {clean_line(path.name)}; {undo} undoes it")
        elif how == "replace":
            self.draft.open(plan, path)
            pane.take_draft()
            many = await asyncio.to_thread(short_entries_of, path)
            stand = "1 of its entries stands" if many == 1 else f"{many} of its entries stand"
            told = f": {len(plan.tasks)} tasks, as {stand} for several" if many else ""
            self.say(f"Opened {short(path, self.project.folder)}{told}; {undo} undoes it")
        pane.first.focus()

    # Keeping what is unsaved

    @on(FormTyped)
    @on(ComposePane.PlanChanged)
    def _keep_later(self) -> None:
        if self._keep_soon is None:
            self._keep_soon = self.set_timer(KEEP_AFTER, self._keep_now)

    def _keep_now(self) -> None:
        self._keep_soon = None
        self._keep()

    @work(group="draft", exit_on_error=False)
    async def _keep(self) -> None:
        await self.keep_draft()

    async def keep_draft(self) -> None:
        """Bring the kept draft up to date; a person is told once where that can not be done."""
        async with self._keeping:  # one after the other: the latest plan is what stays
            form = self.main.plan_pane.unfinished
            plan = self.draft.plan if self.draft.at_risk or form else None
            if plan is self._kept and form == self._kept_form:
                return
            try:
                await asyncio.to_thread(self._write_draft, plan, form)
                self._kept, self._kept_form, self._not_kept = plan, form, ""
            except (InputError, StorageError) as error:
                why = str(error)
                if why != self._not_kept:
                    self._not_kept = why
                    self.say(why, "warning", title="The draft is not kept")

    def _write_draft(self, plan: Plan | None, form: Unfinished | None) -> None:
        if plan is None:
            self._store.forget()
        else:
            draft, redactor = self.draft, self.project.backends.redactor
            self._store.save(plan, draft.path, redactor, by_hand=draft.by_hand, form=form)

    def _begun(self, run: Run, folder: Path) -> None:
        super()._begun(run, folder)
        self.draft.ran = run.plan
        self._keep_later()

    async def close_drafts(self) -> None:
        """Keep what is unsaved for the next time, and let go of it."""
        try:
            await self.keep_draft()
        finally:
            await asyncio.to_thread(self._store.close)

    # What was left behind

    @work(group="draft", exit_on_error=False)
    async def offer_drafts(self) -> None:
        """Ask about plans that were not saved when the app ended."""
        found, broken = await asyncio.to_thread(self._store.left_behind)
        for path in broken:
            self.say(
                f"It can not be read, and stays there: {path}",
                "warning",
                title="A draft that was kept",
            )
        file = self.draft.path
        own = None if file is None else str(await asyncio.to_thread(self._store.whole, file))
        for left in found:
            if own is not None and left.draft.path != own:
                continue  # the draft of another plan is offered with that one
            if left.draft.plan == self.draft.plan and left.draft.form is None:
                await asyncio.to_thread(self._store.discard, left)
            elif not await self._offer(left):
                return

    async def _offer(self, left: Left) -> bool:
        """Recover a draft or discard it; False when neither is wanted now."""
        draft = left.draft
        count = len(draft.plan.tasks)
        since = roughly(time.time() - draft.at)
        text = (
            f"“{clean_line(draft.plan.title, 60)}”, {count} task{'' if count == 1 else 's'}, "
            f"written {since} ago"
            + (f", of {short(Path(draft.path), self.project.folder)}" if draft.path else "")
            + ". The app ended before it was saved."
        )
        if draft.form is not None:
            text += f"\nThe form of a task was open: {_named(draft.form)}."
        answers = [("r", "recover", "recover"), ("l", "look", "look"), ("d", "discard", "discard")]
        question = Ask("A plan was not saved", text, answers, unasked=True)
        while (answer := await self.push_screen_wait(question)) == "look":
            question = Ask("A plan was not saved", text, answers)
            await self.push_screen_wait(Read("The plan", Content(clean(dump_plan(draft.plan)))))
        if answer == "recover":
            self._recover(draft)
            await self.keep_draft()
        if answer in ("recover", "discard"):
            await asyncio.to_thread(self._store.discard, left)
        return answer == "discard"

    def _recover(self, draft: Kept) -> None:
        """Put it on the desk again, with the form that was open."""
        pane = self.main.plan_pane
        if draft.plan != self.draft.plan:
            path = Path(draft.path) if draft.path else None
            self.draft.recover(draft.plan, path, draft.by_hand)
            pane.take_draft()
        pane.first.focus()
        if draft.form is not None:
            pane.go_on_editing(draft.form)


def _named(form: Unfinished) -> str:
    """A task by the words that were typed for it."""
    words = form.values.get("title") or form.values.get("prompt") or form.task.label
    return f"“{clean_line(words, 60)}”"
