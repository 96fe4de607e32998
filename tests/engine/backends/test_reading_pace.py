"""How long bytes may gather: never with few streams, never beyond what a screen shows."""

from contextlib import ExitStack

import pytest

from orchtui.engine.backends.reading_pace import FULL, GATHER_MOST, Pace


@pytest.mark.parametrize(
    ("streams", "pause"),
    [(0, 0.0), (1, 0.0), (19, 0.0), (20, 0.01), (100, 0.05), (500, 0.25), (10_000, GATHER_MOST)],
)
def test_the_more_streams_the_longer(streams: int, pause: float) -> None:
    pace = Pace()
    with ExitStack() as open_streams:
        for _ in range(streams):
            open_streams.enter_context(pace.stream())
        assert pace.pause(100) == pytest.approx(pause)
        assert pace.pause(FULL) == 0.0, "more is waiting already"
    assert pace.pause(100) == 0.0, "all are closed"
