"""The shape of a request: what stands before a list, its items, what follows it.

Recognises numbers, letters, bullets, emoji, check boxes, `Task 1:` and
markdown headings, with nested lists and continued lines kept inside their
item. Looks at the layout and at first words only; it never reads sentences.
"""

import re
from dataclasses import dataclass, field

from orchtui.engine.request.chains import lead
from orchtui.engine.request.clauses import verb_of
from orchtui.engine.request.lines import RANK, Line, read_lines


@dataclass(slots=True)
class Item:
    """One member of a list."""

    text: str
    """Its words on one line."""
    details: list[str] = field(default_factory=list)
    """The lines below it: nested points and paragraphs, with their bullets."""


@dataclass(slots=True)
class Group:
    """A list and the words that introduce it."""

    head: str = ""
    items: list[Item] = field(default_factory=list)
    ordered: bool = False
    """Whether the marks say an order, as `Step 1` does."""


@dataclass(slots=True)
class Outline:
    """The whole request. Without a list there are no groups, and `text` holds the words."""

    groups: list[Group] = field(default_factory=list)
    tail: str = ""
    """What follows the last list and holds for all."""
    text: str = ""


_ORDERED_LABELS = frozenset({"step", "stage", "phase"})
_GENERIC_HEAD = re.compile(
    r"(?:the |my |our )?(?:tasks?|task list|to-?dos?|to do|plan|list|items|requests?|goals?|"
    r"work items|instructions?|steps)[:.]?",
    re.IGNORECASE,
)
_CLOSING_START = re.compile(
    r"(?:max|at most|up to|no more|within|in parallel|then|and then|and synth|and combine|"
    r"and merge|and compare|after|finally|retry|stop|each|all|keep|please|run|do|use|two at|"
    r"one at|three at)\b",
    re.IGNORECASE,
)


def outline(text: str) -> Outline:
    """Find the lists of a text."""
    lines = read_lines(text)
    if any(line.kind in RANK for line in lines):
        return _Reader(lines).read()
    return _unmarked(lines)


class _Reader:
    """Walks the lines once and gathers groups; the state is the group that is open."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._groups: list[Group] = []
        self._pending: list[str] = []
        self._kind: str = ""
        self._indent = 0
        self._blank = False
        self._bodies = False
        self._last: dict[tuple[str, str], int] = {
            (line.kind, line.value): at for at, line in enumerate(lines)
        }
        self._value = ""
        markers = [at for at, line in enumerate(lines) if line.kind in RANK]
        self._last_marker = markers[-1]
        self._next_text_is_head = self._heads()

    def _heads(self) -> set[int]:
        """Text lines that end with a colon and have a list right below them."""
        heads: set[int] = set()
        above: int | None = None
        for at, line in enumerate(self._lines):
            if line.kind == "text":
                above = at if line.text.endswith((":", "：")) else None
            elif line.kind != "blank":
                if above is not None:
                    heads.add(above)
                above = None
        return heads

    def read(self) -> Outline:
        for at, line in enumerate(self._lines):
            if line.kind == "blank":
                self._blank = True
                continue
            if line.kind == "text":
                self._text(at, line)
            else:
                self._marker(line)
            self._blank = False
        return Outline(groups=self._groups, tail="\n".join(self._pending))

    def _marker(self, line: Line) -> None:
        group = self._groups[-1] if self._groups else None
        nested = group is not None and not self._pending and self._is_nested(line)
        if group is not None and nested:
            depth = "  " * (1 if line.indent > self._indent + 4 else 0)
            mark = f"{line.mark} " if line.kind in ("number", "letter") else "- "
            if line.kind == "label":
                mark = f"- {line.mark.strip()} "
            group.items[-1].details.append(f"{depth}{mark}{line.text}")
            return
        if group is None or self._pending:
            head = "\n".join(self._pending)
            group = Group(head="" if _GENERIC_HEAD.fullmatch(head) else head)
            self._groups.append(group)
            self._pending = []
            self._kind = line.kind
            self._indent = line.indent
        self._indent = min(self._indent, line.indent)
        self._value = line.value
        if line.kind == "label" and line.value.split(" ")[0] in _ORDERED_LABELS:
            group.ordered = True
        group.items.append(Item(line.text))

    def _is_nested(self, line: Line) -> bool:
        if line.indent > self._indent + 1:
            return True
        return line.indent >= self._indent and RANK[line.kind] > RANK[self._kind]

    def _text(self, at: int, line: Line) -> None:
        if not self._groups or self._pending:
            self._pending.append(line.text)
            return
        item = self._groups[-1].items[-1]
        goes_on = at < self._last_marker and self._continues(at)
        inside = line.indent > self._indent + 1 or goes_on or self._is_body()
        wrapped = (
            line.text[:1].islower()
            and not self._blank
            and not _CLOSING_START.match(line.text)
            and not item.text.endswith((".", "!", "?"))
        )
        if not inside and not wrapped:
            self._pending.append(line.text)
        elif self._blank or item.details:
            item.details.append(line.text)
        else:
            if goes_on:
                self._bodies = True
            if self._kind in ("heading", "label") and item.text:
                end = "" if item.text.endswith((".", ":", "!", "?")) else "."
                self._kind_body(item, end, line.text)
            else:
                item.text = f"{item.text} {line.text}".strip()

    def _kind_body(self, item: Item, end: str, text: str) -> None:
        """The first line below a heading joins it as a sentence of its own."""
        item.text = f"{item.text}{end} {text}"

    def _is_body(self) -> bool:
        if self._kind == "heading":
            return True
        return (
            self._kind == "label"
            and (self._bodies or not self._groups[-1].items[-1].text)
            and (not self._blank)
        )

    def _continues(self, at: int) -> bool:
        """Whether this text stands between two items of one list."""
        if self._kind in ("number", "letter", "label"):
            return self._last.get((self._kind, _successor(self._value)), -1) > at
        return at not in self._next_text_is_head


def _successor(value: str) -> str:
    lead, _, last = value.rpartition(" ")
    if last.isdigit():
        last = str(int(last) + 1)
    elif last in _WORDS:
        last = _WORDS[min(_WORDS.index(last) + 1, len(_WORDS) - 1)]
    elif len(last) == 1:
        last = chr(ord(last) + 1)
    return f"{lead} {last}".strip()


_WORDS = ["one", "two", "three", "four", "five", "six"]


def _unmarked(lines: list[Line]) -> Outline:
    """Lists without marks: lines that each begin with a verb, or lines below a colon."""
    if found := _below_colon(lines):
        return found
    texts = [line.text for line in lines if line.kind != "blank"]
    starts = [at for at, text in enumerate(texts) if _begins_task(text)]
    if len(starts) < 2 or len({texts[at][0].isupper() for at in starts}) > 1:
        return Outline(text=_paragraphs(lines))
    group = Group(head="\n".join(texts[: starts[0]]))
    tail: list[str] = []
    begins = set(starts)
    for at in range(starts[0], len(texts)):
        if at in begins:
            group.items.append(Item(texts[at]))
        elif tail or (at > starts[-1] and texts[at][:1].isupper()):
            tail.append(texts[at])
        else:
            group.items[-1].text += f" {texts[at]}"
    return Outline([group], "\n".join(tail))


def _begins_task(text: str) -> bool:
    words = lead(text)[0]
    return verb_of(words) is not None and " " in words and text[0].isalpha()


def _below_colon(lines: list[Line]) -> Outline | None:
    """`Research these:` and, below it, a line for each."""
    at = next((at for at, line in enumerate(lines) if line.text.endswith((":", "："))), None)
    if at is None:
        return None
    start = at + 1
    while start < len(lines) and lines[start].kind == "blank":
        start += 1
    end = start
    while end < len(lines) and lines[end].kind == "text":
        end += 1
    items = [line.text for line in lines[start:end]]
    if len(items) < 2 or any(len(item) > 100 for item in items):
        return None
    head = "\n".join(line.text for line in lines[: at + 1] if line.text)
    tail = "\n".join(line.text for line in lines[end:] if line.text)
    return Outline([Group(head, [Item(item) for item in items])], tail)


def _paragraphs(lines: list[Line]) -> str:
    """Wrapped lines joined, blank lines kept as the ends of paragraphs."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.kind == "blank":
            paragraphs.append([])
        else:
            paragraphs[-1].append(line.text)
    return "\n\n".join(" ".join(lines) for lines in paragraphs if lines)
