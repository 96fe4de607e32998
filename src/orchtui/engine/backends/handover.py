"""How a task is handed the results of the tasks that it comes after.

The results stand apart from the prompt, each in an element that names its task,
so that tasks which build on the same ones are told so in the same words. This
module never shortens a result.
"""

from collections.abc import Mapping

from orchtui.engine.backends.base import Assignment
from orchtui.engine.scheduling.schedule import ScheduledTask

_NOTHING = "(the program printed nothing)"


def results_text(results: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """The results that a task builds on; nothing where there are none.

    Args:
        results: Texts by task id, in the order in which they are to be read.
        labels: What to call those tasks.
    """
    if not results:
        return ""
    parts = ["The results of the tasks that come before this one:"]
    for task_id, text in results.items():
        parts.append(f'<result task="{task_id}" title="{_attribute(labels[task_id])}">')
        # A result must not be able to end its own element.
        parts.append(text.strip().replace("</result", "<\\/result") or _NOTHING)
        parts.append("</result>")
    return "\n\n".join(parts)


def with_results(prompt: str, results: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """The prompt, followed by `results_text`: for those who take only one text."""
    text = results_text(results, labels)
    return f"{prompt.rstrip()}\n\n{text}".lstrip() if text else prompt


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def assignment(
    task: ScheduledTask,
    attempt: int,
    *,
    results: Mapping[str, tuple[str, str]],
    system: str,
    folder: str,
    carried: bool = False,
) -> Assignment:
    """What a backend is given for one attempt.

    Args:
        task: The task.
        attempt: Counts from 1.
        results: Label and text of each task that this one comes after, by id.
        system: The specialist's own instructions.
        folder: Absolute path of the folder to work in.
        carried: Whether what stands in it goes along to another machine, and comes back.
    """
    return Assignment(
        task=task.id,
        attempt=attempt,
        specialist=task.specialist,
        system=system,
        prompt=task.prompt,
        context=results_text(
            {task_id: text for task_id, (_, text) in results.items()},
            {task_id: label for task_id, (label, _) in results.items()},
        ),
        model=task.model,
        max_tokens=task.max_tokens,
        command=task.command,
        env=task.env,
        folder=folder,
        tools=task.tools,
        disallowed_tools=task.disallowed_tools,
        web=task.web,
        permission_mode=task.permission_mode,
        max_turns=task.max_turns,
        effort=task.effort,
        runs_on=task.runs_on,
        carried=carried,
        writes=task.writes if carried else (),
    )
