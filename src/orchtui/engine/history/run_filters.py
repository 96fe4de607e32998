"""Which runs a query's filters let pass, and the orders in which lists of runs stand.

Pure: this module never touches a file; words that are searched for in texts are the
index's.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, get_args

from orchtui.engine.history.run_query import Filter, Number, Query, Started, State, Words
from orchtui.engine.history.run_row import RunRow

SortKey = Literal["date", "name", "verdict", "tasks", "time", "speedup", "cost", "backend"]
SORT_KEYS: tuple[SortKey, ...] = get_args(SortKey)

_ASCENDING: frozenset[SortKey] = frozenset({"name", "verdict", "backend"})
"""Words begin with A; of dates and figures the newest and largest come first."""
_VERDICTS = ("RUNNING", "FAILED", "INTERRUPTED", "PARTIAL", "CANCELLED", "COMPLETED")
"""What wants to be looked at comes first."""


def passing(rows: Iterable[RunRow], query: Query) -> list[RunRow]:
    """The rows that all filters let pass, in the order in which they came."""
    return [row for row in rows if all(passes(row, one) for one in query.filters)]


def passes(row: RunRow, one: Filter) -> bool:
    """Whether one filter lets a row pass."""
    match one:
        case Words():
            held = _has_words(row, one)
        case Number():
            held = _lies_within(figure(row, one.key), one)
            if one.key == "cost" and row.summary.cost is None:  # it may be any more than that
                held = held and one.most == math.inf
        case Started():
            held = one.least <= row.started < one.before
        case State():
            held = _is(row, one)
    return held != one.absent


def _has_words(row: RunRow, one: Words) -> bool:
    shown = row.summary
    match one.key:
        case "verdict":
            return any(shown.verdict.casefold().startswith(word) for word in one.any_of)
        case "backend":
            return not {name.casefold() for name in shown.backends}.isdisjoint(one.any_of)
        case "tag":
            return not {tag.casefold() for tag in row.labels.tags}.isdisjoint(one.any_of)
        case "id":
            return any(row.id.casefold().startswith(word) for word in one.any_of)
        case "parent":
            parent = shown.parent.casefold()
            return any(parent.startswith(word) for word in one.any_of if parent)
        case "name":
            texts = [row.labels.name, shown.name]
        case "plan":
            texts = [row.details.plan if row.details else shown.name]
    return any(word in text.casefold() for word in one.any_of for text in texts)


def figure(row: RunRow, key: str) -> float | None:
    """A figure of a run; `None` where it is not known.

    Args:
        row: The run.
        key: `cost` in dollars, `time` in seconds, `tasks`, `failed`, `speedup`.
    """
    shown = row.summary
    match key:
        case "cost":
            return row.cost
        case "time":
            return shown.makespan_s
        case "tasks":
            return shown.tasks
        case "failed":
            return shown.census.failed
    return shown.speedup


def _lies_within(value: float | None, one: Number) -> bool:
    if value is None:
        return False
    over = value > one.least if one.above else value >= one.least
    return over and (value < one.most if one.below else value <= one.most)


def _is(row: RunRow, one: State) -> bool:
    match one.state:
        case "pinned":
            return row.labels.pinned
        case "rehearsal":
            return row.summary.rehearsal
        case "tagged":
            return bool(row.labels.tags)
        case "renamed":
            return bool(row.labels.name)
    return row.summary.verdict not in ("RUNNING", "COMPLETED")


def in_order(
    rows: Sequence[RunRow],
    by: SortKey = "date",
    *,
    reverse: bool = False,
    pinned_first: bool = False,
) -> list[RunRow]:
    """Rows sorted by a column; of equal ones the newest first.

    Names, verdicts and backends begin with the first; dates and figures with the newest and
    largest. What is not known is last, also when the order is turned round.

    Args:
        rows: Any.
        by: The column.
        reverse: The other way round.
        pinned_first: Whether pinned runs stand above all others.
    """
    key = _KEYS[by]
    newest = sorted(rows, key=lambda row: (row.summary.started, row.id), reverse=True)
    known = [row for row in newest if key(row) is not None]
    unknown = [row for row in newest if key(row) is None]
    known.sort(key=_known(key), reverse=(by in _ASCENDING) == reverse)
    if pinned_first:
        return sorted([*known, *unknown], key=lambda row: not row.labels.pinned)
    return [*known, *unknown]


_Key = Callable[[RunRow], "tuple[float | str, ...] | None"]


def _known(key: _Key) -> Callable[[RunRow], tuple[float | str, ...]]:
    return lambda row: key(row) or ()


def _figure(name: str) -> _Key:
    def key(row: RunRow) -> tuple[float | str, ...] | None:
        value = figure(row, name)
        return None if value is None else (value,)

    return key


_KEYS: dict[SortKey, _Key] = {
    "date": lambda row: (row.summary.started, row.id),
    "name": lambda row: (row.name.casefold(),),
    "verdict": lambda row: (_VERDICTS.index(row.summary.verdict),),
    "backend": lambda row: tuple(row.summary.backends) or None,
    "tasks": _figure("tasks"),
    "time": _figure("time"),
    "speedup": _figure("speedup"),
    "cost": _figure("cost"),
}
