"""An answer's markdown stays in the section that it is put into."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from orchtui.engine.texts.demoting import demote


@pytest.mark.parametrize(
    ("text", "demoted"),
    [
        ("# A\ntext\n## B", "### A\ntext\n#### B"),
        ("##### A", "###### A"),
        ("#", "###"),
        ("   # A", "### A"),
        ("    # code", "    # code"),
        ("#hashtag", "#hashtag"),
        ("a # b", "a # b"),
        ("```sh\n# comment\n```\n# A", "```sh\n# comment\n```\n### A"),
        ("~~~\n# x\n```\n# y\n~~~\n# A", "~~~\n# x\n```\n# y\n~~~\n### A"),
        ("````\n```\n# x\n````\n# A", "````\n```\n# x\n````\n### A"),
        ("```\n# x\n``` not an end\n# y\n```", "```\n# x\n``` not an end\n# y\n```"),
        ("```inline``` code\n# A", "```inline``` code\n### A"),
        ("# A\n```\ncut off # x", "### A\n```\ncut off # x\n```"),
        ("~~~~\ncut off", "~~~~\ncut off\n~~~~"),
        ("", ""),
        ("A\n=", "### A"),
        ("A\n---\ntext", "#### A\ntext"),
        ("one\ntwo\n===", "### one two"),
        ("text\n\n---\nmore", "text\n\n---\nmore"),
        ("- item\n---\n# A", "- item\n---\n### A"),
        ("- item\n  more of it\n---", "- item\n  more of it\n---"),
        ("> quote\n---", "> quote\n---"),
        ("* * *\ntext\n---", "* * *\n#### text"),
        ("a | b\n--- | ---\n1 | 2", "a | b\n--- | ---\n1 | 2"),
        ("```\nA\n===\n```", "```\nA\n===\n```"),
        ("<!-- cut off\n# A", "<!-- cut off\n# A\n-->"),
        ("<!-- whole -->\n# A", "<!-- whole -->\n### A"),
        ("<pre>\n# A", "<pre>\n# A\n</pre>"),
        ("<script>\n# A\n</SCRIPT>\n# B", "<script>\n# A\n</SCRIPT>\n### B"),
    ],
)
def test_headings_move_down_and_code_is_left_alone(text: str, demoted: str) -> None:
    assert demote(text) == demoted


_LINES = ["", "", "text", "# A", "## B ##", "#", "===", "---", "-", "=", "> quote", ">", "- item"]
_LINES += ["1. one", "  in it", "    code", "```", "~~~", "```py", "````", "``` x ``` y", "***"]
_LINES += ["<!-- open", "-->", "<pre>", "<script>", "<?php", "<!DOCTYPE", "a | b", "--- | ---"]
_LINES += ["\t# tab", "   # three", "* * *", "a\\", "[x]: y", "[x]:", "-->  # x"]


@settings(max_examples=1000)
@given(lines=st.lists(st.sampled_from(_LINES), max_size=7))
@example(lines=["-", "\t# tab", "a\\", "---"])
@example(lines=["-", "\t# tab", "``` x ``` y", "  in it", "---"])
def test_whatever_an_answer_holds_the_section_after_it_is_the_next_one(lines: list[str]) -> None:
    """As a reader of markdown sees it: the answer adds no heading of the result's own levels."""
    text = demote("\n".join(lines))

    tokens = MarkdownIt().parse(f"{text}\n\n## Next\n")
    found = [
        words.content
        for opening, words in zip(tokens, tokens[1:], strict=False)
        if opening.type == "heading_open" and opening.level == 0 and opening.tag in ("h1", "h2")
    ]
    assert found == ["Next"]
