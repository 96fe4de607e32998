"""English plurals, singulars and articles, by rule and by a list of exceptions.

This module never looks at more than a few words.
"""

import re

from orchtui.engine.request.lexicon import NOT_PLURAL, PLURALS


def is_plural(word: str) -> bool:
    """Whether an English word has the form of a plural."""
    lower = word.lower()
    if lower in PLURALS:
        return True
    return (
        lower.endswith("s")
        and not lower.endswith(("ss", "us", "'s"))
        and (lower not in NOT_PLURAL and len(lower) > 2)
    )


def singular(word: str) -> str:
    """The singular of an English plural; other words as they are."""
    lower = word.lower()
    if lower in PLURALS:
        return PLURALS[lower]
    if not is_plural(word):
        return word
    if lower.endswith("ies") and len(lower) > 4:
        return word[:-3] + "y"
    if lower.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]


def article(words: str) -> str:
    """`a` or `an`, by the sound that the words begin with."""
    if re.match(r"[AEFHILMNORSX](?:[A-Z\d]|\b)", words):
        return "an"
    lower = words.lower()
    if re.match(r"uni(?![mn])|us[aeu]|uti|eu|one\b|once|ubi|u\b", lower):
        return "a"
    return "an" if lower.startswith((*"aeiou", "hour", "honest", "heir")) else "a"
