"""Durations: what people write, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.texts.durations import format_duration, parse_duration, show_duration

_TEN_YEARS_MS = 10 * 365 * 86400 * 1000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("20m", 1200),
        ("1h30m", 5400),
        ("500ms", 0.5),
        ("1h2m3s4ms", 3723.004),
        ("45", 45),
        (" 2m ", 120),
        ("1s700ms", 1.7),
        ("90m", 5400),
    ],
)
def test_what_people_write(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "0s", "-1s", "1.5h", "1 h", "30m1h", "1s1s", "5d", "h", "1h30", "1:30"),
        *("٣s", "9999999999", "99999999h", "1e3", "soon", "20M"),
    ],
)
def test_what_is_not_a_duration_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration|out of range"):
        parse_duration(text)


@given(st.integers(1, _TEN_YEARS_MS))
def test_a_duration_survives_being_written(milliseconds: int) -> None:
    seconds = milliseconds / 1000

    assert parse_duration(format_duration(seconds)) == seconds


@given(st.text(alphabet="0123456789hms ", max_size=12))
def test_whatever_is_read_can_be_written(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except ValueError:
        return
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "-"),
        (0, "0.0s"),
        (0.44, "0.4s"),
        (59.94, "59.9s"),
        (59.96, "1m 00s"),
        (65, "1m 05s"),
        (3599.4, "59m 59s"),
        (3599.6, "1h 00m"),
        (4800, "1h 20m"),
        (100_000, "27h 47m"),
    ],
)
def test_what_a_reader_is_shown(seconds: float | None, shown: str) -> None:
    assert show_duration(seconds) == shown
