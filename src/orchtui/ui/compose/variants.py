"""Variants: one task done in several ways at once, each with files of its own.

Pure: a plan in, a plan out. This module asks nobody how many, and never starts
one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from msgspec.structs import replace

from orchtui.engine.generators.own_files import own_path, with_paths
from orchtui.engine.plans.plan import Plan, Task
from orchtui.ui.compose.plan_edits import free_id

MOST = len(ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to do a task."""

    approach: str = ""
    """Words for the prompt."""
    model: str | None = None
    specialist: str | None = None

    @property
    def words(self) -> str:
        """What tells it from the others."""
        return self.approach or self.model or self.specialist or ""


def read_variants(
    answer: str, models: Collection[str], specialists: Collection[str]
) -> list[Variant]:
    """What a person asks for: `3`, or ways with semicolons between.

    A way that is a model's or a specialist's name is done by that one.

    Raises:
        ValueError: with what is wrong, for a person.
    """
    ways = [way for each in answer.split(";") if (way := " ".join(each.split()))]
    if len(ways) == 1 and ways[0].isdecimal():
        if not 2 <= int(ways[0]) <= MOST:
            raise ValueError(f"between 2 and {MOST} variants")
        return [Variant() for _ in range(int(ways[0]))]
    if not 2 <= len(ways) <= MOST:
        raise ValueError(f"a number, or 2 to {MOST} ways with ; between: quick sketch; thorough")
    people = {name.lower(): name for name in specialists}
    return [
        Variant(model=way)
        if way in models
        else Variant(specialist=people[way.lower()])
        if way.lower() in people
        else Variant(approach=way)
        for way in ways
    ]


def make_variants(plan: Plan, task_id: str, variants: Sequence[Variant]) -> Plan:
    """The plan with several tasks in the place of one.

    Who waited for the one waits for all of them, and who read what it writes reads what they
    write. An unknown id gives the same plan.
    """
    origin = next((task for task in plan.tasks if task.id == task_id), None)
    if origin is None:
        return plan
    ids = {task.id for task in plan.tasks}
    paths = {path for task in plan.tasks for path in task.writes}
    made: list[Task] = []
    renamed: dict[str, list[str]] = {path: [] for path in origin.writes}
    for letter, variant in zip(ascii_lowercase, variants, strict=False):
        new_id = free_id(f"{task_id[:60]}-{letter}", ids)
        ids.add(new_id)
        writes = {path: own_path(path, letter, paths) for path in origin.writes}
        paths.update(writes.values())
        for path, own in writes.items():
            renamed[path].append(own)
        told = _told(variant, len(made) + 1, len(variants)) if origin.prompt.strip() else ""
        made.append(_variant(origin, new_id, letter, variant, writes, told))
    others = (
        made if task.id == task_id else [_behind(task, task_id, made, renamed)]
        for task in plan.tasks
    )
    return replace(plan, tasks=tuple(task for group in others for task in group))


def _told(variant: Variant, number: int, count: int) -> str:
    """What is said behind the prompt, as with entries of plan files; the same words are to go to
    another model or specialist as they are."""
    if variant.approach:
        return f"Approach: {variant.approach}"
    return "" if variant.words else f"Variant: {number} of {count}"


def _variant(
    task: Task, new_id: str, letter: str, variant: Variant, writes: dict[str, str], told: str
) -> Task:
    name = f"{letter}: {variant.words}" if variant.words else letter
    prompt = with_paths(task.prompt, writes)
    if told:
        prompt = f"{prompt.rstrip()}\n\n{told}"
    return replace(
        task,
        id=new_id,
        title=f"{with_paths(task.label, writes)} ({name})",
        prompt=prompt,
        command=tuple(with_paths(word, writes) for word in task.command),
        writes=tuple(writes.values()),
        model=variant.model or task.model,
        specialist=variant.specialist or task.specialist,
        accepted=(),  # those were findings about another task
    )


def _behind(task: Task, task_id: str, made: Sequence[Task], renamed: dict[str, list[str]]) -> Task:
    """Another task of the plan, that may have waited for the one, or read what it wrote."""
    after = [
        new for one in task.after for new in ([m.id for m in made] if one == task_id else [one])
    ]
    reads = [new for path in task.reads for new in renamed.get(path, [path])]
    return replace(task, after=tuple(dict.fromkeys(after)), reads=tuple(dict.fromkeys(reads)))
