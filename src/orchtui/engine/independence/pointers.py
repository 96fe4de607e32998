"""The family of pointers: a task names another one, by number, id or title.

This module never asks what tasks are about.
"""

import re
from collections.abc import Iterator

from orchtui.engine.independence.desk import Desk
from orchtui.engine.independence.lexicon import NUMBERS
from orchtui.engine.independence.signs import CERTAIN, Sign, Span

_NUMBER = rf"(?:\d{{1,3}}|[a-h]\b|one\b|{'|'.join(NUMBERS)})"
_MORE = (
    rf"(?:\s*(?:,\s*(?:and\s+)?|and\s+|&\s*|[-–]\s*|to\s+|,?\s*or\s+)(?:tasks?\s*)?#?{_NUMBER})*"
)
_NOUN = (
    r"(?:tasks?|steps?|subtasks?|aufgaben?|schritte?|tareas?|pasos?|tâches?|étapes?|"
    r"任务|步骤|タスク|ステップ)"
)
_NUMBERED = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})\s*(?:no\.?\s*|number\s*|nr\.?\s*)?#?(?P<numbers>{_NUMBER}{_MORE})"
    r"(?![\w-]|\.\w)",
    re.IGNORECASE,
)
_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
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


def find(desk: Desk) -> Iterator[Sign]:
    """Every task that another one names."""
    count = len(desk.tasks)
    for reading in desk.readings:
        for match in _NUMBERED.finditer(reading.text):
            own = _own_list(reading.text, match.start())
            for number in () if own else _numbers(match["numbers"], match["noun"]):
                if 1 <= number <= count and number - 1 != reading.index:
                    yield _sign(desk, number - 1, reading.index, match.start(), match.end())
        for match in _ORDINALS.finditer(reading.text):
            for before in _ordinal(match, reading.index, count):
                yield _sign(desk, before, reading.index, match.start(), match.end())
    yield from _names(desk)


def _own_list(text: str, start: int) -> bool:
    """Whether `Step 1:` begins a line: then the text numbers steps of its own."""
    line = text.rfind("\n", 0, start) + 1
    return not text[line:start].strip(" \t-*#>") and ":" in text[start : start + 12]


def _numbers(words: str, word: str) -> list[int]:
    found: list[int] = []
    parts = re.findall(r"([-–]|\bto\b)?\s*#?(\d{1,3}|[a-z]+)", words.lower())
    for dash, part in parts:
        if part.isdigit():
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
    many = int(several) if several and several.isdigit() else NUMBERS.get(several or "", 1)
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
    return Sign(
        before=before,
        after=after,
        rule="pointer",
        strength=CERTAIN,
        spans=(Span(after, start, end),),
        because=f"names it: “{said}”",
        certain=True,
    )


def _names(desk: Desk) -> Iterator[Sign]:
    """Ids and titles inside other prompts."""
    names: dict[str, int] = {}
    for index, task in enumerate(desk.tasks):
        if re.search(r"[-_.\d]", task.id) and len(task.id) > 3:
            names.setdefault(task.id.casefold(), index)
        heading = _HEADING.match(task.prompt)
        if heading is not None:
            names.setdefault(heading[1].casefold(), index)
        title = " ".join(task.title.split()).casefold()
        if len(title.split()) >= _COMMON_TITLE and not task.prompt.casefold().startswith(title):
            names.setdefault(title, index)
    if not names:
        return
    either = "|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)))
    pattern = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.IGNORECASE)
    for reading in desk.readings:
        for match in pattern.finditer(reading.text):
            before = names[match.group().casefold()]
            quoted = reading.text[match.start() - 1 : match.start()] in ("'", '"', "“", "‘", "`")
            is_id = match.group().casefold() == desk.tasks[before].id.casefold()
            cue = _CUES.search(reading.text, 0, match.start())
            if before != reading.index and (quoted or is_id or cue):
                yield _sign(desk, before, reading.index, match.start(), match.end())
