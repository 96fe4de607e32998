"""What the quick look at markdown says, held to what a parser says of the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from orchtui.engine.comparison.markdown_lines import parts
from orchtui.engine.comparison.sentences import cuts

PARSER = MarkdownIt("commonmark").enable("table")

BLOCKS = (
    "Some prose that goes\non over two lines.\n\n",
    "# One\n\n",
    "## Two ##\n",
    "#no heading\n\n",
    "### \n",
    "Under\nlined\n=====\n\n",
    "Lined\n---\n",
    "```py\n# code\n\n- x\n```\n",
    "~~~\n```\n~~~\n\n",
    "- one\n- two\n  more\n\n",
    "1. one\n2. two\n\n",
    "* * *\n",
    "> quote\n> more\n\n",
    "    # indented\n\n",
    "| a | b |\n|---|---|\n| # c | d |\n\n",
    "<div>\n# raw\n</div>\n\n",
    "1986. A great year, it was.\n\n",
    "[x]: http://e\n\n",
    "\n",
    "***bold*** start\n\n",
    "-no item\n\n",
    "`code` start\n\n",
)


@given(st.lists(st.sampled_from(BLOCKS), max_size=8).map("".join))
def test_headings_and_fences_are_those_of_the_parser(text: str) -> None:
    tokens = PARSER.parse(text)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    headings = [
        (starts[token.map[0]], int(token.tag[1:]))
        for token in tokens
        if token.type == "heading_open" and token.map
    ]
    found = [(part.start, part.level) for part in parts(text) if part.kind == "heading"]
    assert found == headings
    fences = [starts[token.map[0]] for token in tokens if token.type == "fence" and token.map]
    code = [part.start for part in parts(text) if part.kind == "code"]
    assert set(fences) <= set(code)


@given(st.text(st.sampled_from("#-*_=`~>|<1.) \t\nab:[]\r\\"), max_size=60))
def test_parts_tile_any_text(text: str) -> None:
    found = parts(text)
    assert "".join(text[part.start : part.end] for part in found) == text
    assert all(part.start < part.end for part in found)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One. ", "Two! ", "Three? ", "Four"]),
        ("See e.g. this, i.e. that. Next.", ["See e.g. this, i.e. that. ", "Next."]),
        ("Dr. Smith met J. Doe. They spoke.", ["Dr. Smith met J. Doe. ", "They spoke."]),
        (
            "It costs 3.50 now. (Before: 2.) Fine.",
            ["It costs 3.50 now. ", "(Before: 2.) ", "Fine."],
        ),
        ('He said "Stop." Then he left.', ['He said "Stop." ', "Then he left."]),
        ("Wrapped. in\nthe middle.\nNew one.", ["Wrapped. in\nthe middle.\n", "New one."]),
        ("一句。两句！三句", ["一句。", "两句！", "三句"]),
        ("Hard break  \nnext\\\nlast", ["Hard break  \n", "next\\\n", "last"]),
        ("Ends...   Over", ["Ends...   ", "Over"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    ends = cuts(text)
    assert [text[a:b] for a, b in zip([0, *ends], ends, strict=False)] == sentences
