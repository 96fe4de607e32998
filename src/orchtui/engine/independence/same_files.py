"""The family of files: two tasks that write one, or one that reads what another writes."""

from collections.abc import Iterator, Sequence

from orchtui.engine.independence.report import Evidence, Finding
from orchtui.engine.plan import Task


def find(tasks: Sequence[Task]) -> Iterator[Finding]:
    """Conflicts between declared outputs."""
    writers: dict[str, tuple[Task, int]] = {}
    for task in tasks:
        for index, path in enumerate(task.writes):
            if path in writers:
                other, at = writers[path]
                yield Finding(
                    id=f"write_conflict:{other.id}:{task.id}",
                    kind="write_conflict",
                    severity="error",
                    tasks=(other.id, task.id),
                    evidence=(_words(other, at), _words(task, index)),
                    message=f"'{other.label}' and '{task.label}' both write {path}",
                    rule="same_output",
                )
            else:
                writers[path] = (task, index)


def _words(task: Task, index: int) -> Evidence:
    path = task.writes[index]
    return Evidence(task=task.id, field=f"writes[{index}]", start=0, end=len(path), text=path)
