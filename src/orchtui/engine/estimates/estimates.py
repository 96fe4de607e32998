"""Estimate: what a run will use, as far as that can be told before it starts.

Where the same specialist has worked with the same model before, a task is taken
to use what such tasks used; else only its prompt is known, and the most that it
may answer. Each figure keeps where it comes from, and what is not known is not
there. This module never asks, never limits anything and reads no file.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from orchtui.engine.estimates.paid import SPENDING_PROGRAMS
from orchtui.engine.estimates.past_work import PastWork, Typical
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.runs.costs import NOTHING, UNKNOWN, Cost, of_usage
from orchtui.engine.runs.run import aggregation_task
from orchtui.engine.scheduling.list_scheduling import span
from orchtui.engine.scheduling.prices import Prices, Resolve
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask, Worker
from orchtui.engine.text import clean_line
from orchtui.engine.texts import reduction

CHARACTERS_PER_TOKEN = 4
"""Of English prose. Other languages and code need more tokens for as many characters."""

Basis = Literal["past runs", "prompts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The paid tasks of a run whose figures have the same ground."""

    basis: Basis
    tasks: int
    seen: int = 0
    """Of how many past tasks the figures are the mean; 0 without any."""
    input_tokens: int
    """Cached ones included. By the prompts: characters / 4, without what is handed over and what
    tools answer."""
    output_tokens: int
    """As in past runs; by the prompts: the most in one attempt, without what programs do."""
    cost: Cost
    """By the prompts: of one request for each task, from an empty answer to the longest one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """How long a run takes."""

    seconds: float | None = None
    """`None` unless it is known of every task."""
    known: float = 0.0
    """Seconds of all tasks together of which it is known: one after the other they take as long."""
    past: int = 0
    """Tasks that take as long as such tasks took in past runs."""
    planned: int = 0
    """Tasks of which the plan says how long they take."""
    unknown: int = 0
    rehearsed: int = 0
    """Those of the unknown ones that no past run will ever tell: a rehearsal does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The results that a synthesis will be given, as tasks like theirs came to in earlier runs."""

    characters: int = 0
    """Of those of which something is known."""
    known: int = 0
    """How many these are."""
    unknown: int = 0
    parts: int = 0
    """In which they are likely to be reduced first; a request each. 0 where they can be read at
    once."""
    too_long: bool = False
    """Whether there would be more parts than are made: the results will be collected instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run uses, as far as that can be told."""

    tasks: int
    """All that run, the synthesis too, with the parts that results are likely to be reduced in."""
    paid: int
    """Those of them that cost money."""
    by_programs: int = 0
    """Those of the paid ones that an agent program does, which counts its requests itself."""
    models: tuple[tuple[str, int], ...] = ()
    """What the paid ones use, and how many tasks; the most used first."""
    parts: tuple[Part, ...] = ()
    joined: Joined | None = None
    """What the synthesis will be given; `None` where there is to be none."""
    time: Time = Time()
    prices_of: str = ""
    """The day of the list that prices come from."""
    price_files: tuple[str, ...] = ()

    @property
    def cost(self) -> Cost:
        """Of all parts."""
        return sum((part.cost for part in self.parts), NOTHING)

    @property
    def requests(self) -> int:
        """At least: one for each paid task; tools and further attempts need more."""
        return self.paid


def estimate(
    schedule: Schedule,
    systems: Mapping[str, str],
    *,
    spending: Collection[str],
    resolve: Resolve,
    past: PastWork,
    done: Collection[str] = (),
) -> Estimate:
    """What a schedule uses.

    Args:
        schedule: Of a new run, or of a past one that goes on.
        systems: Instructions by the specialist's name.
        spending: Backends that cost money.
        resolve: What a backend makes of a model's name.
        past: What earlier runs used.
        done: Ids of tasks that do not run again.
    """
    kinds: dict[Worker, Typical | None] = {}

    def look_up(tasks: Iterable[ScheduledTask]) -> None:
        for task in tasks:
            if (kind := task.worker) not in kinds:
                kinds[kind] = past.typical(*kind, resolve(task.backend, task.model))

    look_up(schedule.tasks)
    tasks = [task for task in schedule.tasks if task.id not in done]
    joined = _joined(schedule, kinds) if schedule.synthesizes else None
    given: dict[str, int] = {}
    if joined is not None:
        last, given = _joining(schedule, joined)
        look_up(last)
        tasks += last
    paid = [task for task in tasks if task.backend in spending]
    prices = schedule.prices or Prices()
    before = [task for task in paid if kinds[task.worker] is not None]
    models = Counter(_model(task.backend, task.model) for task in paid)
    return Estimate(
        tasks=len(tasks),
        paid=len(paid),
        by_programs=sum(task.backend in SPENDING_PROGRAMS for task in paid),
        models=tuple(models.most_common()),
        parts=(
            *_as_before(before, kinds, prices),
            *_by_prompts(
                [task for task in paid if kinds[task.worker] is None], systems, prices, given
            ),
        ),
        joined=joined,
        time=_time(schedule, tasks, kinds),
        prices_of=prices.date,
        price_files=prices.files,
    )


def _joined(schedule: Schedule, kinds: Mapping[Worker, Typical | None]) -> Joined:
    """How long the results will be that a synthesis is made of."""
    found = [kinds[task.worker] for task in schedule.tasks]
    known = [one for one in found if one is not None]
    written = CHARACTERS_PER_TOKEN * sum(one.usage.output for one in known)
    most = reduction.most_characters(schedule.backend)
    parts = reduction.parts_for(written + reduction.FRAME * len(known), most)
    too_long = parts > reduction.MOST_PARTS
    return Joined(
        characters=written,
        known=len(known),
        unknown=len(found) - len(known),
        parts=0 if too_long else parts,
        too_long=too_long,
    )


def _joining(schedule: Schedule, joined: Joined) -> tuple[list[ScheduledTask], dict[str, int]]:
    """The synthesis, after the parts that come before it; and how many characters of results each
    is given, by id."""
    if joined.too_long:
        return [], {}
    last, results = aggregation_task(schedule), tuple(task.id for task in schedule.tasks)
    if not joined.parts:
        return [replace(last, after=results)], {last.id: joined.characters}
    most = reduction.most_characters(schedule.backend)
    parts = [
        replace(last, id=f"{last.id}-{number}", after=results)
        for number in range(1, joined.parts + 1)
    ]
    given = {part.id: joined.characters // joined.parts for part in parts}
    names = tuple(part.id for part in parts)
    return [*parts, replace(last, after=names)], {**given, last.id: most}


def _model(backend: str, model: str | None) -> str:
    return clean_line(model, 60) if model else f"the default of {clean_line(backend, 60)}"


def _as_before(
    tasks: Sequence[ScheduledTask], kinds: Mapping[Worker, Typical | None], prices: Prices
) -> list[Part]:
    usage, cost, seen = Usage(), NOTHING, 0
    for kind, count in Counter(task.worker for task in tasks).items():
        typical = kinds[kind]
        assert typical is not None
        seen += typical.seen
        price = prices.price(kind[1], kind[2])
        # Today's price where there is one; else what such tasks were said to cost.
        cost += (typical.cost if price is None else of_usage(price, typical.usage)).times(count)
        usage += typical.usage.times(count)
    if not tasks:
        return []
    return [
        Part(
            basis="past runs",
            tasks=len(tasks),
            seen=seen,
            input_tokens=usage.total - usage.output,
            output_tokens=usage.output,
            cost=cost,
        )
    ]


def _by_prompts(
    tasks: Sequence[ScheduledTask],
    systems: Mapping[str, str],
    prices: Prices,
    results: Mapping[str, int],
) -> list[Part]:
    characters = output = 0
    cost = NOTHING
    for task in tasks:
        given = len(task.prompt) + len(systems.get(task.specialist, ""))
        given += results.get(task.id, 0)
        by_program = task.backend in SPENDING_PROGRAMS
        most = 0 if by_program else task.max_tokens
        price = prices.price(task.backend, task.model)
        asked = Usage(input=_tokens(given))
        answered = UNKNOWN if by_program else of_usage(price, replace(asked, output=most))
        cost += Cost(of_usage(price, asked).least, answered.most)
        characters, output = characters + given, output + most
    if not tasks:
        return []
    return [
        Part(
            basis="prompts",
            tasks=len(tasks),
            input_tokens=_tokens(characters),
            output_tokens=output,
            cost=cost,
        )
    ]


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)


def _time(
    schedule: Schedule, tasks: Sequence[ScheduledTask], kinds: Mapping[Worker, Typical | None]
) -> Time:
    """How long the tasks take in the slots there are; what the plan says wins over the past."""
    seconds: dict[str, float] = {}
    past = planned = rehearsed = 0
    for task in tasks:
        typical = kinds[task.worker]
        if task.estimate is not None:
            seconds[task.id], planned = task.estimate, planned + 1
        elif typical is not None:
            seconds[task.id], past = typical.seconds, past + 1
        elif task.backend == "rehearsal":
            rehearsed += 1
    unknown = len(tasks) - len(seconds)
    whole = None if unknown else span(tasks, seconds, schedule.concurrency)
    known = sum(seconds.values())
    return Time(
        seconds=whole,
        known=known,
        past=past,
        planned=planned,
        unknown=unknown,
        rehearsed=rehearsed,
    )
