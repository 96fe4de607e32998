"""The scrubber's track: what stands in which cell, and how it is reached."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.geometry import Offset
from textual.widget import Widget

from orchtui.engine.replay.markers import MARKER_KINDS
from orchtui.ui.bars.scrubber import Scrubber, Stand
from orchtui.ui.bars.track import AHEAD, PLAYED, THUMB, Track
from tests.ui.conftest import screen_text, until
from tests.ui.stage import Stage

_SECONDS = st.floats(0, 1e6)
_MARKS = st.lists(st.tuples(st.sampled_from(MARKER_KINDS), _SECONDS), max_size=30)


def text(track: Track, position: float, *, at_end: bool = False) -> str:
    return "".join(sign for sign, _ in track.pieces(position, at_end=at_end))


@pytest.mark.parametrize(
    ("kinds", "ahead", "behind"),
    [
        ([], "─", "━"),
        (["start"], "┬", "┯"),
        (["end"], "┴", "┷"),
        (["finish"], "┴", "┷"),
        (["end", "start"], "┼", "┿"),
        (["start", "retry"], "↻", "↻"),
        (["retry", "failure", "end"], "✗", "✗"),
        (["session", "question"], "?", "?"),
        (["session"], "║", "║"),
        (["race", "retry"], "!", "!"),
    ],
)
def test_what_matters_most_is_seen(kinds: list[str], ahead: str, behind: str) -> None:
    track = Track(5, 10.0, [(kind, 4.5) for kind in kinds])
    assert text(track, 0) == f"{THUMB}─{ahead}──"
    assert text(track, 9) == f"━━{behind}━{THUMB}"


def test_what_is_behind_the_replay_looks_other_than_what_is_ahead() -> None:
    track = Track(5, 10.0, [("failure", 0.0), ("failure", 9.0)])
    styles = [style for sign, style in track.pieces(5)]
    assert styles == ["b $text-error", PLAYED, f"b {PLAYED}", AHEAD, "$text-error"]


@example(5, 5e-324, [("end", 1.0)], 1e6, False)
@given(st.integers(-3, 200), _SECONDS, _MARKS, _SECONDS, st.booleans())
def test_it_is_as_wide_as_it_is_and_has_one_place(
    width: int, length: float, marks: list[tuple[str, float]], position: float, at_end: bool
) -> None:
    track = Track(width, length, marks)
    shown = text(track, position, at_end=at_end)
    assert len(shown) == cell_len(shown) == max(1, width)
    assert shown.count(THUMB) == 1
    assert 0 <= track.cell(position) < track.width
    if at_end:
        assert shown.endswith(THUMB)


@given(st.integers(2, 300))
def test_the_first_cell_is_the_start_and_the_last_one_the_end(width: int) -> None:
    track = Track(width, 60.0, ())
    fractions = [track.fraction(cell) for cell in range(width)]
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert fractions == sorted(fractions)
    assert (track.fraction(-5), track.fraction(width + 5)) == (0.0, 1.0)


# The line


def stand(position: float = 12.0, **fields: object) -> Stand:
    whole: dict[str, object] = {"length": 65.0, "index": 30, "count": 1234, "speed": 10.0}
    return Stand(position=position, **{**whole, **fields})  # type: ignore[arg-type]


class Listening(Widget):
    """Keeps what the scrubber in it wants."""

    def __init__(self, scrubber: Scrubber) -> None:
        super().__init__()
        self.scrubber = scrubber
        self.heard: list[float | str] = []

    def compose(self):  # type: ignore[no-untyped-def]
        yield self.scrubber

    def on_scrubber_sought(self, event: Scrubber.Sought) -> None:
        self.heard.append(round(event.fraction, 2))

    def on_scrubber_toggled(self) -> None:
        self.heard.append("toggled")


@pytest.mark.parametrize(
    ("width", "shown", "words"),
    [
        (120, stand(), ["‖ paused 10x", "0:12", THUMB, "1:05", "event 30 of 1,234"]),
        (120, stand(playing=True, speed=1000), ["▶ play 1000x"]),
        (120, stand(65.0, index=1234), ["■ end 10x", "1:05"]),
        (80, stand(), ["‖ paused 10x", "0:12", "1:05"]),
        (40, stand(), ["‖ 10x", "0:12", "1:05"]),
        (80, stand(0.75, length=2.0), ["0:00.7", "0:02.0"]),
        (20, stand(), ["‖ 10x", THUMB]),
        (8, stand(), ["‖ 10x"]),
    ],
)
async def test_it_tells_where_the_replay_is(width: int, shown: Stand, words: list[str]) -> None:
    scrubber = Scrubber()
    app = Stage(scrubber)
    async with app.run_test(size=(width, 3)) as pilot:
        scrubber.display = True
        scrubber.show_marks([("failure", 30.0)])
        await pilot.pause()
        scrubber.show(shown)
        await pilot.pause()
        text = screen_text(app)
        assert all(word in text for word in words), text
        assert ("✗" in text) == (width > 8)


async def test_what_was_gone_to_takes_the_place_of_the_number_of_the_event() -> None:
    scrubber = Scrubber()
    app = Stage(scrubber)
    async with app.run_test(size=(120, 3)) as pilot:
        scrubber.display = True
        await pilot.pause()
        scrubber.show(stand())
        await pilot.pause()
        place = screen_text(app).index("1:05")
        scrubber.tell("✗ failed [b]One\x1b[31m")
        scrubber.show(stand())
        await pilot.pause()
        assert "✗ failed [b]One" in screen_text(app)
        assert "event 30" not in screen_text(app)
        assert screen_text(app).index("1:05") == place  # the track stays as wide


async def test_a_click_and_a_drag_ask_for_a_moment_and_a_click_ahead_of_them_toggles() -> None:
    inside = Listening(Scrubber())
    app = Stage(inside)
    async with app.run_test(size=(80, 3)) as pilot:
        inside.scrubber.display = True
        await pilot.pause()
        inside.scrubber.show(stand())
        await pilot.pause()
        row = screen_text(app).splitlines()[0]
        first = next(at for at, sign in enumerate(row) if sign in f"━─{THUMB}")
        last = max(at for at, sign in enumerate(row) if sign in f"━─{THUMB}")
        await pilot.click(Scrubber, offset=Offset(2, 0))
        await until(pilot, lambda: inside.heard == ["toggled"], "it is asked to play")
        await pilot.mouse_down(Scrubber, offset=Offset(first, 0))
        await pilot.hover(Scrubber, offset=Offset(last, 0))
        await pilot.mouse_up(Scrubber, offset=Offset(last, 0))
        await until(pilot, lambda: inside.heard[-1] == 1.0, "the end is asked for")
        assert inside.heard[1] == 0.0
        before = len(inside.heard)
        await pilot.hover(Scrubber, offset=Offset(first, 0))
        await pilot.pause()
        assert len(inside.heard) == before  # it was let go
