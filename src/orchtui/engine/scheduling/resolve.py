"""What holds for a task: who does it, how, with which model and limits.

A flag wins over the task, the task over the agent file, the agent file over the
plan, the plan over what the user set. A task that names nobody gets the
specialist that fits its words. This module never decides an order.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypedDict, TypeVar

import msgspec

from orchtui.engine.agents.specialists import Specialist, find
from orchtui.engine.plans.backend_names import PROGRAMS, WITHOUT_MODEL_CHOICE
from orchtui.engine.plans.plan import Limits, Plan, Task

DEFAULTS = Limits(
    concurrency=8, timeout=1800.0, retries=2, max_tokens=8000, hedge=0.0, on_budget="finish"
)
"""What holds when nobody says anything."""

DEFAULT_SPECIALIST = "researcher"

ORCHESTRATOR = "parallel-orchestrator"
"""The orchestrator's own agent file: prompt and model of second opinions and of the synthesis."""

SYNTHESIZER = "synthesizer"
JUDGE = "judge"
"""The specialist that scores finished results, where somebody asks it to."""

_T = TypeVar("_T")


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said on the command line; wins over the plan and its tasks."""

    backend: str | None = None
    """For tasks that need a model; `rehearsal` also stands in for programs."""
    model: str | None = None
    limits: Limits = Limits()


class TaskLimits(TypedDict):
    """The limits of one task, as a ScheduledTask has them."""

    timeout: float
    idle_timeout: float | None
    connect_timeout: float | None
    first_token_timeout: float | None
    retries: int
    max_tokens: int


class Who(NamedTuple):
    """Who does a task."""

    name: str
    card: Specialist | None
    """The agent file; `None` where there is none of this name."""
    why: str
    """Why this one, where nobody named one."""


class How(NamedTuple):
    """How a task is run."""

    backend: str
    command: tuple[str, ...]


Fit = Callable[[Task], tuple[str, str]]
"""The specialist that fits a task's words, and why."""


Knows = Callable[[str, str], bool]
"""Whether a backend knows a model, by their names."""


def knows_all(backend: str, model: str) -> bool:
    """For backends that nobody knows better."""
    return True


Labels = Callable[[str], tuple[str, ...]]
"""The labels that a worker of a cluster has to have for work through a backend."""


def no_labels(backend: str) -> tuple[str, ...]:
    """For backends that run anywhere."""
    return ()


def nobody_asked(task: Task) -> tuple[str, str]:
    """The specialist of a task about whose words nobody was asked."""
    return DEFAULT_SPECIALIST, ""


class Resolver:
    """Answers for the tasks of one plan.

    Args:
        plan: What was asked for.
        overrides: Flags.
        defaults: The user's own limits, below the plan's.
        specialists: By key, as `specialists.Agents` gives them.
        fit: Whom a task gets that names nobody.
        env: Variables that the configuration passes on to every program.
        knows: An agent file's model is passed over where the backend does not know it: the file
            was written for another one.
        labels: What a backend's work needs of a cluster's worker, beside what task and agent
            file say.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        overrides: Overrides,
        defaults: Limits,
        specialists: Mapping[str, Specialist],
        fit: Fit = nobody_asked,
        env: tuple[str, ...] = (),
        knows: Knows = knows_all,
        labels: Labels = no_labels,
    ) -> None:
        self.plan = plan
        self.overrides = overrides
        self._specialists = specialists
        self._fit = fit
        self._env = env
        self._knows = knows
        self._labels = labels
        self._who: dict[str, Who] = {}
        self.limits = overrides.limits.over(plan.limits).over(defaults).over(DEFAULTS)
        """Of the run."""

    def who(self, task: Task) -> Who:
        """Who does it."""
        if task.id not in self._who:
            named = task.specialist or self.plan.specialist
            name, why = (named, "") if named else self._fit(task)
            card = find(self._specialists, name)
            self._who[task.id] = Who(card.name if card else name, card, why)
        return self._who[task.id]

    def is_unknown(self, task: Task) -> bool:
        """Whether whoever is named for it has no agent file; not so where nobody has one."""
        return bool(self._specialists) and not task.command and self.who(task).card is None

    def chosen(self, task: Task) -> How | None:
        """How it is run, as flag, task, agent file or plan say it; `None` where nobody does."""
        flag, card = self.overrides.backend, self.who(task).card
        if flag == "rehearsal":
            return How(flag, task.command)
        if task.command:
            return How(task.backend or "command", task.command)
        if flag or task.backend:
            name = flag or task.backend or ""
            # The agent file's own program still stands for itself where that is what was chosen.
            same = card is not None and name in PROGRAMS and card.backend in (None, name)
            return How(name, card.command if card is not None and same else ())
        if card is not None and (card.backend or card.command):
            return How(card.backend or "command", card.command)
        return How(self.plan.backend, ()) if self.plan.backend else None

    def model(self, task: Task, backend: str) -> str | None:
        """The model, alias or id; `None` leaves it to the backend."""
        if backend in WITHOUT_MODEL_CHOICE:
            return None
        of_card = self._model_of(self.who(task).card, backend)
        return self.overrides.model or task.model or of_card or self.plan.model

    def env(self, task: Task, backend: str) -> tuple[str, ...]:
        """Variables with secrets that its program gets; none where it is no program."""
        if backend not in PROGRAMS:
            return ()
        card = self.who(task).card
        return tuple(dict.fromkeys((*task.env, *(card.env if card else ()), *self._env)))

    def runs_on(self, task: Task, backend: str) -> tuple[str, ...]:
        """Labels of the worker of a cluster that it needs: the task's own, its agent file's, and
        those of the profile that it goes through."""
        card = self.who(task).card
        of_card = card.runs_on if card else ()
        return tuple(dict.fromkeys((*task.runs_on, *of_card, *self._labels(backend))))

    def lead_runs_on(self, backend: str) -> tuple[str, ...]:
        """The same for what the orchestrator itself asks for."""
        return self._labels(backend)

    def lead_model(self, backend: str) -> str | None:
        """The model for what the orchestrator itself asks for, such as the synthesis."""
        if backend in WITHOUT_MODEL_CHOICE:
            return None
        of_card = self._model_of(find(self._specialists, ORCHESTRATOR), backend)
        return self.overrides.model or of_card or self.plan.model

    def _model_of(self, card: Specialist | None, backend: str) -> str | None:
        known = card is not None and card.model and self._knows(backend, card.model)
        return card.model if card is not None and known else None

    def limits_of(self, task: Task, backend: str) -> TaskLimits:
        """What holds for one task."""
        card = self.who(task).card
        flags, wanted = self.overrides.limits, self.limits
        of_card = card.limits if card is not None else Limits()
        # A program may print only at its end: what a plan says for all is not meant for it.
        silent = backend == "command"

        def patience(field: str) -> float | None:
            said = [getattr(one, field) for one in (flags, task, of_card)]
            return _first_or_none(*said, None if silent else getattr(wanted, field))

        return {
            "timeout": _first(flags.timeout, task.timeout, of_card.timeout, wanted.timeout),
            "idle_timeout": patience("idle_timeout"),
            "connect_timeout": patience("connect_timeout"),
            "first_token_timeout": patience("first_token_timeout"),
            "retries": _first(flags.retries, task.retries, of_card.retries, wanted.retries),
            "max_tokens": _first(
                flags.max_tokens, task.max_tokens, of_card.max_tokens, wanted.max_tokens
            ),
        }


def _first_or_none(*values: _T | None) -> _T | None:
    return next((value for value in values if value is not None), None)


def _first(*values: _T | None) -> _T:
    value = _first_or_none(*values)
    assert value is not None
    return value
