"""Words that point at another task by its number: "Task 2 is critical", "(after 1 and 2)".

This module never guesses which task is meant by its content.
"""

import re

from orchtui.engine.plans.plan import Priority
from orchtui.engine.request.clauses import sentences, tidy
from orchtui.engine.request.lexicon import NUMBERS
from orchtui.engine.request.marks import take_priority

_ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(),
        range(1, 11),
        strict=True,
    )
)
_ONE = r"(?:(?:tasks?|steps?|items?|numbers?|nos?\.?|points?|parts?) ?)?#?(?:\d{1,3}|[a-h])"
_REFERRED = (
    rf"(?:{_ONE}(?:(?:, (?:and )?| and | & |-|–){_ONE}){{0,30}}"
    rf"|task (?:{'|'.join(NUMBERS)}))(?![\w-])"
)
_NEEDS = re.compile(
    rf" ?\((?:after|depends on|needs|requires|once) (?P<bracket>{_REFERRED})"
    r"(?: (?:is|are) (?:done|complete|finished))?\)"
    rf"|\A(?:after|once) (?P<start>(?=tasks?|steps?|items?|#|\d){_REFERRED})"
    r"(?: (?:is|are) (?:done|complete|completed|finished|ready))?,? "
    rf"|,? (?:after|once|when) (?P<end>(?=tasks|task|steps?|items?|#){_REFERRED})"
    r"(?: (?:is|are) (?:done|complete|completed|finished|ready))?(?=[.!]?\Z)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:the )?(?:(?P<ordinal>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|"
    r"last)"
    r"(?: (?:one|task|item|topic|point|step))?"
    r"|(?:task|item|number|no\.?|point|step|#) ?#?(?P<number>\d{1,3})"
    r"|(?P<name>[^,.;:]{2,60}?)) (?:is|are) (?:the |a |an )?(?=\w)",
    re.IGNORECASE,
)


def take_needs(text: str, own: int) -> tuple[str, tuple[int, ...]]:
    """Take "(after task 1)" out of an item; gives the positions that it names.

    Args:
        own: The item's position; it and later ones are never needed.
    """
    match = _NEEDS.search(text)
    if match is None:
        return text, ()
    words = match["bracket"] or match["start"] or match["end"]
    positions: set[int] = set()
    previous = 0
    for dash, number, word in re.findall(r"([-–]?)(?:(\d{1,3})|\b([a-z]+)\b)", words.lower()):
        value = int(number) if number else NUMBERS.get(word, 0)
        if not value and len(word) == 1:
            value = ord(word) - 96
        if dash and previous and value > previous:
            positions.update(range(previous, min(value, own) + 1))
        if value:
            positions.add(value)
            previous = value
    needed = tuple(sorted(position for position in positions if 0 < position < own))
    if not needed:
        return text, ()
    return tidy(text[: match.start()] + text[match.end() :]), needed


def take_priorities(text: str, titles: list[str]) -> tuple[str, dict[int, Priority]]:
    """Take "The first one is critical." out of closing remarks; gives priorities by index."""
    found: dict[int, Priority] = {}
    kept: list[str] = []
    for sentence in sentences(text):
        left = [part for part in re.split(r", (?:and )?| and |; ", sentence.rstrip(".!")) if part]
        given = [_given(part, titles) for part in left]
        if left and all(given):
            found.update(entry for entry in given if entry is not None)
        else:
            kept.append(sentence)
    return (" ".join(kept) if found else text), found


def _given(part: str, titles: list[str]) -> tuple[int, Priority] | None:
    match = _SUBJECT.match(part)
    if match is None:
        return None
    word = part[match.end() :]
    rest, priority = take_priority(f"x ({word})", bare=False)
    if priority is None or rest.strip() != "x":
        return None
    if match["ordinal"]:
        ordinal = match["ordinal"].lower()
        index = len(titles) - 1 if ordinal == "last" else _ORDINALS[ordinal] - 1
    elif match["number"]:
        index = int(match["number"]) - 1
    else:
        name = match["name"].casefold()
        named = [at for at, title in enumerate(titles) if _is_called(title.casefold(), name)]
        index = named[0] if len(named) == 1 else -1
    return (index, priority) if 0 <= index < len(titles) else None


def _is_called(title: str, name: str) -> bool:
    return title == name or title.startswith(f"{name} ")
