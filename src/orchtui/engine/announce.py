"""What happens to a task, said as RunEvents.

Work is the executor's own notes on one task; Announcer turns each change of it
into the event that tells the world. This module never decides what happens.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from orchtui.engine import events as ev
from orchtui.engine.attempt import Intake, Stop
from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError
from orchtui.engine.run import LIVE, Status
from orchtui.engine.schedule import ScheduledTask
from orchtui.engine.stamp import Stamp
from orchtui.engine.text import clean, clean_line
from orchtui.engine.workspace.site import Race, Seen

_OUTCOME: dict[Status, str] = {
    "failed": "failed",
    "cancelled": "was cancelled",
    "skipped": "was skipped",
}
_TOOL_TEXT = 4000
"""Characters of a tool's arguments or answer that an event keeps."""


@dataclass(slots=True)
class Work:
    """The executor's notes on one task."""

    task: ScheduledTask
    status: Status = "waiting"
    needs: set[str] = field(default_factory=set)
    """Ids of predecessors that have not completed."""
    held: set[str] = field(default_factory=set)
    """Ids of tasks that must not run at once with this one and that it lets go first."""
    attempt: int = 0
    failures: int = 0
    """Failed attempts since the task was first queued, or asked for again."""
    spent: float = 0.0
    """Seconds that count against the timeout so far."""
    pieces: list[str] = field(default_factory=list)
    """The cleaned text of the current attempt."""
    result: str = ""
    """The whole text, once completed."""
    kept: int = 0
    """Characters of the longest attempt."""
    usage: ev.Usage = ev.Usage()
    """Of the current attempt, once it has ended."""
    intake: Intake | None = None
    stop: "asyncio.Future[Stop] | None" = None
    """Ends the current attempt."""
    timer: asyncio.TimerHandle | None = None
    """Begins the next attempt."""

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE

    @property
    def ready(self) -> bool:
        """Whether it has not begun and nothing holds it up."""
        return self.status == "waiting" and not self.needs and not self.held

    @property
    def model(self) -> str | None:
        """The model that really answers, where the backend has said it."""
        model = self.intake.model if self.intake is not None else None
        return clean_line(model) if model else None

    @property
    def output(self) -> str:
        """Its file in the run folder; none before the first attempt."""
        return ev.output_file(self.task.position) if self.attempt else ""


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

    def refused(self, work: Work, path: str, why: str) -> None:
        self._tell(ev.WriteRefused, work, path=path, why=why)

    def files(self, work: Work, seen: Seen) -> None:
        self._tell(
            ev.FilesSeen,
            work,
            sight=seen.sight,
            read=seen.read,
            written=seen.written,
            note=seen.note,
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
        )

    def retrying(self, work: Work, error: BackendError, pause: float) -> None:
        self._tell(
            ev.TaskRetrying,
            work,
            error=error.kind,
            why=clean_line(error.message),
            wait_s=round(pause, 3),
            usage=work.usage,
            model=work.model,
        )

    def failed(self, work: Work, error: BackendError) -> None:
        message = clean_line(error.message, 2000)
        self._tell(ev.TaskFailed, work, error=error.kind, message=message, **_left(work))

    def cancelled(self, work: Work, why: str) -> None:
        self._tell(ev.TaskCancelled, work, why=why, **_left(work))

    def skipped(self, work: Work, lost: Work) -> None:
        why = f"it needs '{lost.task.id}', which {_OUTCOME[lost.status]}"
        self._tell(ev.TaskSkipped, work, why=why)

    def steered(
        self, action: Literal["cancel", "cancel_run", "retry"], task_id: str | None = None
    ) -> None:
        self._emit(self._stamp(ev.Steered, action=action, task=task_id))

    def _tell(self, kind: type[ev.AnyTaskEvent], work: Work, **fields: object) -> None:
        self._emit(self._stamp(kind, task=work.task.id, attempt=work.attempt, **fields))


def _left(work: Work) -> dict[str, object]:
    """What a task leaves that did not complete."""
    return {
        "kept": work.kept,
        "output": work.output,
        "usage": work.usage,
        "model": work.model,
    }
