"""The journal on disk: what is written is read, torn or not, and one process writes at a time."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings

from orchtui.engine.errors import StorageError
from orchtui.engine.journals import journal
from orchtui.engine.journals.disk import Disk
from orchtui.engine.journals.journal import FILE, Journal
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from tests.engine.scripted import task
from tests.engine.told import Scenario, Told, begun, play, scenarios


def history() -> list[ev.RunEvent]:
    told = Told(task("a"), task("b"), backend="scripted")
    told.starts("a", 0).completes("a", 2, "naïve 漢字\nand a second line")
    return told.starts("b", 0).fails("b", 3).ends(3).events


async def write(folder: Path, events: list[ev.RunEvent]) -> None:
    disk = Disk()
    one = await Journal.create(folder, disk)
    await one.append(events)
    await one.close()
    disk.close()


async def test_what_is_written_is_read(tmp_path: Path) -> None:
    await write(tmp_path, history())

    assert list(journal.read(tmp_path)) == history()


@settings(max_examples=40)
@given(scenarios())
def test_a_run_and_its_journal_fold_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, scenario: Scenario
) -> None:
    folder = tmp_path_factory.mktemp("run")
    first = begun(scenario[0])
    events, _ = play(scenario)

    asyncio.run(write(folder, [first, *events]))

    again = fold.replay(journal.read(folder))
    assert again is not None
    live = fold.replay([first, *events])
    assert live is not None
    for one in (again, live):
        for each in one.tasks.values():
            assert each.text is not None  # joins the pieces, so that they compare
    assert again == live


async def test_a_torn_last_line_is_left_out_at_every_byte(tmp_path: Path) -> None:
    events = history()
    await write(tmp_path, events)
    path = tmp_path / FILE
    whole = path.read_bytes()

    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        complete = whole[:size].count(b"\n")
        assert list(journal.read(tmp_path)) == events[:complete]


@pytest.mark.parametrize("lost", [0, 1, 2, 30])
async def test_going_on_cuts_a_torn_line_off(tmp_path: Path, lost: int, disk: Disk) -> None:
    events = history()
    await write(tmp_path, events)
    path = tmp_path / FILE
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - lost])
    kept = list(journal.read(tmp_path))

    one = await Journal.reopen(tmp_path, disk)
    await one.append([events[-1]])
    await one.close()

    assert list(journal.read(tmp_path)) == [*kept, events[-1]]


async def test_a_broken_line_in_the_middle_is_told_with_its_number(tmp_path: Path) -> None:
    await write(tmp_path, history())
    path = tmp_path / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"\xff not json\n", *lines[2:]]))

    with pytest.raises(StorageError, match=f"{FILE}:3: not an event"):
        list(journal.read(tmp_path))


async def test_a_newer_journal_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    await write(tmp_path, history()[:1])
    path = tmp_path / FILE
    newer = (
        b'{"kind":"telepathy","seq":2,"at":"2026-01-15T10:00:00.000Z","x":[1]}\n'
        b'{"kind":"task_queued","seq":3,"at":"2026-01-15T10:00:00.000Z",'
        b'"task":"a","attempt":0,"mood":"good"}\n'
    )
    path.write_bytes(path.read_bytes() + newer)

    run = fold.replay(journal.read(tmp_path))

    assert run is not None
    assert run.tasks["a"].status == "queued"


async def test_a_journal_is_never_begun_twice(tmp_path: Path, disk: Disk) -> None:
    await write(tmp_path, history())

    with pytest.raises(StorageError, match="File exists"):
        await Journal.create(tmp_path, disk)


async def test_a_missing_journal_is_told(tmp_path: Path, disk: Disk) -> None:
    with pytest.raises(StorageError, match="No such file"):
        list(journal.read(tmp_path))
    with pytest.raises(StorageError, match="No such file"):
        await Journal.reopen(tmp_path, disk)
    assert not journal.is_alive(tmp_path)


async def test_closing_twice_is_harmless(tmp_path: Path, disk: Disk) -> None:
    one = await Journal.create(tmp_path, disk)
    await one.close()
    await one.close()


# The lock

_HOLDER = """
import asyncio, sys
from pathlib import Path
from orchtui.engine.journals.disk import Disk
from orchtui.engine.journals.journal import Journal

async def main():
    disk = Disk()
    held = await Journal.reopen(Path(sys.argv[1]), disk)
    print("locked", flush=True)
    sys.stdin.read()
    await held.close()
    disk.close()

asyncio.run(main())
"""


@contextmanager
def another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the folder's journal open until its stdin ends."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process


async def test_a_run_that_another_process_writes_is_alive_and_can_not_be_taken(
    tmp_path: Path, disk: Disk
) -> None:
    await write(tmp_path, history())
    assert not journal.is_alive(tmp_path)

    with another_process(tmp_path):
        assert journal.is_alive(tmp_path)
        with pytest.raises(StorageError, match="is being written by another process"):
            await Journal.reopen(tmp_path, disk)
        assert list(journal.read(tmp_path)) == history()

    assert not journal.is_alive(tmp_path)


async def test_the_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    await write(tmp_path, history())

    with another_process(tmp_path) as process:
        process.kill()
        process.wait()
        assert not journal.is_alive(tmp_path)


async def test_a_program_that_a_task_started_does_not_keep_the_lock(
    tmp_path: Path, disk: Disk
) -> None:
    one = await Journal.create(tmp_path, disk)
    child = await asyncio.create_subprocess_exec("sleep", "30")
    await one.close()

    assert not journal.is_alive(tmp_path)
    child.kill()
    await child.wait()
