"""Kinds of work: what a task asks to be done, and what an agent file says that it does.

Finer than the built-in specialists: who reviews code, mends it, or tests it does
other work, though a verb such as `write` names all of it. A kind is found by the
verb a task begins with, by that verb with its object (`write tests`), and by
objects alone. Every find is quoted. This module knows no agent file and chooses
nobody.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from orchtui.engine.request.lexicon import SPECIALIST_OF
from orchtui.engine.staff.asked_work import instructions
from orchtui.engine.texts.code_words import code_signs, is_prose
from orchtui.engine.texts.word_stems import stem, words_of

_MOST_SENTENCES = 3


class _Kind(NamedTuple):
    verbs: str
    """A task that begins with one of them asks for it."""
    signs: str
    """Words of those who do it, in names and descriptions, beside the verbs."""
    of_code: bool = False
    """Whether it is work on code alone."""
    if_code: str = ""
    """Verbs that ask for it where the task is about code."""


_KINDS: dict[str, _Kind] = {
    "review": _Kind(
        "review critique audit inspect assess evaluate check verify validate judge proofread lint",
        "reviewer critic auditor inspector",
    ),
    "debug": _Kind(
        "fix debug diagnose troubleshoot repair mend",
        "debugger debugging troubleshooter detective fixer error errors failure failures bug bugs "
        "crash crashes",
        of_code=True,
    ),
    "test": _Kind(
        "test", "tester testing tests automator automation qa coverage e2e tdd", of_code=True
    ),
    "refactor": _Kind(
        "refactor simplify restructure modernize rename",
        "refactoring simplifier modernizer legacy cleanup",
        of_code=True,
        if_code="extract split clean improve",
    ),
    "optimize": _Kind(
        "optimize optimise speed",
        "optimizer performance profiler tuner tuning bottleneck bottlenecks latency",
        of_code=True,
        if_code="profile benchmark tune",
    ),
    "migrate": _Kind(
        "migrate port", "migration migrator modernizer legacy", of_code=True, if_code="upgrade"
    ),
    "deploy": _Kind(
        "deploy provision",
        "devops deployment infrastructure sre kubernetes docker terraform",
        of_code=True,
        if_code="release ship",
    ),
    "secure": _Kind("", "security vulnerability vulnerabilities pentest owasp threat"),
    "document": _Kind("document", "documenter documentation docs"),
    "design": _Kind("design architect plan", "architect designer planner"),
    "build": _Kind(
        "implement code develop",
        "developer programmer coder builder builds",
        of_code=True,
        if_code="build add remove delete update configure convert make create write generate",
    ),
    "research": _Kind("", "researcher"),
    "analyze": _Kind("", "analyst analytics scientist analysis"),
    "translate": _Kind("", "translator localization"),
    "write": _Kind("", "writer copywriter author editor"),
    "join": _Kind("", "synthesizer"),
}

_OF_ROLE = {
    "researcher": "research",
    "critic": "review",
    "analyst": "analyze",
    "translator": "translate",
    "writer": "write",
    "synthesizer": "join",
}
_CHANGING = frozenset({"debug", "test", "refactor", "optimize", "migrate", "build"})
"""Kinds that change files, where the verb asks for them."""

_STRONG = {verb: name for name, kind in _KINDS.items() for verb in kind.verbs.split()}
_WEAK = {verb: name for name, kind in _KINDS.items() for verb in kind.if_code.split()}

SIGNS: dict[str, frozenset[str]] = {}
"""Stems of names and descriptions, and the kinds that they are signs of."""
for _name, _kind in _KINDS.items():
    _of_role = [verb for verb, role in SPECIALIST_OF.items() if role and _OF_ROLE[role] == _name]
    _more = [verb for verb in _of_role if verb not in _STRONG and verb not in _WEAK]
    for _word in (*_kind.verbs.split(), *_kind.signs.split(), *_more):
        SIGNS[stem(_word)] = SIGNS.get(stem(_word), frozenset()) | {_name}

_THING = r"(?:(?!(?:for|of|about|in|on|to|into|with|from|that|which|and|at|by)\b)\S+[ \t]+){0,5}?"
"""What may stand between a verb and the noun that says what it makes."""
_MAKE = r"(?:write|add|create|generate|make|provide|prepare|update|improve|extend|complete|draft)"
_SEEK = (
    r"(?:find(?: out)?|identify|determine|look (?:for|into)|locate|track down|figure out|"
    r"investigate|analy[sz]e|work out|trace|reproduce|solve|resolve|search for|hunt(?: for)?)"
)
_PHRASES: tuple[tuple[str, re.Pattern[str], bool], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE), changes)
    for kind, pattern, changes in (
        ("test", rf"(?:{_MAKE}|increase|raise|cover)[ \t]+{_THING}(?:tests?(?:[ \t]+(?:cases?|"
                 r"suites?|coverage))?|coverage|specs)\b", True),
        ("debug", rf"{_SEEK}[ \t]+{_THING}(?:causes?|reasons?|culprits?)\b", False),
        ("debug", rf"(?:{_SEEK}|explain|understand)[ \t]+(?:why|what makes|what causes)\b.{{0,80}}?"
                  r"\b(?:fail\w*|crash\w*|break\w*|hang\w*|leak\w*|freez\w+|grow\w*|stop\w*|"
                  r"stuck|wrong|slow\w*)\b", False),
        ("debug", r"why (?:do(?:es)?|did|is|are|was|were)\b.{0,80}?\b(?:fail\w*|crash\w*|break\w*|"
                  r"broken|hang\w*|leak\w*|freez\w*|grow\w*|stop\w*|stuck|wrong|slow\w*)\b",
         False),
        ("debug", rf"(?:{_SEEK}|explain)[ \t]+{_THING}(?:\w*exceptions?|\w*errors?|crash(?:es)?|"
                  r"failures?|regressions?|memory leaks?|leaks?|deadlocks?|tracebacks?)\b", False),
        ("secure", rf"{_SEEK}[ \t]+{_THING}(?:secrets|vulnerabilit(?:y|ies)|exploits?|"
                   r"(?:security )?holes?)\b", False),
        ("review", rf"{_SEEK}[ \t]+{_THING}(?:bugs?|mistakes?|flaws?|defects?|weak points?)\b",
         False),
        ("document", rf"{_MAKE}[ \t]+{_THING}(?:docs?|documentation|docstrings?|readme|"
                     r"changelog|openapi specifications?|api reference)\b", False),
        ("deploy", rf"(?:{_MAKE}|set up|configure)[ \t]+{_THING}(?:dockerfile|kubernetes|"
                   r"manifests?|helm charts?|terraform|ci|pipelines?|deployment)\b", False),
        ("optimize", r"(?:make|get)[ \t]+.{0,80}?\b(?:faster|quicker|leaner)\b", True),
        ("optimize", rf"(?:reduce|cut|lower|improve)[ \t]+{_THING}(?:latency|memory|runtime|"
                     r"performance|load time|allocations|bottlenecks?)\b", True),
    )
)  # fmt: skip
"""A verb with its object; whether it changes files. The first that fits counts."""

_OBJECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))
    for kind, pattern in (
        ("test", r"tests?|test (?:suite|cases?)|coverage"),
        ("debug", r"bugs?|crash(?:es)?|failing|failures?|tracebacks?|\w*exceptions?|errors?"),
        ("secure", r"security|vulnerabilit(?:y|ies)|injections?|xss|csrf|owasp|secrets"),
        ("optimize", r"performance|latency|bottlenecks?|slow|memory leaks?"),
        ("document", r"documentation|docstrings?|readme|openapi"),
        ("deploy", r"docker|dockerfile|kubernetes|terraform|pipelines?"),
    )
)
"""Objects that speak for a kind of work beside the verb's."""


class Asked(NamedTuple):
    """What a task asks for."""

    main: dict[str, str]
    """The kinds that its verb asks for, with the words that say so."""
    beside: dict[str, str]
    """Kinds that its objects speak for."""
    changes: bool
    """Whether files are to be changed."""
    code: tuple[str, ...]
    """Words that show that it is about code."""
    prose: bool
    """Whether it speaks of a text that is no code."""

    def counts(self, kind: str) -> bool:
        """Whether a kind of work can be meant: what is done to code alone is not done to a letter,
        and there is more to be tested and mended than code."""
        if self.code or not _KINDS[kind].of_code:
            return True
        return kind == "optimize" and not self.prose


def asked(title: str, prompt: str) -> Asked:
    """What kinds of work a task asks for. Only the beginning of each is looked at."""
    code = tuple(dict.fromkeys(code_signs(f"{title}\n{prompt}")))
    main: dict[str, str] = {}
    changes = False
    for text in list(instructions(title, prompt))[:_MOST_SENTENCES]:
        for kind, words, changing in _of_sentence(text, bool(code)):
            main.setdefault(kind, words)
            changes |= changing
        if main:
            break
    beside = {
        kind: match.group()
        for kind, pattern in _OBJECTS
        if kind not in main and (match := pattern.search(f"{title}\n{prompt}"))
    }
    return Asked(main, beside, changes, code, is_prose(f"{title}\n{prompt}"))


def _of_sentence(text: str, of_code: bool) -> Iterator[tuple[str, str, bool]]:
    """Kinds that the beginning of a sentence asks for, the words, and whether it changes files."""
    for kind, pattern, changing in _PHRASES:
        if (match := pattern.match(text)) is not None:
            yield kind, _quoted(match.group()), changing
            return
    verb = next((word for word, _ in words_of(text)), "")
    if not text.lower().startswith(verb.lower()) or not verb:
        return
    lower = verb.lower()
    done = _STRONG.get(lower) or (_WEAK.get(lower) if of_code else None)
    if done is not None:
        yield done, verb, done in _CHANGING and lower not in ("test", "diagnose", "profile")
    role = SPECIALIST_OF.get(lower)
    if role is not None and _OF_ROLE[role] != done:
        yield _OF_ROLE[role], verb, False


def _quoted(words: str) -> str:
    parts = words.split()
    if len(parts) <= 2:
        return " ".join(parts)
    return f"{parts[0]} … {parts[-1]}"


@lru_cache(maxsize=4096)
def kinds_of(text: str) -> frozenset[str]:
    """The kinds of work that a name or a description has signs of."""
    return frozenset(kind for _, root in words_of(text) for kind in SIGNS.get(root, ()))
