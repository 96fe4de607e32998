"""Frames around the objects of a verb: "for a, b and c", "a haiku, a sonnet and a limerick".

Each gives the tasks of a sentence, or nothing. Verbs that need all their
objects at once, such as "compare", are never split.
"""

import re

from orchtui.engine.request.clauses import (
    enumeration,
    first_word,
    shared_end,
    shared_start,
    verb_of,
)
from orchtui.engine.request.counting import find_counts
from orchtui.engine.request.grammar import singular
from orchtui.engine.request.lexicon import (
    JOINT,
    JUDGING,
    MAKING,
    MEASURES,
    NUMBER,
    PREPOSITIONS,
    SEARCHING,
    SPECIALIST_OF,
)
from orchtui.engine.request.pieces import PRONOUN, Piece, members_of, pieces_of, search
from orchtui.engine.request.prompts import titled, with_article

_FOR = re.compile(r" for (?P<list>[^:;]+)\Z", re.IGNORECASE)
_POSSESSIVE = re.compile(r"\b(?:my|our|your|his)\b", re.IGNORECASE)
_PERFORMING = frozenset({"do", "run", "perform", "conduct"})
_DETERMINER = re.compile(r"(?:the|an?) ", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:an?|one|another) ", re.IGNORECASE)
_COUNTED = re.compile(
    rf"(?:(?:at least|at most|up to|about|the) )?{NUMBER} (?P<thing>[^\W\d_][\w-]*)", re.IGNORECASE
)
_TOPIC = re.compile(r" (?:on|about|covering|regarding|concerning|for) .+\Z", re.IGNORECASE)
_WORD_BEFORE = re.compile(r" (?P<word>[a-z]+)(?= \S)")
_FILE = re.compile(r"[`'\"]?[\w./-]*\w\.[a-z]\w{0,5}[`'\"]?", re.IGNORECASE)


def counted(text: str) -> list[Piece]:
    """`Write three haikus about autumn, winter and spring`: as many members as counted."""
    if first_word(text) in JOINT:
        return []
    for count in find_counts(text):
        rest = re.match(r" (?P<prep>[a-z]+) (?P<list>.+)\Z", text[count.end :])
        if count.low is None or rest is None or rest["prep"] not in PREPOSITIONS or not count.noun:
            continue
        members = enumeration(rest["list"])
        if any(_COUNTED.match(member) for member in members[1:]):
            continue
        if len(members) == count.low == count.high and len(members) > 1:
            one = f"this {count.one}" if count.definite else with_article(count.one)
            said = f"{text[: count.start]}{one} {rest['prep']}"
            return [Piece(f"{said} {member}", titled(member), member) for member in members]
    return []


def kinds(text: str) -> list[Piece]:
    """`Find three papers on caching, three blog posts and three projects`: each kind counted.

    What the first kind is about holds for those that say nothing of the sort.
    """
    verb, _, things = text.partition(" ")
    if verb_of(verb) is None or first_word(verb) in JOINT:
        return []
    members = enumeration(things)
    if len(members) < (2 if first_word(verb) in SEARCHING else 3):
        return []
    counts = [_COUNTED.match(member) for member in members]
    if any(count is None or singular(count["thing"].lower()) in MEASURES for count in counts):
        return []
    ones = [first_word(member) == "one" for member in members[1:]]
    if all(ones) or any(PRONOUN.search(member) for member in members):
        return []  # "two drafts, one short, one long" names the two
    members, end = shared_end(members)
    topic = _TOPIC.search(members[0])
    if topic and not end and all(shared_end(["", member])[1] == "" for member in members[1:]):
        members, end = [members[0][: topic.start()], *members[1:]], topic.group().strip()
    rest = f" {end}" if end else ""
    return pieces_of(members, lambda kind: f"{verb} {kind}{rest}")


def paired(text: str) -> list[Piece]:
    """`Analyze app.log for errors and db.log for slow queries`: each object with its own aim."""
    verb, _, things = text.partition(" ")
    word = first_word(verb)
    if verb_of(verb) is None or word in JOINT:
        return []
    members = enumeration(things)
    found = [_complement(member) for member in members]
    if len({prep for _, prep in found}) != 1 or found[0][1] in ("", "of"):
        return []
    if first_word(things) in PREPOSITIONS | {"up", "out"}:  # "look up", "search for"
        return []
    named = all(_FILE.fullmatch(thing) for thing, _ in found)
    if not named and word not in JUDGING | SEARCHING and SPECIALIST_OF[word] != "translator":
        return []
    if any(PRONOUN.search(member) for member in members) or not _same_determiner(members):
        return []
    return pieces_of(members, lambda member: f"{verb} {member}")


def _complement(member: str) -> tuple[str, str]:
    """The object of `app.log for errors`, and its preposition; empty when there is none."""
    for match in _WORD_BEFORE.finditer(member):
        if match["word"] in PREPOSITIONS:
            thing = member[: match.start()]
            return (thing, match["word"]) if len(thing.split()) <= 4 else ("", "")
    return "", ""


def aspects(text: str) -> list[Piece]:
    """`Review the code for security, performance and readability`."""
    match = search(_FOR, text)
    verb = first_word(text)
    if match is None or verb in JOINT or verb_of(text) is None:
        return []
    words = match["list"]
    if PRONOUN.search(words) or _POSSESSIVE.search(words) or find_counts(words):
        return []
    members, end = shared_end(members_of(text, match))
    if any(first_word(member) in PREPOSITIONS for member in members):
        return []
    if end.startswith("for ") or any(" for " in member for member in members):
        return []  # "a for x and b for y" are pairs
    if not _same_determiner(members):
        return []  # "for the a, b and c functions": the noun comes last
    judging = verb in JUDGING
    if len(members) < (2 if judging else 3) or any(len(member.split()) > 5 for member in members):
        return []
    if not judging and any(member.split()[0].endswith("ing") for member in members):
        return []
    rest = f" {end}" if end else ""
    return pieces_of(members, lambda aspect: f"{text[: match.start()]} for {aspect}{rest}")


def _same_determiner(members: list[str]) -> bool:
    return not _DETERMINER.match(members[0]) or all(_DETERMINER.match(m) for m in members)


def repeated(text: str) -> list[Piece]:
    """`Rewrite a.md in a formal tone, in a casual tone and in a humorous tone`."""
    members = enumeration(text)
    word = first_word(members[-1]) if len(members) > 1 else ""
    if verb_of(text) is None or first_word(text) in JOINT or word not in PREPOSITIONS:
        return []
    if any(first_word(member) != word for member in members[1:]):
        return []
    place = members[0].lower().rfind(f" {word} ")
    if place < 0:
        return []
    start = members[0][:place]
    objects = [members[0][place + 1 :], *members[1:]]
    return pieces_of(
        objects,
        lambda thing: f"{start} {thing}",
        lambda thing: titled(re.sub(rf"\A{word} (?:an? )?", "", thing, flags=re.IGNORECASE)),
    )


def creations(text: str) -> list[Piece]:
    """`Write a haiku, a limerick and a sonnet about autumn`."""
    verb, _, things = text.partition(" ")
    if first_word(verb) not in MAKING | _PERFORMING or not _ARTICLE.match(things):
        return []
    members, end = shared_end(enumeration(things))
    if not all(_ARTICLE.match(member) and len(member.split()) <= 6 for member in members):
        return []
    if any(PRONOUN.search(member) for member in [*members, end]):
        return []
    rest = f" {end}" if end else ""
    return pieces_of(
        members,
        lambda thing: f"{verb} {thing}{rest}",
        lambda thing: titled(_ARTICLE.sub("", thing, count=1)),
    )


def objects(text: str) -> list[Piece]:
    """`Research Redis, Memcached and Hazelcast`, when the request wants them apart."""
    verb, _, things = text.partition(" ")
    if verb_of(verb) is None or first_word(verb) in JOINT:
        return []
    members = enumeration(things)
    if any(verb_of(member) and len(member.split()) > 1 for member in members[1:]):
        return [
            Piece(member, titled(member), member)
            for member in [text[: len(verb) + 1 + len(members[0])], *members[1:]]
        ]
    if any(PRONOUN.search(member) for member in members):
        return []
    if len(members[0].split()) == 2 and not _same_determiner(members):
        return []  # "the first, second and third chapter"
    members, end = shared_end(members)
    start, members = shared_start(members)
    if first_word(start.rpartition(" ")[2]) in ("with", "between"):
        return []  # "a script with tests and docs", "the gap between a and b": one thing
    if len(enumeration(start)) > 1:
        return []  # "the intro and the outro for the podcast, and the notes"
    said = f"{verb} {start} " if start else f"{verb} "
    rest = f" {end}" if end else ""
    return pieces_of(members, lambda thing: f"{said}{thing}{rest}")
