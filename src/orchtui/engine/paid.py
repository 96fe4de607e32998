"""What a run that costs money will use: an estimate, before the first one in a project.

Only what is known before the start is counted, and each figure says what it
leaves out. A price that nobody knows is called unknown. This module never asks
and never limits anything; budgets are the executor's.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from orchtui.engine.backends.names import PRESETS
from orchtui.engine.schedule import Schedule
from orchtui.engine.text import clean_line

_CHARACTERS_PER_TOKEN = 4
"""Of English prose. Other languages and code need more tokens for as many characters."""

_SPENDING_PROGRAMS = frozenset({"acp", *PRESETS})
"""Agent programs, which use a model on an account of the user's."""


class Keyed(Protocol):
    """A server, as a profile names it."""

    @property
    def key_env(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the paid tasks of a run use, as far as that can be told."""

    tasks: int
    """Tasks that cost money, the synthesis too."""
    by_programs: int
    """Those of them that an agent program does, which counts and limits its requests itself."""
    requests: int
    """At least: one for each task; tools and further attempts need more."""
    input_tokens: int
    """About: instructions and prompts. Results that are handed over, and what tools answer, come
    to that."""
    output_tokens: int
    """At most, in one attempt at each task. Without those that programs do."""
    models: tuple[tuple[str, int], ...]
    """What they use, and how many tasks; the most used first."""
    cost: float | None = None
    """Dollars; `None` where a price is unknown."""


def estimate(
    schedule: Schedule,
    systems: Mapping[str, str],
    *,
    profiles: Mapping[str, Keyed] | None = None,
    done: Collection[str] = (),
) -> Estimate | None:
    """What this schedule uses; `None` where it costs nothing.

    A server that is reached without a key is taken to cost nothing; one that gets a key costs
    money, also on this machine, where it may hand everything on.

    Args:
        schedule: Of a new run, or of a past one that goes on.
        systems: Instructions by the specialist's name.
        profiles: Servers by name.
        done: Ids of tasks that do not run again.
    """
    spending = _spending(profiles or {})
    tasks = [task for task in schedule.tasks if task.id not in done and task.backend in spending]
    synthesis = schedule.aggregate == "synthesize" and schedule.backend in spending
    if not tasks and not synthesis:
        return None
    models = Counter(_model(task.backend, task.model) for task in tasks)
    # The synthesis may write as much as the longest task.
    longest = max((task.max_tokens for task in schedule.tasks), default=0)
    by_programs = sum(task.backend in _SPENDING_PROGRAMS for task in tasks)
    output = sum(task.max_tokens for task in tasks if task.backend not in _SPENDING_PROGRAMS)
    characters = sum(len(task.prompt) + len(systems.get(task.specialist, "")) for task in tasks)
    if synthesis:
        models[_model(schedule.backend, schedule.model)] += 1
        characters += len(systems.get("synthesizer", ""))
        by_program = schedule.backend in _SPENDING_PROGRAMS
        by_programs += by_program
        output += 0 if by_program else longest
    return Estimate(
        tasks=len(tasks) + synthesis,
        by_programs=by_programs,
        requests=len(tasks) + synthesis,
        input_tokens=-(-characters // _CHARACTERS_PER_TOKEN),
        output_tokens=output,
        models=tuple(models.most_common()),
    )


def told(of: Estimate) -> list[str]:
    """The figures as lines for a person, each with what it leaves out."""
    models = ", ".join(f"{name} × {count:,}" for name, count in of.models)
    lines = [
        f"paid tasks:    {of.tasks:,} ({models})",
        f"requests:      at least {of.requests:,}; tools and further attempts need more",
        f"input tokens:  about {of.input_tokens:,} (a guess: characters / 4), "
        "more with tools and handed-over results",
    ]
    if of.by_programs < of.tasks:
        lines.append(f"output tokens: at most {of.output_tokens:,} in one attempt at each task")
    if of.by_programs:
        lines.append(f"by programs:   {of.by_programs:,}, which limit their own use of tokens")
    lines.append(f"cost:          {'unknown' if of.cost is None else f'about ${of.cost:,.2f}'}")
    return lines


def _spending(profiles: Mapping[str, Keyed]) -> frozenset[str]:
    keyed = {name for name, profile in profiles.items() if profile.key_env}
    free = profiles.keys() - keyed
    return (_SPENDING_PROGRAMS | {"anthropic"} | keyed) - free


def _model(backend: str, model: str | None) -> str:
    return clean_line(model, 60) if model else f"the default of {clean_line(backend, 60)}"
