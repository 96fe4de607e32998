"""Executor: a Schedule in, RunEvents out, in batches as they happen.

Every task that need not wait for another starts at once, as far as the slots
go; there are no waves. Retries, limits and cancelling live here and nowhere else.
Text is joined for a moment before it becomes an event, so that journal, fold
and screen do no work for each chunk. This module never writes a file and never
decides a verdict.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping

from orchtui.engine import events as ev
from orchtui.engine.announce import Announcer, Work
from orchtui.engine.attempt import Cancel, Intake, Stop, backoff, judge, read, watch
from orchtui.engine.backends import base
from orchtui.engine.durations import show_duration
from orchtui.engine.errors import BackendError
from orchtui.engine.handover import assignment
from orchtui.engine.joiner import Joiner
from orchtui.engine.precedence import Precedence
from orchtui.engine.questions import Questions, Witness
from orchtui.engine.ready import ReadyQueue
from orchtui.engine.run import Status
from orchtui.engine.schedule import Schedule
from orchtui.engine.stamp import Stamp
from orchtui.engine.workspace.site import Site, Workspaces, leave


class Executor:
    """Runs one Schedule. Iterate over `batches` to the end, then `close`.

    Args:
        schedule: What to run.
        backends: By name, one for each that the schedule uses.
        stamp: Numbers the events.
        workspaces: Where the attempts work; closed with the executor.
        attended: Whether a person is at the screen, to be asked.
        systems: Specialists' own instructions, by name.
        results: Results of tasks that completed in an earlier session.
        attempts: Numbers of the attempts already made, by task.
        wait: Seconds before the next attempt, by the number of failures.
        time_left: Seconds until everything is stopped for the deadline; the schedule's own where
            nothing is said.
    """

    def __init__(
        self,
        schedule: Schedule,
        backends: Mapping[str, base.Backend],
        stamp: Stamp,
        *,
        workspaces: Workspaces,
        attended: bool = False,
        systems: Mapping[str, str] | None = None,
        results: Mapping[str, str] | None = None,
        attempts: Mapping[str, int] | None = None,
        wait: Callable[[int], float] = backoff,
        time_left: float | None = None,
    ) -> None:
        self._schedule = schedule
        self._backends = backends
        self._workspaces = workspaces
        self._systems = systems or {}
        self._wait = wait
        self._time_left = schedule.deadline if time_left is None else time_left
        self._say = Announcer(stamp, self._emit)
        self._questions = Questions(self._say, attended=attended)
        self._pending: list[ev.RunEvent] = []
        self._wake = asyncio.Event()
        self._joiner = Joiner(self._say.text)
        self._ready = ReadyQueue()
        self._supervisors: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()
        self._tokens = 0
        self._crash: BaseException | None = None
        self._closed = False
        self._deadline: asyncio.TimerHandle | None = None
        self._give_up: BackendError | None = None
        """Why nothing more is started; `None` while all is well."""
        self._ended: deque[Work] = deque()
        """Tasks whose end has not been drawn conclusions from."""
        self._work: dict[str, Work] = {}
        for task in schedule.tasks:
            work = self._work[task.id] = Work(task, attempt=(attempts or {}).get(task.id, 0))
            if results is not None and task.id in results:
                work.status, work.result = "completed", results[task.id]
        self._live = sum(work.live for work in self._work.values())
        self._precedence = Precedence(self._work)

    # What the owner calls

    @property
    def live(self) -> bool:
        """Whether any task has not ended yet."""
        return self._live > 0

    async def batches(self) -> AsyncGenerator[list[ev.RunEvent], None]:
        """Run everything; yields what happened since the last batch, in order."""
        if self._time_left is not None:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(self._time_left, self._on_deadline)
        for work in self._work.values():
            if work.ready:
                self._queue(work)
        self._pump()
        while True:
            if self._crash is not None:
                raise self._crash
            if self._pending:
                batch, self._pending = self._pending, []
                yield batch
            elif not self.live:
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    def cancel(self, task_id: str, why: str = "cancelled by hand") -> bool:
        """Stop one task for good; the others go on. False when it has ended already."""
        work = self._work.get(task_id)
        if work is None or not work.live:
            return False
        self._say.steered("cancel", task_id)
        self._stop(work, Cancel(why))
        self._pump()
        return True

    def cancel_all(self, why: str = "the run was cancelled by hand") -> None:
        """Stop everything that has not ended."""
        self._say.steered("cancel_run")
        for work in self._work.values():
            self._stop(work, Cancel(why))
        self._conclude()

    def retry(self, task_ids: Iterable[str]) -> list[str]:
        """Try ended tasks again while the run goes on, and what was skipped because of them.

        Returns:
            The ids of the tasks that will run again.
        """
        again: list[Work] = []
        for task_id in task_ids:
            work = self._work.get(task_id)
            if work is not None and work.status in ("failed", "cancelled"):
                again.append(self._renew(work))
        # What is brought back may bring back more: the list grows while it is walked.
        for work in again:
            again.extend(map(self._renew, self._precedence.skipped_for(work)))
        # Only now: whoever comes back together waits for each other in the run's order.
        for work in again:
            self._precedence.wait(work)
        # What needs a task that will not come back would wait for ever.
        for work in again:
            if (lost := self._precedence.lost(work)) is not None:
                self._skip(work, lost)
        for work in again:
            if work.ready:
                self._queue(work)
        self._pump()
        return [work.task.id for work in again if work.live]

    def answer(self, question: str, allowed: bool) -> bool:
        """Answer what a task's program wants to be allowed; False when that is over."""
        return self._questions.answer(question, allowed)

    async def close(self) -> None:
        """End what still runs, without events. Waits at most a moment for stubborn backends."""
        self._closed = True
        if self._deadline is not None:
            self._deadline.cancel()
        for work in self._work.values():
            if work.timer is not None:
                work.timer.cancel()
            if work.stop is not None and not work.stop.done():
                work.stop.set_result(Cancel("closed"))
        if self._supervisors:
            await asyncio.wait(self._supervisors, timeout=3.0)
        await self._workspaces.close()

    # From waiting to running

    def _queue(self, work: Work) -> None:
        if self._give_up is not None:
            self._fail(work, self._give_up)
            return
        work.status = "queued"
        self._say.queued(work)
        self._ready.push(work.task)

    def _pump(self) -> None:
        """Let whoever has become ready queue up, and fill the free slots."""
        self._conclude()
        while not self._closed and self._busy.total() < self._schedule.concurrency:
            task = self._ready.pop(self._has_slot)
            if task is None:
                return
            work = self._work[task.id]
            if work.status == "queued":  # it may have been cancelled while it waited
                self._start(work)

    def _has_slot(self, backend: str) -> bool:
        slots = self._backends[backend].slots
        return slots is None or self._busy[backend] < slots

    def _start(self, work: Work) -> None:
        work.status, work.attempt = "running", work.attempt + 1
        work.pieces, work.usage = [], ev.Usage()
        self._busy[work.task.backend] += 1
        self._say.started(work)
        work.stop = asyncio.get_running_loop().create_future()
        supervisor = asyncio.create_task(self._supervise(work), name=f"attempt {work.task.id}")
        self._supervisors.add(supervisor)
        supervisor.add_done_callback(self._supervised)

    def _supervised(self, supervisor: "asyncio.Task[None]") -> None:
        self._supervisors.discard(supervisor)
        if not supervisor.cancelled() and (error := supervisor.exception()) is not None:
            self._crash = error
        self._wake.set()

    # One attempt

    async def _supervise(self, work: Work) -> None:
        task, loop = work.task, asyncio.get_running_loop()
        idle = task.idle_timeout
        if idle is None:
            idle = self._backends[task.backend].idle_timeout
        assert work.stop is not None
        intake = work.intake = Intake(
            notice=lambda: self._joiner.notice(work),
            notice_tool=lambda tool: self._tool(work, tool),
        )
        witness = Witness(work, self._say, self._questions)
        site = self._workspaces.site(task, work.attempt, witness)
        began = loop.time()
        reader = asyncio.create_task(self._work_at(site, work, intake), name=f"read {task.id}")
        try:
            error = await watch(
                reader,
                work.stop,
                intake,
                left=task.timeout - work.spent,
                limit=task.timeout,
                idle_timeout=idle,
            )
        finally:
            reader.cancel()
        work.spent += loop.time() - began
        self._joiner.flush(work, last=True)
        intake.closed = True
        if (seen := await leave(site)) is not None:
            self._say.files(work, seen)
        work.usage, work.kept = intake.usage, max(work.kept, intake.length)
        if error is None:
            error = judge(
                intake, accept_truncated=task.accept_truncated, max_tokens=task.max_tokens
            )
        self._busy[task.backend] -= 1
        self._settle(work, error)
        self._conclude()
        self._charge(work)
        self._pump()

    async def _work_at(self, site: Site, work: Work, intake: Intake) -> None:
        await site.open()
        backend = self._backends[work.task.backend]
        await read(backend, self._assignment(work, site.folder), site.toolbox, intake)

    def _assignment(self, work: Work, folder: str) -> base.Assignment:
        task = work.task
        needed = {task_id: self._work[task_id] for task_id in task.after}
        return assignment(
            task,
            work.attempt,
            results={
                task_id: (other.task.label, other.result) for task_id, other in needed.items()
            },
            system=self._systems.get(task.specialist, ""),
            folder=folder,
        )

    def _tool(self, work: Work, tool: base.ToolCalled | base.ToolReturned) -> None:
        self._joiner.flush(work)
        self._say.tool(work, tool)

    def _settle(self, work: Work, error: Stop | None) -> None:
        """Decide what an attempt's end means for its task."""
        if error is None:
            self._complete(work)
            return
        if isinstance(error, Cancel):
            self._cancel(work, error)
            return
        work.failures += 1
        if not error.retryable or work.failures > work.task.retries or self._give_up:
            self._fail(work, error)
            return
        pause = max(self._wait(work.failures), error.retry_after or 0.0)
        if pause >= work.task.timeout - work.spent:
            note = f"{error.message}; no time is left for another attempt"
            self._fail(work, BackendError(error.kind, note))
            return
        work.status = "retrying"
        work.spent += pause
        self._say.retrying(work, error, pause)
        work.timer = asyncio.get_running_loop().call_later(pause, self._again, work)

    def _again(self, work: Work) -> None:
        work.timer = None
        self._queue(work)
        self._pump()

    def _charge(self, work: Work) -> None:
        """Count an attempt's tokens against the budget."""
        self._tokens += work.usage.total
        budget = self._schedule.budget_tokens
        if budget is not None and self._tokens >= budget and self._give_up is None:
            why = f"the budget of {budget} tokens is used up ({self._tokens} were used)"
            self._stop_starting(BackendError("budget", why))

    # Ends

    def _end(self, work: Work, status: Status) -> None:
        work.status = status
        self._live -= 1
        self._ended.append(work)

    def _complete(self, work: Work) -> None:
        work.result = "".join(work.pieces)
        self._end(work, "completed")
        self._say.completed(work)

    def _fail(self, work: Work, error: BackendError) -> None:
        self._end(work, "failed")
        self._say.failed(work, error)

    def _cancel(self, work: Work, wish: Cancel) -> None:
        self._end(work, "cancelled")
        self._say.cancelled(work, str(wish))

    def _skip(self, work: Work, lost: Work) -> None:
        self._end(work, "skipped")
        self._say.skipped(work, lost)

    def _conclude(self) -> None:
        """Draw from every end what follows for others. Not recursive: chains may be long."""
        while self._ended:
            work = self._ended.popleft()
            for other in self._precedence.lost_by(work):
                self._skip(other, work)
            for other in self._precedence.freed_by(work):
                self._queue(other)

    def _stop(self, work: Work, reason: Stop) -> None:
        """End a task that has not ended, whatever it is doing."""
        if work.status == "running":
            if work.stop is not None and not work.stop.done():
                work.stop.set_result(reason)
        elif work.live:
            if work.timer is not None:
                work.timer.cancel()
                work.timer = None
            if isinstance(reason, Cancel):
                self._cancel(work, reason)
            else:
                self._fail(work, reason)

    def _renew(self, work: Work) -> Work:
        """Let an ended task begin again, with all its retries and time."""
        self._say.steered("retry", work.task.id)
        work.failures, work.spent = 0, 0.0
        work.status = "waiting"
        self._live += 1
        return work

    def _on_deadline(self) -> None:
        why = f"the run's deadline of {show_duration(self._schedule.deadline)} has passed"
        if self._time_left != self._schedule.deadline:
            why = (
                f"stopped after {show_duration(self._time_left)}, for the run's deadline of "
                f"{show_duration(self._schedule.deadline)} and what else is to be done before it"
            )
        error = BackendError("deadline", why)
        self._stop_starting(error)
        for work in self._work.values():
            if work.status == "running":
                self._stop(work, error)

    def _stop_starting(self, error: BackendError) -> None:
        self._give_up = error
        for work in self._work.values():
            if work.status in ("queued", "retrying"):
                self._stop(work, error)
        self._conclude()

    def _emit(self, event: ev.RunEvent) -> None:
        self._pending.append(event)
        self._wake.set()
