"""A model's or a program's text as HTML: markdown rendered, nothing of it alive.

HTML in it is shown as text, links lead to http, https and mailto alone, and pictures
become links, so that opening a page asks no server anything. This module never shows
more than it is told to, and says what it leaves out.
"""

import functools
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from orchtui.engine.text import clean
from orchtui.engine.texts.demoting import demote

MOST = 100_000
"""Characters of one text that are shown; rendering any text so long takes about a second."""

_SCHEMES = ("http", "https", "mailto")


def answer(text: str, *, levels: int = 3, most: int = MOST, breaks: bool = False) -> str:
    """A text in markdown, as HTML.

    Args:
        text: What was answered.
        levels: How far its headings move down.
        most: Characters that are shown.
        breaks: Whether lines end where they end in the text.
    """
    shown, left = _cut(text, most)
    if not shown.strip():
        return '<p class="about">Nothing arrived.</p>\n' + left
    return f"{_parser(breaks).render(demote(clean(shown), levels))}{left}"


def as_it_is(text: str, most: int = MOST) -> str:
    """A text that is shown and not read as markdown, as HTML."""
    shown, left = _cut(text, most)
    return f'<pre class="asked">{escape(clean(shown))}</pre>\n{left}'


def _cut(text: str, most: int) -> tuple[str, str]:
    if len(text) <= most:
        return text, ""
    words = (
        f"Only the first {most:,} of {len(text):,} characters are shown here; all of them are in "
        "the exports as markdown, JSON and zip."
    )
    return text[:most], f'<p class="left">{words}</p>\n'


@functools.cache
def _parser(breaks: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": breaks}).enable(
        ["strikethrough", "table"]
    )
    parser.validateLink = _may_lead_to  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("image", _picture)
    parser.add_render_rule("th_open", _cell)
    parser.add_render_rule("td_open", _cell)
    return parser


def _may_lead_to(url: str) -> bool:
    """Whether a link may be one; what it was written as is shown where it may not."""
    try:
        return urlsplit(url.strip()).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def _link(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return f'<a href="{_address(tokens[at], "href")}" rel="noopener noreferrer nofollow">'


def _picture(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """A link to it: a picture that is loaded tells its server who reads, and when."""
    token = tokens[at]
    words = escape(token.content or "picture")
    address = _address(token, "src")
    return f'<a href="{address}" rel="noopener noreferrer nofollow">{words}</a>'


def _cell(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """A cell of a table; where its words stand is a class, for the page allows no other style."""
    side = str(tokens[at].attrGet("style") or "").removeprefix("text-align:")
    name = {"right": ' class="num"', "center": ' class="center"'}.get(side, "")
    return f"<{tokens[at].tag}{name}>"


def _address(token: Token, attribute: str) -> str:
    return escape(str(token.attrGet(attribute) or ""), quote=True)
