"""Saving the plan: asks for a path, and before it replaces a file. It never edits a plan."""

import asyncio
from pathlib import Path

from textual.app import App

from orchtui.engine.plan import Plan
from orchtui.engine.plan_file import save_plan
from orchtui.ui.busy import Busy
from orchtui.ui.dialogs import Ask, AskLine


async def ask_and_save(
    app: App[int], plan: Plan, folder: Path, known: Path | None, busy: Busy
) -> Path | None:
    """Save a plan where a person says; `None` when it was not saved after all.

    Args:
        folder: Where a path that is not absolute begins.
        known: The file that the plan came from, or was saved to; it is replaced without a question.
        busy: Shows what takes long.

    Raises:
        StorageError: when the file can not be written.
    """
    suggested = known or Path(f"{plan.name or 'plan'}.yaml")
    question = AskLine("Save the plan as", str(suggested), "plan.yaml", "saves")
    answer = await app.push_screen_wait(question)
    if answer is None:
        return None
    path, exists = await asyncio.to_thread(_look, folder, answer)
    if exists and path != known:
        answers = [("b", "back", "back"), ("r", "replace", "replace it")]
        replace = Ask(f"Replace {path.name}?", str(path), answers)
        if await app.push_screen_wait(replace) != "replace":
            return None
    with busy.doing("saving the plan"):
        await asyncio.to_thread(save_plan, plan, path)
    return path


def _look(folder: Path, answer: str) -> tuple[Path, bool]:
    path = folder / Path(answer).expanduser()
    return path, path.exists()
