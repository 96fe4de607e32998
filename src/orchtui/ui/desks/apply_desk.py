"""From a run's files to the project's: shows them, and applies what a person accepted.

All work on files is done in threads. This module never applies a file that
nobody accepted.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual.app import App

from orchtui.engine.changed_files.applying import Applied, apply, diff
from orchtui.engine.changed_files.changes import Change, Ground, Meeting, changes_of
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line
from orchtui.ui.dialogs.changes_view import ChangesView
from orchtui.ui.notices.busy import Busy

_MOST_TOLD = 3


async def choose_and_apply(
    app: App[int], run: Run, run_folder: Path, *, project: Path, out: Path, busy: Busy
) -> list[Applied] | None:
    """Show what a run wrote and apply what is accepted; must be called from a worker.

    Args:
        run: Live or past.
        run_folder: Its folder.
        project: The project folder.
        out: The artifacts folder.
        busy: Shows what takes long.

    Returns:
        What came of each accepted file; `None` where nothing was accepted.

    Raises:
        StorageError: when the run folder takes no backup.
    """
    with busy.doing("looking what the run wrote"):
        ground = await asyncio.to_thread(Ground, project, out)
        changes = await asyncio.to_thread(changes_of, run, run_folder)

    def diff_of(change: Change, meeting: Meeting) -> str:
        return diff(change, ground, meeting)

    accepted = await app.push_screen_wait(ChangesView(changes, ground.meet, diff_of))
    if not accepted:
        return None
    files = "1 file" if len(accepted) == 1 else f"{len(accepted)} files"
    with busy.doing(f"applying {files}"):
        return await asyncio.to_thread(apply, accepted, ground, run_folder)


def told(done: Sequence[Applied]) -> str:
    """`2 files applied`, and what could not be."""
    count = sum(each.outcome == "applied" for each in done)
    failed = [each for each in done if each.outcome == "failed"]
    lines = [f"{count} file{'' if count == 1 else 's'} applied"]
    lines += [f"✗ {clean_line(one.path)}: {clean_line(one.why)}" for one in failed[:_MOST_TOLD]]
    if len(failed) > _MOST_TOLD:
        lines.append(f"and {len(failed) - _MOST_TOLD} more could not be applied")
    return "\n".join(lines)
