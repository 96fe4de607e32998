"""A prompt that says what it means: words that point elsewhere are taken out, or replaced.

`using previous findings` and `as discussed` go without a trace; `it` becomes
the thing that it stands for, where an earlier task names one; `continue
writing` becomes `write`. English only: words that are not known here are left
alone, and then nothing is offered. This module never looks beyond the sentence
that the words stand in, and never makes up a subject.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from orchtui.engine.independence.words import verb
from orchtui.engine.plans.plan import Task
from orchtui.engine.request.lexicon import PREPOSITIONS
from orchtui.engine.request.prompts import titled

_NEAR = 400
"""Characters to each side in which a sentence is looked for."""

_POINTED = (
    r"(?:findings?|results?|outputs?|discussions?|conversations?|chats?|meetings?|calls?|steps?|"
    r"tasks?|sections?|notes?|points?|work|research|analys[ie]s|outlines?|drafts?|lists?|"
    r"feedback|decisions?|conclusions?|insights?|plans?|instructions?|context|answers?)"
)
_EARLIER = (
    r"(?:above(?:-mentioned)?|previous|earlier|prior|preceding|foregoing|former|last|"
    r"aforementioned)"
)
_DETERMINER = r"(?:the|these|those|this|that|our|my|your|all|any|both|what|its|their)"
_TRIGGER = (
    r"(?:using|by using|based (?:up)?on|building (?:up)?on|drawing on|relying on|given|considering|"
    r"following|in (?:light|view) of|in line with|in accordance with|according to|as per|per|"
    r"on the basis of|with the help of|with reference to|referring to|with|from|by means of|"
    r"like(?: in)?|as in|similar to|consistent with|incorporating|leveraging|applying|reusing|"
    r"informed by|taking into account|after|once|by)"
)
_SEEN = (
    r"(?:discussed|mentioned|agreed|described|noted|outlined|planned|shown|explained|specified|"
    r"instructed|requested|stated|said|decided|seen|usual|always|before|above|earlier|previously|"
    r"established|suggested|defined|talked about|promised|started|begun|done)"
)
_TALKED = (
    r"(?:discussed|agreed|talked|decided|mentioned|described|suggested|proposed|gave|sent|told|"
    r"planned|wrote|came up with|looked at|spoke|chose|picked|settled)"
)
_WHEN = (
    r"(?:above|before|earlier|previously|already|yesterday|together|last (?:time|week|month)|"
    r"(?:in|during) (?:the|our|my) (?:\w+ )?(?:meeting|call|conversation|chat|discussion|session))"
)

_LEADING = re.compile(
    rf"\b(?:{_TRIGGER}\s+(?:all\s+(?:of\s+)?)?(?:{_DETERMINER}\s+)?|"
    r"as\s+(?:(?:we|I)\s+(?:have\s+)?|already\s+|previously\s+)?)\Z",
    re.IGNORECASE,
)
"""What may stand in front of the quoted words and belong to them."""
_RELATIVE = re.compile(r"\b(?:that|which)\s+\Z", re.IGNORECASE)
_ADVERBIAL = re.compile(
    r"(?:just\s+)?(?:as|like|the\s+way|than|from)(?:\s+(?:we|you|I|it\s+was|have|just|already|"
    rf"previously))*\s+(?:{_SEEN}|last\s+time)(?:\s+(?:up)?on)?(?:\s+{_WHEN})?|"
    r"the\s+same\s+way(?:\s+as\s+before)?|like\s+the\s+other(?:s|\s+ones?)|"
    r"(?:once\s+)?again|once\s+more|as\s+well|accordingly|likewise|also|too|then|next|instead|"
    r"afterwards?|after\s+(?:that|this)|from\s+(?:here|there)(?:\s+on)?|"
    r"(?:(?:that|which)\s+)?(?:we|you|I)(?:['’]ve|\s+have|\s+had)?(?:\s+(?:already|just|last|"
    rf"both))?\s+{_TALKED}(?:\s+(?:on|about|upon))*(?:\s+{_WHEN})?|already|previously|"
    rf"(?:mentioned|described|listed|shown|see|given)\s+above|{_WHEN}",
    re.IGNORECASE,
)
_ADJUNCT = re.compile(
    rf"{_TRIGGER}\s+(?:all\s+(?:of\s+)?)?(?:{_DETERMINER}\s+)?(?:[\w-]+\s+){{0,3}}?[\w-]+",
    re.IGNORECASE,
)
_OF_THEM = re.compile(r"both of (?:them|these|those)\b", re.IGNORECASE)
_MORE_WHEN = re.compile(rf"\s+{_WHEN}\b", re.IGNORECASE)
_MORE_NOUN = re.compile(rf"\s+(?:{_EARLIER}\s+)?{_POINTED}\b", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s+(?P<word>[^\W\d_][\w-]*)")
_ENDS_OPEN = re.compile(rf"(?:.*\s)?{_EARLIER}", re.IGNORECASE | re.DOTALL)
_CONTINUE = re.compile(
    r"(?:(?:please|now|then|and)\s+)*(?:continue|keep(?:\s+on)?(?=\s+\w+ing\b)|go\s+on|"
    r"carry\s+on|proceed|resume|pick\s+up)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\s+(?:with\s+|on\s+|(?P<to>to)\s+)?(?P<word>[^\W\d_][\w-]*)", re.IGNORECASE)
_STANDS_FOR = re.compile(
    r"it|this|that|these|those|them|they|both(?: of (?:them|these|those))?|its|their|"
    rf"the\s+{_EARLIER}|(?:all\s+(?:of\s+)?)?(?:(?:{_DETERMINER}|{_EARLIER}|own)\s+)+"
    r"(?P<noun>[\w-]+)",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"findings?|results?|outputs?|work|research|analys[ei]s|drafts?|versions?|texts?|notes?|"
    r"documents?|reports?|pieces?|responses?|answers?|repl(?:y|ies)|summar(?:y|ies)|data|material|"
    r"information|content|outlines?|conclusions?|insights?|outcomes?|suggestions?|proposals?|"
    r"recommendations?|reviews?|lists?|code"
)
"""Nouns for whatever a task leaves behind."""
_ARTICLE_NEXT = re.compile(
    r"\s+(?:an?|the|it|this|that|these|those|our|my|your|its)\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?;](?=\s|\Z)|\n|\Z")
_BULLET = re.compile(r"\s*(?:(?:\d{1,3}[.)]|[-*•>#]+)\s+)?")
_BARE = frozenset("this that these those both".split())
_PLURAL = frozenset("these those them they both their".split())
POINTERS = frozenset(
    "it this that these those them they both all its their above previous earlier prior same "
    "following one ones everything something work here there findings results result output "
    "outputs rest going".split()
)
"""Words that name nothing by themselves."""
FUNCTION_WORDS = PREPOSITIONS | frozenset(
    "and or but so then is are was were be been has have had should must can could will would may "
    "might not also too again well together carefully now next".split()
)
_CONJUNCTIONS = frozenset("and or but then so while".split())
_QUESTIONS = frozenset("what which who how that".split())


class Change(NamedTuple):
    """Words that were taken out of a text, and those that stand in their place."""

    old: str
    new: str
    says: bool
    """Whether the new words mean something; else the old ones are only taken out."""


class Rewriting(NamedTuple):
    """A text that no longer points elsewhere."""

    text: str
    changes: tuple[Change, ...]
    """In the order of the text."""


class _Edit(NamedTuple):
    start: int
    end: int
    old: str
    """The words that a person would say were changed."""
    new: str
    says: bool = False


def rewrite(
    text: str, spans: Iterable[tuple[int, int]], subjects: Iterable[str]
) -> Rewriting | None:
    """A text without its pointing words; nothing when some of them resist.

    Args:
        text: A prompt.
        spans: Where the pointing words stand.
        subjects: What they may stand for, the most likely first.
    """
    likely = tuple(subject for _, subject in zip(range(2), subjects, strict=False))
    changes: list[Change] = []
    done = len(text)
    # From the end, so that places further on in front stay right.
    for start, end in sorted(spans, key=lambda span: (-span[1], span[0])):
        if changes and start >= done:
            continue
        edit = _edit(text, start, end, likely) if end <= done else None
        if edit is None:
            return None
        changes.insert(0, Change(edit.old.strip(" ,;()"), edit.new.strip(), edit.says))
        text = text[: edit.start] + edit.new + text[edit.end :]
        done = edit.start
    return Rewriting(text, tuple(changes)) if changes and text.strip() else None


def rewritten(task: Task, rewriting: Rewriting) -> Task:
    """The task with its prompt changed, and its title where that was made of the prompt."""
    return replace(task, prompt=rewriting.text, title=_title(task, rewriting))


def _edit(text: str, start: int, end: int, subjects: Sequence[str]) -> _Edit | None:
    if _inside_a_word(text, start) or _inside_a_word(text, end):
        return None
    if match := _CONTINUE.match(text, start, end):
        return _no_longer_continued(text, start, match.end())
    end = _completed(text, start, _trimmed(text, start, end))
    return _taken_out(text, start, end) or _replaced(text, start, end, subjects)


def _inside_a_word(text: str, place: int) -> bool:
    return text[place - 1 : place].isalnum() and text[place : place + 1].isalnum()


def _trimmed(text: str, start: int, end: int) -> int:
    """Where the quoted phrase ends without words of the next: `the above in`."""
    while last := re.search(r"\s+(?P<word>[\w-]+)\Z", text[start:end]):
        acts = verb(last["word"].lower()) and _ARTICLE_NEXT.match(text, end)
        first = text[start : start + last.start()]
        if not (_ENDS_OPEN.fullmatch(first) and (_is_function(last["word"]) or acts)):
            break
        end = start + last.start()
    return end


def _completed(text: str, start: int, end: int) -> int:
    """Where the quoted phrase really ends: `the above` goes on in `the above list`."""
    if match := _OF_THEM.match(text, start):
        return max(end, match.end())
    if not _ENDS_OPEN.fullmatch(text, start, end):
        return end
    if match := _MORE_NOUN.match(text, end):
        return match.end()
    match = _NEXT_WORD.match(text, end)
    if match is None or _is_function(match["word"]) or verb(match["word"].lower()):
        return end
    return match.end()


def _is_function(word: str) -> bool:
    low = word.lower()
    return low in FUNCTION_WORDS or (low.endswith("ly") and len(low) > 4)


def _no_longer_continued(text: str, start: int, end: int) -> _Edit | None:
    """`Continue writing X` says `Write X`, and `Continue with the X` says `Work on the X`."""
    match = _GOES_ON.match(text, end)
    if match is None or text[_sentence_start(text, start) : start].strip():
        return None
    word = match["word"].lower()
    base = "work" if word == "working" else verb(word)
    if base is not None and (word.endswith("ing") or match["to"]):
        new, end = base, match.end()
    elif word in POINTERS or _is_function(word):
        return None
    else:
        after = _NEXT_WORD.match(text, match.end())
        named = after is not None and after["word"].lower() not in POINTERS
        if word in ("the", "our", "my", "your") and not named:
            return None
        new, end = "work on", match.start("word") - 1
    new = new.capitalize() if text[start].isupper() else new
    return _Edit(start, end, text[start:end], new, says=True)


def _taken_out(text: str, start: int, end: int) -> _Edit | None:
    """The words removed, when they only say how and the sentence can do without them."""
    sentence = _sentence_start(text, start)
    if not _says_how(text[start:end]):
        leading = _LEADING.search(text, sentence, start)
        if leading is None or not _says_how(text[leading.start() : end]):
            return None
        start = leading.start()
    if relative := _RELATIVE.search(text, sentence, start):
        start = relative.start()
    if match := _MORE_WHEN.match(text, end):
        end = match.end()
    return _tidied(text, sentence, start, end)


def _says_how(words: str) -> bool:
    return bool(_ADVERBIAL.fullmatch(words) or _ADJUNCT.fullmatch(words))


def _tidied(text: str, sentence: int, start: int, end: int) -> _Edit | None:
    """Take words out with the spaces and commas around them; capital letters stay right."""
    old = text[start:end]
    finish = _sentence_end(text, end)
    if text[start - 1 : start] == "(" and text[end : end + 1] == ")":
        start, end = start - 1, end + 1
    before, after = text[sentence:start], text[end:finish]
    if len(f"{before.rstrip(' ,')} {after.lstrip(' ,;:')}".split()) < 2:
        return None
    if _hangs(before, after):
        return None
    if not before.strip():
        end += len(after) - len(after.lstrip(" ,;:–—-"))
        first = text[end : end + 1]
        return _Edit(start, end + 1, old, first.upper() if old[0].isupper() else first)
    start -= len(before) - len(before.rstrip(" ,"))
    end += len(after) - len(after.lstrip(" ,"))
    return _Edit(start, end, old, " " if text[end:finish].strip(" )") else "")


def _hangs(before: str, after: str) -> bool:
    """Whether the words in front would hang in the air: `write it and`, `look at`."""
    last = before.rstrip(" ,").rpartition(" ")[2].lower()
    ends = not after.strip(" ,;:)") or after.startswith(",")
    return last in PREPOSITIONS | _QUESTIONS or (last in _CONJUNCTIONS and ends)


def _replaced(text: str, start: int, end: int, subjects: Sequence[str]) -> _Edit | None:
    """The words replaced by what they stand for, when they stand for a thing."""
    said = text[start:end]
    low = said.lower()
    match = _STANDS_FOR.fullmatch(said)
    if not subjects or match is None:
        return None
    both = low.startswith("both")
    noun = (match["noun"] or "").lower()
    if noun and not both and not _MADE.fullmatch(noun) and noun not in subjects[0].lower().split():
        return None  # `this paragraph` is not the essay
    after = _NEXT_WORD.match(text, end)
    if low in _BARE and after and not _is_function(after["word"]):
        return None  # `this` of `this chapter` is no thing by itself
    if both and len(subjects) < 2:
        return None
    new = subjects[0]
    if both or (low in _PLURAL and len(subjects) > 1 and not re.search(r"s\Z|\band\b", new)):
        new = f"{subjects[1]} and {new}"
    if low in ("its", "their"):
        new += "'" if new.endswith("s") else "'s"
    if said[0].isupper() and not text[_sentence_start(text, start) : start].strip():
        new = new[0].upper() + new[1:]
    if re.search(rf"\b{re.escape(low)}\b", new.lower()):
        return None
    return _Edit(start, end, said, new, says=True)


def _sentence_start(text: str, place: int) -> int:
    """Where the sentence around a place begins, its number or bullet left out."""
    near = max(0, place - _NEAR)
    ends = [match.end() for match in re.finditer(r"[.!?:;](?=\s)|\n", text[near:place])]
    mark = _BULLET.match(text, near + (ends[-1] if ends else 0), place)
    assert mark is not None  # it matches nothing, too
    return mark.end()


def _sentence_end(text: str, place: int) -> int:
    match = _SENTENCE_END.search(text, place, place + _NEAR)
    return match.start() if match else min(len(text), place + _NEAR)


def _title(task: Task, rewriting: Rewriting) -> str:
    """A title that was the beginning of the prompt is made again; else the same words go."""
    start = task.title.rstrip("…").rstrip(" .").casefold()
    if start and " ".join(task.prompt.split()).casefold().startswith(start):
        return titled(re.split(r"(?<=[.!?])\s|\n", rewriting.text.strip(), maxsplit=1)[0])
    title = task.title
    for old, new, says in rewriting.changes:
        if old:
            # `split` and `join`, as the new words may hold what a pattern's template reads.
            pieces = re.split(rf"\s*\b{re.escape(old)}(?!\w)\s*", title, flags=re.IGNORECASE)
            title = (f" {new} " if says else " ").join(pieces)
    return " ".join(title.split()) or task.title
