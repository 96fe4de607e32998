"""The ToolBox of one attempt: the file tools that its agent file grants, and nothing else.

It knows names and arguments, runs the work in threads, and tells the ledger and
the witness what happened. Whatever is wrong is an answer that the model can act
on. This module never opens a file.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from orchtui.engine.agents.agent_tools import Grant, ToolName, granted
from orchtui.engine.backends.base import ToolAnswer, ToolSpec, Wish
from orchtui.engine.paths.path_names import Denied
from orchtui.engine.text import clean_line
from orchtui.engine.workspace import reading_tools, searching
from orchtui.engine.workspace.ledger import Ledger
from orchtui.engine.workspace.line_search import SearchFailed
from orchtui.engine.workspace.overlay import Overlay, Refused
from orchtui.engine.workspace.permits import Permits
from orchtui.engine.workspace.site import Witness
from orchtui.engine.workspace.tool_specs import SPECS, Misuse, read_arguments

_OVER = "this attempt is over; nothing is read or written any more"


class FileTools:
    """The tools of one attempt.

    Args:
        view: The files as the attempt sees them.
        grant: Which tools there are, and where.
        permits: The rules for programs that ask.
        ledger: Is told of every access.
        witness: Is told of refusals and races.
        task_id: The task.
    """

    def __init__(
        self,
        view: Overlay,
        grant: Grant,
        permits: Permits,
        ledger: Ledger,
        witness: Witness,
        task_id: str,
    ) -> None:
        self._view = view
        self._grant = grant
        self._permits = permits
        self._ledger = ledger
        self._witness = witness
        self._task = task_id
        self._closed = False
        self._read: dict[str, None] = {}

    @property
    def specs(self) -> Sequence[ToolSpec]:
        """The granted tools."""
        return [SPECS[name] for name in self._grant.tools]

    @property
    def read(self) -> tuple[str, ...]:
        """All files of the project that were read."""
        return tuple(sorted(self._read))

    async def permit(self, wish: Wish) -> bool:
        """See `Permits`; a no when the attempt is over."""
        return not self._closed and await self._permits.permit(wish)

    async def call(self, name: str, arguments: str) -> ToolAnswer:
        """Use a tool; whatever is wrong is in the answer and never raised."""
        if self._closed:
            return ToolAnswer(False, _OVER)
        tool = known_as(name)
        if tool is None or tool not in self._grant.tools:
            return ToolAnswer(False, self._no_such(name))
        path = ""
        try:
            given = read_arguments(tool, arguments)
            path = given.get("path", "")
            return ToolAnswer(True, await self._run(tool, given))
        except Misuse as misuse:
            return ToolAnswer(False, f"{tool}: {misuse}")
        except Refused as refused:
            if not self._closed:
                self._witness.refused(clean_line(path), refused.why)
            return ToolAnswer(False, f"{tool}: {clean_line(path)}: {refused.why}")
        except Denied as denied:
            return ToolAnswer(False, f"{tool}: {clean_line(path) or 'here'}: {denied.why}")
        except SearchFailed as failed:
            return ToolAnswer(False, f"{tool}: {clean_line(str(failed))}")
        except (OSError, ValueError, RuntimeError, MemoryError) as error:
            return ToolAnswer(False, f"{tool}: it did not work: {clean_line(str(error))}")
        finally:
            if not self._closed:  # what ends later is no news of this attempt
                self._tell()

    async def close(self) -> None:
        """End it; a write under way is waited for, and none comes after."""
        self._closed = True
        await asyncio.to_thread(self._view.close)
        self._tell()

    def _tell(self) -> None:
        """Pass on what was touched since the last time."""
        for noted in self._view.take_noted():
            if noted.access == "read" and noted.found:
                self._read[noted.path] = None
            races = self._ledger.note(
                self._task, noted.path, noted.access, noted.when, noted.digest
            )
            for race in races:
                self._witness.race(race)

    async def _run(self, tool: ToolName, given: dict[str, Any]) -> str:
        told = given.pop("path", "")
        if tool in ("Read", "Write", "Edit") and not told.strip():
            raise Misuse("'path' is empty; name a file from the project folder")
        writes = tool in ("Write", "Edit")
        path = await asyncio.to_thread(self._locate, told, writes)
        if tool in ("Read", "Write", "Edit") and not self._grant.allows(tool, path):
            raise (Refused if writes else Denied)(self._narrowed(tool))
        view = self._view
        if tool == "Read":
            return await asyncio.to_thread(reading_tools.read, view, path, **given)
        if tool == "Write":
            return await asyncio.to_thread(reading_tools.write, view, path, given["content"], told)
        if tool == "Edit":
            edits = [reading_tools.Replacement.of(each) for each in given.get("edits", [given])]
            return await asyncio.to_thread(reading_tools.edit, view, path, edits)
        if tool == "List_Files":
            return await asyncio.to_thread(
                reading_tools.list_files, view, path, lambda file: self._sees(tool, file)
            )
        if tool == "Glob":
            return await asyncio.to_thread(
                searching.glob, view, given["pattern"], path, lambda file: self._sees(tool, file)
            )
        return await searching.grep(
            view, given.pop("pattern"), path, lambda file: self._sees(tool, file), **given
        )

    def _locate(self, told: str, writes: bool) -> str:
        try:
            return self._view.locate(told)
        except Denied as denied:
            if writes:
                raise Refused(denied.why) from None
            raise

    def _sees(self, tool: ToolName, path: str) -> bool:
        """Whether a search may find a file: where Read is narrowed, a search is no way around."""
        if not self._grant.allows(tool, path):
            return False
        return "Read" not in self._grant.tools or self._grant.allows("Read", path)

    def _narrowed(self, tool: ToolName) -> str:
        only = ", ".join(self._grant.only.get(tool, ()))
        if only:
            return f"this specialist may use {tool} for {clean_line(only, 200)} alone"
        return f"this specialist may not use {tool} there"

    def _no_such(self, name: str) -> str:
        there = ", ".join(self._grant.tools)
        return f"there is no tool '{clean_line(name, 60)}' here; there are: {there or 'none'}"


def known_as(name: str) -> ToolName | None:
    """The tool that a name means, also in other programs' words; `None` for no file tool."""
    names = granted((name,), (), None).tools if "(" not in name and "*" not in name else ()
    return names[0] if len(names) == 1 else None
