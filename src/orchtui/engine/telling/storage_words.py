"""What is said of a disk that refuses: the same words on standard error, in the app and in the log.

This module never looks at a disk.
"""

import shlex
from pathlib import Path

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration

_MOST_NAMED = 5


def headline(event: ev.StorageEvent) -> str:
    """Two or three words."""
    match event:
        case ev.StorageLost(what="anywhere"):
            return "NOT SAVED ANYWHERE"
        case ev.StorageLost():
            return "NOT SAVED"
        case ev.StorageRegained():
            return "SAVED AGAIN"
        case ev.StorageMoved():
            return "SAVED ELSEWHERE"


def sentence(event: ev.StorageEvent, run_id: str) -> str:
    """What happened, and what it means for the person."""
    match event:
        case ev.StorageLost(what="anywhere", why=why):
            return f"{clean_line(why)}; what is not on the disk is in memory only and goes with it"
        case ev.StorageLost(what="files", why=why):
            return (
                f"{clean_line(why)}; the tasks go on, and the files are written when that is over"
            )
        case ev.StorageLost(why=why):
            return (
                f"{clean_line(why)}; the tasks go on, and everything is kept in memory "
                f"and written when that is over"
            )
        case ev.StorageRegained(seconds=seconds, missing=missing):
            return f"after {show_duration(seconds)} the disk has everything again{_gone(missing)}"
        case ev.StorageMoved(out=out, missing=missing, resumable=resumable):
            place = shlex.quote(clean_line(out, 4000))
            use = f"`orchtui runs show {run_id} --out {place}`"
            more = "" if resumable else "; its journal could not be read back, so it can not go on"
            return f"the disk did not come back; the whole run is in {place}, see {use}{more}" + (
                _gone(missing)
            )


def last_words(run: Run, out: Path, own: Path) -> list[str]:
    """What must not be missed at the end; nothing where all is on the disk.

    Args:
        run: The run.
        out: The artifacts folder that it is in.
        own: The one that it was to be in.
    """
    last = run.storage[-1] if run.storage else None
    if isinstance(last, ev.StorageMoved) or (isinstance(last, ev.StorageLost) and out == own):
        return [f"{headline(last)}: {sentence(last, run.id)}"]
    if out != own:  # it was left before its end, and could not be told as an event any more
        place = shlex.quote(clean_line(str(out), 4000))
        return [f"SAVED ELSEWHERE: what there is of the run is in {place}"]
    return []


def _gone(missing: tuple[str, ...]) -> str:
    if not missing:
        return ""
    named = ", ".join(clean_line(path, 200) for path in missing[:_MOST_NAMED])
    more = len(missing) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return f"; files that specialists wrote are gone: {named}{rest}"
