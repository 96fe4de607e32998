"""The files of a run, over all its sessions, say of every task what the Run says."""

import asyncio
import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from orchtui.engine import events as ev
from orchtui.engine import fold, summary
from orchtui.engine.artifacts import LOG, RESULT, Artifacts
from orchtui.engine.disk import Disk
from orchtui.engine.journal import RUNS
from orchtui.engine.run import Run
from tests.engine.generated_runs import Telling, tellings

_numbers = itertools.count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("artifacts")


async def written(telling: Telling, out: Path) -> Run:
    """Follow a run's events with its files, one session after the other."""
    first, *rest = telling.events
    assert isinstance(first, ev.RunStarted)
    run = fold.start(first)
    (out / RUNS / run.id).mkdir(parents=True)
    disk = Disk()
    artifacts = Artifacts(out, out, run, disk)
    await artifacts.begin()
    for event in rest:
        if isinstance(event, ev.RunResumed):
            await artifacts.grow()
        fold.apply(run, event)
        if isinstance(event, ev.RunResumed):
            artifacts = Artifacts(out, out, run, disk)
            await artifacts.begin()
        else:
            await artifacts.follow([event])
    await artifacts.grow()
    disk.close()
    return run


@settings(max_examples=40)
@given(telling=tellings())
def test_every_file_says_of_its_task_what_the_run_says(telling: Telling, folder: Path) -> None:
    out = folder / str(next(_numbers))
    run = asyncio.run(written(telling, out))
    own = out / RUNS / run.id
    name = run.plan.name or "task"

    for task in run.tasks.values():
        number = task.task.position
        copies = [own / ev.output_file(number), out / f"parallel-{name}-{number}.md"]
        texts = [path.read_text() for path in copies if path.exists()]
        assert bool(task.attempts) == bool(texts)
        for text in texts:
            found = re.search(r"^> ([A-Z]+)", text, re.MULTILINE)
            assert found and found[1] == task.status.upper()
    log = (own / LOG).read_text()
    assert run.finished is not None
    assert f"**Verdict**: {run.finished.verdict}\n" in log
    assert f"> **{run.finished.verdict}**: " in (own / RESULT).read_text()
    read = summary.load(own)
    assert read == summary.of(run)
