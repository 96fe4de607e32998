"""Several instructions in a row: "Research X, write Y, then test Z".

Cuts a text into stages, each with its clauses; "then" begins a new stage. A
comma separates only where a verb begins on either side, and nothing is cut
when a later clause needs an earlier one to be understood ("write it up").
"""

import re
from dataclasses import dataclass

from orchtui.engine.request.clauses import first_word, has_words, mask, sentences, verb_of
from orchtui.engine.request.lexicon import DETAIL_VERBS, NOUN_LIKE, PREPOSITIONS
from orchtui.engine.request.marks import take_apart, take_priority

MAX_SENTENCE = 3000

_THEN = re.compile(
    r"(?:[,;] ?(?:and |but )?| and | )(?:then|after that|afterwards?|finally|lastly|next),? (?=\w)",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"[,;] (?:and (?:also )?|also |& )?| (?:and|&) (?:also )?(?=[a-z])", re.IGNORECASE
)
_LEAD = re.compile(
    r"(?:(?P<then>(?:and )?then|after (?:that|this)|afterwards?|finally|lastly|next|once (?:that "
    r"is|"
    r"that's|this is) done|at the end|in the end)|"
    r"(?P<also>also|additionally|in addition|meanwhile|(?:and )?at the same time|in parallel|"
    r"simultaneously|concurrently|first(?:ly)?|first of all|to start|second(?:ly)?|third(?:ly)?|"
    r"fourth(?:ly)?|fifth(?:ly)?|sixth(?:ly)?|and|plus|likewise))(?:,|:)? (?=\w)",
    re.IGNORECASE,
)
_ON_RESULTS = re.compile(
    r"(?:keep|make|limit|hold|restrict) (?:each|them|it|all|both|everything)\b", re.IGNORECASE
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_ORDINAL = re.compile(
    r"(?:\A|(?<=[.,;:!?] )|(?<= and ))(?:the )?(?P<n>first|second|third|fourth|fifth|"
    r"sixth)(?:ly)?[,:]? "
    r"(?:and )?(?=\w)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\b(?:it|them|its|their|they|this|that|these|those|the (?:results?|findings?|outputs?|"
    r"answers?|above|same|former|latter|draft|summary|code you))\b(?! (?:is|are) )",
    re.IGNORECASE,
)
_POINTED = re.compile(r"\b(?:this|that|these|those) [a-z]", re.IGNORECASE)
_DETERMINER = re.compile(
    r"\W*\w+ (?:(?:the|a|an|this|that|these|those|our|my|your|its|all|each|every|how|whether|for|"
    r"two|three|four)\b|"
    r"[A-Z0-9`\"'/*]|\S*[./]\S)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One instruction."""

    text: str
    stage: int
    """Stages count from 0; a clause needs those of the stage before."""


def lead(text: str) -> tuple[str, bool]:
    """The text without `Then,`, `Also,` or `Second,`; and whether the word says an order."""
    match = _LEAD.match(text)
    if match is None or (match["also"] and verb_of(text[match.end() :]) is None):
        return text, False
    return text[match.end() :], match["then"] is not None


def is_work(text: str) -> bool:
    """Whether a clause begins with a verb and is no remark such as `make each short`."""
    words = lead(text)[0]
    return verb_of(words) is not None and _ON_RESULTS.match(words) is None


def by_ordinals(text: str) -> list[str]:
    """`First, … Second, … Third, …` cut before each of them, and what stands before the first."""
    places: list[re.Match[str]] = []
    for match in _ORDINAL.finditer(mask(text)):
        if match["n"].lower() == _ORDINALS[min(len(places), 5)]:
            places.append(match)
    if len(places) < 2:
        return []
    ends = [match.start() for match in places[1:]] + [len(text)]
    parts = [text[: places[0].start()].strip()]
    parts += [
        re.sub(r"[,;]?(?: and)?\Z", "", text[match.end() : end].strip())
        for match, end in zip(places, ends, strict=True)
    ]
    return parts


def chain(sentence: str, *, apart: bool) -> list[Clause]:
    """The instructions of one sentence; a single one when it can not be cut safely."""
    if len(sentence) > MAX_SENTENCE:
        return [Clause(sentence, 0)]
    found: list[Clause] = []
    start = stage = 0
    masked = mask(sentence)
    for match in _THEN.finditer(masked):
        before, after = sentence[start : match.start()], sentence[match.end() :]
        if not has_words(before) or verb_of(after) is None or verb_of(lead(before)[0]) is None:
            continue
        found += [Clause(text, stage) for text in _parallel(before, apart=apart)]
        start = match.end()
        stage += 1
    found += [Clause(text, stage) for text in _parallel(sentence[start:], apart=apart)]
    return found


def _parallel(text: str, *, apart: bool) -> list[str]:
    """`Research X, write Y and test Z` cut before each verb."""
    text = lead(text.strip(" ,;"))[0]
    if verb_of(text) is None:
        return [text]
    masked = mask(text)
    cuts = [match for match in _CUT.finditer(masked) if verb_of(text[match.end() :])]
    commas = [match for match in _CUT.finditer(masked) if match.group().startswith((",", ";"))]
    if not any(match.group().startswith((",", ";")) for match in cuts) and not apart:
        return [text]
    strict = len(cuts) >= len(commas) and all(match in cuts for match in commas)
    ends: list[tuple[int, int]] = []
    for match in cuts:
        rest = text[match.end() :]
        joined = not match.group().startswith((",", ";"))
        if _starts_clause(rest) or (strict and not joined and _has_object(rest)):
            ends.append((match.start(), match.end()))
    parts = []
    start = 0
    for end, following in ends:
        parts.append(text[start:end].strip())
        start = following
    parts.append(text[start:].strip())
    parts = [part for part in parts if has_words(part)]
    if not parts or any(refers_back(part) for part in parts[1:]):
        return [text]
    return parts


def refers_back(text: str) -> bool:
    """Whether a clause can not be understood without an earlier one."""
    return bool(_REFERENCE.search(_POINTED.sub(" ", text)))


def _has_object(text: str) -> bool:
    return re.match(r"\W*[\w-]+ \w", text) is not None


def _starts_clause(text: str) -> bool:
    if not _has_object(text):
        return False
    return first_word(text) not in NOUN_LIKE or _DETERMINER.match(text) is not None


def is_task_sentence(text: str) -> bool:
    """Whether a sentence names work, rather than telling how to do it."""
    words = lead(text)[0]
    words = take_priority(words, bare=True)[0]
    verb = verb_of(words)
    if re.match(r"do an? ", words, re.IGNORECASE):
        return True
    if verb is None or verb in DETAIL_VERBS:
        return False
    second = first_word(words[len(verb) :]) if words.lower().startswith(verb) else ""
    return bool(second) and second not in PREPOSITIONS and not second.endswith("ly")


def by_sentences(text: str) -> tuple[str, list[tuple[str, bool]], str]:
    """Context, the sentences that name work, and closing remarks.

    A remark between two pieces of work stays with the first. Returns one piece
    of work, or none, when later sentences lean on earlier ones.
    """
    context: list[str] = []
    tasks: list[tuple[str, bool]] = []
    remarks: list[str] = []
    for sentence in sentences(text):
        words, then = lead(sentence)
        work = is_task_sentence(sentence) or (not tasks and verb_of(words) is not None)
        if work and tasks and not then and refers_back(words):
            work = False
        if work:
            if remarks:
                tasks[-1] = (" ".join([tasks[-1][0], *remarks]), tasks[-1][1])
                remarks = []
            said = sentence if take_apart(sentence)[1] else words
            tasks.append((said if tasks or not then else sentence, then and bool(tasks)))
        elif tasks:
            remarks.append(sentence)
        else:
            context.append(sentence)
    return " ".join(context), tasks, " ".join(remarks)
