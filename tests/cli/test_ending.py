"""The process ends, whatever hangs."""

import asyncio
import subprocess
import sys
import threading

import pytest

from orchtui.cli import ending


def test_what_main_gives_is_given() -> None:
    async def main() -> str:
        return await asyncio.to_thread(lambda: "done")

    assert ending.run(main()) == "done"


def test_what_main_raises_is_raised() -> None:
    async def main() -> None:
        raise KeyError("oops")

    with pytest.raises(KeyError):
        ending.run(main())


def test_what_is_left_over_is_cancelled_and_may_clean_up() -> None:
    told: list[object] = []

    async def tidy() -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(0.01)
            told.append("tidied")

    async def main() -> None:
        told.append(asyncio.create_task(tidy()))
        await asyncio.sleep(0)

    ending.run(main())

    assert told[1:] == ["tidied"]


HANGS = """
import asyncio, sys, threading, time
from orchtui.cli import ending

async def deaf():
    while True:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            pass

async def main():
    {left}
    await asyncio.sleep(0)
    print("written")

ending.run(main(), patience=0.1)
ending.leave(7, patience=0.1)
"""


@pytest.mark.parametrize(
    "left",
    [
        "task = asyncio.create_task(deaf())",
        "asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)",
        "pass",
    ],
    ids=["a coroutine that ignores its end", "a thread that hangs", "nothing"],
)
def test_the_process_ends_with_its_code_and_its_output(left: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HANGS.format(left=left)],
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert done.returncode == 7
    assert done.stdout == "written\n"


def test_a_thread_that_ends_in_time_is_waited_for() -> None:
    go_on = threading.Event()
    told = []

    def work() -> None:
        go_on.wait(10)
        told.append("done")

    async def main() -> None:
        asyncio.get_running_loop().run_in_executor(None, work)
        asyncio.get_running_loop().call_later(0.01, go_on.set)
        await asyncio.sleep(0.02)

    ending.run(main())

    assert told == ["done"]
