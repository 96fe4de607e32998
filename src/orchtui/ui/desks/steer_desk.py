"""The app's wheel: what keys change in a run while it goes on.

Every change is an event of the run. What loses something asks first; what can
not be done is said, with the reason. This module never draws and never starts a
run.
"""

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from textual import work

from orchtui.engine.errors import InputError, NoBackendError
from orchtui.engine.plans.plan import PRIORITIES, Task
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import format_duration, parse_duration, show_duration
from orchtui.ui.compose.plan_edits import new_id
from orchtui.ui.desks.planner_desk import PlannerDesk
from orchtui.ui.dialogs.dialogs import Ask, AskLine
from orchtui.ui.keys.possible_in_runs import ONLY_REPLAYED
from orchtui.ui.looks import looks

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.execution.steering import Steering

_A_GROUP = "This is for one task: o opens the group"
_MORE = 0.5
"""How much more of its timeout a task is offered."""


class SteerDesk(PlannerDesk):
    """The app without the start and the end of runs."""

    def sees_live(self) -> bool:
        """Whether what is shown is the app's own run, while it goes on."""
        return self.main.shown is not None and self.main.shown.run is self.main.live

    def stop_watching(self) -> None:
        """Let a run of another process alone."""
        self.workers.cancel_group(self, "watch")

    def only_watched(self) -> bool:
        """Whether what is shown goes on in another process; a person is told that it does."""
        shown = self.main.shown
        if shown is None or not shown.watched:
            return False
        where = f"process {shown.run.pid}" if shown.run.pid else "another process"
        self.decline(f"This run goes on in {where}: here it can only be watched")
        return True

    def only_replayed(self) -> bool:
        """Whether what is shown is a replay; a person is told that nothing can be changed in it."""
        if self.main.replaying:
            self.decline(ONLY_REPLAYED[0].upper() + ONLY_REPLAYED[1:])
        return self.main.replaying

    def _wheel(self) -> "Steering | None":
        """What steers the run that is shown; says so when there is none."""
        wheel = self.live.steering if self.sees_live() else None
        if wheel is None and not self.only_watched() and not self.only_replayed():
            self.decline(self._nothing())
        return wheel

    def _nothing(self) -> str:
        """Why there is nothing to steer, and what can be done instead."""
        if self.live.run is not None:
            return "This is a past run; esc goes to your own, which goes on"
        if self.main.shown is None:
            return "Nothing has run yet: ctrl+r runs the plan"
        again = "; r tries again what failed" if self.main.now_there().here.again else ""
        return f"The run has ended{again}"

    def _picked_task(self) -> TaskRun | None:
        run, picked = self.live.run, self.main.picked
        if run is None or not self.sees_live():
            return None
        if picked is None:
            self.decline(_A_GROUP)
        return run.tasks.get(picked or "")

    async def agreed(self, schedule: Schedule, done: Collection[str] = ()) -> bool:
        """Whether a person has agreed to what a run would start, send and spend."""
        raise NotImplementedError

    # One task

    def action_cancel_task(self) -> None:
        picked = self.main.picked
        if self.only_watched() or self.only_replayed():
            return
        if not self.sees_live():
            self.decline(self._nothing())
        elif picked is None:
            self.decline(_A_GROUP)
        elif (task := self._picked_task()) is not None and task.status == "running":
            self._stop(task)
        else:  # nothing of it is lost: it can be tried again
            self._cancel(picked)

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _stop(self, task: TaskRun) -> None:
        """What a task is in the middle of can not be brought back."""
        answers = [("b", "back", "let it go on"), ("x", "stop", "stop it")]
        text = "What it has written is kept. Tried again (t), it begins from the start."
        title = f"Stop {clean_line(task.task.label, 40)}?"
        if await self.push_screen_wait(Ask(title, text, answers)) == "stop":
            self._cancel(task.id)

    def _cancel(self, task_id: str) -> None:
        if not self.live.cancel(task_id):
            self.decline("This task has ended already")

    def action_retry_task(self) -> None:
        task = self._picked_task()
        if (wheel := self._wheel()) is None or task is None:
            return
        if task.status == "retrying":
            wheel.retry_now(task.id)
        elif task.status in ("failed", "cancelled") or task.short is not None:
            if not wheel.retry([task.id]):
                self.decline("It was left out again: what it needs did not complete")
        else:
            self.decline(f"There is nothing to try again: {looks.WORDS[task.status]}")

    def action_raise_priority(self) -> None:
        task = self._picked_task()
        if (wheel := self._wheel()) is None or task is None:
            return
        # From normal to critical first: what is made more important is what a person waits for.
        place = PRIORITIES.index(task.task.priority)
        priority = PRIORITIES[(place - 1) % len(PRIORITIES)]
        if wheel.set_priority(task.id, priority):
            self.say(f"{clean_line(task.task.label, 60)}: {priority}")
            self.main.dirty = True
        else:
            self.decline("This task has ended already")

    def action_extend_task(self) -> None:
        task = self._picked_task()
        if self._wheel() is not None and task is not None:
            self._extend(task)

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _extend(self, task: TaskRun) -> None:
        title = f"More time for {clean_line(task.task.label, 40)}"
        offered = format_duration(round(task.task.timeout * _MORE))
        answer = await self.push_screen_wait(AskLine(title, offered, "10m", "adds", _wrong_time))
        if answer is None:
            return
        wheel = self.live.steering
        if wheel is not None and wheel.extend(task.id, parse_duration(answer)):
            self.say(f"Its timeout is {show_duration(task.task.timeout + parse_duration(answer))}")
        else:
            self.decline("This task has ended meanwhile")

    # The whole run

    def action_cancel_all(self) -> None:
        if self.live.only_writes:
            now = self.live.writing() or "what they left is being written"
            self.decline(f"All tasks have ended: {now}")
        elif self.live.run is not None:
            self._cancel_all()
        elif not self.only_watched() and not self.only_replayed():
            self.decline(self._nothing())

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _cancel_all(self) -> None:
        answers = [("b", "back", "let them go on"), ("s", "stop", "stop all tasks")]
        text = "What they have written so far is kept."

        def over() -> bool:
            return self.live.run is None or self.live.only_writes

        ask = Ask("Stop all tasks?", text, answers, over=over)
        if await self.push_screen_wait(ask) == "stop":
            self.live.cancel_all()

    def action_pause_run(self) -> None:
        if (wheel := self._wheel()) is None:
            return
        if wheel.paused:
            wheel.resume()
            self.say("The run goes on")
        else:
            wheel.pause()
            self.say("Paused: what runs goes on, nothing more is started; space goes on")

    def action_change_concurrency(self, more: int) -> None:
        if (wheel := self._wheel()) is None:
            return
        if (number := wheel.concurrency + more) < 1:
            self.decline("At least one task runs at once; space pauses the run")
            return
        wheel.set_concurrency(number)
        self.say(f"{number} task{'' if number == 1 else 's'} at once")

    def action_add_task(self) -> None:
        run = self.live.run
        if self._wheel() is not None and run is not None:
            self._add_task(run)

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _add_task(self, run: Run) -> None:
        from orchtui.ui.compose.task_form import TaskForm  # not before the first paint

        new = Task(id=new_id(run.plan))
        form = TaskForm(
            run.plan,
            new,
            "A task for the run that goes on",
            None,
            self._fit,
            self.main.plan_pane.catalog,
        )
        if (task := await self.push_screen_wait(form)) is None:
            return
        try:
            more = await asyncio.to_thread(self.project.addition, run, task)
        except (InputError, NoBackendError) as error:
            self.say(f"Nothing was added: {error}", "error")
            return
        only = Schedule(tasks=(more.scheduled,), concurrency=1)
        if not await self.agreed(only):
            return
        if not self.live.add(more):
            words = "Nothing was added: the run starts nothing more; add it to the plan (1)"
            self.say(words, "warning")
        elif others := {one.before: one.message for one in more.staged}:
            words = f"It waits for {', '.join(others)}: {next(iter(others.values()))}"
            self.say(clean_line(words, 300), title=f"Added {more.scheduled.id}")


def _wrong_time(answer: str) -> str:
    try:
        parse_duration(answer)
    except ValueError as error:
        return str(error)
    return ""
