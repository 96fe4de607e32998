"""The family of expected outputs: what a task is to come to names another task.

`A revision of the outline from task 1` needs task 1, wherever it stands. But an expected output
speaks mostly of the form of the answer, and that may have steps and tasks of its own: `a list of
tasks 1 to 5`. So a task counts only where words say that something comes from it, a step only
where they speak of its result; and things that are not named by number, id or title are not
looked for. This module never reads a prompt.
"""

import re
from collections.abc import Iterator

from orchtui.engine.independence.desk import Desk
from orchtui.engine.independence.pointers import Names, by_number, named
from orchtui.engine.independence.signs import Sign, Span
from orchtui.engine.independence.words import READ_AT_MOST

FIELD = "expected_output"

_TASK = re.compile(r"task|aufgabe|tarea|tâche|任务|任務|タスク|작업", re.IGNORECASE)
_SEVERAL = re.compile(r"tasks\b|aufgaben\b|tareas\b|tâches\b", re.IGNORECASE)
_THE = r"(?:\s+(?:the|der|den|la|las|le|les))?\s*\Z"
_FROM = re.compile(
    rf"\b(?:from|using|based on|building on|after|by|than|aus|von|nach|de|des){_THE}", re.IGNORECASE
)
_OF = re.compile(rf"\b(?:of|in|to|on|with|for|at|mit|zu|con|à){_THE}", re.IGNORECASE)
_RESULT = re.compile(
    r"\b(?:results?|outputs?|findings|answers?|ergebniss?e?|resultados?|résultats?)"
    rf"\s+(?:of|from|in|by|von|aus|de|des){_THE}",
    re.IGNORECASE,
)
_OWNED = re.compile(r"(?:'s|’s)\s")
_NOT = re.compile(
    r"\b(?:independent(?:ly)? of|unlike|without|regardless of|other than|different from|not|no)"
    r"(?:\s+(?:the|be|from|of|in|on|by|based|anything|use|repeat|mention)){0,4}\s*\Z",
    re.IGNORECASE,
)
_UNSPACED = re.compile(r"任务|任務|タスク|작업")
"""Scripts that put no word before a noun."""
_NEAR = 120
"""Characters before a name in which the words stand that say what it is named for."""
_GOES_ON = re.compile(r"\.\w")
"""`outline-1.md` is a file, whatever the tasks are called."""


def find(desk: Desk) -> Iterator[Sign]:
    """Every task that another one's expected output names, once for each pair."""
    asking = [
        i for i, task in enumerate(desk.tasks) if task.prompt.strip() and task.expected_output
    ]
    if not asking:
        return
    names = Names(desk)
    for index in asking:
        text = desk.tasks[index].expected_output[:READ_AT_MOST]
        found: dict[int, tuple[int, int]] = {}
        for before, start, end in by_number(text, index, len(desk.tasks)):
            if _is_meant(text, start, end):
                found.setdefault(before, (start, end))
        for before, start, end in names.within(text):
            if (
                before != index
                and not _GOES_ON.match(text, end)
                and not _NOT.search(_near(text, start))
            ):
                found.setdefault(before, (start, end))
        for before, (start, end) in found.items():
            said = text[start:end]
            because = f"names it in what it is expected to come to: “{said}”"
            yield named(Span(index, start, end, FIELD), before, because)


def _is_meant(text: str, start: int, end: int) -> bool:
    """Whether the words before and behind a number say that something comes from that task."""
    before, said = _near(text, start), text[start:end]
    if _NOT.search(before):
        return False
    if not _TASK.search(said):
        return bool(_RESULT.search(before))
    if _UNSPACED.search(said):
        return True
    several = bool(_SEVERAL.search(said))
    if _FROM.search(before) or _RESULT.search(before):
        return True
    return not several and bool(_OF.search(before) or _OWNED.match(text, end))


def _near(text: str, start: int) -> str:
    """What stands before a place: to look through all of it for each name costs seconds."""
    return text[max(0, start - _NEAR) : start]
