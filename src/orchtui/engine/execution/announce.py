"""What happens to a task, said as RunEvents.

Announcer turns each change of the executor's notes on a task into the event
that tells the world. This module never decides what happens.
"""

from collections.abc import Callable

from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.addition import Addition
from orchtui.engine.execution.budget import Reached
from orchtui.engine.execution.limiter import Change
from orchtui.engine.execution.shedding import Shed
from orchtui.engine.execution.work import Work
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.hedge_events import HedgeEnd
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs.run import Status
from orchtui.engine.text import clean, clean_line
from orchtui.engine.workspace.site import Race, Refusable, Seen

_OUTCOME: dict[Status, str] = {
    "failed": "failed",
    "cancelled": "was cancelled",
    "skipped": "was skipped",
}
_Kind = type[ev.AnyTaskEvent] | type[ev.TaskHedged] | type[ev.HedgeEnded]
_TOOL_TEXT = 4000
"""Characters of a tool's arguments or answer that an event keeps."""


class Announcer:
    """Makes events.

    Args:
        stamp: Numbers them.
        emit: Takes them.
    """

    def __init__(self, stamp: Stamp, emit: Callable[[ev.RunEvent], None]) -> None:
        self._stamp = stamp
        self._emit = emit

    def queued(self, work: Work) -> None:
        self._tell(ev.TaskQueued, work)

    def started(self, work: Work) -> None:
        task = work.task
        self._tell(
            ev.TaskStarted,
            work,
            specialist=task.specialist,
            instance=task.instance,
            backend=task.backend,
            model=task.model,
        )

    def hedged(self, second: Work, after: float, usual: float) -> None:
        """A second attempt begins beside the first, which has been running for so long."""
        task = second.task
        self._tell(
            ev.TaskHedged,
            second,
            specialist=task.specialist,
            instance=task.instance,
            backend=task.backend,
            model=task.model,
            after_s=round(after, 3),
            usual_s=round(usual, 3),
        )

    def hedge_ended(
        self, second: Work, how: HedgeEnd, why: str, error: BackendError | None = None
    ) -> None:
        intake = second.intake
        spent: dict[str, object] = {} if how == "won" else {"usage": second.usage}
        self._tell(
            ev.HedgeEnded,
            second,
            how=how,
            why=clean_line(why),
            error=None if error is None else error.kind,
            model=second.model,
            worker=second.worker,
            length=intake.length if intake is not None else 0,
            **spent,
            **({} if how == "won" else _of_program(second)),
        )

    def awaited(self, work: Work, waited: float) -> None:
        """It waits for a worker of a cluster, and has for so many seconds."""
        self._tell(ev.WorkerAwaited, work, waited_s=round(waited, 3))

    def placed(self, work: Work, worker: str) -> None:
        self._tell(ev.TaskPlaced, work, worker=clean_line(worker, 100))

    def text(self, work: Work, text: str) -> None:
        self._tell(ev.TextDelta, work, text=text)

    def tool(self, work: Work, tool: base.ToolCalled | base.ToolReturned) -> None:
        if isinstance(tool, base.ToolCalled):
            self._tell(
                ev.ToolCalled,
                work,
                call=clean_line(tool.call),
                name=clean_line(tool.name),
                arguments=clean(tool.arguments[:_TOOL_TEXT]),
            )
        else:
            self._tell(
                ev.ToolReturned,
                work,
                call=clean_line(tool.call),
                ok=tool.ok,
                text=clean(tool.text[:_TOOL_TEXT]),
            )

    def refused(self, work: Work, path: str, why: str, access: Refusable) -> None:
        if access == "write":
            self._tell(ev.WriteRefused, work, path=path, why=why)
        else:
            self._tell(ev.AccessRefused, work, access=access, path=path, why=why)

    def files(self, work: Work, seen: Seen, attempt: int) -> None:
        """What an attempt did to files; it may be known only after its end."""
        self._emit(
            self._stamp(
                ev.FilesSeen,
                task=work.task.id,
                attempt=attempt,
                sight=seen.sight,
                read=seen.read,
                written=seen.written,
                note=seen.note,
            )
        )

    def race(self, race: Race) -> None:
        self._emit(
            self._stamp(
                ev.RaceDetected,
                task=race.task,
                attempt=race.attempt,
                path=race.path,
                access=race.access,
                when=ev.iso(race.when),
                other=race.other,
                other_access=race.other_access,
                other_when=ev.iso(race.other_when),
            )
        )

    def asked(self, work: Work, question: str, what: str) -> None:
        self._tell(ev.PermissionAsked, work, question=question, what=what)

    def answered(self, work: Work, question: str, allowed: bool, why: str) -> None:
        self._tell(ev.PermissionAnswered, work, question=question, allowed=allowed, why=why)

    def completed(self, work: Work) -> None:
        assert work.intake is not None
        self._tell(
            ev.TaskCompleted,
            work,
            usage=work.usage,
            output=work.output,
            stop_reason=clean_line(work.intake.stop_reason or ""),
            model=work.model,
            **_of_program(work),
            worker=work.worker,
        )

    def retrying(
        self, work: Work, error: BackendError, pause: float, *, overtaken: bool = False
    ) -> None:
        self._tell(
            ev.TaskRetrying,
            work,
            error=error.kind,
            why=clean_line(error.message),
            wait_s=round(pause, 3),
            throttled=error.throttled,
            overtaken=overtaken,
            usage=work.usage,
            model=work.model,
            **_of_program(work),
            worker=work.worker,
        )

    def failed(self, work: Work, error: BackendError) -> None:
        message = clean_line(error.message, 2000)
        self._tell(ev.TaskFailed, work, error=error.kind, message=message, **_left(work))

    def cancelled(self, work: Work, why: str) -> None:
        self._tell(ev.TaskCancelled, work, why=why, **_left(work))

    def skipped(self, work: Work, lost: Work) -> None:
        why = f"it needs '{lost.task.id}', which {_OUTCOME[lost.status]}"
        self._tell(ev.TaskSkipped, work, why=why)

    def left_out(self, work: Work, shed: Shed) -> None:
        self._tell(ev.TaskSkipped, work, why=shed.why, short=shed.short)

    def steered(
        self, action: ev.SteerAction, task_id: str | None = None, value: str | None = None
    ) -> None:
        self._emit(self._stamp(ev.Steered, action=action, task=task_id, value=value))

    def added(self, more: Addition) -> None:
        self._emit(
            self._stamp(
                ev.TaskAdded,
                scheduled=more.scheduled,
                planned=more.planned,
                staged=more.staged,
                fingerprint=more.fingerprint,
            )
        )

    def limit(self, backend: str, change: Change, why: str, *, machine: bool = False) -> None:
        self._emit(
            self._stamp(
                ev.LimitChanged,
                backend=backend,
                concurrency=change.concurrency,
                rate=None if change.rate is None else round(change.rate, 3),
                hold_s=round(change.hold, 3),
                lower=change.lower,
                why=clean_line(why),
                machine=machine,
            )
        )

    def budget(self, reached: Reached) -> None:
        budget, used, limit = reached
        self._emit(self._stamp(ev.BudgetWarning, budget=budget, used=used, limit=limit))

    def _tell(self, kind: _Kind, work: Work, **fields: object) -> None:
        self._emit(self._stamp(kind, task=work.task.id, attempt=work.attempt, **fields))


def _left(work: Work) -> dict[str, object]:
    """What a task leaves that did not complete."""
    return {
        "kept": work.kept,
        "output": work.output,
        "usage": work.usage,
        "model": work.model,
        **_of_program(work),
        "worker": work.worker,
    }


def _of_program(work: Work) -> dict[str, ev.ProgramUse]:
    return {} if work.program is None else {"program": work.program}
