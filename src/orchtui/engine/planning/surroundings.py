"""What a planner is told of the place that it plans for: who is on hand, and which files there are.

Names only, and bounded. What no specialist may see is left out, and so is what
their searches leave out: secrets, hidden folders, what .gitignore names. This
module opens no file of the project but .gitignore files, and follows no link.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from orchtui.engine.agents.specialists import Specialist, name_key
from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.path_names import Denied
from orchtui.engine.paths.rules import Rules
from orchtui.engine.staff.fitting import AT_NO_TASK
from orchtui.engine.text import clean_line

_LOOKED_AT = 20_000
"""Files and folders that are looked at."""
_LONGEST_NAME = 240


class Room(NamedTuple):
    """How much a planner may be told, and may answer."""

    files: int = 300
    characters: int = 12_000
    """Of all file names together."""
    specialists: int = 60
    description: int = 200
    """Characters of each one's."""
    quoted: int = 20_000
    """Characters of an answer that are sent back with what is wrong with it."""
    tokens: int | None = None
    """Of an answer; `None` for as many as its tasks may take."""


WIDE = Room()
NARROW = Room(files=20, characters=400, specialists=8, description=60, quoted=500, tokens=900)
"""For the local model, whose slots hold some 2,000 tokens, question and answer together."""


class OnHand(NamedTuple):
    """A specialist as a planner sees it."""

    name: str
    description: str


class Surroundings(NamedTuple):
    """What a planner is told."""

    specialists: tuple[OnHand, ...] = ()
    files: tuple[str, ...] = ()
    """Paths from the project folder, the nearest first."""
    more_files: bool = False
    """Whether there are others."""

    def named(self, name: str) -> str | None:
        """The name of the specialist who is meant; `None` where nobody is."""
        key = name_key(name)
        return next((one.name for one in self.specialists if name_key(one.name) == key), None)


def look_around(
    folder: Path, out: Path, specialists: Mapping[str, Specialist], room: Room = WIDE
) -> Surroundings:
    """What there is. Reads folders: not for the event loop.

    Args:
        folder: The project folder.
        out: The artifacts folder, which is no part of the project.
        specialists: By key, as `specialists.Agents` gives them.
        room: How much is told.
    """
    on_hand = [
        OnHand(card.name, clean_line(card.description, room.description))
        for key, card in specialists.items()
        if key not in AT_NO_TASK
    ]
    files: list[str] = []
    left = room.characters
    more = False
    for path in _files(folder, out):
        left -= len(path)
        if len(files) == room.files or left < 0:
            more = True
            break
        files.append(path)
    return Surroundings(tuple(on_hand[: room.specialists]), tuple(files), more)


def _files(folder: Path, out: Path) -> Iterator[str]:
    """Paths of files, folder by folder, those in the project folder itself first."""
    root = folder.resolve()
    fence, rules = Fence(root), Rules.load(root, out.resolve())
    ahead = deque([""])
    seen = 0
    while ahead:
        place = ahead.popleft()
        try:
            entries = fence.entries(place, lambda path: rules.unreadable(path, folder=True))
        except Denied:
            continue  # not to be read, or gone meanwhile
        for entry in entries:
            seen += 1
            if seen > _LOOKED_AT:
                return
            path = f"{place}/{entry.name}" if place else entry.name
            is_folder = entry.kind == "folder"
            if entry.name.startswith(".") or entry.kind not in ("file", "folder"):
                continue
            if rules.unreadable(path, folder=is_folder) or rules.skipped(path, folder=is_folder):
                continue
            if is_folder:
                ahead.append(path)
            elif clean_line(path, _LONGEST_NAME) == path:
                yield path
