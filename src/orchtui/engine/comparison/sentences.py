"""Where a paragraph may be cut into sentences, whatever lines it is broken into.

A cut too few or too many does no harm: both texts are cut by the same rules. This module never
changes a text.
"""

import re

# Begun only where a row of signs or spaces begins, and never tried again with less of it: a program
# may write dots, or spaces, for a megabyte.
_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’»)\]*_`]*+(?P<space>\s+)"
    r"|[。！？]+[」』”’）]*\s*"
    r"|(?:(?<! )  ++|\\)\n"  # a line break that markdown keeps
)
_OPENING = "\"'“‘«([*_`„"
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-z]|[A-Za-z]\.[A-Za-z]|[Ee]tc|[Vv]s|[Cc]f|[Ff]ig|[Nn]o|[Nn]r|[Vv]ol|[Pp]p?|[Cc]h"
    r"|[Ee]d|[Ee]ds|[Ii]nc|[Ll]td|[Cc]o|Mrs?|Ms|Dr|Prof|St|Jr|Sr|bzw|[Vv]gl|ca|[Aa]pprox|al))\.\Z"
)
_LOOKED_BACK = 10


def cuts(text: str) -> list[int]:
    """Where sentences of a paragraph end: white space after them belongs to them.

    The end of the text is the last one.
    """
    found = []
    for match in _END.finditer(text):
        at = match.end()
        if at < len(text) and _ends(text, match):
            found.append(at)
    return [*found, len(text)]


def _ends(text: str, match: "re.Match[str]") -> bool:
    """Whether a sentence ends there, and not only an abbreviation."""
    if match["space"] is None:
        return True
    at = match.end()
    while at < len(text) - 1 and text[at] in _OPENING:
        at += 1
    if text[at].islower():
        return False
    mark = match.start() + 1
    if text[match.start() : mark + 1].rstrip() != ".":
        return True
    return _ABBREVIATION.search(text, max(0, mark - _LOOKED_BACK), mark) is None
