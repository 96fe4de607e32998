"""Where a text may be cut: sentences, lists within a sentence, protected spans.

`mask` hides what stands in brackets, quotes and backticks, so that no comma in
there ever separates anything. All functions are linear in the length of the
text. This module never decides what is a task.
"""

import re
from collections.abc import Iterable

from orchtui.engine.request.lexicon import BINOMIALS, COMPOUNDS, PREPOSITIONS, SPECIALIST_OF

HIDDEN = "\x00"
_PAIRS = {")": "(", "]": "[", "}": "{", "”": "“", "»": "«"}
_OPENERS = frozenset(_PAIRS.values())
_BRACKETS = re.compile(r"[()\[\]{}“”«»]")
_QUOTED = re.compile(r"`[^`\n]+`|\"[^\"\n]{1,400}\"|(?<!\w)'[^'\n]{1,200}'(?!\w)")
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")

_SENTENCE_END = re.compile(r"[.!?…]+[\"”’')\]]*(?=\s+[^\s\W]|\s+[\"“(\[`*]|\s*\Z)|[。！？]+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|approx|Dr|Mr|Mrs|Ms|Prof|St|No|Inc|Ltd|Fig|vol|ver|max|min)"
    r"|\b[A-Z]|\.\.)\.?\Z"
)
_AND = re.compile(r" (?:and|&|plus|as well as|along with) |\s*[،、，]\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*[,،、，]\s+|[、，]")
_LEADING_AND = re.compile(r"(?:and|&|plus|as well as|also)\s+(?:also\s+)?", re.IGNORECASE)
_OPEN_END = re.compile(r"(?:and so on|and so forth|and others|and more|etc\.?|\.\.\.|…)\Z", re.I)
_WORD = re.compile(r"[^\W_][\w'’/+#.-]*")


def mask(text: str) -> str:
    """The same length, with all that is inside brackets, quotes and URLs hidden."""
    hidden = list(text)

    def hide(start: int, end: int) -> None:
        hidden[start:end] = HIDDEN * (end - start)

    for match in _QUOTED.finditer(text):
        hide(match.start() + 1, match.end() - 1)
    for match in _URL.finditer(text):
        hide(match.start(), match.end())
    opened: list[int] = []
    spans: list[tuple[int, int]] = []
    for match in _BRACKETS.finditer(text):
        place = match.start()
        if hidden[place] == HIDDEN:
            continue
        if text[place] in _OPENERS:
            opened.append(place)
        elif opened and text[opened[-1]] == _PAIRS[text[place]]:
            start = opened.pop()
            while spans and spans[-1][0] > start:
                spans.pop()
            spans.append((start, place))
    for start, end in spans:
        hide(start + 1, end)
    return "".join(hidden)


def sentences(text: str) -> list[str]:
    """The sentences with their end marks; never cut inside brackets, quotes or `e.g.`."""
    found: list[str] = []
    start = 0
    masked = mask(text)
    for match in _SENTENCE_END.finditer(masked):
        if _ABBREVIATION.search(masked, max(start, match.start() - 8), match.start() + 1) and (
            match.end() < len(text)
        ):
            continue
        sentence = text[start : match.end()].strip()
        if not has_words(sentence):
            continue
        found.append(sentence)
        start = match.end()
    if rest := text[start:].strip():
        found.append(rest)
    return found


def split_at(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Cut where the pattern matches outside brackets and quotes."""
    return _cut(text, pattern.finditer(mask(text)))


def enumeration(text: str) -> list[str]:
    """The members of `A, B and C`; one member when there is nothing to split.

    An `and` separates only before the last member, or everywhere when there
    are no commas; fixed pairs such as `pros and cons` stay together.
    """
    text = _OPEN_END.sub("", text.strip()).rstrip(" ,;")
    text = re.sub(r"\A(?:both|all of|each of|either)\s+", "", text, flags=re.IGNORECASE)
    parts = split_at(text, _COMMA)
    if len(parts) < 2:
        return _split_and(text) or [text]
    last = parts[-1]
    if lead := _LEADING_AND.match(last):
        parts[-1] = last[lead.end() :].strip()
    elif not any(len(_split_and(part)) > 1 for part in parts[:-1]):
        parts[-1:] = _split_and(last)
    return [part for part in parts if has_words(part)] or [text]


def is_open_ended(text: str) -> bool:
    """Whether a list ends with `etc.` or the like."""
    return bool(_OPEN_END.search(text.rstrip(" ).")) or re.search(r"\betc\.?\W*\Z", text[-12:]))


def _split_and(text: str) -> list[str]:
    whole = BINOMIALS.sub(lambda match: HIDDEN * len(match.group()), mask(text))
    return _cut(text, _AND.finditer(whole))


def _cut(text: str, places: Iterable[re.Match[str]]) -> list[str]:
    """What stands before, between and behind these places."""
    parts: list[str] = []
    start = 0
    for match in places:
        parts.append(text[start : match.start()].strip())
        start = match.end()
    parts.append(text[start:].strip())
    return [part for part in parts if has_words(part)]


def shared_end(members: list[str]) -> tuple[list[str], str]:
    """Move what belongs to all members out of the last one.

    `a haiku`, `a sonnet about autumn` gives the two poems and `about autumn`:
    the last member is cut at its first preposition when no other member has one.
    """
    if any(_preposition(member) is not None for member in members[:-1]):
        return members, ""
    place = _preposition(members[-1])
    if place is None:
        return members, ""
    last = members[-1]
    return [*members[:-1], last[:place].strip()], last[place:].strip()


def shared_start(members: list[str]) -> tuple[str, list[str]]:
    """Move what belongs to all members out of the first one.

    `the API against staging`, `production` gives `the API against` and the two places.
    """
    cuts = [
        m for m in re.finditer(r"(?<= )([a-z]+)(?= )", mask(members[0])) if m[1] in PREPOSITIONS
    ]
    if not cuts or any(_preposition(member) is not None for member in members[1:]):
        return "", members
    end = cuts[-1].end()
    return members[0][:end], [members[0][end:].strip(), *members[1:]]


def _preposition(text: str) -> int | None:
    """Where the first preposition that is not the first word begins."""
    whole = COMPOUNDS.sub(lambda match: HIDDEN * len(match.group()), mask(text))
    for match in re.finditer(r"(?<= )[a-z]+(?= )", whole):
        if match.group() in PREPOSITIONS:
            return match.start()
    return None


def first_word(text: str) -> str:
    """The first word in lower case, without markup or punctuation; empty when there is none."""
    match = _WORD.search(text[:80])
    return match.group().lower().rstrip(".'’/-") if match else ""


def verb_of(text: str) -> str | None:
    """The verb that the text begins with, when it is one that may begin a task."""
    word = first_word(text)
    return word if word in SPECIALIST_OF else None


def tidy(text: str) -> str:
    """Repair what the removal of words left: double spaces, lonely commas, empty brackets."""
    text = re.sub(r"(?<![\w\])])[(\[] ?[,;:]? ?[)\]]", "", text)
    text = re.sub(r" {2,}", " ", text)
    text = re.sub(r"\.(?: \.)+(?=\s|\Z)", ".", text)
    text = re.sub(r" ([,.;:!?])(?=\s|\Z)", r"\1", text)
    text = re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)
    text = re.sub(r"[,;](?: ?[,;])+(?=\s|\Z)", ",", text)
    text = re.sub(r",(?=[.;:!?](?:\s|\Z))", "", text)
    text = re.sub(r"(?m)^ *[,;:.–—] |[ ]+$", "", text)
    return text.strip().strip(",;–—").strip()


def has_words(text: str) -> bool:
    """Whether anything is there to read."""
    return any(char.isalnum() for char in text)
