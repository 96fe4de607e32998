"""What the plan's pane says around the list: what hinders the plan, and what is known of a task.

Pure: a plan and what is known of it in, styled text out. This module never
changes a plan.
"""

from collections.abc import Callable, Sequence

from textual.content import Content

from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean, clean_line
from orchtui.ui.compose.task_columns import LEFT_OUT, Standing, outputs

_EMPTY = (
    "[b $accent]Write what you want done[/]\n"
    "[$foreground-muted]in plain words, above. For example:[/]\n\n"
    "Research Python async/await from three\n"
    "independent perspectives:\n"
    "1. Academic papers and PEPs\n"
    "2. Tutorial and blog content\n"
    "3. Production case studies\n\n"
    "[b]$run[/] [$foreground-muted]runs each point as a task, side by side[/]\n"
    "[b]$example[/] [$foreground-muted]opens an example[/]"
)
_NEW_HERE = "\n[b]$tour[/] [$foreground-muted]shows you round.[/] [b $accent]New here?[/]"

_NO_FILE = "there is no agent file of this name; it runs without instructions of its own"
_SHOWN = 2_000
"""Characters of a prompt that are shown below the list."""
_SHOWN_ELSE = 150
"""Characters of what the answer shall be, and of why the task is there: two lines of a window."""
_STANDS = {
    "good": "$text-success",
    "warning": "$text-warning",
    "error": "$text-error",
    "off": "$foreground-muted",
    "dim": "$foreground-muted",
}


KeyOf = Callable[[str], str]
"""The key of an action, by its id."""


def empty(key: KeyOf, *, new_here: bool) -> Content:
    """What stands there while there are no tasks; newcomers are offered the tour."""
    words = _EMPTY + _NEW_HERE if new_here else _EMPTY
    keys = {"run": key("app.run"), "example": key("app.example"), "tour": key("app.tour")}
    return Content.from_markup(words, **keys)


def problems(plan: Plan, error: str, key: KeyOf, *, by_hand: bool) -> Content:
    """Why the plan can not start, and what its request leaves open."""
    # What is missing stands there already: said twice, it would push aside what to do about it.
    lines = [line for line in error.splitlines() if not line.endswith(plan.missing)]
    sign, style = ("▲", "$text-warning") if lines == error.splitlines() else ("✗", "$text-error")
    parts = [Content.styled(f"✗ {clean(chr(10).join(lines))}", "b $text-error")] if lines else []
    parts += [
        Content.styled(f"{sign} missing: {clean_line(what)}", f"b {style}") for what in plan.missing
    ]
    if plan.missing:
        settle = key("tasks.settle")
        asks = f"{key('app.plan-request')} has a model plan it, " if plan.request.strip() else ""
        words = f"Say it above, {asks}or {settle} in the list: it is as meant."
        parts.append(Content.styled(words, "$foreground-muted"))
    if by_hand and plan.request.strip():
        again = key("tasks.read")
        words = f"the tasks are not read from the request; {again} makes them anew from it"
        parts.append(Content.styled(words, "$foreground-muted"))
    return Content("\n").join(parts)


def detail(task: Task | None, standing: Standing, by: str) -> Content:
    """What the row of a task may have no room for, and the start of its prompt."""
    if task is None:
        return Content("")
    text = task.prompt or " ".join(task.command)
    more = [
        Content.assemble((f"{name}: ", "$accent"), clean_line(said, _SHOWN_ELSE), "\n")
        for name, said in (("gives", task.expected_output), ("why", task.rationale))
        if said.strip()
    ]
    return Content.assemble(_facts(task, standing, by), "\n", *more, clean(text[:_SHOWN]))


def _facts(task: Task, standing: Standing, by: str) -> Content:
    """How it stands, who does it, what it writes."""
    stands = standing if task.enabled else LEFT_OUT
    by = f"{by}: {_NO_FILE}" if by.startswith("▲") else by
    parts = [Content.styled(clean_line(by), "$accent")]
    if stands.words:
        parts.insert(0, Content.styled(f"{stands.sign} {stands.words}", _STANDS[stands.look]))
    if task.priority != "normal":
        parts.append(Content.styled(task.priority, "$text-warning"))
    if task.writes:
        parts.append(Content(f"writes {clean_line(outputs(task))}"))
    return Content(" · ").join(parts)


def deleted(task: Task, waited: Sequence[Task], undo: str) -> str:
    """What a person should know of a task that is gone; nothing where nobody waited for it."""
    if not waited:
        return ""
    names = ", ".join(f"“{clean_line(each.label, 30)}”" for each in waited[:2])
    more = f" and {len(waited) - 2} more" if len(waited) > 2 else ""
    verb = "no longer waits" if len(waited) == 1 else "no longer wait"
    gone = f"“{clean_line(task.label, 40)}”, which is gone"
    return f"{names}{more} {verb} for {gone}; {undo} undoes it"


def searched(task: Task) -> str:
    """What of a task is searched."""
    program = " ".join(task.command)
    said = f"{task.prompt} {task.expected_output} {task.rationale}"
    return f"{task.id} {task.title} {said} {program} {task.specialist or ''}"
