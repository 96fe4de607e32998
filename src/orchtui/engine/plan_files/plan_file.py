"""Plans as YAML files: read with every problem and its place, written without loss.

The tables below are the form: every key, in order, and what it may hold. A plan
that comes out of here is whole: ids are unique, `after` names tasks of the plan
and has no circle, every task has a prompt or a command. An entry that stands for several tasks (see
`generators`) has become them. Whether it can also
start is `schedule`'s question. This module never starts anything and keeps no
comments when it saves.
"""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from orchtui.engine.errors import StorageError
from orchtui.engine.generators.entry_keys import HIGHEST_MOST, KNOWN, expands
from orchtui.engine.plan_files.plan_check import NEEDS_TASKS, check
from orchtui.engine.plans.plan import (
    ON_BUDGET,
    PRIORITIES,
    RESERVED_NAMES,
    SLUG,
    SLUG_ALLOWED,
    STRATEGIES,
    Limits,
    Plan,
    Task,
    numbered,
)
from orchtui.engine.plans.plan_places import PlanText
from orchtui.engine.texts.durations import format_duration
from orchtui.engine.texts.hedge_setting import format_hedge
from orchtui.engine.texts.input_file import file_name, read_text
from orchtui.engine.texts.rates import format_rate
from orchtui.engine.yaml.yaml_compose import (
    ListNode,
    MapNode,
    Node,
    Place,
    Problems,
    Scalar,
    compose,
)
from orchtui.engine.yaml.yaml_nodes import Record, list_of, read_whole, record, struct
from orchtui.engine.yaml.yaml_values import (
    Misfit,
    Reader,
    amount,
    choice,
    duration,
    duration_or_zero,
    exact,
    flag,
    hedge,
    line,
    matching,
    name,
    rate,
    shown,
    text,
    variable,
    whole,
    worker_label,
)

if TYPE_CHECKING:
    from orchtui.engine.generators.expansion import Origin

MAX_TASKS = HIGHEST_MOST

_slug = matching(SLUG, f"a name of {SLUG_ALLOWED}")


def _plan_name(node: Node, problems: Problems, label: str) -> str:
    written = _slug(node, problems, label)
    # Without regard to case, as the file names that it ends up in may be.
    if written.lower() in RESERVED_NAMES or written.lower().startswith("result-"):
        reserved = ", ".join(sorted(RESERVED_NAMES))
        raise Misfit(
            node,
            f"{label} must not be one of {reserved}, nor begin with result-: orchtui's own files "
            f"use these names",
        )
    return written


def _path(node: Node, problems: Problems, label: str) -> str:
    written = exact(node, problems, label)
    depth = 0
    for part in written.split("/"):
        depth += {"": 0, ".": 0, "..": -1}.get(part, 1)
        if depth < 0:
            break
    if not written.strip() or depth < 0 or written.startswith(("/", "~/")) or written == "~":
        raise Misfit(node, f"{label} must be a path below the project folder, not {shown(written)}")
    return written


_RETRIES = whole(0, 100)
_TOKENS = whole(1, 10_000_000)
LIMITS: dict[str, Reader[Any]] = {
    "concurrency": whole(1, 10_000),
    "timeout": duration,
    "idle_timeout": duration_or_zero,
    "connect_timeout": duration,
    "first_token_timeout": duration_or_zero,
    "deadline": duration,
    "retries": _RETRIES,
    "max_tokens": _TOKENS,
    "budget_usd": amount(1_000_000),
    "budget_tokens": whole(1, 1_000_000_000_000),
    "rate": rate,
    "hedge": hedge,
    "on_budget": choice(ON_BUDGET),
    "max_tasks": whole(1, MAX_TASKS),
}
TASK: dict[str, Reader[Any]] = {
    "id": _slug,
    "title": line,
    "prompt": text,
    "expected_output": text,
    "rationale": text,
    "specialist": name,
    "backend": name,
    "model": name,
    "command": list_of(
        exact, single=False, wanted="an argv list, never a shell; write [prog, arg]"
    ),
    "env": list_of(variable),
    "runs_on": list_of(worker_label),
    "priority": choice(PRIORITIES),
    "timeout": duration,
    "idle_timeout": duration_or_zero,
    "connect_timeout": duration,
    "first_token_timeout": duration_or_zero,
    "retries": _RETRIES,
    "max_tokens": _TOKENS,
    "estimate": duration,
    "reads": list_of(_path),
    "writes": list_of(_path),
    "after": list_of(_slug),
    "accepted": list_of(name),
    "accept_truncated": flag,
    "enabled": flag,
}
_task_list = list_of(record(TASK | KNOWN), single=False, wanted="a list of tasks")


def _tasks(node: Node, problems: Problems, label: str) -> tuple[Record, ...]:
    if isinstance(node, ListNode) and len(node.items) > MAX_TASKS:
        raise Misfit(node, f"too many tasks: {len(node.items):,}; at most {MAX_TASKS:,}")
    return _task_list(node, problems, label)


PLAN: dict[str, Reader[Any]] = {
    "name": _plan_name,
    "request": text,
    "specialist": name,
    "backend": name,
    "model": name,
    "limits": struct(Limits, LIMITS),
    "aggregate": choice(STRATEGIES),
    "missing": list_of(text),
    "tasks": _tasks,
}
_DURATIONS = frozenset(
    {
        "timeout",
        "idle_timeout",
        "connect_timeout",
        "first_token_timeout",
        "deadline",
        "estimate",
    }
)
_DEFAULT_TASK = Task(id="")
_DEFAULT_PLAN = Plan()


def load_plan(path: Path, project: Path | None = None, most: int | None = None) -> Plan:
    """Read a plan file; its entries that stand for several tasks become these tasks.

    Args:
        path: The file.
        project: The folder in which the files and tables that the plan names are; the working
            folder when it is not said.
        most: Tasks that a plan with such an entry may have where it does not say `max_tasks`; what
            the user set.

    Raises:
        InputError: with everything that is wrong, in the order of the text.
    """
    return parse_plan(read_text(path), file_name(path), project, most)


def parse_plan(
    text: str, file: str = "<text>", project: Path | None = None, most: int | None = None
) -> Plan:
    """Read a plan from YAML.

    Args:
        text: YAML, and so JSON too.
        file: What to call the text in problems.
        project: As for `load_plan`.
        most: As for `load_plan`.

    Raises:
        InputError: with everything that is wrong, in the order of the text.
    """
    return parse_placed(text, file, project, most)[0]


def parse_placed(
    text: str, file: str = "<text>", project: Path | None = None, most: int | None = None
) -> tuple[Plan, PlanText]:
    """The same, and what finds the places of a task's words in the text."""
    problems = Problems(file)
    root = compose(text, problems)
    if root is None or (isinstance(root, Scalar) and root.is_null):
        raise problems.refuse(Place(), f"the plan is empty; {NEEDS_TASKS}")
    places = PlanText(text, file)
    origins: list[Origin] = []
    if isinstance(root, MapNode) and expands(root):
        from orchtui.engine.generators.expansion import expand  # few plans need it

        root, origins = expand(root, places, problems, project, most)
    whole_plan = read_whole(root, record(PLAN), problems, "the plan")
    values = dict(whole_plan.values)
    records = values.pop("tasks", ())
    tasks = tuple(
        Task(**{"id": default} | one.values)
        for default, one in zip(numbered(len(records)), records, strict=True)
    )
    check(whole_plan, records, tasks, problems)
    problems.raise_any()
    if origins:
        from orchtui.engine.generators.own_files import with_own_files

        tasks = with_own_files(tasks, origins)
        places = PlanText(text, file, [one.nodes for one in records])
    return Plan(**values, tasks=tasks), places


def dump_plan(plan: Plan) -> str:
    """Write a plan as YAML, without what is default; `parse_plan` gives the same plan again."""
    lines = _entries(msgspec.structs.replace(plan, tasks=()), _DEFAULT_PLAN, 0)
    lines.append("tasks:" if plan.tasks else "tasks: []")
    for default, task in zip(numbered(len(plan.tasks)), plan.tasks, strict=True):
        unnamed = msgspec.structs.replace(task, id="") if task.id == default else task
        entries = _entries(unnamed, _DEFAULT_TASK, 4) or ["    {}"]
        lines.append("  - " + entries[0].removeprefix("    "))
        lines.extend(entries[1:])
    return "\n".join(lines) + "\n"


def save_plan(plan: Plan, path: Path, head: str = "") -> None:
    """Put a plan in place of a file in one step; comments in the old file are lost.

    Args:
        plan: What to write.
        path: The file; its folder must exist. A link is kept and the file behind it replaced.
        head: Comment lines to begin with.

    Raises:
        StorageError: when the disk refuses; the old file is then still there.
    """
    try:
        target = path.resolve()
        half = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with open(half, "w", encoding="utf-8", newline="") as file:
                file.write(head + dump_plan(plan))
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, half)
            os.replace(half, target)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{file_name(path)}: can not be saved: {error.strerror}") from error


def _entries(of: Plan | Task, default: Plan | Task, indent: int) -> list[str]:
    """`key: value` for every field that differs from its default."""
    return [
        _entry(key, value, indent)
        for key in of.__struct_fields__
        if (value := getattr(of, key)) != getattr(default, key)
    ]


def _entry(key: str, value: object, indent: int) -> str:
    from orchtui.engine.yaml.yaml_write import WIDTH, block, sequence  # not before the first paint

    head = f"{' ' * indent}{key}:"
    if isinstance(value, Limits):
        said = {field: getattr(value, field) for field in value.__struct_fields__}
        limits = [
            f"{field}: {one if isinstance(one, str) else written_number(field, one)}"
            for field, one in said.items()
            if one is not None
        ]
        return f"{head} {{{', '.join(limits)}}}"
    if isinstance(value, tuple):
        return head + sequence(value, indent + 2, WIDTH - len(head))
    if isinstance(value, str):
        return f"{head} {block(value, indent + 2)}"
    assert isinstance(value, int | float)
    return f"{head} {written_number(key, value)}"


def written_number(key: str, value: float) -> str:
    """A number, or a flag, as a plan file has it for this key."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if key == "rate":
        return format_rate(value)
    if key == "hedge":
        return format_hedge(value)
    if key in _DURATIONS and value:
        return format_duration(value)
    return repr(value).removesuffix(".0")
