"""Supervisor: runs attempts, each in a task of its own, and says how each one ended.

An attempt is given its place, is read under the clock, and its place is left
behind, however it went. What comes in is passed on as it comes. This module
never decides what an attempt's end means for its task.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from orchtui.engine.backends import base
from orchtui.engine.backends.footprints import Footprint, taken_by
from orchtui.engine.backends.handover import assignment
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.announce import Announcer
from orchtui.engine.execution.attempt import Cancel, Intake, Patience, Stop, judge, read, watch
from orchtui.engine.execution.joiner import Joiner
from orchtui.engine.execution.questions import Questions, Witness
from orchtui.engine.execution.work import Work
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.workspace.site import LEAVE, Seen, Site, Workspaces, leave
from orchtui.engine.workspace.staged_site import TAKE_OVER, StagedSite

FIRST_TOKEN = 300.0
"""Seconds for the first piece of an answer, where nobody says otherwise and the backend streams."""

_LEAVE_WHEN_CANCELLED = 0.15
"""Seconds to look at what a cancelled attempt did to files before it is told as cancelled; what
takes longer is told later."""

Ended = Callable[[Work, Stop | None], None]
"""Told when an attempt has ended, and why it failed."""


class Supervisor:
    """Runs the attempts of one session.

    Args:
        backends: By name.
        workspaces: Where the attempts work; closed with the supervisor.
        say: Tells what happens.
        questions: Where a running task may ask a person.
        work: The notes on all tasks, by id.
        systems: Specialists' own instructions, by name.
        redactor: Hides secrets in what comes in.
    """

    def __init__(
        self,
        backends: Mapping[str, base.Backend],
        workspaces: Workspaces,
        say: Announcer,
        questions: Questions,
        work: Mapping[str, Work],
        systems: Mapping[str, str],
        redactor: Redactor = NOTHING,
    ) -> None:
        self._backends = backends
        self._run_programs = frozenset(
            name for name, backend in backends.items() if isinstance(backend, base.RunsPrograms)
        )
        self._workspaces = workspaces
        self._say = say
        self._questions = questions
        self._work = work
        self._systems = systems
        self._redactor = redactor
        self._joiner = Joiner(say.text)
        self._attempts: set[asyncio.Task[None]] = set()
        self.crash: BaseException | None = None
        """What went wrong here: a bug."""

    @property
    def busy(self) -> bool:
        """Whether any attempt goes on, or is being left behind."""
        return bool(self._attempts)

    def start(
        self,
        work: Work,
        *,
        begun: Callable[[], None],
        server: Callable[[base.Quota | base.Throttled], None],
        used: Callable[[], None],
        ended: Ended,
        gone: Callable[[], None],
    ) -> None:
        """Begin an attempt.

        Args:
            work: The task.
            begun: Told at the first sign of life.
            server: Told what the server says of its limits.
            used: Told when the backend said what was used so far.
            ended: Told when it is over.
            gone: Told when nothing is left of it.
        """
        loop = asyncio.get_running_loop()
        work.stop = loop.create_future()
        work.intake = Intake(
            notice=lambda: self._joiner.notice(work),
            notice_tool=lambda tool: self._tool(work, tool),
            notice_begun=begun,
            notice_server=server,
            notice_usage=used,
            notice_awaited=lambda waited: self._say.awaited(work, waited),
            notice_worker=lambda worker: self._say.placed(work, worker),
            cleaner=self._redactor.cleaner(),
        )
        before, work.leaving = work.leaving, loop.create_future()
        attempt = asyncio.create_task(
            self._supervise(work, before, ended), name=f"attempt {work.task.id}"
        )
        self._attempts.add(attempt)
        attempt.add_done_callback(lambda done: self._supervised(done, gone))

    async def close(self) -> None:
        """End all attempts, without a word. Waits at most a moment for stubborn backends."""
        for work in self._work.values():
            if work.stop is not None and not work.stop.done():
                work.stop.set_result(Cancel("closed"))
        if self._attempts:
            await asyncio.wait(self._attempts, timeout=3.0)
        with contextlib.suppress(TimeoutError):  # a disk that does not answer must not hold us
            async with asyncio.timeout(LEAVE):
                await self._workspaces.close()

    def _supervised(self, attempt: "asyncio.Task[None]", gone: Callable[[], None]) -> None:
        self._attempts.discard(attempt)
        if not attempt.cancelled() and (error := attempt.exception()) is not None:
            self.crash = error
        gone()

    async def _supervise(
        self, work: Work, before: "asyncio.Future[object] | None", ended: Ended
    ) -> None:
        task, loop, intake, number = (
            work.task,
            asyncio.get_running_loop(),
            work.intake,
            work.attempt,
        )
        stop, left = work.stop, work.leaving
        assert intake is not None and stop is not None and left is not None
        site = self._workspaces.site(task, number, Witness(work, self._say, self._questions))
        began = loop.time()
        reader = asyncio.create_task(
            self._work_at(site, work, intake, before), name=f"read {task.id}"
        )
        try:
            error = await watch(reader, stop, intake, lambda: self._patience(work))
        finally:
            reader.cancel()
        ended_at = loop.time()
        work.spent += ended_at - began - intake.waiting.until(ended_at)
        self._joiner.flush(work, last=True)
        intake.closed = True
        if isinstance(site, StagedSite):
            site.does_not_come(intake.left)
            leaving = asyncio.ensure_future(leave(site, TAKE_OVER, needed=True))
        else:
            leaving = asyncio.ensure_future(leave(site))
        hurry = _LEAVE_WHEN_CANCELLED if isinstance(error, Cancel) else None
        await asyncio.wait((leaving,), timeout=hurry)
        if known := leaving.done():
            self._say_files(work, number, leaving)
            error = _with_files(error, leaving.result())
        work.usage, work.kept = intake.usage, max(work.kept, intake.length)
        work.program = intake.footprint.use if intake.footprint is not None else None
        if error is None:
            error = judge(
                intake, accept_truncated=task.accept_truncated, max_tokens=task.max_tokens
            )
        if error is not None and stop.done():
            error = stop.result()  # the wish came while the place was being left
        ended(work, error)
        if not known:
            await leaving
            self._say_files(work, number, leaving)
        left.set_result(None)

    async def _work_at(
        self, site: Site, work: Work, intake: Intake, before: "asyncio.Future[object] | None"
    ) -> None:
        if before is not None:
            await before  # the place of the attempt before must not be in this one's way
        await site.open()
        backend = self._backends[work.task.backend]
        given = self._assignment(work, site.folder, carried=isinstance(site, StagedSite))
        if work.task.backend not in self._run_programs:
            await read(backend, given, site.toolbox, intake)
            return
        intake.footprint = Footprint()
        with taken_by(intake.footprint):
            await read(backend, given, site.toolbox, intake)

    def _patience(self, work: Work) -> Patience:
        task, streams = work.task, self._backends[work.task.backend].idle_timeout
        idle = streams if task.idle_timeout is None else task.idle_timeout
        first = task.first_token_timeout
        if first is None and streams is not None:
            first = FIRST_TOKEN
        return Patience(
            left=task.timeout - work.spent,
            limit=task.timeout,
            idle=idle,
            connect=task.connect_timeout,
            first_token=first,
        )

    def _assignment(self, work: Work, folder: str, *, carried: bool) -> base.Assignment:
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
            carried=carried,
        )

    def _tool(self, work: Work, tool: base.ToolCalled | base.ToolReturned) -> None:
        self._joiner.flush(work)
        self._say.tool(work, tool)

    def _say_files(self, work: Work, attempt: int, leaving: "asyncio.Future[Seen | None]") -> None:
        if (seen := leaving.result()) is not None:
            self._say.files(work, seen, attempt)


def _with_files(error: Stop | None, seen: Seen | None) -> Stop | None:
    """Why an attempt has failed, with what is known of its files."""
    if seen is None:
        return error
    if error is None and seen.failure:
        return BackendError("command", seen.failure)
    if isinstance(error, BackendError) and error.kind == "command" and seen.hint:
        return BackendError(
            error.kind,
            f"{error.message}; {seen.hint}",
            retryable=error.retryable,
            retry_after=error.retry_after,
            throttled=error.throttled,
        )
    return error
