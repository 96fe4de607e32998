"""Chunker: walks over the words of a task once and takes out verbs and noun phrases.

This module knows English imperatives and nothing of plans.
"""

from collections.abc import Sequence

from orchtui.engine.independence.lexicon import (
    ARTICLES,
    FILLERS,
    NUMBERS,
    PARTICLE_VERBS,
    PREPOSITIONS,
    PRONOUNS,
    STOP,
    VERB_CLASSES,
)
from orchtui.engine.independence.phrases import Phrase, Verb
from orchtui.engine.independence.words import Word, noun, verb
from orchtui.engine.paths.paths import is_path
from orchtui.engine.request.grammar import is_plural
from orchtui.engine.request.lexicon import NOUN_LIKE

_WHICH = frozenset("of about regarding covering concerning".split())
_COMPLEMENTS = _WHICH | frozenset("for on from in to with into at".split())
_SENTENCE = frozenset(".;:!?\n")
_NOTHING: frozenset[str] = frozenset()


class Chunker:
    """Walks over the words once."""

    def __init__(self, found: Sequence[Word]) -> None:
        self._words = found
        self._at = 0
        self.verbs: list[Verb] = []
        self.phrases: list[Phrase] = []
        self._preposition = ""
        self._object = False
        self._owner = -1
        self._attached: list[tuple[int, bool]] = []
        """The phrases that a complement belongs to, and whether it says which one each is."""
        self._beside: list[tuple[int, bool]] = []
        """The phrases that the latest one belongs to: its neighbours belong to them as well."""

    def run(self) -> None:
        """Read all words."""
        begins = True
        while self._at < len(self._words):
            word = self._words[self._at]
            if word.mark:
                begins = self._mark(word)
            elif begins:
                begins = self._begin(word)
            else:
                begins = self._inside(word)

    def _mark(self, word: Word) -> bool:
        """Whether a clause begins behind this mark."""
        self._at += 1
        self._owner = -1
        if word.text in _SENTENCE:
            self._preposition, self._object, self._attached = "", False, []
            return True
        if word.text in ",()–—-•*&/":
            self._attached = list(self._beside)
            return self._verb_ahead()
        return False

    def _begin(self, word: Word) -> bool:
        """At the start of a clause: fillers, then the verb. True while still at the start."""
        if self._called(self._at):
            return self._inside(word)
        if (
            word.low in FILLERS
            or (word.low.endswith("ly") and len(word.low) > 4)
            or (word.low.isdecimal() and self._next_is_mark())
        ):
            self._at += 1
            return True
        if word.low in ARTICLES or word.low in PREPOSITIONS or word.low in STOP:
            if word.low in ("one", "using", "based") or verb(word.low) is None:
                return self._inside(word)
        if word.low in PRONOUNS or word.low in NUMBERS or word.low.isdecimal():
            return self._inside(word)
        self._take_verb(word, main=True)
        return False

    def _next_is_mark(self) -> bool:
        return self._at + 1 < len(self._words) and self._words[self._at + 1].mark

    def _take_verb(self, word: Word, *, main: bool) -> None:
        base, end = verb(word.low), word.end
        self._at += 1
        if self._at < len(self._words):
            particle = self._words[self._at]
            if f"{base or word.low} {particle.low}" in PARTICLE_VERBS:
                base, end = f"{base or word.low}-{particle.low}", particle.end
                self._at += 1
        self.verbs.append(
            Verb(
                base=base or word.low,
                classes=VERB_CLASSES.get(base or word.low, _NOTHING),
                start=word.start,
                end=end,
                main=main,
            )
        )
        self._preposition, self._object, self._attached, self._owner = "", True, [], -1

    def _verb_ahead(self) -> bool:
        """Whether the next words are another thing to do, rather than another noun."""
        at = self._at
        while at < len(self._words) and self._words[at].low in FILLERS:
            at += 1
        if at >= len(self._words) or self._words[at].mark:
            return False
        word = self._words[at]
        if self._called(at):
            return False
        if at > self._at:
            return verb(word.low) is not None
        if word.low not in VERB_CLASSES:
            return False
        behind = self._words[at + 1] if at + 1 < len(self._words) else None
        if behind is None or behind.mark:
            return not self._noun_like(word.low) or word.low in ("review", "test")
        if behind.low in ARTICLES or behind.low in PRONOUNS or behind.low in NUMBERS:
            return True
        if is_path(behind.text):
            return True
        return not self._noun_like(word.low) and behind.low not in ("and", "or", "of")

    @staticmethod
    def _noun_like(low: str) -> bool:
        return low in NOUN_LIKE or low in _ALSO_NOUNS

    def _inside(self, word: Word) -> bool:
        """Inside a clause. True when a clause begins behind this word."""
        low = word.low
        if low in ("and", "or", "then", "&"):
            self._at += 1
            self._attached = list(self._beside)
            return low == "then" or self._verb_ahead()
        if low == "that" and self._behind_noun():
            self._at += 1
            self._object = False
            if self._at < len(self._words) and verb(self._words[self._at].low) is not None:
                self._take_verb(self._words[self._at], main=False)
            return False
        if low in _BEFORE_DOING and self._doing():
            self._at += 1
            self._take_verb(self._words[self._at], main=False)
            return False
        if low in ARTICLES or low in NUMBERS or low in PRONOUNS or low.isdecimal():
            self._phrase()
            return False
        if low in PREPOSITIONS:
            self._preposition, self._object, self._owner = low, False, -1
            if low not in _COMPLEMENTS:
                self._attached = []
            self._at += 1
            return False
        if low in STOP or self._participle(word):
            self._at += 1
            self._attached, self._owner = [], -1
            if low in ("is", "are", "was", "were", "has", "have", "that", "which", "who"):
                self._object = False
            return False
        self._phrase()
        return False

    def _doing(self) -> bool:
        """Whether a verb follows: `to test …`, `by comparing …`."""
        if self._at + 1 >= len(self._words):
            return False
        here, word = self._words[self._at].low, self._words[self._at + 1]
        if word.mark or self._called(self._at + 1):
            return False
        if verb(word.low) is None:
            return False
        if here in ("to", "help"):
            return word.low in VERB_CLASSES
        if here in ("which", "who"):
            behind = self._words[self._at - 1]
            return not behind.mark and behind.low not in PREPOSITIONS and word.low.endswith("s")
        return word.low.endswith("ing") and word.low not in VERB_CLASSES

    def _behind_noun(self) -> bool:
        """Whether a noun stands right in front: then `that` begins a relative clause."""
        if not self.phrases or not self._at:
            return False
        return self.phrases[-1].end == self._words[self._at - 1].end and (
            not self.phrases[-1].pronoun
        )

    def _called(self, at: int) -> bool:
        """Whether a word is the name of a function: `read()`."""
        words = self._words
        return (
            at + 1 < len(words)
            and words[at + 1].text == "("
            and words[at + 1].start == words[at].end
        )

    def _phrase(self) -> None:
        """Take a noun phrase, or a pronoun."""
        first = self._words[self._at]
        article, count = self._article()
        counted = count > 1 or article in ("all", "this")
        taken: list[Word] = []
        while first.low not in _BARE_PRONOUNS and self._at < len(self._words):
            word = self._words[self._at]
            low = word.low
            if word.mark or low in PREPOSITIONS or low in STOP:
                break
            if (low in ARTICLES and not _is_name(word)) or (taken and self._participle(word)):
                break
            if low in _ADVERBS or (low.endswith("ly") and taken and self._ends_here()):
                break
            taken.append(word)
            self._at += 1
            if word.owner or (counted and is_plural(low) and not self._plural_here()):
                break
        if not taken and not count and first.low not in PRONOUNS and first.low not in ARTICLES:
            self._at += 1
            return
        self._add(first, taken, article, count)

    def _participle(self, word: Word) -> bool:
        """Whether a word says what was done to the noun in front of it: `endpoints found in …`."""
        if word.low in VERB_CLASSES or verb(word.low) is None or word.low.endswith(("s", "ing")):
            return False
        return self._ends_here()

    def _ends_here(self) -> bool:
        """Whether nothing that belongs to a noun comes behind this word."""
        if self._at + 1 >= len(self._words):
            return True
        behind = self._words[self._at + 1]
        return behind.mark or behind.low in PREPOSITIONS or behind.low in STOP

    def _plural_here(self) -> bool:
        return self._at < len(self._words) and is_plural(self._words[self._at].low)

    def _article(self) -> tuple[str, int]:
        """The words in front of the noun: an article, a number, or both."""
        article, count = "", 0
        while self._at < len(self._words):
            word = self._words[self._at]
            low = word.low
            if word.mark or _is_name(word):
                break
            if low == "both":
                article, count = "all", 2
            elif low in NUMBERS or (low.isdecimal() and len(low) < 3):
                count = NUMBERS.get(low) or int(low)
                article = article or "number"
            elif low in ARTICLES and not (article and low in ("one",)):
                article = "all" if article == "all" else ARTICLES[low]
            elif low in PRONOUNS and not article:
                article = "pronoun"
                self._at += 1
                break
            else:
                break
            self._at += 1
        return article, count

    def _add(self, first: Word, taken: list[Word], article: str, count: int) -> None:
        if taken:
            head, end = noun(taken[-1].low), taken[-1].end
            qualifiers = frozenset(noun(word.low) for word in taken[:-1])
            said = taken[-1].low
            if article == "pronoun":
                article = ARTICLES.get(first.low, "")
        else:
            last = self._words[self._at - 1]
            head, said, end, qualifiers = last.low, last.low, last.end, _NOTHING
            counted = count > 1 and article and article != "number"
            if article != "pronoun" and last.low not in PRONOUNS and not counted:
                return
            article = "pronoun"
        if self._owner >= 0 and not article:
            article = "'s"
        phrase = Phrase(
            article=article,
            count=count,
            head=head,
            said=said,
            qualifiers=qualifiers,
            start=first.start,
            end=end,
            preposition=self._preposition,
            verb=len(self.verbs) - 1,
            object=self._object,
            owner=self._owner,
        )
        self.phrases.append(phrase)
        index = len(self.phrases) - 1
        if self._preposition not in _COMPLEMENTS:
            self._attached = []
        self._beside = list(self._attached)
        which = self._preposition in _WHICH
        for place, (each, strict) in enumerate(self._attached):
            nearest = place == len(self._attached) - 1
            outer = self.phrases[each]
            (outer.about if which and (strict or nearest) else outer.around).update(phrase.words)
            self._attached[place] = (each, strict and which)
        if taken and taken[-1].owner:
            self._owner = index
        else:
            self._attached.append((index, True))
            self._owner = -1


_BARE_PRONOUNS = frozenset("it them they everything".split())
_ADVERBS = frozenset(
    "aloud online offline twice everywhere anywhere somewhere here there apart afterwards "
    "line-by-line step-by-step side-by-side one-by-one end-to-end weekly daily".split()
)
_BEFORE_DOING = frozenset("to by before after when while for help which who".split())
_ALSO_NOUNS = frozenset(
    "model outline sketch record note poll source request query cut print paint point "
    "script code export program film start train map document author bundle set report cause "
    "change track watch release ship mail email post share update host launch book order "
    "schedule file label tag group score grade try patch drop sort base use chart present".split()
)
"""Verbs of the lexicon that are nouns as well."""


def _is_name(word: Word) -> bool:
    """A single capital that stands for a thing: `Synthesize A and B`."""
    return len(word.text) == 1 and word.text.isupper() and word.text != "I" and word.start > 0
