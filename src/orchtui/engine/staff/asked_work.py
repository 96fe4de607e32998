"""What kind of work a task's words ask for, told by its verb.

The verbs are those that the request parser knows. Each kind has a built-in
specialist, and its name is the kind's. This module knows no agent files, and
never guesses where no verb or noun says anything.
"""

import re
from collections.abc import Iterator

from orchtui.engine.request.lexicon import NATURAL_LANGUAGES, NOUN_LIKE, NOUNS, SPECIALIST_OF
from orchtui.engine.scheduling.resolve import DEFAULT_SPECIALIST

_MOST_SENTENCES = 12

ROLES = frozenset(role for role in SPECIALIST_OF.values() if role) | {DEFAULT_SPECIALIST}
"""The names of the specialists that come with orchtui."""

_LANGUAGES = "|".join(sorted(NATURAL_LANGUAGES))
_VERSION = re.compile(rf"\b(?:{_LANGUAGES}) (?:version|translation|edition)\b", re.IGNORECASE)
_OBJECT = r"(?:\S+[ \t]+){0,6}?"
_PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "critic",
        re.compile(
            r"\b(?:find|look for|search for|hunt for|hunt|spot|identify|point out)[ \t]+"
            rf"{_OBJECT}(?:bugs?|errors?|mistakes?|flaws?|holes?|vulnerabilit(?:y|ies)|"
            r"weakness(?:es)?|weak points|typos?|defects?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "translator",
        re.compile(
            r"\b(?:render|put|turn|convert|rewrite|bring|write|create|make|produce|prepare)[ \t]+"
            rf"{_OBJECT}(?:into (?:{_LANGUAGES})|translation|(?:{_LANGUAGES}) "
            r"(?:version|edition))\b",
            re.IGNORECASE,
        ),
    ),
    (
        "synthesizer",
        re.compile(
            r"\b(?:join|merge|combine|put together|bring together|weave)[ \t]+"
            rf"{_OBJECT}(?:results?|findings|reports?|answers|outputs|drafts|summaries|pieces)\b",
            re.IGNORECASE,
        ),
    ),
)
"""What a verb alone does not say."""

_THINGS = NOUNS | {
    "critique": "critic",
    "proofreading": "critic",
    "tutorial": "writer",
    "documentation": "writer",
    "article": "writer",
    "essay": "writer",
    "draft": "writer",
    "summary": "analyst",
    "statistics": "analyst",
    "localization": "translator",
    "survey": "researcher",
}
"""Nouns that name a work by themselves."""

_OPENING = re.compile(
    r"\A(?:(?:please|kindly|then|now|first|next|finally|also|and|your (?:task|job|goal) is to|"
    r"(?:i|we) (?:want|need|would like|'d like) (?:you )?to|(?:can|could|would|will) you|"
    r"you (?:should|must|are to|will)|help me(?: to)?|try to|carefully|go and|let'?s)[,:]?[ \t]+)+",
    re.IGNORECASE,
)
_SCENE = re.compile(
    r"\A(?:for|from|in|on|with|using|based on|as|by)\b(?:[^,.;:\n]|\.(?=\w)){1,80},[ \t]+(?=\w)",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"\A[\s>#*+•–—-]*(?:\d{1,3}[.)]\s+)?")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
_VERB = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PARTICLES = re.compile(r"[ \t]+(?:out|up|for|into|at|through)\b", re.IGNORECASE)


def role_of(title: str, prompt: str) -> tuple[str | None, tuple[str, ...]]:
    """Which of the built-in specialists a task's verb asks for, and the words; `None` for none.

    The prompt's first instruction counts, then the title's, then what later sentences ask for,
    then nouns such as `tutorial`.
    """
    sentences = [text for text in map(_bare, _SENTENCE.split(prompt)) if text][:_MOST_SENTENCES]
    head = _bare(title)
    for text in (head, *sentences[:2]):
        if (match := _VERSION.search(text)) is not None and _verb_role(text)[0] in (None, "writer"):
            return "translator", (match.group(),)
    for text in _in_order(head, sentences):
        role, words, is_verb = _verb_role(text)
        if role is not None:
            return role, words
        if is_verb and not text.endswith(":"):
            # What comes first may be the goal of a whole list, and the title the task's own words.
            role, words, _ = _verb_role(head)
            return (role, words) if role is not None else _by_noun(text)
    for text in (head, *sentences[:1]):
        role, words = _by_noun(text)
        if role is not None:
            return role, words
    return None, ()


def instructions(title: str, prompt: str) -> Iterator[str]:
    """The sentences that may say what is to be done, bare, the likeliest first."""
    sentences = [text for text in map(_bare, _SENTENCE.split(prompt)) if text][:_MOST_SENTENCES]
    yield from _in_order(_bare(title), sentences)


def _in_order(head: str, sentences: list[str]) -> Iterator[str]:
    """The title and the sentences, the likeliest instruction first.

    A single word at the top of a prompt ("Design"), or words before a colon that begin with a noun
    that is also a verb ("Test database: …"), are rather a heading.
    """
    first = sentences[:1]
    if first:
        verb = _VERB.match(first[0])
        noun_like = verb is not None and verb.group().lower() in NOUN_LIKE
        if len(first[0].split()) == 1 or (first[0].endswith(":") and noun_like):
            first = [*sentences[1:2], *first]
    yield from filter(None, (*first, head, *sentences[1:]))


def _verb_role(text: str) -> tuple[str | None, tuple[str, ...], bool]:
    """Whose work the beginning of a sentence names, the words, and whether it is a verb at all."""
    for role, pattern in _PHRASES:
        if (match := pattern.match(text)) is not None:
            words = match.group().split()
            return role, (f"{words[0]} … {words[-1]}",), True
    verb = _VERB.match(text)
    if verb is None or (word := verb.group().lower()) not in SPECIALIST_OF:
        return None, (), False
    role_or_none = SPECIALIST_OF[word]
    particle = _PARTICLES.match(text, verb.end()) if role_or_none == DEFAULT_SPECIALIST else None
    words_found = (verb.group() + (particle.group() if particle else ""),)
    return role_or_none, words_found if role_or_none else (), True


def _bare(text: str) -> str:
    """A sentence without list marks, politeness and what it begins by setting."""
    text = _OPENING.sub("", _LIST_MARK.sub("", text, count=1), count=1)
    return _SCENE.sub("", text, count=1).strip()


def _by_noun(text: str) -> tuple[str | None, tuple[str, ...]]:
    """`Do a security review`: the noun says what the verb does not."""
    for word in reversed(_VERB.findall(text[:200])):
        if (role := _THINGS.get(word.lower())) is not None:
            return role, (word,)
    return None, ()
