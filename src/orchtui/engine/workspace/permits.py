"""What a program with tools of its own may do when it asks.

The rules of the workspace decide; what they leave open is a person's. The
program acts by itself after it was allowed: this module never reads, writes or
runs anything, and what a program does without asking is not seen here.
"""

import asyncio
from pathlib import Path

from orchtui.engine.agent_tools import READ_ONLY_MODE
from orchtui.engine.backends.base import Wish
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.fence import Fence
from orchtui.engine.workspace.ownership import Ownership
from orchtui.engine.workspace.path_names import Denied
from orchtui.engine.workspace.site import Witness

UNASKED_MODE = "bypasspermissions"
"""The `permissionMode`, in lower case, that lets a program run and fetch without asking."""


class Permits:
    """The rules for one attempt of a program.

    Args:
        project: Absolute path of the folder that it works in: the project's, or its worktree.
        owner: Who may write where.
        task_id: The task.
        worktree: Whether the folder is its own, so that it may write anywhere in it.
        mode: `permissionMode` as its agent file says it.
        witness: Is told of refused writes, and asks the person.
    """

    def __init__(
        self,
        project: Path,
        owner: Ownership,
        task_id: str,
        *,
        worktree: bool,
        mode: str | None,
        witness: Witness,
    ) -> None:
        self._fence = Fence(project)
        self._owner = owner
        self._task = task_id
        self._worktree = worktree
        self._mode = (mode or "").strip().lower()
        self._witness = witness

    async def permit(self, wish: Wish) -> bool:
        """Whether the program may do what it asks for."""
        if wish.kind == "read" and wish.paths:
            return all([await asyncio.to_thread(self._may_read, path) for path in wish.paths])
        if wish.kind == "read":
            return await self._witness.ask(wish.what)
        if self._mode == READ_ONLY_MODE:
            if wish.kind == "write":
                self._refused(wish.paths, "this specialist only plans, and writes nothing")
            return False
        if wish.kind == "write":
            return await self._may_write(wish)
        if wish.paths and not await asyncio.to_thread(self._is_none_forbidden, wish.paths):
            return False
        return self._mode == UNASKED_MODE or await self._witness.ask(wish.what)

    async def _may_write(self, wish: Wish) -> bool:
        rights = await asyncio.to_thread(lambda: [self._right(path) for path in wish.paths])
        refusals = [(path, why) for path, why in zip(wish.paths, rights, strict=True) if why]
        for path, why in refusals:
            self._refused((path,), why)
        if refusals:
            return False
        if wish.paths and not await asyncio.to_thread(self._is_any_open, wish.paths):
            return True
        if await self._witness.ask(wish.what):
            # The disk may have changed while the person thought.
            again = await asyncio.to_thread(lambda: [self._right(path) for path in wish.paths])
            if not any(again):
                return True
            self._refused(wish.paths, next(why for why in again if why))
            return False
        allowed = self._owner.instead(self._task, kept=False)
        self._refused(wish.paths, f"its task does not declare it, and nobody allowed it; {allowed}")
        return False

    def _refused(self, paths: tuple[str, ...], why: str) -> None:
        for path in paths:
            self._witness.refused(clean_line(path), why)

    def _may_read(self, path: str) -> bool:
        try:
            return self._owner.rules.unreadable(self._real(path)) is None
        except Denied:
            return False

    def _is_none_forbidden(self, paths: tuple[str, ...]) -> bool:
        """Whether no path inside the folder is forbidden; outside is the person's to judge."""
        for path in paths:
            try:
                if self._owner.rules.unreadable(self._real(path)):
                    return False
            except Denied:
                if self._mode == UNASKED_MODE:
                    return False
        return True

    def _right(self, path: str) -> str:
        """Why a path must not be written; empty where it may, or where a person may say so."""
        try:
            real = self._real(path)
        except Denied as denied:
            return f"{denied.why}; {self._owner.instead(self._task, kept=False)}"
        if self._worktree:
            return (self._owner.rules.unwritable(real) or "") if real else "this is no file"
        right = self._owner.right(self._task, real)
        return right.why if right.where == "nowhere" else ""

    def _is_any_open(self, paths: tuple[str, ...]) -> bool:
        if self._worktree:
            return False
        return any(
            self._owner.right(self._task, self._real(path)).where == "kept" for path in paths
        )

    def _real(self, path: str) -> str:
        return self._fence.real(self._fence.named(path))
