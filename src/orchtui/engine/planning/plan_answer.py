"""A model's answer to a request: a plan, or why it is none.

No answer raises. What the request itself says of how to run is not the model's
to change: it comes with the plan that the answer is put into. This module never
calls a model.
"""

from typing import Any, NamedTuple

from msgspec.structs import replace

from orchtui.engine.planning.surroundings import Surroundings
from orchtui.engine.planning.task_entries import MAX_ANSWER, questions, read_tasks
from orchtui.engine.plans.plan import STRATEGIES, Plan
from orchtui.engine.text import clean_line
from orchtui.engine.texts.json_answer import object_in, objects_in


class Reading(NamedTuple):
    """What of an answer could be used."""

    plan: Plan | None = None
    """`None` where nothing could."""
    wrong: tuple[str, ...] = ()
    """What the model is asked to mend: with a plan only what may also stay as it is."""
    notes: tuple[str, ...] = ()
    """What was left out."""
    declined: str = ""
    """Why the model will not do it, in its own words; then there is no plan, and no use in asking
    again."""


def read_plan(text: str, base: Plan, around: Surroundings, most: int) -> Reading:
    """The plan of an answer. A code fence or words around its JSON do not matter.

    Args:
        text: The answer, as it came.
        base: The request, with what its words say of how to run; tasks and what is missing are
            the answer's.
        around: Who is on hand.
        most: Tasks that it may have.
    """
    said = said_in(text, "tasks", "missing")
    if isinstance(said, str):
        return Reading(wrong=(said,))
    listed = said.get("tasks") or []
    missing = questions(said.get("missing"))
    if not listed and not missing:
        return Reading(wrong=("there is neither a task nor anything that is missing",))
    if problem := too_many(listed, most):
        return Reading(wrong=(problem,))
    tasks = read_tasks(listed, around)
    if tasks.wrong:
        return Reading(wrong=(*tasks.wrong, *tasks.doubtful))
    aggregate, notes = said.get("aggregate"), tasks.notes
    if aggregate is not None and aggregate not in STRATEGIES:
        there = ", ".join(STRATEGIES)
        notes = (*notes, f"aggregate: '{clean_line(str(aggregate), 40)}' is none of {there}")
    if base.aggregate != Plan().aggregate or aggregate not in STRATEGIES:
        aggregate = base.aggregate
    plan = replace(base, aggregate=aggregate, missing=missing, tasks=tasks.tasks)
    return Reading(plan, (*tasks.doubtful, *not_self_contained(plan)), notes)


def said_in(text: str, listing: str, *keys: str) -> dict[str, Any] | str:
    """The object of an answer, or why there is none.

    Args:
        text: The answer, as it came.
        listing: The key of its list of tasks, which may also stand without an object around it.
        keys: Other keys that it may have.
    """
    if len(text) > MAX_ANSWER:
        return f"the answer is longer than {MAX_ANSWER:,} characters"
    if not text.strip():
        return "the answer is empty"
    if (said := object_in(text, (listing, *keys))) is not None:
        return said
    if (entries := objects_in(text)) is not None:
        return {listing: entries}
    return f"the answer is not the JSON that was asked for: '{clean_line(text, 60)}'"


def too_many(listed: object, most: int) -> str:
    """Why this is more than is allowed; empty where it is not."""
    if not isinstance(listed, list) or len(listed) <= most:
        return ""
    return f"there are {len(listed):,} tasks, and {most} are allowed: join or leave out some"


def not_self_contained(plan: Plan, *task_ids: str) -> tuple[str, ...]:
    """What the rules of independence say of tasks that can not be understood alone.

    Args:
        plan: The whole plan.
        task_ids: Whose; everybody's where none are named.
    """
    from orchtui.engine.independence import check  # not before the first paint

    return tuple(
        clean_line(finding.message)
        for finding in check(plan).findings
        if finding.kind == "not_self_contained"
        and not finding.accepted
        and (not task_ids or finding.tasks[0] in task_ids)
    )
