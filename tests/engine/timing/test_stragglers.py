"""Stragglers: who took far longer than tasks like it, and what is told of it."""

from collections.abc import Sequence

import pytest

from orchtui.engine.timing.stragglers import stragglers
from orchtui.engine.timing.time_report import time_report
from orchtui.engine.timing.time_words import time_lines
from tests.engine.scripted import schedule_of, task
from tests.engine.told import Told


@pytest.mark.parametrize(
    ("took", "late"),
    [
        pytest.param([], [], id="nothing ran"),
        pytest.param([10, 10, 90], [], id="too few to say"),
        pytest.param([10, 10, 10, 90], ["t3"], id="one of four"),
        pytest.param([10, 10, 10, 15], [], id="half as long again is usual"),
        pytest.param([10, 10, 10, 15.1], ["t3"], id="a little more is not"),
        pytest.param([10, 10, 90, 90], [], id="half of them: they are different tasks"),
        pytest.param([10, 12, 11, 9, 10, 10, 90, 80], ["t6", "t7"], id="two of eight"),
        pytest.param([0, 0, 0, 1], [], id="no time at all says nothing"),
    ],
)
def test_who_is_a_straggler(took: Sequence[float], late: list[str]) -> None:
    tasks = [task(f"t{n}") for n in range(len(took))]
    scheduled = schedule_of(*tasks).tasks if tasks else ()
    seconds = {one.id: float(each) for one, each in zip(scheduled, took, strict=True)}

    assert [one.task_id for one in stragglers(scheduled, seconds)] == late


def test_only_tasks_of_a_kind_are_compared() -> None:
    tasks = (*(task(f"t{n}") for n in range(3)), task("t3", specialist="critic"))
    scheduled = schedule_of(*tasks).tasks

    assert stragglers(scheduled, {"t0": 10.0, "t1": 10.0, "t2": 10.0, "t3": 90.0}) == []


def test_what_a_second_attempt_would_have_saved_is_told() -> None:
    told = Told(*(task(f"t{n}") for n in range(5)))
    for n in range(5):
        told.starts(f"t{n}", 0)
    for n in range(4):
        told.completes(f"t{n}", 600)
    report = time_report(told.completes("t4", 6000).ends(6000).run)
    (one,) = (one for one in report.helps if one.kind == "second attempt")

    assert (one.task, one.usual_s) == ("t4", 600.0)
    assert one.saves_s == pytest.approx(6000 - 2.5 * 600)
    lines = "\n".join(time_lines(report, lambda name: f"'{name}'"))
    assert "a second attempt of 't4', where 10m 00s was usual: up to 1h 15m less" in lines
