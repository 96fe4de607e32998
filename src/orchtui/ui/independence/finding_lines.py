"""The lines of the independence pane: each task's verdict, and the findings below them.

The picked finding is unfolded: its whole message, the quoted words in their
places, and its fixes. Pure: values in, lines out. This module never draws.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from orchtui.engine.independence.report import ORDERING, Finding, IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.looks import verdict_words as words
from orchtui.ui.looks.excerpt import marked_rows, pieces, place_of
from orchtui.ui.looks.wrapping import even, fit, wrap

Part = tuple[str, str]
"""Text, and the name of its look."""

LOOKS = (
    "text",
    "dim",
    "good",
    "error",
    "warning",
    "info",
    "accepted",
    "heading",
    "words",
    "key",
)

HEADINGS: dict[str, str] = {
    "error": "Certain",
    "declared": "Declared",
    "warning": "Guessed",
    "info": "Worth knowing",
}
_NOTHING = "Nothing speaks against it: no task needs another's result, no two change the same."
_INDENT = 3
_MOST_TASKS = 12
"""Tasks up to which each has a line; with more only those that wait have one."""
_MOST_ROWS = 3
"""Rows of one quotation."""
_NARROW = 46
"""Cells below which a quotation's place stands above it."""


def _group(finding: Finding) -> str:
    """What a finding stands under: an order that a person declared is no trouble."""
    return "declared" if finding.kind == "declared" else finding.severity


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    parts: tuple[Part, ...]
    finding: int | None = None
    """The place of the finding that it belongs to, in the report."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What to press about a finding."""

    fix: str = "f"
    choose: str = "F"
    accept: str = "x"


class Layout:
    """A report as rows of a width. Findings become lines only when they are asked for.

    Args:
        plan: What the report is about.
        report: The report.
        width: Cells in a row.
        keys: Those that apply a fix, choose one, accept.
    """

    def __init__(
        self, plan: Plan, report: IndependenceReport, width: int, keys: Keys | None = None
    ) -> None:
        self.width = width
        self._keys = keys or Keys()
        self._tasks = {task.id: task for task in plan.tasks}
        self._report = report
        self._numbers = words.numbers_of(plan)
        digits = len(str(len(plan.tasks)))
        self._pair_width = max(3, min(2 * digits + 3, width // 4))
        self.rows: list[Line | int] = [*_task_lines(plan, report, width)]
        """Lines, and the places of folded findings."""
        group = ""
        counts = Counter(map(_group, report.findings))
        for place, finding in enumerate(report.findings):
            if _group(finding) != group:
                group = _group(finding)
                title: Part = (f"{HEADINGS[group]} ", "heading")
                if self.rows:
                    self.rows.append(Line(()))
                self.rows.append(Line((title, (str(counts[group]), "dim"))))
            self.rows.append(place)
        if not report.findings and len(report.tasks) > 1:
            self.rows.append(Line(()))
            self.rows += [Line(((row, "dim"),)) for row in wrap(_NOTHING, width)]
        self.row_of = {row: at for at, row in enumerate(self.rows) if isinstance(row, int)}
        """For each finding the row where it stands while all are folded."""

    def folded(self, place: int) -> Line:
        """A finding on one line, cut off where it does not fit."""
        head = self._head(place)
        tag_room = cell_len(head.tag) + 1 if head.tag and self.width - head.indent > 30 else 0
        room = max(0, self.width - head.indent - tag_room)
        message = fit(clean_line(head.finding.message), room)
        parts = [*head.signs, (message, head.ink)]
        if tag_room:
            parts.append((f" {head.tag}", "dim"))
        return Line(tuple(parts), place)

    def unfolded(self, place: int, quoted: int) -> list[Line]:
        """A finding with all its message, the quoted words, and its fixes.

        Args:
            quoted: Which of its quotations is the picked one.
        """
        head = self._head(place)
        lines = []
        lead = head.signs
        for row in wrap(even(clean_line(head.finding.message)), max(8, self.width - head.indent)):
            lines.append(Line((*lead, (row.rstrip(), head.ink)), place))
            lead = ((" " * head.indent, "text"),)
        room = max(8, self.width - _INDENT)
        inner = [
            *self._quotations(head.finding, room, quoted),
            *_offers(head.finding, room, self._keys),
        ]
        if head.tag:
            inner.insert(0, ((f"  {head.tag}", "dim"),))
        return lines + [Line(((" " * _INDENT, "text"), *parts), place) for parts in inner]

    def _head(self, place: int) -> "_Head":
        finding = self._report.findings[place]
        return _Head(finding, fit(words.pair_of(finding, self._numbers), self._pair_width))

    def _quotations(self, finding: Finding, width: int, quoted: int) -> Iterator[tuple[Part, ...]]:
        labels = [
            f"{self._numbers.get(each.task, '')} {place_of(each.field).name}"
            for each in finding.evidence
        ]
        label_width = max((len(label) for label in labels), default=0)
        beside = width >= _NARROW
        room = max(8, width - label_width - 4) if beside else max(8, width - 2)
        for place, (each, label) in enumerate(zip(finding.evidence, labels, strict=True)):
            chosen = place == quoted and len(finding.evidence) > 1
            mark: Part = ("▸ " if chosen else "  ", "key")
            lead: tuple[Part, ...] = (mark, (f"{label:{label_width}}  ", "dim"))
            if not beside:
                yield lead
                lead = (("  ", "text"),)
            text = pieces(self._tasks.get(each.task), each, room * 2 - 8)
            for row in marked_rows(text, room, _MOST_ROWS):
                yield (*lead, *((part, "words" if marked else "dim") for part, marked in row))
                lead = ((" " * sum(len(part) for part, _ in lead), "text"),)


def _task_lines(plan: Plan, report: IndependenceReport, width: int) -> Iterator[Line]:
    shown = words.task_lines(plan, report)
    rest = 0
    if len(shown) > _MOST_TASKS:
        waiting = [line for line in shown if line.look != "good"]
        rest, shown = len(shown) - len(waiting), waiting
    if len(report.tasks) < 2:
        return
    head = max((cell_len(line.head) for line in shown), default=0) + 1
    verdict = min(max((cell_len(line.verdict) for line in shown), default=0), width - head)
    longest = max((cell_len(line.title) for line in shown), default=0)
    title = min(longest, width - head - verdict - 2)
    for line in shown:
        parts: list[Part] = [(fit(line.head, head), "dim")]
        if title >= 4:
            parts += [(fit(line.title, title), "text"), ("  ", "text")]
        parts.append((fit(line.verdict, verdict).rstrip(), line.look))
        yield Line(tuple(parts))
    if rest:
        parts = [(f"{'The other' if shown else 'All'} {rest} tasks  ", "dim")]
        yield Line((*parts, ("INDEPENDENT ✓", "good")))


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands on a finding's first line."""

    finding: Finding
    pair: str

    @property
    def ink(self) -> str:
        return "accepted" if self.finding.accepted else "text"

    @property
    def signs(self) -> tuple[Part, ...]:
        accepted = self.finding.accepted
        sign = words.ACCEPTED if accepted else words.SIGNS[self.finding.severity]
        look: str = "accepted" if accepted else self.finding.severity
        if self.finding.kind == "declared" and not accepted:
            sign, look = words.DECLARED, "text"
        return ((f" {sign} ", look), (f"{self.pair}  ", self.ink))

    @property
    def indent(self) -> int:
        return sum(cell_len(text) for text, _ in self.signs)

    @property
    def tag(self) -> str:
        tags = ["a model's"] if self.finding.source == "model" else []
        if self.finding.accepted:
            tags.append("accepted")
        return " · ".join(tags)


def _offers(finding: Finding, width: int, keys: Keys) -> Iterator[tuple[Part, ...]]:
    """What a key would do about it."""
    if finding.accepted:
        yield from _offer(keys.accept, "take it back: it counts again", width)
        return
    labels = [clean_line(fix.label) for fix in finding.fixes]
    if labels:
        yield from _offer(keys.fix, labels[0], width)
    if len(labels) > 1:
        yield from _offer(keys.choose, " · ".join(labels[1:]), width)
    at_once = finding.kind in ORDERING and finding.kind != "declared"
    meant = "they may run at once" if at_once else "it is meant so"
    yield from _offer(keys.accept, f"accept: {meant}", width)


def _offer(key: str, what: str, width: int) -> Iterator[tuple[Part, ...]]:
    lead: tuple[Part, ...] = ((f"  {key} ", "key"),)
    indent = cell_len(key) + 3
    for row in wrap(even(what), max(8, width - indent)):
        yield (*lead, (row.rstrip(), "text"))
        lead = ((" " * indent, "text"),)
