"""The bar below the panes: who works, how much is going on, and how it ended.

It is told everything, and leaves away what does not fit, the least important
first, and of equals the longest. This module never measures anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from orchtui.engine.run_events.events import Census, Verdict
from orchtui.engine.runs.outcome_words import others
from orchtui.engine.runs.rehearsed import badge
from orchtui.engine.runs.run import Run
from orchtui.engine.runs.verdict import (
    WORTH_TELLING,
    census,
    makespan,
    refusals,
    speedup,
    speedup_so_far,
    verdict,
)
from orchtui.engine.telling.program_told import now_words
from orchtui.engine.telling.steering_told import slowed
from orchtui.engine.text import clean_line
from orchtui.ui.bars.remaining import Remaining
from orchtui.ui.bars.token_rate import Rate
from orchtui.ui.keys.hints import hint
from orchtui.ui.looks import looks
from orchtui.ui.notices import storage_notice

if TYPE_CHECKING:
    from orchtui.engine.backends.process_table import Looked

_NAMED = 3
"""Backends that are named."""

Part = tuple[int, Content]
"""Words, and how soon they go when there is no room; 0 stays."""

_BADGES: dict[Verdict, str] = {
    "COMPLETED": "b $background on $success",
    "PARTIAL": "b $background on $warning",
    "FAILED": "b $background on $error",
    "CANCELLED": "b $background on $warning",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bar shows."""

    workers: tuple[str, ...] = ()
    """The backends that a new run of the plan would use; none when nobody chose."""
    cluster: str = ""
    """Where the attempts of runs run that are started here; empty for here."""
    memory: int | None = None
    """Bytes of this program and the programs it started."""
    programs: "Looked | None" = None
    """What the programs of the run that goes on have together; told where their limit is."""
    run: Run | None = None
    """The run that is shown."""
    live: Run | None = None
    """The run that is going on, if it is another one."""
    is_live: bool = False
    """Whether the shown run is going on."""
    is_watched: bool = False
    """Whether another process is writing it."""
    is_replay: bool = False
    """Whether it is shown as it stood at an earlier moment."""
    writing: str = ""
    """What of its files is being written that takes long."""
    now: float = 0.0
    """Seconds since 1970."""
    before: Mapping[str, float] = field(default_factory=dict)
    """How long the shown run's tasks took in earlier runs, by id."""


class RunBar(Static):
    """One line."""

    def __init__(self) -> None:
        super().__init__("", id="run-bar", markup=False)
        self._rate = Rate()
        self._remaining = Remaining()

    def show(self, facts: Facts) -> None:
        """Show these facts."""
        if facts.run is not None:
            self._rate.see(facts.now, facts.run.characters)
        parts = [part for part in self._parts(facts) if part[1].plain]
        self.update(_line(_fitting(parts, self.content_region.width)), layout=False)

    def _parts(self, facts: Facts) -> list[Part]:
        run = facts.run
        parts = state_of(facts)
        slow: list[Part] = []
        if run is not None and facts.is_live:
            parts += self._progress(run, facts)
            slow = [(2, Content.styled(words, "$text-warning")) for words in _slowed(run)]
            if facts.programs is not None and _limited(run):
                slow.append((3, Content(f"programs {now_words(facts.programs)}")))
            parts += slow
            parts.append((5, Content(f"~{looks.count(self._rate.tokens)} tok/s")))
        elif run is not None and (used := looks.tokens(run.usage)):
            parts.append((6, Content(used)))
        if run is not None and run.finished is not None:
            faster = speedup(run)
            if faster is not None and faster >= WORTH_TELLING:
                parts.append((5, Content(f"{faster:.1f}x faster")))
        if run is not None and (spent := looks.spent(run)):
            parts.append((4, Content(spent)))
        if facts.live is not None:
            going = len(facts.live.with_status("running"))
            words = f"● your run goes on: {going} running, esc goes there"
            parts.append((2, Content.styled(words, "$accent")))
        if facts.memory is not None:
            memory = f"{facts.memory / 1_048_576:.0f} MB"
            parts.append((7, Content.styled(memory, "$foreground-muted")))
        # Who works, and how to have it otherwise, go last of all.
        working = run.schedule.backends if run is not None and facts.is_live else ()
        names = working or facts.workers
        shown = ", ".join(names[:_NAMED]) + (f" +{len(names) - _NAMED}" if names[_NAMED:] else "")
        if facts.cluster and not (facts.is_watched or facts.is_replay):
            shown = f"{shown or 'no backend chosen'} on {clean_line(facts.cluster, 60)}"
        # Who slows the run down is named already.
        parts.append((4 if slow else 1, Content.styled(shown or "no backend chosen", "b")))
        if not working:
            parts.append(
                (
                    6,
                    Content.styled(
                        f"{hint(self, 'app.backend-letter')} changes it", "$foreground-muted"
                    ),
                )
            )
        if "local" in names:
            parts.append((8, Content.styled("tiny model, to try things out", "$text-warning")))
        return parts

    def _progress(self, run: Run, facts: Facts) -> list[Part]:
        """How far a run has come that goes on, and how fast."""
        done, running = len(run.with_status("completed")), len(run.with_status("running"))
        parts: list[Part] = [(1, Content(f"{done}/{len(run.tasks)} done"))]
        if facts.writing:
            parts.insert(0, (0, Content.styled(facts.writing, "b")))
        else:
            parts.append((2, Content(f"{running} of {run.concurrency} at once")))
        left = None
        if not facts.is_replay:  # there the scrubber says when it ends
            left = self._remaining.seconds(run, facts.now, facts.before)
        if left is not None and left >= 1:
            parts.append((3, Content(f"~{looks.clock(left)} left")))
        faster = speedup_so_far(run, facts.now)
        if faster is not None and faster >= WORTH_TELLING:
            parts.append((5, Content.styled(f"{faster:.1f}x faster", "$text-success")))
        return parts


def state_of(facts: Facts) -> list[Part]:
    """What becomes of the run that is shown, or has become of it."""
    run = facts.run
    if run is None:
        return [(0, Content.styled(" READY ", "b $foreground-muted on $panel"))]
    parts: list[Part] = []
    if facts.is_replay:
        parts.append((0, Content.styled(" REPLAY ", "b $background on $warning")))
    if told := badge(run):
        parts.append((0, Content.styled(f" {told} ", "b $background on $warning")))
    if facts.is_live and facts.is_replay:  # nothing runs: no badge is to say so
        parts.append((1, Content.styled("paused" if run.paused else "running", "$accent")))
    elif facts.is_live and run.paused:
        parts.append((0, Content.styled(" PAUSED ", _BADGES["PARTIAL"])))
    elif facts.is_live:
        parts.append((0, Content.styled(" RUNNING ", "b $background on $accent")))
        if facts.is_watched:
            parts.append((3, Content.styled("only watched", "$accent")))
    elif run.finished is None:
        parts.append((0, Content.styled(" INTERRUPTED ", _BADGES["PARTIAL"])))
    else:
        word = verdict(run)
        text = f" {looks.VERDICT_SIGNS[word]} {word} "
        parts.append((0, Content.styled(text, _BADGES[word])))
        parts.append((2, Content(outcome(census(run)))))
    if races := looks.races(len(run.races)):
        parts.append((0, Content.styled(f" {races} ", _BADGES["FAILED"])))
    unsaved = storage_notice.mark(run, is_live=facts.is_live)
    if unsaved is not None and not facts.is_replay:
        parts.append((0, unsaved))
    asking = [task for task in run.tasks.values() if task.question is not None]
    if asking and facts.is_live:
        words = f" {looks.ASKS} {len(asking)} asking "
        parts.append((1, Content.styled(words, _BADGES["PARTIAL"])))
    if refused := refusals(run):
        words = f"{looks.REFUSED} {refused} refused"
        parts.append((4, Content.styled(words, "$text-warning")))
    parts.append((3, Content(looks.clock(makespan(run, facts.now)))))
    return parts


def _slowed(run: Run) -> list[str]:
    """Which servers are asked less than the run would: `anthropic slowed to 3 at once, 1.2/s`."""
    told = {name: slowed(limit, run.at) for name, limit in run.server_limits.items()}
    return [f"{clean_line(name)} {words}" for name, words in told.items() if words]


def _limited(run: Run) -> bool:
    """Whether this machine has room for less than the run would start."""
    return any(one.machine and one.concurrency is not None for one in run.server_limits.values())


def _fitting(parts: list[Part], width: int) -> list[Part]:
    """As many as there is room for: the most important first, and of equals the shortest.

    What is too long does not take the room of what is shorter, unless that is far less important.
    """
    kept: list[Part] = []
    lost = 99
    for part in sorted(parts, key=lambda part: (part[0], part[1].cell_length)):
        if part[0] > lost + 1:
            break
        if not kept or _line([*kept, part]).cell_length <= width:
            kept.append(part)
        else:
            lost = min(lost, part[0])
    return [part for part in parts if part in kept]


def _line(parts: list[Part]) -> Content:
    return Content("  ").join(content for _, content in parts)


def outcome(count: Census) -> str:
    """`2 of 3 completed, 1 failed`: what the badge leaves room for."""
    return ", ".join([f"{count.completed} of {count.total} completed", *others(count)])
