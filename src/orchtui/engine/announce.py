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
        self._emit(self._stamp(ev.TaskQueued, task=work.task.id, attempt=work.attempt))

    def started(self, work: Work) -> None:
        task = work.task
        self._emit(
            self._stamp(
                ev.TaskStarted,
                task=task.id,
                attempt=work.attempt,
                specialist=task.specialist,
                instance=task.instance,
                backend=task.backend,
                model=task.model,
            )
        )

    def text(self, work: Work, text: str) -> None:
        self._emit(self._stamp(ev.TextDelta, task=work.task.id, attempt=work.attempt, text=text))

    def tool(self, work: Work, tool: base.ToolCalled | base.ToolReturned) -> None:
        if isinstance(tool, base.ToolCalled):
            event: ev.RunEvent = self._stamp(
                ev.ToolCalled,
                task=work.task.id,
                attempt=work.attempt,
                call=clean_line(tool.call),
                name=clean_line(tool.name),
                arguments=clean(tool.arguments[:_TOOL_TEXT]),
            )
        else:
            event = self._stamp(
                ev.ToolReturned,
                task=work.task.id,
                attempt=work.attempt,
                call=clean_line(tool.call),
                ok=tool.ok,
                text=clean(tool.text[:_TOOL_TEXT]),
            )
        self._emit(event)

    def refused(self, work: Work, path: str, why: str) -> None:
        self._emit(
            self._stamp(
                ev.WriteRefused, task=work.task.id, attempt=work.attempt, path=path, why=why
            )
        )

    def files(self, work: Work, seen: Seen) -> None:
        self._emit(
            self._stamp(
                ev.FilesSeen,
                task=work.task.id,
                attempt=work.attempt,
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
        self._emit(
            self._stamp(
                ev.PermissionAsked,
                task=work.task.id,
                attempt=work.attempt,
                question=question,
                what=what,
            )
        )

    def answered(self, work: Work, question: str, allowed: bool, why: str) -> None:
        self._emit(
            self._stamp(
                ev.PermissionAnswered,
                task=work.task.id,
                attempt=work.attempt,
                question=question,
                allowed=allowed,
                why=why,
            )
        )

    def completed(self, work: Work) -> None:
        assert work.intake is not None
        self._emit(
            self._stamp(
                ev.TaskCompleted,
                task=work.task.id,
                attempt=work.attempt,
                usage=work.usage,
                output=work.output,
                stop_reason=clean_line(work.intake.stop_reason or ""),
                model=work.model,
            )
        )

    def retrying(self, work: Work, error: BackendError, pause: float) -> None:
        self._emit(
            self._stamp(
                ev.TaskRetrying,
                task=work.task.id,
                attempt=work.attempt,
                error=error.kind,
                why=clean_line(error.message),
                wait_s=round(pause, 3),
                usage=work.usage,
                model=work.model,
            )
        )

    def failed(self, work: Work, error: BackendError) -> None:
        self._emit(
            self._stamp(
                ev.TaskFailed,
                task=work.task.id,
                attempt=work.attempt,
                error=error.kind,
                message=clean_line(error.message, 2000),
                kept=work.kept,
                output=work.output,
                usage=work.usage,
                model=work.model,
            )
        )

    def cancelled(self, work: Work, why: str) -> None:
        self._emit(
            self._stamp(
                ev.TaskCancelled,
                task=work.task.id,
                attempt=work.attempt,
                why=why,
                kept=work.kept,
                output=work.output,
                usage=work.usage,
                model=work.model,
            )
        )

    def skipped(self, work: Work, lost: Work) -> None:
        why = f"it needs '{lost.task.id}', which {_OUTCOME[lost.status]}"
        self._emit(self._stamp(ev.TaskSkipped, task=work.task.id, attempt=work.attempt, why=why))

    def steered(
        self, action: Literal["cancel", "cancel_run", "retry"], task_id: str | None = None
    ) -> None:
        self._emit(self._stamp(ev.Steered, action=action, task=task_id))
