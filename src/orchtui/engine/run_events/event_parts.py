"""What events are made of: their common head, figures, times and names.

This module never says what happens; `task_events` and `events` do.
"""

from datetime import UTC, datetime
from typing import Literal

import msgspec

FORMAT = 1
"""Version of the journal's form, in `run_started`."""

AGGREGATE = "@aggregate"
"""The task id of the synthesis: a task of its own, outside the plan and the census."""

Verdict = Literal["COMPLETED", "PARTIAL", "FAILED", "CANCELLED"]


class Usage(msgspec.Struct, frozen=True):
    """Tokens, and what else is paid for by the piece.

    A sum has no `cost`: what was said of one part says nothing of the other.
    """

    input: int = 0
    """Does not contain the cached ones, as the provider counts them."""
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    web_searches: int = 0
    """Searches of the provider's own, which it counts apart from tokens."""
    cost: float | msgspec.UnsetType = msgspec.UNSET
    """Dollars, where the backend itself says them; not there where it does not."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
            self.web_searches + other.web_searches,
        )

    def times(self, count: int) -> "Usage":
        """What several of the kind use."""
        return Usage(
            self.input * count,
            self.output * count,
            self.cache_read * count,
            self.cache_write * count,
            self.web_searches * count,
        )

    @property
    def total(self) -> int:
        """All tokens, cached ones too."""
        return self.input + self.output + self.cache_read + self.cache_write


class ProgramUse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the program of an attempt used, with all that it started; what is not known is not
    there."""

    memory: int | None = None
    """Bytes in memory, the most that was seen: of all its processes at one moment, when they were
    looked at, or of one of them, at its end (`ru_maxrss` of getrusage(2)). What processes share
    counts in each."""
    processes: int | None = None
    """The most that were seen at one moment."""
    cpu_s: float | None = None
    """Seconds of the processor, of the program and of all that it waited for."""

    def __add__(self, other: "ProgramUse") -> "ProgramUse":
        """Of two that did not run at one time: the larger peaks, and the sum of the seconds."""
        cpu = [one for one in (self.cpu_s, other.cpu_s) if one is not None]
        return ProgramUse(
            memory=max(self.memory or 0, other.memory or 0) or None,
            processes=max(self.processes or 0, other.processes or 0) or None,
            cpu_s=sum(cpu) if cpu else None,
        )


class Census(msgspec.Struct, frozen=True):
    """How many of the enabled tasks ended how. The aggregation is not counted."""

    total: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    skipped: int = 0
    reused: int = 0
    """Of those that completed: how many results were taken over from an earlier run."""


def _kind(class_name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in class_name).lstrip("_")


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=_kind):
    """What every event has."""

    seq: int
    at: str


class TaskEvent(Event, frozen=True, kw_only=True):
    """What every event of a task has."""

    task: str
    attempt: int


class FileChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that a task wrote."""

    path: str
    """From the project folder."""
    kept: str = ""
    """Where the new text is, from the run folder; empty where it stands in the project itself."""
    deleted: bool = False
    base: str | None = None
    """SHA-256 of the project's file before it was changed; `None` where there was none."""


Sight = Literal["tools", "worktree", "folder", "nothing"]
"""How it is known what an attempt did to files. `tools`: every use of a tool was seen, reads too.
`worktree`: what a program changed in a worktree of its own. `folder`: what changed in the project
folder while a program ran in it. `nothing`: it was not observed."""


def output_file(position: int) -> str:
    """The name of a task's file in the run folder, by its place in the plan; 0 is the synthesis."""
    return f"parallel-task-{position}.md" if position else "parallel-synthesis.md"


def iso(timestamp: float) -> str:
    """Seconds since 1970 as `2026-01-15T10:00:00.123Z`."""
    text = datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


_LATEST = 253_370_764_800.0
"""Seconds since 1970 at the beginning of the year 9999."""


def seconds(at: str) -> float:
    """The inverse of `iso`.

    Raises:
        ValueError: when it is no time from 1970 on that every time zone can show.
    """
    # Python takes any character where the T stands, also one that acts on a terminal.
    found = datetime.fromisoformat(at).timestamp() if at.isprintable() else -1.0
    if not 0 <= found < _LATEST:
        raise ValueError("its time is none")
    return found
