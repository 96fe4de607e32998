"""One sentence that holds several tasks: "from A, B and C perspectives", "in German and French".

Each frame is a form of words that says "this is an enumeration"; a sentence
without one stays a single task. Verbs such as "compare" need all their objects
and are never split at them. This module never looks beyond its sentence.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from orchtui.engine.request.clauses import (
    HIDDEN,
    enumeration,
    first_word,
    mask,
    shared_end,
    verb_of,
)
from orchtui.engine.request.counting import find_counts, singular
from orchtui.engine.request.lexicon import (
    JOINT,
    JUDGING,
    LANGUAGE,
    MAKING,
    NATURAL_LANGUAGES,
    PREPOSITIONS,
    SEARCHING,
)
from orchtui.engine.request.limits import Marks
from orchtui.engine.request.marks import take_marks
from orchtui.engine.request.prompts import inner, titled, with_article

MAX_SENTENCE = 3000
"""A longer sentence is one task: nobody writes an enumeration of that length."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One task of a sentence."""

    prompt: str
    title: str
    own: str
    """The words that only this task has."""
    marks: Marks = Marks()
    is_language: bool = False


_VIEW = r"(?:perspectives?|angles?|viewpoints?|points? of view|standpoints?|sides?|lens(?:es)?|vantage points?)"
_FROM_VIEWS = re.compile(
    rf" (?:from|through|using) (?:the |both |both the )?(?P<list>[^:;]+) (?P<noun>{_VIEW})\b",
    re.IGNORECASE,
)
_FROM_VIEW_OF = re.compile(
    rf" (?:from|through) (?:the |both the )?(?P<noun>{_VIEW}) of (?P<list>[^:;]+)", re.IGNORECASE
)
_LANGUAGES = (
    rf"(?:both )?{LANGUAGE}(?:(?:, (?:and |as well as )?| and | & | as well as |/){LANGUAGE})+"
)
_IN_LANGUAGES = re.compile(
    rf" (?P<prep>in|into|to) (?P<list>{_LANGUAGES})(?: (?:versions|respectively))?", re.IGNORECASE
)
_LANGUAGE_VERSIONS = re.compile(
    rf"(?<= )(?:an? |the |both )?(?P<list>{_LANGUAGES}) (?P<noun>versions?|translations?|editions?)",
    re.IGNORECASE,
)
_EACH_OF = re.compile(
    r"(?P<lead>\b(?:for )?)(?:each|every one|all|both) of (?!the\b|these|those|them|my|our)",
    re.IGNORECASE,
)
_FROM = re.compile(r" from (?P<list>[^:;]+)\Z", re.IGNORECASE)
_FOR = re.compile(r" for (?P<list>[^:;]+)\Z", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:me|us|you|him|her|them|it|its|their|themselves|myself)\b", re.IGNORECASE
)
_POSSESSIVE = re.compile(r"\b(?:my|our|your|his)\b", re.IGNORECASE)
_DETERMINER = re.compile(r"(?:the|an?) ", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:an?|one|another) ", re.IGNORECASE)


def expand(sentence: str, *, apart: bool) -> list[Piece]:
    """The tasks of a sentence; none when it is a single one.

    Args:
        apart: Whether the request says "in parallel", "separately" or the like,
            so that the objects of its verb are tasks of their own.
    """
    if len(sentence) > MAX_SENTENCE:
        return []
    sentence = sentence.rstrip(" .!")
    frames = [_each_of, _viewpoints, _languages, _sources, _counted, _aspects, _creations]
    for frame in [*frames, _objects] if apart else frames:
        if len(pieces := frame(sentence)) > 1:
            return pieces
    return []


def _search(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return pattern.search(mask(text).replace(HIDDEN, "x"))


def _members(text: str, match: re.Match[str]) -> list[str]:
    return enumeration(text[match.start("list") : match.end("list")])


def _pieces(
    members: list[str], say: Callable[[str], str], name: Callable[[str], str] = titled
) -> list[Piece]:
    pieces = []
    for member in members:
        words, marks = take_marks(member, of_item=True)
        words = words or member
        pieces.append(Piece(say(words), name(words), words, marks))
    return pieces


def _viewpoints(text: str) -> list[Piece]:
    if match := _search(_FROM_VIEW_OF, text):
        members, end = shared_end(_members(text, match))
        before = text[: match.start()]
        rest = f" {end}" if end else ""
        return _pieces(
            members,
            lambda who: f"{before} from the perspective of {who}{rest}",
            lambda who: f"{titled(re.sub(r'^(?:an?|the) ', '', who))} perspective",
        )
    match = _search(_FROM_VIEWS, text)
    if match is None or match.end("list") - match.start("list") > 400:
        return []
    noun = singular(match["noun"].lower())
    before, after = text[: match.start()], text[match.end() :]
    members = [re.sub(rf" {_VIEW}\Z", "", member) for member in _members(text, match)]
    return _pieces(
        members,
        lambda view: f"{before} from {with_article(view)} {noun}{after}",
        lambda view: f"{titled(re.sub(r'^(?:an?|the) ', '', view))} {noun}",
    )


def _languages(text: str) -> list[Piece]:
    def cut(words: str) -> list[str]:
        return re.findall(LANGUAGE, words, re.IGNORECASE)

    if match := _search(_LANGUAGE_VERSIONS, text):
        noun = singular(match["noun"].lower())
        before, after = text[: match.start()], text[match.end() :]
        return [
            Piece(
                f"{before}{with_article(one)} {noun}{after}",
                f"{one} {noun}",
                one,
                is_language=_is_natural(one),
            )
            for one in cut(match["list"])
        ]
    if match := _search(_IN_LANGUAGES, text):
        before, after = text[: match.start()], text[match.end() :]
        return [
            Piece(
                f"{before} {match['prep']} {one}{after}",
                one,
                one,
                is_language=_is_natural(one),
            )
            for one in cut(match["list"])
        ]
    return []


def _is_natural(language: str) -> bool:
    return language.split()[-1].lower() in NATURAL_LANGUAGES


def _sources(text: str) -> list[Piece]:
    """`Research … from papers and blogs`, for verbs that search."""
    match = _search(_FROM, text)
    if match is None or first_word(text) not in SEARCHING or re.search(r" to ", match["list"]):
        return []
    if find_counts(match["list"]) or _PRONOUN.search(match["list"]):
        return []
    members, end = shared_end(_members(text, match))
    rest = f" {end}" if end else ""
    return _pieces(members, lambda source: f"{text[: match.start()]} from {source}{rest}")


def _each_of(text: str) -> list[Piece]:
    """`Summarize each of a.md, b.md and c.md`, `For each of A, B and C, describe …`."""
    masked = mask(text).replace(HIDDEN, "x")
    match = _EACH_OF.search(masked)
    if match is None:
        return []
    before, after = text[: match.start()], text[match.end() :]
    if match["lead"] and not before.strip():
        rest = re.match(r"(?P<list>.+?)(?:: ?|, (?=\w+ (?!and\b|or\b)\w))(?P<do>.+)\Z", after)
        at = _end_of_list(after)
        if rest is None or at is None:
            return []
        members, do = enumeration(after[:at]), after[at:].lstrip(" :,")
        return _pieces(
            members,
            lambda one: (
                f"For {one}: {inner(do)}"
                if ":" in after[at : at + 1]
                else f"For {one}, {inner(do)}"
            ),
        )
    members, end = shared_end(enumeration(after))
    lead = match["lead"]
    rest_of = f" {end}" if end else ""
    return _pieces(members, lambda one: f"{before}{lead}{one}{rest_of}")


def _end_of_list(text: str) -> int | None:
    """Where `A, B and C` ends and the instruction begins: a colon, or a comma before a verb."""
    masked = mask(text)
    if (colon := masked.find(":")) > 0:
        return colon
    for match in re.finditer(r", ", masked):
        if verb_of(text[match.end() :]):
            return match.start()
    return None


def _counted(text: str) -> list[Piece]:
    """`Write three haikus about autumn, winter and spring`: as many members as counted."""
    if first_word(text) in JOINT:
        return []
    for count in find_counts(text):
        rest = re.match(r" (?P<prep>[a-z]+) (?P<list>.+)\Z", text[count.end :])
        if count.low is None or rest is None or rest["prep"] not in PREPOSITIONS or not count.noun:
            continue
        members = enumeration(rest["list"])
        if len(members) == count.low == count.high and len(members) > 1:
            one = f"this {count.one}" if count.definite else with_article(count.one)
            before = text[: count.start]
            return _pieces(members, lambda member: f"{before}{one} {rest['prep']} {member}")
    return []


def _aspects(text: str) -> list[Piece]:
    """`Review the code for security, performance and readability`."""
    match = _search(_FOR, text)
    verb = first_word(text)
    if match is None or verb in JOINT or verb_of(text) is None:
        return []
    words = match["list"]
    if _PRONOUN.search(words) or _POSSESSIVE.search(words) or find_counts(words):
        return []
    members, end = shared_end(_members(text, match))
    if _DETERMINER.match(members[0]) and not all(_DETERMINER.match(m) for m in members):
        return []  # "for the a, b and c functions": the noun comes last
    judging = verb in JUDGING
    if len(members) < (2 if judging else 3) or any(len(member.split()) > 5 for member in members):
        return []
    if not judging and any(member.split()[0].endswith("ing") for member in members):
        return []
    rest = f" {end}" if end else ""
    return _pieces(members, lambda aspect: f"{text[: match.start()]} for {aspect}{rest}")


def _creations(text: str) -> list[Piece]:
    """`Write a haiku, a limerick and a sonnet about autumn`."""
    verb, _, objects = text.partition(" ")
    if first_word(verb) not in MAKING or not _ARTICLE.match(objects):
        return []
    members, end = shared_end(enumeration(objects))
    if not all(_ARTICLE.match(member) and len(member.split()) <= 6 for member in members):
        return []
    if any(_PRONOUN.search(member) for member in [*members, end]):
        return []
    rest = f" {end}" if end else ""
    return _pieces(
        members,
        lambda thing: f"{verb} {thing}{rest}",
        lambda thing: titled(_ARTICLE.sub("", thing, count=1)),
    )


def _objects(text: str) -> list[Piece]:
    """`Research Redis, Memcached and Hazelcast`, when the request wants them apart."""
    verb, _, objects = text.partition(" ")
    if verb_of(verb) is None or first_word(verb) in JOINT:
        return []
    members = enumeration(objects)
    if any(verb_of(member) and len(member.split()) > 1 for member in members[1:]):
        return [
            Piece(member, titled(member), member)
            for member in [text[: len(verb) + 1 + len(members[0])], *members[1:]]
        ]
    members, end = shared_end(members)
    if any(_PRONOUN.search(member) for member in members):
        return []
    rest = f" {end}" if end else ""
    return _pieces(members, lambda thing: f"{verb} {thing}{rest}")
