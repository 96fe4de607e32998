"""One node of YAML, read as the type that its field has.

A Reader turns a node into a value or raises Misfit. The text of a value is read
by what is expected, never by what it looks like: `no`, `1:30` and `007` stay
text where text is expected. `yaml_nodes` puts readers together. This module
never knows what a plan or a configuration is.
"""

import difflib
import functools
import math
import re
from collections.abc import Callable, Collection
from typing import TypeAlias, TypeVar

from orchtui.engine.text import clean, clean_line
from orchtui.engine.texts import durations, hedge_setting, rates
from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Placed, Problems, Scalar

T = TypeVar("T")

Reader: TypeAlias = Callable[[Node, Problems, str], T]
"""Takes a node, where to tell problems, and what to call the value in them; never gives None."""

_FLAGS = {"true": True, "yes": True, "false": False, "no": False}


class Misfit(Exception):
    """A value is not what its field allows; `record` and the like make a Problem of it."""

    def __init__(self, at: Placed, message: str) -> None:
        super().__init__(message)
        self.at = at


def text(node: Node, problems: Problems, label: str) -> str:
    """Text of one or many lines, as written but for what could act on a terminal."""
    return clean(_scalar(node, label, "text").text)


def line(node: Node, problems: Problems, label: str) -> str:
    """Text that becomes one line."""
    cleaned = text(node, problems, label)
    return " ".join(cleaned.split()) if "\n" in cleaned or "\t" in cleaned else cleaned


def exact(node: Node, problems: Problems, label: str) -> str:
    """Text that must not be changed, not even to make it safe: a path, an argument."""
    written = _scalar(node, label, "text").text
    if clean(written) != written:
        raise Misfit(node, f"{label} must not contain control characters: {shown(written)}")
    return written


def name(node: Node, problems: Problems, label: str) -> str:
    """One line of text, not empty, without spaces at its ends."""
    written = exact(node, problems, label)
    if not written or " ".join(written.split()) != written:
        raise Misfit(node, f"{label} must be a name on one line, not {shown(written)}")
    return written


def matching(pattern: re.Pattern[str], allowed: str) -> Reader[str]:
    """Text that a pattern matches as a whole; `allowed` says what that is."""

    def read(node: Node, problems: Problems, label: str) -> str:
        written = _scalar(node, label, allowed).text
        if not pattern.fullmatch(written):
            raise Misfit(node, f"{label} must be {allowed}, not {shown(written)}")
        return written

    return read


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

variable = matching(_VARIABLE, "the name of an environment variable; its value stays there")
"""A name such as GH_TOKEN. Never a value: what is written in a file is no secret any more."""


LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
"""What the worker of a cluster may be labelled with."""

worker_label = matching(
    LABEL,
    "a label: letters, digits, -, _ and ., such as gpu",
)


def choice(options: Collection[T]) -> Reader[T]:
    """One of a few words."""
    allowed = ", ".join(str(option) for option in options)
    by_word = {str(option): option for option in options}

    def read(node: Node, problems: Problems, label: str) -> T:
        written = _scalar(node, label, f"one of {allowed}").text
        if written not in by_word:
            raise Misfit(
                node,
                f"{label} must be one of {allowed}, not {shown(written)}"
                f"{suggestion(written, tuple(by_word))}",
            )
        return by_word[written]

    return read


def whole(low: int, high: int) -> Reader[int]:
    """A whole number between two bounds, both allowed."""
    allowed = f"a whole number from {low:,} to {high:,}"

    def read(node: Node, problems: Problems, label: str) -> int:
        written = _plain(node, label, allowed).text
        # No leading zeros: YAML 1.1 reads 010 as eight, YAML 1.2 as ten.
        fits = re.fullmatch(r"-?(?:0|[1-9][0-9]{0,30})", written)
        if not fits or not low <= int(written) <= high:
            raise Misfit(node, f"{label} must be {allowed}, not {shown(written)}")
        return int(written)

    return read


def amount(high: float, *, or_zero: bool = False) -> Reader[float]:
    """A number greater than zero, or zero where that is a number too."""
    allowed = f"a number {'from 0 to' if or_zero else 'greater than 0, at most'} {high:,.0f}"

    def read(node: Node, problems: Problems, label: str) -> float:
        written = _plain(node, label, allowed).text
        fits = re.fullmatch(r"[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?", written)
        number = float(written) if fits else math.nan
        if not 0 <= number <= high or (number == 0 and not or_zero):
            raise Misfit(node, f"{label} must be {allowed}, not {shown(written)}")
        return number

    return read


def duration(node: Node, problems: Problems, label: str) -> float:
    """A length of time, in seconds, exact to the millisecond."""
    written = _scalar(node, label, durations.ALLOWED).text
    try:
        # Rounded, so that 3723004ms and 1h2m3s4ms are the same number.
        return round(durations.parse_duration(written), 3)
    except ValueError as error:
        raise Misfit(node, f"{label}: {clean(str(error))}") from None


def duration_or_zero(node: Node, problems: Problems, label: str) -> float:
    """A length of time, or 0, which switches a limit off."""
    if isinstance(node, Scalar) and node.text == "0":
        return 0.0
    return duration(node, problems, label)


def rate(node: Node, problems: Problems, label: str) -> float:
    """Requests a second, written as so many in a second, a minute or an hour."""
    written = _scalar(node, label, rates.ALLOWED).text
    try:
        return rates.parse_rate(written)
    except ValueError as error:
        raise Misfit(node, f"{label}: {clean(str(error))}") from None


def hedge(node: Node, problems: Problems, label: str) -> float:
    """From when on a task gets a second attempt: `on`, `off`, or times the usual time."""
    written = _scalar(node, label, hedge_setting.ALLOWED).text
    try:
        return hedge_setting.parse_hedge(written)
    except ValueError as error:
        raise Misfit(node, f"{label}: {clean(str(error))}") from None


def flag(node: Node, problems: Problems, label: str) -> bool:
    """True or false, yes or no, in any case, without quotes."""
    written = _plain(node, label, "true or false").text
    if written.lower() not in _FLAGS:
        raise Misfit(node, f"{label} must be true or false, not {shown(written)}")
    return _FLAGS[written.lower()]


def _scalar(node: Node, label: str, wanted: str) -> Scalar:
    if not isinstance(node, Scalar) or node.is_null:
        hint = "; put it in quotes if you mean the word" if _is_word(node) else ""
        raise Misfit(node, f"{label} must be {wanted}, not {kind_of(node)}{hint}")
    return node


def _is_word(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text not in ("", "~")


def _plain(node: Node, label: str, wanted: str) -> Scalar:
    scalar = _scalar(node, label, wanted)
    if not scalar.plain:
        raise Misfit(
            node, f"{label} must be {wanted}, not the text {shown(scalar.text)}; remove the quotes"
        )
    return scalar


def kind_of(node: Node) -> str:
    """What a node is, as a problem calls it."""
    if isinstance(node, MapNode):
        return "a mapping"
    if isinstance(node, ListNode):
        return "a list"
    if node.is_null:
        return "null" if node.text else "nothing"
    return "text"


def shown(written: str) -> str:
    """Text from a file, short and safe, as a problem quotes it."""
    return f"'{clean_line(written, 40)}'"


@functools.lru_cache(maxsize=1024)
def suggestion(word: str, options: tuple[str, ...]) -> str:
    """The end of a sentence that offers the option that was probably meant, if any."""
    close = difflib.get_close_matches(word.lower()[:60], options, n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
