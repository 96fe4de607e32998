"""Redaction: no secret of the environment becomes part of a run.

A model or a program may say a key that it was given, and an error may repeat it.
Its value is replaced by `***` before it becomes an event, also where it comes in
two pieces. So it reaches neither journal nor file nor screen. A plan that has a key
in it is refused: it could only be run by writing the key down. This module never
reads the process environment: it is handed in.
"""

import json
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from orchtui.engine.errors import InputError
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.event_texts import with_texts
from orchtui.engine.text import CUT, Cleaner

_S = TypeVar("_S", bound=msgspec.Struct)

HIDDEN = "***"

_SHORTEST = 8
"""Shorter values are no secrets worth the name, and would blot out ordinary words."""
_CERTAINLY = 16
"""Values of this length are hidden whatever they look like."""
_REFUSED = 20
"""Values of this length are never part of a plan by chance."""

_IDS = frozenset({"kind", "at", "run", "task", "call", "question", "output", "plan", "schedule"})
"""Fields that are orchtui's own words."""


def worth_hiding(value: str) -> bool:
    """Whether a secret is one that can be told from ordinary words."""
    if len(value) >= _CERTAINLY:
        return True
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return len(value) >= _SHORTEST and mixed


class Redactor:
    """Hides secrets.

    Args:
        secrets: Names and values of variables, and whatever else must not be seen.
    """

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        named = {
            value.strip(): name
            for name, value in (secrets or {}).items()
            if worth_hiding(value.strip())
        }
        self._names = named
        # The longest first: one may be part of another.
        values = sorted(named, key=len, reverse=True)
        self._forms = list(dict.fromkeys(form for value in values for form in _forms(value)))
        self._bytes = [_as_json(form) for form in self._forms]
        self._beginnings = [form[:_SHORTEST] for form in self._forms]
        self._cut_bytes = [_as_json(beginning) for beginning in self._beginnings]
        self._pattern = re.compile("|".join(map(re.escape, self._forms)))

    def __bool__(self) -> bool:
        return bool(self._forms)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._names)}>"

    def text(self, text: str) -> str:
        """The text without them."""
        # Quicker than the pattern by far, and nearly always all that is needed.
        if any(form in text for form in self._forms):
            return self._pattern.sub(HIDDEN, text)
        return text

    def cleaner(self) -> Cleaner:
        """A new Cleaner for one stream, which hides them too."""
        return _HidingCleaner(self, self._forms, self._pattern) if self else Cleaner()

    def events(self, batch: Sequence[ev.RunEvent]) -> Sequence[ev.RunEvent]:
        """The events without them. Text that was streamed came through a `cleaner`."""
        if not self:
            return batch
        return [
            event if isinstance(event, ev.TextDelta) else self.struct(event, _IDS)
            for event in batch
        ]

    def found_in(self, data: bytes) -> str | None:
        """The name of a secret whose value stands in a file; `None` where none does."""
        for value, name in self._names.items():
            if value.encode(errors="replace") in data:
                return name
        return None

    def refuse(self, *parts: Any) -> None:
        """Let what is about to run pass when no secret stands in it.

        Args:
            parts: What msgspec can encode: a plan, a schedule, instructions.

        Raises:
            InputError: when a value stands there that belongs in the environment alone.
        """
        if not self:
            return
        written = b"\0".join(map(msgspec.json.encode, parts))
        for value, name in self._names.items():
            if len(value) >= _REFUSED and _as_json(value) in written:
                raise InputError.of(
                    f"the value of {name} stands in the plan, a specialist's instructions or a "
                    f"command: what runs is written down, so a secret must stay in the "
                    f"environment; `env: [{name}]` passes it on to a program"
                )

    def struct(self, struct: _S, leave: Collection[str] = ()) -> _S:
        """A struct without them, whole texts alone, and those that `clean_line` has cut.

        Args:
            struct: What msgspec can encode.
            leave: Fields whose texts are orchtui's own words.
        """
        if not self:
            return struct
        line = msgspec.json.encode(struct)
        if not any(form in line for form in self._bytes) and not (
            _CUT_BYTES in line and any(beginning in line for beginning in self._cut_bytes)
        ):
            return struct
        return with_texts(struct, self._message, leave)

    def _message(self, text: str) -> str:
        """The text without them, and without what was left of one where the text was cut."""
        text = self.text(text)
        if CUT not in text:
            return text
        for form, beginning in zip(self._forms, self._beginnings, strict=True):
            at = text.find(beginning)
            while at >= 0:
                end = at + len(os.path.commonprefix([form, text[at : at + len(form)]]))
                if text.startswith(CUT, end):
                    text = text[:at] + HIDDEN + text[end:]
                at = text.find(beginning, at + 1)
        return text


_CUT_BYTES = CUT.encode()

NOTHING = Redactor()
"""Where there is no secret."""


class _HidingCleaner(Cleaner):
    """Holds the end of a piece back as long as it may be the beginning of a secret."""

    def __init__(self, redactor: Redactor, forms: Sequence[str], pattern: re.Pattern[str]) -> None:
        super().__init__()
        self._redactor = redactor
        self._pattern = pattern
        self._end = ""
        self._beginnings: dict[str, list[str]] = {}
        """Beginnings of secrets, by their last character."""
        for form in forms:
            for length in range(1, len(form)):
                self._beginnings.setdefault(form[length - 1], []).append(form[:length])
        for found in self._beginnings.values():
            found.sort(key=len, reverse=True)

    def feed(self, piece: str) -> str:
        """The part of what came so far that can be shown now."""
        text = self._end + super().feed(piece)
        end = self._undecided(text)
        self._end = text[end:]
        return self._redactor.text(text[:end])

    def _undecided(self, text: str) -> int:
        """Where the end begins that may become a secret: the length where there is none."""
        found = [b for b in self._beginnings.get(text[-1:], ()) if text.endswith(b)]
        if not found:
            return len(text)
        whole = [match.span() for match in self._pattern.finditer(text)]
        for beginning in found:
            place = len(text) - len(beginning)
            # Inside one that has come whole, it is a part of that.
            if not any(start < place < stop for start, stop in whole):
                return place
        return len(text)

    def finish(self) -> str:
        """What was held back when the stream ended."""
        end, self._end = self._end, ""
        return self._redactor.text(end + super().finish())


def _forms(value: str) -> Iterable[str]:
    """How a secret may stand in a text: as it is, in a URL, in JSON."""
    yield value
    yield quote(value, safe="")
    yield json.dumps(value)[1:-1]


def _as_json(text: str) -> bytes:
    return msgspec.json.encode(text)[1:-1]
