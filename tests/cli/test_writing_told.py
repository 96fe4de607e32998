"""While files are written that takes long, it is told how far; whoever cancels then is told too."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchtui.cli.progress import Progress
from orchtui.cli.writing_told import cancelling, now_and_then
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders.writing import Writing
from orchtui.engine.runs.run import Run
from tests.cli.test_progress import Paper
from tests.engine import virtual_time
from tests.engine.scripted import task
from tests.engine.told import Told

MANY = Writing("files", 3_400, 10_000, 0.0)


@dataclass
class Session:
    """What is asked of a session."""

    run: Run
    writing: Writing | None = None
    only_writes: bool = True


def session(told: Told | None = None, **fields: Any) -> Session:
    told = told or Told(task("a")).starts("a", 0).completes("a", 1, "x")
    return Session(told.run, **fields)


def test_without_a_table_a_line_comes_now_and_then() -> None:
    said: list[str] = []

    async def work() -> None:
        one = session()
        async with now_and_then(one, said.append):
            await asyncio.sleep(5)
            assert said == [], "nothing is written"
            one.writing = MANY
            await asyncio.sleep(2)
            one.writing = Writing("result", 0, 0, 0.0)
            await asyncio.sleep(2)
        await asyncio.sleep(10)

    virtual_time.run(work())
    assert said == ["orchtui: writing 3,400 of 10,000 files", "orchtui: writing the result"]


def test_the_table_shows_it_first() -> None:
    told = Told(task("a")).starts("a", 0)
    paper = Paper()
    shown = Progress(told.run, lambda: 0.0, paper, table=False, writing=lambda: MANY)  # type: ignore[arg-type]
    cells = list(shown._table().columns[1].cells)
    assert str(cells[0]) == "writing 3,400 of 10,000 files"


def test_thousands_that_did_not_complete_are_not_told_one_by_one() -> None:
    names = [f"t{number}" for number in range(120)]
    told = Told(*map(task, names))
    for name in names[:60]:
        told.cancels(name, 1, "")
    for name in names[60:]:
        told.starts(name, 1).tell(
            ev.TaskCompleted, 2, task=name, attempt=1, usage=ev.Usage(), output="x",
            stop_reason="max_tokens",
        )  # fmt: skip
    paper = Paper()
    Progress(told.run, lambda: 0.0, paper, table=False).conclude(Path("run"), None)  # type: ignore[arg-type]

    lines = paper.text.splitlines()
    assert sum("cancelled, it did not run" in line for line in lines) == 50
    assert sum("which the plan accepts" in line for line in lines) == 50
    assert lines.count("  … and 10 more, all in parallel-log.md") == 2


STOP = "cancelling; once more to stop at once"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"only_writes": False}, STOP),
        ({}, "all tasks have ended, what they left is being written; once more to stop at once, "),
        ({"writing": MANY}, "being written (writing 3,400 of 10,000 files); once more to stop"),
    ],
)
def test_whoever_cancels_is_told_what_is_left(fields: dict[str, Any], words: str) -> None:
    assert words in cancelling(session(**fields))
