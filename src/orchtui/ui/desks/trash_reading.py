"""What is in the trash, as a person knows it: by name, verdict and size. This module blocks."""

from pathlib import Path

from orchtui.engine.errors import StorageError
from orchtui.engine.history import labels
from orchtui.engine.history.disk_use import size_of_folder
from orchtui.engine.history.trash import TRASH, trashed
from orchtui.engine.run_folders import summary
from orchtui.ui.runs.trash_card import Thrown


def read_trash(out: Path) -> list[Thrown]:
    """All that can be brought back, the last one first."""
    found = []
    for one in trashed(out):
        folder = out / TRASH / one.place
        shown = summary.load(folder)
        try:
            name = labels.read(folder).name
        except StorageError:
            name = ""  # it is told once the run is back
        found.append(
            Thrown(
                trashed=one,
                name=name or (shown.name if shown is not None else ""),
                verdict=shown.verdict if shown is not None else None,
                bytes=size_of_folder(folder),
            )
        )
    return found
