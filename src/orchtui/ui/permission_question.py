"""The question that a task's program has for the person at the screen.

This module never answers for the person: no answer is a no.
"""

from textual.app import App

from orchtui.engine.events import PermissionAsked
from orchtui.engine.run import Run
from orchtui.engine.text import clean_line
from orchtui.ui.dialogs import Ask


async def ask_permission(app: App[int], run: Run, asked: PermissionAsked) -> bool:
    """Whether the program may do it."""
    task = run.tasks[asked.task]
    text = f"{clean_line(task.task.label)} wants to: {clean_line(asked.what, 500)}"
    answers = [("n", "no", "refuse"), ("y", "yes", "allow once")]
    return await app.push_screen_wait(Ask("May it?", text, answers)) == "yes"
