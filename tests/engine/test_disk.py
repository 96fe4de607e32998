"""Work on files in a thread: in order, patient with what gets on, and never waited for for ever."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from orchtui.engine.errors import StorageError
from orchtui.engine.journals import disk as disks
from orchtui.engine.journals.disk import Disk


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """What hangs waits for this."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "PATIENCE", 0.3)
    monkeypatch.setattr(disks, "HURRIED", 0.1)


async def test_what_is_asked_for_first_is_done_first(disk: Disk) -> None:
    done: list[int] = []

    def work(number: int) -> int:
        time.sleep(0.001 * (5 - number % 5))
        done.append(number)
        return number

    found = await asyncio.gather(*(disk.do(lambda n=n: work(n)) for n in range(20)))  # type: ignore[misc]

    assert done == found == list(range(20))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError(30, "Read-only file system", "x/y"), "x/y: Read-only file system"),
        (StorageError("told already"), "told already"),
    ],
)
async def test_a_refusal_is_told(disk: Disk, error: Exception, words: str) -> None:
    def refuse() -> None:
        raise error

    with pytest.raises(StorageError, match=words):
        await disk.do(refuse)

    assert await disk.do(lambda: 1) == 1


async def test_a_mistake_is_no_refusal(disk: Disk) -> None:
    with pytest.raises(ZeroDivisionError):
        await disk.do(lambda: 1 // 0)


async def test_silence_is_a_refusal_until_it_is_over(disk: Disk, stuck: threading.Event) -> None:
    with pytest.raises(StorageError, match="has not answered"):
        await disk.do(stuck.wait)
    with pytest.raises(StorageError, match="still does not answer"):
        await disk.do(lambda: 1)
    assert not await disk.answered(0.02)

    stuck.set()

    assert await disk.answered(5)
    assert await disk.do(lambda: 2) == 2


async def test_work_that_gets_on_may_take_as_long_as_it_likes(disk: Disk) -> None:
    def slow() -> str:
        for _ in range(12):
            time.sleep(0.05)
            disk.sign()
        return "done"

    assert await disk.do(slow) == "done"


async def test_who_is_cancelled_while_waiting_leaves_the_work_in_order(
    disk: Disk, stuck: threading.Event
) -> None:
    waiting = asyncio.create_task(disk.do(stuck.wait))
    await asyncio.sleep(0.02)
    waiting.cancel()
    await asyncio.wait((waiting,))
    assert not await disk.answered(0)

    stuck.set()

    assert await disk.answered(5)


async def test_the_thread_ends_and_never_keeps_the_process() -> None:
    def named() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "disk"]

    before = named()  # of tests whose disk hangs for ever
    one = Disk()
    await one.do(lambda: 1)
    threads = [thread for thread in named() if thread not in before]
    assert threads and all(thread.daemon for thread in threads)
    one.close()
    one.close()
    for thread in threads:
        await asyncio.to_thread(thread.join, 10)
        assert not thread.is_alive()
