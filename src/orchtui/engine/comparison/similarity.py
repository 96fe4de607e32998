"""Many texts at once: how alike each two of them are, and what can be counted in each.

Blocks the thread it is called in: ten texts of 5,000 words take some 100 ms. This module never
judges which text is the better one.
"""

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from orchtui.engine.comparison.difference import Span
from orchtui.engine.comparison.markdown_lines import parts
from orchtui.engine.comparison.sides import Side
from orchtui.engine.comparison.word_marks import Vocabulary

IN_ORDER = 4_000_000_000
"""Pairs of words, of all pairs of texts, up to which their order counts."""

_MEASURE = "2 × the words and signs in both texts{}, over those of both; case does not count"
MEASURE, MEASURE_COARSE = (_MEASURE.format(how) for how in (" in the same order", " in any order"))

# No part of it can run over a place where another link may begin, or for longer than any address:
# what a model repeats for a megabyte is still gone through once.
_LINK = re.compile(
    r"\[[^\[\]\n]*\]\([^)\n]{1,2000}\)|<https?://[^<>\s]+>|(?<![(<\w])https?://[^\s<>)\]]+"
)
_FENCE = re.compile(r"[ \t]*(?:[-+*][ \t]+|\d{1,9}[.)][ \t]+)?(?:```|~~~)")


class Matrix(msgspec.Struct, frozen=True):
    """How alike texts are."""

    values: tuple[tuple[float, ...], ...]
    """0 to 1, symmetric; 1 on the diagonal, for the same words, and for two texts without any."""
    measure: str
    """What was measured, in words."""


class Measures(msgspec.Struct, frozen=True):
    """What can be counted in a text."""

    characters: int
    words: int
    """As `wc -w` counts: what stands between white space."""
    lines: int
    headings: int
    links: int
    """Markdown links and bare addresses, outside of code."""
    code_blocks: int
    """Fenced ones."""


def matrix(texts: Sequence[str]) -> Matrix:
    """How alike each two texts are."""
    from rapidfuzz.distance import Indel  # not before texts are compared

    vocabulary = Vocabulary(ignore_case=True)
    words = [vocabulary.words(text, Span(0, len(text))).keys for text in texts]
    count = len(texts)
    cells = sum(len(words[i]) * len(words[j]) for i in range(count) for j in range(i))
    ordered = cells <= IN_ORDER
    bags = [] if ordered else [Counter(one) for one in words]
    values = [[1.0] * count for _ in range(count)]
    for i in range(count):
        for j in range(i):
            if ordered:
                share = Indel.normalized_similarity(words[i], words[j])
            else:
                share = _shared(bags[i], bags[j])
            values[i][j] = values[j][i] = round(share, 4)
    measure = MEASURE if ordered else MEASURE_COARSE
    return Matrix(tuple(map(tuple, values)), measure)


def _shared(one: "Counter[int]", other: "Counter[int]") -> float:
    both = one.total() + other.total()
    return 2 * (one & other).total() / both if both else 1.0


def measures(side: Side) -> Measures:
    """What can be counted in one text; no markdown in what is no prose."""
    text = side.text
    found = parts(text) if side.prose else []
    code = [text[part.start : part.end] for part in found if part.kind == "code"]
    prose = "".join(text[part.start : part.end] for part in found if part.kind != "code")
    return Measures(
        characters=len(text),
        words=len(text.split()),
        lines=text.count("\n") + (bool(text) and not text.endswith("\n")),
        headings=sum(part.kind == "heading" for part in found),
        links=len(_LINK.findall(prose if side.prose else text)),
        code_blocks=sum(_FENCE.match(block) is not None for block in code),
    )
