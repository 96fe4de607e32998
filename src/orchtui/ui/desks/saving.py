"""Plan files: saved where a person says, and opened. Nothing is replaced without a question.

This module never edits a plan and never puts one on the desk.
"""

import asyncio
from pathlib import Path
from typing import Literal

from textual.app import App

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.expanding import short_entries_of
from orchtui.engine.plan_files.plan_file import load_plan, save_plan
from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.dialogs.ask_path import AskPath
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.notices.busy import Busy
from orchtui.ui.parts.completing_input import Source
from orchtui.ui.parts.completion import paths_below

ENDINGS = (".yaml", ".yml", ".json")
"""Of plan files."""

How = Literal["replace", "append"]
"""What becomes of the plan on the desk when another one is opened."""


async def ask_and_save(
    app: App[int], plan: Plan, folder: Path, known: Path | None, busy: Busy
) -> Path | None:
    """Save a plan where a person says; `None` when it was not saved after all.

    Args:
        app: Where to ask.
        plan: What to save.
        folder: Where a path that is not absolute begins.
        known: The file that the plan came from, or was saved to; it is replaced without a question.
        busy: Shows what takes long.

    Raises:
        StorageError: when the file can not be written.
    """
    suggested, error = str(known or Path(f"{plan.name or 'plan'}.yaml")), ""
    while True:
        question = AskPath("Save the plan as", suggested, "saves", _source(folder), error)
        if (answer := await app.push_screen_wait(question)) is None:
            return None
        suggested = answer
        try:
            path, exists = await asyncio.to_thread(_look, folder, answer)
            break
        except InputError as found:
            error = str(found)
    if exists and (known is None or path != folder / known):
        answers = [("b", "back", "back"), ("r", "replace", "replace it")]
        replace = Ask(f"Replace {clean_line(path.name)}?", clean_line(str(path)), answers)
        if await app.push_screen_wait(replace) != "replace":
            return None
    if exists and (entries := await asyncio.to_thread(short_entries_of, path)):
        if not await _may_write_out(app, plan, path, folder, entries):
            return None
    with busy.doing("saving the plan"):
        await asyncio.to_thread(save_plan, plan, path)
    return path


async def _may_write_out(app: App[int], plan: Plan, path: Path, folder: Path, entries: int) -> bool:
    """Whether a file's entries that stand for many tasks may be replaced by the tasks."""
    try:
        unchanged = await asyncio.to_thread(load_plan, path, folder) == plan
    except InputError:
        unchanged = False  # a file or table that it names is gone
    count = len(plan.tasks)
    short = "1 of its entries stands" if entries == 1 else f"{entries} of its entries stand"
    text = (
        f"{clean_line(path.name)} is written in the short form: {short} for several tasks. Saved "
        f"there, the {count} task{'' if count == 1 else 's'} of the plan are written out one by "
        "one, and the short form is lost."
    )
    if unchanged:
        text += "\nThe plan is what the file stands for: nothing has to be saved."
    answers = [("b", "back", "keep the short form"), ("w", "write", "write them out")]
    return await app.push_screen_wait(Ask("Write all tasks out?", text, answers)) == "write"


async def ask_and_load(app: App[int], folder: Path) -> tuple[Plan, Path] | None:
    """A plan from a file that a person names; `None` when they went back.

    What is wrong with a file is told below its name, and another one can be named.
    """
    error = ""
    answer: str | None = ""
    while answer is not None:
        question = AskPath("Open a plan file", answer, "opens", _source(folder), error)
        answer = await app.push_screen_wait(question)
        if answer is None:
            return None
        try:
            path, there = await asyncio.to_thread(_look, folder, answer)
            if not there:
                raise InputError.of("there is no such file; tab completes the names there are")
            return await asyncio.to_thread(load_plan, path, folder), path
        except InputError as found:
            error = "\n".join(clean_line(line, 200) for line in found.lines(5))
    return None


async def ask_how(app: App[int], now: Plan, other: Plan, undo: str, *, unsaved: bool) -> How | None:
    """Whether another plan takes the place of the one on the desk, or is added to it.

    Args:
        app: Where to ask.
        now: The plan on the desk.
        other: The other one.
        undo: The key that undoes it.
        unsaved: Whether the plan on the desk is in no file.
    """
    if not now.tasks and not now.request.strip():
        return "replace"
    here, there = len(now.tasks), len(other.tasks)
    text = f"There {_are(here)} here, the file has {there}. {undo} undoes either."
    if unsaved:
        text += "\nThe plan that is here was changed and is in no file."
    answers = [
        ("a", "append", "add them behind"),
        ("r", "replace", "put them in place of these"),
        ("b", "back", "back"),
    ]
    answer = await app.push_screen_wait(Ask("What of the plan that is here?", text, answers))
    return answer if answer in ("append", "replace") else None  # type: ignore[return-value]


def _are(count: int) -> str:
    return "is 1 task" if count == 1 else f"are {count} tasks"


def _source(folder: Path) -> Source:
    return lambda typed: paths_below(folder, typed, ENDINGS)


def _look(folder: Path, answer: str) -> tuple[Path, bool]:
    """The path that was meant, and whether something stands there.

    Raises:
        InputError: when nothing can stand there.
    """
    try:
        path = folder / Path(answer).expanduser()
        return path, path.exists()
    except RuntimeError:
        raise InputError.of("there is no such user; ~/ is your own folder") from None
    except OSError as error:
        raise InputError.of(f"{error.strerror}; write another path") from None
