"""Work: what the executor notes about one task of a run.

This module never decides what happens.
"""

import asyncio
from dataclasses import dataclass, field

from orchtui.engine.backends.process_table import Looked, added
from orchtui.engine.execution.attempt import Intake, Stop
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import LIVE, Status
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.text import clean_line


@dataclass(slots=True, eq=False)
class Work:
    """The executor's notes on one task."""

    task: ScheduledTask
    """Exchanged when a person gives the task other limits while it is under way."""
    status: Status = "waiting"
    needs: set[str] = field(default_factory=set)
    """Ids of predecessors that have not completed."""
    held: set[str] = field(default_factory=set)
    """Ids of tasks that must not run at once with this one and that it lets go first."""
    attempt: int = 0
    failures: int = 0
    """Failed attempts since the task was first queued, or asked for again. Attempts that were
    told to slow down are none."""
    throttles: int = 0
    """Attempts in a row that were told to slow down."""
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
    program: ev.ProgramUse | None = None
    """What the program of the current attempt used, once that has ended."""
    intake: Intake | None = None
    stop: "asyncio.Future[Stop] | None" = None
    """Ends the current attempt."""
    leaving: "asyncio.Future[object] | None" = None
    """Done when the place of the latest attempt is left."""
    since: float = 0.0
    """The loop's time when the current attempt began."""
    wanted: bool = False
    """Whether a person asked for it again: then it is not left out for want of time or money."""
    pauses_since: float | None = None
    """The loop's time since which it pauses before its next attempt."""
    hedged: bool = False
    """Whether it got a second attempt beside the first: it gets no other one."""
    numbered: int = 0
    """The number of that one."""
    beside: "Work | None" = None
    """The notes on that second attempt, while it goes on; they stand on no board."""
    timer: asyncio.TimerHandle | None = None
    """Ends that pause."""

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE

    @property
    def ready(self) -> bool:
        """Whether it has not begun and nothing holds it up."""
        return self.status == "waiting" and not self.needs and not self.held

    @property
    def is_whole(self) -> bool:
        """Whether the answer of its attempt has come to its end already."""
        return self.intake is not None and self.intake.stop_reason is not None

    @property
    def last_number(self) -> int:
        """Of the attempt that was begun last, also beside another one."""
        return max(self.attempt, self.numbered)

    @property
    def model(self) -> str | None:
        """The model that really answers, where the backend has said it."""
        model = self.intake.model if self.intake is not None else None
        return clean_line(model) if model else None

    @property
    def programs(self) -> Looked | None:
        """What the programs of its attempts have now, as far as they were looked at."""
        intakes = (one.intake for one in (self, self.beside) if one is not None)
        found = [one.footprint for one in intakes if one is not None and one.footprint is not None]
        seen = [one.now for one in found if one.now is not None]
        return added(seen) if seen else None

    @property
    def worker(self) -> str | None:
        """The worker of a cluster that its attempt runs on."""
        worker = self.intake.worker if self.intake is not None else None
        return clean_line(worker, 100) if worker else None

    @property
    def output(self) -> str:
        """Its file in the run folder; none before the first attempt."""
        return ev.output_file(self.task.position) if self.attempt else ""

    def let_timer_go(self) -> None:
        """Nothing happens to it by itself any more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
