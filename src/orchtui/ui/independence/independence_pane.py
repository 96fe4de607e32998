"""Independence: which tasks may run together, and why others may not, in their own words.

It checks the plan on the desk in a thread, as the plan changes; the report of
a plan that is no more is dropped. What a person wants done about a finding goes
up as a message. This module never edits a plan, never starts a run and never
asks a model by itself.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from orchtui.engine.independence.report import Evidence, Finding, IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.bars.row_search import RowSearch
from orchtui.ui.independence.finding_list import FindingList
from orchtui.ui.independence.matrix import LEGEND, Matrix
from orchtui.ui.independence.opinions import still_about
from orchtui.ui.keys.hints import hint
from orchtui.ui.looks import looks
from orchtui.ui.looks import verdict_words as words
from orchtui.ui.notices.trouble import TellsTrouble

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.consulting.second_opinion import Opinion

_EMPTY = (
    "[b $accent]Which tasks may run together?[/]\n\n"
    "[$foreground-muted]While you write the plan, every pair of tasks is\n"
    "looked at here: who needs whose result, and who\n"
    "would get in whose way. Nothing is spent.[/]\n\n"
    "[b]$fix[/] [$foreground-muted]fixes a finding[/]   "
    "[b]$accept[/] [$foreground-muted]accepts it[/]   "
    "[b]$plan[/] [$foreground-muted]the plan[/]"
)
_ONE = "Parts of it that need nothing of each other could run side by side, as tasks of their own."
_STYLES = {"good": "$text-success", "warning": "$text-warning", "error": "$text-error"}
_STAGE_ROWS = 3
_SHORT = 14
"""Rows of the pane below which the stages have one."""


class IndependencePane(Vertical, TellsTrouble):
    """The verdict, the stages, the findings; or the matrix.

    Args:
        check: Plan in, report out. It runs in a thread.
    """

    class Checked(Message):
        """There is another report."""

    class FixChosen(Message):
        """A fix is to be made; without one, a person is to choose among them."""

        def __init__(self, finding: Finding, fix_id: str | None) -> None:
            super().__init__()
            self.finding = finding
            self.fix_id = fix_id

    class Judged(Message):
        """A person accepted a finding, or took that back."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    class Stepped(Message):
        """The latest edit is to be undone, or done again."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    class WordsWanted(Message):
        """A person wants to be where words stand."""

        def __init__(self, evidence: Evidence) -> None:
            super().__init__()
            self.evidence = evidence

    class OpinionWanted(Message):
        """A model is to be asked about the plan of the report."""

        def __init__(self, plan: Plan) -> None:
            super().__init__()
            self.plan = plan

    class OpinionStopped(Message):
        """It is no longer to be asked."""

    class Left(Message):
        """A person wants to go back to the plan."""

    def __init__(self, check: Callable[[Plan], IndependenceReport]) -> None:
        super().__init__(id="independence", classes="pane -empty")
        self.border_title = "2 Independence"
        self.check = check
        """Plan in, report out."""
        self._wanted: Plan | None = None
        self._checking: Worker[None] | None = None
        self._changed = False
        self.plan = Plan()
        """What the report is about."""
        self.report: IndependenceReport | None = None
        """The rules' findings and the model's; `None` before the first check."""
        self._opinion: tuple[Plan, Opinion] | None = None
        self.asked_since: float | None = None
        """Since when a model is asked, in seconds since 1970."""
        self.asked_whom = ""
        self.list = FindingList()
        self.matrix = Matrix()
        self.search = RowSearch(
            lambda: [_searched(one) for one in self.report.findings] if self.report else [],
            lambda: self.list.place,
            self.list.pick,
            lambda: self.first,
        )
        self._head = Static("", id="verdict", markup=False)
        self._note = Static("", id="matrix-note", markup=False)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.list
        yield self.matrix
        yield self._note
        yield self.search
        keys = {
            "fix": hint(self, "independence.fix"),
            "accept": hint(self, "independence.accept"),
            "plan": hint(self, "app.pane-plan"),
        }
        empty = Content.from_markup(_EMPTY, **keys)
        yield Static(empty, id="independence-empty", classes="empty")

    @property
    def first(self) -> Widget:
        """What gets the focus: the matrix, or the findings."""
        return self.matrix if self.has_class("-matrix") else self.list

    # The report

    def show_plan(self, plan: Plan) -> None:
        """Look at another plan."""
        self._wanted = plan
        if self._checking is None or self._checking.is_finished:
            self._checking = self._follow()

    async def report_of(self, plan: Plan) -> IndependenceReport:
        """The report of this very plan."""
        self.show_plan(plan)
        while self._checking is not None and not self._checking.is_finished:
            await self._checking.wait()
        if self.report is None or self.plan is not plan:  # it changed again meanwhile
            return await asyncio.to_thread(self._report_of, plan)
        return self.report

    @work(group="check", exit_on_error=False)
    async def _follow(self) -> None:
        """Check until the report is that of the wanted plan. One thread at a time."""
        while (plan := self._wanted) is not None:
            report = await asyncio.to_thread(self._report_of, plan)
            if plan is self._wanted:
                self._wanted = None
                self._take(plan, report)

    def _report_of(self, plan: Plan) -> IndependenceReport:
        from orchtui.engine.consulting.second_opinion import (
            with_opinion,  # not before the first paint
        )

        report = self.check(plan)
        if self._opinion is None:
            return report
        return with_opinion(plan, report, still_about(plan, *self._opinion))

    def _take(self, plan: Plan, report: IndependenceReport) -> None:
        self.plan, self.report = plan, report
        self._changed = True
        self.post_message(self.Checked())

    def take_opinion(self, plan: Plan, opinion: "Opinion") -> bool:
        """Add what a model said of a plan; False when the plan is another one now."""
        now = self._wanted or self.plan
        if plan.tasks != now.tasks:
            return False
        self._opinion = (plan, opinion)
        self.show_plan(now)
        return True

    # Showing

    def repaint(self, now: float) -> None:
        """Show the latest report, and how long a model has been thinking."""
        self.border_subtitle = Content(self._subtitle(now))
        if not self._changed or self.report is None:
            return
        self._changed = False
        self.set_class(not self.report.tasks, "-empty")
        if len(self.report.tasks) < 2 and self.has_class("-matrix"):
            focused = self.matrix.has_focus
            self.remove_class("-matrix")
            if focused:
                self.list.focus()
        self._show_head()
        self.list.show_report(self.plan, self.report)
        self.matrix.show_report(self.plan, self.report)

    def _subtitle(self, now: float) -> str:
        if self.asked_since is not None:
            waited = now - self.asked_since
            sign = looks.sign("running", int(waited * 12))
            return (
                f"{sign} {clean_line(self.asked_whom)} is asked {looks.clock(waited)} · esc stops"
            )
        if self.report is None or not self.report.findings:
            return ""
        count = len(self.report.findings)
        return f"{count} finding{'' if count == 1 else 's'}"

    def _show_head(self) -> None:
        assert self.report is not None
        parts = [verdict_line(self.report)]
        if len(self.report.stages) > 1:
            drawn = words.draw_stages(
                self.report.stages,
                words.numbers_of(self.plan),
                words.names_of(self.plan),
                max(1, self.content_region.width),
                1 if self.size.height < _SHORT else _STAGE_ROWS,
            )
            parts += [_with_arrows(line) for line in drawn]
        elif len(self.report.tasks) == 1:
            parts.append(Content.styled(_ONE, "$foreground-muted"))
        self._head.update(Content("\n").join(parts))

    def on_resize(self, event: Resize) -> None:
        """The stages follow the width."""
        if self.report is not None:
            self.call_after_refresh(self._show_head)

    @on(Matrix.Moved)
    def _explain(self) -> None:
        lines = [self.matrix.explain(), Content.styled(LEGEND, "$foreground-muted")]
        self._note.update(Content("\n").join(lines))

    # What a person wants

    @on(FindingList.Wanted)
    def _do(self, event: FindingList.Wanted) -> None:
        picked = self.list.picked
        match event.action:
            case "undo" | "redo":
                self.post_message(self.Stepped(event.action))
            case "matrix":
                self._show_matrix(True)
            case "ask":
                self._ask()
            case "back" if self.asked_since is not None:
                self.post_message(self.OpinionStopped())
            case "back":
                self.post_message(self.Left())
            case "accept" if picked:
                self.post_message(self.Judged(picked))
            case "fix" if picked and picked.fixes and not picked.accepted:
                # What a person declared is taken back by choice, never by the key that declared it.
                first = None if picked.kind == "declared" else picked.fixes[0].id
                self.post_message(self.FixChosen(picked, first))
            case "choose_fix" if picked and picked.fixes and not picked.accepted:
                self.post_message(self.FixChosen(picked, None))
            case "words" if self.list.quoted:
                self.post_message(self.WordsWanted(self.list.quoted))
            case _:
                self.app.bell()

    def _ask(self) -> None:
        if self.asked_since is None and self.report is not None and len(self.report.tasks) > 1:
            self.post_message(self.OpinionWanted(self.plan))
        else:
            self.app.bell()

    def _show_matrix(self, wanted: bool) -> None:
        if wanted and (self.report is None or len(self.report.tasks) < 2):
            self.app.bell()
            return
        self.set_class(wanted, "-matrix")
        (self.matrix if wanted else self.list).focus()

    @on(Matrix.Closed)
    def _close_matrix(self, event: Matrix.Closed) -> None:
        if event.finding is not None:
            self.list.pick(event.finding)
        self._show_matrix(False)


def _searched(finding: Finding) -> str:
    """What of a finding is searched."""
    return " ".join((finding.message, *finding.tasks, *(one.text for one in finding.evidence)))


def verdict_line(report: IndependenceReport) -> Content:
    """`3 tasks INDEPENDENT ✓ → all run in parallel`."""
    verdict = words.verdict_of(report)
    style = f"b {_STYLES[verdict.look]}"
    parts = [Content.styled(verdict.count, "b")]
    if verdict.word:
        parts.append(Content.styled(verdict.word, style))
    parts.append(Content.styled(f"→ {verdict.outcome}", "b"))
    return Content(" ").join(parts)


def brief(report: IndependenceReport) -> Content:
    """The verdict for where there is only one line, and how to see more; empty without tasks."""
    if not report.tasks:
        return Content("")
    count = len(report.findings)
    if not count:
        return verdict_line(report)
    more = f"  {count} finding{'' if count == 1 else 's'}: 2 shows them"
    return Content.assemble(verdict_line(report), (more, "$foreground-muted"))


def _with_arrows(line: str) -> Content:
    arrow = Content.styled("→", "b $accent")
    return arrow.join(Content(part) for part in line.split("→"))
