"""RunEntry: one line of the list of runs, whether it is a run, or a folder that can be none.

Plain values, and what of them is a word or a sign. This module never reads a file.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orchtui.engine.text import clean_line

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.history.run_history import Hit
    from orchtui.engine.history.run_row import RunRow
    from orchtui.engine.run_folders.summary import SummaryVerdict

Sort = Literal[
    "date", "name", "verdict", "tasks", "time", "speedup", "cost", "backend", "size"
]  # fmt: skip
"""The columns by which the list is sorted: those of `engine.history`, and the size on the disk."""
SORTS: tuple[Sort, ...] = (
    "date", "name", "verdict", "tasks", "time", "speedup", "cost", "backend", "size",
)  # fmt: skip
UPWARDS: frozenset[Sort] = frozenset({"name", "verdict", "backend"})
"""Words begin with A, and verdicts with what wants to be looked at; all else with the largest."""

LOOKS: "dict[SummaryVerdict, tuple[str, str]]" = {
    "COMPLETED": ("✓", "good"),
    "PARTIAL": ("◐", "warning"),
    "FAILED": ("✗", "error"),
    "CANCELLED": ("■", "warning"),
    "INTERRUPTED": ("↯", "warning"),
    "RUNNING": ("●", "running"),
}
"""A sign and a look for every verdict."""
DAMAGED = ("!", "DAMAGED", "error")
"""The sign, the word and the look of a folder that can not be shown as a run."""


@dataclass(frozen=True, slots=True)
class RunEntry:
    """What one line shows."""

    id: str
    """The name of the folder."""
    row: "RunRow | None" = None
    """`None` where nobody can say what run it is."""
    why: str = ""
    """Why not."""
    hit: "Hit | None" = None
    """Where in it something was found."""
    size: int | None = None
    """Bytes on the disk; `None` until they are counted."""

    @property
    def name(self) -> str:
        """What it is called, on one line."""
        return clean_line(self.row.name if self.row else self.id)

    @property
    def trouble(self) -> str:
        """What is wrong with it; nothing where nothing is."""
        return clean_line(self.row.troubles if self.row else self.why)

    @property
    def word(self) -> str:
        """How it ended."""
        return self.row.summary.verdict if self.row else DAMAGED[1]

    @property
    def sign(self) -> tuple[str, str]:
        """The sign of that, and its look."""
        return LOOKS[self.row.summary.verdict] if self.row else (DAMAGED[0], DAMAGED[2])

    @property
    def pinned(self) -> bool:
        """Whether pruning leaves it alone, and deleting asks."""
        return self.row is not None and self.row.labels.pinned

    @property
    def tags(self) -> tuple[str, ...]:
        """What a person marked it with."""
        return self.row.labels.tags if self.row else ()


@dataclass(frozen=True, slots=True)
class RunWish:
    """Which runs are to be shown, and in which order."""

    sort: Sort = "date"
    reverse: bool = False
    filter: str = ""
    """In the language of `engine.history.run_query`."""
    search: str = ""
    """Words that are to be found in all texts."""
    width: int = 100
    """Characters of what is shown around a place that was found."""

    @property
    def narrows(self) -> bool:
        """Whether only some of the runs are asked for."""
        return bool(self.filter.strip() or self.search.strip())


@dataclass(frozen=True, slots=True)
class RunsFound:
    """The answer to a RunWish."""

    entries: tuple[RunEntry, ...]
    total: int
    """How many are like that; of a search only the best are among the entries."""
    of: int
    """How many there are at all."""
    told: tuple[str, ...] = ()
    """What was not understood, and what is to be known of the index."""
    disk: int | None = None
    """Bytes of all runs; `None` until they are counted."""
    trash: int = 0
    """Bytes of what is in the trash."""
