"""Words of a text with their places, and the base forms that they are compared by.

English endings go by rule and by a list of exceptions; other scripts stay as
they are. This module never decides what a word means.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from orchtui.engine.independence.lexicon import SYNONYMS, VERB_CLASSES
from orchtui.engine.request.grammar import singular

READ_AT_MOST = 20_000
"""Characters of a prompt that are read for its meaning: what a task needs stands early."""

# A run of stars is looked at once, from its first: else a line of them takes quadratic time.
_WORD = re.compile(
    r"\b(?:line by line|step by step|side by side|one by one|end to end|c[ao]me up with|"
    r"look(?:ing)? (?:up|for|into)|find out|go (?:through|over)|read up on|work out|write up|"
    r"figure out|fill in|carry out)\b|"
    r"(?:\.{1,2}/|~/|/|(?<!\*)\*+[/.]?|\.(?=[A-Za-z]))?[^\W_](?:[\w+#*%]|[-./@:&](?=[\w*/])|/(?=\.\.?/)|\.{1,2}(?=/)|(?<=\d),(?=\d)|['’](?=\w))*/?"
    r"|#\d+|[^\w\s]|\n",
    re.IGNORECASE,
)


class Word(NamedTuple):
    """A word or a mark."""

    text: str
    low: str
    """In lower case, without a possessive ending."""
    start: int
    end: int
    owner: bool
    """Whether it has a possessive ending."""

    @property
    def mark(self) -> bool:
        """Whether it is punctuation, or the end of a line."""
        return not (self.text[-1].isalnum() or self.text[-1] in "+#/*%") or self.text == "*"


def words(text: str) -> list[Word]:
    """The words and marks of a text, in order."""
    found = []
    for match in _WORD.finditer(text, 0, READ_AT_MOST):
        word, end = match.group(), match.end()
        low = word.lower().replace("’", "'").replace(" ", "-")
        owner = low.endswith("'s") and len(low) > 2
        if owner:
            low, word, end = low[:-2], word[:-2], end - 2
        found.append(Word(word, low, match.start(), end, owner))
    return found


@lru_cache(maxsize=20_000)
def noun(low: str) -> str:
    """The form in which nouns are compared: singular, one word for synonyms."""
    one = singular(low)
    if one.endswith("ie") and len(one) > 4:
        one = one[:-2] + "y"
    return SYNONYMS.get(one, one)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """What the words of a family share: rotation, rotate, rotating."""
    for ending in ("ion", "ing", "ian", "ed", "al", "e", "y"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            word = word[: -len(ending)]
            break
    return word[:-2] if word.endswith("at") and len(word) > 5 else word


@lru_cache(maxsize=20_000)
def verb(low: str) -> str | None:
    """The base form of a verb that the lexicon knows; `None` for other words."""
    for form in bases(low):
        if form in VERB_CLASSES:
            return form
    return None


def bases(low: str) -> list[str]:
    """A word, and the forms that a verb may have had before its ending."""
    forms = [low]
    for ending in ("ing", "ed", "es", "s", "d"):
        if low.endswith(ending) and len(low) > len(ending) + 2:
            stem = low[: -len(ending)]
            forms += [stem, stem + "e"]
            if len(stem) > 3 and stem[-1] == stem[-2]:
                forms.append(stem[:-1])
            if stem.endswith("i"):
                forms.append(stem[:-1] + "y")
    return forms + ([_IRREGULAR[low]] if low in _IRREGULAR else [])


_IRREGULAR = {
    "written": "write",
    "wrote": "write",
    "built": "build",
    "made": "make",
    "found": "find",
    "drawn": "draw",
    "chosen": "choose",
    "sent": "send",
    "gotten": "get",
    "got": "get",
    "taken": "take",
    "shown": "show",
    "cut": "cut",
    "put": "put",
    "set": "set",
    "shot": "shoot",
}
