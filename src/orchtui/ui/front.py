"""Which pane is in front: where the panes stand, and numbers, jump mode and zoom.

It holds the panes and lays them out. This module never says what a pane shows,
and never does what a pane wants.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from orchtui.engine.independence.report import IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.ui.bars.key_line import KeyLine
from orchtui.ui.bars.run_bar import RunBar
from orchtui.ui.bars.scrubber import Scrubber
from orchtui.ui.bars.tabs_bar import ORDER, PaneName, TabsBar
from orchtui.ui.compare.compare_pane import ComparePane
from orchtui.ui.compose.compose_pane import ComposePane
from orchtui.ui.compose.draft import Draft
from orchtui.ui.compose.task_columns import FitOf, Known
from orchtui.ui.independence.independence_pane import IndependencePane
from orchtui.ui.keys import keymap
from orchtui.ui.keys.key_help import Bound
from orchtui.ui.layout import COLUMN_OF, SCRUBBER, Column, Situation, columns_of, panes_shown
from orchtui.ui.notices.trouble import TellsTrouble
from orchtui.ui.output.output_pane import OutputPane
from orchtui.ui.runs.runs_pane import RunsPane
from orchtui.ui.timeline.timeline_pane import TimelinePane

if TYPE_CHECKING:  # not before the first paint
    from orchtui.ui.dialogs.jump import Target


class Front(Screen[None], TellsTrouble):
    """All panes, and the way between them.

    Args:
        draft: The plan on the desk.
        parse: Request text in, Plan out; may raise InputError.
        check: Plan in, IndependenceReport out.
        fit: Which specialist a task gets that names nobody, and why.
        known: Who has an agent file.
        signs: Stands beside the tabs.
    """

    AUTO_FOCUS = ""
    """The focus is set once, and not first on what stands first."""
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("zoomed")]

    class Turned(Message):
        """Another pane is in front."""

    def __init__(
        self,
        draft: Draft,
        parse: Callable[[str], Plan],
        check: Callable[[Plan], IndependenceReport],
        fit: FitOf,
        known: Known,
        signs: Widget | None = None,
    ) -> None:
        super().__init__(id="main")
        self._signs = signs
        self.draft = draft
        self.plan_pane = ComposePane(draft, parse, fit, known)
        self.independence = IndependencePane(check)
        self.runs_pane = RunsPane()
        self.timeline = TimelinePane()
        self.output = OutputPane()
        self.scrubber = Scrubber()
        self.compare = ComparePane()
        self.bar = RunBar()
        self.tabs = TabsBar()
        self.key_line = KeyLine(self.offered)
        self.view: PaneName = "compose"
        """The pane that has, or had last, the focus."""
        self.zoomed = False
        """Whether the pane in front takes all the room."""
        self.dirty = True
        """Whether something happened that is not painted yet."""
        self.bound_keys: Bound = {}
        """The user's own keys."""
        self.before_compare: PaneName = "timeline"
        """Where a person was before they went to the results."""
        self._runs_last = False
        self._beside_run = False
        self._body = Horizontal(id="body")
        self._columns: dict[Column, Vertical] = {
            name: Vertical(id=name, classes="column") for name in ("left", "middle", "right")
        }
        self._painted = False
        """Whether the first frame was laid out."""
        self._panes: dict[PaneName, Widget] = {
            "compose": self.plan_pane,
            "independence": self.independence,
            "timeline": self.timeline,
            "output": self.output,
            "runs": self.runs_pane,
            "compare": self.compare,
        }

    def compose(self) -> ComposeResult:
        # What stands where is known before anything is mounted: nothing is styled twice.
        self._lay_out()
        for classes, length in (
            (self.app.HORIZONTAL_BREAKPOINTS, self.app.size.width),
            (self.app.VERTICAL_BREAKPOINTS, self.app.size.height),
        ):
            fitting = [one for one in classes or () if one[0] <= length]
            self.add_class(max(fitting)[1], update=False)
        with Horizontal(id="top"):
            yield self.tabs
            if self._signs is not None:
                yield self._signs
        with self._body:
            with self._columns["left"]:
                yield self.plan_pane
            with self._columns["middle"]:
                yield self.independence
                yield self.runs_pane
            with self._columns["right"]:
                yield self.timeline
                yield self.output
                yield self.compare
        yield self.scrubber
        yield self.bar
        yield self.key_line

    @property
    def run_goes_on(self) -> bool:
        """Whether the app's own run goes on."""
        raise NotImplementedError

    @property
    def replaying(self) -> bool:
        """Whether what is shown of a run is a replay."""
        return False

    def offered(self, key_id: str) -> bool:
        """Whether what a key does can be done now, and is told in the last row."""
        raise NotImplementedError

    # Where things stand

    def on_resize(self, event: Resize) -> None:
        """Lay out again; what stands beside the plan stays."""
        self._painted = True
        self._lay_out()

    def update_node_styles(self, animate: bool = True) -> None:
        """Not before the first layout: all has been styled when it was mounted, a moment ago."""
        if self._painted:
            super().update_node_styles(animate)

    def on_screen_resume(self) -> None:
        """Where nothing has the focus, the plan gets it."""
        if self.focused is None and self.app.app_focus:
            self.set_focus(self.plan_pane.first)

    def arrange_panes(self) -> None:
        """Lay out again, with the run beside the plan while one goes on."""
        self._beside_run = self.run_goes_on
        self._lay_out()

    def _lay_out(self) -> None:
        """Show the panes that fit; the one in front always does."""
        at = Situation(self.view, self._runs_last, self._beside_run, self.zoomed)
        shown = panes_shown(self.app.size.width, self.app.size.height, at)
        columns = columns_of(shown)
        for name, column in self._columns.items():
            column.display = name in columns
            alone = sum(COLUMN_OF[one] == name for one in shown) == 1
            _mark(column, {"-side": name != columns[-1], "-alone": alone})
        marks = {"-three": len(columns) > 2, "-compare": "compare" in shown}
        _mark(self._body, {**marks, "-runs": self.view == "runs"})
        for view, pane in self._panes.items():
            pane.display = view in shown
        _mark(self.plan_pane, {"-beside": "independence" in shown})
        self.scrubber.display = self.replaying and self.app.size.height >= SCRUBBER
        self.tabs.show(self.view, zoomed=self.zoomed, replay=self.replaying)
        self.dirty = True

    def _turn_to(self, view: PaneName) -> None:
        if view == "runs" and self.view != "runs":
            self.runs_pane.post_message(RunsPane.ReloadWanted())
        if view == "compare" and self.view != "compare":
            self.before_compare = self.view
        if view != self.view:
            self.post_message(self.Turned())
        self.view = view
        if view in ("compose", "independence", "runs"):
            self._runs_last = view == "runs"
        self.arrange_panes()

    def action_go(self, view: PaneName) -> None:
        """Bring a pane to the front, with the focus."""
        self._turn_to(view)
        inside: dict[PaneName, Widget] = {
            "compose": self.plan_pane.first,
            "independence": self.independence.first,
            "timeline": self.timeline.rows,
            "output": self.output.first,
            "runs": self.runs_pane.list,
            "compare": self.compare.first,
        }
        # at once, and not by `focus()`, which comes after the next layout: that hides the pane
        # left behind, and what hides with the focus hands it to a neighbour
        self.set_focus(inside[view])

    def action_step_pane(self, steps: int) -> None:
        """The next pane, or the one before."""
        self.action_go(ORDER[(ORDER.index(self.view) + steps) % len(ORDER)])

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The pane with the focus is the one in front."""
        if event.widget is not self.focused:
            return  # it went on meanwhile
        for ancestor in event.widget.ancestors_with_self:
            if ancestor.id in ORDER and ancestor.id != self.view:
                self._turn_to(ancestor.id)

    def action_zoom(self) -> None:
        """Give the pane in front all the room, or take that back."""
        self.zoomed = not self.zoomed
        self._lay_out()
        self.refresh_bindings()  # escape is for the zoom, or no longer

    def tab_targets(self) -> "list[Target]":
        """For jump mode: the panes by their numbers, also those that are not on the screen."""
        from orchtui.ui.dialogs.jump import Target  # not before the first paint

        if not self.tabs.region:
            return []
        return [
            Target(self.tabs.region.offset + (start - 1, 0), partial(self.action_go, view), number)
            for number, (view, start) in (
                (str(ORDER.index(one) + 1), (one, at)) for one, at in self.tabs.starts.items()
            )
        ]


def _mark(widget: Widget, classes: Mapping[str, bool]) -> None:
    """Set classes at once; what is not mounted yet is styled when it is."""
    widget.update_classes(classes, update=widget.is_attached)
