"""A Diff as rows, as text and as a page: all of it is there, in order, and nothing acts."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.comparison import diff_page, diff_text, side_rows
from orchtui.engine.comparison.comparing import compare
from orchtui.engine.comparison.difference import Diff, Options, Span
from orchtui.engine.comparison.sides import Side
from tests.engine.comparison.test_comparing import MOVED, options, pairs
from tests.hostile import HOSTILE

BY_LINE = Options(by="line")


@given(pairs, options)
def test_rows_hold_all_of_both_sides_in_order(pair: tuple[str, str], chosen: Options) -> None:
    diff = compare(*pair, chosen)
    rows = side_rows.side_by_side(diff)
    assert "".join(pair[0][slice(*row.left)] for row in rows if row.left) == pair[0]
    assert "".join(pair[1][slice(*row.right)] for row in rows if row.right) == pair[1]
    for row in rows:
        if row.left:
            assert row.left_line == pair[0].count("\n", 0, row.left.start) + 1
            assert all(row.left.start <= m.start < m.end <= row.left.end for m in row.left_marks)
        if row.right:
            assert row.right_line == pair[1].count("\n", 0, row.right.start) + 1
            assert all(row.right.start <= m.start < m.end <= row.right.end for m in row.right_marks)


@given(pairs, options)
def test_lines_hold_all_of_both_sides_in_order(pair: tuple[str, str], chosen: Options) -> None:
    diff = compare(*pair, chosen)
    lines = side_rows.unified(diff)
    assert "".join(pair[0][slice(*line.span)] for line in lines if line.is_left) == pair[0]
    new = "".join(pair[1][slice(*line.span)] for line in lines if not line.is_left)
    assert new == "".join(diff.right.of(b.right) for b in diff.blocks if b.kind != "equal")


@given(pairs, options, st.integers(0, 3))
def test_hunks_and_folds_tile_the_rows_and_show_every_change(
    pair: tuple[str, str], chosen: Options, context: int
) -> None:
    rows = side_rows.side_by_side(compare(*pair, chosen))
    changed = side_rows.changes(rows)
    shown = side_rows.hunks(changed, len(rows), context)
    hidden = side_rows.folds(shown, len(rows))
    tiles = sorted([*(hunk.rows for hunk in shown), *hidden])
    assert [at for tile in tiles for at in range(*tile)] == list(range(len(rows)))
    assert all(rows[at].kind == "equal" for fold in hidden for at in range(*fold))
    assert [span for hunk in shown for span in hunk.changes] == list(changed)


@given(pairs, st.data())
def test_the_ways_between_changes(pair: tuple[str, str], data: st.DataObject) -> None:
    rows = side_rows.side_by_side(compare(*pair, BY_LINE))
    changed = side_rows.changes(rows)
    row = data.draw(st.integers(0, max(0, len(rows) - 1)))
    after = [at for at, span in enumerate(changed) if span.start > row]
    before = [at for at, span in enumerate(changed) if span.start < row]
    assert side_rows.next_change(changed, row) == (after[0] if after else None)
    assert side_rows.previous_change(changed, row) == (before[-1] if before else None)


def test_the_other_end_of_what_was_moved_is_found() -> None:
    others = [f"Line number {n} of what stays where it is.\n" for n in range(6)]
    diff = compare("".join([MOVED, "x\n", *others]), "".join([*others, MOVED, "x\n"]), BY_LINE)
    rows = side_rows.side_by_side(diff)
    assert [side_rows.counterpart(diff, rows, at) for at in range(len(rows))] == (
        [8, 9, *[None] * 6, 0, 1]
    )


# Text

plain_texts = st.lists(
    st.sampled_from(["a\n", "b\n", "c c\n", "\n", "\td\n", "e"]), max_size=12
).map("".join)


def printed(diff: Diff, context: int) -> list[str]:
    return [diff_text.plain(line) for line in diff_text.shown(diff, context)]


def patched(text: str, lines: list[str]) -> str:
    """What `patch` makes of it."""
    old = re.findall(r"[^\n]*\n|[^\n]+", text)
    new: list[str] = []
    at, kept = 0, True
    for line in lines:
        if found := re.match(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@", line):
            start, count = int(found[1]), int(found[2])
            new += old[at : start - 1 if count else start]
            at = start - 1 if count else start
            assert len(new) == (int(found[3]) - 1 if int(found[4]) else int(found[3]))
        elif line[0] == "\\":
            new[-1:] = [new[-1].removesuffix("\n")] if kept else new[-1:]
        else:
            kept = line[0] != "-"
            if line[0] != "+":
                assert old[at].removesuffix("\n") == line[1:]
                at += 1
            if kept:
                new.append(line[1:] + "\n")
    return "".join([*new, *old[at:]])


@given(plain_texts, plain_texts, st.integers(0, 3))
def test_by_line_it_is_what_patch_reads(left: str, right: str, context: int) -> None:
    assert patched(left, printed(compare(left, right, BY_LINE), context)) == right


def test_a_hunk_says_where_it_stands_and_what_was_moved() -> None:
    others = [f"Line number {n} of what stays where it is.\n\n" for n in range(6)]
    left, right = (
        f"# Guide\n\n{MOVED}\n" + "".join(others),
        "# Guide\n\n" + "".join([*others, MOVED]),
    )
    diff = compare(left, right)
    heads = [line for line in printed(diff, 1) if line.startswith("@@")]
    assert heads[0].startswith("@@ -2,4 +2,2 @@ Guide (moved to line 15)")
    assert "(moved from line 3)" in heads[1]
    signs = [line.sign for line in diff_text.shown(diff, 0, patch=False)]
    assert [sign for sign in signs if sign != "@"].count("<") == signs.count(">") > 0


def test_a_hunk_can_be_copied() -> None:
    diff = compare("a\nb\n", "a\nB b\n", BY_LINE)
    lines = side_rows.unified(diff)
    (hunk,) = side_rows.hunks(side_rows.changes(lines), len(lines), 1)
    assert diff_text.hunk_text(diff, lines, hunk) == "@@ -1,2 +1,2 @@\n a\n-b\n+B b\n"


def test_marks_become_pieces_and_line_ends_spaces() -> None:
    text = "one two\nthree. Four.\n"
    pieces = diff_text.pieces(text, Span(0, 15), (Span(4, 7),))
    assert pieces == (("one ", False), ("two", True), (" three.", False))


# A page


def side(text: str, label: str = "x") -> Side:
    return Side(reference=label, label=label, text=text, origin=label, notes=(label,))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.all: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


BAD = f"{HOSTILE}<script>alert(1)</script><img src=x onerror=alert(1)> &amp; \" ' </td></table>"


def test_a_page_escapes_everything_and_loads_nothing() -> None:
    left, right = f"# {BAD}\n\nsame\n\n{BAD} one\n", f"# {BAD}\n\nsame\n\n{BAD} two\n"
    page = diff_page.page(compare(left, right), side(left, BAD), side(right, BAD))
    tags = _Tags()
    tags.feed(page)
    assert not tags.open
    assert tags.all == {
        "html", "head", "meta", "title", "style", "body", "h1", "table", "caption", "br", "thead",
        "tbody", "tr", "th", "td", "del", "ins",
    }  # fmt: skip
    assert not {name for name in tags.attributes if name.startswith(("on", "src", "href", "style"))}
    assert "default-src 'none'" in page
    assert "\x1b" not in page and "\u202e" not in page and "\x07" not in page


@pytest.mark.parametrize("context", [0, 1, 50])
def test_a_page_folds_what_is_equal_and_says_how_much(context: int) -> None:
    lines = [f"Number {n} stays.\n" for n in range(20)]
    left, right = "".join(lines), "".join([*lines[:10], "Something new is here.\n", *lines[10:]])
    page = diff_page.section(compare(left, right, BY_LINE), side(left), side(right), context)
    shown = page.count('<tr class="equal">')
    assert shown == min(20, 2 * context)
    folded = [int(n) for n in re.findall(r"⋯ (\d+) equal", page)]
    assert shown + sum(folded) == 20


def test_a_page_of_the_same_texts_says_so() -> None:
    assert "no differences" in diff_page.page(compare("a", "a"), side("a"), side("a"))
