"""The keys that make an entry of `tasks` many tasks, and what they are called in a task.

Looked at for every plan, so it imports little. This module never expands anything.
"""

from typing import Any, Final

from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Problems, Scalar
from orchtui.engine.yaml.yaml_values import Misfit, Reader

LISTS: Final = {"approaches": "approach", "languages": "language", "subjects": "subject"}
"""Keys whose items are written down, and the placeholder that each item fills."""

GENERATORS: Final = ("variants", *LISTS, "files", "table")
STAGES: Final = "stages"
ENTRY_KEYS: Final = (*GENERATORS, STAGES)
"""All keys that an entry may have and a task has not."""

DEFAULT_MOST: Final = 200
"""Tasks of a plan in which an entry stands for several, unless the plan's or the user's
`limits.max_tasks` says otherwise:
far more than a person plans, and few enough to be paid for by mistake."""

HIGHEST_MOST: Final = 20_000
"""What `limits.max_tasks` may say, and a plan may have."""


def expands(root: Node) -> bool:
    """Whether an entry of a plan is more than one task."""
    return short_entries(root) > 0


def short_entries(root: Node) -> int:
    """How many entries of a plan stand for several tasks."""
    listed = next((value for key, value in _pairs(root) if _says(key, "tasks")), None)
    entries = listed.items if isinstance(listed, ListNode) else ()
    return sum(any(_says(key, *ENTRY_KEYS) for key, _ in _pairs(entry)) for entry in entries)


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    return node.pairs if isinstance(node, MapNode) else []


def _says(key: Node, *names: str) -> bool:
    return isinstance(key, Scalar) and key.text in names


def _elsewhere(node: Node, problems: Problems, label: str) -> Any:
    raise Misfit(node, f"{label} can stand only in an entry of tasks, or in a stage")


KNOWN: Final[dict[str, Reader[Any]]] = dict.fromkeys(ENTRY_KEYS, _elsewhere)
"""For the list of keys that a task may have; they are taken out before a task is read."""
