"""Counted things: "these 5 competitor products", "from three independent perspectives".

Finds them, and says the head of a list again for one of its items: "Research
this competitor product". This module never compares a count with a list.
"""

import re
from dataclasses import dataclass

from orchtui.engine.request.clauses import first_word, has_words, mask, tidy
from orchtui.engine.request.grammar import article, is_plural, singular
from orchtui.engine.request.lexicon import (
    AGENTS,
    BRINGING,
    COUNTABLE,
    COUNTING_ADJECTIVES,
    JUDGING,
    MAKING,
    MEASURES,
    NUMBER,
    PREPOSITIONS,
    SEARCHING,
    VARIANTS,
    VIEWPOINTS,
    number_of,
)

_DEFINITE = r"these|those|(?:the )?following|the|my|our|your|both|all"
_VAGUE = r"several|multiple|various|many|a few|few|different|some|a number of|a couple of|numerous"
_START = re.compile(
    r"(?<![\w.-])(?:(?P<each>each of|all of|every one of) )?"
    rf"(?:(?P<det>{_DEFINITE})(?: following)? )?"
    rf"(?:(?P<near>at least|up to|about|around|roughly|exactly|at most|max|maximum|(?:the )?"
    r"(?:top|best|largest|biggest|leading|most popular|most important)) )?"
    rf"(?:(?P<low>{NUMBER})(?:(?: ?[-–] ?| to | or )(?P<high>{NUMBER}))?(?P<more>\+| or more)?"
    rf"|(?P<vague>{_VAGUE})|(?P<only>(?<=these )|(?<=those )|(?<=following )|(?<=each )))"
    r" ?(?=[^\W\d_])",
    re.IGNORECASE,
)
_OPEN_COUNT = re.compile(
    r"as many (?P<np>(?:[\w-]+ ){0,4}?)as (?:are |is )?(?:needed|necessary|possible|required|"
    r"relevant|you (?:need|like|want|can|think|see fit)[\w ]{0,20}|makes sense|appropriate|useful)"
    r"|however many (?P<np2>(?:[\w-]+ ){1,4})(?:are |is )?(?:needed|necessary|it takes)"
    r"|(?:all|any|every) (?:the )?(?:relevant|necessary|appropriate|possible) (?P<np3>[\w-]+s)\b",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"\b(?:most|least|top|best|worst|last|first|next|main|major|\w{3,}est)\b", re.IGNORECASE
)
DIFFERENT = frozenset(
    "different distinct alternative alternate competing contrasting unique parallel independent "
    "separate".split()
)
"""Adjectives that make of a number so many variants."""
_POINTING = re.compile(r"these|those|(?:the )?following", re.IGNORECASE)
_NP_WORD = re.compile(r" ?([^\W_][\w'’/+-]*|&)")
_STOP = PREPOSITIONS | frozenset(
    "and or but that is are was were has have had should must can could will would may might do "
    "does each independently then so to be being".split()
)


@dataclass(frozen=True, slots=True)
class Count:
    """A counted thing in a text, as `text[start:end]`."""

    start: int
    end: int
    low: int | None
    """The number, or the smallest; None where only `these`, `following` or `several` is said."""
    high: int | None
    """The greatest number; None without an upper bound."""
    definite: bool
    """Whether the words stand for certain things: `these`, `the following`, `our`."""
    pointing: bool
    """Whether they point at things said elsewhere: `these`, `the following`."""
    vague: bool
    """`several`, `as many … as needed`."""
    adjectives: tuple[str, ...]
    """Words such as `different` and `independent`."""
    noun: str
    """The thing in the plural, as written, with its own adjectives: `competitor products`."""
    preposition: str
    """The word before, when it is a preposition."""

    @property
    def last(self) -> str:
        """The noun itself, singular, in lower case."""
        return singular(self.noun.split()[-1].lower()) if self.noun else ""

    @property
    def one(self) -> str:
        """The thing in the singular: `competitor product`."""
        words = self.noun.split()
        return " ".join([*words[:-1], singular(words[-1])]) if words else ""

    def holds(self, number: int) -> bool:
        """Whether so many things are what the words said."""
        return (self.low is None or number >= self.low) and (
            self.high is None or number <= self.high
        )


def find_counts(text: str, *, superlatives: bool = False) -> list[Count]:
    """All counted things of a text, in order.

    Args:
        superlatives: Whether "the three most important papers" count too: those
            are to be found rather than named.
    """
    masked = mask(text)
    found: list[Count] = []
    for match in _OPEN_COUNT.finditer(masked):
        noun = (match["np"] or match["np2"] or match["np3"] or "things").strip()
        noun = re.sub(r"\A(?:relevant|different|other|useful) ", "", noun)
        before = _preposition_before(masked, match.start())
        found.append(
            Count(match.start(), match.end(), None, None, False, False, True, (), noun, before)
        )
    taken = [(count.start, count.end) for count in found]
    end = 0
    for match in _START.finditer(masked):
        if match.start() < end or any(low <= match.start() < high for low, high in taken[:20]):
            continue
        if count := _count(masked, match, superlatives=superlatives):
            found.append(count)
            end = count.end
    return sorted(found, key=lambda count: count.start)


def _preposition_before(text: str, place: int) -> str:
    match = re.search(r"([A-Za-z]+) \Z", text[max(0, place - 30) : place])
    return match[1].lower() if match and match[1].lower() in PREPOSITIONS else ""


def _count(text: str, match: re.Match[str], *, superlatives: bool) -> Count | None:
    words: list[str] = []
    at = match.end()
    while len(words) < 6 and (word := _NP_WORD.match(text, at)):
        if word[1].lower() in _STOP and word[1].lower() not in ("a",):
            break
        words.append(word[1])
        at = word.end()
    while words and not is_plural(words[-1]):
        at -= len(words.pop()) + 1
    adjectives = []
    while len(words) > 1 and words[0].lower() in COUNTING_ADJECTIVES:
        adjectives.append(words.pop(0).lower())
    low = number_of(match["low"]) if match["low"] else None
    definite = bool(match["det"] or match["each"]) and (match["det"] or "").lower() != "all"
    if low == 0 or (low is not None and low > 1000):
        return None
    bare = not words and (match["det"] or "").lower().endswith(("these", "those", "following"))
    if not words and not bare:
        return None
    if low == 1 and not match["high"]:
        return None
    if words and singular(words[-1].lower()) in MEASURES and not match["det"]:
        return None
    near = (match["near"] or "").lower()
    best = re.sub(r"\Aat (?:least|most)\Z", "", near)
    if not superlatives and _SUPERLATIVE.search(" ".join([best, *words[:-1]])):
        return None
    high = number_of(match["high"]) if match["high"] else low
    if near in ("at least",) or match["more"]:
        high = None
    elif near in ("up to", "at most", "max", "maximum"):
        low, high = (1, high)
    elif near in ("about", "around", "roughly"):
        low = high = None
    vague = bool(match["vague"]) and not match["det"]
    if match["low"] is None and not vague and not definite:
        return None
    return Count(
        match.start(),
        at,
        low,
        high,
        definite,
        bool(match["each"]) or _POINTING.match(match["det"] or "") is not None,
        vague,
        tuple(adjectives),
        " ".join(words),
        _preposition_before(text, match.start()),
    )


def is_viewpoint(count: Count) -> bool:
    """`from three … perspectives`: a frame around the items, not their kind."""
    return count.preposition == "from" and count.last in VIEWPOINTS


def is_language(count: Count) -> bool:
    """`in 3 languages`."""
    return count.preposition in ("in", "into", "to") and count.last == "language"


def makes_variants(text: str, count: Count) -> bool:
    """Whether the count says how many of a thing are to be made, to choose from."""
    making = first_word(text) in MAKING and is_object(text, count)
    if not making or count.low is None or count.low < 2:
        return False
    return bool(DIFFERENT & set(count.adjectives)) or (
        any(singular(word.lower()) in VARIANTS for word in count.noun.split())
    )


def is_object(text: str, count: Count) -> bool:
    """Whether the count stands right after the verb."""
    between = text[: count.start].split()
    return len(between) <= 2 and not count.preposition


def is_list_count(text: str, count: Count) -> bool:
    """Whether the count surely speaks of things that a list would name."""
    if count.vague or count.low is None or is_agents(count):
        return False
    if count.definite or is_viewpoint(count) or is_language(count) or makes_variants(text, count):
        return True
    if count.preposition not in ("", "on", "about", "across", "for", "from", "in"):
        return False  # "a quiz with 5 questions"
    return bool(count.adjectives) or (count.last in COUNTABLE and not count.noun[:1].isupper())


def is_agents(count: Count) -> bool:
    """`using 3 agents`."""
    return count.last in AGENTS and count.preposition in ("using", "with", "by", "via")


def list_counts(head: str, number: int = 0) -> list[Count]:
    """The counts in the head of a list of so many items that speak of them.

    Words that point (`each of these claims`) win over mere numbers (`3 sources`).
    """
    counts = [
        count
        for count in find_counts(head)
        if count.definite
        or count.vague
        or is_list_count(head, count)
        or is_agents(count)
        or (count.low == count.high == number and count.preposition != "with")
    ]
    pointing = [count for count in counts if count.pointing]
    return pointing or counts


SLOT = "\x01"
"""Never part of a request: `clean` removes control characters."""


def for_one(head: str, *, number: int = 0, keep_viewpoint: bool) -> str:
    """The head of a list said for one of its items.

    "Research these 5 topics" becomes "Research this topic", "Generate 3
    different designs for beginners" becomes "Generate a design for beginners".

    Args:
        number: How many items the list has.
        keep_viewpoint: Whether to say "from this perspective", which short
            items such as "Academic" need.

    Returns:
        The head; where "this topic" is not its end, `SLOT` marks where the
        item itself may stand.
    """
    verb = first_word(head)
    for count in reversed(list_counts(head, number)):
        before, after = head[: count.start], head[count.end :]
        if not count.noun:
            said = "this" if after.strip(" :.,") else ""
        elif count.last == "thing":
            said = "this"
        elif is_language(count) or is_agents(count) or (is_viewpoint(count) and not keep_viewpoint):
            said = ""
            before = re.sub(rf"\b{count.preposition} \Z", "", before, flags=re.IGNORECASE)
        elif count.definite or count.preposition or verb in SEARCHING - BRINGING | JUDGING:
            said = f"this {count.one}{SLOT if not is_viewpoint(count) else ''}"
        else:
            said = f"{article(count.one)} {count.one}"
        head = f"{before}{said}{after}"
    head = re.sub(r"(?: (?:the )?following| these| those)(?=[.:]?\s*\Z)", "", head)
    head = re.sub(rf"{SLOT}(?=\W*\Z)", "", head)
    head = re.sub(r",? (?:for|of) each(?: (?:one|of them|file|topic))?(?=[.:]?\s*\Z)", "", head)
    return tidy(head) if has_words(head) else ""
