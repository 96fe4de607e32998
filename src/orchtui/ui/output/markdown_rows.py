"""Markdown rendered to rows, with the app's own colours. Slow: it is done in a thread.

Nothing in it acts: a link is its words with its address behind it, an image its description and
address, HTML is shown as it is written, and what hides in character entities is cleaned like any
other text. This module never opens anything and never draws. It is imported when it is asked for,
for what it needs takes long to load.
"""

import io
from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, HorizontalRule, Markdown
from rich.rule import Rule
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.theme import Theme

from orchtui.engine.text import clean
from orchtui.ui.output.blocks import Row

Looks = Mapping[str, Style]
"""Styles of: heading, quote, code, link, faint, keyword, string, number."""

_NULL = Style.null()


class _LeftHeading(Heading):
    LEVEL_ALIGN = {f"h{level}": "left" for level in range(1, 7)}


class _Code(CodeBlock):
    """Code in the theme's colours, a little to the right."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Syntax(
            str(self.text).rstrip("\n"),
            self.lexer_name,
            theme=self.theme,  # a theme, and not the name of one
            word_wrap=True,
            padding=(0, 0, 0, 2),
        )


class _Line(HorizontalRule):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Rule(style=console.get_style("markdown.hr", default="none"))


class _Rendered(Markdown):
    """Rich's Markdown, with a parser that lets nothing vanish and nothing act."""

    elements = {
        **Markdown.elements,
        "heading_open": _LeftHeading,
        "fence": _Code,
        "code_block": _Code,
        "hr": _Line,
    }

    def __init__(self, text: str, looks: Looks) -> None:
        super().__init__("", hyperlinks=False)
        parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
        self.markup = text
        self.parsed = [_without_images(token) for token in parser.parse(text)]
        self.code_theme = _syntax(looks)  # type: ignore[assignment]  # Syntax takes both


def _without_images(token: Token) -> Token:
    """Images as words: what they show, and where they are."""
    for child in token.children or ():
        if child.type == "image":
            said = child.content or "image"
            child.type, child.tag, child.children = "text", "", None
            child.content = f"▣ {said} ({child.attrs.get('src', '')})"
    return token


def _syntax(looks: Looks) -> ANSISyntaxTheme:
    by_token = {  # pygments' names; more special ones have the look of what they are part of
        ("Comment",): looks["faint"],
        ("Keyword",): looks["keyword"],
        ("Operator", "Word"): looks["keyword"],
        ("Name", "Tag"): looks["keyword"],
        ("Literal", "String"): looks["string"],
        ("Literal", "Number"): looks["number"],
    }
    return ANSISyntaxTheme(by_token)  # it looks tokens up as tuples


def _theme(looks: Looks) -> Theme:
    bold = Style(bold=True)
    heading = looks["heading"]
    styles = {
        "markdown.h1": heading + Style(bold=True, underline=True),
        "markdown.h2": heading + bold,
        **{f"markdown.h{level}": heading for level in range(3, 7)},
        "markdown.code": looks["code"],
        "markdown.code_block": looks["code"],
        "markdown.block_quote": looks["quote"],
        "markdown.link": looks["link"],
        "markdown.link_url": looks["faint"],
        "markdown.hr": looks["faint"],
        "markdown.item.bullet": heading,
        "markdown.item.number": heading,
        "markdown.table.border": looks["faint"],
        "markdown.table.header": bold,
    }
    return Theme(styles)


def render(pieces: Sequence[str | list[Row]], width: int, looks: Looks) -> list[Row]:
    """Rows of markdown, with rows of other kinds between where they stand.

    Args:
        pieces: Texts, and rows that stay as they are.
        width: Cells in a row.
        looks: How each kind looks.
    """
    console = Console(
        file=io.StringIO(),
        width=max(2, width),
        height=100,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        theme=_theme(looks),
        highlight=False,
        emoji=False,
        markup=False,
    )
    rows: list[Row] = []
    for piece in pieces:
        if not isinstance(piece, str):
            rows += piece
            continue
        options = console.options
        made = console.render_lines(_Rendered(clean(piece), looks), options, pad=False)
        for line in made:
            parts = [
                (clean(part.text).replace("\n", " "), part.style or _NULL)
                for part in line
                if part.text and not part.control
            ]
            row = _row(parts)
            if row.text or (rows and rows[-1].text):  # one empty row between two is enough
                rows.append(row)
    return rows


def _row(parts: list[tuple[str, Style]]) -> Row:
    while parts and not parts[-1][0].rstrip():
        parts.pop()
    if parts:
        parts[-1] = (parts[-1][0].rstrip(), parts[-1][1])
    # A link of rich's would be one that a terminal opens.
    whole = tuple((text, style.update_link(None)) for text, style in parts)
    return Row("".join(text for text, _ in whole), "text", parts=whole)
