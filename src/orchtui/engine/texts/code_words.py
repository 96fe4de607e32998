"""What shows that a task is about code: names of files, words of the trade, languages.

Also which language or tool the ending of a file's name stands for, so that
`src/x.py` speaks for who knows Python. Closed lists: a word that is not here
says nothing. This module never looks at a file.
"""

import re
from collections.abc import Iterator

from orchtui.engine.texts.word_stems import stem, words_of

_SUBJECT_OF_ENDING = {
    "py": "python", "pyi": "python", "ipynb": "jupyter", "ts": "typescript", "tsx": "typescript",
    "js": "javascript", "jsx": "javascript", "mjs": "javascript", "cjs": "javascript",
    "go": "golang", "rs": "rust", "java": "java", "kt": "kotlin", "rb": "ruby", "php": "php",
    "c": "c", "h": "c", "cc": "c++", "cpp": "c++", "hpp": "c++", "cs": "c#", "swift": "swift",
    "scala": "scala", "sh": "bash", "sql": "sql", "vue": "vue", "svelte": "svelte", "ex": "elixir",
    "exs": "elixir", "clj": "clojure", "hs": "haskell", "lua": "lua", "r": "r", "dart": "dart",
    "css": "css", "scss": "css", "html": "html", "tf": "terraform", "proto": "protobuf",
}  # fmt: skip

_FILE = re.compile(r"[\w./-]*\w\.([a-z]{1,6})\b")
_DOCKERFILE = re.compile(r"\bDockerfile\b")

_TRADE = frozenset(
    map(
        stem,
        "code codebase repo repository function functions method methods module modules parser "
        "compiler interpreter api apis endpoint endpoints bug bugs crash crashes exception "
        "exceptions traceback stacktrace error errors regression regressions refactor debug "
        "deploy lint linter typecheck decorator middleware microservice backend frontend server "
        "database schema query queries sql migration index indexes cache websocket thread deadlock "
        "socket commit branch login signup auth authentication component components cli flag sdk "
        "library package dependency dependencies script unittest pytest jest coverage ci pipeline "
        "docker kubernetes terraform helm yaml json regex async class classes interface generics "
        "compile build latency bottleneck bottlenecks performance framework dashboard handler "
        "route controller widget plugin config configuration import runtime memory".split(),
    )
)
"""Stems of words that are hardly used elsewhere, in a task for a specialist."""

_LANGUAGES = frozenset(
    map(
        stem,
        "python javascript typescript java rust ruby php kotlin golang c++ c# haskell scala perl "
        "bash sql powershell lua elixir clojure react vue svelte django flask rails node "
        "html css openapi graphql".split(),
    )
)

LANGUAGES = frozenset(
    map(
        stem,
        "python javascript typescript java rust ruby php kotlin go golang c c++ c# swift scala "
        "haskell elixir clojure perl lua dart r".split(),
    )
)
"""Stems of languages: who is named for one of them is not who works on another."""

_PHRASES = re.compile(
    r"\b(?:pull request|merge request|unit|integration|end-to-end|regression|failing|flaky|broken"
    r") tests?\b|\b(?:pull|merge) requests?\b|\btests? (?:suite|cases?|coverage|failures?)\b"
    r"|\b(?:stack trace|memory leak|race condition|type hints?|source files?|root cause)\b",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"\b[A-Za-z]\w*\(\)|\b[A-Z]\w*(?:Exception|Error)\b|\b[a-z]+[A-Z]\w+|\b[a-z]+(?:_[a-z0-9]+)+\b"
)
"""Names as only code has them."""

_NEUTRAL = frozenset(map(stem, "code codebase repo repository software source dev".split()))
"""Words that say of somebody's name that it is about code, and no more of a subject."""

_PROSE = frozenset(
    map(
        stem,
        "letter letters essay essays poem poems haiku article articles blog chapter novel story "
        "stories speech slogan slogans typo typos grammar spelling newsletter recipe email "
        "translation memo".split(),
    )
)
"""Stems of words for texts that are no code."""


def code_signs(text: str) -> list[str]:
    """The words of a text that show it is about code, as they stand there; nothing for prose."""
    found = [match.group() for match in _FILE.finditer(text) if match[1] in _SUBJECT_OF_ENDING]
    found += [match.group() for match in _DOCKERFILE.finditer(text)]
    found += [match.group() for match in _IDENTIFIER.finditer(text)]
    found += [match.group() for match in _PHRASES.finditer(text)]
    words = list(words_of(text))
    found += [word for word, root in words if root in _LANGUAGES or root in _TRADE]
    return [] if is_prose(text) and not any("." in word for word in found) else found


def is_prose(text: str) -> bool:
    """Whether it speaks of a text that is no code."""
    return any(root in _PROSE for _, root in words_of(text))


def is_of_code(stems: frozenset[str]) -> bool:
    """Whether these stems, of a name or a description, are those of somebody who works on code."""
    return not stems.isdisjoint(_TRADE | _LANGUAGES)


def of_trade(root: str) -> bool:
    """Whether a stem of a name says that it is about code, and no more of a subject."""
    return root in _NEUTRAL


def subjects(text: str) -> Iterator[tuple[str, str]]:
    """What file names stand for: each name as it stands there, and the stem of its subject."""
    for match in _FILE.finditer(text):
        if subject := _SUBJECT_OF_ENDING.get(match[1]):
            yield match.group(), stem(subject)
    for match in _DOCKERFILE.finditer(text):
        yield match.group(), stem("docker")
