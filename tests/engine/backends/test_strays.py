"""Programs that go away into a session of their own: ended with the attempt that they are of."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from orchtui.engine.backends import strays
from orchtui.engine.backends.command import CommandBackend
from tests.engine.backends.program_helpers import assignment, run, until

MARK = "OF_THIS_TEST"
IGNORES = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(502)"
DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in (0, 1, 2): os.close(fd)
        time.sleep(502)
    os._exit(0)
print("x")
"""
AWAY = {
    "setsid": ["sh", "-c", "setsid sleep 502 & echo x"],
    "two at once": ["sh", "-c", "setsid sleep 502 & setsid sleep 503 & echo x"],
    "one inside the other": [
        "sh",
        "-c",
        "setsid sh -c 'setsid sleep 502 & exec sleep 503' & echo x",
    ],
    "daemon": [sys.executable, "-c", DAEMON],
    "deaf": ["sh", "-c", f'setsid {sys.executable} -c "{IGNORES}" & echo x'],
    "in a session inside": ["sh", "-c", "(setsid sleep 502 &) ; (setsid sleep 503 &) ; echo x"],
    "while it works": ["sh", "-c", "setsid sleep 502 & sleep 0.2; echo x"],
}


def left() -> list[str]:
    """What still runs of this test."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
    return found


@pytest.fixture(params=["by its children", "by a scan"], autouse=True)
def looked_for(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """As on Linux, and as on a system that does not tell who was adopted."""
    if request.param == "by a scan":
        monkeypatch.setattr(strays, "_adopts", lambda: False)
    elif not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells whose children an orphan's are")
    yield request.param
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK):
                process.kill()


def backend() -> CommandBackend:
    return CommandBackend({**os.environ, MARK: "yes"}, grace=0.2, linger=0.1)


@pytest.mark.parametrize("name", AWAY)
async def test_nothing_of_it_is_left(tmp_path: Path, name: str) -> None:
    events = await run(backend(), assignment(tmp_path, *AWAY[name]))

    assert "".join(getattr(event, "text", "") for event in events) == "x\n"
    assert left() == []


async def test_nor_of_one_that_is_cancelled(tmp_path: Path) -> None:
    started = assignment(tmp_path, "sh", "-c", "setsid sleep 502 & touch there; sleep 503")
    working = asyncio.create_task(run(backend(), started))
    await until((tmp_path / "there").exists)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

    assert left() == []


async def test_what_another_attempt_has_started_goes_on(tmp_path: Path) -> None:
    stays = "(setsid sleep 502 &) ; touch there; while [ ! -e over ]; do sleep 0.02; done"
    other = asyncio.create_task(run(backend(), assignment(tmp_path, "sh", "-c", stays)))
    await until((tmp_path / "there").exists)

    await run(backend(), assignment(tmp_path, "sh", "-c", "setsid sleep 503 & echo x"))

    running = left()
    assert "sleep 502" in running and "sleep 503" not in running
    (tmp_path / "over").touch()
    await other
    assert left() == []


async def test_an_orchtui_inside_of_one_ends_its_own_and_is_ended_with_all(tmp_path: Path) -> None:
    """The inner one marks what it starts with its own mark too."""
    before = "outer-1"
    given = {**os.environ, MARK: "yes", strays.MARK: before}
    told = await run(
        CommandBackend(given, grace=0.2, linger=0.1),
        assignment(tmp_path, "sh", "-c", f"echo ${strays.MARK}"),
    )

    text = "".join(getattr(event, "text", "") for event in told).strip()
    assert text.startswith(f"{before}:") and text != f"{before}:"


async def test_no_zombie_is_kept(
    tmp_path: Path, looked_for: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those that are adopted, and then end by themselves."""
    monkeypatch.setattr(strays, "SURELY_S", 0.05)
    if looked_for == "by a scan":
        pytest.skip("there nobody is adopted")
    for _ in range(12):
        await run(backend(), assignment(tmp_path, "sh", "-c", "setsid true & (true &) ; echo x"))
    async with asyncio.timeout(20):
        while zombies():
            await run(backend(), assignment(tmp_path, "true"))


def zombies() -> list[int]:
    """Children of this process that have ended and that nobody has collected."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if child.status() == psutil.STATUS_ZOMBIE:
                found.append(child.pid)
    return found


def test_one_look_serves_all_that_had_ended_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[list[int]] = [[], [4711], []]
    looks: list[list[int]] = []

    def listed() -> list[int]:
        looks.append(children[len(looks)])
        return looks[-1]

    monkeypatch.setattr(strays, "_children", listed)
    monkeypatch.setattr(strays, "_adopts", lambda: True)
    household = strays.Household()
    first, second = household.exited(), household.exited()
    assert household.is_settled(first)
    assert household.is_settled(second)
    assert household.is_settled(first)
    assert len(looks) == 1
    third = household.exited()  # may have left something after the look
    assert not household.is_settled(third)
    assert household.is_settled(second)  # of these nothing was left
    assert household.is_settled(third)  # it has gone meanwhile
    assert len(looks) == 3
