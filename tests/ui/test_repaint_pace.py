"""A look that costs much is followed by a rest, so that a run in the same thread gets on."""

import pytest

from orchtui.ui.parts.repaint_pace import SHARE, RepaintPace


@pytest.mark.parametrize("cost", [0.0, 0.001, 0.03, 2.0])
def test_looking_takes_no_more_than_its_share(cost: float) -> None:
    now = worked = 0.0
    pace, looks = RepaintPace(lambda: now, lambda: worked), 0
    for _ in range(12 * 60):  # a minute of beats
        now += 1 / 12
        if pace.due:
            looks += 1
            with pace.looking():
                worked += cost
                now += cost
    assert worked <= SHARE * now + cost
    assert looks == 12 * 60 if cost * 12 < SHARE else 0 < looks < 12 * 60


def test_the_first_look_is_due_and_one_that_fails_counts_too() -> None:
    worked = 0.0
    pace = RepaintPace(lambda: 1.0, lambda: worked)
    assert pace.due
    with pytest.raises(ValueError), pace.looking():
        worked += 1.0
        raise ValueError
    assert not pace.due
