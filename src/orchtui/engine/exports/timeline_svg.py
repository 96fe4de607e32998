"""The timeline of a run as SVG: a row for each task, with its attempts, retries and waits.

It stands in a page, or alone as a file with its own looks; it needs no script and loads
nothing. All words are escaped. This module never decides what stands where in time.
"""

from collections.abc import Iterator
from html import escape

from orchtui.engine.exports.page_style import COLORS, TIMELINE
from orchtui.engine.exports.subject import Subject
from orchtui.engine.exports.timeline_marks import Row, Stretch, race_marks, rows
from orchtui.engine.runs.run import ENDED, Run, TaskRun
from orchtui.engine.runs.time_axis import TimeAxis
from orchtui.engine.telling.report import status_word
from orchtui.engine.texts.durations import show_duration

_WIDTH, _NAMES, _WORDS = 1100, 250, 130
"""Of the whole, of the names on the left, and of the words on the right."""
_ROW, _RULER, _LEGEND, _EDGE = 26, 40, 34, 12
_BAR = 12
_MOST_TOLD = 60
"""Tasks that the description names one by one."""
_LONGEST_NAME = 60
_MARKS = 9
"""Moments on the ruler, at most."""

_STEPS = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400),
)

_SIGNS = {"completed": "✓", "failed": "✗", "cancelled": "■", "skipped": "⊘"}


def timeline(subject: Subject, *, alone: bool) -> Iterator[str]:
    """The timeline, piece by piece.

    Args:
        subject: The run.
        alone: Whether it is a file of its own, which brings its looks along.
    """
    yield from _Drawing(subject).draw(alone)


class _Drawing:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._run: Run = subject.run
        self._axis = TimeAxis.of(subject.run, subject.now)
        self._rows = rows(subject.run, self._axis, subject.now)
        self._left, self._right = _EDGE + _NAMES, _WIDTH - _EDGE - _WORDS
        self._bottom = _RULER + _ROW * len(self._rows)
        self._races = race_marks(subject.run, self._axis)

    def draw(self, alone: bool) -> Iterator[str]:
        height = self._bottom + _LEGEND + _EDGE
        named = f"Timeline of {self._subject.title}"
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img" '
            f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
            f'aria-labelledby="drawn-title drawn-words">\n'
            f'<title id="drawn-title">{escape(named)}</title>\n'
            f'<desc id="drawn-words">{escape(self._told())}</desc>\n'
        )
        if alone:
            ground = ".ground{fill:var(--card)}"
            yield f"<style>{COLORS}{TIMELINE}{ground}</style>\n"
            yield f'<rect class="ground" width="{_WIDTH}" height="{height}"/>\n'
        yield (
            f'<defs><clipPath id="drawn-names"><rect x="0" y="0" width="{self._left - 8}" '
            f'height="{height}"/></clipPath><pattern id="drawn-lost" width="6" height="6" '
            'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<line class="hatch" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>\n'
        )
        yield from self._ruler()
        for number, row in enumerate(self._rows):
            yield from self._row(row, _RULER + _ROW * number, number)
        yield from self._lines()
        yield from self._legend()
        yield "</svg>\n"

    def _told(self) -> str:
        """The same in words, for those who do not see it."""
        took = show_duration(self._axis.length)
        told = [f"{self._subject.standing}: {self._subject.outcome()}, over {took}."]
        told += [f"{_name(row.task)}: {_story(row)}." for row in self._rows[:_MOST_TOLD]]
        if (more := len(self._rows) - _MOST_TOLD) > 0:
            told.append(f"And {more} more tasks.")
        return " ".join(told)

    def _x(self, moment: float) -> float:
        return self._left + moment / self._axis.length * (self._right - self._left)

    def _ruler(self) -> Iterator[str]:
        length = self._axis.length
        step = next((one for one in _STEPS if length / one < _MARKS), _STEPS[-1])
        while length / step >= _MARKS:
            step *= 2
        for number in range(int(length / step) + 1):
            x = self._x(number * step)
            yield f'<path class="grid" d="M{x:.1f} {_RULER - 6}V{self._bottom}"/>'
            words = _moment(number * step, step)
            yield f'<text class="soft small middle" x="{x:.1f}" y="{_RULER - 12}">{words}</text>\n'

    def _row(self, row: Row, top: int, number: int) -> Iterator[str]:
        task, middle = row.task, top + _ROW / 2
        yield f"<g><title>{escape(f'{_name(task)}: {_story(row)}')}</title>"
        if number % 2 == 0:
            width = _WIDTH - 2 * _EDGE
            yield f'<rect class="band" x="{_EDGE}" y="{top}" width="{width}" height="{_ROW}"/>'
        yield f'<g clip-path="url(#drawn-names)"><text x="{_EDGE + 6}" y="{middle + 4.5}">'
        if task.task.priority == "critical":
            yield '<tspan class="critical">! </tspan>'
        if task.task.position:
            yield f'<tspan class="soft">{task.task.position} </tspan>'
        yield f"{escape(_short(task.task.label))}</text></g>"
        for stretch in row.stretches:
            yield self._stretch(stretch, task, middle)
        for tick in row.ticks:
            ink = "toolfailed" if tick.failed else "tool"
            yield (f'<path class="{ink}" d="M{self._x(tick.at):.1f} {middle - 4}v8"/>')
        for attempt in task.attempts[1:]:
            x = self._x(self._axis.at(attempt.started))
            yield f'<text class="again" x="{x:.1f}" y="{middle - 5}">↻</text>'
        for at in self._races.get(task.id, ()):
            x = self._x(at)
            yield f'<path class="race" d="M{x:.1f} {middle - 7}l5 7l-5 7l-5 -7z"/>'
        words = escape(_words(task, self._subject.now))
        yield (
            f'<text class="end small {task.status}" x="{_WIDTH - _EDGE - 6}" y="{middle + 4}">'
            f"{words}</text></g>\n"
        )

    def _stretch(self, one: Stretch, task: TaskRun, middle: float) -> str:
        start, end = self._x(one.start), self._x(one.end)
        if one.kind not in ("work", "lost"):
            return f'<path class="{one.kind}" d="M{start:.1f} {middle}H{end:.1f}"/>'
        place = (
            f'x="{start:.1f}" y="{middle - _BAR / 2}" width="{max(1.5, end - start):.1f}" '
            f'height="{_BAR}" rx="3"'
        )
        if one.kind == "work":
            going = one.attempt is not None and one.attempt.ended is None
            return f'<rect class="{"going" if going else "work"}" {place}/>'
        failed = one.attempt is not None and one.attempt.error is not None
        ink = "lost" if failed and not (one.attempt and one.attempt.throttled) else "stopped"
        return f'<rect class="{ink}" {place}/><rect fill="url(#drawn-lost)" {place}/>'

    def _lines(self) -> Iterator[str]:
        """What goes through all rows: the pauses between sessions, and now."""
        for at, pause in self._axis.pauses():
            x, words = self._x(at), f"resumed after {show_duration(pause)}"
            yield f'<g><title>{words}</title><path class="pause" d="M{x:.1f} 18V{self._bottom}"/>'
            yield f'<text class="soft small middle" x="{x:.1f}" y="14">{words}</text></g>\n'
        if self._subject.live:
            x = self._x(self._axis.at(self._subject.now))
            yield f'<path class="now" d="M{x:.1f} 18V{self._bottom}"/>'
            yield f'<text class="nowink small middle" x="{x:.1f}" y="14">now</text>\n'

    def _legend(self) -> Iterator[str]:
        y = self._bottom + _LEGEND / 2 + 8
        x = float(self._left)
        for kind, words in (
            ("work", "worked"),
            *([("going", "works")] if self._subject.live else []),
            ("lost", "failed attempt"),
            ("stopped", "stopped, or sent away"),
            ("others", "waits for tasks"),
            ("slot", "for a slot"),
            ("server", "for its server"),
        ):
            if kind in ("work", "lost", "stopped", "going"):
                box = f'x="{x:.0f}" y="{y - 9}" width="22" height="10" rx="3"'
                yield f'<rect class="{kind}" {box}/>'
                yield (
                    f'<rect fill="url(#drawn-lost)" {box}/>' if kind in ("lost", "stopped") else ""
                )
            else:
                yield f'<path class="{kind}" d="M{x:.0f} {y - 4}h22"/>'
            yield f'<text class="soft small" x="{x + 28:.0f}" y="{y}">{words}</text>'
            x += 44 + 6.2 * len(words)
        if self._run.races:
            yield f'<path class="race" d="M{x + 8:.0f} {y - 11}l5 7l-5 7l-5 -7z"/>'
            yield f'<text class="soft small" x="{x + 18:.0f}" y="{y}">race</text>'


def _name(task: TaskRun) -> str:
    return f"Task {task.task.position}, {task.task.label}" if task.task.position else "Synthesis"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_NAME else words[: _LONGEST_NAME - 1].rstrip() + "…"


def _words(task: TaskRun, now: float) -> str:
    """What stands at a row's right end."""
    sign = f" {_SIGNS[task.status]}" if task.status in _SIGNS else ""
    if task.reused is not None:
        return f"taken over{sign}"
    if not task.made:
        return f"{task.status}{sign}"
    if task.status not in ENDED:
        return f"{task.status}, {show_duration(task.seconds(now))}"
    return f"{show_duration(task.seconds(now))}{sign}"


def _story(row: Row) -> str:
    task = row.task
    if task.reused is not None:
        return f"taken over from run {task.reused.run}"
    told = [status_word(task).split()[0].lower()]
    work = sum(one.end - one.start for one in row.stretches if one.kind in ("work", "lost"))
    waited = sum(one.end - one.start for one in row.stretches if one.kind not in ("work", "lost"))
    if task.task.priority == "critical":
        told.append("critical")
    if task.made:
        told.append(f"worked {show_duration(work)}")
    if waited >= 0.05:
        told.append(f"waited {show_duration(waited)}")
    if len(task.attempts) > 1:
        told.append(f"{len(task.attempts)} attempts")
    if tools := sum(len(attempt.tools) for attempt in task.attempts):
        told.append(f"{tools} tool{'' if tools == 1 else 's'} used")
    if task.status in ("failed", "cancelled", "skipped") and task.why:
        told.append(" ".join(task.why.split())[:300])
    return ", ".join(told)


def _moment(at: float, step: float) -> str:
    """`0s`, `0.5s`, `40s`, `1m 30s`, `2h`: as exact as the steps need it."""
    if step < 1:
        return f"{at:.2f}s" if step < 0.1 else f"{at:.1f}s"
    minutes, second = divmod(round(at), 60)
    hours, minute = divmod(minutes, 60)
    if not minutes:
        return f"{second}s"
    if not hours:
        return f"{minute}m {second:02d}s" if second or step < 60 else f"{minute}m"
    return f"{hours}h {minute:02d}m" if minute or step < 3600 else f"{hours}h"
