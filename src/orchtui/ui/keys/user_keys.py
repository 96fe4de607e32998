"""The user's own keys: checked against the keymap, so that a mistake is a notice and no crash.

What can be used is used. A key belongs to whom the user gave it; who loses it
is told. This module reads no file and binds nothing.
"""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from orchtui.ui.keys import key_names
from orchtui.ui.keys.key_help import Wanted
from orchtui.ui.keys.keymap import TABLE, TITLES, Context, Key

_LISTS_OWN = ("up", "down", "home", "end", "pageup", "pagedown", "enter")
_OWN: Mapping[str, Collection[str]] = {"tasks": _LISTS_OWN}
"""Keys that a widget has by itself, without a row."""


@dataclass
class UserKeys:
    """What came of the user's keys."""

    keymap: dict[str, str] = field(default_factory=dict)
    """Textual's names with commas, by id."""
    unbound: set[str] = field(default_factory=set)
    """Ids of those that are to have no key at all."""
    notices: list[str] = field(default_factory=list)
    """What could not be used, and what to do."""

    def for_textual(self) -> dict[str, str]:
        """For `App.set_keymap`."""
        return self.keymap | {name: key_names.no_key(name) for name in self.unbound}

    def of(self, key: Key) -> list[str]:
        """The keys of a row, before those are gone that were given to others."""
        if key.id in self.unbound:
            return []
        return self.keymap.get(key.id, key.keys).split(",")


_NEEDED: Mapping[str, str] = {
    "app.palette": "it leads to every other action",
    "search.close": "nothing else ends the search",
    "problems.close": "nothing else closes them",
    "trash.close": "nothing else closes it",
    "filter.close": "nothing else takes the filter away",
    "form.leave": "nothing else leaves the form without taking it",
}
"""What can not be without a key, and why."""
_TYPED: Mapping[Context, str] = {
    "request": "while the request is written",
    "form": "in the form",
    "filter": "in the filter",
    "offers": "in the field",
}
"""Where letters are text."""
DIALOGS: Collection[Context] = ("report", "problems", "trash", "form", "offers")
"""Where no key holds that holds everywhere else."""


def resolve(wanted: Wanted) -> UserKeys:
    """Check the keys that a person wants."""
    result = UserKeys()
    rows = {key.id: (context, key) for context, keys in TABLE.items() for key in keys}
    for written in wanted:
        if written not in rows:
            result.notices.append(_unknown(written, list(rows)))
    for name, (context, _) in rows.items():  # in the table's order, whatever the file's is
        if name in wanted:
            if not any(one.strip() for one in wanted[name]):
                _unbind(name, result)
            elif keys := _usable(name, context, wanted[name], result):
                result.keymap[name] = ",".join(keys)
    _share_out(result)
    return result


def _unknown(written: str, ids: list[str]) -> str:
    near = difflib.get_close_matches(written, ids, 1, 0.6)
    hint = f"; did you mean {near[0]}?" if near else ": the help (?) and docs/keys.md list them"
    return f"keys: there is no action '{written}'{hint}"


def _unbind(name: str, result: UserKeys) -> None:
    if why := _NEEDED.get(name):
        kept = key_names.show_keys(",".join(_default(name)))
        result.notices.append(f"keys: {name} needs a key, as {why}; it keeps {kept}")
    else:
        result.unbound.add(name)


def _usable(name: str, context: Context, written: Sequence[str], result: UserKeys) -> list[str]:
    """Those of the keys that arrive, as Textual names them."""
    found: list[str] = []
    for one in _each(written):
        try:
            key = key_names.named(one)
        except ValueError as error:
            result.notices.append(f"keys: {name}: '{one}' can not be used: {error}")
            continue
        if context in _TYPED and key_names.is_text(key):
            why = f"it is text {_TYPED[context]}; take ctrl with a letter, or F1 to F12"
            result.notices.append(f"keys: {name}: '{one}' can not be used: {why}")
        elif key in _OWN.get(context, ()) and key not in _default(name):
            why = "the list needs it to be moved in and opened"
            result.notices.append(f"keys: {name}: '{one}' can not be used: {why}")
        elif key not in found:
            found.append(key)
    return found


def _each(written: Sequence[str]) -> list[str]:
    """The single keys; `ctrl+g, x` in one piece means two."""
    return [
        part for one in written for part in ([one] if one.strip() in (",", "") else one.split(","))
    ]


def _default(name: str) -> list[str]:
    return next(key.keys.split(",") for keys in TABLE.values() for key in keys if key.id == name)


def _share_out(result: UserKeys) -> None:
    """Every key of a context to one row; who has none left is told."""
    for context, keys in TABLE.items():
        taken: dict[str, Key] = {}
        for key in keys:
            mine = result.keymap.get(key.id, "").split(",") if key.id in result.keymap else []
            kept = [one for one in mine if one not in taken]
            for one in mine:
                if one in taken:
                    result.notices.append(_both(one, key, taken[one]))
            taken.update(dict.fromkeys(kept, key))
            if mine and kept:
                result.keymap[key.id] = ",".join(kept)
            elif mine:
                del result.keymap[key.id]
        for key in keys:
            if key.id not in result.keymap and key.id not in result.unbound:
                _tell_displaced(key, taken, result)
        if context != "everywhere" and context not in DIALOGS:
            _tell_hidden(context, result)


def _both(one: str, key: Key, other: Key) -> str:
    shown = key_names.show_keys(one)
    return f"keys: {shown} is given to {other.id} and to {key.id}: give {key.id} another one"


def _tell_displaced(key: Key, taken: Mapping[str, Key], result: UserKeys) -> None:
    left = [one for one in key.keys.split(",") if one not in taken]
    lost = [one for one in key.keys.split(",") if one in taken]
    if lost and not left:
        by = taken[lost[0]]
        shown = key_names.show_keys(lost[0])
        result.notices.append(
            f"keys: {shown} is {by.id} now, and '{key.what}' has no key: give {key.id} one"
        )


def _tell_hidden(context: Context, result: UserKeys) -> None:
    """A key that holds everywhere means something else in this context: one of them is hidden."""
    place = TITLES[context][0].lower() + TITLES[context][1:]
    for general in TABLE["everywhere"]:
        for key in TABLE[context]:
            if not {general.id, key.id} & result.keymap.keys() or general.action == key.action:
                continue
            here, there = result.of(key), result.of(general)
            if both := [key_names.show_keys(one) for one in here if one in there]:
                result.notices.append(
                    f"keys: {both[0]} is {general.id}, also {place}: {key.id} needs another key"
                    if general.priority
                    else f"keys: {both[0]} is {general.id}, but {place} it is {key.id}"
                )


def effective(result: UserKeys) -> dict[str, str]:
    """The keys of every row that are not the table's, also of those that lost some."""
    found = result.keymap | dict.fromkeys(result.unbound, "")
    for keys in TABLE.values():
        taken = {one for key in keys for one in result.keymap.get(key.id, "").split(",") if one}
        for key in keys:
            left = [one for one in key.keys.split(",") if one not in taken]
            if key.id not in found and len(left) < len(key.keys.split(",")):
                found[key.id] = ",".join(left)
    return found
