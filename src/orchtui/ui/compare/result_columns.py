"""The columns of the table of results: which there is room for, and what stands in them.

Plain values in, text out, so that a table of widths tests it. This module never draws.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orchtui.engine.run_events.events import ResultsJudged
from orchtui.engine.runs.costs import Cost, show_dollars
from orchtui.engine.runs.rehearsed import task_badge
from orchtui.engine.telling.choice_told import stars
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.ui.compare.results import Result
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import fit

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.comparison.similarity import Measures

Name = Literal[
    "alike", "words", "rating", "judge", "tokens", "time", "cost", "headings", "links", "code"
]
HEADS: dict[Name, str] = {
    "alike": "alike",
    "words": "words",
    "rating": "rated",
    "judge": "judge",
    "tokens": "tokens",
    "time": "time",
    "cost": "cost",
    "headings": "heads",
    "links": "links",
    "code": "code",
}
_WIDTHS: dict[Name, int] = {
    "alike": 5,
    "words": 6,
    "rating": 5,
    "judge": 6,
    "tokens": 6,
    "time": 7,
    "cost": 8,
    "headings": 5,
    "links": 5,
    "code": 4,
}
_ORDER: tuple[Name, ...] = (
    *("rating", "judge", "words", "headings", "links", "code"),
    *("tokens", "cost", "time", "alike"),
)
"""From left to right; room is given in the order of HEADS."""
_BEFORE = 4
"""Cells before the title: the bar, the mark, the state."""
_LEAST_TITLE = 14
_GOOD_TITLE = 26
_STATE_WORD = 10


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide what is."""

    title: int
    state: int
    """Cells of the word for the state; 0 without."""
    names: tuple[Name, ...]

    @staticmethod
    def of(width: int, *, judged: bool) -> "Columns":
        """For a width of the table."""
        left = width - _BEFORE
        chosen: set[Name] = set()
        for name in HEADS:
            if name == "judge" and not judged:
                continue
            if left - _WIDTHS[name] - 1 < min(_GOOD_TITLE, max(_LEAST_TITLE, width // 3)):
                break
            chosen.add(name)
            left -= _WIDTHS[name] + 1
        state = _STATE_WORD if left >= _GOOD_TITLE + _STATE_WORD else 0
        names = tuple(name for name in _ORDER if name in chosen)
        return Columns(max(1, left - state), state, names)

    def head(self) -> str:
        """The row above the table."""
        title = fit("result", self.title) + (fit("state", self.state) if self.state else "")
        cells = "".join(f" {HEADS[name]:>{_WIDTHS[name]}}" for name in self.names)
        return " " * _BEFORE + title + cells


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a result beside itself."""

    measures: "Measures | None" = None
    alike: float | None = None
    base: bool = False
    """Whether the others are set against it."""
    chosen: bool = False
    beat: int = 0
    broken_off: bool = False
    """Whether nobody works on the run any more, though it has not ended."""


def cells(result: Result, known: Known, columns: Columns) -> list[tuple[str, str]]:
    """What stands behind the mark: text and the name of its look."""
    state = result.state
    sign = looks.sign(state, known.beat) if state is not None else "·"
    word = _word(result)
    if known.broken_off and result.grows:
        sign, word = looks.BROKEN_OFF[0], "broken off"  # as the pane calls it; it has to fit
    parts: list[tuple[str, str]] = [(f"{sign} ", state or "added")]
    badge = _badge(result, known)
    tail = f" {badge}{' ' if columns.state else ''}" if badge else ""
    room = columns.title - len(tail)
    title = ("└ " if result.attempt is not None else "") + clean_line(result.label)
    parts.append((fit(title, max(1, room)), "chosen" if known.chosen else "text"))
    if badge and room > 0:
        parts.append((tail, "badge"))
    if columns.state:
        parts.append((fit(word, columns.state), state or "dim"))
    for name in columns.names:
        text = _cell(result, known, name)
        width = _WIDTHS[name]
        text = fit(text, width) if len(text) > width else text.rjust(width)
        parts.append((f" {text}", "rating" if name == "rating" else "figure"))
    return parts


def _word(result: Result) -> str:
    """Its state; of what was added, what it is."""
    if result.state is not None:
        return result.state
    return "file" if result.added is None or result.added.facts is None else "other run"


def _badge(result: Result, known: Known) -> str:
    badges = ["CHOSEN"] if known.chosen else []
    if result.task is not None and result.run is not None:
        badges.append(task_badge(result.run, result.task))  # a rehearsal is always called one
    return " ".join(filter(None, badges))


def _cell(result: Result, known: Known, name: Name) -> str:
    counted = known.measures
    match name:
        case "words":
            return f"{counted.words:,}" if counted else "…"
        case "headings" | "links" | "code":
            if counted is None:
                return "…"
            number = {
                "headings": counted.headings,
                "links": counted.links,
                "code": counted.code_blocks,
            }[name]
            return str(number) if number else "-"
        case "alike":
            if known.base:
                return "base"
            return "…" if known.alike is None else f"{percent(known.alike)} %"
        case "rating":
            return stars_of(result)
        case "judge":
            return points_of(result)
        case "tokens":
            total = _usage(result)
            return looks.count(total) if total else "-"
        case "cost":
            return _cost(result)
        case "time":
            seconds = seconds_of(result)
            return show_duration(seconds) if seconds is not None else "-"


def percent(share: float) -> int:
    """Of what is alike: 100 only where all of it is."""
    return 100 if share >= 1 else min(99, int(share * 100))


def stars_of(result: Result) -> str:
    """`★★★☆☆`, of what counts of a task."""
    if result.run is None or result.task is None or result.attempt is not None:
        return ""
    return stars(result.run.ratings.get(result.task.id))


def judgement_of(result: Result) -> ResultsJudged | None:
    """The latest one of its run that scored it."""
    if result.run is None or result.task is None or result.attempt is not None:
        return None
    task_id = result.task.id
    return next((one for one in reversed(result.run.judgements) if task_id in one.tasks), None)


def points_of(result: Result) -> str:
    """`27/30`: what a judge gave it."""
    said = judgement_of(result)
    if said is None or result.task is None:
        return ""
    mine = [one.points for one in said.scores if one.task == result.task.id]
    return f"{sum(mine)}/{10 * len(said.criteria)}" if mine else "-"


def _usage(result: Result) -> int:
    if result.attempt is not None:
        return result.attempt.usage.total
    if result.task is not None:
        return result.task.usage.total
    facts = result.added.facts if result.added is not None else None
    return facts.usage.total if facts is not None else 0


def _cost(result: Result) -> str:
    cost: Cost | None = None
    if result.attempt is not None:
        cost = result.attempt.cost
    elif result.task is not None:
        cost = result.task.cost
    elif result.added is not None and result.added.facts is not None:
        exact = result.added.facts.cost
        return show_dollars(exact) if exact else "-"
    if cost is None or cost.exact is None:
        return "-" if cost is None or not cost.at_least else f">{show_dollars(cost.at_least)}"
    return show_dollars(cost.exact) if cost.exact else "-"


def seconds_of(result: Result) -> float | None:
    """How long it took; `None` where that is not known."""
    if result.attempt is not None and result.run is not None:
        return result.attempt.seconds(result.run.at)
    if result.task is not None and result.run is not None:
        return result.task.seconds(result.run.at)
    facts = result.added.facts if result.added is not None else None
    return facts.seconds if facts is not None else None
