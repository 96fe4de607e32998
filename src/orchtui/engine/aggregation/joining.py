"""Joining: what an aggregation makes known, as one event.

What is asked of results (how alike they are, where they say the same, where they seem to
disagree) is looked at once, here, and kept in the event. This module never asks a model
and never writes a file.
"""

from collections.abc import Sequence
from typing import NamedTuple

from orchtui.engine.aggregation.cross_reading import cross_read
from orchtui.engine.aggregation.synthesis_check import problems_of
from orchtui.engine.aggregation.synthesis_prompt import texts_of
from orchtui.engine.aggregation.variant_reading import read_variants
from orchtui.engine.plans.plan import AggregateStrategy
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.joined_events import NOTHING_SEEN, CrossReading, VariantReading
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import rehearsed, verdict
from orchtui.engine.runs.run import Run, TaskRun


class Read(NamedTuple):
    """What was seen in the results."""

    problems: tuple[str, ...] = ()
    seen: CrossReading = NOTHING_SEEN
    variants: VariantReading | None = None


NOTHING_READ = Read()


def read_results(run: Run, strategy: AggregateStrategy) -> Read:
    """Look at the results of a run. Blocks for a second or two: not for an event loop.

    Text that is made up is not read: it says nothing.

    Args:
        run: A run whose tasks have all ended, with its synthesis.
        strategy: What is really done.
    """
    if strategy == "none":
        return NOTHING_READ
    done = run.with_status("completed")
    real = [task for task in done if task.text and not rehearsed.is_made_up(run, task)]
    problems: tuple[str, ...] = ()
    made = run.aggregate
    if strategy == "synthesize" and made is not None and not rehearsed.is_made_up(run, made):
        problems = problems_of(made.text, done, verdict.missing(run))
    compared = read_variants(texts_of(done)) if strategy == "compare" else None
    # Variants are meant to say the same.
    seen = NOTHING_SEEN if strategy == "compare" else cross_read(texts_of(real))
    return Read(problems, seen, compared)


def strategy_done(asked: AggregateStrategy, fallback: str | None) -> AggregateStrategy:
    """What is really done where a synthesis can not stand for a reason."""
    return asked if fallback is None else "collect"


def aggregated(
    run: Run, stamp: Stamp, asked: AggregateStrategy, fallback: str | None, read: Read, output: str
) -> ev.Aggregated:
    """The event that says that the results were joined.

    Args:
        run: A run whose tasks have all ended.
        stamp: Numbers the event.
        asked: The strategy that was wanted.
        fallback: Why it is not what was wanted.
        read: From `read_results`.
        output: The result's file.
    """
    strategy = strategy_done(asked, fallback)
    done: Sequence[TaskRun] = run.with_status("completed")
    return stamp(
        ev.Aggregated,
        strategy=strategy,
        asked=asked,
        fallback=fallback,
        included=tuple(task.id for task in done) if strategy != "none" else (),
        absent=tuple(task.id for task in verdict.missing(run)),
        output=output,
        problems=read.problems,
        seen=read.seen,
        variants=read.variants,
    )
