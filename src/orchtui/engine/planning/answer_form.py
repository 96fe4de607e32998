"""The form of a task in a model's answer: in words, as a JSON schema, and as it is shown.

One form for whole plans, parts and additions, so that one room reads them all.
What a model may not decide (programs, backends, models, variables) has no place
in it. This module never calls a model.

The schemas keep to what structured output takes: every key is required, and
nothing else is allowed; see
https://platform.claude.com/docs/en/build-with-claude/structured-outputs.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from orchtui.engine.planning.surroundings import Surroundings
from orchtui.engine.plans.plan import PRIORITIES, Plan, Task
from orchtui.engine.text import escaped_in_json

Schema = dict[str, Any]

MAX_CHARACTERS = 200_000
"""Of all that a question shows: some 50,000 tokens."""

WORKER_TOLD = "all that its worker is told"
"""What stands for a prompt in the form; a model that copies it has said nothing."""

FORM = (
    '{"id": "short-name", "title": "a few words", "prompt": "' + WORKER_TOLD + '", '
    '"specialist": "name or empty", "priority": "critical, normal or nice-to-have", '
    '"expected_output": "what the answer shall be", "rationale": "why this task", '
    '"reads": [], "writes": [], "after": []}'
)

MEANING = """\
- id: letters, digits and "-", different for each task.
- prompt: self-contained. Its worker sees neither the request nor the other tasks and can not ask \
back: write out names, paths, versions and the purpose; no "the above", no "the other tasks".
- specialist: the name of the one on hand whose description fits best, or "" where none does.
- priority: "critical" where the whole is worthless without it, "nice-to-have" where it could be \
dropped, else "normal".
- expected_output: in one sentence what the answer shall be: its form, its length, what must be in \
it.
- rationale: in one sentence why the task is there.
- after: ids of tasks whose results it needs, which are then handed to it. Most tasks need none.
- reads, writes: paths of files below the project folder: those that are listed, or that the \
request names. A task writes a file only where the request asks for one; no two write the same."""

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}


class Question(NamedTuple):
    """What a model is asked."""

    system: str
    """What comes after the orchestrator's own instructions."""
    prompt: str
    schema: Schema
    """Of the answer."""
    most: int
    """Tasks that the answer may have."""


def whole(**keys: Schema) -> Schema:
    """The schema of an object with just these keys."""
    return {
        "type": "object",
        "properties": keys,
        "required": list(keys),
        "additionalProperties": False,
    }


def task_schema(around: Surroundings) -> Schema:
    """The schema of one task."""
    names = ["", *(one.name for one in around.specialists)]
    return whole(
        id=TEXT,
        title=TEXT,
        prompt=TEXT,
        specialist={"type": "string", "enum": names},
        priority={"type": "string", "enum": list(PRIORITIES)},
        expected_output=TEXT,
        rationale=TEXT,
        reads=TEXTS,
        writes=TEXTS,
        after=TEXTS,
    )


def json_line(said: object) -> str:
    """JSON on one line: no text in it can leave its string, nor end the line."""
    return escaped_in_json(json.dumps(said, ensure_ascii=False))


def shown_surroundings(around: Surroundings) -> list[str]:
    """Who and what is on hand, a line each."""
    lines = [
        json_line({"specialist": one.name, "description": one.description})
        for one in around.specialists
    ]
    if around.files:
        files = {"files": around.files, "there are more files": around.more_files}
        lines.append(json_line(files))
    return lines


def shown_tasks(tasks: Sequence[Task]) -> list[str]:
    """The tasks of a plan, a line each, without what says only how they are run."""
    return [json_line({key: said for key, said in _said(task).items() if said}) for task in tasks]


def _said(task: Task) -> Mapping[str, Any]:
    return {
        "id": task.id,
        "title": task.title,
        "prompt": task.prompt,
        "command": task.command,
        "specialist": task.specialist,
        "priority": task.priority,
        "expected_output": task.expected_output,
        "reads": task.reads,
        "writes": task.writes,
        "after": task.after,
    }


def shown_request(plan: Plan) -> list[str]:
    """The words that a plan came from, where it has any."""
    return [json_line({"request": plan.request})] if plan.request.strip() else []


def fenced(lines: Sequence[str]) -> str:
    """Material between two lines of dashes, which no line of JSON can be."""
    return "\n".join(["-" * 10, *lines, "-" * 10])
