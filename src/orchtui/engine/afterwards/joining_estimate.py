"""What joining the results of an ended run by a synthesis would take, told before anybody is asked.

By the results' own lengths: how many questions, how many tokens go in, and between which bounds
the cost lies. This module never asks anybody and reads no file.
"""

from typing import NamedTuple

from orchtui.engine.aggregation.synthesis_prompt import synthesis_prompt, texts_of
from orchtui.engine.estimates.estimates import CHARACTERS_PER_TOKEN
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.runs.costs import NOTHING, Cost, of_usage
from orchtui.engine.runs.run import Run, aggregation_task
from orchtui.engine.scheduling.prices import Price
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.texts import reduction


class JoiningEstimate(NamedTuple):
    """What a synthesis takes. Without what is tried again."""

    backend: str
    model: str | None
    """`None` for the backend's default."""
    paid: bool
    """Whether the backend costs money."""
    parts: int
    """Parts in which the results are summarized first, in the first round; 0 where they are read
    at once."""
    input_tokens: int
    """Of all questions, by characters / 4."""
    output_tokens: int
    """The most that all answers together may have."""
    cost: Cost
    """From empty answers to the longest ones; `UNKNOWN` without a price."""
    declined: str = ""
    """Why nobody is asked and the results are collected: there would be too many parts."""

    @property
    def questions(self) -> int:
        """At least."""
        return 0 if self.declined else self.parts + 1


def joining_estimate(
    run: Run, schedule: Schedule, system: str, *, paid: bool, price: Price | None
) -> JoiningEstimate:
    """What a synthesis of a run's results takes.

    Args:
        run: That has ended.
        schedule: With the backend and the model that are asked.
        system: The synthesizer's instructions.
        paid: Whether that backend costs money.
        price: What its model costs; `None` where nobody knows.
    """
    most = reduction.most_characters(schedule.backend)
    texts = texts_of(run.with_status("completed"))
    parts = 0
    if reduction.length(texts) > most:
        parts = len(reduction.parts_of(texts, most))
        if parts > reduction.MOST_PARTS:
            why, who = reduction.too_many(parts), (schedule.backend, schedule.model, paid)
            return JoiningEstimate(*who, 0, 0, 0, NOTHING, declined=why)
        # The parts' summaries together are read at once then.
        characters = reduction.length(texts) + most + parts * len(system)
    else:
        characters = len(synthesis_prompt(run))
    given = Usage(input=-(-(characters + len(system)) // CHARACTERS_PER_TOKEN))
    answered = Usage(output=(parts + 1) * aggregation_task(schedule).max_tokens)
    cost = NOTHING
    if paid:
        cost = Cost(of_usage(price, given).least, of_usage(price, given + answered).most)
    return JoiningEstimate(
        backend=schedule.backend,
        model=schedule.model,
        paid=paid,
        parts=parts,
        input_tokens=given.input,
        output_tokens=answered.output,
        cost=cost,
    )


def estimate_words(one: JoiningEstimate) -> str:
    """`anthropic, claude-x: 3 questions (2 parts first), about 12,000 tokens in, cost …`."""
    if one.declined:
        return f"nobody, as {one.declined}; they are collected instead"
    who = f"{one.backend}, {one.model}" if one.model else one.backend
    asked = "1 question"
    if one.parts:
        asked = f"{one.questions} questions, as the results are too long to be read at once"
    told = f"{who}: {asked}, about {one.input_tokens:,} tokens in"
    return f"{told}, cost {one.cost}" if one.paid else f"{told}, no cost"
