"""Subject: a run as it stands in the moment in which it is exported.

A live run is shown up to now, an interrupted one up to when it was last heard of.
What is said of it in more than one form of export is said here, as plain words.
This module never writes a file.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from orchtui.engine.run_folders import summary
from orchtui.engine.runs import outcome_words, rehearsed, verdict
from orchtui.engine.runs.files_told import BROKEN_PROMISE
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.telling import joined_told
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.engine.timing.time_report import time_report

SECRETS = (
    "Values of secret variables were replaced by *** when the run was written; "
    "everything else that was asked and answered is in it."
)
"""What every export says of itself."""


class Figure(NamedTuple):
    """One figure of a run."""

    name: str
    value: str


class Note(NamedTuple):
    """What has to be known before anything of a run is believed."""

    badge: str
    words: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is exported."""

    run: Run
    folder: Path
    """The run's."""
    standing: summary.SummaryVerdict
    """The verdict; of a run that has none, RUNNING or INTERRUPTED."""
    now: float
    """Up to when it is told; seconds since 1970."""
    damage: str = ""
    """Why its journal could be read no further; empty where it was read to its end."""

    @classmethod
    def of(cls, run: Run, folder: Path, at: float | None = None, damage: str = "") -> "Subject":
        """A run that was read from its journal. Looks whether somebody writes it: blocks.

        Args:
            run: As the journal tells it.
            folder: The run's.
            at: Seconds since 1970; now where nothing is given.
            damage: Why the journal could be read no further.
        """
        standing = summary.of_opened(run, folder).verdict
        live = standing == "RUNNING"
        now = max(run.at, at or time.time()) if live else run.at
        return cls(run, folder, standing, now, damage)

    @property
    def live(self) -> bool:
        """Whether somebody is still writing it."""
        return self.standing == "RUNNING"

    @property
    def title(self) -> str:
        """What to call it."""
        return " ".join(self.run.plan.title.split()) or self.run.id

    @property
    def every_task(self) -> list[TaskRun]:
        """The tasks in the plan's order, and the synthesis where there is one."""
        return [*self.run.tasks.values(), *([self.run.aggregate] if self.run.aggregate else [])]

    def unfinished(self) -> str:
        """That it is not all of it, as a sentence; nothing for a run that ended and is whole."""
        if self.damage:
            return f"Its journal can be read only in part: {self.damage.rstrip('.')}."
        if self.live:
            return "The run was still going on when this was exported: it tells what had happened."
        if self.standing == "INTERRUPTED":
            return "The run was interrupted: it tells what had happened until then."
        return ""

    def outcome(self) -> str:
        """`2 of 3 tasks completed, 1 failed`."""
        count = verdict.census(self.run)
        return ", ".join([outcome_words.done(count), *outcome_words.others(count)])

    def figures(self) -> list[Figure]:
        """What is counted and measured, the most telling first; only what there is."""
        run, count = self.run, verdict.census(self.run)
        found = [Figure("Tasks", f"{count.completed} of {count.total} completed")]
        found.append(Figure("Time", show_duration(verdict.makespan(run, self.now))))
        if run.finished is not None:
            found.append(Figure("One after the other", show_duration(verdict.sequential(run))))
        if run.finished is not None and (speedup := verdict.speedup(run)) is not None:
            found.append(Figure("Speed-up", f"{speedup:.2f}×"))
        found += self._timing()
        if (slowest := verdict.bottleneck(run)) is not None:
            took = slowest.seconds_of_all(self.now)
            found.append(Figure("Slowest", f"{slowest.task.label} ({show_duration(took)})"))
        if (usage := run.usage).total:
            cached = f", {usage.cache_read:,} from the cache" if usage.cache_read else ""
            tokens = f"{usage.input:,} in, {usage.output:,} out{cached}"
            found.append(Figure("Tokens", tokens))
        if verdict.cost_words(run):
            found.append(Figure("Cost", str(verdict.cost(run))))
        if backends := ", ".join(run.schedule.backends):
            found.append(Figure("Backends", backends))
        if len(run.sessions) > 1:
            found.append(Figure("Sessions", str(len(run.sessions))))
        if run.parent:
            found.append(Figure("Takes over from", f"run {run.parent}"))
        return found

    def _timing(self) -> Iterator[Figure]:
        """What the order allowed, and what was waited for."""
        report = time_report(self.run, self.now)
        if report.speedup is not None:
            yield Figure("Critical path", show_duration(report.critical_path_s))
        waits = {
            "Waited for a slot": report.totals.slots_s,
            "Waited for servers": report.totals.servers_s,
            "Made again": report.totals.retries_s,
        }
        for name, seconds in waits.items():
            if seconds >= 1:
                yield Figure(name, f"{show_duration(seconds)}, all tasks together")

    def notes(self) -> Iterator[Note]:
        """Rehearsals, races, models too small to rely on, and whatever else takes trust away."""
        run = self.run
        if badge := rehearsed.badge(run):
            yield Note(badge, rehearsed.words(run))
        if words := self.unfinished():
            yield Note("DAMAGED" if self.damage else self.standing, words)
        if run.races:
            races = f"{len(run.races)} races" if len(run.races) > 1 else "1 race"
            yield Note("RACE", f"{BROKEN_PROMISE}: {races}.")
        if small := outcome_words.small_model(run):
            yield Note("SMALL MODEL", small)
        if unknown := sorted({task.task.specialist for task in _without_file(run)}):
            names = ", ".join(unknown)
            words = f"there is none for {names}: no instructions of their own"
            yield Note("NO AGENT FILE", f"{words}.")
        if run.aggregated is not None and run.aggregated.fallback is not None:
            yield Note("NO SYNTHESIS", f"{run.aggregated.fallback.rstrip('.')}.")
        yield from _of_joining(run)


def _of_joining(run: Run) -> Iterator[Note]:
    """What takes trust away from how the results were joined."""
    if reduced := joined_told.reduced_line(run):
        yield Note("REDUCED", f"{reduced[:1].upper()}{reduced[1:]}")
    if run.aggregated is None:
        return
    for problem in run.aggregated.problems:
        yield Note("NOTE", f"{clean_line(problem)}.")
    for odds in run.aggregated.seen.contradictions:
        quotes = " and ".join(f"“{clean_line(quote)}”" for quote in odds.quotes)
        yield Note(
            "POSSIBLE CONTRADICTION", f"{quotes} ({clean_line(odds.why)}; a guess by rules)."
        )


def _without_file(run: Run) -> Iterator[TaskRun]:
    return (task for task in run.tasks.values() if task.task.unknown)
