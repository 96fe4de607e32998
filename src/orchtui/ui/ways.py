"""What can be done from where a person is: search, all live tasks, the palette, the last row.

This module never says what a pane shows, and never does what a pane wants.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from orchtui.engine.independence.report import IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.engine.runs.run import Run
from orchtui.ui.bars.search_line import SearchLine
from orchtui.ui.bars.tabs_bar import PaneName
from orchtui.ui.compose.draft import Draft
from orchtui.ui.compose.task_columns import FitOf, Known
from orchtui.ui.front import Front
from orchtui.ui.keys.keymap import TABLE, Context, Key
from orchtui.ui.keys.possible import Now, hindrance
from orchtui.ui.output.live_grid import LiveGrid

if TYPE_CHECKING:  # not before the first paint
    from orchtui.ui.dialogs.palette import Offer

_KEYS = {key.id: key for keys in TABLE.values() for key in keys}


class Ways(Front):
    """All panes, and what can be done in them.

    Args:
        draft: The plan on the desk.
        parse: Request text in, Plan out; may raise InputError.
        check: Plan in, IndependenceReport out.
        fit: Which specialist a task gets that names nobody, and why.
        known: Who has an agent file.
        signs: Stands beside the tabs.
    """

    def __init__(
        self,
        draft: Draft,
        parse: Callable[[str], Plan],
        check: Callable[[Plan], IndependenceReport],
        fit: FitOf,
        known: Known,
        signs: Widget | None = None,
    ) -> None:
        super().__init__(draft, parse, check, fit, known, signs)
        self._now_told: Now | None = None
        self._before_grid: str | None = None
        """The task that was picked when the grid was opened."""
        self._places: dict[Context, tuple[PaneName, Widget]] = {
            "request": ("compose", self.plan_pane.request),
            "tasks": ("compose", self.plan_pane.tasks),
            "independence": ("independence", self.independence.list),
            "matrix": ("independence", self.independence.matrix),
            "replay": ("timeline", self.timeline.rows),
            "timeline": ("timeline", self.timeline.rows),
            "output": ("output", self.output.text),
            "runs": ("runs", self.runs_pane.list),
            "compare": ("compare", self.compare.table),
            "alike": ("compare", self.compare.grid),
            "diff": ("compare", self.compare.diff),
        }
        """Where the keys of each context hold."""

    def now_there(self) -> Now:
        """What there is, for actions that need something."""
        raise NotImplementedError

    @property
    def run_shown(self) -> Run | None:
        """The run in the panes."""
        raise NotImplementedError

    # All live tasks

    def action_show_grid(self) -> None:
        """The outputs of all live tasks."""
        self._before_grid = self.timeline.rows.picked if self.run_shown is not None else None
        self.output.show_grid(self.run_shown, self._before_grid)
        self.action_go("output")

    def action_hide_grid(self) -> None:
        """Back to the task that was large before."""
        if self._before_grid is not None:
            self.timeline.rows.pick_task(self._before_grid)
        self._make_large()

    @on(LiveGrid.Picked)
    @on(LiveGrid.Opened)
    def _picked_in_grid(self, event: LiveGrid.Picked | LiveGrid.Opened) -> None:
        self.timeline.rows.pick_task(event.task_id)

    @on(LiveGrid.Opened)
    def _make_large(self) -> None:
        self.output.hide_grid()
        self.dirty = True
        self.action_go("output")

    # The last row

    def offered(self, key_id: str) -> bool:
        """Whether what a key does can be done now."""
        if self._now_told is None:
            self._now_told = self.now_there()
        key = _KEYS.get(key_id)
        return key is None or not hindrance(key, self._now_told)

    def tell_keys(self) -> None:
        """Bring the last row up to what can be done now."""
        if (now := self.now_there()) != self._now_told:
            self._now_told = now
            self.key_line.look()

    # Search

    @property
    def _search(self) -> SearchLine:
        """The search line of the pane in front."""
        searches: dict[PaneName, SearchLine] = {
            "compose": self.plan_pane.search,
            "independence": self.independence.search,
            "timeline": self.timeline.search,
            "output": self.output.search,
            "runs": self.runs_pane.search,
            "compare": self.compare.search,
        }
        return searches[self.view]

    def action_search(self) -> None:
        """Ask for a text to look for in the pane in front."""
        self._search.open()

    def action_search_step(self, steps: int) -> None:
        """Go to the next place with the text, or to the one before."""
        self._search.step(steps)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is for the search and the zoom only where there is one."""
        if action != "unzoom":
            return True
        return not isinstance(self.focused, Input) and (self.zoomed or self._search.is_open)

    def action_unzoom(self) -> None:
        """Put the search away, then the zoom."""
        if self._search.is_open:
            self._search.close()
            self.refresh_bindings()
        else:
            self.action_zoom()

    # The palette

    def offers(self) -> "list[Offer]":
        """For the palette: every action, with its keys, and why it can not be done now."""
        from orchtui.ui.dialogs.palette import offers_of  # not before the first paint

        here = next((one for one in self._places if self._is_here(one)), None)
        now = self.now_there()
        return offers_of(here, self.bound_keys, lambda key: hindrance(key, now), self._perform)

    def _is_here(self, context: Context) -> bool:
        """Whether the keys of this context hold now."""
        if context == "replay":
            return self.replaying and self.view in ("timeline", "output")
        return self._places[context][1] is self.focused

    async def _perform(self, context: Context, key: Key) -> None:
        """Do what a key does, in its pane; say why not where that can not be."""
        if why := hindrance(key, self.now_there()):
            self.app.notify(f"Not now: {why}", severity="warning", markup=False)
            return
        if context in self._places:
            view, widget = self._places[context]
            self.action_go(view)
            self.set_focus(widget)
        await self.app.run_action(key.action, self.focused if context in self._places else self)
