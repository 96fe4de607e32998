"""First steps: the tour that an empty desk offers to a newcomer, and the examples.

The tour begins only when it is asked for, and once it was left it is not offered
any more. This module never runs a plan.
"""

import asyncio

from msgspec.structs import replace
from textual import work

from orchtui.ui.desks.draft_desk import DraftDesk
from orchtui.ui.keys.hints import hint
from orchtui.ui.remembered import place, recall

REHEARSAL = "rehearsal"
"""The backend that examples run on where nobody chose one."""


class WelcomeDesk(DraftDesk):
    """The app without saving and leaving."""

    def welcome(self) -> None:
        """Offer to show a newcomer round."""
        self.main.plan_pane.offer_tour(not recall(place()).tour_left)

    def action_show_tour(self) -> None:
        self._show_tour()

    @work(exclusive=True, group="tour", exit_on_error=False)
    async def _show_tour(self) -> None:
        from orchtui.ui.dialogs.tour import Tour  # not before the first paint

        before = self.main.view
        try:
            await self.push_screen_wait(Tour(self.main.action_go))
        finally:
            self.main.action_go(before)
        self.main.plan_pane.offer_tour(False)
        await self.keep_in_mind(tour_left=True)

    def action_open_example(self) -> None:
        self._open_example()

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _open_example(self) -> None:
        """Put an example on the desk; where nobody chose who works, it is rehearsed."""
        from orchtui.ui.dialogs.examples import ChooseExample, example_folders, load_examples

        plans = await asyncio.to_thread(load_examples, example_folders())
        if not plans:
            self.say("No examples came along with this installation; the README has one", "warning")
            return
        await self.main.plan_pane.up_to_date()
        overrides = self.project.overrides
        chosen = overrides.backend or self.project.backends.chosen
        over = bool(self.draft.plan.tasks or self.draft.plan.request.strip())
        undo = hint(self, "tasks.undo")
        dialog = ChooseExample(plans, chosen or REHEARSAL, undo if over else "")
        if (plan := await self.push_screen_wait(dialog)) is None:
            return
        if chosen is None:
            self.project.overrides = replace(overrides, backend=REHEARSAL)
            other = hint(self, "app.backend-letter")
            self.say(f"It is rehearsed: no model is called. {other} chooses who really works")
        self.main.action_go("compose")
        self.draft.open(plan, None)
        self.draft.drop()  # it can be opened again
        self.main.plan_pane.take_draft()
