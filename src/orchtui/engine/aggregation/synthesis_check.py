"""Which synthesis may stand for the results that it was made from, and what of it is told.

It falls when it is empty, a placeholder, or silent about a task; in doubt it stands.
What is told: sections that name no task, and what is written about tasks that are
missing. This module never asks a model and never changes a text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from orchtui.engine.aggregation.synthesis_prompt import ASKED
from orchtui.engine.comparison.markdown_lines import parts
from orchtui.engine.runs.outcome_words import named
from orchtui.engine.runs.run import TaskRun
from orchtui.engine.text import clean_line
from orchtui.engine.texts.placeholders import placeholder_in

_FEWEST_WORDS = 5
_ENOUGH = 6
"""Telling words below which nothing can be said of what two texts have in common."""
_OTHER_LETTER = re.compile(r"[^\W\d_a-zà-ÿ]")
"""One by which a text may be in a script whose words can not be told, see `_telling`."""
_STEM = 4
_LOOKED_AT = 200_000
"""Characters of a text whose words are compared."""
_SHORT_SECTION = 12
"""Words up to which a section need not say where it is from: a line that leads over to others."""
_MOST_TOLD = 12
"""Problems that are told of one synthesis."""
_COMMON = frozenset(
    word[:_STEM]
    for word in (
        "about after also been because being could does each from have here into just like made "
        "many more most much only other over should some such than that their them then there "
        "these they this those very were what when where which will with would your"
    ).split()
)
_ABSENCE = re.compile(
    r"\b(?:missing|absent|unavailable|incomplete|skipped|cancell?ed|failed|omitted|lacks?|lacking"
    r"|no (?:result|answer|output|data|findings|report|information)"
    r"|(?:not|n't|never) (?:be |been )?(?:complete|run|available|finish|deliver|covered|included"
    r"|provided|part|present)\w*)",
    re.IGNORECASE,
)
"""What is said of a part that is not there."""
_NUMBERED = re.compile(
    r"\btasks?\b\W{0,6}(\d[\d\s,;&+#–-]{0,200}(?:(?:and|to)\s+#?\d{1,6})?)", re.IGNORECASE
)
"""`Task 3`, `Tasks: 1, 3 and 4`."""


def why_not(synthesis: TaskRun | None, done: Sequence[TaskRun]) -> str | None:
    """Why the synthesis can not stand; `None` when it can.

    Args:
        synthesis: The task that made it.
        done: The tasks whose results it was made from.
    """
    if synthesis is None:
        return "it did not run"
    if synthesis.status != "completed":
        return synthesis.why or f"it {synthesis.status}"
    text = synthesis.text
    if len(text.split()) < _FEWEST_WORDS or placeholder_in(text, ASKED):
        return "its answer is only a placeholder"
    silent = silent_about(text, done)
    if silent and len(silent) == len(done):
        return "its answer says nothing of what the tasks found"
    return f"its answer says nothing of what {named(silent)} found" if silent else None


def silent_about(text: str, done: Sequence[TaskRun]) -> list[TaskRun]:
    """The tasks that a text neither names nor shares a telling word with.

    Words that stand in several results say nothing of one of them, where each has enough of its
    own. A text of few words is silent only where it is so of all; where its words can not be told,
    nobody is silent.
    """
    told = _telling(text)
    few = len(told) < _ENOUGH
    if few and _OTHER_LETTER.search(text[:_LOOKED_AT].casefold()):
        return []
    given = [_telling(f"{task.task.label}\n{task.text}") for task in done]
    often = Counter(word for words in given for word in words)
    titles = [_telling(task.task.label) for task in done]
    in_titles = Counter(word for words in titles for word in words)
    naming, silent = _Naming(text[:_LOOKED_AT]), []
    for task, words, title in zip(done, given, titles, strict=True):
        own = {word for word in words if often[word] == 1}
        known = own if len(own) >= _ENOUGH else words
        # A title's word that no other title has is as good as a name.
        known = known | {word for word in title if in_titles[word] == 1}
        if len(words) >= _ENOUGH and not told & known and not naming.names(task):
            silent.append(task)
    return [] if few and len(silent) < len(done) else silent


def problems_of(text: str, done: Sequence[TaskRun], missing: Sequence[TaskRun]) -> tuple[str, ...]:
    """What a reader has to know of a synthesis that stands, in sentences.

    Args:
        text: The synthesis.
        done: The tasks that it was made from.
        missing: The tasks that it may not write about.
    """
    sections = list(_sections(text))
    found = [
        f"the section '{clean_line(one.title, 80)}' does not name the tasks that it is made from"
        for one in sections
        if one.title and len(one.prose.split()) > _SHORT_SECTION and not _names_any(one, done)
    ]
    own_titles = [task.task.label for task in done]
    for task in missing:
        label = clean_line(task.task.label, 80)
        if (where := _written_about(task, sections, own_titles)) is not None:
            found.append(f"it writes about '{label}', which is missing: {where}")
    if len(found) > _MOST_TOLD:
        found[_MOST_TOLD - 1 :] = [f"and {len(found) - _MOST_TOLD + 1} more like these"]
    return tuple(found)


class _Section(NamedTuple):
    title: str
    """Empty of what stands ahead of the first heading."""
    prose: str
    """Without code and tables, down to the next heading of any level."""


def _sections(text: str) -> Iterator[_Section]:
    title, prose = "", list[str]()
    for part in parts(text[:_LOOKED_AT]):
        if part.kind == "heading":
            yield _Section(title, "\n\n".join(prose))
            title, prose = part.title, []
        elif part.kind not in ("code", "blank"):
            prose.append(text[part.start : part.end].strip())
    yield _Section(title, "\n\n".join(prose))


class _Naming:
    """Which tasks a text names: by title, by id, or by number behind `Task`."""

    def __init__(self, text: str) -> None:
        self._plain = f" {_plain(text)} "
        self._numbers = {
            int(number)
            for listed in _NUMBERED.findall(text)
            for number in re.findall(r"\d{1,6}", listed)
        }

    def names(self, task: TaskRun) -> bool:
        """Whether it names this one."""
        if task.task.position in self._numbers:
            return True
        words = (_plain(task.task.label), _plain(task.id))
        return any(len(one) > 1 and f" {one} " in self._plain for one in words)


def _names_any(section: _Section, tasks: Sequence[TaskRun]) -> bool:
    naming = _Naming(f"{section.title}\n{section.prose}")
    return any(map(naming.names, tasks))


def _written_about(
    task: TaskRun, sections: Sequence[_Section], own_titles: Sequence[str]
) -> str | None:
    """Where a synthesis writes about a missing task, beyond that it is missing; `None` if not."""
    words = _plain(task.task.label)
    if not words:
        return None
    others = [one for one in map(_plain, own_titles) if words in one]

    def names(text: str) -> bool:
        plain = f" {_plain(text)} "
        if len(words) < _STEM:  # as a heading `Law` is meant, `A Law of Nature` may be a word
            return plain == f" {words} " and words not in others
        for other in others:  # `Research` is missing, `Research on parsers` is not
            plain = plain.replace(f" {other} ", " ")
        return f" {words} " in plain

    for one in sections:
        if names(one.title) and len(one.prose.split()) > 3 and not _ABSENCE.search(one.prose):
            return f"under the heading '{clean_line(one.title, 80)}'"
        for paragraph in one.prose.split("\n\n"):
            # A title of one word is a word like any other.
            if " " not in words or len(paragraph.split()) <= _SHORT_SECTION:
                continue
            if names(paragraph) and not _ABSENCE.search(paragraph):
                return f"“{clean_line(paragraph, 100)}”"
    return None


def _plain(text: str) -> str:
    """Lower case words with one space between them."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _telling(text: str) -> set[str]:
    """The words of a text that are about something, beginnings only: `parsing` is `pars`.

    Of texts in other scripts there are none: their words are not cut by spaces.
    """
    words = re.findall(r"[a-zà-ÿ]{4,}|[0-9]{2,}", text[:_LOOKED_AT].casefold())
    return {word[:_STEM] for word in words} - _COMMON
