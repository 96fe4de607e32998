"""Fixes: Plan and Finding in, another Plan out.

`offers` says which changes take a finding away, best first; `apply` makes one
of them; `accept` records that a person does not mind. Every function gives a
new plan and leaves the old one as it was, so that undoing is keeping the old
one. This module never asks for a report, and never changes words that are not
those the finding quotes.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from orchtui.engine.independence import merging, own_paths, rewriting
from orchtui.engine.independence.report import CONFLICTS, HANDED_OVER, Finding, Fix
from orchtui.engine.independence.task_index import TaskIndex
from orchtui.engine.plans.graph import find_cycle
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean_line

STALE = "the plan has changed since this was found; look at the report again"

_ATTACHED = 3
"""Tasks whose result is offered to one that does not know what it is about."""
_QUOTED_LENGTH = 36
_NEEDED_WORDS = frozenset({"talked_about", "yours", "ours"})
"""Rules whose words carry the sentence: `the draft you sent me`."""
_OUTSIDE = frozenset(
    ("as_discussed", "talked_about", "last_time", "yours", "ours", "same_again", "attached")
)
"""Rules of `self_contained` about words that mean nothing in the plan: no result explains them."""


def offers(finding: Finding, known: TaskIndex) -> tuple[Fix, ...]:
    """The fixes that make sense for a finding, best first; none when it no longer fits."""
    return tuple(_offers(finding, known)) if known.stands(finding) else ()


def apply(plan: Plan, finding: Finding, fix_id: str) -> Plan:
    """The plan with one fix made.

    Raises:
        ValueError: when the fix is not offered, the plan is no longer the one that the finding
            is about, or tasks would come to wait for each other.
    """
    known = TaskIndex([task for task in plan.tasks if task.enabled], plan.request)
    if not known.stands(finding):
        raise ValueError(STALE)
    offered = [fix.id for fix in offers(finding, known)]
    if fix_id not in offered:
        listed = f"there are {', '.join(offered)}" if offered else "there is none"
        raise ValueError(f"'{clean_line(fix_id, 60)}' is no fix for this; {listed}")
    changed = _changed(plan, finding, fix_id, known)
    # Tasks that are switched off are not in the index, and may be part of a circle too.
    if circle := find_cycle({task.id: task.after for task in changed.tasks}):
        raise ValueError(f"then tasks would wait for each other: {' → '.join(circle)}")
    return changed


def accept(plan: Plan, finding: Finding) -> Plan:
    """The plan with a record that the finding does not matter; the later of its tasks keeps it.

    Raises:
        ValueError: when a task of the finding is not in the plan.
    """
    ids = [task.id for task in plan.tasks]
    if not ids or any(one not in ids for one in finding.tasks):
        raise ValueError(STALE)
    if any(finding.id in task.accepted for task in plan.tasks if task.enabled):
        return plan
    # A finding about the whole plan names no task.
    enabled = [task.id for task in plan.tasks if task.enabled] or ids
    keeper = plan.task(finding.tasks[-1] if finding.tasks else enabled[-1])
    return merging.put(plan, replace(keeper, accepted=(*keeper.accepted, finding.id)))


def withdraw(plan: Plan, finding: Finding) -> Plan:
    """The plan without any record that the finding was accepted."""
    return replace(
        plan,
        tasks=tuple(
            replace(task, accepted=merging.without(task.accepted, finding.id))
            if finding.id in task.accepted
            else task
            for task in plan.tasks
        ),
    )


def _offers(finding: Finding, known: TaskIndex) -> Iterator[Fix]:
    if finding.kind in HANDED_OVER:
        yield from _of_an_order(finding, known)
    elif finding.kind in CONFLICTS:
        yield from _of_a_conflict(finding, known)
    elif finding.kind == "duplicate":
        yield from _of_a_duplicate(finding, known)
    elif finding.kind == "not_self_contained" and finding.tasks:
        if finding.rule == "contradicts_declaration":
            if paths := own_paths.contradiction(finding, known.by_id):
                instead = "too" if paths.beside else f"instead of {_short(paths.declared)}"
                yield Fix(id="declare", label=f"declare {_short(paths.said)} {instead}")
        else:
            yield from _of_a_pointer(finding, known)


def _of_an_order(finding: Finding, known: TaskIndex) -> Iterator[Fix]:
    before, after = finding.before, finding.after
    if before is None or after is None:
        return
    if finding.kind == "declared":
        if before in known.by_id[after].after:
            label = f"let {known.name(after)} start without {known.name(before)}"
            yield Fix(id="undeclare", label=label)
    elif _may_follow(before, after, known):
        yield _run_after(before, after, known)
    others = [task for task in known.needed_by[before] if task.id != after]
    if (
        merging.can_be_steps(known.by_id[before], known.by_id[after])
        and not known.order.follows(after, before)
        # Whoever needs the first alone would wait for the second too.
        and all(after in task.after for task in others)
    ):
        label = f"make {known.name(before)} and {known.name(after)} one task, in this order"
        yield Fix(id="pipeline", label=label)


def _of_a_conflict(finding: Finding, known: TaskIndex) -> Iterator[Fix]:
    tasks = known.in_order(finding)
    if len(tasks) < 2:
        return
    if finding.kind == "write_conflict" and own_paths.can_differ(finding, tasks):
        # Two that edit one file both mean that file: then only an order helps.
        later = " and ".join(known.name(task.id) for task in tasks[1:])
        yield Fix(id="own_output", label=f"give {later} an output of its own")
    before, after = _sides(finding, known)
    if _may_follow(before, after, known):
        yield _run_after(before, after, known)


def _of_a_duplicate(finding: Finding, known: TaskIndex) -> Iterator[Fix]:
    tasks = known.in_order(finding)
    if len(tasks) < 2:
        return
    first, later = tasks[0], tasks[-1]
    if all(task.command == first.command for task in tasks) and _can_be_one(tasks, known):
        label = " and ".join(known.name(task.id) for task in tasks)
        yield Fix(id="merge", label=f"merge {label}")
    yield Fix(id=f"drop:{later.id}", label=f"drop {known.name(later.id)}")


def _of_a_pointer(finding: Finding, known: TaskIndex) -> Iterator[Fix]:
    task = known.by_id[finding.tasks[-1]]
    place = known.place[task.id]
    near = [
        other
        for other in reversed(known.tasks[max(0, place - _ATTACHED) : place])
        if finding.rule not in _OUTSIDE and _may_follow(other.id, task.id, known)
    ]
    for other in near:
        label = f"hand the result of {known.name(other.id)} to {known.name(task.id)}"
        yield Fix(id=f"attach:{other.id}", label=label)
    if finding.rule in _NEEDED_WORDS:
        pass  # without them the sentence says something else
    elif rewritten := _rewritten(finding, task, known):
        yield Fix(id="self_contained", label=_told(rewritten.changes[0]))
    if len(known.tasks) > 1:
        yield Fix(id=f"drop:{task.id}", label=f"drop {known.name(task.id)}")


def _run_after(before: str, after: str, known: TaskIndex) -> Fix:
    return Fix(id="run_after", label=f"run {known.name(after)} after {known.name(before)}")


def _told(change: rewriting.Change) -> str:
    if not change.says:
        return f"take out '{_short(change.old)}'"
    return f"say '{_short(change.new)}' instead of '{_short(change.old)}'"


def _short(words: str) -> str:
    return clean_line(words, _QUOTED_LENGTH)


def _rewritten(finding: Finding, task: Task, known: TaskIndex) -> rewriting.Rewriting | None:
    spans = [
        (words.start, words.end)
        for words in finding.evidence
        if words.task == task.id and words.field == "prompt"
    ]
    return rewriting.rewrite(task.prompt, spans, known.subjects(task.id))


def _sides(finding: Finding, known: TaskIndex) -> tuple[str, str]:
    """Which of two tasks that must not run at once goes first: the plan's order says so."""
    tasks = known.in_order(finding)
    return tasks[0].id, tasks[1].id


def _may_follow(before: str, after: str, known: TaskIndex) -> bool:
    """Whether `before` can be added to the `after` of the other, and is not there yet."""
    return (
        before != after
        and before not in known.by_id[after].after
        and not known.order.follows(after, before)
    )


def _can_be_one(tasks: Sequence[Task], known: TaskIndex) -> bool:
    """Whether no other task stands between two of these, waiting for one and awaited by one."""
    ids = [task.id for task in tasks]
    order = known.order
    if not any(order.follows(one, other) for one in ids for other in ids):
        return True
    return not any(
        any(order.follows(one, task.id) for one in ids)
        and any(order.follows(task.id, other) for other in ids)
        for task in known.tasks
        if task.id not in ids
    )


def _changed(plan: Plan, finding: Finding, fix_id: str, known: TaskIndex) -> Plan:
    """The plan with a fix made that is known to be offered."""
    verb, _, argument = fix_id.partition(":")
    if verb == "drop":
        return merging.drop(plan, argument)
    if verb == "attach":
        return _ordered(plan, argument, finding.tasks[-1])
    if verb == "self_contained":
        task = known.by_id[finding.tasks[-1]]
        rewritten = _rewritten(finding, task, known)
        assert rewritten is not None
        return merging.put(plan, rewriting.rewritten(task, rewritten))
    if verb == "merge":
        return merging.merge(plan, [task.id for task in known.in_order(finding)])
    if verb == "own_output":
        return own_paths.made_different(plan, finding, known.in_order(finding))
    if verb == "declare":
        return own_paths.declared_as_said(plan, finding)
    if verb == "run_after" and finding.kind in CONFLICTS:
        return _ordered(plan, *_sides(finding, known))
    assert finding.before is not None and finding.after is not None
    if verb == "run_after":
        return _ordered(plan, finding.before, finding.after)
    if verb == "pipeline":
        return merging.pipeline(plan, finding.before, finding.after)
    assert verb == "undeclare"
    freed = plan.task(finding.after)
    return merging.put(plan, replace(freed, after=merging.without(freed.after, finding.before)))


def _ordered(plan: Plan, before: str, after: str) -> Plan:
    task = plan.task(after)
    return merging.put(plan, replace(task, after=(*task.after, before)))
