"""What a person made of a run's results after its end: rated, chosen, and had judged.

They are RunEvents like those in `events`; they may follow `run_finished`, and
change nothing of what happened before. This module never decides what a choice
means for the published result.
"""

import msgspec

from orchtui.engine.run_events.event_parts import Event, Usage

MOST_STARS = 5


class ResultRated(Event, frozen=True, kw_only=True):
    """A person gave a task's result some stars, or took them back."""

    task: str
    stars: int
    """From 1 to 5; 0 takes them back."""
    note: str = ""


class ResultChosen(Event, frozen=True, kw_only=True):
    """A person chose one result as the run's, or took that back."""

    task: str
    """Empty where nothing is chosen any more."""
    attempt: int = 0
    """Whose text was chosen: what the task says later is another text."""
    why: str = ""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge thinks of one result by one criterion."""

    task: str
    criterion: str
    points: int
    """From 0 to 10."""
    why: str = ""


class ResultsJudged(Event, frozen=True, kw_only=True):
    """A judge specialist scored results because a person asked it to. It chooses nothing."""

    criteria: tuple[str, ...]
    """As the person wrote them."""
    tasks: tuple[str, ...]
    """Whose results it was given."""
    scores: tuple[Score, ...] = ()
    best: str = ""
    """The task that it would choose; empty where it named none."""
    why: str = ""
    problems: tuple[str, ...] = ()
    """What of its answer could not be used, and why."""
    backend: str = ""
    model: str | None = None
    usage: Usage = Usage()


ChoiceEvent = ResultRated | ResultChosen | ResultsJudged
