"""Limits in plain words: "max 30 minutes each", "two at a time", "retry twice".

A phrase is only taken where it can not be part of the work: "recipes that take
at most 30 minutes" stays as it is. This module never looks at the structure of
a request.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields

from orchtui.engine.plans.plan import Priority
from orchtui.engine.request.lexicon import NUMBER, number_of


@dataclass(frozen=True, slots=True)
class Marks:
    """What the words said; None where they said nothing. Times are seconds."""

    priority: Priority | None = None
    timeout: float | None = None
    """For each task."""
    deadline: float | None = None
    """For the whole run."""
    concurrency: int | None = None
    retries: int | None = None
    budget_usd: float | None = None

    def over(self, other: "Marks") -> "Marks":
        """These, and the other's where these say nothing."""
        return Marks(
            **{
                name: mine if (mine := getattr(self, name)) is not None else getattr(other, name)
                for name in (entry.name for entry in fields(self))
            }
        )


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_UNIT = r"(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|hr|h|days?)"
_AMOUNT = rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?|half an?|an?|{NUMBER})"
_DURATION = (
    rf"(?P<time>(?:{_AMOUNT})[ -]?{_UNIT}\b\.?(?: ?(?:and )?\d{{1,2}} ?{_UNIT}\b)?"
    r"(?: and a half)?)"
)
_PIECE = re.compile(rf"({_AMOUNT})[ -]?({_UNIT})\b", re.IGNORECASE)
_MAX = (
    r"(?:max(?:imum|\.)?(?: of| time of)?:?|at (?:the )?most|up to|no (?:more|longer) than|"
    r"not (?:more|longer) than|(?:in )?(?:less than|under)|limit(?:ed)?(?: of| to|:)?|"
    r"time ?(?:limit|box|out)(?: of| is| after|:)?|within|in)"
)
_MAX_ALONE = _MAX.removesuffix("|in)") + ")"
_FOR_EACH = (
    r"(?:(?:for )?each(?: (?:one|task|of them|item|topic|file|agent))?|per [\w-]+|apiece|"
    r"a piece|for every (?:one|task|[\w-]+)|a task|every one)"
)
_FOR_ALL = (
    r"(?:in total|total|overall|altogether|all together|all in all|in all|"
    r"for (?:everything|all(?: of (?:it|them))?|all tasks|the (?:whole|entire) (?:run|thing|job)|"
    r"the lot))"
)
_TAKE = (
    r"(?:(?:and )?(?:spend|take|taking|use|run|running|give|allow|allowing|finish|stop|"
    r"limit(?:ed)?|with|time out|timeout|spending|giving)"
    r"(?: (?:each|every|all|them|it|one|to|of|task|tasks|the|a)){0,5} )?"
)
_SEP = r"(?:(?:^|(?<=[\s(\[]))(?:[,;:–—-] ?)?)"
_EACH_LIMIT = re.compile(
    rf"{_SEP}(?:and )?{_TAKE}(?:{_MAX} )?{_DURATION}(?: max(?:imum)?| at most| tops| or less)?,? "
    rf"{_FOR_EACH}(?: max(?:imum)?| at most)?(?![\w-])"
    rf"|{_SEP}(?:and )?(?:spend |take |give )?(?:each|every)(?: (?:one|task|of them|item|agent))?"
    rf"(?: (?:may|can|should|must|gets?|has|is|takes?|taking|to|run|for|limited|allowed)){{0,5}}"
    rf" {_MAX} {_DURATION.replace('<time>', '<time2>')}"
    rf"|{_SEP}(?:and )?(?:(?:limit|give|allow) (?:each|every)|each (?:gets|has|takes))"
    r"(?: (?:one|task|of them|item|agent|topic))?(?: (?:to|up to|at most|max|no more than))?"
    rf" {_DURATION.replace('<time>', '<time3>')}",
    re.IGNORECASE,
)
_EVERY = re.compile(r"\b(?:each|apiece|every|(?:per|a) (?:task|piece))\b", re.IGNORECASE)
_ALL_LIMIT = re.compile(
    rf"{_SEP}(?:and )?{_TAKE}(?:{_MAX} )?{_DURATION}(?: max(?:imum)?| at most)?,? "
    rf"{_FOR_ALL}(?![\w-])"
    rf"|{_SEP}(?:and )?(?:stop|finish|be done|done|end|abort|give up|cancel)"
    rf"(?: (?:everything|all|it|them|the run|all tasks|working|in|after|within|at)){{0,5}}"
    rf" (?:after|within|in) (?:at most )?{_DURATION.replace('<time>', '<time2>')}"
    rf"|{_SEP}(?:(?:with )?an? )?(?:overall |total )?(?:deadline|(?:overall|total) (?:time )?limit)"
    rf"(?: of| is|:| in)? {_DURATION.replace('<time>', '<time3>')}",
    re.IGNORECASE,
)
_ALONE = re.compile(
    rf"(?:^|(?<=[(\[])|[,;.–—] ?| - )(?:and |with )?(?:an? )?(?P<how>{_MAX_ALONE}) {_DURATION}"
    r"(?: max(?:imum)?)?(?=\s*(?:$|[,;)\].:]))"
    rf"|(?:^|(?<=[(\[])|[,;–—] ?| - |,? for ){_DURATION.replace('<time>', '<time2>')} "
    rf"(?:max(?:imum)?|at most|tops)"
    r"(?=\s*(?:$|[,;)\].:]))"
    rf"|(?:^|(?<=[\s(\[]))(?:[,;] ?)?(?:with )?(?:an? )?(?:time ?out|time ?limit|time ?box)"
    rf"(?: of| is| after|:)? {_DURATION.replace('<time>', '<time3>')}"
    rf"|(?:^|(?<=[\s(\[]))(?:[,;] ?)?(?:with )?an? {_DURATION.replace('<time>', '<time4>')}"
    r" (?:time ?out|time ?limit|limit)",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(
    rf"{_SEP}(?:and )?(?:(?:run|do|work on|process|start|handle|with|using|use|execute)"
    r"(?: (?:them|it|these))? )?(?:(?:only|just|at most|max(?:imum)?(?: of)?|up to|"
    rf"no more than|not more than) ){{0,2}}(?P<n>{NUMBER})(?: (?:tasks?|agents?|jobs?|of them))?"
    r" (?:at a time|at once|at the same time)"
    rf"|{_SEP}(?:and )?(?:(?:run|do|with|using|use) )?(?:only|at most|max(?:imum)?(?: of)?|up to|"
    rf"no more than) (?P<n2>{NUMBER})(?: (?:tasks?|agents?|jobs?|of them))?"
    r" (?:in parallel|concurrently|simultaneously)"
    rf"|{_SEP}(?:with )?(?:a )?concurrency(?: of| limit of|:)? (?P<n3>{NUMBER})"
    r"|(?P<one>[,;]? ?(?:do them |run them )?\b(?:one by one|one after (?:the other|another)))",
    re.IGNORECASE,
)
_RETRY = re.compile(
    rf"{_SEP}(?:and )?(?:(?:retry|re-?try|try again|repeat)(?: (?:failed tasks|failures|each|it|"
    rf"them|on failure|failed ones|a failed task|any failures?))? (?:(?:up to|at most|max(?:imum)?"
    rf"|no more than) )?(?:(?P<word>once|twice)|(?P<n>{NUMBER})(?: times?| ×|x)?)"
    rf"|(?:with )?(?:(?:up to|at most|max(?:imum)?|no more than) )?(?P<n2>{NUMBER}) retr(?:y|ies)"
    rf"|retries:? (?P<n3>\d{{1,3}})"
    r"|(?P<none>no retries|(?:do not|don't|never) retry|without retr(?:ies|ying)))"
    r"(?: (?:each|on failure|on errors?|per task|if (?:it|one|a task|something|any) fails?|"
    r"when (?:it|one|a task) fails)){0,4}(?![\w-])",
    re.IGNORECASE,
)
_BUDGET = re.compile(
    rf"{_SEP}(?:and )?(?:with )?(?:(?:spend|cost|use|a|an|spending|costing) ){{0,4}}"
    r"(?:max(?:imum)?(?: of)?|at most|up to|no more than|budget(?: of|:)?|under|less than)"
    r" (?:\$|USD ?)(?P<n>\d{1,6}(?:\.\d{1,2})?)(?: (?:in total|total|overall|altogether|max))?",
    re.IGNORECASE,
)


def take_limits(text: str) -> tuple[str, Marks]:
    """Take all limits out of a text; what is left may need `tidy`."""
    taken = Marks()
    for pattern, read in _READERS:
        found: list[Marks] = []

        def drop(
            match: re.Match[str],
            read: Callable[[re.Match[str]], Marks | None] = read,
            found: list[Marks] = found,
        ) -> str:
            mark = read(match)
            if mark is None:
                return match.group()
            found.append(mark)
            return " "

        text = pattern.sub(drop, text)
        for mark in found:
            taken = taken.over(mark)
    if taken != Marks():
        text = _LEFT.sub("", text)
    return text, taken


def limits_each(text: str) -> bool:
    """Whether a time is given to each of several: "20 minutes each"."""
    return any(_EVERY.search(match.group()) for match in _EACH_LIMIT.finditer(text))


def seconds(words: str) -> float | None:
    """The length of `30 minutes`, `1h 30m`, `an hour and a half`; None when out of range."""
    total = 0.0
    unit = 0.0
    for amount, name in _PIECE.findall(words):
        amount = amount.lower().replace(",", ".")
        if amount.startswith("half"):
            number = 0.5
        elif amount in ("a", "an"):
            number = 1.0
        else:
            number = float(amount) if amount[0].isdigit() else float(number_of(amount))
        unit = _UNITS[name[0].lower()]
        total += number * unit
    if "half" in words and not words.lower().startswith("half"):
        total += unit / 2
    return total if 0 < total <= 30 * 86400 else None


def _time(match: re.Match[str]) -> float | None:
    for name, value in match.groupdict().items():
        if name.startswith("time") and value:
            return seconds(value)
    return None


def _number(match: re.Match[str]) -> int | None:
    for name, value in match.groupdict().items():
        if name.startswith("n") and value and name != "none":
            return number_of(value)
    return None


def _each(match: re.Match[str]) -> Marks | None:
    time = _time(match)
    return None if time is None else Marks(timeout=time)


def _all(match: re.Match[str]) -> Marks | None:
    time = _time(match)
    return None if time is None else Marks(deadline=time)


def _alone(match: re.Match[str]) -> Marks | None:
    time = _time(match)
    if time is None:
        return None
    return Marks(deadline=time) if (match["how"] or "").lower() == "within" else Marks(timeout=time)


def _at_once(match: re.Match[str]) -> Marks | None:
    number = 1 if match["one"] else _number(match)
    return Marks(concurrency=number) if number else None


def _retry(match: re.Match[str]) -> Marks | None:
    if match["none"]:
        return Marks(retries=0)
    if match["word"]:
        return Marks(retries={"once": 1, "twice": 2}[match["word"].lower()])
    number = _number(match)
    return None if number is None or number > 100 else Marks(retries=number)


def _budget(match: re.Match[str]) -> Marks | None:
    amount = float(match["n"])
    return Marks(budget_usd=amount) if amount > 0 else None


_LEFT = re.compile(
    r"(?:\A|(?<=[.!?]))\s*(?:please|thanks|thank you|and|run|do|it|them|all|with) ?[.!]?\s*(?=\Z|"
    r"\.)",
    re.IGNORECASE,
)
_READERS = (
    (_EACH_LIMIT, _each),
    (_ALL_LIMIT, _all),
    (_ALONE, _alone),
    (_AT_ONCE, _at_once),
    (_RETRY, _retry),
    (_BUDGET, _budget),
)
