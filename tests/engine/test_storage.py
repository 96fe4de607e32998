"""A disk that refuses during a run: nothing is lost, everybody is told, and it is written later."""

import asyncio
import errno
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchtui.engine.backends import base
from orchtui.engine.errors import StorageError
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import rescue, summary
from orchtui.engine.runs import fold
from orchtui.engine.runs import run as runs
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from tests.engine.faulty_disk import Faults, faulty, impatient
from tests.engine.schedules import build
from tests.engine.scripted import Scripted, Step, says, task

PLAN = Plan(tasks=(task("a"), task("b"), task("c", after=("a",))))


SCRIPTS: dict[str, list[list[Step]]] = {
    "a": [["one ", 0.03, "two ", 0.03, "three", base.Finished("end_turn")]],
    "b": [says("result of b", 0.02)],
    "c": [says("result of c", 0.06)],
}


def a_run(
    tmp_path: Path, plan: Plan = PLAN, past: Run | None = None, **scripts: list[list[Step]]
) -> Orchestrator:
    return Orchestrator(
        plan,
        build(plan, backend="scripted"),
        Crew(backends={"scripted": Scripted({**SCRIPTS, **scripts})}),
        folder=tmp_path,
        out=tmp_path / "artifacts",
        past=past,
    )


Act = Callable[[ev.RunEvent], object]


async def follow(one: Orchestrator, act: Act = lambda event: None) -> list[ev.RunEvent]:
    told = []
    async with one:
        async for event in one:
            told.append(event)
            act(event)
    return told


def kinds(events: list[ev.RunEvent]) -> list[str]:
    return [ev.kind_of(event) for event in events]


def check_whole(one: Orchestrator, told: list[ev.RunEvent]) -> None:
    """The journal has every event that was told, in order, without a gap, and the files agree."""
    assert list(journal.read(one.run_folder)) == told
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    again = fold.replay(journal.read(one.run_folder))
    assert again is not None
    assert [(t.status, t.text) for t in again.tasks.values()] == [
        (t.status, t.text) for t in one.run.tasks.values()
    ]
    assert (one.out / "parallel-result.md").read_text() == one.result
    for name, text in {"1": "one two three", "2": "result of b", "3": "result of c"}.items():
        for folder in (one.run_folder, one.out):
            written = (folder / f"parallel-task-{name}.md").read_text()
            assert text in written
            assert "COMPLETED" in written
    found = summary.load(one.run_folder)
    assert found is not None and found.verdict == "COMPLETED"


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Faults]:
    with faulty(monkeypatch, tmp_path / "artifacts") as found:
        yield found


# A disk that comes back

REFUSALS: dict[str, Callable[[Faults], None]] = {
    "full": lambda faults: faults.refuse(errno.ENOSPC),
    "full in the middle of a line": lambda faults: faults.refuse(errno.ENOSPC, torn=True),
    "read-only": lambda faults: faults.refuse(errno.EROFS),
    "broken": lambda faults: faults.refuse(errno.EIO, at_sync=True),
    "over quota": lambda faults: faults.refuse(errno.EDQUOT, torn=True),
    "silent": lambda faults: faults.hang(),
}
MOMENTS: dict[str, Callable[[ev.RunEvent], bool]] = {
    "at the start": lambda event: isinstance(event, ev.RunStarted),
    "while text comes": lambda event: isinstance(event, ev.TextDelta),
    "when a task has completed": lambda event: isinstance(event, ev.TaskCompleted),
}


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("moment", MOMENTS)
async def test_when_the_disk_comes_back_everything_is_there(
    tmp_path: Path, faults: Faults, refusal: str, moment: str
) -> None:
    # Longer than the disk's patience where it does not answer.
    one, begun = (
        a_run(tmp_path, c=[says("result of c", 0.5 if refusal == "silent" else 0.06)]),
        False,
    )

    def act(event: ev.RunEvent) -> None:
        nonlocal begun
        if MOMENTS[moment](event) and not begun:
            begun = True
            REFUSALS[refusal](faults)
        if isinstance(event, ev.StorageLost):
            assert event in one.run.storage
            asyncio.get_running_loop().call_later(0.05, faults.mend)

    told = await follow(one, act)

    assert begun
    assert kinds(told).count("storage_lost") >= 1
    assert kinds(told).count("storage_regained") == 1
    assert one.run.unsaved == one.run.moved == ""
    check_whole(one, told)


async def test_a_task_goes_on_while_the_disk_refuses(tmp_path: Path, faults: Faults) -> None:
    one = a_run(tmp_path)

    def act(event: ev.RunEvent) -> None:
        if isinstance(event, ev.RunStarted):
            faults.refuse()
        if isinstance(event, ev.Aggregated):
            faults.mend()

    told = await follow(one, act)

    names = kinds(told)
    assert names.index("storage_lost") < names.index("task_completed")
    assert names.index("aggregated") < names.index("storage_regained") < names.index("run_finished")
    check_whole(one, told)


async def test_it_is_told_at_once_also_when_no_task_says_anything(
    tmp_path: Path, faults: Faults
) -> None:
    """The growing files meet the full disk first; the next event of a task is far away."""
    script: list[Step] = ["some words", 0.8, "more", base.Finished("end_turn")]
    one = a_run(tmp_path, Plan(tasks=(task("a"),)), a=[script])

    def act(event: ev.RunEvent) -> None:
        if isinstance(event, ev.TextDelta) and event.text == "some words":
            faults.refuse()
        if isinstance(event, ev.StorageLost):
            lost.append((event.what, one.run.tasks["a"].text))
            faults.mend()

    lost: list[tuple[str, str]] = []
    told = await follow(one, act)

    # Then the journal, which was to take the news.
    assert lost == [("files", "some words"), ("journal", "some words")]
    assert kinds(told).count("storage_regained") == 1


async def test_a_completion_is_on_disk_before_it_is_told_while_the_disk_works(
    tmp_path: Path, faults: Faults
) -> None:
    one = a_run(tmp_path)
    seen = []

    def act(event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskQueued) and event.task == "a":
            faults.refuse(torn=True)
        if isinstance(event, ev.StorageLost):
            faults.mend()
        if isinstance(event, ev.TaskCompleted) and not one.run.unsaved:
            lines = (one.run_folder / journal.FILE).read_text().splitlines()
            seen.append(event.seq in [json.loads(line)["seq"] for line in lines])

    await follow(one, act)

    assert seen and all(seen)


DEEDS = st.sampled_from(["leave", "leave", "tear", "refuse", "sync", "mend"])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DEEDS, min_size=1, max_size=40))
def test_whatever_the_disk_does_a_reader_sees_no_broken_line_and_the_end_is_whole(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, deeds: list[str]
) -> None:
    tmp_path = tmp_path_factory.mktemp("disk")
    # How many events there are hangs on how long the disk takes.
    coming = itertools.cycle(deeds)

    async def live(faults: Faults) -> None:
        one = a_run(tmp_path)

        def act(event: ev.RunEvent) -> None:
            # A reader must find nothing but whole lines, whenever it looks.
            seen = [read.seq for read in journal.read(one.run_folder)]
            assert seen == list(range(1, len(seen) + 1))
            match next(coming):
                case "tear":
                    faults.refuse(torn=True)
                case "refuse":
                    faults.refuse(errno.EROFS)
                case "sync":
                    faults.refuse(errno.EIO, at_sync=True)
                case "mend":
                    faults.mend()
            if isinstance(event, ev.Aggregated):
                faults.mend()
            if isinstance(event, ev.RunFinished):
                faults.mend()

        told = await follow(one, act)
        if not one.run.moved:
            check_whole(one, told)

    with monkeypatch.context() as patch, faulty(patch, tmp_path / "artifacts") as disk:
        asyncio.run(live(disk))


# A folder that is gone


@pytest.mark.parametrize("gone", ["artifacts/runs", "artifacts"])
async def test_a_folder_that_was_removed_is_made_again_with_everything_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    impatient(monkeypatch)
    one, removed = a_run(tmp_path), False

    def act(event: ev.RunEvent) -> None:
        nonlocal removed
        if isinstance(event, ev.TaskCompleted) and not removed:
            removed = True
            shutil.rmtree(tmp_path / gone)

    told = await follow(one, act)

    assert "storage_lost" in kinds(told)
    assert "storage_regained" in kinds(told)
    check_whole(one, told)


async def test_files_that_specialists_wrote_and_that_are_gone_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    one = a_run(tmp_path)
    async with one:
        told = []
        async for event in one:
            told.append(event)
            if isinstance(event, ev.TaskStarted) and event.task == "a":
                change = ev.FileChange(path="x.md", kept="files/a/x.md")
                attempt = one.run.tasks["a"].attempt
                assert attempt is not None
                attempt.files = ev.FilesSeen(
                    seq=0, at=event.at, task="a", attempt=1, sight="tools", written=(change,)
                )
                shutil.rmtree(one.run_folder)
    [regained] = [event for event in told if isinstance(event, ev.StorageRegained)]

    assert regained.missing == ("files/a/x.md",)


async def test_the_journal_of_somebody_else_in_its_place_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    one = a_run(tmp_path)
    folder = tmp_path

    def act(event: ev.RunEvent) -> None:
        nonlocal folder
        if isinstance(event, ev.TextDelta) and folder == tmp_path:
            folder = one.run_folder
            (folder / journal.FILE).rename(folder / "aside")
            (folder / journal.FILE).write_text("not yours\n")

    told = await follow(one, act)

    assert (folder / journal.FILE).read_text() == "not yours\n"
    assert one.run.moved
    check_whole(one, told)


# Elsewhere


def block(tmp_path: Path) -> None:
    """The artifacts folder goes, and nothing can be made in its place."""
    shutil.rmtree(tmp_path / "artifacts")
    (tmp_path / "artifacts").write_text("in the way")


async def blocked_run(tmp_path: Path) -> tuple[Orchestrator, list[ev.RunEvent]]:
    one = a_run(tmp_path)

    def act(event: ev.RunEvent) -> None:
        if isinstance(event, ev.TextDelta) and (tmp_path / "artifacts").is_dir():
            block(tmp_path)

    return one, await follow(one, act)


async def test_what_can_not_be_saved_at_its_place_is_saved_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    impatient(monkeypatch)

    one, told = await blocked_run(tmp_path)

    assert Path(one.run.moved) == one.out
    assert one.out.is_relative_to(home)
    names = kinds(told)
    assert names.index("aggregated") < names.index("storage_moved") < names.index("run_finished")
    check_whole(one, told)
    for path in [one.out, *one.out.rglob("runs/*"), *one.out.rglob("runs/*/**/*")]:
        assert path.stat().st_mode & 0o077 == 0, path


async def test_it_is_found_there_and_can_be_gone_on_with_or_brought_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    one, _ = await blocked_run(tmp_path)
    out = tmp_path / "artifacts"
    out.unlink()

    [line] = rescue.told(out)
    assert one.run.id in line
    assert str(one.out) in line
    assert rescue.told(out, one.run.id[:8]) == [line]
    assert rescue.told(tmp_path / "another") == rescue.told(out, "1999") == []

    (out / "runs").mkdir(parents=True)
    back = line.rsplit("with `", 1)[1].rstrip("`")
    await asyncio.to_thread(subprocess.run, back, shell=True, check=True)

    assert rescue.told(out) == []
    assert list(journal.read(out / "runs" / one.run.id)) == list(journal.read(one.run_folder))


async def test_where_the_data_folder_takes_nothing_it_is_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    impatient(monkeypatch)
    (home / ".local").write_text("in the way")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))

    one, told = await blocked_run(tmp_path)

    assert one.out.parent == temporary
    assert one.out.stat().st_mode & 0o077 == 0
    check_whole(one, told)
    assert len(rescue.told(tmp_path / "artifacts")) == 1


async def test_where_nothing_takes_it_the_run_ends_all_the_same_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    impatient(monkeypatch)
    (home / ".local").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", str(home / ".local"))

    one, told = await blocked_run(tmp_path)

    lost = [event for event in told if isinstance(event, ev.StorageLost)]
    assert [event.what for event in lost][-1] == "anywhere"
    assert one.run.unsaved
    assert one.run.finished is not None and one.run.finished.verdict == "COMPLETED"
    assert "result of b" in one.result


async def test_a_disk_that_fills_up_at_the_very_end(tmp_path: Path, faults: Faults) -> None:
    """The last event is told all the same; only what the disk did may follow it."""
    one = a_run(tmp_path)
    conclude = one._conclusion

    def at_last() -> ev.RunFinished:
        faults.refuse(torn=True)
        return conclude()

    one._conclusion = at_last  # type: ignore[method-assign]
    told = await follow(one)

    names = kinds(told)
    after = names[names.index("run_finished") + 1 :]
    assert after and set(after) <= {"storage_lost", "storage_moved"}
    assert one.run.moved
    check_whole(one, told)


async def test_a_run_that_is_left_while_the_disk_refuses_is_saved_elsewhere(
    tmp_path: Path, faults: Faults, home: Path
) -> None:
    one = a_run(tmp_path)
    async with one:
        async for event in one:
            if isinstance(event, ev.TextDelta):
                faults.refuse(torn=True)
            if isinstance(event, ev.TaskCompleted):
                break

    assert one.out.is_relative_to(home)
    again = fold.replay(journal.read(one.run_folder))
    assert again is not None
    assert again.tasks["b"].status == "completed"
    assert again.finished is None


# A disk that does not answer


async def test_a_silent_disk_holds_up_neither_the_tasks_nor_the_end(
    tmp_path: Path, faults: Faults, home: Path
) -> None:
    one = a_run(tmp_path)

    def act(event: ev.RunEvent) -> None:
        if isinstance(event, ev.TextDelta):
            faults.hang()

    told = await follow(one, act)

    [*_, moved] = [event for event in told if isinstance(event, ev.StorageMoved)]
    assert "has not answered" in next(e.why for e in told if isinstance(e, ev.StorageLost))
    # What had been written could still be read: only writing hung.
    assert moved.resumable
    assert one.out.is_relative_to(home)
    check_whole(one, told)


async def test_a_cancel_is_answered_although_the_disk_is_silent(
    tmp_path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchtui.engine.journals.disk.PATIENCE", 30.0)
    one = a_run(tmp_path)
    loop = asyncio.get_running_loop()
    asked = 0.0

    def cancel() -> None:
        nonlocal asked
        asked = loop.time()
        one.cancel_all()

    def act(event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted) and not asked and event.task == "a":
            faults.hang()
            loop.call_later(0.1, cancel)
        if isinstance(event, ev.TaskCancelled):
            answered.append(loop.time() - asked)

    answered: list[float] = []
    await follow(one, act)

    assert answered and max(answered) < 20  # not the disk's patience
    assert one.run.finished is not None and one.run.finished.verdict == "CANCELLED"


async def test_where_nothing_can_be_read_back_the_results_are_saved_all_the_same(
    tmp_path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    one = a_run(tmp_path)

    def act(event: ev.RunEvent) -> None:
        if isinstance(event, ev.TextDelta) and not faults.refused:
            faults.refuse(errno.EIO)
            monkeypatch.setattr("os.pread", unreadable)

    told = await follow(one, act)

    [moved] = [event for event in told if isinstance(event, ev.StorageMoved)]
    assert not moved.resumable
    assert (one.out / "parallel-result.md").read_text() == one.result
    assert "COMPLETED" in (one.run_folder / "parallel-task-1.md").read_text()
    assert not (one.run_folder / journal.FILE).exists()


# The start


@pytest.mark.parametrize("torn", [True, False])
async def test_a_run_does_not_start_on_a_disk_that_refuses_and_leaves_nothing(
    tmp_path: Path, faults: Faults, torn: bool
) -> None:
    faults.refuse(torn=torn)

    with pytest.raises(StorageError, match=os.strerror(errno.ENOSPC)):
        async with a_run(tmp_path):
            raise AssertionError("it started")

    assert list((tmp_path / "artifacts").rglob("*")) == [tmp_path / "artifacts" / "runs"]


# Real disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The artifacts folder on a disk of 256 KiB."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("only root may mount a disk, and tmpfs is Linux's")
    folder = tmp_path / "artifacts"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "orchtui-test", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_real_disk_that_is_full_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_disk: Path
) -> None:
    impatient(monkeypatch)
    one, filler = a_run(tmp_path), small_disk / "filler"

    def act(event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted) and event.task == "a":
            filler.write_bytes(b"x" * _room(small_disk))
        if isinstance(event, ev.StorageLost):
            asyncio.get_running_loop().call_later(0.05, filler.unlink, True)

    told = await follow(one, act)
    check_whole(one, told)
    lost = next(event for event in told if isinstance(event, ev.StorageLost))
    assert os.strerror(errno.ENOSPC) in lost.why


def _room(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
async def test_a_real_folder_that_becomes_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    one = a_run(tmp_path)

    def act(event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted) and event.task == "a":
            one.run_folder.chmod(0o500)
        if isinstance(event, ev.StorageLost):
            one.run_folder.chmod(0o700)

    told = await follow(one, act)

    assert "storage_lost" in kinds(told)
    check_whole(one, told)


# Read again


async def test_a_run_with_a_lost_disk_in_it_can_be_resumed(tmp_path: Path, faults: Faults) -> None:
    one = a_run(tmp_path)
    async with one:
        async for event in one:
            if isinstance(event, ev.TaskStarted) and event.task == "a":
                faults.refuse(torn=True)
            if isinstance(event, ev.StorageLost):
                faults.mend()
            if isinstance(event, ev.StorageRegained):
                break
    past = fold.replay(journal.read(one.run_folder))
    assert past is not None and past.finished is None

    two = a_run(tmp_path, past=past)
    await follow(two)

    assert two.run.finished is not None and two.run.finished.verdict == "COMPLETED"
    assert isinstance(two.run, runs.Run)
    assert [ev.kind_of(event) for event in two.run.storage] == ["storage_lost", "storage_regained"]
