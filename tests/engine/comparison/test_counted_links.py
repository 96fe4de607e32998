"""Links are counted in any text, also in one that a model repeated for a megabyte."""

import pytest

from orchtui.engine.comparison.sides import Side
from orchtui.engine.comparison.similarity import measures


def links(text: str, *, prose: bool = True) -> int:
    side = Side(reference="x", origin="x", label="x", text=text, prose=prose)
    return measures(side).links


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("[one](a) and [two](b c)", 2),
        ("[see [1](http://x.org) there", 1),
        ("[![picture](p.png)](http://x.org)", 1),
        ("<http://x.org> and http://x.org/y", 2),
        ("<http://x.org <http://y.org>", 1),
        ("[words] (a), [words]()", 0),
    ],
)
def test_links(text: str, count: int) -> None:
    assert links(text) == count


@pytest.mark.parametrize("piece", ["[", "[a](", "<http://", "](", "[]"])
def test_what_only_begins_like_a_link_is_gone_through_once(piece: str) -> None:
    """With a square of steps this would not end today."""
    assert links(piece * 200_000, prose=False) <= 1
