"""How results that are too long for one prompt are cut into parts that are not.

Nothing is lost: the parts tile the results, in the plan's order. A result is cut only
where it is too long for a part of its own, and then between paragraphs if it can be.
This module never asks a model.
"""

from collections.abc import Mapping
from typing import NamedTuple

CHARACTERS = 240_000
"""Of all results together that are given to a model at once: some 60,000 tokens at four characters
each, which leaves room for instructions and answer in a window of 128,000, the smallest that hosted
models have today."""
LOCAL_CHARACTERS = 3_000
"""The same for the model on this machine: its slots have 2,048 tokens for the agent file, the
prompt and the answer together (`local.SLOT_TOKENS`)."""
MOST_PARTS = 64
"""Questions to a model in one round: more would cost more than a synthesis is worth."""
MOST_ROUNDS = 3
FRAME = 120
"""Characters for what stands around each result in a prompt."""

_EARLIEST = 0.5
"""The share of a part that is filled at least where a result is cut."""


class Piece(NamedTuple):
    """A stretch of one text."""

    key: str
    """Whose: a task's id, or a part's name in a later round."""
    start: int
    """Characters."""
    end: int


Part = tuple[Piece, ...]


def most_characters(backend: str) -> int:
    """How many characters of results a backend is given at once.

    Args:
        backend: Its name. Windows of other servers' models are not known here.
    """
    return LOCAL_CHARACTERS if backend == "local" else CHARACTERS


def length(texts: Mapping[str, str]) -> int:
    """Characters that results take in a prompt."""
    return sum(len(text) + FRAME for text in texts.values())


def parts_for(characters: int, most: int) -> int:
    """How many parts results will be reduced in, by their length alone: 0 where they need not be.

    Summaries are asked to fit together, so that one round is to be expected.

    Args:
        characters: Of all results, with their frames.
        most: As `most_characters` says.
    """
    return -(-characters // most) if characters > most else 0


def too_many(parts: int) -> str:
    """Why results are not reduced in so many parts."""
    return (
        f"the results are too long to be reduced: {parts} parts, and at most {MOST_PARTS} are "
        "summarized"
    )


def parts_of(texts: Mapping[str, str], most: int) -> list[Part]:
    """Texts as parts, each of at most `most` characters with its frames.

    Args:
        texts: By key, in their order.
        most: More than `FRAME`.
    """
    parts: list[Part] = []
    filling: list[Piece] = []
    room = most
    for key, text in texts.items():
        start = 0
        while True:
            left = len(text) - start + FRAME
            if left <= room:
                filling.append(Piece(key, start, len(text)))
                room -= left
                break
            if left > most and room == most:  # too long for any part
                end = _cut(text, start, start + most - FRAME)
                parts.append((Piece(key, start, end),))
                start = end
                continue
            parts.append(tuple(filling))
            filling, room = [], most
    if filling:
        parts.append(tuple(filling))
    return parts


def _cut(text: str, start: int, end: int) -> int:
    """Where a text is cut between two places: after a paragraph, a line, or a word."""
    earliest = start + int((end - start) * _EARLIEST)
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, earliest, end)
        if at >= 0:
            return at + len(mark)
    return end
