"""What a worker tells: first words at once, the rest joined, nothing lost or exchanged."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.cluster import wire
from orchtui.engine.cluster.outbox import AT_ONCE, STEP, Outbox
from tests.engine import virtual_time


def called(number: int) -> wire.Called:
    return wire.Called(number, "Read", "{}")


def told(pauses: list[float]) -> tuple[list[float], list[tuple[float, wire.Report]]]:
    """When each item was put after these pauses, and the reports with their moments."""

    async def scene() -> tuple[list[float], list[tuple[float, wire.Report]]]:
        clock = asyncio.get_running_loop().time
        sent, puts = list[tuple[float, wire.Report]](), list[float]()
        out = Outbox("k", lambda data: sent.append((clock(), wire.report_of(data))))
        for number, pause in enumerate(pauses):
            if pause:
                await asyncio.sleep(pause)
            puts.append(clock())
            out.put(called(number))
        out.flush()
        return puts, sent

    return virtual_time.run(scene())


def test_the_first_reports_are_not_held_back_and_later_ones_are_joined() -> None:
    step = STEP / 10
    puts, sent = told([step] * 40)
    for put, (moment, report) in zip(puts[:AT_ONCE], sent, strict=False):
        assert moment == put and len(report.items) == 1
    later = [moment for moment, _ in sent[AT_ONCE - 1 : -1]]
    assert all(b - a >= STEP * 0.99 for a, b in zip(later, later[1:], strict=False))
    assert len(sent) < 12


def test_what_is_said_in_one_breath_is_one_report() -> None:
    _, sent = told([0.0] * 5)
    assert [len(report.items) for _, report in sent] == [5]


@given(st.lists(st.sampled_from([0.0, STEP / 7, STEP / 2, STEP * 3]), max_size=60))
def test_all_is_told_once_in_order_and_no_later_than_a_step(pauses: list[float]) -> None:
    puts, sent = told(pauses)
    assert [report.number for _, report in sent] == list(range(1, len(sent) + 1))
    items = [(moment, item) for moment, report in sent for item in report.items]
    assert [item for _, item in items] == [called(number) for number in range(len(pauses))]
    for put, (moment, _) in zip(puts, items, strict=True):
        assert put <= moment <= put + STEP * 1.01
