"""Who waits at a terminal is told once what takes long; a pipe is told nothing."""

import sys
import threading

import pytest

from orchtui.cli import waiting_told
from orchtui.cli.waiting_told import waiting


class Clock:
    """In place of a timer's thread: it fires when the test says so."""

    def __init__(self, after: float, act: object) -> None:
        self.after, self.act = after, act
        self.daemon = self.started = self.cancelled = False
        clocks.append(self)

    def start(self) -> None:
        self.started = True

    def cancel(self) -> None:
        self.cancelled = True


clocks: list[Clock] = []


@pytest.fixture(autouse=True)
def _clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks.clear()
    monkeypatch.setattr(threading, "Timer", Clock)


def test_it_is_said_after_a_while(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with waiting("reading the run"):
        (clock,) = clocks
        assert clock.started and clock.daemon and clock.after == waiting_told.AFTER
        clock.act()  # type: ignore[operator]
        assert not clock.cancelled
    assert clock.cancelled
    assert capsys.readouterr() == ("", "orchtui: reading the run …\n")


def test_what_fails_is_not_waited_for_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with pytest.raises(ValueError), waiting("reading the run"):
        raise ValueError
    assert clocks[0].cancelled


def test_a_pipe_is_told_nothing() -> None:
    with waiting("reading the run"):
        assert not clocks
