"""A journal that somebody else writes, read as it grows: torn, cut off, put aside, left behind."""

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.errors import IllegalTransitionError, StorageError
from orchtui.engine.journals import journal, whole_lines
from orchtui.engine.journals.disk import Disk
from orchtui.engine.journals.journal import FILE, Journal
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import follower
from orchtui.engine.run_folders.follower import Follower, Watch
from orchtui.engine.runs import fold
from tests.engine.scripted import Scripted, says, schedule_of, task
from tests.engine.test_journal import another_process, history, write
from tests.engine.test_orchestrator import orchestrator
from tests.engine.told import Scenario, begun, play, scenarios

RUN = "20260115-100000-abcd"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty run folder of the run that `history` tells."""
    place = tmp_path / RUN
    place.mkdir()
    return place


def encoded(events: list[ev.RunEvent]) -> bytes:
    return b"".join(ev.encode(event) + b"\n" for event in events)


# Reading


@settings(max_examples=40)
@given(st.data())
def test_however_the_bytes_come_each_event_is_read_once_and_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    place = tmp_path_factory.mktemp("run")
    whole = encoded(history())
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=8).map(sorted))
    one = Follower(place)
    seen: list[follower.AnyEvent] = []

    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        with open(place / FILE, "ab") as file:
            file.write(whole[start:end])
        seen += one.new()

    assert seen == history()
    assert one.new() == []


def test_a_torn_line_that_is_cut_off_and_written_anew_is_read_as_it_is_then(folder: Path) -> None:
    events = history()
    (folder / FILE).write_bytes(encoded(events[:2]) + ev.encode(events[2])[:20])
    one = Follower(folder)
    assert one.new() == events[:2]

    with open(folder / FILE, "r+b") as file:  # what `Journal.reopen` does
        file.truncate(len(encoded(events[:2])))
        file.seek(0, os.SEEK_END)
        file.write(encoded(events[3:4]))

    assert one.new() == events[3:4]


def test_a_line_longer_than_what_is_read_at_once_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_lines, "_AT_ONCE", 16)
    (folder / FILE).write_bytes(encoded(history()))
    one = Follower(folder)

    seen = []
    while batch := one.new():
        seen += batch

    assert seen == history()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:50]), "cut off behind what was read"),
        (lambda path: path.unlink(), "No such file"),
        (
            lambda path: (path.with_name("x").touch(), path.with_name("x").replace(path)),
            "in its place",
        ),
        (lambda path: path.write_bytes(path.read_bytes() + b"what?\n"), ":9: not an event"),
    ],
)
def test_a_journal_that_is_not_what_it_was_is_told(folder, change, words) -> None:  # type: ignore[no-untyped-def]
    (folder / FILE).write_bytes(encoded(history()[:8]))
    one = Follower(folder)
    assert len(one.new()) == 8

    change(folder / FILE)

    with pytest.raises(StorageError, match=words):
        one.new()


def test_what_is_no_plain_file_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / FILE)

    with pytest.raises(StorageError, match="no plain file"):
        Follower(folder).new()


# Following


async def test_events_come_while_they_are_written_and_end_with_the_writer(
    folder: Path, disk: Disk
) -> None:
    events = history()
    writer = await Journal.create(folder, disk)
    await writer.append(events[:1])
    seen: list[follower.AnyEvent] = []
    come = asyncio.Event()

    async def read() -> None:
        async for batch in Follower(folder).batches(0.01):
            seen.extend(batch)
            come.set()

    reading = asyncio.create_task(read())
    for event in events[1:]:
        await writer.append([event])
        async with asyncio.timeout(10):
            while event not in seen:
                await come.wait()
                come.clear()
    assert not reading.done()
    await writer.close()
    async with asyncio.timeout(10):
        await reading

    assert seen == events


async def test_what_a_writer_left_behind_is_read_after_it_went(folder: Path) -> None:
    await write(folder, history())

    batches = [batch async for batch in Follower(folder).batches()]

    assert [event for batch in batches for event in batch] == history()


async def test_a_deleted_run_is_told_while_one_waits(folder: Path) -> None:
    await write(folder, history()[:3])
    with another_process(folder):
        batches = Follower(folder).batches(0.01)
        assert await anext(batches) == history()[:3]
        (folder / FILE).unlink()
        with pytest.raises(StorageError, match="No such file"):
            await anext(batches)


# The Run


@settings(max_examples=25)
@given(scenarios())
def test_a_watched_run_is_the_run(
    tmp_path_factory: pytest.TempPathFactory, scenario: Scenario
) -> None:
    place = tmp_path_factory.mktemp("runs") / "test"
    place.mkdir()
    first = begun(scenario[0])
    events, _ = play(scenario)
    (place / FILE).write_bytes(encoded([first, *events]))

    async def watch() -> Watch:
        watch = Watch(place)
        assert [event async for event in watch] == [first, *events]
        return watch

    run, live = asyncio.run(watch()).run, fold.replay([first, *events])
    assert run is not None and live is not None
    for one in (run, live):
        for each in one.tasks.values():
            assert each.text is not None  # joins the pieces, so that they compare
    assert run == live


async def test_an_orchestrator_can_be_watched_to_its_end(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a"), task("b")))
    one = orchestrator(plan, Scripted({"a": [says("slowly", 0.2)]}), tmp_path)
    async with one:
        watch = Watch(one.run_folder, 0.01)
        assert (await watch.catch_up()).id == one.run.id

        async def work() -> None:
            async for _ in one:
                pass
            await one.__aexit__(None, None, None)

        working = asyncio.create_task(work())
        kinds = [ev.kind_of(event) async for event in watch]
        await working

    assert kinds[-1] == "run_finished"
    assert "run_started" not in kinds
    assert watch.run is not None and not watch.interrupted
    assert watch.run.finished == one.run.finished


async def test_a_writer_that_dies_leaves_an_interrupted_run(folder: Path) -> None:
    await write(folder, history()[:5])
    watch = Watch(folder, 0.01)
    with another_process(folder) as process:
        await watch.catch_up()

        async def follow() -> None:
            async for _ in watch:
                pass

        following = asyncio.create_task(follow())
        await asyncio.sleep(0.05)
        assert not following.done()
        process.kill()
        process.wait()
        async with asyncio.timeout(10):
            await following

    assert watch.interrupted
    assert watch.run is not None and watch.run.tasks["a"].status == "completed"


async def test_many_events_leave_the_loop_to_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "_IN_ONE_GO", 2)
    await write(folder, history())
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    busy = asyncio.create_task(other())
    seen: list[follower.AnyEvent] = []
    async for event in Watch(folder):
        if len(seen) in (2, 4, 6):
            assert turns > len(seen) // 2
        seen.append(event)
    busy.cancel()

    assert seen == history()


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", StorageError, "this run never began"),
        (encoded(history()[:1])[:30], StorageError, "this run never began"),
        (encoded(history()[1:3]), IllegalTransitionError, "begins with task_queued"),
        (encoded([begun(schedule_of(task("a")))]), StorageError, "of another run, 'test'"),
    ],
)
async def test_what_can_not_be_watched_is_told(
    folder: Path, data: bytes, error: type[Exception], words: str
) -> None:
    (folder / FILE).write_bytes(data)

    with pytest.raises(error, match=words):
        await Watch(folder).catch_up()
    assert not journal.is_alive(folder)
