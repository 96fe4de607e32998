"""Why an action can not be done now, in words. Plain values in; this module does nothing."""

from dataclasses import dataclass

from orchtui.ui.keys.keymap import Key
from orchtui.ui.keys.possible_in_compare import Compared, hindrance_in_compare
from orchtui.ui.keys.possible_in_runs import Here, hindrance_in_run


@dataclass(frozen=True, slots=True)
class Now:
    """What there is on the screen."""

    tasks: int = 0
    missing: bool = False
    """Whether the plan lacks something."""
    can_undo: bool = False
    can_redo: bool = False
    findings: int = 0
    fixes: int = 0
    """Of the picked finding."""
    quoted: bool = False
    """Whether it quotes words."""
    matrix: bool = False
    """Whether the matrix is open."""
    checked: int = 0
    """Tasks in the report."""
    here: Here = Here()
    """The run in the panes."""
    running: bool = False
    """Whether the app's own run goes on, shown or not."""
    runs: int = 0
    """Past runs in the list."""
    damaged: str = ""
    """Why the picked one can not be shown as a run; nothing where it can."""
    deleted: bool = False
    """Whether a run was deleted that can be brought back."""
    repeats: bool = False
    """Whether it is known which run the one in the panes repeats."""
    zoomed: bool = False
    compared: Compared = Compared()
    """What there is in the pane of results."""


_NO_TASKS = "there are no tasks yet"
_WITHOUT_RUN = frozenset(
    f"runs.{name}"
    for name in ("filter", "sort", "turn-round", "trash", "import", "reload", "rebuild", "back")
)
_OF_WHOLE_RUN = frozenset(
    f"runs.{name}"
    for name in (
        "open",
        "resume",
        "again",
        "replay",
        "compare",
        "tags",
        "pin",
        "rename",
        "export",
        "join",
        "time",
    )
)
_WITHOUT_TASK = frozenset(
    f"tasks.{name}" for name in ("add", "undo", "redo", "settle", "read", "request", "open")
)


def damaged_words(why: str) -> str:
    """Why nothing can be done with a folder that is no run."""
    return f"it is damaged: {why}"


def hindrance(key: Key, now: Now) -> str:
    """Why this can not be done now; nothing when it can."""
    if key.action.startswith("app.cancel_all"):
        return "" if now.running else "nothing is running"
    if key.action == "app.run_plan" and now.running:
        return "one run at a time: your own is still going on"
    area = key.id.partition(".")[0]
    if area in ("compare", "alike", "diff"):
        return hindrance_in_compare(area, key.id.partition(".")[2], now.compared)
    if area in ("replay", "timeline", "output", "grid") or key.id == "app.retry":
        return hindrance_in_run(key, now.here)
    if area == "tasks":
        return _in_tasks(key, now)
    if area == "independence":
        return _in_findings(key, now)
    if area == "matrix":
        return "" if now.matrix else "the matrix is not open; it opens among the findings"
    if area == "runs":
        return _in_runs(key, now)
    if key.id == "app.run":
        return "" if now.tasks or now.missing else _NO_TASKS
    if key.id == "app.compare-again":
        return "" if now.repeats else "this run was not begun as another one again"
    if key.id == "app.save":
        return "" if now.tasks else _NO_TASKS
    if area == "zoomed":
        return "" if now.zoomed else "no pane takes all the room"
    return ""


def _in_runs(key: Key, now: Now) -> str:
    if key.id == "runs.undo":
        return "" if now.deleted else "nothing was deleted since the app began; T shows the trash"
    if key.id in _WITHOUT_RUN:
        return ""
    if not now.runs:
        return "there is no run in the list"
    return now.damaged if key.id in _OF_WHOLE_RUN else ""


def _in_tasks(key: Key, now: Now) -> str:
    match key.id.partition(".")[2]:
        case "undo":
            return "" if now.can_undo else "there is nothing to undo"
        case "redo":
            return "" if now.can_redo else "nothing was undone"
        case "settle":
            return "" if now.missing else "nothing is missing"
    return "" if now.tasks or key.id in _WITHOUT_TASK else _NO_TASKS


def _in_findings(key: Key, now: Now) -> str:
    name = key.id.partition(".")[2]
    match name:
        case "undo" | "redo":
            able = now.can_undo if name == "undo" else now.can_redo
            return (
                ""
                if able
                else "there is nothing to undo"
                if name == "undo"
                else "nothing was undone"
            )
        case "matrix" | "ask":
            return "" if now.checked > 1 else "it takes two tasks"
        case "run":
            return "" if now.tasks else _NO_TASKS
        case "back":
            return ""
        case "fix" | "choose-fix" if now.findings:
            return "" if now.fixes else "the picked finding has no fix"
        case "words" if now.findings:
            return "" if now.quoted else "the picked finding quotes no words"
    return "" if now.findings else "there are no findings"
