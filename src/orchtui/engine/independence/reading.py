"""Reading: what a task's words say, as verbs and noun phrases with their places.

A shallow reading of English imperatives; other text gives few phrases or none.
This module never compares two tasks.
"""

from dataclasses import dataclass

from orchtui.engine.independence.chunker import Chunker
from orchtui.engine.independence.lexicon import WEAK
from orchtui.engine.independence.phrases import Phrase, Verb
from orchtui.engine.independence.words import Word, verb, words

NEAR = 600
"""Characters from the start in which a passing noun phrase still counts as a sign."""

_NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reading:
    """One task as read."""

    index: int
    """Place among the enabled tasks."""
    text: str
    """The prompt."""
    words: list[Word]
    verbs: list[Verb]
    phrases: list[Phrase]
    subject: frozenset[str]
    """Base forms of all words that say what it is about."""
    said: frozenset[str]
    """Base forms of all words that are verbs, in whatever form."""

    main: Verb | None
    """The verb that the task begins with."""

    @property
    def classes(self) -> frozenset[str]:
        """What the main verb does."""
        return self.main.classes if self.main else _NOTHING

    def verb_of(self, phrase: Phrase) -> Verb | None:
        """The verb that a phrase belongs to."""
        return self.verbs[phrase.verb] if phrase.verb >= 0 else None


def read(index: int, text: str) -> Reading:
    """Read one prompt."""
    found = words(text)
    chunker = Chunker(found)
    chunker.run()
    _together(chunker.verbs, found)
    subject: set[str] = set()
    for phrase in chunker.phrases:
        if not phrase.pronoun:
            subject.update(phrase.words)
    return Reading(
        index=index,
        text=text,
        words=found,
        verbs=chunker.verbs,
        phrases=chunker.phrases,
        main=next((each for each in chunker.verbs if each.main), None),
        subject=frozenset(subject - WEAK),
        said=frozenset(
            base for word in found[:200] if not word.mark and (base := verb(word.low)) is not None
        ),
    )


def _together(verbs: list[Verb], found: list[Word]) -> None:
    """`Bring the findings together`: then the verb combines."""
    if any(word.low == "together" for word in found[:30]):
        for each in verbs:
            if each.main and each.base in ("bring", "put", "pull", "tie", "draw", "stitch", "tape"):
                each.classes = frozenset({"combine"})
