"""Where what of a run stands in a row of the list: columns where there is room, else two lines.

Pure: an entry and a width in, words with the names of their looks out. This module
never draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len

from orchtui.engine.run_folders.summary import Summary
from orchtui.engine.runs.costs import show_dollars
from orchtui.engine.runs.rehearsed import BADGE, PART_BADGE
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.ui.looks.wrapping import even, fit
from orchtui.ui.parts.picked_rows import BAR
from orchtui.ui.runs.run_entry import UPWARDS, RunEntry, Sort

TABLE_FROM = 70
"""Cells from which a run takes one row with columns."""
PIN = "◆"
CHOSEN = "A"
"""Stands before the run that another one is to be compared with."""

LOOKS = (
    "text", "name", "dim", "good", "warning", "error", "running", "mark", "tag",
    "hit", "where",
)  # fmt: skip
"""Each with `run--` before it in app.tcss."""

Part = tuple[str, str]
"""Words, and the name of their look."""
Line = Sequence[Part]

_MARK, _VERDICT = 2, 14
_START = len(BAR) + _MARK
"""Cells before the first column, as the list draws it."""
_LEAST_NAME = 18
_MOST_TAGS = 30
_MONTH = 30 * 86400


@dataclass(frozen=True, slots=True)
class Column:
    """A column behind the name."""

    name: Sort | None
    """By which it is sorted; `None` where it is not."""
    title: str
    width: int
    """Cells, with the gap behind it."""
    right: bool = True
    """Whether its words stand at its right end."""


# The first ones are those that a narrow table keeps.
_COLUMNS = (
    Column("date", "date", 14, right=False),
    Column("tasks", "tasks", 8),
    Column("time", "time", 8),
    Column("cost", "cost", 10),
    Column("speedup", "speed-up", 11),
    Column("size", "size", 9),
    Column("backend", "backend", 12, right=False),
)
_ORDER = ("date", "tasks", "time", "speedup", "cost", "backend", "size")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a row has room for."""

    width: int
    """Cells of a row."""
    name: int
    """Cells for the name, with its gap; 0 where there are two lines instead."""
    shown: tuple[Column, ...] = ()
    tags: int = 0
    """Cells for the tags; 0 for none."""

    @classmethod
    def of(cls, width: int) -> "Columns":
        """As much as a width has room for."""
        if width < TABLE_FROM:
            return cls(width, 0)
        room = width - _MARK - _VERDICT - _LEAST_NAME
        shown = []
        for column in _COLUMNS:
            if column.width > room:
                break
            shown.append(column)
            room -= column.width
        tags = 0
        if len(shown) == len(_COLUMNS) and room >= 12:
            tags = min(_MOST_TAGS, room // 2)
        shown.sort(key=lambda column: _ORDER.index(column.name or ""))
        return cls(width, _LEAST_NAME + room - tags, tuple(shown), tags)

    @property
    def is_table(self) -> bool:
        """Whether a run has one row."""
        return self.name > 0


def head(columns: Columns, sort: Sort | None, *, reverse: bool) -> Line:
    """The names of the columns, with the order marked; where there are none, the order alone.

    Args:
        columns: What there is room for.
        sort: The order; `None` for what fits a search best first.
        reverse: The other way round.
    """
    if sort is None and not columns.is_table:
        return [("what fits best first", "sorted")]
    arrow = "▲" if (sort in UPWARDS) != reverse else "▼"
    if sort is not None and not columns.is_table:
        return [("by ", "head"), (f"{_title(sort)} {arrow}", "sorted")]
    parts: list[Part] = [(" " * _START, "head")]
    for name, title, width, right in _titles(columns):
        words = f"{title} {arrow}" if name == sort else title
        cell = f"{words:>{width - 2}}  " if right else f"{words:<{width}}"
        parts.append((cell, "sorted" if name == sort else "head"))
    if sort is not None and not any(name == sort for name, *_ in _titles(columns)):
        parts.append((f"by {_title(sort)} {arrow}", "sorted"))
    return cut(parts, columns.width + len(BAR))


def column_at(columns: Columns, cell: int) -> Sort | None:
    """The column whose name stands over this cell."""
    start = _START
    for name, _, width, _ in _titles(columns) if columns.is_table else ():
        if start <= cell < start + width:
            return name
        start += width
    return None


def _titles(columns: Columns) -> list[tuple[Sort | None, str, int, bool]]:
    found: list[tuple[Sort | None, str, int, bool]] = [
        ("verdict", "verdict", _VERDICT, False),
        ("name", "name", columns.name, False),
    ]
    found += [(one.name, one.title, one.width, one.right) for one in columns.shown]
    return [*found, (None, "tags", columns.tags, False)] if columns.tags else found


def _title(sort: Sort) -> str:
    return "speed-up" if sort == "speedup" else sort


def lines_of(entry: RunEntry, columns: Columns, now: float, *, chosen: bool = False) -> list[Line]:
    """The rows of a run.

    Args:
        entry: The run.
        columns: What there is room for.
        now: Seconds since 1970: dates of this year go without it.
        chosen: Whether another one is to be compared with it.
    """
    made = _in_columns if columns.is_table else _in_two_lines
    lines = [cut(line, columns.width) for line in made(entry, columns, now, chosen)]
    if entry.row is not None and entry.row.troubles:
        lines.append(cut([("  ! ", "warning"), (entry.trouble, "warning")], columns.width))
    if entry.hit is not None:
        lines.append(hit_line(entry, columns.width))
    return lines


def height_of(entry: RunEntry, columns: Columns) -> int:
    """How many rows those are, without making them."""
    more = (entry.row is not None and bool(entry.row.troubles)) + (entry.hit is not None)
    return (1 if columns.is_table else 2) + more


def _marks(entry: RunEntry, *, chosen: bool) -> Part:
    return (f"{CHOSEN} " if chosen else f"{PIN} " if entry.pinned else "  ", "mark")


def _in_columns(entry: RunEntry, columns: Columns, now: float, chosen: bool) -> list[Line]:
    sign, look = entry.sign
    parts: list[Part] = [
        _marks(entry, chosen=chosen),
        (fit(f"{sign} {entry.word}", _VERDICT), look),
    ]
    if entry.row is None:
        return [[*parts, (f"{entry.name}: ", "name"), (entry.trouble, "warning")]]
    badge = _badge(entry.row.summary)
    parts += [
        (fit(entry.name, columns.name - len(badge) - 1), "name"),
        (badge, "warning"),
        (" ", "text"),
    ]
    for column in columns.shown:
        words = _cell(entry, column.name, now)
        room = column.width - 2
        if column.right:
            cell = f"{fit(words, room) if cell_len(words) > room else words:>{room}}  "
        else:
            cell = fit(words, room) + "  "
        parts.append((cell, "text" if column.name in ("date", "tasks") else "dim"))
    if columns.tags and entry.tags:
        parts.append((" ".join(f"#{clean_line(tag)}" for tag in entry.tags), "tag"))
    return [parts]


def _in_two_lines(entry: RunEntry, columns: Columns, now: float, chosen: bool) -> list[Line]:
    """What and how it ended; when, how long, with what, and the id."""
    sign, look = entry.sign
    mark = _marks(entry, chosen=chosen) if chosen or entry.pinned else ("", "mark")
    row = entry.row
    badge = _badge(row.summary) if row else ""
    head_width = columns.width - len(entry.word) - len(badge) - len(mark[0]) - 4
    if head_width < 1:  # how it ended stays, whatever goes
        mark, sign = ("", "mark"), ""
    first: list[Part] = [
        (f"{sign} " if sign else "", look),
        mark,
        (fit(entry.name, head_width), "name"),
        (badge, "warning"),
        (f" {entry.word}", look),
    ]
    if row is None:
        return [first, [("  ", "dim"), (entry.trouble, "warning")]]
    facts = [_cell(entry, name, now) for name in ("date", "tasks", "time", "cost")]
    facts[1] += f" task{'' if row.summary.tasks == 1 else 's'}"
    facts += [*row.summary.backends, *("pinned" for _ in range(entry.pinned))]
    facts += [f"#{tag}" for tag in entry.tags]
    if entry.size is not None:
        facts.append(_cell(entry, "size", now))
    told = " · ".join(clean_line(one) for one in [*facts, entry.id] if one)
    return [first, [("  ", "dim"), (told, "dim")]]


def _badge(summary: Summary) -> str:
    if not summary.rehearsal:
        return ""
    return f" {PART_BADGE if summary.rehearsal_in_part else BADGE}"


def _cell(entry: RunEntry, name: str | None, now: float) -> str:
    """A figure in words; nothing where it is not known."""
    row = entry.row
    assert row is not None
    shown = row.summary
    match name:
        case "date":
            return date_words(row.started, now)
        case "tasks":
            done = shown.census.completed
            return str(shown.tasks) if done == shown.tasks else f"{done}/{shown.tasks}"
        case "time":
            return show_duration(shown.makespan_s) if shown.makespan_s is not None else ""
        case "speedup":
            return f"{shown.speedup:.1f}x" if shown.speedup is not None else ""
        case "cost":
            return cost_words(shown)
        case "backend":
            return ", ".join(map(clean_line, shown.backends))
    if entry.size is None:
        return ""
    from orchtui.engine.history.amounts import show_size  # not before the first paint

    return show_size(entry.size)


def cost_words(summary: Summary) -> str:
    """`$0.12`, or `≥ $0.12` where not all is known; nothing where nothing was paid."""
    if not summary.cost_at_least:
        return ""
    least = show_dollars(summary.cost_at_least)
    return least if summary.cost is not None else f"≥ {least}"


def date_words(at: float, now: float) -> str:
    """`12 Mar 14:05`; `12 Mar 2024` of what is long ago. In this machine's time."""
    began = datetime.fromtimestamp(at).astimezone()
    this = datetime.fromtimestamp(now).astimezone()
    long_ago = began.year != this.year and abs(now - at) > 6 * _MONTH
    return f"{began:%d %b %Y}" if long_ago else f"{began:%d %b %H:%M}"


_FIELDS = {
    "name": "the name", "tag": "a tag", "request": "the request", "title": "title",
    "prompt": "prompt", "result": "result", "failure": "failure",
}  # fmt: skip


def hit_line(entry: RunEntry, width: int) -> Line:
    """`  result of t3  … words around what was found …`."""
    hit = entry.hit
    assert hit is not None
    where = _FIELDS[hit.field]
    if hit.task:
        where += f" of {fit(clean_line(hit.task), 20).rstrip()}"
    parts: list[Part] = [("    ", "dim"), (where, "where"), ("  ", "dim")]
    text, at = hit.snippet.text, 0
    for start, end in hit.snippet.spans:
        parts += [(text[at:start], "dim"), (text[start:end], "hit")]
        at = end
    return cut([*parts, (text[at:], "dim")], width)


def cut(parts: Sequence[Part], width: int) -> Line:
    """No wider than this; what goes on beyond it ends with an ellipsis."""
    found: list[Part] = []
    left = width
    for written, look in parts:
        text = even(written)
        length = cell_len(text)
        if length > left:
            if left > 0:
                found.append((fit(text, left), look))
            elif found:
                last, its = found[-1]
                if cell_len(last):
                    found[-1] = (fit(last + "…", cell_len(last)) if last.strip() else last, its)
            return found
        if text:
            found.append((text, look))
        left -= length
    return found
