"""Garbage: what is there is left out, what comes is searched less often, and still searched."""

import gc
import subprocess
import sys
from collections.abc import Iterator
from weakref import ref

import pytest

from orchtui.engine import garbage


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


class Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_is_left_out_of_each_search() -> None:
    before, there = gc.get_freeze_count(), [object() for _ in range(100)]
    garbage.settle()
    assert gc.get_freeze_count() > before
    assert there


def test_the_young_are_searched_less_often_and_the_older_as_python_has_it() -> None:
    gc.set_threshold(700, 7, 9)
    garbage.seldom()
    garbage.seldom()
    assert gc.get_threshold()[:2] == (garbage.YOUNG, 7)
    assert gc.isenabled()


def test_what_goes_round_in_circles_is_still_found() -> None:
    garbage.seldom()
    garbage.settle()
    lost = ref(Cycle())
    kept: list[list[int]] = [[] for _ in range(2 * garbage.YOUNG)]  # enough for a search
    assert lost() is None
    assert kept


def test_the_command_line_looks_less_often() -> None:
    asked = "import gc, sys; from orchtui.cli import entry; sys.argv = ['orchtui', '--version']"
    told = "entry.leave = lambda code: print(code, gc.get_threshold()[0]); entry.main()"
    done = subprocess.run(
        [sys.executable, "-c", f"{asked}; {told}"], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-2:] == ["0", str(garbage.YOUNG)]
