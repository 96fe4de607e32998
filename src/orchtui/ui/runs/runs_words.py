"""What the pane of past runs says where there are none, and of the index behind its search.

Pure: this module never draws and never reads a file.
"""

from textual.content import Content

from orchtui.engine.text import clean_line
from orchtui.ui.runs.run_entry import RunsFound, RunWish

NO_RUNS = Content.from_markup(
    "[b $accent]No past runs[/]\n\n[$foreground-muted]Every run is kept with all it wrote,\n"
    "and can be found, opened and run again from here.[/]\n\n"
    "[b]ctrl+r[/] [$foreground-muted]runs the plan[/]   "
    "[b]i[/] [$foreground-muted]imports a run of another machine[/]"
)
READING = Content.from_markup("[$foreground-muted]Reading the list of runs …[/]")
_MOST_TOLD = 3


def nothing_found(wish: RunWish, building: tuple[int, int] | None) -> Content:
    """Why the list is empty though there are runs."""
    if wish.search.strip():
        words = "These words stand in no run"
        if wish.filter.strip():
            words += " of those that the filter lets through"
        if building is not None:
            words += ".\nNot all texts are read yet"
        how = "[b]esc[/] [$foreground-muted]ends the search[/]"
    else:
        words = "No run is like that"
        how = "[b]f[/] [$foreground-muted]changes the filter[/]   "
        how += "[b]esc[/] [$foreground-muted]takes it away[/]"
    return Content.assemble((words, "b $accent"), "\n\n", Content.from_markup(how))


def counted(found: RunsFound) -> str:
    """`12 of 5,000 · 1.2 GB · trash 34 MB`."""
    from orchtui.engine.history.amounts import show_size  # not before the first paint

    parts = [f"{found.of:,}" if found.total == found.of else f"{found.total:,} of {found.of:,}"]
    if found.disk is not None:
        parts.append(show_size(found.disk))
    if found.trash:
        parts.append(f"trash {show_size(found.trash)}")
    return " · ".join(parts) if found.of or found.trash else ""


def notes(
    found: RunsFound | None, wish: RunWish, building: tuple[int, int] | None, typed: str = ""
) -> Content:
    """What is to be known: of the index, of a query that was not understood, of what is not shown.

    Args:
        found: What is shown.
        wish: What was asked for.
        building: How many texts of runs are read, and of how many; `None` while none is.
        typed: The part of a query that is being typed: that it is not whole is no news.
    """
    lines: list[Content] = []
    if building is not None:
        done, total = building
        words = f"reading the texts of runs for the search: {done:,} of {total:,}"
        lines.append(Content.styled(words, "$foreground-muted"))
    if found is not None:
        told = [clean_line(one, 400) for one in found.told]
        told = [one for one in told if not (typed and one.startswith(f"'{typed}' was left"))]
        lines += [Content.styled(one, "$text-warning") for one in told[:_MOST_TOLD]]
        hidden = found.total - len(found.entries)
        if wish.search.strip() and hidden > 0:
            words = f"the best {len(found.entries)} are shown; more words find fewer"
            lines.append(Content.styled(words, "$foreground-muted"))
    return Content("\n").join(lines)
