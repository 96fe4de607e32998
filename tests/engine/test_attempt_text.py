"""An attempt's text, whole and from a character on."""

from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.runs.run import Attempt


@given(st.lists(st.text(max_size=5), max_size=8), st.integers(0, 45), st.booleans())
def test_since_gives_the_rest_and_joins_nothing(
    pieces: list[str], start: int, joined: bool
) -> None:
    whole = "".join(pieces)
    attempt = Attempt(1, 0.0, "x", None, "x", "x", length=len(whole), pieces=list(pieces))
    if joined:
        assert attempt.text == whole
    before = list(attempt.pieces)
    assert attempt.since(start) == whole[start:]
    assert attempt.pieces == before
