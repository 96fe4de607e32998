"""What is told of a disk that refuses, and of one that takes everything again.

They are RunEvents like those in `events`. This module never looks at a disk.
"""

from typing import Literal

from orchtui.engine.run_events.event_parts import Event


class StorageLost(Event, frozen=True, kw_only=True):
    """The disk refuses, or does not answer: from now on what happens is in memory only.

    Told also where it gets worse. May follow `run_finished`, like the two below.
    """

    what: Literal["journal", "files", "anywhere"]
    """`journal`: the events. `files`: the markdown files, while the events are still written.
    `anywhere`: the run has ended, and nothing could be saved elsewhere either."""
    why: str


class StorageRegained(Event, frozen=True, kw_only=True):
    """The disk has taken all that happened meanwhile: the journal and the files are whole."""

    seconds: float
    """How long it was lost."""
    missing: tuple[str, ...] = ()
    """Files that specialists wrote and that are gone with their folder, from the run folder."""


class StorageMoved(Event, frozen=True, kw_only=True):
    """The disk did not come back before the end: the whole run was saved in another place."""

    out: str
    """Absolute path of the artifacts folder that it is in now: for `--out`."""
    missing: tuple[str, ...] = ()
    """As above."""
    resumable: bool = True
    """False where the beginning of the journal could not be read back."""
