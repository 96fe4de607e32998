"""What earlier runs used, by specialist and model: the ground of an estimate.

Every run leaves its figures in its summary, so that nobody has to read a
journal for them; only the newest summaries are looked at. A task counts with
all its attempts, and only when it completed. This module never estimates.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.runs.costs import Cost
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.prices import undated

LOOKED_AT = 50
"""Runs, the newest ones, whose figures count."""


class Worked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the completed tasks of one kind used in one run, all together."""

    specialist: str
    backend: str
    asked: str | None = None
    """The model's name as the run asked for it."""
    model: str | None = None
    """The one that answered, where the backend said it."""
    tasks: int
    seconds: float
    usage: Usage
    cost_at_least: float = 0.0
    cost_at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Typical:
    """What one task of a kind used: the mean."""

    seen: int
    """Of so many tasks."""
    seconds: float
    usage: Usage
    cost: Cost


def of(run: Run) -> tuple[Worked, ...]:
    """The figures of a run as it stands."""
    kinds: dict[tuple[str, str, str | None, str | None], Worked] = {}
    done = run.with_status("completed")
    if run.aggregate is not None and run.aggregate.status == "completed":
        done.append(run.aggregate)
    for task in done:
        last, asked = task.attempts[-1], task.task.model
        if last.backend == "rehearsal" or task.reused is not None:
            continue  # no model was asked, or none in this run
        key = (task.task.specialist, last.backend, asked, last.model)
        before, cost = kinds.get(key), task.cost
        if before is not None:
            cost += Cost(before.cost_at_least, before.cost_at_most)
        seconds = task.seconds_of_all(run.at)
        kinds[key] = Worked(
            specialist=task.task.specialist,
            backend=last.backend,
            asked=asked,
            model=last.model,
            tasks=1 + (before.tasks if before else 0),
            seconds=round(seconds + (before.seconds if before else 0.0), 3),
            usage=task.usage + (before.usage if before else Usage()),
            cost_at_least=cost.least,
            cost_at_most=cost.most,
        )
    return tuple(kinds.values())


class _Part(msgspec.Struct):
    """What of a summary matters here."""

    work: tuple[Worked, ...] = ()


class PastWork:
    """The figures of earlier runs.

    Args:
        worked: Theirs, in any order.
    """

    def __init__(self, worked: Iterable[Worked] = ()) -> None:
        self._by_model: dict[tuple[str, str, str], list[Worked]] = defaultdict(list)
        self._by_word: dict[tuple[str, str, str | None], list[Worked]] = defaultdict(list)
        for one in worked:
            answered = undated(one.model or one.asked or "")
            self._by_model[one.specialist, one.backend, answered].append(one)
            self._by_word[one.specialist, one.backend, one.asked].append(one)

    def typical(
        self, specialist: str, backend: str, asked: str | None, model: str | None
    ) -> Typical | None:
        """What a task of this kind used; `None` where none has run.

        Args:
            specialist: Who does it.
            backend: How.
            asked: The model's name as the run asks for it.
            model: What the backend makes of that; the same word, or `None`, where only the backend
                knows.
        """
        found = self._by_model.get((specialist, backend, undated(model or "")), [])
        if not found and model in (None, asked):
            found = self._by_word.get((specialist, backend, asked), [])
        count = sum(one.tasks for one in found)
        if not count:
            return None
        usage = sum((one.usage for one in found), Usage())
        cost = sum((Cost(one.cost_at_least, one.cost_at_most) for one in found), Cost())
        return Typical(
            seen=count,
            seconds=sum(one.seconds for one in found) / count,
            usage=Usage(
                input=round(usage.input / count),
                output=round(usage.output / count),
                cache_read=round(usage.cache_read / count),
                cache_write=round(usage.cache_write / count),
                web_searches=round(usage.web_searches / count),
            ),
            cost=cost.times(1 / count),
        )


def load(runs: Path, file: str) -> PastWork:
    """The figures of the newest runs.

    Args:
        runs: The folder of the run folders.
        file: Name of the summary in each of them.
    """
    newest = sorted(runs.glob(f"*/{file}"), reverse=True)[:LOOKED_AT]
    return PastWork(one for path in newest for one in _read(path))


def _read(path: Path) -> tuple[Worked, ...]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Part).work
    except (OSError, ValueError):
        return ()  # a summary that can not be read says nothing
