"""Who guards a worker's programs is started once, and ends those of that worker alone."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from orchtui.engine.backends import strays
from orchtui.engine.cluster import left_behind
from orchtui.engine.cluster.left_behind import Guard, end_all

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems show no environment of processes"
)

SLEEPS = (sys.executable, "-c", "import time; print(flush=True); time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); "
    "time.sleep(600)",
)
WAITS = (sys.executable, "-c", "import sys; sys.stdin.read()")


class Programs:
    """Programs with marks."""

    def __init__(self) -> None:
        self.all: list[subprocess.Popen[bytes]] = []

    def start(self, mark: str, command: tuple[str, ...] = SLEEPS) -> "subprocess.Popen[bytes]":
        """One that has begun."""
        process = subprocess.Popen(
            command, env={strays.MARK: mark}, stdout=subprocess.PIPE, start_new_session=True
        )
        self.all.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n"
        return process


@pytest.fixture
def programs() -> Iterator[Programs]:
    started = Programs()
    yield started
    for process in started.all:
        process.kill()
        process.communicate()


def test_what_carries_a_mark_of_that_worker_is_ended_and_nothing_else(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_behind, "GRACE", 0.2)
    own, nested, other = (
        programs.start(mark) for mark in ("7-ab-1", "1-cd-2:7-ab-12:9-ef-1", "77-ab-1")
    )
    deaf = programs.start("7-ab-2", STUBBORN)
    end_all("7-ab-")
    assert [process.wait(30) for process in (own, nested, deaf)] == [-15, -15, -9]
    assert other.poll() is None


@pytest.fixture
def guards(monkeypatch: pytest.MonkeyPatch) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Those that are started; they only wait."""
    monkeypatch.setattr(left_behind, "_PROGRAM", WAITS)
    started: list[subprocess.Popen[bytes]] = []
    whole = subprocess.Popen

    def noted(*given: object, **options: object) -> "subprocess.Popen[bytes]":
        started.append(whole(*given, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    yield started
    for process in started:
        process.communicate(timeout=30)


def test_one_is_started_and_another_one_where_it_has_ended(
    guards: "list[subprocess.Popen[bytes]]",
) -> None:
    guard = Guard({})
    guard.start()
    guard.start()
    (first,) = guards
    assert first.pid not in strays.HOUSEHOLD._unknown()
    first.kill()
    first.wait(30)
    guard.start()
    assert len(guards) == 2
    # A stray could get the number of the one that has ended.
    assert strays.HOUSEHOLD._helpers & {first.pid, guards[1].pid} == {guards[1].pid}


def test_those_who_ask_at_once_have_one(guards: "list[subprocess.Popen[bytes]]") -> None:
    guard, together = Guard({}), threading.Barrier(8)

    def ask() -> None:
        together.wait(30)
        guard.start()

    asking = [threading.Thread(target=ask) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(guards) == 1


def test_none_is_needed_where_another_orchtui_ends_what_is_left(
    guards: "list[subprocess.Popen[bytes]]",
) -> None:
    Guard({strays.MARK: "1-a-1"}).start()
    assert not guards
