"""Names of keys: how people read them, and which of them never arrive.

Textual's names go in. This module knows no action and binds nothing.
"""

import unicodedata
from functools import cache

_SHOWN = {
    "question_mark": "?",
    "exclamation_mark": "!",
    "slash": "/",
    "colon": ":",
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "delete": "Del",
    "plus": "+",
    "minus": "-",
}
_MODIFIERS = ("ctrl", "shift", "alt")
_NAMED = frozenset(
    "escape enter tab space backspace delete insert home end pageup pagedown up down left right"
    .split()
) | {f"f{number}" for number in range(1, 25)}  # fmt: skip
_OTHER_KEY = {"i": "tab", "m": "enter", "h": "backspace", "left_square_bracket": "escape"}
_SWALLOWED = {
    "s": "freezes the output of many terminals",
    "q": "thaws it again",
    "z": "suspends programs",
    "b": "is tmux's own",
    "a": "is screen's own, and begins a line",
    "backslash": "ends programs",
}
_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
}


def show_keys(keys: str) -> str:
    """`ctrl+r,f5` as people write it: `ctrl+r F5`."""
    return " ".join(_show(key.strip()) for key in keys.split(","))


def _show(key: str) -> str:
    *modifiers, base = key.split("+")
    shown = _SHOWN.get(base) or _characters().get(base) or base
    if base[0] == "f" and base[1:].isdigit():
        shown = base.upper()
    return "+".join((*modifiers, shown))


@cache
def _names() -> dict[str, str]:
    """Textual's name for each printable character of ASCII that has one."""
    named = {}
    for code in range(33, 127):
        character = chr(code)
        if not character.isalnum():
            words = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
            named[character] = _UNICODE_CALLS_IT.get(words, words)
    return named


_UNICODE_CALLS_IT = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Textual's own names where they are not Unicode's."""


@cache
def _characters() -> dict[str, str]:
    return {name: character for character, name in _names().items()}


def named(written: str) -> str:
    """A key as Textual names it.

    Raises:
        ValueError: with what is wrong with it, and what to write, when it can not be used.
    """
    *before, base = written.strip().split("+") if written.strip() != "+" else ["+"]
    if written.strip().endswith("++"):
        before, base = written.strip()[:-2].split("+"), "+"
    modifiers = [name for name in _MODIFIERS if name in (word.lower() for word in before)]
    if len(modifiers) != len(before):
        strange = next(word for word in before if word.lower() not in _MODIFIERS)
        raise ValueError(f"'{strange}' is no modifier: there are ctrl, shift and alt")
    base = _base_of(base, written.strip())
    if len(base) == 1 and "shift" in modifiers and base.isalpha():
        if modifiers != ["shift"]:
            raise ValueError("ctrl or alt with shift and a letter does not arrive everywhere")
        return base.upper()  # this is how it arrives
    if "ctrl" in modifiers and len(base) == 1:
        base = base.lower()
    key = "+".join((*modifiers, base))
    if why := _why_not(modifiers, base):
        raise ValueError(why)
    return key


def _base_of(base: str, whole: str) -> str:
    if len(base) == 1 and base.isprintable() and not base.isspace():
        return _names().get(base, base)
    lower = base.lower()
    lower = _ALIASES.get(lower, lower)
    if lower in _NAMED or lower in _characters():
        return lower
    raise ValueError(f"there is no key '{whole}': a key is written like ctrl+g, F5, x or pageup")


def _why_not(modifiers: list[str], base: str) -> str:
    """Why a terminal, or tmux, does not hand this key on."""
    if "ctrl" in modifiers:
        if base in _OTHER_KEY:
            return f"terminals send {_OTHER_KEY[base]} for it"
        if base in _SWALLOWED:
            return f"it does not arrive everywhere: it {_SWALLOWED[base]}"
        if base.isdigit() or base in _characters():
            return "most terminals do not send it"
    if base == "tab" and not modifiers:
        return "it goes to the next field"
    if modifiers and base in ("enter", "tab", "escape", "backspace", "space"):
        if (modifiers, base) == (["shift"], "tab"):
            return "it goes to the previous field"
        return "it does not arrive in tmux"
    if "alt" in modifiers and base.isdigit():
        return "it does not arrive in tmux"
    if modifiers == ["shift"] and (len(base) == 1 or base in _characters()):
        return "write the character itself"
    return ""


_NONE = "no-key-"


def no_key(name: str) -> str:
    """Textual's name for a key that never arrives: an action with it has none. One for each."""
    return f"{_NONE}{name}"


def is_no_key(key: str) -> bool:
    """Whether this stands for having no key."""
    return key.startswith(_NONE)


def is_text(key: str) -> bool:
    """Whether the key writes a character where one can write."""
    return len(key) == 1 or key == "space" or key in _characters()
