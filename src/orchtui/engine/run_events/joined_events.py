"""What happens while results are joined, and what was seen in them then.

They are RunEvents like those in `events`; an aggregation may also be asked for
again after `run_finished`. This module never joins anything.
"""

import msgspec

from orchtui.engine.plans.plan import AggregateStrategy
from orchtui.engine.run_events.event_parts import Event, Usage
from orchtui.engine.scheduling.prices import Prices


class Covered(msgspec.Struct, frozen=True):
    """A stretch of a task's result."""

    task: str
    start: int
    """Characters from the beginning of the result."""
    end: int


class ReductionBegun(Event, frozen=True, kw_only=True):
    """Results that are too long together begin to be reduced in parts, or their summaries again."""

    parts: int
    """How many there are in this round."""
    round: int = 1
    """From 1."""
    characters: int = 0
    """Of all parts together."""


class PartReduced(Event, frozen=True, kw_only=True):
    """Results that are too long together are reduced in parts; one part has ended.

    Its summary is an answer of its own: with a backend, a model, tokens and a cost.
    """

    part: int
    """From 1, in its round."""
    parts: int
    """How many there are in its round."""
    round: int = 1
    """From 1; from the second on it is summaries that are summarized."""
    covers: tuple[Covered, ...] = ()
    """Which results the part is made of; of a later round, what its summaries are made of."""
    characters: int = 0
    """That were given to the model."""
    text: str = ""
    """The summary; empty where there is none."""
    problem: str = ""
    """Why there is no summary."""
    backend: str = ""
    model: str | None = None
    attempts: int = 1
    took_s: float = 0.0
    """Seconds over all its attempts."""
    usage: Usage = Usage()
    cost: float | None = None
    """Dollars; `None` where a price is unknown."""
    cost_at_least: float = 0.0


class AggregationAsked(Event, frozen=True, kw_only=True):
    """After the end of a run a person wants its results joined once more."""

    strategy: str
    """A strategy of plans."""
    backend: str = ""
    """Who makes the synthesis; empty where none is made."""
    model: str | None = None
    prices: Prices | None = None
    """What models cost on that day; `None` where nobody is asked."""


class AggregationStopped(Event, frozen=True, kw_only=True):
    """Joining the results of an ended run once more was stopped, or the run went on meanwhile.

    The result stays what it was. What had been asked until then was used all the same.
    """

    strategy: str
    """A strategy of plans."""
    backend: str = ""
    model: str | None = None
    parts: int = 0
    """How many parts had been summarized."""
    took_s: float = 0.0
    """Seconds until it was stopped."""
    usage: Usage = Usage()
    """Of all that was asked."""
    cost: float | None = None
    """Dollars; `None` where it is not known."""
    cost_at_least: float = 0.0


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """Two results say the same."""

    tasks: tuple[str, str]
    quotes: tuple[str, str]
    """A sentence of each."""
    more: int = 0
    """How many other sentences of the two are alike."""


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """Two results seem to contradict each other: a guess, made by rules and without a model."""

    tasks: tuple[str, str]
    quotes: tuple[str, str]
    why: str
    """Which rule it is by, in words."""


class CrossReading(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen when the results were read against each other."""

    overlaps: tuple[Overlap, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    more_overlaps: int = 0
    """Pairs of results that are alike too and are not listed."""
    more_contradictions: int = 0
    left_out: str = ""
    """What was not looked at because it would have been too much; empty where all was."""


NOTHING_SEEN = CrossReading()


class OnlyHere(msgspec.Struct, frozen=True):
    """Sections that one variant has and no other."""

    task: str
    headings: tuple[str, ...]


class VariantReading(msgspec.Struct, frozen=True, kw_only=True):
    """What is different between variants."""

    tasks: tuple[str, ...] = ()
    """Whose; not all where there are many."""
    similarity: tuple[tuple[float, ...], ...] = ()
    """0 to 1 for each two of them, in the order of `tasks`."""
    measure: str = ""
    """What was measured, in words."""
    only: tuple[OnlyHere, ...] = ()
    shared: int = 0
    """Sections that at least two of them have."""


class Aggregated(Event, frozen=True, kw_only=True):
    """The results were joined."""

    strategy: AggregateStrategy
    """What was really done."""
    asked: AggregateStrategy
    """What the plan asked for."""
    fallback: str | None = None
    """Why it is not what the plan asked for."""
    included: tuple[str, ...] = ()
    """Ids of the tasks whose results are in it."""
    absent: tuple[str, ...] = ()
    """Ids of the tasks that are missing from it."""
    output: str = ""
    problems: tuple[str, ...] = ()
    """What a reader has to know of the synthesis, in sentences."""
    seen: CrossReading = NOTHING_SEEN
    """Where the results say the same, or seem to contradict each other."""
    variants: VariantReading | None = None
    """What is different between them, where they are variants."""
