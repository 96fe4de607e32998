"""What stands in the form of a task and is not in the plan yet.

A plain value, so that it can be kept with a draft. This module never shows and
never writes anything.
"""

from collections.abc import Mapping

import msgspec
from textual.message import Message

from orchtui.engine.plans.plan import Task


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """A task that is being edited."""

    task: Task
    """As it was before; a new one is in no plan yet."""
    behind: str | None = None
    """Id of the task that a new one is to stand behind."""
    values: Mapping[str, str] = {}
    """What was typed, by the key of its field."""


class FormTyped(Message):
    """Something was typed in a task's form, or the form was left."""
