"""What is told of the picked run below the list: request, figures, tasks, place, trend of its plan.

Pure: a Detail and a size in, rows of words out. This module never reads a file.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from orchtui.engine.runs.costs import show_dollars
from orchtui.engine.runs.run import ENDED
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import fit, wrap
from orchtui.ui.runs.run_columns import cost_words, date_words
from orchtui.ui.runs.run_entry import RunEntry

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.history.trends import Trend
    from orchtui.engine.runs.run import Status
    from orchtui.engine.telling.seen_words import Line

_DIM = "$foreground-muted"
_MOST_BARS = 40
_REQUEST_ROWS = 2
_WORST_FIRST = ("failed", "cancelled", "skipped", "running", "retrying", "queued", "waiting")
_STYLES: "dict[Status, str]" = {
    "completed": "$text-success", "failed": "b $text-error", "cancelled": "$text-warning",
    "retrying": "$text-warning", "running": "$accent",
}  # fmt: skip
Bars = Literal["blocks", "ascii"]


@dataclass(frozen=True, slots=True)
class DetailTask:
    """A task of the run."""

    title: str
    status: "Status"
    seconds: float | None = None
    why: str = ""
    """Why it did not complete, in one line."""


@dataclass(frozen=True, slots=True)
class Detail:
    """More of a run than its row tells."""

    entry: RunEntry
    folder: str = ""
    """As a person would type it."""
    request: str = ""
    tasks: tuple[DetailTask, ...] = ()
    joined: tuple["Line", ...] = ()
    """How its results were joined, and what was seen in them."""
    unread: str = ""
    """Why there are no tasks."""
    trend: "Trend | None" = None
    """Of its plan, where that ran more than once."""


def bars_of(term: str) -> Bars:
    """Which bars a terminal can draw: the console of Linux has a few of the blocks only."""
    return "ascii" if term in ("linux", "cons25", "vt100", "vt220") else "blocks"


def lines_of(detail: Detail, width: int, rows: int, now: float, bars: Bars = "blocks") -> Content:
    """As much as there is room for, the most telling first.

    Args:
        detail: What there is.
        width: Cells.
        rows: Rows, at most.
        now: Seconds since 1970.
        bars: What trends are drawn with.
    """
    head = _head(detail, width, now)
    trend = _trend(detail.trend, width, bars) if detail.trend is not None else []
    # A run of a plan that ran often is told by that as much as by its tasks.
    room = rows - len(head)
    if len(trend) > max(0, room - 2):
        trend = trend[: max(0, room - 2)] if room > 3 else []
    tasks = _tasks(detail, width, room - len(trend))
    return Content("\n").join([*head, *tasks, *trend][:rows])


def _head(detail: Detail, width: int, now: float) -> list[Content]:
    entry, row = detail.entry, detail.entry.row
    if row is None:
        from orchtui.engine.history import run_row  # not before the first paint

        words = "What is left can be looked at there"
        words += "." if entry.trouble == run_row.LINK else ", or deleted with d."
        return [
            Content.styled(fit(f"{entry.id}: {entry.trouble}", width).rstrip(), "b $text-error"),
            Content.styled(fit(f"It can not be shown as a run. {words}", width).rstrip(), _DIM),
            Content.styled(fit(detail.folder, width).rstrip(), _DIM),
        ]
    shown, count = row.summary, row.summary.census
    lines = [
        Content.styled(part.rstrip(), "$foreground")
        for part in wrap(clean_line(detail.request, 1000), width)[:_REQUEST_ROWS]
        if part.strip()
    ]
    lost = [(count.failed, "failed"), (count.cancelled, "cancelled"), (count.skipped, "skipped")]
    facts = [f"{count.completed} of {shown.tasks} completed"]
    facts += [f"{number} {word}" for number, word in lost if number]
    if shown.makespan_s is not None:
        facts.append(show_duration(shown.makespan_s))
    if shown.speedup is not None:
        facts.append(f"speed-up {shown.speedup:.1f}x")
    facts += [one for one in (looks.tokens(shown.usage), cost_words(shown)) if one]
    facts += map(clean_line, shown.backends)
    lines.append(Content(fit(" · ".join(facts), width).rstrip()))
    about = [date_words(row.started, now), detail.folder]
    if shown.parent:
        about.append(f"took over results of {clean_line(shown.parent)}")
    about += ["pinned"] * entry.pinned
    about.append(" ".join(f"#{clean_line(tag)}" for tag in entry.tags))
    if row.labels.name:
        about.append(f"plan: {clean_line(shown.name)}")
    lines.append(Content.styled(fit(" · ".join(filter(None, about)), width).rstrip(), _DIM))
    lines += _joined(detail, width)
    if entry.trouble:
        told = wrap(f"! {entry.trouble}", width)[:2]
        lines += [Content.styled(part.rstrip(), "$text-warning") for part in told]
    return lines


def _joined(detail: Detail, width: int) -> list[Content]:
    """A line for how its results were joined, and one for what a reader has to know of that."""
    told = {
        weight: " · ".join(line.words for line in detail.joined if line.weight == weight)
        for weight in ("plain", "warning")
    }
    styles = {"plain": _DIM, "warning": "$text-warning"}
    return [
        Content.styled(
            fit(f"{'! ' * (weight == 'warning')}{words}", width).rstrip(), styles[weight]
        )
        for weight, words in told.items()
        if words
    ]


def _tasks(detail: Detail, width: int, rows: int) -> list[Content]:
    if rows <= 0:
        return []
    if detail.unread:
        return [Content.styled(fit(detail.unread, width).rstrip(), "$text-warning")]
    ordered = sorted(detail.tasks, key=_weight)
    shown = ordered if len(ordered) <= rows else ordered[: rows - 1]
    row = detail.entry.row
    goes_on = row is not None and row.summary.verdict == "RUNNING"
    lines = [_task(task, width, goes_on=goes_on) for task in shown]
    if len(shown) < len(ordered):
        lines.append(Content.styled(f"  and {len(ordered) - len(shown)} more tasks", _DIM))
    return lines


def _weight(task: DetailTask) -> int:
    found = task.status in _WORST_FIRST
    return _WORST_FIRST.index(task.status) if found else len(_WORST_FIRST)


def _task(task: DetailTask, width: int, *, goes_on: bool) -> Content:
    """`✓ Title  12.3s`, `✗ Title  failed: why`."""
    style, sign = _STYLES.get(task.status, _DIM), looks.SIGNS[task.status]
    words = show_duration(task.seconds) if task.seconds is not None else ""
    if task.status != "completed":
        words = looks.WORDS[task.status] + (f": {task.why}" if task.why else "")
    if task.status not in ENDED and not goes_on:
        style, (sign, words) = "$text-warning", looks.BROKEN_OFF
    title = clean_line(task.title)
    room = max(8, min(len(title) + 2, width // 2))
    return Content.assemble(
        (f"{sign} ", style),
        fit(title, room - 1) + " ",
        (fit(clean_line(words), max(1, width - room - 2)).rstrip(), _DIM),
    )


# Trends


def _trend(trend: "Trend", width: int, bars: Bars) -> list[Content]:
    runs = f"{len(trend.points)} runs of this plan"
    if trend.rehearsed:
        runs += ", all rehearsed"
    elif trend.left_out:
        runs += f", {trend.left_out} rehearsed left out"
    last = trend.points[-1].slowest
    slow = f" ({clean_line(last, 40)})" if last else ""
    given: list[tuple[str, Sequence[float | None], Callable[[float], str], str]] = [
        ("time", trend.makespans, show_duration, ""),
        ("cost", trend.costs, show_dollars, ""),
        ("failed", trend.failures, lambda value: f"{value:g}", ""),
        ("slowest", trend.slowest, show_duration, slow),
    ]
    lines = [Content.styled(fit(runs, width).rstrip(), "b $accent")]
    for name, values, show, more in given:
        known = [value for value in values if value is not None]
        if known:  # a plan that cost nothing has no line of costs
            lines.append(_trend_line(name, values, known, show, more, width, bars))
    return lines


def _trend_line(
    name: str,
    values: Sequence[float | None],
    known: Sequence[float],
    show: Callable[[float], str],
    more: str,
    width: int,
    bars: Bars,
) -> Content:
    """`time     ▁▃█  now 12.3s, 10.0s to 15.0s`."""
    from orchtui.engine.history.sparkline import sparkline  # not before the first paint

    room = max(4, min(_MOST_BARS, width - 42, len(values)))
    line = sparkline(values, room, ascii_only=bars == "ascii")
    now = show(values[-1]) if values[-1] is not None else "not known"
    words = f"now {now}, {show(min(known))} to {show(max(known))}{more}"
    return Content.assemble(
        (f"{name:<9}", _DIM),
        (line, "$accent"),
        (f"  {fit(words, max(1, width - len(line) - 11)).rstrip()}", _DIM),
    )


def own_bars() -> Bars:
    """Those that this terminal can draw."""
    return bars_of(os.environ.get("TERM", ""))
