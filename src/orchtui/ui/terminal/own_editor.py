"""A text that is written in a person's own editor: through a private file that is gone afterwards.

This module never says what becomes of the text, and starts no program itself.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import NamedTuple

from textual.app import App

from orchtui.engine.text import clean
from orchtui.ui.terminal import outside


class Written(NamedTuple):
    """What an editor left."""

    code: int
    """Its exit code; with another than 0 nothing is to be taken over."""
    text: str


async def write(app: App[int], text: str, name: str) -> Written:
    """Have a text edited; must be called from a worker of the group `outside.GROUP`.

    Args:
        app: Steps out of the editor's way.
        text: What to begin with.
        name: Of the file: its ending tells the editor what it is.

    Raises:
        OrchtuiError: when there is no editor, or the terminal can not be handed over.
    """
    with tempfile.TemporaryDirectory(prefix="orchtui-") as folder:
        path = Path(folder) / name
        await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        await asyncio.to_thread(path.chmod, 0o600)
        code = await outside.edit(app, path)
        left = await asyncio.to_thread(path.read_text, encoding="utf-8", errors="replace")
    return Written(code, clean(left))


def refused(code: int) -> str:
    """What is told of an editor that ended with this exit code; behind `the`."""
    return f"editor ended with {code}: nothing is taken over; $EDITOR says which it is"
