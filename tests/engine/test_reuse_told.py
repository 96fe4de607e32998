"""What is said before a run goes on: never more than a screenful, never anything that acts."""

import pytest

from orchtui.engine.resumption.reuse import Again, Reuse
from orchtui.engine.resumption.reuse_told import headline, lines


def reuse(reused: int, *reasons: str) -> Reuse:
    again = (
        Again(task=f"x{number}", reason="changed", why=why) for number, why in enumerate(reasons)
    )
    return Reuse(
        run="20260115-100000-abcd",
        reused=tuple(f"t{number}" for number in range(reused)),
        again=tuple(again),
    )


@pytest.mark.parametrize(
    ("reused", "again", "same_run", "words"),
    [
        (
            3,
            2,
            True,
            "run 20260115-100000-abcd goes on: 3 of 5 results are kept, 2 tasks run again",
        ),
        (1, 1, True, "run 20260115-100000-abcd goes on: 1 of 2 results is kept, 1 task runs again"),
        (
            0,
            1,
            True,
            "run 20260115-100000-abcd goes on: 0 of 1 results are kept, 1 task runs again",
        ),
        (3, 2, False, "3 of 5 results are taken over from run 20260115-100000-abcd, 2 tasks run"),
        (3, 0, False, "3 of 3 results are taken over from run 20260115-100000-abcd, no task runs"),
    ],
)
def test_the_headline_counts(reused: int, again: int, same_run: bool, words: str) -> None:
    assert headline(reuse(reused, *["its prompt changed"] * again), same_run=same_run) == words


def test_a_line_for_each_reason() -> None:
    found = lines(reuse(2, "its prompt changed", "it failed: x", "its prompt changed"))

    assert found == [
        "reused  t0, t1",
        "again   x0, x2: its prompt changed",
        "again   x1: it failed: x",
    ]


def test_tasks_are_called_as_their_reader_knows_them() -> None:
    names = {"t0": "1 Research", "x0": "2 " + "long " * 40}

    assert lines(reuse(1, "its prompt changed"), names) == [
        "reused  1 Research",
        f"again   {('2 ' + 'long ' * 40)[:59].rstrip()}…: its prompt changed",
    ]


def test_of_many_only_some_are_named_and_all_are_counted() -> None:
    found = lines(reuse(5000, *["it had not begun"] * 900, *(f"it failed: {n}" for n in range(40))))

    assert found[0] == "reused  t0, t1, t2, t3, t4, t5 and 4994 more"
    assert found[1] == "again   x0, x1, x2, x3, x4, x5 and 894 more: it had not begun"
    assert found[-1] == "again   and 32 more"
    assert len(found) == 11


def test_nothing_that_acts_on_a_terminal_is_told() -> None:
    hostile = Again(task="a\x1b[31m", reason="failed", why="it\nfailed: \x1b]0;t\x07\u202e[/]")
    found = lines(Reuse(run="x\x1b[2J", reused=(), again=(hostile,)))

    assert found == ["again   a: it failed: [/]"]
    assert "\x1b" not in headline(Reuse(run="x\x1b[2J", reused=(), again=()), same_run=True)
