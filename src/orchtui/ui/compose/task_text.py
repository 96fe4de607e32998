"""One task as YAML, for an editor of one's own, and back; read as a plan file would read it.

What a task says is checked within its plan: ids, `after`, circles. This module
touches no file and never changes a plan.
"""

import json
import re
from dataclasses import replace

from orchtui.engine.errors import InputError, Problem
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plans.plan import Plan, Task

_INDENT = 4
_ALL = 100
"""Tasks that are all looked at."""
_ID = re.compile(r"[A-Za-z0-9_.-]+")
_HEAD = """\
# One task of the plan. Save and leave the editor to take it over; leave it as it is, or
# empty, to keep the task as it was. Keys that may stand here: id, title, prompt,
# expected_output, rationale, specialist, model, backend, priority, after, reads, writes,
# timeout, idle_timeout, connect_timeout, first_token_timeout, retries, max_tokens, estimate,
# accept_truncated, command, env, runs_on, enabled.
"""


def write_task(task: Task) -> str:
    """The task's keys, one below the other, with a word on top about what to do."""
    lines = dump_plan(Plan(tasks=(task,))).splitlines()
    lines = lines[lines.index("tasks:") + 1 :]
    body = "\n".join(line[_INDENT:] for line in lines)
    if not body.startswith("id: "):  # a default id is not written in a plan
        body = f"id: {task.id}\n{body}" if body != "{}" else f"id: {task.id}"
    return f"{_HEAD}{body}\n"


def read_task(plan: Plan, task: Task, text: str) -> Task:
    """The task that the text describes; the same one where it is empty.

    Args:
        plan: The plan that the task belongs to, or will.
        task: As it was.
        text: What the editor left.

    Raises:
        InputError: with everything that is wrong; lines and columns are those of the text.
    """
    # as YAML counts lines, which `splitlines` does not
    written = text.replace("\r\n", "\n").split("\n")
    if not any(line.strip() and not line.lstrip().startswith("#") for line in written):
        return task
    before, after = around(plan, task, text)
    body = [" " * _INDENT + line if line.strip() else "" for line in written]
    number = sum(line.startswith("  - ") for line in before)
    try:
        whole = parse_plan("\n".join([*before, "  -", *body, *after]), "")
    except InputError as error:
        moved = [_moved(problem, len(before) + 1, len(written)) for problem in error.problems]
        raise InputError(moved) from error
    if len(whole.tasks) != number + 1 + len(after):
        raise InputError.of("there is more than one task; write the keys of one")
    return whole.tasks[number]


def _moved(problem: Problem, lines: int, count: int) -> Problem:
    """A problem at its place in the text of the one task."""
    line = min(max(problem.line - lines, 1), count)
    return replace(problem, line=line, column=max(1, problem.column - _INDENT))


def around(plan: Plan, task: Task, named: str) -> tuple[list[str], list[str]]:
    """A plan file's lines before and after a task: all that checks between tasks look at.

    Args:
        plan: The plan that the task belongs to, or will.
        task: As it was.
        named: A text in which other tasks are named; in a long plan those, what they wait for,
            and some more that may have been meant are all that is looked at.
    """
    lines = [f"backend: {quoted(plan.backend)}"] if plan.backend else []
    before, after = [*lines, "tasks:"], list[str]()
    seen, wanted = False, _looked_at(plan, named)
    for other in plan.tasks:
        if other.id == task.id:
            seen = True
        elif wanted is None or other.id in wanted:
            (after if seen else before).append(_brief(other, wanted))
    return before, after


def _looked_at(plan: Plan, named: str) -> set[str] | None:
    """Ids of the tasks that matter; `None` for all."""
    if len(plan.tasks) <= _ALL:
        return None
    known = {task.id: task.after for task in plan.tasks}
    todo = [name for name in set(_ID.findall(named)) if name in known]
    found = {task.id for task in plan.tasks[:_ALL]}
    todo += found
    while todo:
        found.add(name := todo.pop())
        todo += [other for other in known.get(name, ()) if other not in found]
    return found


def _brief(task: Task, wanted: set[str] | None) -> str:
    after = [one for one in task.after if wanted is None or one in wanted]
    return "  - " + quoted({"id": task.id, "command": ["-"], "after": after})


def quoted(value: object) -> str:
    """JSON on one line, which YAML reads too."""
    return json.dumps(value, ensure_ascii=False)
