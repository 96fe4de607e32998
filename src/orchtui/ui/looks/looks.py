"""How states look: a sign, a word and a style name for each, never a colour alone.

The style names are component classes in app.tcss. This module never computes a
figure.
"""

from rich.style import Style

from orchtui.engine.plans.plan import Priority
from orchtui.engine.run_events.events import Usage, Verdict
from orchtui.engine.runs.costs import show_dollars
from orchtui.engine.runs.run import Run, Status, TaskRun
from orchtui.engine.runs.verdict import cost_words

SIGNS: dict[Status, str] = {
    "waiting": "○",
    "queued": "◌",
    "running": "●",
    "retrying": "↻",
    "completed": "✓",
    "failed": "✗",
    "cancelled": "■",
    "skipped": "»",
}
"""One cell each."""

WORDS: dict[Status, str] = {
    "waiting": "has not begun",
    "queued": "waits for a slot",
    "running": "running",
    "retrying": "tries again soon",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "skipped": "skipped",
}

BROKEN_OFF = ("↯", "interrupted")
"""The sign and the word of a task that was going on in a run that nobody goes on with."""

PRIORITY_SIGNS: dict[Priority, str] = {"critical": "▲", "normal": " ", "nice-to-have": "▽"}

VERDICT_SIGNS: dict[Verdict, str] = {
    "COMPLETED": "✓",
    "PARTIAL": "◐",
    "FAILED": "✗",
    "CANCELLED": "■",
}

ASKS = "?"
"""The sign of a task that waits for a person's permission."""
RACE = "RACE"
REFUSED = "⊘"

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def sign(status: Status, beat: int) -> str:
    """The state's sign; a running task's turns with the beat."""
    return _SPINNER[beat % len(_SPINNER)] if status == "running" else SIGNS[status]


def count(number: float) -> str:
    """`950`, `1.2k`, `34k`, `1.5M`: at most four characters up to a thousand million."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            value = number / size
            return f"{value:.1f}{unit}" if value < 9.95 else f"{value:.0f}{unit}"
    return f"{number:.0f}"


def amount(task: TaskRun) -> str:
    """How much came: tokens where they are reported, else characters."""
    if output := task.usage.output:
        return f"{count(output)} tok"
    length = task.kept.length if task.kept else 0
    return f"{count(length)} ch" if length else ""


def tokens(usage: Usage) -> str:
    """`12k tokens, 8.1k cached`: all of them, and how many of those came from the cache."""
    if not usage.total:
        return ""
    cached = f", {count(usage.cache_read)} cached" if usage.cache_read else ""
    return f"{count(usage.total)} tokens{cached}"


def spent(run: Run) -> str:
    """`cost $0.12`, with `of $5.00` where that is its budget; nothing while it has cost nothing."""
    words, limit = cost_words(run), run.schedule.budget_usd
    if limit is None:
        return words
    return f"{words or f'cost {show_dollars(0.0)}'} of {show_dollars(limit)}"


def races(number: int) -> str:
    """`1 RACE`; nothing where there is none."""
    return f"{number} RACE{'' if number == 1 else 'S'}" if number else ""


def clock(seconds: float) -> str:
    """`0:07`, `12:34`, `1:02:03`: for figures that move while one looks at them."""
    minutes, second = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{second:02d}" if hours else f"{minutes}:{second:02d}"


def ink(style: Style) -> Style:
    """A style without its background, so that it can stand on a marked row."""
    return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)


def paper(style: Style) -> Style:
    """The background of a marked row, and its weight; reversed where there are no backgrounds."""
    return Style(bgcolor=style.bgcolor, bold=style.bold, reverse=style.reverse)
