"""What a run says to a person who looks elsewhere: a line for a notice, a few words for the title.

Pure: a Run or one of its events in, words out. This module never calls anybody.
"""

from orchtui.engine.execution import budget
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.outcome_words import others
from orchtui.engine.runs.rehearsed import badge
from orchtui.engine.runs.run import ENDED, Run
from orchtui.engine.runs.verdict import census, verdict
from orchtui.engine.telling.storage_words import headline, sentence
from orchtui.engine.text import clean_line
from orchtui.ui.looks import looks

Call = tuple[str, str]
"""Title and text."""


def progress(run: Run) -> tuple[int, int, int]:
    """How many tasks have ended, how many there are, and how many wait for a person."""
    asking = sum(task.question is not None for task in run.tasks.values())
    return len(run.with_status(*ENDED)), len(run.tasks), asking


def going_title(run: Run) -> str:
    """`orchtui 3/8`, and `? 3/8 orchtui` where a person is asked: tabs cut the end off."""
    done, total, asking = progress(run)
    return f"{looks.ASKS} {done}/{total} orchtui" if asking else f"orchtui {done}/{total}"


def end_title(run: Run) -> str:
    """`✓ 8/8 orchtui`: how many completed."""
    count = census(run)
    return f"{looks.VERDICT_SIGNS[verdict(run)]} {count.completed}/{count.total} orchtui"


def end_call(run: Run) -> Call:
    """How the run ended."""
    count = census(run)
    done = ", ".join([f"{count.completed} of {count.total} tasks completed", *others(count)])
    name = clean_line(run.plan.name or "", 60)
    told = f" ({badge(run).lower()})" if badge(run) else ""
    return f"orchtui: {verdict(run)}", f"{f'{name}: ' if name else ''}{done}{told}"


def person_call(
    event: ev.PermissionAsked | ev.BudgetWarning | ev.StorageEvent, run: Run
) -> Call | None:
    """Why a person is needed; `None` for what is only good to know."""
    match event:
        case ev.PermissionAsked(task=task, what=what):
            label = clean_line(run.of(task).task.label, 60)
            return "orchtui asks for permission", f"{label} wants to: {clean_line(what, 120)}"
        case ev.BudgetWarning():
            return "orchtui: budget", budget.warning_words(event)
        case ev.StorageRegained() if not event.missing:
            return None
        case _:
            return f"orchtui: {headline(event)}", sentence(event, run.id)
