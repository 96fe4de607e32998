"""Ages, dates and sizes as people write them."""

from datetime import datetime

import pytest

from orchtui.engine.history.amounts import parse_age, parse_size, parse_span, show_size

NOW = datetime(2026, 6, 15, 12).timestamp()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12h", 43_200),
        ("90d", 7_776_000),
        ("2w", 1_209_600),
        ("3mo", 7_776_000),
        ("1Y", 31_536_000),
    ],
)
def test_ages(text: str, seconds: float) -> None:
    assert parse_age(text) == seconds


@pytest.mark.parametrize("text", ["", "d", "90", "-3d", "3 days", "9999999d", "1.5d"])
def test_what_is_no_age_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="an age such as"):
        parse_age(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [("2GB", 2_000_000_000), ("500mb", 500_000_000), ("1.5GiB", 1_610_612_736), ("10k", 10_000),
     ("0", 0), ("7 B", 7)],
)  # fmt: skip
def test_sizes(text: str, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "GB", "-1", "2PB", "1,5GB", "two"])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="a size such as"):
        parse_size(text)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (820, "820 B"), (999, "999 B"), (1000, "1.0 kB"), (1234, "1.2 kB"),
     (34_000_000, "34 MB"), (2_100_000_000, "2.1 GB"), (5 * 10**15, "5000 TB")],
)  # fmt: skip
def test_sizes_for_a_reader(count: int, text: str) -> None:
    assert show_size(count) == text


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026-02-03", (2026, 2, 3), (2026, 2, 4)),
        ("2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("2026", (2026, 1, 1), (2027, 1, 1)),
        ("today", (2026, 6, 15), (2026, 6, 16)),
        ("Yesterday", (2026, 6, 14), (2026, 6, 15)),
    ],
)
def test_dates(text: str, first: tuple[int, int, int], after: tuple[int, int, int]) -> None:
    assert parse_span(text, NOW) == (datetime(*first).timestamp(), datetime(*after).timestamp())


def test_an_age_is_an_instant() -> None:
    assert parse_span("1d", NOW) == (NOW - 86_400, NOW - 86_400)


@pytest.mark.parametrize("text", ["", "now", "2026-00", "2026-02-30", "0000", "9999", "26-01-01"])
def test_what_is_no_date_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="a date such as"):
        parse_span(text, NOW)
