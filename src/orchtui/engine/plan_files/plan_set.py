"""A plan with single values changed, as a person names them: `concurrency=4`, `a.model=opus`.

Every value is read by the table that plan files are read by, and the plan that
comes out is checked as a plan file would be. This module never reads a file and
never starts anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from orchtui.engine.errors import InputError, Problem
from orchtui.engine.plan_files.plan_file import (
    LIMITS,
    PLAN,
    TASK,
    dump_plan,
    parse_plan,
    written_number,
)
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.text import clean_line
from orchtui.engine.yaml.yaml_compose import Node, Problems, Scalar, compose
from orchtui.engine.yaml.yaml_values import Misfit, Reader, suggestion

EVERY = "*"
"""Stands for every task."""

_LISTS = frozenset(
    {"command", "env", "runs_on", "reads", "writes", "after", "accepted", "missing", "limits"}
)
"""Keys whose values are written as lists or mappings; all others are taken to the letter."""
_FORMS = "write KEY=VALUE for the plan or its limits, and TASK.KEY=VALUE (or *.KEY) for a task"
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that a person sets."""

    words: str
    """As it was written."""
    task: str | None
    """The task's id, or EVERY; `None` for the plan and its limits."""
    key: str
    value: Any
    """As the plan has it; the default where nothing stands behind the `=`."""
    of_limits: bool = False
    """Whether it is one of the plan's limits."""

    def told(self, before: Plan) -> str:
        """What it changes, in words: `a.model: opus instead of sonnet`."""
        name = f"{self.task}.{self.key}" if self.task is not None else self.key
        olds = {_shown(self.key, getattr(one, self.key)) for one in self._places(before)}
        was = olds.pop() if len(olds) == 1 else "what each has"
        return f"{name}: {_shown(self.key, self.value)} instead of {was}"

    def applied(self, plan: Plan) -> Plan:
        """The plan with it."""
        change = {self.key: self.value}
        if self.of_limits:
            return msgspec.structs.replace(
                plan, limits=msgspec.structs.replace(plan.limits, **change)
            )
        if self.task is None:
            return msgspec.structs.replace(plan, **change)
        tasks = tuple(
            msgspec.structs.replace(task, **change) if self.task in (EVERY, task.id) else task
            for task in plan.tasks
        )
        return msgspec.structs.replace(plan, tasks=tasks)

    def _places(self, plan: Plan) -> list[Plan | Limits | Task]:
        if self.of_limits:
            return [plan.limits]
        if self.task is None:
            return [plan]
        return [task for task in plan.tasks if self.task in (EVERY, task.id)]


def read_settings(plan: Plan, written: Sequence[str]) -> list[Setting]:
    """What a person wants changed in a plan.

    Args:
        plan: Whose tasks may be named.
        written: `KEY=VALUE` each.

    Raises:
        InputError: with everything that is wrong.
    """
    found, wrong = [], []
    for words in written:
        try:
            found.append(_read(plan, words))
        except InputError as error:
            wrong += [_problem(words, problem) for problem in error.problems]
    if wrong:
        raise InputError(wrong)
    return found


def changed(plan: Plan, settings: Sequence[Setting]) -> Plan:
    """The plan with all of them, one after the other, checked as a plan file would be.

    Raises:
        InputError: when the parts do not fit together any more.
    """
    for setting in settings:
        plan = setting.applied(plan)
    try:
        return parse_plan(dump_plan(plan))
    except InputError as error:
        words = " ".join(f"--set {setting.words}" for setting in settings) or "the run's plan"
        raise InputError([_problem(words, one) for one in error.problems]) from None


def _problem(words: str, problem: Problem) -> Problem:
    # Its line and column are those of a text that nobody has before them.
    return Problem("", 0, 0, f"{clean_line(words, 120)}: {problem.message}")


def _read(plan: Plan, words: str) -> Setting:
    name, there, text = words.partition("=")
    name = name.strip()
    if not there or not name:
        raise InputError.of(_FORMS)
    head, dot, key = name.rpartition(".")
    ids = {task.id for task in plan.tasks}
    if head.startswith("tasks.") and head not in ids:
        head = head.removeprefix("tasks.")
    elif head == "limits" and head not in ids:
        return _setting(words, None, key, LIMITS, text, Limits(), of_limits=True)
    if not dot:
        if key in LIMITS:
            return _setting(words, None, key, LIMITS, text, Limits(), of_limits=True)
        if key == "tasks":
            raise InputError.of(
                "tasks are changed one by one, or in a file: `orchtui runs plan RUN -o FILE`"
            )
        if key in TASK and key not in PLAN:
            raise InputError.of(f"'{key}' is a task's; {_FORMS}")
        return _setting(words, None, key, PLAN if key in PLAN else PLAN | LIMITS, text, Plan())
    if head not in ids and head != EVERY:
        hint = suggestion(head, tuple(ids)[:200])
        raise InputError.of(f"there is no task '{clean_line(head, _SHOWN)}'{hint}; {_FORMS}")
    return _setting(words, head, key, TASK, text, Task(id=""))


def _setting(
    words: str,
    task: str | None,
    key: str,
    fields: dict[str, Reader[Any]],
    text: str,
    default: Plan | Limits | Task,
    *,
    of_limits: bool = False,
) -> Setting:
    if key not in fields:
        there = ", ".join(name for name in fields if name != "tasks")
        hint = suggestion(key, tuple(fields))
        raise InputError.of(f"unknown key '{clean_line(key, _SHOWN)}'{hint}; there are {there}")
    problems = Problems("")
    node = _node(key, text, problems)
    if node is None or (isinstance(node, Scalar) and node.is_null):
        value = getattr(default, key)
    else:
        try:
            value = fields[key](node, problems, key)
        except Misfit as misfit:
            raise InputError.of(str(misfit)) from None
        problems.raise_any()
    return Setting(words, task, key, value, of_limits)


def _node(key: str, text: str, problems: Problems) -> Node | None:
    if key in _LISTS and text.lstrip().startswith(("[", "{")):
        node = compose(text, problems)
        problems.raise_any()
        return node
    # To the letter: a prompt may have colons and brackets in it.
    return Scalar(1, 1, text if key == "prompt" else text.strip(), True)


def _shown(key: str, value: object) -> str:
    if value is None or value in ("", (), Limits()):
        return "nothing"
    if isinstance(value, int | float):
        return written_number(key, value)
    words = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return clean_line(words, _SHOWN)
