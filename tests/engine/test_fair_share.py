"""How much of several texts is read: no more than there is room for, and of each its share."""

from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.texts.fair_share import fair_share


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12), st.integers(0, 5000))
def test_all_stay_within_the_limit_and_nobody_could_have_more(
    lengths: list[int], most: int
) -> None:
    share = fair_share(lengths, most)
    read = [min(length, share) for length in lengths]
    assert sum(read) <= most
    if read != lengths:  # with one more for each that is cut there is no room
        assert sum(min(length, share + 1) for length in lengths) > most


def test_what_a_short_text_leaves_is_for_the_others() -> None:
    assert fair_share([10, 1000, 1000], 310) == 150
    assert fair_share([10, 20], 310) == 20
