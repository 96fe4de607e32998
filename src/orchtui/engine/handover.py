"""How a task is handed the results of the tasks that it comes after.

The prompt stays first and unchanged; the results follow under headings that
name their tasks. This module never shortens a result.
"""

from collections.abc import Mapping

_NOTHING = "(the program printed nothing)"


def with_results(prompt: str, results: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """The prompt, followed by the results that it builds on.

    Args:
        prompt: The task's own words.
        results: Texts by task id, in the order in which they are to be read.
        labels: What to call those tasks.
    """
    if not results:
        return prompt
    parts = [prompt.rstrip(), "The results of the tasks that come before this one:"]
    for task_id, text in results.items():
        parts.append(f'<result task="{task_id}" title="{_attribute(labels[task_id])}">')
        # A result must not be able to end its own element.
        parts.append(text.strip().replace("</result", "<\\/result") or _NOTHING)
        parts.append("</result>")
    return "\n\n".join(part for part in parts if part)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
