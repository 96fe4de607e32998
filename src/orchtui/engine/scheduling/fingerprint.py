"""Fingerprint: what a task is, as far as that can change its answer.

Two tasks with the same fingerprint ask the same of the same specialist in the
same way, so that the result of one may stand for the other. Limits (time,
attempts, length) are no part of it: they say when an answer is given up, not
what it is. Nor are files and pages that a specialist reads by itself, or where a
server stands: nobody can tell whether they changed. This module never looks at
a run.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask

Part = Literal["prompt", "agent", "backend", "model", "command", "files", "after"]
"""What can have changed."""

_DIGITS = 16
"""Hexadecimal digits of a digest: 64 bits, enough to tell one text from another."""

ExactModel = Callable[[str, str | None], str | None]
"""The id that a backend would send for a model; `None` where the backend decides."""


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a task is. Texts are digests: nothing can be read back from them."""

    prompt: str
    backend: str
    """Its name."""
    agent: str | None = None
    """What its agent file tells it and lets it do; empty where there is no file, or where the file
    does not reach the program. `None` where nobody wrote it down."""
    model: str | None = None
    """The exact id; empty where the backend decides. `None` where nobody wrote it down."""
    command: str = ""
    files: str = ""
    """The files that it declares to read and write."""
    after: tuple[str, ...] = ()
    """Ids of the tasks whose results it is handed, in order."""


def fingerprint(
    task: ScheduledTask, *, instructions: str | None = None, model: str | None = None
) -> Fingerprint:
    """The fingerprint of one task.

    Args:
        task: As it would run.
        instructions: What its agent file tells it; `None` where there is no such file.
        model: The exact id of its model; `None` where the backend decides.
    """
    return Fingerprint(
        prompt=_digest(task.prompt),
        backend=task.backend,
        agent=_agent(task, instructions),
        model=model or "",
        command=_digest(*task.command) if task.command else "",
        files=_digest(*task.reads, "", *task.writes) if task.reads or task.writes else "",
        after=task.after,
    )


def unrecorded(task: ScheduledTask) -> Fingerprint:
    """As much of a fingerprint as an old journal, which has none, tells of a task."""
    return msgspec.structs.replace(fingerprint(task), agent=None, model=None)


def fingerprints(
    schedule: Schedule, systems: Mapping[str, str], exact_model: ExactModel
) -> dict[str, Fingerprint]:
    """The fingerprints of all tasks, by id.

    Args:
        schedule: What would run.
        systems: Specialists' own instructions, by name; one that is missing has no agent file.
        exact_model: What a backend makes of a model's name.
    """
    return {
        task.id: fingerprint(
            task,
            instructions=systems.get(task.specialist),
            model=exact_model(task.backend, task.model),
        )
        for task in schedule.tasks
    }


def changed(before: Fingerprint, now: Fingerprint) -> list[Part]:
    """What is different; what was not written down counts as the same."""
    parts: list[Part] = ["prompt", "command", "agent", "backend", "model", "files", "after"]
    return [
        part
        for part in parts
        if (was := getattr(before, part)) is not None and was != getattr(now, part)
    ]


def _agent(task: ScheduledTask, instructions: str | None) -> str:
    # A plain program gets nothing of the file but what its command line asks for.
    plain = task.backend == "command" and not any("{system}" in word for word in task.command)
    if instructions is None or plain:
        return ""
    abilities = (
        task.tools,
        task.disallowed_tools,
        task.web,
        task.permission_mode,
        task.max_turns,
        task.effort,
    )
    return _digest(instructions, repr(abilities))


def _digest(*texts: str) -> str:
    whole = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()[:_DIGITS]
