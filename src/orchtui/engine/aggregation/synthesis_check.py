"""Which synthesis may stand for the results that it was made from.

This module never asks a model and never changes a text.
"""

import re
from collections.abc import Sequence

from orchtui.engine.aggregation.synthesis_prompt import ASKED
from orchtui.engine.placeholders import placeholder_in
from orchtui.engine.run import TaskRun

_FEWEST_WORDS = 5
_ENOUGH = 6
"""Telling words below which nothing can be said of what two texts have in common."""
_STEM = 4
_LOOKED_AT = 200_000
"""Characters of a text whose words are compared."""
_COMMON = frozenset(
    word[:_STEM]
    for word in (
        "about after also been because being could does each from have here into just like made "
        "many more most much only other over should some such than that their them then there "
        "these they this those very were what when where which will with would your"
    ).split()
)


def why_not(synthesis: TaskRun | None, done: Sequence[TaskRun]) -> str | None:
    """Why the synthesis can not stand; `None` when it can.

    Args:
        synthesis: The task that made it.
        done: The tasks whose results it was made from.
    """
    if synthesis is None:
        return "it did not run"
    if synthesis.status != "completed":
        return synthesis.why or f"it {synthesis.status}"
    text = synthesis.text
    if len(text.split()) < _FEWEST_WORDS or placeholder_in(text, ASKED):
        return "its answer is only a placeholder"
    told = _telling(text)
    given = _telling("\n".join(f"{task.task.label}\n{task.text}" for task in done))
    if min(len(told), len(given)) >= _ENOUGH and not told & given:
        return "its answer says nothing of what the tasks found"
    return None


def _telling(text: str) -> set[str]:
    """The words of a text that are about something, beginnings only: `parsing` is `pars`.

    Of texts in other scripts there are none: their words are not cut by spaces.
    """
    words = re.findall(r"[a-zà-ÿ]{4,}|[0-9]{2,}", text[:_LOOKED_AT].casefold())
    return {word[:_STEM] for word in words} - _COMMON
