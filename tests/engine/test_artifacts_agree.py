"""The files of a run, over all its sessions, say of every task what the Run says."""

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings

from orchtui.engine.journals import files
from orchtui.engine.journals.disk import Disk
from orchtui.engine.journals.files import Sign
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import artifacts as folders
from orchtui.engine.run_folders import summary
from orchtui.engine.run_folders.artifacts import LOG, RESULT, Artifacts
from orchtui.engine.run_folders.published import Published
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.telling import run_result
from tests.engine.generated_runs import Telling, tellings
from tests.engine.scripted import task
from tests.engine.told import Told

_numbers = itertools.count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("artifacts")


async def written(events: Sequence[ev.RunEvent], out: Path) -> Run:
    """Follow a run's events with its files, one session after the other."""
    first, *rest = events
    assert isinstance(first, ev.RunStarted)
    run = fold.start(first)
    (out / RUNS / run.id).mkdir(parents=True)
    while rest and isinstance(rest[0], ev.TaskReused):  # written before the files begin
        fold.apply(run, rest.pop(0))
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
    await artifacts.grow(last=True)
    disk.close()
    return run


MANY = 100


def many_that_end(out: Path) -> tuple[Run, list[ev.RunEvent], Artifacts, Disk]:
    """A run of as many tasks, what still happens in it, and its files, not begun yet."""
    names = [f"t{number}" for number in range(MANY)]
    told = Told(*map(task, names))
    for name in names:
        told.starts(name, 0).completes(name, 1, "x")
    first, *rest = told.events
    assert isinstance(first, ev.RunStarted)
    run, disk = fold.start(first), Disk()
    (out / RUNS / run.id).mkdir(parents=True)
    return run, rest, Artifacts(out, out, run, disk), disk


def published_in(out: Path) -> int:
    """How many files of tasks are."""
    return len(list(out.glob("parallel-task-*.md")))


@settings(max_examples=40)
@given(telling=tellings())
def test_every_file_says_of_its_task_what_the_run_says(telling: Telling, folder: Path) -> None:
    out = folder / str(next(_numbers))
    run = asyncio.run(written(telling.events, out))
    own = out / RUNS / run.id
    name = run.plan.name or "task"

    for one in run.tasks.values():
        number = one.task.position
        copies = [own / ev.output_file(number), out / f"parallel-{name}-{number}.md"]
        texts = [path.read_text() for path in copies if path.exists()]
        assert bool(one.attempts) == bool(texts)
        for text in texts:
            found = re.search(r"^> ([A-Z]+)", text, re.MULTILINE)
            assert found and found[1] == one.status.upper()
    log = (own / LOG).read_text()
    assert run.finished is not None
    assert f"**Verdict**: {run.finished.verdict}\n" in log
    assert f"> **{run.finished.verdict}**: " in (own / RESULT).read_text()
    # It is written when the results are joined: what follows must change nothing of it.
    assert (own / RESULT).read_text() == run_result.result(run, ev.output_file)
    shown = out / (f"parallel-result-{name}.md" if run.plan.name else RESULT)
    assert shown.read_text() == run_result.result(run, lambda at: f"parallel-{name}-{at}.md")
    read = summary.load(own)
    assert read == summary.of(run)


async def test_of_many_tasks_that_end_one_after_the_other_the_summary_is_written_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It tells of all tasks each time. What it does not tell yet follows while nothing happens."""
    run, rest, artifacts, disk = many_that_end(tmp_path)
    own, now = tmp_path / RUNS / run.id, 0.0
    monkeypatch.setattr(artifacts, "_clock", lambda: now)
    dumps: list[float] = []
    real = summary.dump

    def dump(run: Run) -> str:
        dumps.append(now)
        return real(run)

    monkeypatch.setattr(summary, "dump", dump)

    await artifacts.begin()
    for event in rest:
        now += 0.01
        fold.apply(run, event)
        await artifacts.follow([event])
    assert len(dumps) == 1 + int(now)
    now += 1.0
    await artifacts.grow()
    assert summary.load(own) == summary.of_opened(run, own), "nobody writes it: interrupted"
    assert len(dumps) == 2 + int(now - 1.0)
    await artifacts.grow()
    assert len(dumps) == 2 + int(now - 1.0), "nothing new"
    disk.close()


async def test_many_tasks_that_end_one_after_the_other_are_published_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index of all that is published is written each time. Their own files are there at once,
    as the event says that tells of each."""
    run, rest, artifacts, disk = many_that_end(tmp_path)
    own, now = tmp_path / RUNS / run.id, 0.0
    monkeypatch.setattr(artifacts, "_clock", lambda: now)
    trips: list[int] = []
    real = Published.tasks

    def tasks(self: Published, texts: Mapping[int, str], sign: Sign) -> None:
        trips.append(len(texts))
        real(self, texts, sign)

    monkeypatch.setattr(Published, "tasks", tasks)

    await artifacts.begin()
    for event in rest:
        now += 0.01
        fold.apply(run, event)
        await artifacts.follow([event])
        if isinstance(event, ev.TaskCompleted):
            assert "COMPLETED" in (own / event.output).read_text()
    assert trips[0] == 1 and len(trips) <= 1 + now / 0.5
    now += 0.5
    await artifacts.grow()
    assert sum(trips) == MANY
    assert published_in(tmp_path) == MANY
    await artifacts.grow(last=True)
    assert sum(trips) == MANY, "nothing new"
    disk.close()


async def test_what_waits_to_be_published_is_never_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_WAITING", 10)
    told = Told(*map(task, "abc"))
    for name in "abc":
        told.starts(name, 0).completes(name, 1, "more than ten characters")
    run = fold.start(cast(ev.RunStarted, told.events[0]))
    (tmp_path / RUNS / run.id).mkdir(parents=True)
    disk = Disk()
    artifacts = Artifacts(tmp_path, tmp_path, run, disk)
    monkeypatch.setattr(artifacts, "_clock", lambda: 0.0)
    for number, event in enumerate(told.events[1:], 1):
        fold.apply(run, event)
        await artifacts.follow([event])
        assert published_in(tmp_path) == number // 4
    disk.close()


async def test_every_file_of_a_run_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the log, which also says at the start what is to come, and the summary."""
    times: Counter[str] = Counter()
    real = files.replace_file

    def counted(path: Path, *args: Any, **named: Any) -> None:
        times[path.relative_to(tmp_path).as_posix()] += 1
        real(path, *args, **named)

    monkeypatch.setattr(files, "replace_file", counted)
    told = Told(*map(task, "abc"))
    for name in "abc":
        told.starts(name, 0).completes(name, 1, "an answer")
    run = await written(told.ends(2).events, tmp_path)
    own = f"{RUNS}/{run.id}"

    assert times.pop(f"{own}/{LOG}") == 2
    assert times.pop(f"{own}/{summary.FILE}") <= 3
    assert times == dict.fromkeys(
        [f"{own}/plan.yaml", f"{own}/{RESULT}", RESULT, LOG]
        + [
            f"{place}parallel-task-{number}.md" for place in (f"{own}/", "") for number in (1, 2, 3)
        ],
        1,
    )


async def test_it_is_told_how_many_of_many_files_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"t{number}" for number in range(120)]
    told = Told(*map(task, names))
    for name in names:
        told.starts(name, 0).completes(name, 1, "x")
    told.ends(2)
    run = fold.start(cast(ev.RunStarted, told.events[0]))
    (tmp_path / RUNS / run.id).mkdir(parents=True)
    disk = Disk()
    artifacts = Artifacts(tmp_path, tmp_path, run, disk)
    await artifacts.begin()
    heard: list[str] = []
    real, now = disk.do, 0.0

    async def do(work: Any) -> Any:
        nonlocal now
        now += 1.0  # a slow disk
        if artifacts.writing is not None:
            heard.append(artifacts.writing.words)
        return await real(work)

    monkeypatch.setattr(disk, "do", do)
    monkeypatch.setattr(artifacts._now, "_clock", lambda: now)
    for event in told.events[1:]:
        fold.apply(run, event)
    await artifacts.follow(told.events[1:])

    assert heard == [
        "writing 0 of 120 files",
        "writing 100 of 120 files",
        "looking for files of an earlier run",
    ]
    assert artifacts.writing is None
    disk.close()


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("whole", "An earlier answer follows, which does not stand any more."),
        ("half", "What had arrived until then follows. It is not a whole answer."),
    ],
)
async def test_a_task_that_can_not_run_again_does_not_look_as_it_did_before(
    tmp_path: Path, first: str, words: str
) -> None:
    """Its file once went on to say COMPLETED, or RUNNING, of a task that was skipped."""
    told = Told(task("a"), task("b", after=("a",))).starts("a", 0).completes("a", 1, "x")
    told.starts("b", 1)
    if first == "whole":
        told.completes("b", 2, "the first answer").ends(2)
    else:
        told.says("b", 2, "the first answer")
    told.tell(ev.RunResumed, 1000, why="", reused=(), again=("a", "b"))
    told.starts("a", 1000).fails("a", 1001)
    told.skips("b", 1001, "it needs 'a', which failed").ends(1002)

    run = await written(told.events, tmp_path)

    for path in (tmp_path / RUNS / run.id / "parallel-task-2.md", tmp_path / "parallel-task-2.md"):
        text = path.read_text()
        assert "> SKIPPED ⊘ · " in text
        assert words in text
        assert text.endswith("the first answer\n")
    result = (tmp_path / "parallel-result.md").read_text()
    old = "An answer that does not stand any more is in [parallel-task-2.md]"
    assert (old in result) == (first == "whole")


@pytest.mark.parametrize(("name", "times"), [(None, 1), ("trees", 2)])
async def test_of_a_plan_without_a_name_the_result_is_made_once_for_both_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None, times: int
) -> None:
    made, real = [], run_result.result

    def counted(*args: Any) -> str:
        made.append(args)
        return real(*args)

    monkeypatch.setattr(run_result, "result", counted)
    told = Told(task("a"), task("b"), name=name).starts("a", 0).completes("a", 1, "x")
    told.starts("b", 1).completes("b", 2, "y").ends(2)
    run = await written(told.events, tmp_path)
    published = (tmp_path / (f"parallel-result-{name}.md" if name else RESULT)).read_text()
    assert published == real(run, lambda number: f"parallel-{name or 'task'}-{number}.md")
    assert len(made) == times
