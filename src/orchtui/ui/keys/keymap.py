"""Every key of the app, in one table: ids, keys, actions, words, and where they hold.

The footer, the help, the palette and the bindings of every pane are made from it,
so that they agree. An id can be given other keys (`user_keys`). This module never
reacts to a key.
"""

from collections.abc import Iterable
from typing import Literal

from textual.binding import Binding

from orchtui.ui.keys import keys_of_replay, keys_of_runs
from orchtui.ui.keys.key_row import Key as Key
from orchtui.ui.keys.keys_of_compare import ALIKE, COMPARE, DIFF
from orchtui.ui.keys.keys_of_output import OUTPUT, REPORT
from orchtui.ui.keys.keys_of_tasks import TASKS

Context = Literal[
    "everywhere",
    "zoomed",
    "request",
    "tasks",
    "independence",
    "matrix",
    "replay",
    "timeline",
    "output",
    "search",
    "grid",
    "runs",
    "filter",
    "trash",
    "compare",
    "alike",
    "diff",
    "report",
    "problems",
    "form",
    "offers",
]

TITLES: dict[Context, str] = {
    "everywhere": "Everywhere",
    "zoomed": "While a pane takes all the room",
    "request": "While writing the request",
    "tasks": "In the list of tasks",
    "independence": "Among the findings",
    "matrix": "In the matrix of tasks",
    "replay": "While a run is replayed, on the timeline and in the output",
    "timeline": "On the timeline",
    "output": "In the output",
    "search": "In the line to search with",
    "grid": "Among the live tasks",
    "runs": "In the list of past runs",
    "filter": "In the line that says which runs",
    "trash": "In the trash",
    "compare": "Among the results",
    "alike": "In the matrix of results",
    "diff": "In a diff",
    "report": "In the report on time",
    "problems": "Among the problems",
    "form": "In the form of a task",
    "offers": "In a field that offers what may stand there",
}


def _rows(context: Context, rows: Iterable[tuple[str, str, str, str, str]]) -> tuple[Key, ...]:
    """Rows that stand in a room of their own."""
    return tuple(
        Key(f"{context}.{name}", keys, action, what, short)
        for name, keys, action, what, short in rows
    )


TABLE: dict[Context, tuple[Key, ...]] = {
    "everywhere": (
        Key("app.run", "ctrl+r,f5", "app.run_plan", "run the plan", "Run"),
        Key(
            "app.plan-request",
            "ctrl+l",
            "app.plan_request",
            "have a model plan the request",
        ),
        Key("app.backend", "f2", "app.choose_backend", "choose who works: the backend"),
        Key(
            "app.palette",
            "ctrl+p,colon",
            "app.command_palette",
            "every action by its name, and the themes",
            "Menu",
            priority=True,
        ),
        Key("app.save", "f3", "app.save_plan", "save the plan to a file"),
        Key("app.retry", "f7", "app.retry_failed", "try again what failed"),
        Key("app.cancel-all", "f8", "app.cancel_all", "stop all tasks (asks first)"),
        Key("app.next-pane", "f6", "screen.step_pane(1)", "next pane", priority=True),
        Key(
            "app.previous-pane", "shift+f6", "screen.step_pane(-1)", "previous pane", priority=True
        ),
        Key("app.pane-plan", "1", "screen.go('compose')", "go to the plan", priority=True),
        Key(
            "app.pane-independence",
            "2",
            "screen.go('independence')",
            "go to independence: which tasks may run together",
            priority=True,
        ),
        Key("app.pane-timeline", "3", "screen.go('timeline')", "go to the timeline", priority=True),
        Key("app.pane-output", "4", "screen.go('output')", "go to the output", priority=True),
        Key("app.pane-runs", "5", "screen.go('runs')", "go to past runs", priority=True),
        Key("app.pane-compare", "6", "screen.go('compare')", "compare results", priority=True),
        Key(
            "app.jump",
            "ctrl+o",
            "app.jump",
            "jump: a letter over all that can be reached",
            "",
            True,
        ),
        Key(
            "app.zoom",
            "z",
            "screen.zoom",
            "zoom: all the room for this pane, or as before",
            priority=True,
        ),
        Key("app.search", "slash", "screen.search", "search in this pane", priority=True),
        Key("app.search-next", "n", "screen.search_step(1)", "the next place found"),
        Key("app.search-previous", "N", "screen.search_step(-1)", "the place found before"),
        Key("app.backend-letter", "b", "app.choose_backend", "choose the backend"),
        Key("app.specialists", "w,f9", "app.show_specialists", "the specialists: who may do what"),
        Key(
            "app.problems",
            "exclamation_mark",
            "app.show_problems",
            "the problems told so far",
        ),
        Key(
            "app.compare-again",
            "equals_sign",
            "app.compare_with_origin",
            "compare the run with the one that it repeats",
        ),
        Key("app.example", "ctrl+n", "app.open_example", "open an example"),
        Key("app.tour", "ctrl+t", "app.show_tour", "a tour of the panes"),
        Key("app.help", "f1,question_mark", "app.show_help", "all keys", "Help"),
        Key("app.quit", "q", "app.quit", "quit (asks while tasks run)", "Quit"),
        Key("app.interrupt", "ctrl+c", "app.interrupt", "copy what is marked, else quit", "", True),
    ),
    "zoomed": (Key("zoomed.back", "escape", "unzoom", "back to all panes", "", True),),
    "request": (
        Key("request.leave", "escape", "leave", "on to the list of tasks", "Tasks"),
        # A text area has its own use for this key.
        Key("request.retry", "f7", "app.retry_failed", "try again what failed"),
        Key("request.read", "f4", "read_again", "make the tasks from the request again"),
        Key("request.outside", "ctrl+g", "outside", "write the request in $EDITOR"),
    ),
    "tasks": TASKS,
    "independence": (
        Key("independence.words", "enter", "want('words')", "go to the quoted words", "Words"),
        Key("independence.fix", "f", "want('fix')", "apply the first fix", "Fix"),
        Key("independence.choose-fix", "F", "want('choose_fix')", "choose among the fixes"),
        Key(
            "independence.accept",
            "x,a",
            "want('accept')",
            "accept the finding, or take that back",
            "Accept",
        ),
        Key("independence.matrix", "m", "want('matrix')", "every pair of tasks", "Matrix"),
        Key("independence.ask", "o", "want('ask')", "ask a model for a second opinion", "Ask"),
        Key("independence.previous", "up,k", "step(-1)", "previous finding"),
        Key("independence.next", "down,j", "step(1)", "next finding"),
        Key("independence.words-before", "left,h", "other_words(-1)", "the words quoted before"),
        Key("independence.words-after", "right,l", "other_words(1)", "the words quoted next"),
        Key("independence.page-up", "pageup", "page(-1)", "a page up"),
        Key("independence.page-down", "pagedown", "page(1)", "a page down"),
        Key("independence.first", "home,g", "first", "first finding"),
        Key("independence.last", "end,G", "last", "last finding"),
        Key("independence.undo", "u", "want('undo')", "undo", "Undo"),
        Key("independence.redo", "U", "want('redo')", "redo"),
        Key("independence.run", "r", "app.run_plan", "run the plan"),
        Key("independence.back", "escape", "want('back')", "stop asking; else back to the plan"),
    ),
    "matrix": (
        Key("matrix.finding", "enter", "go_to_finding", "go to the finding", "Finding"),
        Key("matrix.close", "m,escape", "close", "back to the findings", "Findings"),
        Key("matrix.up", "up,k", "move(-1, 0)", "up"),
        Key("matrix.down", "down,j", "move(1, 0)", "down"),
        Key("matrix.left", "left,h", "move(0, -1)", "left"),
        Key("matrix.right", "right,l", "move(0, 1)", "right"),
        Key("matrix.page-up", "pageup", "move(-10, 0)", "ten up"),
        Key("matrix.page-down", "pagedown", "move(10, 0)", "ten down"),
        Key("matrix.first", "home,g", "move(-9999, -9999)", "first pair"),
        Key("matrix.last", "end,G", "move(9999, 9999)", "last pair"),
    ),
    "replay": tuple(
        Key(f"replay.{name}", keys, f"screen.{action}", what, short, priority=True)
        for name, keys, action, what, short in keys_of_replay.ROWS
    ),
    "timeline": (
        Key("timeline.output", "enter", "read_output", "read the task's output", "Read"),
        Key("timeline.grid", "number_sign", "screen.show_grid", "all live tasks at once"),
        Key("timeline.previous", "up,k", "step(-1)", "previous task"),
        Key("timeline.next", "down,j", "step(1)", "next task"),
        Key("timeline.page-up", "pageup", "page(-1)", "a page up"),
        Key("timeline.page-down", "pagedown", "page(1)", "a page down"),
        Key("timeline.first", "home,g", "first", "first task"),
        Key("timeline.last", "end,G", "last", "last task"),
        Key("timeline.zoom-in", "greater_than_sign,right_square_bracket", "zoom(1)", "look closer"),
        Key("timeline.zoom-out", "less_than_sign,left_square_bracket", "zoom(-1)", "see more time"),
        Key("timeline.zoom-all", "0", "show_all", "see all of the time"),
        Key("timeline.earlier", "left,h", "pan(-1)", "earlier"),
        Key("timeline.later", "right,l", "pan(1)", "later"),
        Key("timeline.follow", "f", "follow", "go along with what happens"),
        Key("timeline.fold", "o", "fold", "fold the task's group, or open it"),
        Key("timeline.fold-all", "O", "fold_all", "fold all groups, or open them"),
        Key("timeline.group", "s", "regroup", "group by stages, by pipelines, or not"),
        Key(
            "timeline.cancel",
            "x",
            "app.cancel_task",
            "stop the task (asks first)",
            "Stop",
        ),
        Key("timeline.now", "t", "app.retry_task", "try the task again, now"),
        Key("timeline.extend", "e", "app.extend_task", "give the task more time", "Time"),
        Key(
            "timeline.priority",
            "p",
            "app.raise_priority",
            "make the task critical, normal, nice-to-have",
        ),
        Key(
            "timeline.pause",
            "space",
            "app.pause_run",
            "start nothing more for now, or go on",
            "Pause",
        ),
        Key("timeline.more", "plus", "app.change_concurrency(1)", "run one more task at once"),
        Key("timeline.fewer", "minus", "app.change_concurrency(-1)", "run one task less at once"),
        Key("timeline.add", "A", "app.add_task", "add a task to the run"),
        Key("timeline.cancel-all", "X", "app.cancel_all", "stop all tasks (asks first)"),
        Key("timeline.retry", "r", "app.retry_failed", "try again what failed", "Retry"),
        Key(
            "timeline.apply",
            "a",
            "app.apply_changes",
            "bring over the files that the run wrote",
            "Apply",
        ),
        Key("timeline.replay", "R,v", "app.replay_run", "replay the run, or end that", "Replay"),
        Key(
            "timeline.compare", "d", "screen.compare_task", "compare the task's result with others"
        ),
        Key("timeline.time", "T", "app.show_time", "what the run's time went to"),
        Key("timeline.join", "m", "app.join_results", "join the results another way"),
        Key("timeline.back", "escape", "app.go_back", "back to your own run, or to the plan"),
    ),
    "output": OUTPUT,
    "search": (
        Key("search.settle", "enter", "settle", "back to the text; n and N go on"),
        Key("search.next", "down", "next", "next match"),
        Key("search.previous", "up", "previous", "match before"),
        Key("search.close", "escape", "close", "end the search, and stay there", "End"),
    ),
    "grid": (
        Key("grid.open", "enter", "open", "make the task large", "Large"),
        Key("grid.up", "up,k", "move(0, -1)", "up"),
        Key("grid.down", "down,j", "move(0, 1)", "down"),
        Key("grid.left", "left,h", "move(-1, 0)", "left"),
        Key("grid.right", "right,l", "move(1, 0)", "right"),
        Key("grid.page-up", "pageup", "page(-1)", "a page up"),
        Key("grid.page-down", "pagedown,space", "page(1)", "a page down"),
        Key("grid.first", "home,g", "first", "first task"),
        Key("grid.last", "end,G", "last", "last task"),
        Key("grid.cancel", "x", "app.cancel_task", "stop the task (asks first)", "Stop"),
        Key("grid.cancel-all", "X", "app.cancel_all", "stop all tasks (asks first)"),
        Key("grid.close", "number_sign,escape", "screen.hide_grid", "back to the one task", "One"),
    ),
    "runs": _rows("runs", keys_of_runs.RUNS),
    "filter": _rows("filter", keys_of_runs.FILTER),
    "trash": _rows("trash", keys_of_runs.TRASH),
    "compare": COMPARE,
    "alike": ALIKE,
    "diff": DIFF,
    "report": REPORT,
    "problems": (
        Key("problems.filter", "f", "filter", "all, only errors, only warnings"),
        Key("problems.copy", "y", "copy", "copy those that are shown"),
        Key("problems.up", "k", "app.simulate_key('up')", "a line up"),
        Key("problems.down", "j", "app.simulate_key('down')", "a line down"),
        Key("problems.close", "escape,q,exclamation_mark", "dismiss(None)", "close"),
    ),
    "form": (
        Key("form.done", "ctrl+r,f3,f5", "done", "take what was changed (so does enter in a line)"),
        Key("form.outside", "ctrl+g", "outside", "write the prompt in $EDITOR"),
        Key("form.help", "f1", "app.show_help", "all keys"),
        Key("form.leave", "escape", "leave", "back to the list (asks when something was changed)"),
        Key("form.previous", "up", "app.focus_previous", "the field before"),
        Key("form.next", "down", "app.focus_next", "the next field"),
    ),
    "offers": (
        Key("offers.take", "tab", "take", "take the first offer, or the one that is marked"),
        Key("offers.open", "ctrl+n", "open", "offer all that may stand there"),
        Key("offers.next", "down", "choose(1)", "mark the next offer"),
        Key("offers.previous", "up", "choose(-1)", "mark the offer before"),
        Key("offers.close", "escape", "close", "put the offers away"),
    ),
}


def by_id(name: str) -> Key | None:
    """The row with this id."""
    return next((key for keys in TABLE.values() for key in keys if key.id == name), None)


def bindings(context: Context) -> list[Binding]:
    """What a pane, or the app, binds."""
    return [
        Binding(
            key.keys,
            key.action,
            key.short or key.what,
            show=bool(key.short),
            id=key.id,
            priority=key.priority,
        )
        for key in TABLE[context]
    ]
