"""A project's own specialists, and which of them a task's words speak for.

What speaks: the kind of work that a task asks for, where a file's name or
description says that it is done; words of name and description that the task
has too, rare ones before common ones; and for work on code that it is about
code. All of it is weighed, and every weight has a word of the task to show.
This module knows no built-in specialist and overrules nobody.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import NamedTuple

from orchtui.engine.agents.specialists import Specialist
from orchtui.engine.staff import work_kinds
from orchtui.engine.staff.work_kinds import Asked
from orchtui.engine.texts.code_words import LANGUAGES, is_of_code, of_trade
from orchtui.engine.texts.word_stems import stem, stems_of

_DESCRIPTION = 400
"""Characters of a description that say what kind of work is done; further on stand examples."""

_OF_NAME = 3.0
_OF_DESCRIPTION = 1.0
_WHOLE_NAME = 1.0
"""Weights of a word that an agent file's name or description has, and of all words of a name."""
_KIND = (4.0, 1.5)
"""Weights of the kind of work that a task's verb asks for: said by the name, by the description."""
_BY_ENDING = 2 / 3
"""The part of a word's weight that the ending of a file's name has: less than to be named."""
_BESIDE = (2.0, 0.75)
"""The same of a kind that only a task's objects speak for."""
_OF_CODE = 1.0
"""Weight of a task's being about code, for who works on code."""
_OVERLAP = 0.75
"""Weight of common words from which a specialist of some subject does its kind of work here."""

_CLEARLY = 4.0
"""The weight at which one wins over a built-in specialist."""
_OF_ITS_KIND = 3.0
"""The same where its file says that it does just this kind of work: then it comes first."""
_OTHER_WORK = 6.0
"""The same where the file speaks of other work than the task's verb: who writes Python is not who
does research on it."""
_ON_A_SUBJECT = 5.5
"""The same for who only names a subject, where the task is to find out, compare or translate."""
_ENOUGH = 2.0
"""The weight at which one is chosen where no built-in one fits either."""

_COMMON = 40
"""A word that more descriptions have says nothing, and is not looked up."""
_SPOKEN = 3
"""Words that a choice is explained with."""

_ABOUT = frozenset({"research", "analyze", "translate", "write", "join"})
"""Kinds of work that may be about code and are none on it."""
_FROM_OUTSIDE = _ABOUT - {"write"}

_CODE_KINDS = frozenset({"debug", "refactor", "deploy", "migrate", "build", "optimize"})
"""Kinds whose names say that somebody works on code; much else than code is tested."""

_TITLES = frozenset(
    map(stem, "hunter wizard guru ninja buddy bot guardian champion whisperer sage".split())
)
"""Words of names that say nothing of a subject, beside those that say nothing anywhere."""


class Heard(NamedTuple):
    """A word of a task."""

    word: str
    """As it stands there."""
    by_ending: bool = False
    """Whether only the ending of a file's name says it."""


class _Profile(NamedTuple):
    """What one says of itself."""

    name: str
    words: frozenset[str]
    """Stems of its name, but those that say nothing."""
    by_name: frozenset[str]
    by_description: frozenset[str]
    """Kinds of work."""
    of_code: bool
    reads_only: bool


@dataclass(slots=True)
class _Case:
    """What speaks for one."""

    subject: float = 0.0
    """Weight of the words that it has in common with the task."""
    found: list[tuple[float, int, str]] = field(default_factory=list)
    """Weights, with the word of the task and its place."""

    def add(self, weight: float, number: int, word: str) -> None:
        self.found.append((weight, number, word))

    @property
    def weight(self) -> float:
        return sum(weight for weight, _, _ in self.found)


class Roster:
    """The project's own. Making one reads every description once.

    Args:
        cards: Their agent files.
        reading: Names of those that have nothing to write with.
    """

    def __init__(self, cards: Sequence[Specialist], reading: Collection[str]) -> None:
        self._all = [_profile(card, card.name in reading) for card in cards]
        described = [
            frozenset(stems_of(card.description)) | profile.words
            for card, profile in zip(cards, self._all, strict=True)
        ]
        having: dict[str, list[int]] = {}
        for place, stems in enumerate(described):
            for each in stems:
                having.setdefault(each, []).append(place)
        self._weights: dict[str, list[tuple[int, float]]] = {}
        total = len(described)
        for each, places in having.items():
            rarity = log(1 + total / len(places)) / log(1 + total)
            if len(places) > _COMMON:
                places = [place for place in places if each in self._all[place].words][:_COMMON]
            self._weights[each] = [
                (place, rarity * (_OF_NAME if each in self._all[place].words else _OF_DESCRIPTION))
                for place in places
            ]
        self._pure: dict[str, list[int]] = {}
        """Those whose names say nothing but a kind of work, by it."""
        for place, profile in enumerate(self._all):
            if all(work_kinds.SIGNS.get(word) or of_trade(word) for word in profile.words):
                for kind in profile.by_name:
                    self._pure.setdefault(kind, []).append(place)

    def best(
        self, heard: Mapping[str, Heard], wanted: Asked, *, instead: bool
    ) -> tuple[str, tuple[str, ...]] | None:
        """Whose work or subject this is, and the words that say so; `None` for nobody's.

        Nobody's too, where two fit as well as each other.

        Args:
            heard: The task's words by their stems.
            wanted: What it asks for.
            instead: Whether a built-in specialist would do it.
        """
        ranked: list[tuple[float, int, str, int]] = []
        cases = self._cases(heard, wanted)
        for place, case in cases.items():
            profile = self._all[place]
            if wanted.changes and profile.reads_only:
                continue
            unsaid = sum(not _is_said(word, heard, wanted) for word in profile.words)
            if (weight := case.weight) >= _least(profile, wanted, instead=instead):
                ranked.append((-weight, unsaid, profile.name, place))
        ranked.sort()
        if not ranked or (len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]):
            return None
        _, _, name, place = ranked[0]
        found = sorted((-weight, number, word) for weight, number, word in cases[place].found)
        return name, _spoken(word for _, _, word in found)

    def _cases(self, heard: Mapping[str, Heard], wanted: Asked) -> dict[int, _Case]:
        cases: dict[int, _Case] = {}
        for number, (each, (word, by_ending)) in enumerate(heard.items()):
            if each in work_kinds.SIGNS:
                continue  # that is told by the kind of work
            for place, weight in self._weights.get(each, ()):
                weight *= _BY_ENDING if by_ending else 1.0
                case = cases.setdefault(place, _Case())
                case.subject += weight
                case.add(weight, number, word)
        for kind in (*wanted.main, *wanted.beside):
            for place in self._pure.get(kind, ())[:_COMMON]:
                cases.setdefault(place, _Case())
        spoken = LANGUAGES.intersection(heard)
        for place in [place for place in cases if _other_language(self._all[place], spoken)]:
            del cases[place]
        for place, case in cases.items():
            self._add_kinds(self._all[place], case, heard, wanted)
        return cases

    def _add_kinds(
        self, profile: _Profile, case: _Case, heard: Mapping[str, Heard], wanted: Asked
    ) -> None:
        """What a file's saying that it does such work, and on code, weighs for this task."""
        named = [word for word in profile.words if word in heard and word not in work_kinds.SIGNS]
        said = all(_is_said(word, heard, wanted) for word in profile.words)
        if named and said and not any(heard[word].by_ending for word in named):
            case.add(_WHOLE_NAME, 0, heard[named[0]].word)
        credit = False
        if said or named or case.subject >= _OVERLAP:
            for kinds, weights in ((wanted.main, _KIND), (wanted.beside, _BESIDE)):
                for kind, words in kinds.items():
                    if not wanted.counts(kind) and profile.of_code:
                        continue
                    by_name = kind in profile.by_name
                    if by_name or kind in profile.by_description:
                        case.add(weights[0 if by_name else 1], -1, words)
                        credit = True
        about = bool(wanted.main) and _ABOUT.issuperset(wanted.main)
        if wanted.code and profile.of_code and (credit or named) and not about:
            case.add(_OF_CODE, len(heard), wanted.code[0])


def _profile(card: Specialist, reads_only: bool) -> _Profile:
    words = frozenset(stems_of(card.name)) - _TITLES
    by_name = work_kinds.kinds_of(card.name)
    described = frozenset(stems_of(card.description[:_DESCRIPTION]))
    return _Profile(
        name=card.name,
        words=words,
        by_name=by_name,
        by_description=work_kinds.kinds_of(card.description[:_DESCRIPTION]),
        of_code=is_of_code(words | described) or not _CODE_KINDS.isdisjoint(by_name),
        reads_only=reads_only,
    )


def _other_language(profile: _Profile, spoken: frozenset[str]) -> bool:
    """Whether one is named for a language, and the task for others."""
    own = LANGUAGES.intersection(profile.words)
    return bool(own) and bool(spoken) and own.isdisjoint(spoken)


def _spoken(words: Iterable[str]) -> tuple[str, ...]:
    """The first few that say something new."""
    found: list[str] = []
    said: set[str] = set()
    for word in words:
        parts = set(word.lower().split())
        if len(found) < _SPOKEN and not parts <= said:
            found.append(word)
            said |= parts
    return tuple(found)


def _is_said(word: str, heard: Mapping[str, Heard], wanted: Asked) -> bool:
    """Whether a word of a name is in the task, as it stands or as what it asks for."""
    if word in heard or (wanted.code and of_trade(word)):
        return True
    kinds = work_kinds.SIGNS.get(word, frozenset())
    return not kinds.isdisjoint(wanted.main) or not kinds.isdisjoint(wanted.beside)


def _least(profile: _Profile, wanted: Asked, *, instead: bool) -> float:
    """The weight from which one is chosen."""
    does = profile.by_name | profile.by_description
    other = bool(wanted.main) and bool(does) and does.isdisjoint(wanted.main)
    if not instead:
        return _CLEARLY if other else _ENOUGH
    if other:
        return _OTHER_WORK
    builds = "build" in wanted.main and bool(wanted.code) and profile.of_code
    if builds or not does.isdisjoint(wanted.main):
        return _OF_ITS_KIND
    outside = bool(wanted.main) and _FROM_OUTSIDE.issuperset(wanted.main)
    return _ON_A_SUBJECT if outside else _CLEARLY
