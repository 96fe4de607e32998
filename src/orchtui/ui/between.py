"""What one pane wants of another: brought to it by the screen, for no pane knows its neighbours.

This module never changes a plan or a run.
"""

from textual import on

from orchtui.ui.bars.tabs_bar import TabsBar
from orchtui.ui.compare.compare_pane import ComparePane
from orchtui.ui.compose.compose_pane import ComposePane
from orchtui.ui.independence.independence_pane import IndependencePane
from orchtui.ui.output.output_pane import OutputPane
from orchtui.ui.output.output_text import OutputText
from orchtui.ui.playing import Playing
from orchtui.ui.timeline.timeline_rows import TimelineRows


class Between(Playing):
    """The screen's way from pane to pane."""

    @on(ComposePane.PlanChanged)
    def _plan_changed(self) -> None:
        self.independence.show_plan(self.draft.plan)
        self.arrange_panes()  # the end of a run leaves its panes where they are until now

    @on(IndependencePane.Checked)
    def _checked(self) -> None:
        self.dirty = True

    @on(IndependencePane.Left)
    def _left_findings(self) -> None:
        self.action_go("compose")

    @on(IndependencePane.WordsWanted)
    def _go_to_words(self, event: IndependencePane.WordsWanted) -> None:
        self.plan_pane.open_words(event.evidence)

    @on(TabsBar.Clicked)
    def _tab_clicked(self, event: TabsBar.Clicked) -> None:
        self.action_go(event.view)

    @on(TimelineRows.Picked)
    def _picked(self) -> None:
        self.dirty = True

    @on(TimelineRows.OutputWanted)
    def _read_output(self) -> None:
        self.action_go("output")

    @on(ComparePane.Left)
    def _left_results(self) -> None:
        self.action_go(self.before_compare)

    @on(OutputText.Left)
    def _left_output(self) -> None:
        self.action_go("timeline")

    @on(OutputPane.Turned)
    def _turned(self) -> None:
        self.dirty = True

    @on(OutputText.OtherTaskWanted)
    def _other_task(self, event: OutputText.OtherTaskWanted) -> None:
        self.timeline.rows.action_step(event.steps)
