"""The Diff of two texts: what it shows, applied to one side, gives the other, for any texts."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.comparison import alignment
from orchtui.engine.comparison.alignment import Budget, align
from orchtui.engine.comparison.comparing import compare
from orchtui.engine.comparison.difference import (
    Block,
    Diff,
    Marks,
    Options,
    Span,
    Tiling,
    applied,
    heading_path,
    undone,
)
from orchtui.engine.comparison.tiling import tile

# Lone surrogates can not occur: what is read is cleaned or is no UTF-8.
PIECES = (
    "one two three four. Five six! ",
    "one two three four. five six!\n",
    "word ",
    "Word",
    "\n",
    "\n\n",
    "\r\n",
    "\v",
    "\f",
    "\u2028",
    "\x85",
    "\t",
    "    code\n",
    "```\nx = 1\n```\n",
    "# Head\n",
    "- item\n",
    "1. item\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "> quote\n",
    "漢字とかな。",
    "e\u0301",
    "👩\u200d👩",
    "ß",
    "SS",
    "İ",
    "...",
    "}",
    "a b  c",
    "The quick brown fox jumps over the lazy dog near the river bank.\n",
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
)
options = st.builds(
    Options,
    by=st.sampled_from(["auto", "line", "sentence"]),
    ignore_space=st.booleans(),
    ignore_case=st.booleans(),
    prose=st.booleans(),
)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts of which one was made from the other: taken out, put in, moved."""
    pieces = draw(st.lists(st.sampled_from(PIECES), max_size=14))
    other = list(pieces)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(other)))
        match draw(st.sampled_from(["put", "take", "move"])):
            case "put":
                other.insert(at, draw(st.sampled_from(PIECES)))
            case "take":
                del other[at : at + 2]
            case "move":
                some = other[at : at + 3]
                del other[at : at + 3]
                place = draw(st.integers(0, len(other)))
                other[place:place] = some
    return "".join(pieces), "".join(other)


pairs = st.one_of(st.tuples(texts, texts), edited())


def letters(text: str, chosen: Options) -> str:
    """What of a text counts, when everything that is ignored is gone."""
    if chosen.ignore_space or chosen.by_sentence:
        text = "".join(text.split())
    return text.casefold() if chosen.ignore_case else text


@given(texts, options)
def test_units_tile_the_text(text: str, chosen: Options) -> None:
    tiling, keys, _ = tile(text, chosen)
    assert tiling.bounds[0] == 0 and tiling.bounds[-1] == len(text)
    assert all(one < other for one, other in pairwise(tiling.bounds))
    assert len(keys) == len(tiling.bounds) - 1


@given(pairs, options)
def test_blocks_tile_both_sides_in_order(pair: tuple[str, str], chosen: Options) -> None:
    diff = compare(*pair, chosen)
    assert "".join(diff.left.of(block.left) for block in diff.blocks) == pair[0]
    assert "".join(diff.right.of(block.right) for block in diff.blocks) == pair[1]
    for block in diff.blocks:
        here, there = block.left.end - block.left.start, block.right.end - block.right.start
        assert (here == there) == (block.kind in ("equal", "changed"))
        assert (
            bool(here) == (block.kind in ("equal", "changed", "removed")) or block.kind == "moved"
        )
        assert bool(here or there)


@given(pairs, options)
def test_the_shown_changes_made_give_the_other_text_and_taken_back_the_first(
    pair: tuple[str, str], chosen: Options
) -> None:
    left, right = pair
    diff = compare(left, right, chosen)
    assert letters(applied(diff), chosen) == letters(right, chosen)
    assert letters(undone(diff), chosen) == letters(left, chosen)
    if not (chosen.ignore_space or chosen.ignore_case or chosen.by_sentence):
        assert applied(diff) == right
        assert undone(diff) == left
        assert diff.same == (left == right)


@given(pairs, options)
def test_what_is_left_without_the_marks_is_the_same_on_both_sides(
    pair: tuple[str, str], chosen: Options
) -> None:
    diff = compare(*pair, chosen)
    for block in diff.blocks:
        if block.kind == "changed":
            assert len(block.marks) == block.left.end - block.left.start
            for at, marks in enumerate(block.marks):
                here = without(diff.left, block.left.start + at, marks.left)
                there = without(diff.right, block.right.start + at, marks.right)
                assert letters(here, chosen) == letters(there, chosen)
                assert marks.left or marks.right  # a change that nobody can see is none


def without(tiling: Tiling, unit: int, marks: tuple[Span, ...]) -> str:
    """A unit's text but for its marks, which rise and stay inside."""
    start, end = tiling.span(Span(unit, unit + 1))
    places = [start, *(place for mark in marks for place in mark), end]
    assert places == sorted(places)
    return "".join(tiling.text[places[at] : places[at + 1]] for at in range(0, len(places), 2))


@given(pairs, options)
def test_what_was_moved_is_in_two_places(pair: tuple[str, str], chosen: Options) -> None:
    diff = compare(*pair, chosen)
    for at, block in enumerate(diff.blocks):
        if block.kind != "moved":
            assert block.partner == -1
            continue
        other = diff.blocks[block.partner]
        assert other.kind == "moved" and other.partner == at
        assert bool(block.left.end - block.left.start) == bool(other.right.end - other.right.start)
        assert len(block.marks) in (0, max(sizes(block)))
        assert sizes(block) == sizes(other)[::-1]


def sizes(block: Block) -> tuple[int, int]:
    return block.left.end - block.left.start, block.right.end - block.right.start


@given(texts, options)
def test_a_text_is_the_same_as_itself(text: str, chosen: Options) -> None:
    assert compare(text, text, chosen).same


# Alignment, with bounds so narrow that every way through it is taken

codes = st.lists(st.integers(0, 5), max_size=40)


@given(codes, codes, st.integers(0, 4_000_000), st.integers(1, 200))
def test_runs_are_equal_and_in_order_whatever_the_budget(
    left: list[int], right: list[int], budget: int, most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "MOST_CELLS", most)
        runs = align(left, right, Budget(budget))
    a = b = 0
    for run in runs:
        assert run.left >= a and run.right >= b and run.length > 0
        a, b = run.left + run.length, run.right + run.length
        assert left[run.left : a] == right[run.right : b]


@given(codes, codes)
def test_short_sequences_have_the_longest_common_subsequence(
    left: list[int], right: list[int]
) -> None:
    lengths = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            longest = max(lengths[i][j + 1], lengths[i + 1][j])
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if one == other else longest
    assert sum(run.length for run in align(left, right, Budget(10**9))) == lengths[-1][-1]


def test_long_sequences_are_split_at_what_stands_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "MOST_CELLS", 100)
    left = list(range(500))
    right = [n if n % 7 else n + 1000 for n in left]
    budget = Budget(10**9)
    assert sum(run.length for run in align(left, right, budget)) == sum(n % 7 > 0 for n in left)
    assert not budget.exhausted


# What a person sees


def kinds(diff: Diff) -> list[str]:
    return [block.kind for block in diff.blocks]


def marked(diff: Diff) -> list[tuple[list[str], list[str]]]:
    """The marked words of all changed units."""
    return [
        (
            [diff.left.text[slice(*span)] for span in marks.left],
            [diff.right.text[slice(*span)] for span in marks.right],
        )
        for block in diff.blocks
        for marks in block.marks
    ]


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        ("The old house stands there.", "The new house stands there.", (["old"], ["new"])),
        ("Say it now.", "Say it right now.", ([], ["right "])),
        ("It costs $10 a day.", "It costs $12 a day.", (["10"], ["12"])),
        ("今天天气很好。", "今天天气不好。", (["很"], ["不"])),
        ("colour", "color", (["colour"], ["color"])),
        ("don't stop here", "do stop here", (["don't"], ["do"])),
        ("a  b c d", "a b c d", ([" "], [])),
    ],
)  # fmt: skip
def test_the_words_that_differ_are_marked(
    left: str, right: str, words: tuple[list[str], list[str]]
) -> None:
    assert marked(compare(left, right, Options(by="line"))) == [words]


WRAPPED = "One sentence that is long enough\nto be wrapped. Another one\nfollows it, e.g. this.\n"
REWRAPPED = "One sentence that is long\nenough to be wrapped. Another\none follows it, e.g. this.\n"


def test_prose_that_is_wrapped_anew_has_not_changed() -> None:
    diff = compare(WRAPPED, REWRAPPED)
    assert diff.same and diff.loosely_equal == 2
    assert not compare(WRAPPED, REWRAPPED, Options(by="line")).same
    joined = compare(WRAPPED, " ".join(WRAPPED.split()) + "\n\nNew.\n")
    assert kinds(joined) == ["equal", "added"]


def test_a_word_changed_in_wrapped_prose_is_one_sentence_changed() -> None:
    diff = compare(WRAPPED, REWRAPPED.replace("long", "short"))
    assert kinds(diff) == ["changed", "equal"]
    assert marked(diff) == [(["long"], ["short"])]


MOVED = "A paragraph that says quite a lot of things about something.\n"


def test_a_block_that_stands_elsewhere_was_moved_and_not_changed() -> None:
    others = [f"Line number {n} of what stays where it is.\n" for n in range(6)]
    left = "".join([MOVED, *others])
    diff = compare(left, "".join([*others, MOVED]), Options(by="line"))
    assert kinds(diff) == ["moved", "equal", "moved"]
    assert not any(block.marks for block in diff.blocks)
    near = compare(left, "".join([*others, MOVED.replace("a lot", "much")]), Options(by="line"))
    assert kinds(near) == ["moved", "equal", "moved"]
    assert marked(near)[0] == (["a lot"], ["much"])
    assert near.count("moved") == 1


def test_what_was_moved_is_not_taken_for_what_was_changed_in_its_place() -> None:
    others = [f"Line number {n} of what stays where it is.\n" for n in range(6)]
    alike = MOVED.replace("lot", "bit")
    left, right = "".join([MOVED, *others]), "".join([alike, *others, MOVED])
    diff = compare(left, right, Options(by="line"))
    assert kinds(diff) == ["moved", "added", "equal", "moved"]


@pytest.mark.parametrize("little", ["}\n", "\n", "Yes.\n", "---\n"])
def test_what_says_little_was_never_moved(little: str) -> None:
    others = [f"Line number {n} of what stays where it is.\n" for n in range(6)]
    diff = compare("".join([little, *others]), "".join([*others, little]), Options(by="line"))
    assert kinds(diff) == ["removed", "equal", "added"]


def test_lines_that_have_nothing_in_common_are_removed_and_added_not_changed() -> None:
    diff = compare("alpha beta gamma\n", "one two three\n", Options(by="line"))
    assert kinds(diff) == ["removed", "added"]


def test_similar_lines_of_a_region_are_counterparts_in_order() -> None:
    left = "x = first(1)\ny = second(2)\n"
    right = "x = first(100)\nsomething entirely new here\ny = second(200)\n"
    diff = compare(left, right, Options(by="line"))
    assert kinds(diff) == ["changed", "added", "changed"]


@pytest.mark.parametrize(
    ("left", "right", "chosen"),
    [
        ("a  b\tc\n", "a b c\n", Options(by="line", ignore_space=True)),
        ("a\n\n\nb\n", "a\nb", Options(by="line", ignore_space=True)),
        ("\n\na\n", "a\n", Options(by="line", ignore_space=True)),
        ("Straße\n", "STRASSE\n", Options(by="line", ignore_case=True)),
        ("A  b", "a B", Options(by="line", ignore_case=True, ignore_space=True)),
        ("One.\n\n\n\nTwo.\n", "One.\n\nTwo.\n", Options()),
    ],
)
def test_what_is_ignored_is_no_difference(left: str, right: str, chosen: Options) -> None:
    assert compare(left, right, chosen).same
    assert not compare(left, right, Options(by="line")).same


def test_a_hunk_stands_under_its_headings() -> None:
    text = (
        "# Guide\n\nIntro.\n\n## Costs\n\nCheap.\n\n```\n# no heading\n```\n\n"
        "Setext\n======\n\nEnd.\n"
    )
    diff = compare(text, text.replace("Cheap", "Dear").replace("End", "Fin"))
    paths = [heading_path(diff, block) for block in diff.blocks if block.kind != "equal"]
    assert paths == [("Guide", "Costs"), ("Setext",)]
    code = compare("# a comment\nx\n", "# a comment\ny\n", Options(prose=False))
    assert heading_path(code, code.blocks[-1]) == ()


@pytest.mark.parametrize("by", ["line", "sentence"])
def test_huge_texts_with_little_in_common_are_compared_coarsely_and_say_so(
    by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(1)
    left, right = (" ".join(rng.choice("abcd") for _ in range(3000)) for _ in range(2))
    monkeypatch.setattr(alignment, "MOST_CELLS", 10_000)
    diff = compare(left, right, Options(by=by))  # type: ignore[arg-type]
    assert diff.coarse
    assert applied(diff) == right and undone(diff) == left
    assert not compare(left, left, Options(by=by)).coarse  # type: ignore[arg-type]


def test_the_same_texts_give_the_same_diff() -> None:
    rng = random.Random(2)
    left, right = ("\n".join(rng.choice(PIECES) for _ in range(300)) for _ in range(2))
    assert compare(left, right) == compare(left, right)


def test_marks_are_plain_values() -> None:
    with pytest.raises(AttributeError):
        Marks((), ()).left = ()  # type: ignore[misc]
