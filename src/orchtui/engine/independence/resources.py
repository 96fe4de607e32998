"""The family of shared resources: a port, branch, environment, database or account that two change.

Guessed from words, and called so. This module never reaches for a resource.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from orchtui.engine.independence.claims import COPYING
from orchtui.engine.independence.desk import Desk
from orchtui.engine.independence.findings import finding
from orchtui.engine.independence.lexicon import EXISTING
from orchtui.engine.independence.phrases import Phrase
from orchtui.engine.independence.reading import Reading
from orchtui.engine.independence.report import Finding
from orchtui.engine.independence.signs import Span
from orchtui.engine.independence.words import verb
from orchtui.engine.paths.paths import is_path

_MOST_USERS = 50
_CHANGING = frozenset(
    "deploy apply migrate reset restart rebase commit push merge drop seed truncate restore load "
    "import update upgrade install delete rotate change alter add remove rename insert write start "
    "run launch resize scale reboot wipe reindex roll roll-out switch set configure edit release "
    "rollback publish ship cherry-pick revert squash tag upload post backfill purge clear recreate "
    "force-push create bump patch record reply log sign send serve host move archive vacuum "
    "rebuild "
    "fill clean fix replace test load-test stress-test benchmark bind listen expose".split()
)
_RESOURCES = frozenset(
    "database table schema index bucket queue cluster server account spreadsheet sheet calendar "
    "inbox channel mailbox wiki workspace tenant instance cache vm machine host namespace topic "
    "stream device phone printer board crm list folder branch environment cluster gpu node "
    "bastion registry repo repository playlist profile wallet".split()
)
"""Heads of noun phrases that stand for one thing that all see."""
_IDENTIFIER = re.compile(r"[_\d]|\w-\w")
_PLACES = frozenset(("", *"to in from on with using into as against at of".split()))
_NO_BRANCHES = frozenset("the a new feature each this its own olive local".split())
_PORT = re.compile(
    r"(?:\bport|\blocalhost:|127\.0\.0\.1:|0\.0\.0\.0:|(?<![\w.\]]):(?=\d{4}))\s*#?(\d{2,5})\b",
    re.IGNORECASE,
)
_BRANCH = re.compile(
    r"\b(?:(?:onto|into|to|on|from)\s+(?:the\s+)?(main|master|develop|trunk)\b(?:\s+branch)?|"
    r"(?:the\s+)?(?!the\s)([\w./-]*\w)\s+branch\b|branch\s+[`'\"]?([\w./-]*\w))",
    re.IGNORECASE,
)
_ENVIRONMENT = re.compile(
    r"\b(?:to|on|in|into|against|onto)\s+(?:the\s+|our\s+)?"
    r"((?:staging|production|prod|preprod|pre-production|qa|uat|sandbox|dev|demo|test|live)"
    r"(?:[-_]\w+)*)(?:\s+(?:environment|workspace|cluster|server|system|site|database|slot|tier|"
    r"stack|instance|account|namespace))?\b(?!\s+(?:data|case|suite|plan|branch|team|readers?|"
    r"driven|set|code|coverage|report|run|results?|users?|audience|music|stream))",
    re.IGNORECASE,
)
_DEPLOYING = frozenset(
    "deploy apply migrate reset restart run roll roll-out release install upgrade rollback "
    "push ship publish load-test stress-test seed restore wipe configure launch scale "
    "switch terraform test promote rotate import load update".split()
)


class _Use(NamedTuple):
    task: int
    name: str
    kind: str
    span: Span


def find(desk: Desk) -> Iterator[Finding]:
    """Pairs of tasks that change the same thing."""
    users: dict[tuple[str, str], list[_Use]] = {}
    for reading in desk.readings:
        for use in _uses(reading):
            same = users.setdefault((use.kind, use.name), [])
            if not same or same[-1].task != use.task:
                same.append(use)
    told = set()
    for (kind, _), uses in sorted(users.items()):
        for one, other in _pairs(uses):
            if (one.task, other.task) in told:
                continue
            told.add((one.task, other.task))
            name = desk.words(other.span)
            yield finding(
                desk,
                kind="shared_resource",
                severity="warning",
                tasks=(one.task, other.task),
                spans=(one.span, other.span),
                message=f"'{desk.label(one.task)}' and '{desk.label(other.task)}' both use the "
                f"same {kind}: “{name}”",
                rule=kind,
            )


def _uses(reading: Reading) -> Iterator[_Use]:
    doing = (
        {each.base for each in reading.verbs}
        | {base for word in reading.words[:60] if (base := verb(word.low)) is not None}
        | {word.low for word in reading.words[:60]}
    )
    if not doing & _CHANGING or reading.classes == {"gather"}:
        return
    for match in _PORT.finditer(reading.text):
        yield _Use(reading.index, match[1], "port", Span(reading.index, *match.span()))
    for match in _BRANCH.finditer(reading.text):
        name = next(group for group in match.groups() if group).lower()
        if name not in _NO_BRANCHES:
            yield _Use(reading.index, name, "branch", Span(reading.index, *match.span()))
    if doing & _DEPLOYING:
        for match in _ENVIRONMENT.finditer(reading.text):
            name = match[1].lower().replace("production", "prod")
            yield _Use(reading.index, name, "environment", Span(reading.index, *match.span()))
    for phrase in reading.phrases:
        if kind := _thing(reading, phrase):
            name = " ".join(sorted((phrase.words | _owner(reading, phrase)) - {"environment"}))
            yield _Use(reading.index, name, kind, Span(reading.index, phrase.start, phrase.end))


def _pairs(uses: Sequence[_Use]) -> Iterable[tuple[_Use, _Use]]:
    """All pairs; of very many users only neighbours, which keep all of them apart."""
    return combinations(uses, 2) if len(uses) <= _MOST_USERS else pairwise(uses)


def _owner(reading: Reading, phrase: Phrase) -> frozenset[str]:
    return reading.phrases[phrase.owner].words if phrase.owner >= 0 else frozenset()


def _thing(reading: Reading, phrase: Phrase) -> str:
    """What kind of resource a noun phrase is; nothing when it is none, or only looked at."""
    governing = reading.verb_of(phrase)
    identifier = bool(_IDENTIFIER.search(phrase.said))
    if governing is None or phrase.pronoun or governing.base in COPYING:
        return ""
    if not (identifier or phrase.article in ("the", "my", "'s")):
        return ""
    if phrase.words & (EXISTING - {"live"}):
        return ""
    kinds = sorted(phrase.words & _RESOURCES) if identifier else [phrase.head]
    if kinds and kinds[0] in _RESOURCES and (phrase.qualifiers or phrase.owner >= 0):
        looked_at = governing.classes and governing.classes <= {"gather", "derive"}
        place = identifier or phrase.preposition in _PLACES
        return kinds[0] if place and not looked_at else ""
    changed = (
        "change" in governing.classes
        and governing.main
        and (phrase.object or phrase.preposition in ("to", "in", "from"))
    )
    several_files = any(is_path(word.text) for word in reading.words if not word.mark)
    if several_files or not (phrase.qualifiers or phrase.about):
        return ""  # `the bug` of one file is not that of another
    return "thing" if changed and phrase.article == "the" else ""
