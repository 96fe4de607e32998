"""What a request leaves open, in sentences that say what to add.

A plan with such sentences does not start. Only what the words themselves show
is said: a number without the things, a number that disagrees with its list, a
count left open, a placeholder, files that are not there. A reference to
something outside ("this tutorial") is no gap here: the independence check
warns of it.
"""

import re

from orchtui.engine.request.clauses import first_word, is_open_ended
from orchtui.engine.request.counting import (
    DIFFERENT,
    Count,
    find_counts,
    is_language,
    is_list_count,
    is_object,
    is_viewpoint,
    list_counts,
    makes_variants,
)
from orchtui.engine.request.grammar import singular
from orchtui.engine.request.lexicon import COUNTABLE, MAKING, VARIANTS, VIEWPOINTS
from orchtui.engine.request.meant_files import Meant
from orchtui.engine.request.prompts import joined

_STAND_INS = (
    r"topics?|subjects?|names?|product|company|language|file(?:name)?|url|link|date|title|audience|"
    r"project|tool|library|framework|text|here|thing|something|x|tbd|todo|fill in"
)
_PLACEHOLDER = re.compile(
    r"(?<![\w\]`])(?:\[(?!sic\])(?P<square>(?:insert |your |the |some |add )?[a-z][a-z0-9_/-]+(?: "
    r"[a-z0-9_/-]+){0,4}"
    r"|[A-Z][A-Z_ ]{2,30})\](?![(\[:\w])"
    rf"|<(?P<angle>(?:(?:insert|your|the|some)[ _-])?(?:\w+[ _-]){{0,2}}(?:{_STAND_INS}))>"
    rf"|\{{\{{? ?(?P<curly>(?:(?:insert|your|the)[ _-])?(?:\w+[ _-]){{0,2}}"
    rf"(?:{_STAND_INS})) ?\}}?\}}"
    r"|(?P<line>_{3,})(?!\w)|(?P<word>\bTBD\b|(?<= )\?{3,}(?= |\Z)))",
)
_NAMED = re.compile(r"[^.;:(\n]{0,80}(?::| [-–—]| \()\s*\S")
"""What follows a count whose things are named after all."""
_CODE = re.compile(r"`[^`\n]*`")
_NUMBER_RESULT_VERBS = frozenset(
    "find list suggest give name tell propose brainstorm recommend".split()
)
_TELLING = frozenset("explain describe define list name tell outline edit plan".split())
"""Verbs that take several things in one answer: `explain various approaches`."""
_SUBJECTS = frozenset("topic subject theme".split())


def placeholders(text: str) -> list[str]:
    """`[topic]` and its like."""
    found: dict[str, None] = {}
    for match in _PLACEHOLDER.finditer(_CODE.sub(lambda m: " " * len(m.group()), text)):
        found[match.group()] = None
    if not found:
        return []
    names = joined(list(found)[:6])
    return [
        f"The request has a placeholder, {names}: put what you mean in its place."
        if len(found) == 1
        else f"The request has placeholders, {names}: put what you mean in their place."
    ]


def list_mismatch(head: str, number: int) -> list[str]:
    """A count in a list's head that disagrees with the list."""
    counts = [count for count in list_counts(head) if is_list_count(head, count)]
    if not counts or any(count.holds(number) for count in counts):
        return []
    count = counts[-1]
    things = count.noun or "things"
    return [
        f"The request speaks of {_many(count)} {things} but lists {number}: "
        f"{'add the missing' if number < (count.low or 0) else 'take out the surplus'}, "
        "or correct the number."
    ]


def unnamed(text: str, *, apart: bool) -> list[str]:
    """Counted things of a text that are nowhere named.

    Args:
        apart: Whether the request wants several tasks ("in parallel"), so that
            any plural object must be named.
    """
    for count in find_counts(text, superlatives=apart):
        if _NAMED.match(text, count.end):
            continue
        things = count.noun or "things"
        framed = is_viewpoint(count) or is_language(count)
        wanted = apart and not count.preposition
        if count.vague:
            kinds = VIEWPOINTS | {"language"}
            if wanted or framed or count.last in kinds or _open(text, count):
                return [
                    f"The request leaves open which {things} are meant and how many: "
                    "list them, one on each line."
                ]
        elif not makes_variants(text, count) and (wanted or _points_outside(text, count, framed)):
            return [
                f"The request speaks of {_many(count)} {things} but does not name them: "
                "list them, one on each line."
            ]
    return []


def _points_outside(text: str, count: Count, framed: bool) -> bool:
    """Whether a count stands for things that the words should name."""
    if count.pointing and count.low is None and count.last in COUNTABLE:
        return is_object(text, count)
    if not is_list_count(text, count):
        return False
    if count.pointing or framed:
        return True
    if first_word(text) in MAKING | _NUMBER_RESULT_VERBS or count.preposition == "in":
        return False  # the number belongs to what is to be made or found
    return _is_open_noun(text, count)


def _is_open_noun(text: str, count: Count) -> bool:
    """`5 topics`, but not `the three parts of a cell`: those are known."""
    return count.last in COUNTABLE and not text[count.end :].startswith(" of ")


def _open(text: str, count: Count) -> bool:
    """Whether the number itself is left open: `as many as needed`, `several different drafts`."""
    if re.match(r"as many|however many", text[count.start :], re.IGNORECASE):
        return True
    if count.last in _SUBJECTS and len(text[: count.start].split()) <= 2:
        return True
    if first_word(text) not in MAKING - _TELLING or not is_object(text, count):
        return False
    return (
        re.match(r"different\b", text[count.start :], re.IGNORECASE) is not None
        or bool(DIFFERENT & set(count.adjectives))
        or any(singular(word.lower()) in VARIANTS for word in count.noun.split())
    )


def _many(count: Count) -> str:
    if count.low is None:
        return "these"
    if count.high is None:
        return f"at least {count.low}"
    return str(count.low) if count.low == count.high else f"{count.low} to {count.high}"


def no_subject(text: str) -> list[str]:
    """`Research from …`: said only in addition, when the plan can not start anyway."""
    if re.match(r"\w+ (?:from|in|into|through)\b", text) and first_word(text) != "translate":
        return [f"The request does not say what to {first_word(text)}: add the subject."]
    return []


def open_ended(text: str) -> list[str]:
    """`A, B, etc.`"""
    if not is_open_ended(text):
        return []
    return ["The list is left open at its end: name what else is meant."]


def file_gaps(meant: Meant) -> list[str]:
    """Files that the words count on and that the folder does not have, or has more of."""
    found = len(meant.files)
    if meant.is_pattern:
        if found:
            return []
        return [f"No file in the working folder matches {meant.words}: correct the pattern."]
    if meant.number is None and found:
        return []
    if found == meant.number:
        return []
    has = "none" if not found else f"{found} ({joined(list(meant.files[:8]))}{'…' * (found > 8)})"
    return [
        f"The request speaks of {meant.words}, but the working folder has {has}: "
        "name the files that are meant."
    ]
