"""The family of advice: whether a parallel run is the right pattern for a plan.

A single task needs no orchestration, a chain is sequential work, perspectives
that must be woven together want a hub, very different specialists gain less, and
one long task decides when all is done. It never changes a verdict.
"""

from collections.abc import Iterable, Iterator, Sequence

from orchtui.engine.agents.specialists import name_key
from orchtui.engine.independence.report import Edge, Finding, Pattern
from orchtui.engine.plans.plan import Task
from orchtui.engine.request.lexicon import SPECIALIST_OF
from orchtui.engine.texts.durations import show_duration

_DOMINATES = 0.7
"""Share of the whole work from which one task leaves little to gain."""
_WEAVING = frozenset(
    "synthesize synthesise combine merge consolidate integrate unify weave reconcile aggregate "
    "compare contrast".split()
)


def pattern(
    tasks: Sequence[Task], groups: Sequence[Sequence[str]], edges: Iterable[Edge]
) -> Pattern:
    """The pattern that fits.

    Args:
        tasks: The enabled tasks.
        groups: Their stages.
        edges: What findings add to `after`.
    """
    if len(tasks) <= 1:
        return "basic"
    if all(len(group) == 1 for group in groups):
        return "sequential"
    return "hub" if weaver(tasks, groups, edges) else "parallel"


def weaver(
    tasks: Sequence[Task], groups: Sequence[Sequence[str]], edges: Iterable[Edge]
) -> Task | None:
    """The one task at the end that weaves all the others together, if there is one."""
    if len(groups) != 2 or len(groups[1]) != 1:
        return None
    last = next(task for task in tasks if task.id == groups[1][0])
    needed = set(last.after) | {
        edge.before for edge in edges if edge.after == last.id and edge.hands_over
    }
    words = set(last.prompt.lower().split()[:12])
    return last if needed >= set(groups[0]) and words & _WEAVING else None


def find(
    tasks: Sequence[Task], groups: Sequence[Sequence[str]], edges: Sequence[Edge]
) -> Iterator[Finding]:
    """What is worth knowing before a run."""
    if len(tasks) == 1:
        yield _advice(tasks, "basic", "a single task: a basic run, with nothing to orchestrate")
    if len(tasks) < 2:
        return
    fits = pattern(tasks, groups, edges)
    if fits == "sequential":
        yield _advice(
            tasks,
            "sequential",
            "every task waits for the one before it: this is sequential work, and nothing runs at "
            "the same time",
        )
    if (last := weaver(tasks, groups, edges)) is not None:
        yield _advice(
            tasks,
            "hub",
            f"'{last.label}' weaves all the others together: work for a hub, run here in "
            "two stages",
        )
    if fits in ("parallel", "hub"):
        yield from _dominated(tasks, groups)
    if fits == "parallel":
        yield from _mixed(tasks)


def _advice(tasks: Sequence[Task], rule: str, message: str) -> Finding:
    ids = tuple(task.id for task in tasks)
    return Finding(
        id=f"pattern:{rule}", kind="pattern", severity="info", tasks=ids, message=message, rule=rule
    )


def _dominated(tasks: Sequence[Task], groups: Sequence[Sequence[str]]) -> Iterator[Finding]:
    """One task takes so long that the others hardly matter."""
    if any(task.estimate is None for task in tasks):
        return
    estimates = {task.id: task.estimate or 0.0 for task in tasks}
    whole = sum(estimates.values())
    longest = max(tasks, key=lambda task: estimates[task.id])
    took = estimates[longest.id]
    if whole and took / whole >= _DOMINATES:
        staged = sum(max(estimates[each] for each in group) for group in groups)
        yield _advice(
            [longest],
            "dominated",
            f"'{longest.label}' takes {show_duration(took)} of {show_duration(whole)}: in parallel "
            f"it is still {show_duration(staged)}, so little is gained",
        )


def _mixed(tasks: Sequence[Task]) -> Iterator[Finding]:
    """As many kinds of specialists as tasks."""
    kinds = [kind for task in tasks if (kind := _specialist(task))]
    if len(tasks) >= 3 and len({_compared(kind) for kind in kinds}) == len(tasks):
        names = ", ".join(sorted(name for name, _ in kinds))
        yield _advice(
            tasks,
            "mixed",
            f"every task has another kind of specialist ({names}): parallel runs gain most from "
            "tasks of one kind",
        )


def _specialist(task: Task) -> tuple[str, bool] | None:
    """Who does a task, and whether that is a program."""
    if task.specialist or task.command:
        return task.specialist or task.command[0], not task.specialist
    words = task.prompt.split(maxsplit=1)
    kind = SPECIALIST_OF.get(words[0].lower().strip(",.:")) if words else None
    return (kind, False) if kind else None


def _compared(kind: tuple[str, bool]) -> tuple[str, bool]:
    """As a run compares names: of programs every letter counts."""
    name, is_program = kind
    return (name if is_program else name_key(name)), is_program
