"""Text from outside, made safe to show and to store.

Models, programs, files and agent files may carry terminal control sequences,
or characters that reorder what is on the screen. `clean` removes them from a
whole text; `Cleaner` does the same for a stream, also when a sequence is split
over two pieces. Visible characters are never changed. This module never
decides where text goes.

Source of the sequences: ECMA-48 (5th edition) sections 5.3 to 5.6.
"""

import json
import re

_STRING_LIMIT = 4096
"""An OSC or DCS string longer than this is taken for text that follows a stray introducer."""

# The beginnings of CSI sequences, of strings (OSC, DCS, SOS, PM, APC) and of the short escapes.
# All are bounded, and none goes on over another introducer: so no text takes quadratic time.
_CSI = r"(?:\x1b\[|\x9b)[0-?]{0,256}[ -/]{0,8}"
_STRING = rf"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x80-\x9f]{{0,{_STRING_LIMIT}}}"
_ESCAPE = r"\x1b[ -/]{0,8}"

# One pass over sequences and line ends, so that a stream that is split anywhere reads the same.
_ACTING = re.compile(
    rf"{_CSI}[@-~]|{_STRING}(?:\x07|\x1b\\|\x9c)|{_ESCAPE}[0-Z\\`-~]"
    "|(?P<line_end>\r\n?|[\x0b\x0c\x85\u2028\u2029])"
)
_UNFINISHED = re.compile(rf"{_CSI}\Z|{_STRING}\x1b?\Z|{_ESCAPE}\Z|\r\Z")
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 but for tab and line ends
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # controls of the writing direction
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"  # byte order mark, annotations, invisible tags
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNCLEAN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""A character without which there is nothing to clean; most texts have none."""


def clean(text: str) -> str:
    """Remove what could act on a terminal; keep tabs, line ends and all visible text."""
    if is_clean(text):
        return text
    text = _ACTING.sub(lambda match: "\n" if match["line_end"] else "", text)
    return _SURROGATE.sub("\ufffd", _UNSAFE.sub("", text))


def is_clean(text: str) -> bool:
    """Whether `clean` has nothing to do."""
    return (text.isascii() and text.isprintable()) or _UNCLEAN.search(text) is None


CUT = "…"
"""What stands where `clean_line` has cut a text."""


def clean_line(text: str, limit: int = 500) -> str:
    """`clean`, on one line and at most `limit` characters: for names, titles and messages."""
    line = " ".join(clean(text[: limit * 8]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + CUT


def escaped_in_json(line: str) -> str:
    """JSON with everything that `clean` would change written as an escape: exact, and harmless."""
    return _UNCLEAN.sub(lambda match: json.dumps(match.group())[1:-1], line)


class Cleaner:
    """`clean` for one stream: holds an unfinished sequence back until the rest of it comes."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """The part of what came so far that can be shown now."""
        if not self._held and piece.isascii() and piece.isprintable():
            return piece
        text = self._held + piece
        self._held = ""
        # Only the tail can be unfinished, and only from the last introducer on.
        if match := _UNFINISHED.search(text, max(0, len(text) - _STRING_LIMIT - 4)):
            self._held = match.group()
            text = text[: match.start()]
        return clean(text)

    def finish(self) -> str:
        """What was held back when the stream ended."""
        held, self._held = self._held, ""
        return clean(held)
