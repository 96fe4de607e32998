"""One sentence that holds several tasks: "from A, B and C perspectives", "in German and French".

Each frame is a form of words that says "this is an enumeration"; a sentence
without one stays a single task. Verbs such as "compare" need all their objects
and are never split at them. This module never looks beyond its sentence.
"""

import re
from dataclasses import replace

from orchtui.engine.request.clauses import enumeration, first_word, mask, shared_end, verb_of
from orchtui.engine.request.counting import find_counts
from orchtui.engine.request.grammar import singular
from orchtui.engine.request.lexicon import LANGUAGE, NUMBER, SEARCHING
from orchtui.engine.request.marks import take_priority
from orchtui.engine.request.object_frames import (
    aspects,
    counted,
    creations,
    kinds,
    objects,
    paired,
    repeated,
)
from orchtui.engine.request.pieces import PRONOUN, Piece, members_of, pieces_of, search
from orchtui.engine.request.prompts import inner, titled, with_article

MAX_SENTENCE = 3000
"""A longer sentence is one task: nobody writes an enumeration of that length."""


_VIEW = (
    r"(?:perspectives?|angles?|viewpoints?|points? of view|standpoints?|sides?|lens(?:es)?|"
    r"vantage points?)"
)
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
    rf"(?<= )(?:an? |the |both )?(?P<list>{_LANGUAGES}) (?P<noun>versions?|translations?|"
    rf"editions?)",
    re.IGNORECASE,
)
_EACH_OF = re.compile(
    r"(?P<lead>\b(?:for )?)(?:each|every one|all|both) of (?!the\b|these|those|them|my|our)",
    re.IGNORECASE,
)
_FROM = re.compile(r" from (?P<list>[^:;]+)(?=\Z|: )", re.IGNORECASE)
_LENGTH_EACH = re.compile(
    rf",? (?:in )?(?P<length>(?:(?:at most|max(?:imum)?|up to|about|under|no more than) )?{NUMBER} "
    r"(?:words?|sentences?|lines?|paragraphs?|pages?|bullets?|bullet points?)) each\Z",
    re.IGNORECASE,
)
_EACH = re.compile(r"(?<!\bfor)(?<!\bof)(?<!\bper),? each\Z", re.IGNORECASE)
_ONE_EACH = re.compile(r",? one each\Z", re.IGNORECASE)
_MARK = re.compile(r" [(\[][^()\[\]]+[)\]]")
_SHARE = re.compile(rf", (?:at (?:most|least) |up to |about )?{NUMBER}\b[^,]*\Z", re.IGNORECASE)


def expand(sentence: str, *, apart: bool) -> list[Piece]:
    """The tasks of a sentence; none when it is a single one.

    Args:
        apart: Whether the request says "in parallel", "separately" or the like,
            so that the objects of its verb are tasks of their own.
    """
    if len(sentence) > MAX_SENTENCE:
        return []
    sentence = sentence.rstrip(" .!")
    sentence, each, rest = _take_each(_reordered(sentence))
    apart = apart or each or _has_marks(sentence)
    frames = [_each_of, _viewpoints, _languages, kinds, _sources, counted, repeated, paired]
    frames += [aspects, creations]
    for frame in [*frames, objects] if apart else frames:
        if len(pieces := frame(sentence)) > 1:
            return [replace(piece, prompt=f"{piece.prompt}{rest}") for piece in pieces]
    return []


def _take_each(text: str) -> tuple[str, bool, str]:
    """The text without a closing `each`, whether it had one, and the length for each.

    In "two papers on A and B, one each" the word has a number of its own and stays.
    """
    if match := _LENGTH_EACH.search(text):
        return text[: match.start()], True, f" in {match['length']}"
    match = _ONE_EACH.search(text)
    if match and not find_counts(text[: match.start()]):
        return text[: match.start()], True, ""
    match = _EACH.search(text)
    if match is None or _SHARE.search(text[: match.start()]):
        return text, False, ""
    return text[: match.start()], True, ""


def _has_marks(text: str) -> bool:
    """Whether a priority behind one member says that the members are tasks.

    At the very end it may be that of the whole; but a whole request is never optional.
    """
    members = enumeration(text)
    given = [take_priority(member, bare=False)[1] for member in members]
    if len(members) < 2 or any(given[:-1]):
        return len(members) > 1
    inside = given[-1] is not None and members[-1][-1] not in ")]"
    return inside or (given[-1] == "nice-to-have" and len(members) > 2)


def _reordered(text: str) -> str:
    """`From a, b and c perspectives, evaluate x` with its instruction first."""
    if not re.match(
        r"(?:from|in|for) (?!each of|every one of|all of|both of)", text, re.IGNORECASE
    ):
        return text
    at = _end_of_list(text)
    if at is None or text[at] == ":" or len(enumeration(text[:at].split(" ", 1)[1])) < 2:
        return text
    return f"{text[at:].lstrip(' ,')} {text[0].lower()}{text[1:at]}"


def _viewpoints(text: str) -> list[Piece]:
    if match := search(_FROM_VIEW_OF, text):
        members, end = shared_end(members_of(text, match))
        before = text[: match.start()]
        rest = f" {end}" if end else ""
        return pieces_of(
            members,
            lambda who: f"{before} from the perspective of {who}{rest}",
            lambda who: f"{titled(re.sub(r'^(?:an?|the) ', '', who))} perspective",
        )
    match = search(_FROM_VIEWS, text)
    if match is None or match.end("list") - match.start("list") > 400:
        return []
    noun = singular(match["noun"].lower())
    before, after = text[: match.start()], text[match.end() :]
    members = members_of(text, match)
    if any(member.startswith("the ") for member in members[1:]):
        said_the = re.search(r"\bthe \Z", text[: match.start("list")], re.IGNORECASE)
        members[0] = f"the {members[0]}" if said_the else members[0]
    if (mark := _MARK.match(after)) and take_priority(mark.group(), bare=False)[1]:
        members[-1], after = f"{members[-1]}{mark.group()}", after[mark.end() :]
    members = [re.sub(rf" {_VIEW}(?=\Z| [(\[])", "", member) for member in members]
    return pieces_of(
        members,
        lambda view: f"{before} from {_seen_from(view)} {noun}{after}",
        lambda view: f"{titled(re.sub(r'^(?:an?|the) ', '', view))} {noun}",
    )


def _languages(text: str) -> list[Piece]:
    def cut(words: str) -> list[str]:
        return re.findall(LANGUAGE, words, re.IGNORECASE)

    if match := search(_LANGUAGE_VERSIONS, text):
        noun = singular(match["noun"].lower())
        before, after = text[: match.start()], text[match.end() :]
        return [
            Piece(
                f"{before}{with_article(one)} {noun}{after}",
                f"{one} {noun}",
                one,
            )
            for one in cut(match["list"])
        ]
    if match := search(_IN_LANGUAGES, text):
        before, after = text[: match.start()], text[match.end() :]
        return [
            Piece(f"{before} {match['prep']} {one}{after}", one, one) for one in cut(match["list"])
        ]
    return []


def _seen_from(view: str) -> str:
    """`an academic`, but `the manager's`."""
    view = re.sub(r"\A(?:the|an?) (?=.*['’]s?\Z)", "", view)
    return f"the {view}" if re.match(r"[\w -]+['’]s?\Z", view) else with_article(view)


def _sources(text: str) -> list[Piece]:
    """`Research … from papers and blogs`, for verbs that search."""
    match = search(_FROM, text)
    if match is None or first_word(text) not in SEARCHING or re.search(r" to ", match["list"]):
        return []
    if find_counts(match["list"]) or PRONOUN.search(match["list"]):
        return []
    members = [re.sub(r"\Afrom ", "", one, flags=re.I) for one in members_of(text, match)]
    members, end = shared_end(members)
    rest = (f" {end}" if end else "") + text[match.end() :]
    return pieces_of(members, lambda source: f"{text[: match.start()]} from {source}{rest}")


def _each_of(text: str) -> list[Piece]:
    """`Summarize each of a.md, b.md and c.md`, `For each of A, B and C, describe …`."""
    match = search(_EACH_OF, text)
    if match is None:
        return []
    before, after = text[: match.start()], text[match.end() :]
    if match["lead"] and not before.strip():
        rest = re.match(r"(?P<list>.+?)(?:: ?|, (?=\w+ (?!and\b|or\b)\w))(?P<do>.+)\Z", after)
        at = _end_of_list(after)
        if rest is None or at is None:
            return []
        members, do = enumeration(after[:at]), after[at:].lstrip(" :,")
        return pieces_of(
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
    return pieces_of(members, lambda one: f"{before}{lead}{one}{rest_of}")


def _end_of_list(text: str) -> int | None:
    """Where `A, B and C` ends and the instruction begins: a colon, or a comma before a verb."""
    masked = mask(text)
    if (colon := masked.find(":")) > 0:
        return colon
    for match in re.finditer(r", ", masked):
        if verb_of(text[match.end() :]):
            return match.start()
    return None
