"""Which specialist fits the words of a task that names nobody, and the words that say so.

The ones that come with orchtui are chosen by what a task asks to be done: its
verb, as the request parser's lexicon knows it. A project's own are chosen by
the words of their names and descriptions, rare words before common ones, and
win where their subject clearly is the task's. Offline, the same every time,
and bounded whatever the task says. This module never overrules a name that
somebody gave.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import log

import msgspec

from orchtui.engine.agent_tools import has_writing
from orchtui.engine.asked_work import ROLES, role_of
from orchtui.engine.plan import Task
from orchtui.engine.request.lexicon import SPECIALIST_OF
from orchtui.engine.resolve import DEFAULT_SPECIALIST, ORCHESTRATOR
from orchtui.engine.specialists import Specialist, name_key
from orchtui.engine.text import clean_line
from orchtui.engine.word_stems import GENERIC, stem, stems_of, words_of

_WRITER = "writer"

NOTHING_FOUND = "nothing in its words points elsewhere"
"""Why a task gets the default specialist."""

_TITLE = 300
_PROMPT = 1500
"""Characters that are read: what a task is about stands at its beginning."""
_MOST_WORDS = 80
"""Different words of a task that are looked up."""
_LONGEST_WORD = 40
_MOST_KNOWN = 4096
"""Answers that are kept: a screen asks for the same tasks again and again."""

_OF_NAME = 3.0
_OF_DESCRIPTION = 1.0
_WHOLE_NAME = 1.0
"""Weights of a word that an agent file's name or description has, and of all words of a name."""
_CLEARLY = 4.0
"""The weight at which a project's own specialist wins over a built-in one."""
_ALL_THE_SAME = 6.0
"""The same where the file speaks of other work than the task's verb: who writes Python is not who
does research on it."""
_ENOUGH = 2.0
"""The same where no built-in one fits either."""
_COMMON = 40
"""A word that more descriptions have says nothing, and is not looked up."""

_ROLE_OF_STEM = {stem(verb): role for verb, role in SPECIALIST_OF.items() if role}


class Fit(msgspec.Struct, frozen=True):
    """A specialist, and what speaks for it."""

    specialist: str
    """As its agent file writes it."""
    why: str
    """`chosen for “translate”`, or that nothing was found."""
    words: tuple[str, ...] = ()
    """The task's own words that speak for it, as they stand there; empty where nothing does."""


class Fitter:
    """Finds the specialist that fits a task. Making one reads every description once.

    Args:
        specialists: As `specialists.load_all` gives them.
    """

    def __init__(self, specialists: Mapping[str, Specialist]) -> None:
        self._roles: dict[str, str] = {}
        self._names: list[str] = []
        self._name_words: list[frozenset[str]] = []
        self._work: list[frozenset[str]] = []
        self._weights: dict[str, list[tuple[int, float]]] = {}
        self._known: dict[tuple[str, str], Fit] = {}
        self._reading: set[str] = set()
        """Names of those that have nothing to write with."""
        own: list[Specialist] = []
        for card in specialists.values():
            if not has_writing(card.tools, card.disallowed_tools, card.permission_mode):
                self._reading.add(card.name)
            key = name_key(card.name)
            if key in ROLES:
                self._roles[key] = card.name
            elif key != name_key(ORCHESTRATOR):
                own.append(card)
        self._index(own)

    def _index(self, cards: Iterable[Specialist]) -> None:
        """Who has which word, with its weight."""
        described: list[frozenset[str]] = []
        for card in cards:
            self._names.append(card.name)
            self._name_words.append(frozenset(stems_of(card.name)))
            described.append(frozenset(stems_of(card.description)) | self._name_words[-1])
            verbs = described[-1] & _ROLE_OF_STEM.keys()
            self._work.append(frozenset(_ROLE_OF_STEM[verb] for verb in verbs))
        having: dict[str, list[int]] = {}
        for place, stems in enumerate(described):
            for each in stems:
                having.setdefault(each, []).append(place)
        total = len(described)
        for each, places in having.items():
            rarity = log(1 + total / len(places)) / log(1 + total)
            named = [place for place in places if each in self._name_words[place]]
            if len(places) > _COMMON:
                places = named[:_COMMON]
            self._weights[each] = [
                (place, rarity * (_OF_NAME if each in self._name_words[place] else _OF_DESCRIPTION))
                for place in places
            ]

    def __call__(self, task: Task) -> tuple[str, str]:
        """The specialist and why, as `resolve.Fit` wants them."""
        found = self.fit(task.title, task.prompt, task.writes)
        return found.specialist, found.why

    def fit(self, title: str, prompt: str, writes: Sequence[str] = ()) -> Fit:
        """The specialist that fits these words; always one that there is, where there is any.

        Args:
            title: May be empty.
            prompt: Only its beginning is read.
            writes: Files that the task declares to write: then it must be one with a tool for that.
        """
        found = self._of_words(title, prompt)
        writer = self._roles.get(_WRITER)
        if not writes or writer is None or found.specialist not in self._reading:
            return found
        why = f"{found.specialist} fits its words, but has no tool to write {clean_line(writes[0])}"
        return Fit(writer, why, found.words)

    def _of_words(self, title: str, prompt: str) -> Fit:
        title, prompt = title[:_TITLE], prompt[:_PROMPT]
        if (known := self._known.get((title, prompt))) is not None:
            return known
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        found = self._known[title, prompt] = self._find(title, prompt)
        return found

    def _find(self, title: str, prompt: str) -> Fit:
        role, words = role_of(title, prompt)
        if role not in self._roles:
            role, words = None, ()
        name, own_words = self._own(title, prompt, role)
        if name is not None:
            return _because(name, own_words)
        if role is not None:
            return _because(self._roles[role], words)
        return Fit(self._roles.get(DEFAULT_SPECIALIST, DEFAULT_SPECIALIST), NOTHING_FOUND)

    def _own(self, title: str, prompt: str, role: str | None) -> tuple[str | None, tuple[str, ...]]:
        """The project's own specialist whose subject this is, and the words that say so.

        Nobody, where two fit as well as each other.

        Args:
            role: The built-in one that would do it.
        """
        if not self._names:
            return None, ()
        heard = _heard(title, prompt)
        scores: dict[int, float] = {}
        for each in heard:
            for place, weight in self._weights.get(each, ()):
                scores[place] = scores.get(place, 0.0) + weight
        for place in scores:
            if self._name_words[place] and self._name_words[place] <= heard.keys():
                scores[place] += _WHOLE_NAME
        fitting = (
            (score, -place) for place, score in scores.items() if score >= self._least(place, role)
        )
        ranked = sorted(fitting, reverse=True)[:2]
        if not ranked or (len(ranked) == 2 and ranked[1][0] == ranked[0][0]):
            return None, ()
        best = -ranked[0][1]
        spoken = [
            (-weight, number, word)
            for number, (each, word) in enumerate(heard.items())
            for place, weight in self._weights.get(each, ())
            if place == best
        ]
        return self._names[best], tuple(word for _, _, word in sorted(spoken)[:3])

    def _least(self, place: int, role: str | None) -> float:
        """The weight from which one of the project's own is chosen."""
        if role is None:
            return _ENOUGH
        other = bool(self._work[place]) and role not in self._work[place]
        return _ALL_THE_SAME if other else _CLEARLY


def fit(prompt: str, title: str, specialists: Mapping[str, Specialist]) -> Fit:
    """`Fitter.fit` for one task; for many make a Fitter."""
    return Fitter(specialists).fit(title, prompt)


def _heard(title: str, prompt: str) -> dict[str, str]:
    """A task's words by their stems, in order, each as it stands there first."""
    heard: dict[str, str] = {}
    for word, root in words_of(f"{title}\n{prompt}"):
        if len(heard) >= _MOST_WORDS:
            break
        if root not in GENERIC and len(word) <= _LONGEST_WORD:
            heard.setdefault(root, word)
    return heard


def _because(name: str, words: tuple[str, ...]) -> Fit:
    return Fit(name, "chosen for " + ", ".join(f"“{word}”" for word in words), words)
