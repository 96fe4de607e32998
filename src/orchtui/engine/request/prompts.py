"""The words of one task: its prompt, its title, and who should do it.

A prompt says all that its specialist needs: the context, the head of the list,
the item with its details, and the sentences that hold for all. This module
never drops a word of an item.
"""

import re
from typing import Literal

from orchtui.engine.request.clauses import has_words, verb_of
from orchtui.engine.request.counting import SLOT, find_counts, for_one
from orchtui.engine.request.grammar import article
from orchtui.engine.request.lexicon import (
    COMMON_WORDS,
    LANGUAGE,
    NUMBER,
    PREPOSITIONS,
    SPECIALIST_OF,
)

TITLE_LENGTH = 60

_EMPTY_HEAD = re.compile(
    r"(?:(?:do|run|execute|perform|carry out|complete|work on|handle|start|launch|delegate|"
    r"parallelize|parallelise|tackle|process|take care of|here are|there are|i have|we have|"
    r"these are|i need|we need|get|have|the) )*"
    r"(?:(?:all|of|these|those|the|following|my|our|this|a few|some|several|for me|as|also|next|"
    rf"different|independent|separate|parallel|small|{NUMBER})\b ?)*"
    r"(?:to-?dos?|task list|tasks?|things?|jobs?|items?|work|steps|subtasks|requests?)?"
    r"(?: (?:to do|below|done|for you|for me|i need|to be done|please|are|as follows))*[:.!]?",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"(?P<label>[^\n:]{1,40}?)(?:: | [-–—] )(?=\S)")
_BARE_LANGUAGE = re.compile(LANGUAGE, re.IGNORECASE)
_HYPHENATED = re.compile(
    r"[A-Z][a-z]+-(?:first|based|rich|oriented|driven|level|side|focused|focussed|centric|friendly|"
    r"like|style|term|time|scale|end|in|on|up|ready|heavy|free|only|led|depth)\b"
)
_KEEP_EACH = re.compile(
    r"(?:(?<=[.!?;] )|(?<=\n))(?P<verb>(?:please )?(?:keep|make|limit|hold|restrict|cap)) "
    r"each(?: one| of them)? (?=(?:under|below|within|to|at|between|around|about|over|in|as|"
    r"short|brief|concise|simple|friendly|self-contained|independent|no (?:more|longer)|"
    r"less than|fewer than|an?|very|really|quite)\b)",
    re.IGNORECASE,
)


ItemKind = Literal["language", "short", "long"]


def kind_of(items: list[str]) -> ItemKind:
    """What all items of a list are: names of languages, at most two words each, or longer."""
    if all(_BARE_LANGUAGE.fullmatch(item) for item in items):
        return "language"
    return "short" if all(len(item.split()) <= 2 for item in items) else "long"


def inner(text: str) -> str:
    """The text in the middle of a sentence: a common first word loses its capital."""
    word = re.match(r"[A-Za-z][\w/'’-]*", text)
    if word is None or not re.fullmatch(r"[A-Z][a-z'’/-]*(?:-[a-z]+)*|[A-Z]", word.group()):
        return text
    lower = word.group().lower()
    if lower in COMMON_WORDS or lower in SPECIALIST_OF or _HYPHENATED.match(word.group()):
        if re.match(r"\S+ (?:[A-Z]\b|\d|[A-Z]\w*)", text) and lower not in SPECIALIST_OF:
            return text  # a name of several words: Product A, Visual Studio
        if len(lower) == 1 and re.match(r"\S(?:\Z| (?:and|or|from|vs|in|on)\b)", text):
            return text
        return text[0].lower() + text[1:]
    return text


def outer(text: str) -> str:
    """The text as the start of a sentence; names such as `npm` and `app.log` are kept."""
    word = re.match(r"[^\W\d_]+(?=[\s,]|:(?!/)|\Z)", text)
    if word is None or not word.group().islower():
        return text
    known = word.group() in COMMON_WORDS or word.group() in SPECIALIST_OF
    known = known or (len(word.group()) > 3 and word.end() < len(text))
    return text[0].upper() + text[1:] if known else text


def all_inner(items: list[str]) -> list[str]:
    """The items for the middle of a sentence, all in the same manner.

    When one of them may begin with a name, all keep their capitals.
    """
    said = [inner(item) for item in items]
    may_be_name = any(
        before == after and re.match(r"[A-Z][a-z]+(?:[\s,:.]|\Z)", before)
        for before, after in zip(items, said, strict=True)
    )
    return items if may_be_name else said


def ended(text: str) -> str:
    """The text with an end mark, if it is one line that has none."""
    text = text.rstrip(" ,;")
    last = text.rstrip("\"'”’)]*`»")[-1:]
    if not text or "\n" in text or last in ".!?…。！？:" or text[-1] in ".!?…。！？:":
        return text
    if last.isalpha() and ord(last) > 0x2E7F:
        return text
    return f"{text}."


def compose(head: str, item: str, kind: ItemKind, number: int) -> str:
    """Join the head of a list and one of its items to one instruction.

    Args:
        head: One sentence; a closing colon is dropped.
        kind: What all items of the list are.
        number: How many they are.
    """
    head = head.strip().rstrip(":：").rstrip()
    if not has_words(head) or _EMPTY_HEAD.fullmatch(head):
        return outer(item)
    item_verb, head_verb = verb_of(item), verb_of(head)
    said = for_one(head, number=number, keep_viewpoint=kind == "short")
    said = said.rstrip(".:, ")
    if slot := re.match(rf"For this [\w -]+?{SLOT}, (?=\w)", said):
        if len(item.split()) <= 6 and item_verb is None:
            return f"For {item}, {said[slot.end() :]}"
    if SLOT in said:
        if kind == "short" and re.fullmatch(r"[\w' +#/.-]*\w", item):
            return outer(re.sub(r" each\Z", " it", said.replace(SLOT, f" ({item})", 1)))
        said = said.replace(SLOT, "")
    if not has_words(said) or _EMPTY_HEAD.fullmatch(said):
        return outer(item)
    if item_verb is not None and item_verb == head_verb and len(item.split()) > 1:
        if re.fullmatch(r"\w+(?: (?:this|a|an|the)(?: [\w-]+){0,3})?", said):
            return outer(item)
    if kind == "language":
        said = re.sub(r" (?:in|into|to)\Z", "", said)
        return outer(f"{said} {'into' if head_verb == 'translate' else 'in'} {item}")
    if (" " not in said and head_verb) or said.rsplit(" ", 1)[-1].lower() in PREPOSITIONS:
        return outer(f"{said} {item}")
    if re.match(r"[^\n]{1,60}?: ", item) or ": " in said:
        return outer(f"{said}. {outer(item)}")
    return outer(f"{said}: {item}")


def titled(words: str) -> str:
    """A short title: the label of the words, or their beginning."""
    words = " ".join(words.split()).strip(" .,;:*_")
    if label := _LABELLED.match(words):
        return _capital(label["label"].strip())
    if len(words) > TITLE_LENGTH:
        cut = re.match(r".{12,59}?(?= \(|; |\. | [-–—] )", words)
        words = cut.group() if cut else words
    if len(words) > TITLE_LENGTH:
        words = words[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
    return _capital(words)


def _capital(words: str) -> str:
    """The words with a capital, unless they begin with a short name such as `npm` or a path."""
    first = re.match(r"[^\W\d_]{4,}(?=[\s,'’-]|:(?!/)|/|\Z)", words)
    if first and first.group().islower() and not re.match(r"\S+/\S*\.", words):
        return words[0].upper() + words[1:]
    return outer(words)


def unique(titles: list[str]) -> list[str]:
    """The titles, with a number where one comes again."""
    seen: dict[str, int] = {}
    found = []
    for title in titles:
        key = title.casefold()
        seen[key] = seen.get(key, 0) + 1
        found.append(title if seen[key] == 1 else f"{title} ({seen[key]})")
    return found


def of_one(prompt: str) -> str:
    """`Keep each under 300 words.` as a remark for one task; not where it does several things."""
    match = _KEEP_EACH.search(prompt)
    if match is None or any(count.low != 1 for count in find_counts(prompt[: match.start()])):
        return prompt
    return _KEEP_EACH.sub(r"\g<verb> it ", prompt)


def with_article(words: str) -> str:
    """`academic` as `an academic`; words that have an article are kept."""
    if re.match(r"(?:an?|the|one|its?|my|our|your|their|each)\b", words, re.IGNORECASE):
        return words
    return f"{article(words)} {words}"


def joined(words: list[str]) -> str:
    """`A, B and C`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
