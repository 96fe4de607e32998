"""Piece: one of the tasks that a sentence holds, and how frames make them.

This module knows no frame.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from orchtui.engine.request.clauses import HIDDEN, enumeration, mask
from orchtui.engine.request.limits import Marks
from orchtui.engine.request.marks import take_marks
from orchtui.engine.request.prompts import titled

PRONOUN = re.compile(
    r"\b(?:me|us|you|him|her|them|it|its|their|themselves|myself)\b", re.IGNORECASE
)
"""Words that need another sentence or task to be understood."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One task of a sentence."""

    prompt: str
    title: str
    own: str
    """The words that only this task has."""
    marks: Marks = Marks()


def search(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first match outside brackets and quotes; its places are those of the text."""
    return pattern.search(mask(text).replace(HIDDEN, "x"))


def members_of(text: str, match: re.Match[str]) -> list[str]:
    """The members of the enumeration that a pattern called `list`."""
    return enumeration(text[match.start("list") : match.end("list")])


def pieces_of(
    members: list[str], say: Callable[[str], str], name: Callable[[str], str] = titled
) -> list[Piece]:
    pieces = []
    for member in members:
        words, marks = take_marks(member, of_item=True)
        words = words or member
        pieces.append(Piece(say(words), name(words), words, marks))
    return pieces
