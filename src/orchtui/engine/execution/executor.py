"""Executor: a Schedule in, RunEvents out, in batches as they happen.

Every task that need not wait for another starts at once, as far as the slots and
the servers' limits go; there are no waves. The board says where every task
stands, the lanes which one is next, the supervisor runs it; here is what joins
them: the start of an attempt, its end, and what both mean for the servers' limits
and the run's budgets. This module never writes a file and never decides a verdict.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial

from orchtui.engine.backends import base
from orchtui.engine.backends.backoff import backoff
from orchtui.engine.backends.process_table import Looked
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.announce import Announcer
from orchtui.engine.execution.attempt import Cancel, Stop
from orchtui.engine.execution.board import Board
from orchtui.engine.execution.budget import Budget
from orchtui.engine.execution.held_events import HeldEvents
from orchtui.engine.execution.lanes import Lanes, Limiters
from orchtui.engine.execution.limiter import LONGEST, Change, Ticket
from orchtui.engine.execution.machine_room import MachineRoom
from orchtui.engine.execution.pump import Pump
from orchtui.engine.execution.questions import Questions, QuestionsBeside
from orchtui.engine.execution.retrying import next_step
from orchtui.engine.execution.second_attempts import SecondAttempts
from orchtui.engine.execution.shedding import Use
from orchtui.engine.execution.spending import Spending
from orchtui.engine.execution.steering import Steering
from orchtui.engine.execution.supervisor import Ended, Supervisor
from orchtui.engine.execution.work import Work
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.workspace.site import Beside, Workspaces

_TELL_EVERY = 1.0
"""Seconds between two events that say that a server takes more again."""


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
        redactor: Hides secrets in what comes in.
        limiters: What is known of the servers' limits; shared by all runs.
        budget: Counts what is used; a new one by the schedule where nothing is said.
        usual: What tasks like it took in earlier runs, by the task's id.
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
        redactor: Redactor = NOTHING,
        limiters: Limiters | None = None,
        budget: Budget | None = None,
        usual: Mapping[str, Use] | None = None,
    ) -> None:
        self._wait = wait
        systems = {} if systems is None else systems
        self._clock = asyncio.get_running_loop().time
        self._pending: list[ev.RunEvent] = []
        self._wake = asyncio.Event()
        self._pump = Pump(self._start_what_may, self._wake.set)
        self._say = Announcer(stamp, self.add)
        known = Limiters() if limiters is None else limiters
        self._limiters = {
            name: known.of(name, backend, schedule.rate) for name, backend in backends.items()
        }
        self._lanes = Lanes(self._limiters, schedule.concurrency)
        self._room = MachineRoom(backends, self._limiters, self._say)
        self._board = Board(schedule.tasks, self._lanes, self._say, results or {}, attempts or {})
        self._questions = Questions(self._say, attended=attended)

        def supervisor(places: Workspaces, say: Announcer, questions: Questions) -> Supervisor:
            work = self._board.work
            return Supervisor(backends, places, say, questions, work, systems, redactor)

        self._supervisor = supervisor(workspaces, self._say, self._questions)
        self.steering = Steering(self._board, self._lanes, self._say, self._pump.now, self._try_now)
        """What a person may change meanwhile."""
        self._spending = Spending(
            Budget.of(schedule) if budget is None else budget,
            self._say,
            self._board,
            slots=lambda: self._lanes.concurrency,
            deadline=schedule.deadline,
            time_left=time_left,
            usual=usual or {},
        )
        held = HeldEvents(stamp, self.add)
        aside = Announcer(Stamp(self._clock), held.take)
        asked = QuestionsBeside(aside, self._questions, lambda one: self._hedging.stands(one))
        beside = supervisor(Beside(workspaces), aside, asked)
        self._hedging = self._second_attempts(schedule.hedge, held, beside)
        self._closed = False
        self._told: dict[str, float] = {}
        """When it was said last that a server takes more again, by backend."""

    def _second_attempts(
        self, multiple: float, held: HeldEvents, beside: Supervisor
    ) -> SecondAttempts:
        return SecondAttempts(
            multiple,
            board=self._board,
            lanes=self._lanes,
            supervisor=beside,
            held=held,
            say=self._say,
            spending=self._spending,
            launch=self._launch_second,
        )

    def _what_crashed(self) -> BaseException | None:
        return self._pump.crash or self._supervisor.crash or self._hedging.crash

    @property
    def live(self) -> bool:
        """Whether any task has not ended yet."""
        return self._board.live > 0

    async def batches(self) -> AsyncGenerator[list[ev.RunEvent], None]:
        """Run everything; yields what happened since the last batch, in order."""
        self._spending.begin()
        self._lanes.listen(self._pump.now)
        self._board.begin()
        self._room.begin((work.task for work in self._board.work.values()), self._lanes.concurrency)
        self._pump.now()
        while True:
            if self._pending:
                batch, self._pending = self._pending, []
                yield batch
            elif (crash := self._what_crashed()) is not None:
                raise crash
            elif not (self.live or self._supervisor.busy or self._hedging.busy):
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    def looked_at(self, task_id: str) -> Looked | None:
        """What a running task's programs have, as they were looked at last; `None` where there are
        none, or nothing is known of them yet."""
        work = self._board.work.get(task_id)
        return work.programs if work is not None and work.status == "running" else None

    def answer(self, question: str, allowed: bool) -> bool:
        """Answer what a task's program wants to be allowed; False when that is over."""
        return self._questions.answer(question, allowed)

    async def close(self) -> None:
        """End what still runs, without events. Waits at most a moment for stubborn backends."""
        self._closed = True
        self._lanes.listen(None)
        self._spending.close()
        self._pump.close()
        for work in self._board.work.values():
            work.let_timer_go()
        await self._hedging.close()
        await self._supervisor.close()

    # From waiting to running

    def _start_what_may(self) -> float:
        """Let whoever has become ready queue up, and start what may start; see `Pump`."""
        self._board.conclude()
        self._room.look(self._clock())
        while not self._closed:
            now = self._clock()
            taken = self._lanes.take(now)
            if taken is None:
                return min(self._lanes.wait(now), self._hedging.look())
            self._start(self._board.work[taken[0].id], taken[1])
        return math.inf

    def _start(self, work: Work, ticket: Ticket) -> None:
        work.let_timer_go()
        work.status, work.attempt = "running", work.last_number + 1
        work.pieces, work.usage, work.since = [], ev.Usage(), self._clock()
        work.program = None
        self._say.started(work)
        self._hedging.began(work)
        self._launch(self._supervisor, work, ticket, partial(self._ended, ticket))

    def _launch_second(self, second: Work, ticket: Ticket) -> None:
        self._launch(self._hedging.supervisor, second, ticket, partial(self._second_ended, ticket))

    def _launch(self, by: Supervisor, work: Work, ticket: Ticket, ended: Ended) -> None:
        by.start(
            work,
            begun=partial(self._begun, work, ticket),
            server=partial(self._heed, work, ticket),
            used=partial(self._used, work, ticket),
            ended=ended,
            gone=partial(self._gone, work, ticket),
        )

    def _begun(self, work: Work, ticket: Ticket) -> None:
        name = work.task.backend
        ceiling = self._lanes.concurrency
        change = self._limiters[name].accept(ticket, self._clock(), ceiling)
        if change is not None:
            self._tell_change(name, change)
            self._pump.now()

    def _used(self, work: Work, ticket: Ticket) -> None:
        if work.intake is not None:
            usage = work.intake.usage
            self._limiters[work.task.backend].sent(ticket, usage.input + usage.cache_write)
        self._spending.running(work)

    def _gone(self, work: Work, ticket: Ticket) -> None:
        """Nothing is left of an attempt; one that ended in a crash gives its slot back here."""
        self._lanes.give_back(work.task.backend, ticket)
        self._wake.set()

    def _heed(self, work: Work, ticket: Ticket, said: base.Quota | base.Throttled) -> None:
        name, now = work.task.backend, self._clock()
        if isinstance(said, base.Quota):
            self._limiters[name].heed(ticket, said, now)
            self._pump.now()
        else:
            # In the middle of a task's work: it waits by itself, others begin more slowly.
            change = self._limiters[name].throttle(ticket, now, said.retry_after)
            self._tell_change(name, change, said.message)

    # An attempt's end

    def _ended(self, ticket: Ticket, work: Work, error: Stop | None) -> None:
        self._leave_server(ticket, work, error)
        outcome = self._hedging.first_ended(work, error)
        if outcome != "goes on":
            self._conclude(work, outcome)
        self._pump.soon()

    def _second_ended(self, ticket: Ticket, second: Work, error: Stop | None) -> None:
        self._leave_server(ticket, second, error)
        work = self._hedging.second_ended(second, error)
        if work is not None:
            self._conclude(work, error)
        self._pump.soon()

    def _leave_server(self, ticket: Ticket, work: Work, error: Stop | None) -> None:
        name = work.task.backend
        if isinstance(error, BackendError) and error.throttled:
            change = self._limiters[name].throttle(ticket, self._clock(), error.retry_after)
            self._tell_change(name, change, error.message)
        self._lanes.give_back(name, ticket)

    def _conclude(self, work: Work, error: Stop | None) -> None:
        self._settle(work, error)
        if isinstance(error, BackendError) and error.throttled and error.retry_after:
            self._give_up_waiting(work.task.backend, error, error.retry_after)
        self._board.conclude()
        self._spending.ended(work, error)

    def _give_up_waiting(self, backend: str, error: BackendError, seconds: float) -> None:
        """The server takes nothing for longer than these tasks may take: they end now."""
        if seconds <= LONGEST:
            return
        late = BackendError(error.kind, f"{error.message}; no time is left to wait for it")
        for work in self._board.work.values():
            waits = work.status == "queued" and work.task.backend == backend
            if waits and work.task.timeout - work.spent <= seconds:
                self._board.stop(work, late)

    def _settle(self, work: Work, error: Stop | None) -> None:
        """Decide what an attempt's end means for its task."""
        if error is None:
            self._hedging.completed(work)
            self._board.complete(work)
        elif isinstance(error, Cancel):
            self._board.cancel(work, error)
        elif self._board.give_up is not None:
            self._board.fail(work, error)
        else:
            step = next_step(work, error, self._wait)
            if isinstance(step, BackendError):
                self._board.fail(work, step)
            else:
                self._try_again(work, error, step)

    def _try_again(self, work: Work, error: BackendError, pause: float) -> None:
        work.status, work.pauses_since = "retrying", self._clock()
        self._say.retrying(work, error, pause)
        if not self._closed:
            work.timer = asyncio.get_running_loop().call_later(pause, self._again, work)

    def _again(self, work: Work) -> None:
        self._queue_again(work)
        self._pump.now()

    def _try_now(self, work: Work) -> None:
        self._limiters[work.task.backend].let_one_through()
        self._queue_again(work)

    def _queue_again(self, work: Work) -> None:
        """The pause is over: it counts against the timeout, a wait for a slot does not."""
        work.let_timer_go()
        if work.pauses_since is not None:
            work.spent += self._clock() - work.pauses_since
            work.pauses_since = None
        self._board.queue(work)

    # Limits of servers

    def _tell_change(
        self, backend: str, change: Change | None, why: str = "the server takes requests again"
    ) -> None:
        if change is None:
            return
        now = self._clock()
        often = now - self._told.get(backend, -math.inf) < _TELL_EVERY
        if not change.lower and often and change.concurrency is not None:
            return
        self._told[backend] = now
        self._say.limit(backend, change, why)

    def add(self, event: ev.RunEvent) -> None:
        """Let an event stand among those that are told next."""
        self._pending.append(event)
        self._wake.set()
