"""The rows of the keymap for the output of a task, and for the report on time.

This module never reacts to a key.
"""

from orchtui.ui.keys.key_row import Key

OUTPUT: tuple[Key, ...] = (
    Key("output.up", "up,k", "scroll_by(-1)", "a line up"),
    Key("output.down", "down,j", "scroll_by(1)", "a line down"),
    Key("output.page-up", "pageup", "scroll_by_page(-1)", "a page up"),
    Key("output.page-down", "pagedown,space", "scroll_by_page(1)", "a page down"),
    Key("output.top", "home,g", "top", "the beginning"),
    Key("output.follow", "end,G", "follow", "the end, and follow what comes", "Follow"),
    Key("output.previous", "left", "other_task(-1)", "previous task"),
    Key("output.next", "right", "other_task(1)", "next task"),
    Key("output.tools", "t", "fold_tools", "show what tools answered, or fold it", "Tools"),
    Key(
        "output.earlier-attempt",
        "left_square_bracket,comma",
        "other_attempt(-1)",
        "the attempt before",
    ),
    Key(
        "output.later-attempt",
        "right_square_bracket,full_stop",
        "other_attempt(1)",
        "the attempt after it",
    ),
    Key("output.markdown", "m", "markdown", "rendered markdown, or the text as it came"),
    Key("output.wrap", "W", "wrap", "break long lines, or let them go on beyond the edge"),
    Key("output.left", "h,shift+left", "sideways(-1)", "to the left, along long lines"),
    Key("output.right", "l,shift+right", "sideways(1)", "to the right, along long lines"),
    Key("output.grid", "number_sign", "screen.show_grid", "all live tasks at once", "All live"),
    Key("output.copy", "y", "copy", "copy what is marked, else the whole text"),
    Key("output.edit", "e", "open_in('editor')", "open the text in your editor"),
    Key("output.pager", "p", "open_in('pager')", "open the text in your pager"),
    Key(
        "output.cancel",
        "x",
        "app.cancel_task",
        "stop the task (asks first)",
        "Stop",
    ),
    Key("output.cancel-all", "X", "app.cancel_all", "stop all tasks (asks first)"),
    Key("output.retry", "r", "app.retry_failed", "try again what failed"),
    Key(
        "output.apply",
        "a",
        "app.apply_changes",
        "bring over the files that the run wrote",
        "Apply",
    ),
    Key("output.replay", "R,v", "app.replay_run", "replay the run, or end that"),
    Key("output.compare", "d", "screen.compare_task", "compare the task's result with others"),
    Key("output.join", "M", "app.join_results", "join the results another way"),
    Key("output.back", "escape", "leave", "end the search; else back to the timeline"),
)
REPORT: tuple[Key, ...] = (
    Key("report.copy", "y", "copy", "copy the report", "Copy"),
    Key("report.up", "k", "app.simulate_key('up')", "a line up"),
    Key("report.down", "j", "app.simulate_key('down')", "a line down"),
    Key("report.close", "escape,q,T", "screen.dismiss(None)", "close", "Close"),
)
