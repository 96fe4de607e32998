"""Words brought to a common stem, so that `auditor`, `audits` and `auditing` meet.

Crude on purpose: a few endings of English, the same for both sides that are
compared. Words of other scripts stay as they are. This module never judges what
a word means.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
_MOST = 4000
"""Characters of a text that are read."""
_ENDINGS = (
    "izations isations ization isation ations ation ators ator ities ments ment ness ings ing "
    "ions ion ists ist ity ers ors ies ied er or es ed ly al s y e"
).split()
_LEAST = 4
"""Letters that a stem keeps at least; a plural's `s` goes from shorter words too."""


def words_of(text: str) -> Iterator[tuple[str, str]]:
    """Every word of the text's beginning as it stands there, and its stem."""
    for match in _WORD.finditer(text[:_MOST]):
        word = match.group()
        yield word, stem(word.lower())


def stems_of(text: str) -> Iterator[str]:
    """The stems of a name or description that say anything."""
    return (found for _, found in words_of(text) if found not in GENERIC)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The stem of a word in lower case."""
    if not word.isascii() or len(word) > 40:
        return word[:40]
    for ending in _ENDINGS:
        if word.endswith(ending):
            least = 3 if ending == "s" and not word.endswith("ss") else _LEAST
            rest = word[: -len(ending)]
            if len(rest) >= least:
                word = rest
                break
    # `optimiz` and `optimis`, `plan` and `plann`, `secure` and `secur` meet.
    if len(word) > _LEAST:
        word = word.rstrip("e") if not word.endswith("ee") else word
        word = word[:-2] + "iz" if word.endswith("is") else word
        if len(word) > _LEAST and word[-1] == word[-2] and word[-1] not in "aeiou":
            word = word[:-1]
    return word


GENERIC = frozenset(
    stem(word)
    for word in (
        "a an the this that these those and or not but if then else when where while who which "
        "what how why for from in on at of to by as into onto with without about over under after "
        "before is are be been was were am do does did done has have had can could should would "
        "will must may might it its he she they them their our we you your i me my us one two "
        "three all any each every some more most other such same own only also so very no yes "
        # What descriptions of agents say of anybody.
        "agent agents subagent assistant expert experts expertise specialist specialized "
        "specializing specialise helper master pro professional senior lead experienced "
        "proactively immediately invoke invoked use used uses using user users need needs needed "
        "help helps task tasks work works working job best practices practice good high quality "
        "advanced modern complex comprehensive deep new example examples context assistant "
        "mastering excel handle handles focus focused focuses ensure ensuring provide provides "
        "include including includes make makes want get gets based across including related "
        "project projects file files thing things please engineer developer manager architect"
    ).split()
)
"""Stems that say nothing of a subject."""
