"""The keys of past runs, for the keymap: name, keys, action, words, the same in short.

Plain values; this module binds nothing.
"""

Row = tuple[str, str, str, str, str]

_MOVES: tuple[Row, ...] = (
    ("previous", "up,k", "step(-1)", "previous run", ""),
    ("next", "down,j", "step(1)", "next run", ""),
    ("page-up", "pageup", "page(-1)", "a page up", ""),
    ("page-down", "pagedown", "page(1)", "a page down", ""),
    ("first", "home,g", "first", "first run", ""),
    ("last", "end,G", "last", "last run", ""),
)


def _wants(name: str, keys: str, what: str, short: str = "") -> Row:
    """Something that the list only asks for."""
    return name, keys, f"want('{name}')", what, short


RUNS: tuple[Row, ...] = (
    ("open", "enter", "choose", "look at the run, or at what was found in it", "Open"),
    _wants("again", "a", "run it again: the same, only what failed, or changed", "Again"),
    _wants("resume", "r", "go on with the run (shows first what is kept)", "Resume"),
    _wants("filter", "f", "only some runs: verdict:failed tag:x since:7d words", "Filter"),
    _wants("sort", "s", "sort by the next column"),
    _wants("turn-round", "S", "sort the other way round"),
    _wants("replay", "v", "replay the run", "Replay"),
    _wants("compare", "c", "compare: once on a run, once on another", "Compare"),
    _wants("join", "m", "join its results another way"),
    _wants("time", "o", "what its time went to"),
    _wants("tags", "t", "give the run tags"),
    _wants("pin", "p", "pin the run, or take the pin away"),
    _wants("rename", "e", "give the run another name"),
    _wants("delete", "d,delete", "delete: into the trash", "Delete"),
    _wants("undo", "u", "bring back what was deleted last", "Undo"),
    _wants("trash", "T", "the trash: bring runs back, or empty it"),
    _wants("prune", "P", "delete old runs, or what takes too much room"),
    _wants("export", "x", "write the run to a file"),
    _wants("import", "i", "take in a run that another machine exported"),
    *_MOVES,
    _wants("reload", "l", "read the list again"),
    _wants("rebuild", "L", "read all texts again, for the search"),
    _wants(
        "back",
        "escape,backspace",
        "take the filter away; else back to your own run, or to the plan",
        "Back",
    ),
)
FILTER: tuple[Row, ...] = (
    ("settle", "enter", "settle", "back to the list; the filter stays", ""),
    ("close", "escape", "close", "take the filter away", "End"),
)
TRASH: tuple[Row, ...] = (
    ("restore", "enter,u", "choose", "bring the run back", "Bring back"),
    ("delete", "d,delete", "delete", "delete it for good (asks first)", "Delete"),
    ("empty", "E", "empty", "delete all for good (asks first)", "Empty"),
    *_MOVES,
    ("close", "escape,q,T", "screen.dismiss(None)", "close", ""),
)
