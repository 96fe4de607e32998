"""What results state, sentence by sentence, in a form that can be set against each other.

Only prose is read: no code, tables or headings. This module never judges who is right.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from orchtui.engine.comparison.markdown_lines import parts
from orchtui.engine.comparison.sentences import cuts
from orchtui.engine.text import clean_line
from orchtui.engine.texts.word_stems import stem

LONGEST_QUOTE = 240
"""Characters of a sentence that are quoted."""
_LONGEST = 600
"""Characters of a sentence that is read: what is longer is a list or a log."""
_MARKS = re.compile(r"[*_`~]+|^\s*(?:[-+*]|\d{1,9}[.)])\s+|\[([^\]\n]{0,200})\]\([^)\n]{0,500}\)")
_WORD = re.compile(r"\d+(?:[.,:]\d+)*%?|[^\W\d_]+(?:['’][^\W\d_]+)?")
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_MONTHS = frozenset(
    "january february march april may june july august september october november december".split()
)
_NEGATIONS = frozenset("not no never cannot without neither nor nobody nothing none".split())
_HEDGES = frozenset(
    "about around approximately roughly nearly almost some circa ca over under up only just at "
    "least most more less than estimated typically usually generally often sometimes may might "
    "could probably possibly perhaps likely".split()
)
"""With one of these a number is not meant exactly, nor a sentence always."""
_EMPTY = frozenset(
    "a an the this that these those and or but of in on at to for from by with as is are was were "
    "be been being am it its their there here which who whom whose also so then thus therefore "
    "however moreover furthermore can do does did has have had will would shall should very".split()
)


_LABELS = frozenset(
    "step part chapter section figure table task page option example phase level line item point "
    "question case listing note appendix".split()
)
"""A number behind one of these says which one, and not how many."""


class Statement(NamedTuple):
    """One sentence."""

    task: str
    quote: str
    """On one line, and not too long."""
    stems: tuple[str, ...]
    """Of what it is about, in order: without numbers, months, negations and empty words."""
    figures: tuple[str, ...]
    """Its numbers and months, in order and in one spelling."""
    negated: bool
    """Whether it has an odd number of negations."""
    hedged: bool
    """Whether a word in it says that it is not meant exactly."""

    @property
    def subject(self) -> frozenset[str]:
        """What it is about, in any order."""
        return frozenset(self.stems)


def statements(task_id: str, text: str) -> Iterator[Statement]:
    """The sentences of a result's prose, in order."""
    for part in parts(text):
        if part.kind not in ("paragraph", "item"):
            continue
        block, start = text[part.start : part.end], 0
        for end in cuts(block):
            sentence = block[start:end]
            start = end
            if 0 < len(sentence) <= _LONGEST:
                yield statement(task_id, sentence)


def statement(task_id: str, sentence: str) -> Statement:
    """One sentence as a statement."""
    plain = " ".join(_MARKS.sub(lambda match: match[1] or "", sentence).split())
    stems, figures, negations, hedged = [], list[str](), 0, False
    before = ""
    for match in _WORD.finditer(plain):
        word, last = match.group().casefold().replace("’", "'"), before
        before = word
        if last in _LABELS and word[0].isdigit():
            stems.append(f"{last} {word}")
        elif word[0].isdigit() or word in _NUMBERS or match.group().capitalize() in _dates(match):
            figures.append(_NUMBERS.get(word, _number(word)))
        elif word in _NEGATIONS or word.endswith("n't"):
            negations += 1
        elif word in _HEDGES:
            hedged = True
        elif word not in _EMPTY:
            stems.append(stem(word))
    return Statement(
        task_id,
        clean_line(plain, LONGEST_QUOTE),
        tuple(stems),
        tuple(figures),
        negations % 2 == 1,
        hedged,
    )


def _dates(match: "re.Match[str]") -> tuple[str, ...]:
    """The month that a word is, written as one: `may` is none, `May` is."""
    word = match.group()
    return (word,) if word[0].isupper() and word.casefold() in _MONTHS else ()


def _number(word: str) -> str:
    """One spelling: `3,400` is `3400`, `2.50` is `2.5`, `May` is `may`."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?%?", word):
        word = word.replace(",", "")
    if re.fullmatch(r"\d+\.\d+%?", word) and word.count(".") == 1:
        percent = "%" if word.endswith("%") else ""
        word = word.rstrip("%").rstrip("0").rstrip(".") + percent
    return word
