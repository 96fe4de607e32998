"""Specialists that are programs: agent files whose command is a double of a known program."""

import contextlib
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchtui.engine.plans.plan import Plan, Task
from tests.engine.whole_runs import agent_file

DOUBLE = Path(__file__).with_name("agent_double.py")


def program(folder: Path, name: str, *lines: str, **script: Any) -> None:
    """An agent file of the project that runs the double with this script."""
    argv = json.dumps([sys.executable, str(DOUBLE), json.dumps(script)])
    agent_file(folder, name, *lines, f"orchtui: {{backend: claude, command: {argv}}}")


def task_of(name: str, **fields: Any) -> Task:
    """A task for the program with this name, about nothing that rules could find."""
    topics = {"one": "Describe the weather of Rome.", "two": "List the rivers of Norway."}
    prompt = topics.get(name, f"Tell the story of {name}.")
    return Task(id=name, prompt=prompt, specialist=name, **fields)


def plan_of(*names: str, **fields: Any) -> Plan:
    return Plan(tasks=tuple(task_of(name, **fields) for name in names), aggregate="collect")


def worktrees(home: Path) -> list[Path]:
    """What is left where worktrees stand."""
    place = home / ".cache" / "orchtui" / "worktrees"
    return list(place.iterdir()) if place.exists() else []


@contextlib.contextmanager
def clean_machine(temporary: Path, mark: str) -> Iterator[None]:
    """Fail where a process, a descriptor or a temporary file is left.

    Args:
        temporary: Where temporary files go meanwhile.
        mark: A text in the environment of all that is started meanwhile.
    """
    temporary.mkdir()
    before = _descriptors()
    default, tempfile.tempdir = tempfile.tempdir, str(temporary)
    try:
        yield
    finally:
        tempfile.tempdir = default
    assert list(temporary.iterdir()) == []
    assert _descriptors() <= before
    end = time.monotonic() + 2.0
    while _marked(mark) and time.monotonic() < end:
        time.sleep(0.02)  # who was killed just now
    assert _marked(mark) == []


def _descriptors() -> int:
    gc.collect()
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def _marked(mark: str) -> list[str]:
    """Processes with this in their environment, orphans too."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if entry.name != str(os.getpid()) and mark.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_text(errors="replace"))
    return found
