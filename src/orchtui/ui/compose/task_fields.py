"""The fields of a task, as the form shows them, and back.

What is typed is put into a plan file's words and read by `plan_file`, so that
the form allows what a file allows, with the same messages. Pure: this module
never shows anything.
"""

import re
import shlex
from dataclasses import dataclass
from typing import Literal

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import parse_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean
from orchtui.engine.texts.durations import format_duration
from orchtui.ui.compose.task_text import around, quoted

Form = Literal["text", "long", "plain", "list", "argv"]
"""`long`: in as many lines as it takes."""
Offered = Literal["specialists", "models", "backends", "priorities", "paths", "tasks"]
_DURATIONS = frozenset(
    {"timeout", "idle_timeout", "connect_timeout", "first_token_timeout", "estimate"}
)


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form."""

    key: str
    """As in plan files."""
    form: Form
    hint: str
    offers: Offered | None = None
    """What it can be completed with."""
    group: str = ""
    """The heading above it, where a group of fields begins."""


FIELDS = (
    Field("title", "text", "a few words; empty: the prompt's start"),
    Field("prompt", "long", "what the specialist is told"),
    Field("expected_output", "long", "form, length, what must be in it; told below the prompt"),
    Field("rationale", "long", "why the task is in the plan; for you, no specialist sees it"),
    Field("specialist", "text", "who does it; empty: the plan's", offers="specialists"),
    Field("model", "text", "opus, sonnet, haiku or a full id", offers="models"),
    Field("backend", "text", "anthropic, local, …; empty: the plan's", offers="backends"),
    Field("priority", "plain", "critical, normal or nice-to-have", offers="priorities"),
    Field("reads", "list", "paths below the project folder, with commas", offers="paths"),
    Field("writes", "list", "paths below the project folder, with commas", offers="paths"),
    Field("after", "list", "ids of the tasks it waits for, with commas", offers="tasks"),
    Field("timeout", "plain", "90s, 20m, 1h30m; empty: the plan's", group="Limits"),
    Field("idle_timeout", "plain", "without a sign of life; empty: the plan's"),
    Field("connect_timeout", "plain", "until the first sign of life; empty: the plan's"),
    Field("first_token_timeout", "plain", "until the answer begins; 0: any time"),
    Field("retries", "plain", "attempts after the first; empty: the plan's"),
    Field("max_tokens", "plain", "of one answer; empty: the plan's"),
    Field("estimate", "plain", "how long it will take, as you expect: 5m"),
    Field("accept_truncated", "plain", "true: an answer cut off there is good enough"),
    Field("command", "argv", "a program and its arguments, no model", group="A program instead"),
    Field("env", "list", "variables with secrets that the program gets, with commas"),
    Field("runs_on", "list", "labels of the worker it needs, such as gpu", group="On a cluster"),
    Field("id", "text", "what other tasks call it", group="Its name and place"),
    Field("enabled", "plain", "false: left out of a run"),
)
_PLAIN_TASK = Task(id="")
_PLAIN = re.compile(r"[\w.+-]+")


def written(task: Task, field: Field) -> str:
    """A field's value as the form shows it: without what could act on a terminal."""
    return clean(_written(task, field))


def _written(task: Task, field: Field) -> str:
    value = getattr(task, field.key)
    if field.form == "argv":
        return shlex.join(value)
    if field.form == "list":
        return ", ".join(value)
    if isinstance(value, bool):
        usual = value == getattr(_PLAIN_TASK, field.key)
        return "" if usual else str(value).lower()
    if value is None:
        return ""
    if field.key in _DURATIONS:
        return format_duration(value) if value else "0"
    return str(value)


def read_form(
    plan: Plan, task: Task, values: dict[str, str]
) -> tuple[Task | None, dict[str, list[str]]]:
    """The task that the form describes, or what is wrong, by field ('' for none of them).

    Args:
        plan: The plan that the task belongs to, or will.
        task: As it was before; its fields that the form does not have are kept.
        values: What was typed, by key.
    """
    before, after = around(plan, task, f"{values.get('after', '')} {values.get('id', '')}")
    lines = list(before)
    place = sum(line.startswith("  - ") for line in before)
    keys: dict[int, str] = {}
    problems: dict[str, list[str]] = {}
    lines.append("  -")
    for field in FIELDS:
        try:
            value = _yaml(field, values.get(field.key, ""))
        except ValueError as error:
            problems.setdefault(field.key, []).append(f"{field.key}: {error}")
            continue
        if value is not None:
            lines.append(f"    {field.key}: {value}")
            keys[len(lines)] = field.key
    lines += after
    try:
        parsed = parse_plan("\n".join(lines)).tasks[place]
    except InputError as error:
        for problem in error.problems:
            key = keys.get(problem.line, "")
            if "a prompt or a command" in problem.message:
                key = "prompt"  # it is told where the task begins
            problems.setdefault(key, []).append(problem.message)
    if problems:
        return None, problems
    kept = {
        key: getattr(task, key)
        for key in task.__struct_fields__
        if key not in {field.key for field in FIELDS}
    }
    shown = {field.key: getattr(parsed, field.key) for field in FIELDS}
    return Task(**(kept | shown)), {}


def _yaml(field: Field, value: str) -> str | None:
    """What stands behind the key; `None` for an empty field.

    Raises:
        ValueError: when quotes in a command are not closed.
    """
    if not value.strip():
        return None
    if field.form == "argv":
        return quoted(shlex.split(value))
    if field.form == "list":
        return quoted([item.strip() for item in value.split(",") if item.strip()])
    if field.form == "plain" and _PLAIN.fullmatch(value.strip()):
        return value.strip()
    return quoted(value if field.form == "long" else value.strip())
