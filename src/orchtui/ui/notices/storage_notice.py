"""How the app tells of a disk that refuses: a notice that stays a while, and a mark in the run bar.

This module never shows anything by itself.
"""

from textual.content import Content
from textual.notifications import SeverityLevel

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from orchtui.engine.telling.storage_words import headline, sentence

STAYS = 30.0
"""Seconds that a notice of what is not saved can be read."""

_MARK = "b $background on $error"


def notice(event: ev.StorageEvent, run_id: str) -> tuple[str, SeverityLevel, str]:
    """Text, severity and title."""
    good = isinstance(event, ev.StorageRegained) and not event.missing
    return sentence(event, run_id), "information" if good else "error", headline(event)


def mark(run: Run, *, is_live: bool) -> Content | None:
    """What the run bar shows; `None` where all is on the disk."""
    last = run.storage[-1] if run.storage else None
    # A past run that was opened stands on a disk, whatever its journal says last.
    ended = run.finished is not None
    if isinstance(last, ev.StorageMoved) or (
        isinstance(last, ev.StorageLost) and (is_live or ended)
    ):
        return Content.styled(f" {headline(last)} ", _MARK)
    return None
