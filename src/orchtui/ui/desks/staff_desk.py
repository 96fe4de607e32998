"""Who works in the app: the specialists as they are, and the backend that is chosen.

This module never starts a run.
"""

import asyncio

from msgspec.structs import replace
from textual import work

from orchtui.ui.desks.steer_desk import SteerDesk
from orchtui.ui.dialogs.dialogs import ChooseBackend


class StaffDesk(SteerDesk):
    """The app without runs of its own."""

    async def action_show_specialists(self) -> None:
        # Waited for here, so that the next key finds the dialog and not what is behind it.
        from orchtui.ui.dialogs.specialists_card import (
            SpecialistsCard,  # not before the first paint
        )

        with self.busy.doing("reading agent files"):
            await asyncio.to_thread(self.project.reread)
        self.show_specialists()
        project = self.project
        cards = list(project.specialists.values())
        await self.push_screen(SpecialistsCard(cards, project.card, project.diagnostics))

    def action_choose_backend(self) -> None:
        self._choose("For the next run. Flags and plans may still say otherwise for a task.")

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _choose(self, why: str) -> None:
        await self._choose_backend(why)

    async def _choose_backend(self, why: str) -> bool:
        choices = self.project.backends.choices()
        overrides, plan = self.project.overrides, self.draft.plan
        now = overrides.backend or plan.backend or self.project.unasked()
        dialog = ChooseBackend(choices, now, why)
        name = await self.push_screen_wait(dialog)
        if name:
            self.project.overrides = replace(overrides, backend=name)
            self.tell_workers()
        return bool(name)
