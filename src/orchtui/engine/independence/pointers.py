"""The family of pointers: a task names another one, by number, id or title.

This module never asks what tasks are about.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import chain

from orchtui.engine.independence.desk import Desk
from orchtui.engine.independence.lexicon import NUMBERS
from orchtui.engine.independence.signs import CERTAIN, Sign, Span
from orchtui.engine.independence.words import READ_AT_MOST

_NUMBER = rf"(?:\d{{1,3}}|[a-h]\b|one\b|{'|'.join(NUMBERS)})"
_MORE = (
    rf"(?:\s*(?:,\s*(?:and\s+)?|and\s+|&\s*|[-–]\s*|to\s+|,?\s*or\s+)(?:tasks?\s*)?#?{_NUMBER})*"
)
_NOUN = r"(?:tasks?|steps?|subtasks?|aufgaben?|schritte?|tareas?|pasos?|tâches?|étapes?)"
_NUMBERED = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})\s*(?:no\.?\s*|number\s*|nr\.?\s*)?#?(?P<numbers>{_NUMBER}{_MORE})"
    r"(?![\w-]|\.\w)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"\s+(?:of|in|on|from|at)\s+(?!(?:this|the|our|my) (?:plan|list|run)\b)", re.I
)
"""`step 2 of mitosis` is a step of something else."""
_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_NUMBERED_ELSEWHERE = re.compile(r"(?:任务|任務|步骤|步驟|タスク|ステップ|작업)\s*(\d{1,3})(?!\d)")
"""Scripts that put no space between words."""
_ORDINALS = re.compile(
    rf"\b(?:the|both|my)\s+(?P<which>{'|'.join(_ORDINAL_WORDS)}|last|previous|preceding|prior|"
    r"other|earlier|next|final)(?:\s+(?P<count>two|three|four|\d))?\s+(?:tasks?|steps?|subtasks?)\b",
    re.IGNORECASE,
)
_NAMED_RESULT = (
    r"(?:the |this |its )?(?:results?|outputs?|findings|answers?|text|report) (?:of|from) "
)
_CUES = re.compile(
    rf"(?:{_NAMED_RESULT}|\b(?:after|once|needs?|requires?|depends on|from|using|based on|in|of)\s+"
    r"(?:the )?)['\"“‘`]?\Z",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\s*([^\W\d_][\w-]*(?: [\w-]+){1,4}):\s")
"""`Noise study: find measurements …`: a title inside the prompt."""
_COMMON_TITLE = 2
"""A title of fewer words is too common to be a name when it is not quoted."""
FEW_NAMES = 64
"""Names that are looked for in every text; of more only those whose words a text has."""
_WORD = re.compile(r"\w+")


def find(desk: Desk) -> Iterator[Sign]:
    """Every task that another one names, told once for each pair."""
    told: set[tuple[int, int]] = set()
    for sign in (*_numbers_named(desk), *_names(desk)):
        if (sign.before, sign.after) not in told:
            told.add((sign.before, sign.after))
            yield sign


def _numbers_named(desk: Desk) -> Iterator[Sign]:
    for reading in desk.readings:
        text, own = reading.text[:READ_AT_MOST], reading.index
        named: dict[int, tuple[int, int]] = {}
        for before, start, end in by_number(text, own, len(desk.tasks)):
            named.setdefault(before, (start, end))
        for before, span in named.items():
            yield _sign(desk, before, own, *span)


def by_number(text: str, own: int, count: int) -> Iterator[tuple[int, int, int]]:
    """Each task that a text names by its number or its place, and from where to where it does.

    Args:
        text: Of a task; not longer than `READ_AT_MOST`.
        own: The task's place.
        count: How many there are.
    """
    found: list[tuple[int, int, int]] = []
    for match in _NUMBERED.finditer(text):
        if _own_list(text, match.start()) or _OF_OTHERS.match(text, match.end()):
            continue
        numbers = _numbers(match["numbers"], match["noun"])
        found += [(number - 1, *match.span()) for number in numbers]
    for match in _NUMBERED_ELSEWHERE.finditer(text):
        found.append((int(match[1]) - 1, *match.span()))
    for match in _ORDINALS.finditer(text):
        found += [(before, *match.span()) for before in _ordinal(match, own, count)]
    return (one for one in found if 0 <= one[0] < count and one[0] != own)


def _own_list(text: str, start: int) -> bool:
    """Whether `Step 1:` begins a line: then the text numbers steps of its own."""
    line = text.rfind("\n", 0, start) + 1
    return not text[line:start].strip(" \t-*#>") and ":" in text[start : start + 12]


def _numbers(words: str, word: str) -> list[int]:
    found: list[int] = []
    parts = re.findall(r"([-–]|\bto\b)?\s*#?(\d{1,3}|[a-z]+)", words.lower())
    for dash, part in parts:
        if part.isdecimal():
            value = int(part)
        elif part == "one":
            value = 1
        elif len(part) == 1:
            value = ord(part) - 96 if word[0].isupper() or word.endswith("s") else 0
        else:
            value = NUMBERS.get(part, 0)
        if dash and found and value > found[-1]:
            found.extend(range(found[-1] + 1, min(value, found[-1] + 200)))
        if value:
            found.append(value)
    return found


def _ordinal(match: re.Match[str], own: int, count: int) -> list[int]:
    which, several = match["which"].lower(), match["count"]
    many = int(several) if several and several.isdecimal() else NUMBERS.get(several or "", 1)
    if which in ("previous", "preceding", "prior", "last", "earlier"):
        if which == "last" and not own:
            return []
        plural = match.group().lower().endswith("s")
        begin = max(0, own - many) if several or not plural else 0
        return list(range(begin, own))
    if which in ("other", "next", "final"):
        plural = match.group().lower().endswith("s")
        return (
            [index for index in range(count) if index != own] if which == "other" and plural else []
        )
    index = _ORDINAL_WORDS.index(which)
    return [i for i in range(index, min(index + many, count)) if i != own]


def _sign(desk: Desk, before: int, after: int, start: int, end: int) -> Sign:
    said = desk.readings[after].text[start:end]
    return named(Span(after, start, end), before, f"names it: “{said}”")


def named(span: Span, before: int, because: str) -> Sign:
    """The sign of a task that names another one.

    Args:
        span: The words, in the one that names.
        before: Place of the one that is named.
        because: The end of a sentence that begins with the two tasks' names.
    """
    return Sign(
        before=before,
        after=span.index,
        rule="pointer",
        strength=CERTAIN,
        spans=(span,),
        because=because,
        certain=True,
    )


class Names:
    """Ids and titles of a plan's tasks, to be looked for in texts.

    Args:
        desk: All tasks.
    """

    def __init__(self, desk: Desk) -> None:
        self._ids = [task.id.casefold() for task in desk.tasks]
        self._places: dict[str, int] = {}
        for index, task in enumerate(desk.tasks):
            if re.search(r"[-_.\d]", task.id) and len(task.id) > 3:
                self._places.setdefault(task.id.casefold(), index)
            heading = _HEADING.match(task.prompt)
            if heading is not None:
                self._places.setdefault(heading[1].casefold(), index)
            title = " ".join(task.title.split()).casefold()
            if len(title.split()) >= _COMMON_TITLE and not task.prompt.casefold().startswith(title):
                self._places.setdefault(title, index)
        many = len(self._places) > FEW_NAMES
        self._filed = self._file() if many else None
        self._all = None if many else _any_of(self._places)

    def within(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Each task that a text names, and from where to where it does."""
        pattern = self._all if self._filed is None else _any_of(self._perhaps_in(text))
        if pattern is None:
            return
        for match in pattern.finditer(text, 0, READ_AT_MOST):
            before = self._places.get(said := match.group().casefold())
            if before is None:  # a letter that only the pattern takes for another one
                continue
            quoted = text[match.start() - 1 : match.start()] in ("'", '"', "“", "‘", "`")
            cue = _CUES.search(text, 0, match.start())
            if quoted or said == self._ids[before] or cue:
                yield before, match.start(), match.end()

    def _file(self) -> dict[str, list[str]]:
        """Each name below that word of it which the fewest names have."""
        words = {name: _WORD.findall(name) or [""] for name in self._places}
        having = Counter(chain.from_iterable(map(set, words.values())))
        filed: dict[str, list[str]] = {}
        for name, own in words.items():
            filed.setdefault(min(own, key=lambda word: having[word]), []).append(name)
        return filed

    def _perhaps_in(self, text: str) -> list[str]:
        """The names that stand in a text, be it as a part of others."""
        assert self._filed is not None
        low = text[:READ_AT_MOST].casefold()
        words = {"", *_WORD.findall(low)}
        return [name for word in words for name in self._filed.get(word, ()) if name in low]


def _any_of(names: Collection[str]) -> re.Pattern[str] | None:
    """A pattern for any of the names, the longest first; `None` without any."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    either = "|".join(re.escape(name) for name in longest_first)
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.I) if either else None


def _names(desk: Desk) -> Iterator[Sign]:
    """Ids and titles inside other prompts."""
    names = Names(desk)
    for reading in desk.readings:
        for before, start, end in names.within(reading.text):
            if before != reading.index:
                yield _sign(desk, before, reading.index, start, end)
