"""The app's desk for results: reads what is set beside them, writes down what a person thinks.

What is written is an event of the run, and the screen's Run takes it in as it would any other. A
judge is asked only on request, and never chooses. This module never draws.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from orchtui.engine.errors import IllegalTransitionError, InputError, NoBackendError
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.choice_events import MOST_STARS
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.project import Project
from orchtui.engine.text import clean_line
from orchtui.ui.compare.compare_pane import ComparePane
from orchtui.ui.desks.reading_desk import ReadingDesk
from orchtui.ui.dialogs.dialogs import Ask, AskLine, Read
from orchtui.ui.keys.hints import hint
from orchtui.ui.screen import Shown
from orchtui.ui.terminal import outside

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.afterwards.choosing import Make
    from orchtui.engine.comparison.sides import Side


class CompareDesk(ReadingDesk):
    """The app without the plan's files, and without leaving."""

    def __init__(self, project: Project, plan: Plan | None) -> None:
        super().__init__(project, plan)
        self.main.compare.busy = self.busy
        self._choosing = asyncio.Lock()
        """A journal is opened once at a time."""
        self._criteria: dict[str, tuple[str, ...]] = {}
        """What a judge was last asked to go by, by the run's id."""

    @on(ComparePane.Declined)
    def _tell_why(self, event: ComparePane.Declined) -> None:
        self.decline(event.why)

    # From elsewhere

    @on(ComparePane.SideWanted)
    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _add_side(self, event: ComparePane.SideWanted) -> None:
        from orchtui.ui.desks.side_offers import side_offers  # not before the first paint
        from orchtui.ui.dialogs.ask_path import AskPath

        shown = self.main.shown
        source = side_offers(self.project, shown.run.id if shown else "", event.task_id)
        title, example = "Compare with", "RUN, RUN:TASK, RUN:TASK@ATTEMPT or a file"
        answer, problem = "", ""
        while True:
            asked = AskPath(title, answer, "adds it", source, problem, example)
            given = await self.push_screen_wait(asked)
            if given is None:
                return
            answer = given
            try:
                (side,) = await self._read_sides(answer)
            except InputError as error:
                problem = error.problems[0].message
                continue
            self.main.compare.add(side)
            return

    async def _read_sides(self, *references: str) -> "list[Side]":
        from orchtui.engine.comparison.sides import Sides  # not before texts are compared

        reader = Sides(self.project.open_as_far, self.project.folder, self.project.is_alive)
        with self.busy.doing("reading what is compared", self.stops_this()):
            return await asyncio.to_thread(lambda: [reader.read(one) for one in references])

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def compare_references(self, left: str, right: str) -> None:
        """Show what is different between two results, as the command line refers to them."""
        try:
            one, other = await self._read_sides(left, right)
        except InputError as error:
            self.say(error.problems[0].message, "warning")
            return
        self.main.action_go("compare")
        self.main.compare.compare(one, other)

    def compare_runs(self, run_id: str, other_id: str) -> None:
        self.compare_references(run_id, other_id)

    @on(ComparePane.OpenWanted)
    @work(exclusive=True, group=outside.GROUP, exit_on_error=False)
    async def _open_side(self, event: ComparePane.OpenWanted) -> None:
        name = "".join(one if one.isalnum() else "-" for one in event.side.label)[:40] or "text"
        await self.open_text(event.program, event.side.text, f"{name}.md")

    # What a person thinks

    async def _write_down(self, shown: Shown, make: "Make") -> Run | None:
        """Write an event into a run, and take it in; `None` where it can not be.

        Args:
            shown: The run that was shown when a person asked; another one may be by now.
            make: Makes the event.
        """
        from orchtui.engine.afterwards.choosing import write_down  # not before the first paint

        made = list[ev.ChoiceEvent]()
        redactor = self.project.backends.redactor

        def kept(run: Run, stamp: Stamp) -> ev.ChoiceEvent:
            made.append(make(run, stamp))
            return made[-1]

        try:
            with self.busy.doing("writing it down"):
                run = await write_down(
                    self.project.out, self.project.folder, shown.run.id, kept, redactor
                )
        except InputError as error:
            self.say(error.problems[0].message, "warning")
            return None
        try:
            # The Run that the panes show goes on, so that nobody loses the place where they are.
            fold.apply(shown.run, redactor.events(made)[0])
        except IllegalTransitionError:  # somebody else wrote something down as well
            if self.main.shown is shown:
                self.main.show_run(replace(shown, run=run))
        self.main.reread_result()
        return run

    @on(ComparePane.RateWanted)
    @work(group="choice", exit_on_error=False)
    async def _rate(self, event: ComparePane.RateWanted) -> None:
        from orchtui.engine.afterwards.choosing import rated  # not before the first paint

        async with self._choosing:
            shown = self.main.shown
            if shown is None or event.task_id not in shown.run.tasks:
                return
            known = shown.run.ratings.get(event.task_id)
            before = known.stars if known is not None else 0
            stars = max(0, min(MOST_STARS, before + event.steps))
            if stars != before:
                note = known.note if known else ""
                await self._write_down(shown, rated(event.task_id, stars, note))

    @on(ComparePane.ChoiceWanted)
    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _choose_result(self, event: ComparePane.ChoiceWanted) -> None:
        from orchtui.engine.afterwards.choosing import chosen  # not before the first paint

        shown = self.main.shown
        if shown is None:
            return
        if not event.task_id:
            text = "The run's result is then what it was before; the reason you gave is dropped."
            answers = [("c", "take", "take it back"), ("b", "back", "back")]
            if await self.push_screen_wait(Ask("Take the choice back?", text, answers)) != "take":
                return
            why = ""
        else:
            label = clean_line(shown.run.tasks[event.task_id].task.label, 40)
            which = f", attempt {event.attempt}" if event.attempt else ""
            asked = AskLine(
                f"Choose {label}{which}", "", "what speaks for it, if you like", "chooses it",
                optional=True,
            )  # fmt: skip
            if (answer := await self.push_screen_wait(asked)) is None:
                return
            why = answer
        async with self._choosing:
            run = await self._write_down(shown, chosen(event.task_id, event.attempt, why))
        if run is not None:
            self._tell_choice(run)

    def _tell_choice(self, run: Run) -> None:
        if run.choice is None:
            self.say("Nothing is chosen any more; the result is published as it was before")
            return
        back = hint(self, "compare.choose")
        label = clean_line(run.choice[0].task.label, 60)
        self.say(f"{label} is the run's result now, and is published; {back} takes that back")

    # A judge

    @on(ComparePane.JudgeWanted)
    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _ask_judge(self, event: ComparePane.JudgeWanted) -> None:
        from orchtui.engine.choice.judge_question import judged_tasks
        from orchtui.ui.dialogs.judgement_card import AskCriteria  # not before the first paint

        shown = self.main.shown
        if shown is None:
            return
        run = shown.run
        try:
            count = len(judged_tasks(run, event.task_ids))
            name, _ = self.project.judge_backend(run)
        except NoBackendError as error:
            self.say(f"{error}; {hint(self, 'app.backend-letter')} chooses another", "warning")
            return
        except InputError as error:
            self.say(error.problems[0].message, "warning")
            return
        known = self._criteria.get(run.id) or (
            run.judgements[-1].criteria if run.judgements else ()
        )
        what = f"{count} results are sent to {clean_line(name)}, without names"
        criteria = await self.push_screen_wait(AskCriteria(known, what))
        if criteria is None:
            return
        self._criteria[run.id] = criteria
        new = await asyncio.to_thread(self.project.untrusted_judge, run)
        if not await self.trusted(new):
            return
        with self.busy.doing(f"asking a judge ({clean_line(name)})", self.stops_this()):
            judgement = await self.project.judge(run, criteria, event.task_ids)
        if not judgement.reading.scores:
            problems = "; ".join(judgement.reading.problems) or "it gave no scores"
            self.say(f"The judge's answer can not be used: {problems}", "warning")
            return
        async with self._choosing:
            written = await self._write_down(shown, judgement.make)
        if written is None:
            return
        now = self.main.run_shown
        if now is not None and now.id == written.id:
            self._show_judgement()
        else:
            self.say(f"The judge has scored the results of run {written.id}; it is kept there")

    @on(ComparePane.JudgementWanted)
    def _show_judgement(self) -> None:
        from orchtui.ui.dialogs.judgement_card import judgement_words  # not before the first paint

        run = self.main.run_shown
        if run is not None and run.judgements:
            said = judgement_words(run, run.judgements[-1])
            self.push_screen(Read("What the judge said", said))
