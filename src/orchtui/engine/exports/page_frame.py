"""The frame of an exported page: head, policy, sections. It knows no run.

The page has no script and loads nothing: its policy forbids all of it, and allows the
one style sheet by its hash. This module never escapes what it is given as HTML.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from orchtui.engine.exports.page_style import COLORS, PAGE, TIMELINE


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a page, already rendered."""

    id: str
    """A slug that stands once in the page."""
    title: str
    """Plain words."""
    html: Iterable[str]
    """Its content, escaped, without script, style and attributes that are either."""
    style: str = ""
    """Rules of its own for the page's style sheet."""


def frame(title: str, head: str, sections: Iterable[Section], foot: str) -> Iterator[str]:
    """The whole page, piece by piece.

    Args:
        title: Plain words.
        head: What stands above all sections, as HTML.
        sections: In order.
        foot: What stands below them, as HTML.
    """
    every = list(sections)
    style = "".join([COLORS, TIMELINE, PAGE, *(section.style for section in every)])
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#{every[0].id if every else "page"}">To the content</a>\n'
        f'<div class="page" id="page">\n<header>\n{head}'
    )
    entries = "".join(f'<li><a href="#{one.id}">{escape(one.title)}</a></li>' for one in every)
    yield f'<nav aria-label="Sections"><ul>{entries}</ul></nav>\n</header>\n<main>\n'
    for section in every:
        yield f'<section id="{section.id}" aria-labelledby="{section.id}-title">\n'
        yield f'<h2 id="{section.id}-title">{escape(section.title)}</h2>\n'
        yield from section.html
        yield "</section>\n"
    yield f"</main>\n<footer>{foot}</footer>\n</div>\n</body>\n</html>\n"
