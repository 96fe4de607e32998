"""What is told while the files of a run are written: of thousands of tasks that takes a while.

Where there is no live table, a line comes now and then. This module never writes a file.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from orchtui.engine.run_folders.writing import Writing
    from orchtui.engine.runs.run import Run

EVERY = 2.0
"""Seconds between two lines, and before the first one."""


class _Session(Protocol):
    """Of an Orchestrator, what is asked here."""

    run: "Run"

    @property
    def writing(self) -> "Writing | None": ...
    @property
    def only_writes(self) -> bool: ...


@asynccontextmanager
async def now_and_then(
    session: _Session, say: Callable[[str], object], pause: float = EVERY
) -> AsyncIterator[None]:
    """While this is open, say how far the writing is that takes long.

    Args:
        session: Whose files.
        say: Takes a line, without its end.
        pause: Seconds between two lines.
    """

    async def tell() -> None:
        while True:
            await asyncio.sleep(pause)
            if (writing := session.writing) is not None:
                say(f"orchtui: {writing.words}")

    telling = asyncio.create_task(tell(), name="tell what is written")
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.wait((telling,))


def cancelling(session: _Session) -> str:
    """What is said to whoever cancels a session, before it is told to: nothing is left to cancel
    where all tasks have ended, and breaking off is not what a person then wants."""
    if not session.only_writes:
        return "cancelling; once more to stop at once"
    writing = session.writing
    now = f" ({writing.words})" if writing is not None else ""
    return (
        f"all tasks have ended, what they left is being written{now}; once more to stop at once, "
        f"`orchtui runs resume {session.run.id}` then writes the rest"
    )
