"""How the results of a run become one text.

`synthesis_prompt` is what the synthesizer is told; `why_not` judges whether
its answer may stand. This module never runs a task and never writes a file.
"""

import re
from collections.abc import Sequence

from orchtui.engine import verdict
from orchtui.engine.handover import with_results
from orchtui.engine.placeholders import placeholder_in
from orchtui.engine.run import Run, TaskRun

_ASKED = "Write one report from the results of several tasks that were worked on independently."
_INSTRUCTION = f"""\
{_ASKED}

The request was:

{{request}}

Bring together what the results below say. Keep what matters from each of them, put related \
points side by side, name the task that a statement comes from, and say where the results \
disagree. Use only what stands in the results: add no facts of your own, and do not write about \
tasks whose results are missing. Use markdown headings. Do not describe your own work."""

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

_ABSENT = "These tasks did not complete. Say that their part is missing and nothing else:"


def synthesis_prompt(run: Run) -> str:
    """The synthesizer's prompt, with every completed result."""
    done = run.with_status("completed")
    request = run.plan.request.strip() or "\n".join(f"- {task.task.label}" for task in done)
    prompt = _INSTRUCTION.format(request=request)
    if absent := verdict.missing(run):
        prompt += f"\n\n{_ABSENT}\n" + "\n".join(f"- {task.task.label}" for task in absent)
    return with_results(
        prompt,
        {task.id: task.text for task in done},
        {task.id: task.task.label for task in done},
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
    if len(text.split()) < _FEWEST_WORDS or placeholder_in(text, _ASKED):
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
