"""One task of a plan that is there, made into many as an entry of a plan file would be.

So that whoever writes a plan on a screen gets what docs/generators.md says of files: the same ids,
titles, lines behind prompts and files of their own. This module never asks anybody for anything
and never writes a file.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from orchtui.engine.errors import InputError
from orchtui.engine.generators.entry_keys import DEFAULT_MOST, HIGHEST_MOST, short_entries
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.engine.texts.input_file import read_text
from orchtui.engine.yaml.yaml_compose import Problems, compose

GeneratorKey = Literal["approaches", "languages", "subjects", "files", "table", "variants"]


def read_items(key: GeneratorKey, answer: str) -> str | list[str]:
    """What a person wrote in a line, as the value of a generator's key.

    Items of a list stand between semicolons, or, where there are none, between commas; an empty
    item is none. A number and a table's path are left as they are.
    """
    if key in ("variants", "table"):
        return answer.strip()
    between = ";" if ";" in answer else ","
    return [item for each in answer.split(between) if (item := " ".join(each.split()))]


def expanded(
    plan: Plan, task_id: str, key: GeneratorKey, value: str | Sequence[str], project: Path
) -> Plan:
    """The plan with many tasks in the place of one. Reads files: not for the event loop.

    Who waited for the one waits for all, and who read what it writes reads what they write. What
    was accepted of the one is not taken over: those were findings about another task.

    Args:
        plan: With the task.
        task_id: The task.
        key: What it is done for each of.
        value: The items; see `read_items`.
        project: The project folder, in which files and tables are.

    Raises:
        KeyError: when there is no such task.
        InputError: when no tasks can be made of it; lines and columns mean nothing.
    """
    task = plan.task(task_id)
    place = plan.tasks.index(task)
    plain = tuple(replace(one, accepted=()) if one is task else one for one in plan.tasks)
    limits = plan.limits
    if limits.max_tasks is None:  # tasks that are written out do not count
        most = min(len(plan.tasks) - 1 + DEFAULT_MOST, HIGHEST_MOST)
        limits = replace(limits, max_tasks=most)
    lines = dump_plan(replace(plan, tasks=plain, limits=limits)).split("\n")
    # Only entries of the list begin so: what is longer than a line is written further in.
    listed = lines.index("tasks:")
    starts = [at for at, line in enumerate(lines) if at > listed and line.startswith("  - ")]
    first = starts[place]
    if key == "variants":
        shown = _number(value)
    else:
        shown = json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False)
    lines.insert(_end_of_entry(lines, first), f"    {key}: {shown}")
    made = parse_plan("\n".join(lines), project=project)
    return replace(made, limits=plan.limits)


def _number(value: str | Sequence[str]) -> str:
    """How many, as it stands in a file.

    Raises:
        InputError: when it is no number.
    """
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return value
    said = value if isinstance(value, str) else ", ".join(value)
    raise InputError.of(
        f"variants must be a whole number from 1 to {HIGHEST_MOST:,}, not '{clean_line(said, 40)}'"
    )


def _end_of_entry(lines: Sequence[str], first: int) -> int:
    """The line behind an entry: the next one's first, or the end."""
    for at in range(first + 1, len(lines)):
        if lines[at].startswith("  - ") or (lines[at] and not lines[at].startswith(" ")):
            return at
    return len(lines) - 1


def short_entries_of(path: Path) -> int:
    """How many entries of a plan file stand for several tasks; 0 where it can not be read. Blocks.

    Args:
        path: The file.
    """
    try:
        root = compose(read_text(path), Problems(path.name))
    except InputError:
        return 0  # nothing of a plan is lost with what is none
    return 0 if root is None else short_entries(root)
