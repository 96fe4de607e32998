"""What is different between variants: how alike they are, and which sections only one has.

Blocks the thread it is called in, for a second at most. This module never says which is
the better one.
"""

from collections import Counter
from collections.abc import Mapping

from orchtui.engine.comparison.markdown_lines import parts
from orchtui.engine.run_events.joined_events import OnlyHere, VariantReading
from orchtui.engine.text import clean_line
from orchtui.engine.texts.word_stems import GENERIC, words_of

MOST_VARIANTS = 12
"""Variants that are set against each other: a table of more is not read."""
LONGEST = 100_000
"""Characters of each that are compared."""
MOST_HEADINGS = 8
"""Sections that are told of one variant."""


def read_variants(texts: Mapping[str, str]) -> VariantReading | None:
    """Set variants against each other; `None` where there is nothing to compare.

    Args:
        texts: Results by task, in the plan's order.
    """
    from orchtui.engine.comparison.similarity import matrix  # not before results are joined

    shown = {task: text[:LONGEST] for task, text in list(texts.items())[:MOST_VARIANTS]}
    if len(shown) < 2:
        return None
    alike = matrix(list(shown.values()))
    headings = {task: headings_of(text) for task, text in shown.items()}
    often = Counter(key for found in headings.values() for key in found)
    only = tuple(
        OnlyHere(task, tuple(title for key, title in found.items() if often[key] == 1))
        for task, found in headings.items()
    )
    return VariantReading(
        tasks=tuple(shown),
        similarity=alike.values,
        measure=alike.measure,
        only=tuple(
            OnlyHere(one.task, one.headings[:MOST_HEADINGS]) for one in only if one.headings
        ),
        shared=sum(many > 1 for many in often.values()),
    )


def headings_of(text: str) -> dict[frozenset[str], str]:
    """The headings of a text by what they are about, each once: `Errors` is `The error`."""
    found: dict[frozenset[str], str] = {}
    for part in parts(text):
        if part.kind != "heading" or not part.title:
            continue
        stems = frozenset(stem for _, stem in words_of(part.title) if stem not in GENERIC)
        key = stems or frozenset({part.title.casefold()})
        found.setdefault(key, clean_line(part.title, 80))
    return found
