"""What a good planner answers, for the tests of all who ask one."""

import json
from typing import Any


def entry(task_id: object, **more: Any) -> dict[str, Any]:
    """One task of an answer."""
    return {
        "id": task_id,
        "title": f"On {task_id}",
        "prompt": f"Find out what {task_id} says about Python's async and await.",
        "specialist": "researcher",
        "priority": "normal",
        "expected_output": "A page with sources",
        "rationale": f"{task_id} is a perspective of its own",
        "reads": [],
        "writes": [],
        "after": [],
        **more,
    }


def sent(*tasks: Any, **more: Any) -> str:
    """A whole answer with these tasks."""
    return json.dumps({"tasks": tasks, "missing": [], "aggregate": "collect", **more})
