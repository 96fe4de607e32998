"""What is said of copying to the clipboard through the terminal (OSC 52).

The terminal never answers, so nobody knows whether it has taken the text: that is said, with what
the terminal at hand is known to need. This module never copies.
"""

import os
from collections.abc import Mapping

MOST = 1_000_000
"""Bytes; terminals drop what is longer, or choke on it."""
_DOUBTFUL = 74_000
"""Bytes; some terminals take no more."""


def too_much(text: str) -> str:
    """Why a text is not copied; empty where it can be."""
    size = len(text.encode(errors="replace"))
    if size <= MOST:
        return ""
    return (
        f"Not copied: {size / 1e6:.1f} MB are too much for a terminal's clipboard. "
        "Mark a part with the mouse, or open it in the editor (e) or the pager (p)"
    )


def copied_words(text: str, what: str, environment: Mapping[str, str] = os.environ) -> str:
    """What was copied, how much, and on what it depends whether it arrives."""
    lines = text.count("\n") + 1
    lined = f" in {lines:,} lines" if lines > 1 else ""
    words = f"Copied {what}: {len(text):,} character{'' if len(text) == 1 else 's'}{lined}."
    return f"{words} {_doubt(len(text.encode(errors='replace')), environment)}"


def _doubt(size: int, environment: Mapping[str, str]) -> str:
    if environment.get("TERM_PROGRAM") == "Apple_Terminal":
        return "This terminal (Terminal.app) does not take it: mark with its own mouse instead"
    if size > _DOUBTFUL:
        return "Some terminals take no more than 74 kB"
    if "TMUX" in environment:
        return "tmux passes it on with `set -g set-clipboard on`"
    if environment.get("TERM", "").startswith("screen"):
        return "screen does not pass it on to the terminal around it"
    return "It is there if the terminal supports OSC 52"
