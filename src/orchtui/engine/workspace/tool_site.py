"""The place of an attempt whose tools are orchtui's own: every use of a file is seen.

Nothing is made on disk before the first write. This module never runs a program.
"""

import asyncio
from pathlib import Path

from orchtui.engine.backends.base import ToolBox
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.ledger import Ledger
from orchtui.engine.workspace.overlay import Overlay
from orchtui.engine.workspace.site import Seen
from orchtui.engine.workspace.toolbox import FileTools

_MOST = 1000
"""Paths that were read in the account of an attempt."""


class ToolSite:
    """The place of one attempt of a specialist that runs through an API.

    Args:
        folder: Absolute path of the project folder.
        view: The files as the attempt sees them.
        tools: Its tools.
        ledger: Is told when the attempt begins and ends.
        task_id: The task.
        attempt: From 1.
    """

    def __init__(
        self,
        folder: Path,
        view: Overlay,
        tools: FileTools,
        ledger: Ledger,
        task_id: str,
        attempt: int,
    ) -> None:
        self._folder = folder
        self._view = view
        self._tools = tools
        self._ledger = ledger
        self._task = task_id
        self._attempt = attempt

    @property
    def folder(self) -> str:
        """The project folder."""
        return str(self._folder)

    @property
    def toolbox(self) -> ToolBox:
        """The tools of this attempt."""
        return self._tools

    async def open(self) -> None:
        """Put aside what an earlier attempt kept, and tell the ledger.

        Raises:
            BackendError: when the disk refuses.
        """
        try:
            if self._attempt > 1:  # else there is none, and most tasks have but one
                await asyncio.to_thread(self._view.set_aside, self._attempt)
        except OSError as error:
            raise BackendError(
                "internal",
                f"the files of the attempt before can not be moved: {clean_line(str(error))}",
            ) from error
        self._ledger.began(self._task, self._attempt)

    async def leave(self) -> Seen | None:
        """Close the tools and say what they did; `None` where there were none."""
        try:
            await self._tools.close()
        finally:
            self._ledger.ended(self._task, self._attempt)
        if not self._tools.specs:
            return None
        read = self._tools.read
        note = f"{len(read) - _MOST} more files were read" if len(read) > _MOST else ""
        return Seen(sight="tools", read=read[:_MOST], written=self._view.written, note=note)
