"""Who gets a git worktree: programs that write, where two of them could run at once.

`isolate` gives it, once the order of a run is known. Where there is no git
repository, `findings` says which tasks would be in each other's way, as every
family of rules says it, so that they wait for each other. This module never
calls git and never looks at a file.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise

from msgspec.structs import replace

from orchtui.engine.agents import agent_tools
from orchtui.engine.agents.specialists import Specialist
from orchtui.engine.independence.report import Evidence, Finding
from orchtui.engine.plans.backend_names import WITH_TOOLS_OF_THEIR_OWN
from orchtui.engine.plans.graph import Order
from orchtui.engine.plans.plan import Task
from orchtui.engine.scheduling.schedule import ScheduledTask

WORKTREE = "worktree"
"""The `isolation` of an agent file that asks for one."""
RULE = "project_folder"
"""The rule of findings from here."""

_MOST_TASKS = 12
"""With more tasks only neighbours are told, which keeps all of them apart."""
_QUOTED = 60


def may_write(backend: str, card: Specialist | None) -> bool:
    """Whether a task's program may write to the folder that it runs in.

    Agent programs may, unless their agent file gives them only tools that read. A plain program is
    taken at its word: it prints its answer and writes what its task declares, unless its agent file
    names tools that write.

    Args:
        backend: What runs it.
        card: Its agent file, where there is one.
    """
    if backend not in WITH_TOOLS_OF_THEIR_OWN and backend != "command":
        return False
    if card is None:
        return backend != "command"
    if backend == "command" and card.tools is None:
        return card.isolation == WORKTREE
    return agent_tools.may_write(card.tools, card.disallowed_tools, card.permission_mode)


def wants_worktree(backend: str, card: Specialist | None) -> bool:
    """Whether the agent file asks for a worktree, and there is a program to put into it."""
    runs_program = backend in WITH_TOOLS_OF_THEIR_OWN or backend == "command"
    return runs_program and card is not None and card.isolation == WORKTREE


def isolate(
    tasks: Sequence[ScheduledTask],
    cards: Mapping[str, Specialist | None],
    *,
    repository: bool,
) -> tuple[ScheduledTask, ...]:
    """The tasks, those with `worktree` that get one.

    Args:
        tasks: All of a schedule.
        cards: Each task's agent file by the task's id; one that is missing has none.
        repository: Whether the project is in a git repository. Where it is not, a task whose agent
            file asks for a worktree still gets one, and fails with words that say why: it must not
            run where its owner did not want it.
    """
    wanted = {task.id for task in tasks if wants_worktree(task.backend, cards.get(task.id))}
    if repository:
        writing = [task.id for task in tasks if may_write(task.backend, cards.get(task.id))]
        if len(writing) > 1:
            needs = {task.id: task.waits_for for task in tasks}
            wanted.update(Order.of(needs).side_by_side(writing))
    return tuple(
        replace(task, worktree=True) if task.id in wanted and not task.worktree else task
        for task in tasks
    )


def findings(
    tasks: Sequence[Task],
    backends: Mapping[str, str],
    cards: Mapping[str, Specialist | None],
) -> list[Finding]:
    """Pairs of tasks whose programs may write to the one folder that they would share.

    Ask only where the project is in no git repository: in one, each gets a worktree.

    Args:
        tasks: The enabled tasks, in the plan's order.
        backends: What runs each, by the task's id; one that is missing needs no folder.
        cards: Each task's agent file, as for `isolate`.
    """
    by_id = {task.id: task for task in tasks}
    writing = [
        task.id
        for task in tasks
        if may_write(backends.get(task.id, ""), cards.get(task.id))
        and not wants_worktree(backends.get(task.id, ""), cards.get(task.id))
    ]
    if len(writing) < 2:
        return []
    pairs = _at_once(writing, {task.id: task.after for task in tasks})
    return [_finding(by_id[one], by_id[other]) for one, other in pairs]


def _at_once(writing: Sequence[str], needs: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Pairs of which neither comes before the other; of very many tasks only neighbours."""
    order = Order.of(needs)
    return [
        (one, other)
        for one, other in (
            combinations(writing, 2) if len(writing) <= _MOST_TASKS else pairwise(writing)
        )
        if not order.follows(one, other) and not order.follows(other, one)
    ]


def _finding(one: Task, other: Task) -> Finding:
    from orchtui.engine.independence.findings import finding_id  # with it come all the rules' words

    evidence = tuple(quoted for task in (one, other) if (quoted := _first_words(task)))
    ids = (one.id, other.id)
    return Finding(
        id=finding_id("shared_resource", ids, evidence),
        kind="shared_resource",
        severity="warning",
        tasks=ids,
        evidence=evidence,
        message=f"'{one.label}' and '{other.label}' may both write in the project folder, which is "
        f"no git repository: neither can get a worktree of its own",
        rule=RULE,
    )


def _first_words(task: Task) -> Evidence | None:
    """The beginning of what the task asks for, up to the end of a word."""
    field, text = ("prompt", task.prompt) if task.prompt.strip() else ("title", task.title or "")
    start = len(text) - len(text.lstrip())
    line = text[start:].split("\n", 1)[0].rstrip()
    if len(line) > _QUOTED:
        cut = line.rfind(" ", 0, _QUOTED)
        line = line[: cut if cut > 0 else _QUOTED]
    if not line:
        return None
    return Evidence(task=task.id, field=field, start=start, end=start + len(line), text=line)
