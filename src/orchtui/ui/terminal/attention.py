"""How the app calls a person who looks elsewhere: the bell, a desktop notice, the window's title.

Words come in, control sequences go out to whatever writes to the terminal; what
is in the words can never end a sequence or begin another one. While somebody is
known to look, nobody is called. This module never writes by itself, and decides
nothing about what is worth a call.
"""

import time
from collections.abc import Callable, Collection, Mapping

from orchtui.config import Notify
from orchtui.engine.text import clean_line

DEFAULT: tuple[Notify, ...] = ("bell", "title")
"""Every terminal knows a bell, and its own settings say what becomes of it. A desktop notice is
something else in each of them (OSC 9 is also a progress bar), so a person asks for it."""

STILL_THERE = 5.0
"""Seconds after a key in which somebody is there, where the terminal does not tell."""

_LONGEST = 200
"""Characters of a desktop notice."""
_LONGEST_TITLE = 80
_NO_OSC = frozenset({"linux", "dumb", "unknown", ""})
"""Values of TERM whose terminals show an OSC as text, or take part of it for a command."""

PUSH_TITLE = "\x1b[22;0t"
"""XTWINOPS: the terminal is to remember its title."""
POP_TITLE = "\x1b[23;0t"
_BELL = "\a"
_END = "\a"
"""Ends an OSC: older terminals know no other end, and it rings no bell there."""


class Attention:
    """The ways that a person has chosen, and whether one is looking.

    Args:
        ways: From the configuration.
        environment: Says which terminal this is.
        write: Takes control sequences; it is only called for what the terminal understands.
        clock: Seconds, of any beginning.
    """

    def __init__(
        self,
        ways: Collection[Notify],
        environment: Mapping[str, str],
        write: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ways = frozenset() if "off" in ways else frozenset(ways)
        self._in_tmux = bool(environment.get("TMUX"))
        self._takes_osc = environment.get("TERM", "") not in _NO_OSC
        self._write = write
        self._clock = clock
        self._looks: bool | None = None
        self._key_at: float | None = None
        self._title: str | None = None

    @property
    def titles(self) -> bool:
        """Whether the window's title is the app's to change."""
        return "title" in self._ways and self._takes_osc

    def focus(self, has: bool) -> None:
        """The terminal says that it has, or has no longer, the focus."""
        self._looks = has

    def key(self) -> None:
        """Somebody pressed a key: who does that looks, whatever the terminal said last."""
        self._key_at = self._clock()
        if self._looks is not None:
            self._looks = True

    @property
    def somebody_looks(self) -> bool:
        """As far as it is known: where the terminal does not tell, a key just pressed does."""
        if self._looks is not None:
            return self._looks
        return self._key_at is not None and self._clock() - self._key_at < STILL_THERE

    def call(self, title: str, text: str) -> bool:
        """Call a person; whether that was done.

        Args:
            title: Two or three words.
            text: One sentence.
        """
        if self.somebody_looks and "always" not in self._ways:
            return False
        sequences = [_BELL] if "bell" in self._ways else []
        if self._takes_osc:
            title, text = _harmless(title, _LONGEST_TITLE), _harmless(text, _LONGEST)
            if "osc9" in self._ways:
                sequences.append(self._osc(f"9;{title}: {text}"))
            if "osc777" in self._ways:
                sequences.append(self._osc(f"777;notify;{title};{text}"))
        for sequence in sequences:
            self._write(sequence)
        return bool(sequences)

    def title(self, words: str) -> None:
        """Put these words into the window's title, unless they stand there."""
        if self.titles and words != self._title:
            self._title = words
            # Not wrapped in tmux: it has titles of its own, and shows them.
            self._write(f"\x1b]2;{_harmless(words, _LONGEST_TITLE)}{_END}")

    def open(self) -> None:
        """The app takes the terminal, at its start or once more."""
        if self.titles:
            self._write(PUSH_TITLE)
            if (words := self._title) is not None:
                self._title = None
                self.title(words)

    def close(self) -> None:
        """The app gives the terminal back: first no title, for terminals that remember none."""
        if self.titles:
            self._write(f"\x1b]2;{_END}{POP_TITLE}")

    def _osc(self, body: str) -> str:
        sequence = f"\x1b]{body}{_END}"
        if not self._in_tmux:
            return sequence
        return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"


def _harmless(words: str, limit: int) -> str:
    """One clean line; a semicolon would begin the next field."""
    return clean_line(words, limit).replace(";", ",")
