"""What a program with tools of its own may do when it asks.

The rules of the workspace decide; what they leave open is a person's. The
program acts by itself after it was allowed: this module never reads, writes or
runs anything, and what a program does without asking is not seen here.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from orchtui.engine.agents.agent_tools import READ_ONLY_MODE
from orchtui.engine.backends.base import Wish
from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.path_names import Denied
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.ownership import Ownership
from orchtui.engine.workspace.site import Refusable, Witness

UNASKED_MODE = "bypasspermissions"
"""The `permissionMode`, in lower case, that lets a program run and fetch without asking."""


class Permits:
    """The rules for one attempt of a program.

    Args:
        project: The folder that it works in: the project's, or its worktree.
        owner: Who may write where.
        task_id: The task.
        worktree: Whether the folder is its own, so that it may write anywhere in it.
        mode: `permissionMode` as its agent file says it.
        witness: Is told of refused writes, and asks the person.
    """

    def __init__(
        self,
        project: Fence,
        owner: Ownership,
        task_id: str,
        *,
        worktree: bool,
        mode: str | None,
        witness: Witness,
    ) -> None:
        self._fence = project
        self._owner = owner
        self._task = task_id
        self._worktree = worktree
        self._mode = (mode or "").strip().lower()
        self._witness = witness

    async def permit(self, wish: Wish) -> bool:
        """Whether the program may do what it asks for."""
        if wish.kind == "read" and wish.paths:
            return await self._none_refused(wish, self._unreadable)
        if wish.kind == "read":
            return await self._witness.ask(wish.what)
        if self._mode == READ_ONLY_MODE:
            why = "this specialist only plans, and "
            why += "writes nothing" if wish.kind == "write" else "does nothing but read"
            self._refused(wish, wish.paths, why)
            return False
        if wish.kind == "write":
            return await self._may_write(wish)
        asks = self._mode != UNASKED_MODE
        if not await self._none_refused(wish, partial(self._unreadable, person_says=asks)):
            return False
        return not asks or await self._witness.ask(wish.what)

    async def _none_refused(self, wish: Wish, why_not: Callable[[str], str]) -> bool:
        """Whether the rules say no to none of a wish's paths; what they say no to is told."""
        whys = await asyncio.to_thread(lambda: [why_not(path) for path in wish.paths])
        for path, why in zip(wish.paths, whys, strict=True):
            if why:
                self._refused(wish, (path,), why)
        return not any(whys)

    async def _may_write(self, wish: Wish) -> bool:
        if not await self._none_refused(wish, self._right):
            return False
        if wish.paths and not await asyncio.to_thread(self._is_any_open, wish.paths):
            return True
        if await self._witness.ask(wish.what):
            # The disk may have changed while the person thought.
            again = await asyncio.to_thread(lambda: [self._right(path) for path in wish.paths])
            if not any(again):
                return True
            self._refused(wish, wish.paths, next(why for why in again if why))
            return False
        allowed = self._owner.instead(self._task, kept=False)
        self._refused(
            wish, wish.paths, f"its task does not declare it, and nobody allowed it; {allowed}"
        )
        return False

    def _refused(self, wish: Wish, paths: tuple[str, ...], why: str) -> None:
        access: Refusable = "use" if wish.kind == "other" else wish.kind
        for path in paths or (wish.what,):
            self._witness.refused(clean_line(path), why, access)

    def _unreadable(self, path: str, *, person_says: bool = False) -> str:
        """Why a path must not be read; empty where it may.

        Args:
            path: As the program names it.
            person_says: Whether what is outside of the folder is left to a person's answer.
        """
        try:
            return self._owner.rules.unreadable(self._real(path)) or ""
        except Denied as denied:
            return "" if person_says else denied.why

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
