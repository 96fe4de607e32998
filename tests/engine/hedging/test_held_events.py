"""What second attempts tell: held back until they take the first one's place."""

from orchtui.engine.execution.held_events import HeldEvents
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp


class Told:
    """The events of second attempts, and what is passed on of them."""

    def __init__(self) -> None:
        self.passed: list[ev.RunEvent] = []
        self.held = HeldEvents(Stamp(lambda: 0.0, 6), self.passed.append)
        self._aside = Stamp(lambda: 0.0)

    def says(self, task_id: str, text: str) -> None:
        self.held.take(self._aside(ev.TextDelta, task=task_id, attempt=2, text=text))

    def meets(self, task_id: str, other: str) -> None:
        self.held.take(
            self._aside(
                ev.RaceDetected,
                task=task_id,
                attempt=2,
                path="x.md",
                access="read",
                when="2026-01-01T00:00:00.000Z",
                other=other,
                other_access="write",
                other_when="2026-01-01T00:00:00.000Z",
            )
        )


def test_nothing_of_one_that_loses_is_told() -> None:
    told = Told()
    told.held.hold("a")
    told.says("a", "one")
    told.held.drop("a")
    told.says("a", "two")
    assert told.passed == []


def test_of_one_that_takes_the_place_everything_is_told_in_order() -> None:
    told = Told()
    told.held.hold("a")
    told.says("a", "one")
    told.held.release("a")
    told.says("a", "two")
    assert [one.text for one in told.passed if isinstance(one, ev.TextDelta)] == ["one", "two"]
    assert [one.seq for one in told.passed] == [7, 8]


def test_a_race_is_told_whoever_wins() -> None:
    """It is of two tasks, and the ledger tells each once."""
    told = Told()
    told.held.hold("a")
    told.meets("a", "b")
    told.meets("b", "a")  # it came to light here, and is about another task
    told.held.drop("a")
    assert [type(one) for one in told.passed] == [ev.RaceDetected, ev.RaceDetected]
