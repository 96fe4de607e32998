"""Words in texts: what is a word, when two are the same, and where one stands.

Case, accents and forms of the same letter do not count. In scripts that are written
without spaces every character is a word. The index is filled with the words that
`indexed` gives, and `Term` finds the same in a text: so a search with the index and
one without it find the same. Pure: this module never touches a file.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property

import msgspec

VERSION = f"1/{unicodedata.unidata_version}"
"""Of the rules for words: an index that was made by others does not fit."""

# Scripts that are written without spaces: kana, Chinese characters, Thai to Lao, Burmese, Khmer.
_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_LETTER = rf"[^\W_{_ALONE}]"
_SINGLE = re.compile(rf"[{_ALONE}]")
_TOKEN = re.compile(rf"{_LETTER}+|(?!_)(?=\w)[{_ALONE}]")

BETWEEN = " \ufffd "
"""Stands between two texts in the index, so that no phrase is found over their border."""


class _Folding(dict[int, str]):
    """Every character's form for comparing, made when it is met first."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
        bare = "".join(one for one in plain if not unicodedata.combining(one))
        self[code] = found = unicodedata.normalize("NFC", bare)
        return found


_FOLDING = _Folding()


def folded(text: str) -> str:
    """The text in the form in which words are compared."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def words(text: str) -> list[str]:
    """Its words, in that form."""
    return _TOKEN.findall(folded(text))


def indexed(texts: Iterable[str]) -> str:
    """Several texts as the index takes them: words with spaces between them."""
    return BETWEEN.join(
        text.lower() if text.isascii() else " ".join(words(text)) for text in texts if text
    )


class Term(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What is searched for: words that follow each other."""

    words: tuple[str, ...]
    """As `words` gives them; at least one."""
    whole: bool
    """Whether the last word must be whole; else it may be the beginning of one."""
    absent: bool = False
    """Whether it must not be there."""

    @classmethod
    def of(cls, text: str, *, whole: bool = False, absent: bool = False) -> "Term | None":
        """The term that a text stands for; `None` where there is no word in it."""
        found = words(text)
        return cls(words=tuple(found), whole=whole, absent=absent) if found else None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds it in a folded text."""
        parts = []
        for before, word in zip(("", *self.words), self.words, strict=False):
            single = bool(_SINGLE.match(word))
            if not before:
                parts.append("" if single else rf"(?<!{_LETTER})")
            else:
                near = single or bool(_SINGLE.match(before))
                parts.append(r"[\W_]*" if near else r"[\W_]+")
            parts.append(re.escape(word))
        if self.whole and not _SINGLE.match(self.words[-1]):
            parts.append(rf"(?!{_LETTER})")
        return re.compile("".join(parts))

    @property
    def query(self) -> str:
        """The same for FTS5: only words, in quotes, so that no text is ever its syntax."""
        phrase = '"' + " ".join(self.words) + '"'
        return phrase if self.whole or _SINGLE.match(self.words[-1]) else f"{phrase} *"

    def stands_in(self, text: str) -> bool:
        """Whether a folded text has it."""
        # Quicker than the pattern by far, and mostly all that is needed.
        return self.words[0] in text and self.pattern.search(text) is not None


Span = tuple[int, int]
"""Characters of a text, from and to."""

MOST_SPANS = 100


def spans(text: str, terms: Sequence[Term]) -> tuple[Span, ...]:
    """Where terms stand in a text: in order, none over another, at most `MOST_SPANS`."""
    plain = folded(text)
    found: list[Span] = []
    for term in terms:
        if term.words[0] not in plain:
            continue
        for number, match in enumerate(term.pattern.finditer(plain)):
            if number >= MOST_SPANS:
                break
            found.append(match.span())
    apart: list[Span] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return _in_original(text, plain, apart[:MOST_SPANS])


def _in_original(text: str, plain: str, found: Sequence[Span]) -> tuple[Span, ...]:
    """Places in the folded text as places in the text itself."""
    if not found or text.isascii() or all(len(_FOLDING[ord(one)]) == 1 for one in set(text)):
        return tuple(found)
    at, origin, wanted = 0, {}, {place for span in found for place in span}
    last = max(wanted)
    for place, character in enumerate(text):
        for offset in range(at, at + len(_FOLDING[ord(character)])):
            origin[offset] = place
        at += len(_FOLDING[ord(character)])
        if at > last:
            break
    placed = [(origin[start], origin[end - 1] + 1) for start, end in found]
    return tuple(placed)


class Snippet(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a text on one line, with the places of what was found."""

    text: str
    spans: tuple[Span, ...]
    """In `text`."""


_ONE_LINE = {ord(character): " " for character in "\n\t\r"}


def snippet(text: str, terms: Sequence[Term], width: int = 160) -> Snippet:
    """The piece of a text around the first place in which a term was found.

    Args:
        text: A cleaned one.
        terms: What was searched for.
        width: Characters, at most, without the two that say that it goes on.
    """
    found = spans(text, terms)
    first = found[0][0] if found else 0
    start = max(0, min(first - width // 4, len(text) - width))
    if start and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    end = min(len(text), start + width)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    line = text[start:end].translate(_ONE_LINE)
    shift = len(before) - start
    inside = [(a + shift, min(b, end) + shift) for a, b in found if start <= a < end]
    return Snippet(text=f"{before}{line}{after}", spans=tuple(inside))
