"""What the list shows of a title that it has no room for: tasks that begin alike are told apart.

A title loses its end. Where several tasks would then read the same, such as the
variants of one, each keeps the words from which on it is its own. Pure: titles
and a width in, texts out.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from os.path import commonprefix

from rich.cells import cell_len, chop_cells

from orchtui.engine.plans.plan import Task
from orchtui.engine.text import clean_line
from orchtui.ui.looks.wrapping import fit

_LEAST = 9
"""Cells below which there is no room for two parts."""
_WORD = re.compile(r"(?<!\S)\S")
"""Where a word begins, or the bracket before it."""


def own_titles(tasks: Sequence[Task], cells: int) -> Mapping[str, str]:
    """By id what to show of those tasks that would read like another one; no others.

    Args:
        tasks: All tasks of the list.
        cells: What there is for a title.
    """
    if cells < _LEAST:
        return {}
    alike: dict[str, dict[str, str]] = {}
    for task in tasks:
        if len(title := clean_line(task.label)) * 2 > cells and cell_len(title) > cells:
            alike.setdefault(fit(title, cells), {})[task.id] = title
    shown: dict[str, str] = {}
    for group in alike.values():
        if len(set(group.values())) > 1:
            own = _begins_to_differ(group.values(), cells // 3)
            shown |= {name: _both_ends(title, own, cells) for name, title in group.items()}
    return shown


def _begins_to_differ(titles: Collection[str], most: int) -> int:
    """Where the titles are no longer the same, or the word before that, at most so much before."""
    shared = commonprefix(list(titles))
    words = [match.start() for match in _WORD.finditer(shared + "x")]
    return max(words[-1] if words else 0, len(shared) - most)


def _both_ends(title: str, own: int, cells: int) -> str:
    """The beginning, and what comes from a place on, with a sign between them."""
    if not (rest := title[own:]):
        return fit(title, cells)
    if cell_len(rest) > (most := cells * 2 // 3):
        rest = fit(rest, most)
    room = max(1, cells - cell_len(rest) - 1)
    begin = title[: min(own, room)] if title.isascii() else chop_cells(title[:own], room)[0]
    begin = begin.rstrip()
    return fit(f"{begin}…{rest}", cells)
