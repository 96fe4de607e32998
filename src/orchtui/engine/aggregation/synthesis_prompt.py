"""What a synthesizer is told: all results that it is to join, and what is missing.

This module never judges an answer.
"""

from orchtui.engine import verdict
from orchtui.engine.handover import with_results
from orchtui.engine.run import Run

ASKED = "Write one report from the results of several tasks that were worked on independently."
_INSTRUCTION = f"""\
{ASKED}

The request was:

{{request}}

Bring together what the results below say. Keep what matters from each of them, put related \
points side by side, name the task that a statement comes from, and say where the results \
disagree. Use only what stands in the results: add no facts of your own, and do not write about \
tasks whose results are missing. Use markdown headings. Do not describe your own work."""

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
