"""Which specialist fits the words of a task that names nobody, and the words that say so.

The ones that come with orchtui are chosen by what a task asks to be done: its
verb, as the request parser's lexicon knows it. A project's own come first where
their work or their subject clearly is the task's, see `roster`. Offline, the
same every time, and bounded whatever the task says. This module never overrules
a name that somebody gave.
"""

from collections.abc import Mapping, Sequence

import msgspec

from orchtui.engine.agents.agent_tools import has_writing
from orchtui.engine.agents.specialists import Specialist, name_key
from orchtui.engine.plans.plan import Task
from orchtui.engine.scheduling.resolve import DEFAULT_SPECIALIST, JUDGE, ORCHESTRATOR
from orchtui.engine.staff.asked_work import ROLES, role_of
from orchtui.engine.staff.roster import Heard, Roster
from orchtui.engine.staff.work_kinds import Asked, asked
from orchtui.engine.text import clean_line
from orchtui.engine.texts.code_words import subjects
from orchtui.engine.texts.word_stems import GENERIC, words_of

_WRITER = "writer"

AT_NO_TASK = frozenset({name_key(ORCHESTRATOR), name_key(JUDGE)})
"""Who works before and after the tasks; one that a task names does that task all the same."""

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
        specialists: By key, as `specialists.Agents` gives them.
    """

    def __init__(self, specialists: Mapping[str, Specialist]) -> None:
        self._roles: dict[str, str] = {}
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
            elif key not in AT_NO_TASK:
                own.append(card)
        self._roster = Roster(own, self._reading)

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
        wanted = asked(title, prompt)
        role, words, by_verb = self._role(title, prompt, wanted)
        own = self._roster.best(_heard(title, prompt), wanted, instead=by_verb)
        if own is not None:
            return _because(*own)
        if role is not None:
            return _because(self._roles[role], words)
        return Fit(self._roles.get(DEFAULT_SPECIALIST, DEFAULT_SPECIALIST), NOTHING_FOUND)

    def _role(
        self, title: str, prompt: str, wanted: Asked
    ) -> tuple[str | None, tuple[str, ...], bool]:
        """The built-in one that would do it, the words that say so, and whether it is made for
        such work."""
        cause = wanted.main.get("debug", "")
        if cause and wanted.code and not wanted.changes:
            role: str | None = DEFAULT_SPECIALIST
            words: tuple[str, ...] = (cause,)
        else:
            role, words = role_of(title, prompt)
        if by_verb := role in self._roles:
            return role, words, by_verb
        if (wanted.changes or "document" in wanted.main) and _WRITER in self._roles:
            # Who only reads and searches could not do it.
            return _WRITER, (next(iter(wanted.main.values())),), False
        return None, (), False


def _heard(title: str, prompt: str) -> dict[str, Heard]:
    """A task's words by their stems, in order, each as it stands there first.

    The name of a file is also heard as the language or tool that it is for.
    """
    heard: dict[str, Heard] = {}
    text = f"{title}\n{prompt}"
    for word, root in words_of(text):
        if len(heard) >= _MOST_WORDS:
            break
        if root not in GENERIC and len(word) <= _LONGEST_WORD:
            heard.setdefault(root, Heard(word))
    for name, root in subjects(text):
        heard.setdefault(root, Heard(clean_line(name, 100), by_ending=True))
    return heard


def _because(name: str, words: tuple[str, ...]) -> Fit:
    return Fit(name, "chosen for " + ", ".join(f"“{word}”" for word in words), words)
