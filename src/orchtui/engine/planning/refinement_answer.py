"""A model's answer about a plan that is there: the refined plan, or why there is none.

No answer raises. This module never calls a model.
"""

from collections.abc import Mapping
from typing import Any

from orchtui.engine.planning.plan_answer import Reading, not_self_contained, said_in, too_many
from orchtui.engine.planning.refinement_question import MOST_ADDED, MOST_PARTS, Refinement
from orchtui.engine.planning.refining import extend, rewrite, split, strange_writes
from orchtui.engine.planning.surroundings import Surroundings
from orchtui.engine.planning.task_entries import is_empty_prompt, questions, read_tasks, words
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean_line


def read_refinement(text: str, plan: Plan, refinement: Refinement, around: Surroundings) -> Reading:
    """The plan with what an answer says. A code fence or words around its JSON do not matter.

    Args:
        text: The answer, as it came.
        plan: What was asked about.
        refinement: What was asked for; its task is in the plan.
        around: Who is on hand.
    """
    match refinement.kind:
        case "split":
            said = said_in(text, "parts", "why_not")
        case "rewrite":
            said = said_in(text, "prompt", "missing")
        case "missing":
            said = said_in(text, "tasks", "missing")
    if isinstance(said, str):
        return Reading(wrong=(said,))
    if refinement.kind == "missing":
        return _added(said, plan, around)
    task = plan.task(refinement.task)
    if refinement.kind == "split":
        return _parts(said, plan, task, around)
    return _rewritten(said, plan, task)


def _parts(said: Mapping[str, Any], plan: Plan, task: Task, around: Surroundings) -> Reading:
    listed = said.get("parts") or []
    if not listed and (why := clean_line(words(said.get("why_not")), 400)):
        return Reading(declined=f"the model says that it is one piece of work: {why}")
    if isinstance(listed, list) and len(listed) < 2:
        return Reading(wrong=("a task is split into 2 parts at least",))
    if problem := too_many(listed, MOST_PARTS):
        return Reading(wrong=(problem,))
    # What the task waits for is waited for by its parts without being said.
    tasks = read_tasks(_without(listed, task.after), around)
    if tasks.wrong:
        return Reading(wrong=(*tasks.wrong, *tasks.doubtful))
    if problems := strange_writes(task, tasks.tasks):
        return Reading(wrong=(*problems, *tasks.doubtful))
    made = split(plan, task.id, tasks.tasks)
    there = {one.id for one in plan.tasks}
    new = [one.id for one in made.tasks if one.id not in there]
    return Reading(made, (*tasks.doubtful, *not_self_contained(made, *new)), tasks.notes)


def _without(listed: object, known: tuple[str, ...]) -> object:
    if not isinstance(listed, list):
        return listed
    return [
        {**entry, "after": [one for one in entry["after"] if one not in known]}
        if isinstance(entry, dict) and isinstance(entry.get("after"), list)
        else entry
        for entry in listed
    ]


def _rewritten(said: Mapping[str, Any], plan: Plan, task: Task) -> Reading:
    new = Task(
        id=task.id,
        title=clean_line(words(said.get("title")), 200),
        prompt=words(said.get("prompt")),
        expected_output=words(said.get("expected_output")),
    )
    if is_empty_prompt(new.prompt):
        return Reading(wrong=(f"the prompt says nothing: '{clean_line(new.prompt, 60)}'",))
    made = rewrite(plan, task.id, new, questions(said.get("missing")))
    return Reading(made, not_self_contained(made, task.id))


def _added(said: Mapping[str, Any], plan: Plan, around: Surroundings) -> Reading:
    listed = said.get("tasks") or []
    if problem := too_many(listed, MOST_ADDED):
        return Reading(wrong=(problem,))
    tasks = read_tasks(listed, around, [task.id for task in plan.tasks])
    if tasks.wrong:
        return Reading(wrong=(*tasks.wrong, *tasks.doubtful))
    made = extend(plan, tasks.tasks, questions(said.get("missing")))
    new = [task.id for task in tasks.tasks]
    doubts = not_self_contained(made, *new) if new else ()
    return Reading(made, (*tasks.doubtful, *doubts), tasks.notes)
