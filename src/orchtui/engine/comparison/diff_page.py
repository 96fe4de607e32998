"""A Diff as HTML, side by side: a page of its own, or a section of another one.

Nothing is loaded and nothing runs: one style, named by its hash. Every text is escaped. What was
changed has a sign and a word beside its colour. This module never compares and never writes a file.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape

from orchtui.engine.comparison.diff_text import Piece, pieces
from orchtui.engine.comparison.difference import Diff, Kind, Span, heading_path
from orchtui.engine.comparison.side_rows import Row, changes, folds, hunks, side_by_side
from orchtui.engine.comparison.sides import Side
from orchtui.engine.text import clean, clean_line

CONTEXT = 3
"""Equal rows that are shown around a change."""

STYLE = """\
.diff{--ground:#fff;--ink:#1c1e21;--faint:#5b6067;--rule:#d5d9de;--gone:#fde7e9;--gone-word:#f6b8be;
--new:#e3f5e7;--new-word:#a7dfb4;--moved:#e8edfb;width:100%;border-collapse:collapse;
table-layout:fixed;font:14px/1.45 ui-monospace,Menlo,Consolas,monospace;color:var(--ink);
background:var(--ground)}
@media(prefers-color-scheme:dark){.diff{--ground:#16181b;--ink:#e4e6e9;--faint:#989ea6;
--rule:#33383e;--gone:#3a1d22;--gone-word:#7c2f3a;--new:#16311f;--new-word:#22663a;--moved:#1f2a45}}
.diff caption{text-align:left;padding:.5em 0}
.diff th,.diff td{vertical-align:top;padding:.1em .5em;white-space:pre-wrap;overflow-wrap:anywhere}
.diff th{text-align:left;border-bottom:1px solid var(--rule)}
.diff .line,.diff .sign{color:var(--faint);text-align:right;user-select:none}
.diff .line{width:4em}.diff .sign{width:1.6em;text-align:center}
.diff .under td,.diff .fold td{color:var(--faint);border-top:1px solid var(--rule)}
.diff .under td{font-weight:bold}.diff .fold td{text-align:center}
.diff .gone{background:var(--gone)}.diff .new{background:var(--new)}
.diff .moved .gone,.diff .moved .new{background:var(--moved)}
.diff del,.diff ins{border-radius:2px}.diff del{background:var(--gone-word)}
.diff ins{background:var(--new-word);text-decoration:underline}
"""

_PAGE_STYLE = """\
body{margin:0 auto;max-width:110rem;padding:1rem;font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.3rem}:root{color-scheme:light dark}
"""

_SIGNS: dict[Kind, tuple[str, str]] = {
    "equal": ("", ""),
    "changed": ("~", "changed"),
    "removed": ("−", "removed"),
    "added": ("+", "added"),
    "moved": ("⇄", "moved"),
}


def page(diff: Diff, left: Side, right: Side, context: int = CONTEXT) -> str:
    """A whole page that stands alone."""
    style = STYLE + _PAGE_STYLE
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    title = f"{_text(left.label)} — {_text(right.label)}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{digest}'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f"{section(diff, left, right, context)}</body>\n</html>\n"
    )


def section(diff: Diff, left: Side, right: Side, context: int = CONTEXT) -> str:
    """The diff as one table, for a page that has `STYLE`."""
    rows = side_by_side(diff)
    changed = changes(rows)
    shown = hunks(changed, len(rows), context)
    parts = ['<table class="diff">\n', _caption(diff, left, right), _columns(left, right)]
    if not changed:
        parts.append('<tr class="fold"><td colspan="5">no differences</td></tr>\n')
    else:
        hidden = iter(folds(shown, len(rows)))
        fold = next(hidden, None)
        for hunk in shown:
            if fold is not None and fold.end == hunk.rows.start:
                parts.append(_fold(fold))
                fold = next(hidden, None)
            parts += _hunk(diff, rows[slice(*hunk.rows)])
        if fold is not None:
            parts.append(_fold(fold))
    return "".join([*parts, "</tbody>\n</table>\n"])


def _caption(diff: Diff, left: Side, right: Side) -> str:
    counts = [
        f"{diff.count(kind):,} {word}"
        for kind, (_, word) in _SIGNS.items()
        if word and diff.count(kind)
    ]
    unit = "sentence" if diff.options.by_sentence else "line"
    said = [f"{', '.join(counts) or 'the same'}, compared by {unit}"]
    if diff.coarse:
        said.append(f"coarse: {diff.coarse}")
    said += [f"{side.label}: {note}" for side in (left, right) for note in side.notes]
    return f"<caption>{'<br>'.join(map(_text, said))}</caption>\n"


def _columns(left: Side, right: Side) -> str:
    heads = [
        f'<th scope="col" class="line">line</th><th scope="col">{_text(side.origin)}</th>'
        for side in (left, right)
    ]
    sign = '<th scope="col" class="sign"></th>'
    return f"<thead><tr>{heads[0]}{sign}{heads[1]}</tr></thead>\n<tbody>\n"


def _hunk(diff: Diff, rows: Sequence[Row]) -> Iterator[str]:
    first = next(row for row in rows if row.kind != "equal")
    if path := heading_path(diff, diff.blocks[first.block]):
        titles = " › ".join(clean_line(title, 80) for title in path)
        yield f'<tr class="under"><td colspan="5">{_text(titles)}</td></tr>\n'
    for row in rows:
        sign, word = _SIGNS[row.kind]
        changed = row.kind != "equal"
        here = _cell(diff.left.text, row.left, row.left_marks, "del", "gone" if changed else "")
        there = _cell(diff.right.text, row.right, row.right_marks, "ins", "new" if changed else "")
        yield (
            f'<tr class="{row.kind}"><td class="line">{row.left_line or ""}</td>{here}'
            f'<td class="sign" title="{word}">{sign}</td>'
            f'<td class="line">{row.right_line or ""}</td>{there}</tr>\n'
        )


def _cell(text: str, span: Span | None, marks: Sequence[Span], tag: str, kind: str) -> str:
    if span is None:
        return "<td></td>"
    inside = "".join(_piece(piece, tag) for piece in pieces(text, span, marks))
    return f'<td class="{kind}">{inside}</td>' if kind else f"<td>{inside}</td>"


def _piece(piece: Piece, tag: str) -> str:
    text = _text(piece.text)
    return f"<{tag}>{text}</{tag}>" if piece.marked else text


def _fold(rows: Span) -> str:
    count = rows.end - rows.start
    words = "1 equal row" if count == 1 else f"{count:,} equal rows"
    return f'<tr class="fold"><td colspan="5">⋯ {words} ⋯</td></tr>\n'


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
