"""Zoom, pan and follow as values, and the ruler's round moments."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.ui.timeline.time_ruler import NOW, TICK, Scale, ruler, show_moment, step_of
from orchtui.ui.timeline.time_window import LEAST, TimeWindow, View, with_room

LENGTHS = st.floats(0.001, 1e6)
WISHES = st.lists(
    st.one_of(
        st.tuples(st.just("zoom"), st.sampled_from([0.5, 1.5, 4.0])),
        st.tuples(st.just("pan"), st.sampled_from([-1.0, -0.25, 0.25, 1.0])),
        st.tuples(st.just("follow"), st.just(0.0)),
    ),
    max_size=12,
)


def test_all_of_a_run_that_has_ended_fills_the_width() -> None:
    assert TimeWindow().seen(42.0, live=False) == View(0.0, 42.0)


@pytest.mark.parametrize(
    ("length", "room"),
    [(0.0, 5.0), (4.0, 5.0), (9.0, 10.0), (10.0, 15.0), (29.0, 45.0), (50.0, 60.0), (3000, 3600)],
)
def test_a_run_that_goes_on_has_round_room_to_grow(length: float, room: float) -> None:
    assert with_room(length) == room


@given(LENGTHS)
def test_there_is_room_and_not_too_much_of_it(length: float) -> None:
    assert length < with_room(length) <= max(5.0, 2.2 * length)


def test_a_closer_look_at_a_live_run_follows_it() -> None:
    near = TimeWindow().zoomed(2.0, 100.0, live=True)
    view = near.seen(100.0, live=True)

    assert near.follows
    assert view.start < 100.0 < view.end
    assert near.seen(200.0, live=True).start == view.start + 100.0


def test_panning_leaves_following_and_f_follows_again() -> None:
    near = TimeWindow().zoomed(8.0, 100.0, live=True)
    still = near.panned(-0.25, 100.0, live=True)

    assert not still.follows
    assert still.seen(200.0, live=True) == still.seen(100.0, live=True)
    assert still.following().follows
    assert still.following().span == near.span


def test_all_of_the_time_can_not_be_moved() -> None:
    assert TimeWindow().panned(-1.0, 100.0, live=True) == TimeWindow()


def test_the_moment_under_the_mouse_stays_there() -> None:
    before = TimeWindow(40.0, 30.0, False)
    after = before.zoomed(2.0, 100.0, live=False, at=40.0)
    view = after.seen(100.0, live=False)

    assert view.span == 20.0
    assert (40.0 - view.start) / view.span == pytest.approx(0.25)


def test_far_enough_out_it_is_all_again() -> None:
    assert TimeWindow(40.0, 30.0, False).zoomed(0.1, 100.0, live=True) == TimeWindow()


@given(LENGTHS, WISHES, st.booleans())
def test_no_wish_leads_away_from_the_run(
    length: float, wishes: list[tuple[str, float]], live: bool
) -> None:
    window = TimeWindow()
    for kind, how in wishes:
        if kind == "zoom":
            window = window.zoomed(how, length, live=live)
        elif kind == "pan":
            window = window.panned(how, length, live=live)
        else:
            window = window.following()
        view = window.seen(length, live=live)
        assert 0 <= view.start <= length
        assert view.span >= LEAST * 0.999
        assert view.span <= TimeWindow().seen(length, live=live).span * 1.001


# The ruler


@pytest.mark.parametrize(
    ("start", "end", "width", "now", "expected"),
    [
        (0.0, 40.0, 40, None, "╷0s       ╷10s      ╷20s      ╷30s      "),
        (0.0, 40.0, 40, 30.0, "╷0s       ╷10s      ╷20s      ▼30s      "),
        (0.0, 40.0, 40, 21.0, "╷0s       ╷10s      ╷▼        ╷30s      "),
        (25.0, 65.0, 20, 70.0, "  ╷30s           ╷ ▸"),
        (25.0, 65.0, 20, 5.0, "◂ ╷30s           ╷  "),
        (30.0, 70.0, 20, 5.0, "◂              ╷    "),
        (0.0, 2.0, 20, None, "╷0s       ╷1s       "),
        (0.0, 2.0, 40, None, "╷0s       ╷0.5s     ╷1.0s     ╷1.5s     "),
        (0.0, 7200.0, 30, None, "╷0s    ╷30m    ╷1h    ╷1h30m  "),
        (0.0, 40.0, 2, None, "╷ "),
        (0.0, 40.0, 0, 3.0, ""),
    ],
)
def test_round_moments(
    start: float, end: float, width: int, now: float | None, expected: str
) -> None:
    text, _ = ruler(Scale(View(start, end), width), now)

    assert text == expected


@pytest.mark.parametrize(
    ("seconds", "step", "shown"),
    [
        (0, 0.1, "0s"),
        (1.5, 0.5, "1.5s"),
        (40, 10, "40s"),
        (60, 10, "1m00s"),
        (60, 60, "1m"),
        (90, 30, "1m30s"),
        (62.5, 0.5, "1m02.5s"),
        (3600, 600, "1h"),
        (3900, 300, "1h05m"),
        (3661, 1, "1h01m01s"),
    ],
)
def test_moments_are_as_exact_as_their_steps(seconds: float, step: float, shown: str) -> None:
    assert show_moment(seconds, step) == shown


@given(st.floats(0, 1e6), st.floats(LEAST, 1e6), st.integers(1, 200), st.floats(0, 2e6))
def test_a_ruler_is_as_wide_as_its_bars_and_its_moments_stand_where_they_are(
    start: float, span: float, width: int, now: float
) -> None:
    scale = Scale(View(start, start + span), width)
    text, at = ruler(scale, now)

    assert len(text) == width
    assert at is not None and 0 <= at < width
    plain, _ = ruler(scale, None)
    places = [place for place, glyph in enumerate(plain) if glyph == TICK]
    step = step_of(scale) / span * width
    assert all(abs(second - first - step) <= 1.0 for first, second in pairwise(places))
    assert NOW not in plain


def test_where_the_sessions_of_a_run_meet_stands_on_the_ruler() -> None:
    scale = Scale(View(0.0, 40.0), 40)
    plain, _ = ruler(scale, None)
    assert plain.startswith("╷0s       ╷10s      ╷20s")
    assert ruler(scale, None, [15.0])[0].startswith("╷0s       ╷10s ║    ╷20s")
    assert ruler(scale, None, [10.0])[0].startswith("╷0s       ║10s"), "a moment keeps its name"
    cut, _ = ruler(scale, None, [12.0])
    assert cut.startswith("╷0s       ╷ ║       ╷20s"), "half a name would be another moment"
    assert ruler(scale, None, [50.0])[0] == plain, "beyond the edge"
    assert ruler(scale, 15.0, [15.0]) == (ruler(scale, 15.0)[0], 15), "now goes first"
