"""Lists written on one line: "1) … 2) …", "a; b; c" and "these topics: A, B and C".

Turns them into the same outline as lists on lines of their own. A colon alone
makes no list: the words before it must announce one.
"""

import re

from orchtui.engine.request.chains import by_ordinals, is_work
from orchtui.engine.request.clauses import (
    HIDDEN,
    enumeration,
    first_word,
    has_words,
    mask,
    sentences,
    split_at,
    verb_of,
)
from orchtui.engine.request.closing import take_closing
from orchtui.engine.request.counting import find_counts, is_list_count
from orchtui.engine.request.lexicon import JOINT
from orchtui.engine.request.marks import take_apart, take_marks
from orchtui.engine.request.outline import Group, Item, Outline
from orchtui.engine.request.prompts import outer

MAX_LENGTH = 20_000

_MARK = re.compile(
    r"(?:(?<=\s)|(?<=[:;,])|\A)(?P<open>\()?(?P<n>\d{1,2}|[a-z])(?P<close>[.)])(?= ?[^\W\d_]| "
    r"[\"'`(\[\d])",
    re.IGNORECASE,
)
_POINT = re.compile(r"(?:(?<=[:;,.])|\A) ?[•◦▪●·*–—-] | [•◦▪●] ")
_COLON = re.compile(r":(?= \S)| [–—-](?= \S)")
_SEMICOLON = re.compile(r";(?=\s)")
_ANNOUNCING = re.compile(
    r"\b(?:these|those|the following|following|each of|for each|below|as follows|namely)\b|"
    r"\b(?:topics|tasks|questions|perspectives|sources|aspects|areas|products|languages|subjects)\Z",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[\w-]+(?: [\w-]+){0,3}")


def inline_outline(text: str) -> Outline:
    """The list in a text without line breaks, if there is one; else the text."""
    if len(text) > MAX_LENGTH:
        return Outline(text=text)
    for read in (_numbered, _ordinals, _pointed, _announced, _bracketed):
        if found := read(text):
            head, items, tail = found
            items = [item for item in (_bare(item) for item in items) if has_words(item)]
            if len(items) > 1:
                return Outline([Group(head.strip(), [Item(item) for item in items])], tail.strip())
    return Outline(text=text)


_Found = tuple[str, list[str], str] | None


def _bare(item: str) -> str:
    return re.sub(r"(?:[,;]|,? and)\Z", "", item.strip()).strip()


def _numbered(text: str) -> _Found:
    masked = mask(text)
    # A bracket pair hides its own inside: `(1)` is looked for in the text itself.
    for style in (r".", r")", "("):
        places: list[re.Match[str]] = []
        for match in _MARK.finditer(text):
            hidden = masked[match.start("n")] == HIDDEN
            if (style == "(") != bool(match["open"]) or (style != "(" and hidden):
                continue
            if style != "(" and match["close"] != style:
                continue
            number = len(places) + 1
            if match["n"] == str(number) or match["n"].lower() == chr(96 + min(number, 26)):
                places.append(match)
        kinds = {match["n"].isdigit() for match in places}
        if len(places) > 1 and len(kinds) == 1 and (kinds == {True} or style != "."):
            ends = [match.start() for match in places[1:]] + [len(text)]
            items = [text[m.end() : end].strip() for m, end in zip(places, ends, strict=True)]
            last = sentences(items[-1])
            items[-1] = last[0] if last else items[-1]
            return text[: places[0].start()], items, " ".join(last[1:])
    return None


def _ordinals(text: str) -> _Found:
    parts = by_ordinals(text)
    if not parts or not all(verb_of(part) for part in parts[1:]):
        return None
    last = sentences(parts[-1])
    return parts[0], [*parts[1:-1], last[0]], " ".join(last[1:])


def _pointed(text: str) -> _Found:
    masked = mask(text)
    if not re.search(r"[•◦▪●]|: ?[*–—-] ", masked):
        return None
    parts = split_at(text, _POINT)
    if len(parts) < 2:
        return None
    begins = _POINT.match(text) is not None
    head = "" if begins else parts.pop(0)
    if len(parts) < 2 or (not begins and "•" not in text and not head.rstrip().endswith(":")):
        return None
    last = sentences(parts[-1])
    return head, [*parts[:-1], last[0]], " ".join(last[1:])


def _announced(text: str) -> _Found:
    """`Research these topics: A, B and C`; with semicolons also without announcement."""
    parts = sentences(text)
    for at, sentence in enumerate(parts):
        masked = mask(sentence)
        colon = next((m for m in _COLON.finditer(masked) if has_words(sentence[: m.start()])), None)
        before, after = " ".join(parts[:at]), " ".join(parts[at + 1 :])
        if colon is None:
            pieces = split_at(sentence.rstrip("."), _SEMICOLON)
            if found := _instructions(before, pieces, after):
                return found
            continue
        head, rest = sentence[: colon.start()], sentence[colon.end() :].strip().rstrip(".")
        pieces = split_at(rest, _SEMICOLON)
        by_commas = len(pieces) == 1
        if by_commas:
            pieces = enumeration(rest)
            if first_word(head) in JOINT or not (
                all(piece.startswith("one ") for piece in pieces)
                or _announces(head, len(pieces), is_dash=colon.group() != ":")
            ):
                continue
            pieces = [re.sub(r"\Aone (?:for |on |about )?", "", piece) for piece in pieces]
        if len(pieces) > 1:
            return _closed(f"{before} {head}:".strip(), pieces, after, by_commas=by_commas)
    return None


def _instructions(head: str, pieces: list[str], tail: str) -> _Found:
    """`research a; write b; keep it short`: what has no verb of work goes to the tail."""
    works = [is_work(piece) for piece in pieces]
    if not any(works):
        return _closed(head, pieces, tail) if len(pieces) > 2 else None
    number = works.index(False) if False in works else len(works)
    if any(works[number:]):
        return None
    remarks = [f"{outer(piece)}." for piece in pieces[number:]]
    return _closed(head, pieces[:number], " ".join([*remarks, tail]).strip())


def _closed(head: str, pieces: list[str], tail: str, *, by_commas: bool = False) -> _Found:
    """The last members go to the tail when they say how to run or to end the others.

    In "a, b and c, 10 minutes each" the `and` before them is the list's own.
    """
    number = len(pieces)
    while len(pieces) > 1 and _is_closing(pieces[-1]):
        tail = f"{pieces.pop().rstrip('.')}. {tail}"
    if by_commas and len(pieces) < number:
        pieces = enumeration(", ".join(pieces))
    return (head, pieces, tail) if len(pieces) > 1 else None


def _is_closing(text: str) -> bool:
    said = take_apart(text)[0] if take_apart(text)[1] else text
    return (
        not take_closing(text, alone=True)[0]
        or not take_marks(text, of_item=False)[0]
        or (said != text and len(said.split()) < 3)
        or not has_words(said)
    )


def _announces(head: str, number: int, *, is_dash: bool) -> bool:
    """Whether the words before a colon say that a list follows."""
    counts = [count for count in find_counts(head) if is_list_count(head, count)]
    if any(count.holds(number) for count in counts):
        return True
    if is_dash:
        return False
    bare_verb = verb_of(head) is not None and _LABEL.fullmatch(head) and " " not in head
    return bool(counts or (bare_verb and number > 2) or _ANNOUNCING.search(head))


def _bracketed(text: str) -> _Found:
    """`Research these 3 databases (Redis, Postgres and MySQL) in parallel`."""
    for count in find_counts(text):
        match = re.match(
            r" \((?P<list>[^()]{3,400})\)| [–—] (?P<dashed>[^–—]{3,400}) [–—](?= )",
            text[count.end :],
        )
        if match is None or first_word(text) in JOINT:
            continue
        members = enumeration(match["list"] or match["dashed"])
        if len(members) > 1 and (count.definite or (count.low and count.holds(len(members)))):
            rest = text[count.end + match.end() :]
            last = sentences(rest) if rest.startswith((".", "!")) else sentences(rest)[1:]
            own = rest if not last else rest[: rest.find(last[0])]
            head = f"{text[: count.end]}{own}".rstrip(" .")
            return f"{head}:", members, " ".join(last).lstrip(". ")
    return None
