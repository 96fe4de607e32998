"""What the app keeps in mind between two starts: which theme was picked, whether the tour was left.

One small file of the user's own, below the folder for state; what a person sets
stands in orchtui.yaml, which this module never reads or writes.
"""

from pathlib import Path

import msgspec
import platformdirs

from orchtui.engine.errors import InputError
from orchtui.engine.journals.files import make_own_folder, replace_files
from orchtui.engine.texts.input_file import read_text

_MOST_BYTES = 100_000


class Memories(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept in mind. Keys that another version wrote are let go."""

    theme: str = ""
    """The one that was picked from the palette; none when empty."""
    tour_left: bool = False
    """Whether the tour was taken, or left."""


def place() -> Path:
    """The file."""
    return platformdirs.user_state_path("orchtui") / "app.json"


def recall(path: Path) -> Memories:
    """What is kept in mind; nothing where the file is not there or not what `remember` wrote."""
    try:
        return msgspec.json.decode(read_text(path, _MOST_BYTES), type=Memories)
    except (InputError, msgspec.DecodeError):
        return Memories()


def remember(path: Path, memories: Memories) -> None:
    """Keep this in mind. Blocks.

    Raises:
        StorageError: when the disk refuses.
    """
    make_own_folder(path.parent)
    replace_files({path: msgspec.json.encode(memories).decode() + "\n"})
