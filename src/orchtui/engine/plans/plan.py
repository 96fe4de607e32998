"""Plan and Task: what was asked for, as immutable templates.

A Plan has no status; only a Run does. `plan_file` reads and writes plans as
YAML, `request` makes them from plain words, `schedule` decides the order.
This module never touches a file.
"""

import re
from collections.abc import Iterator
from typing import Literal, get_args

import msgspec

Priority = Literal["critical", "normal", "nice-to-have"]
AggregateStrategy = Literal["collect", "synthesize", "compare", "none"]

OnBudget = Literal["finish", "cut"]
"""What becomes of running tasks once a budget is used up."""

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
STRATEGIES: tuple[AggregateStrategy, ...] = get_args(AggregateStrategy)
ON_BUDGET: tuple[OnBudget, ...] = get_args(OnBudget)

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
SLUG_ALLOWED = "letters, digits, '-', '_' and '.', starting with a letter or digit, at most 64"

RESERVED_NAMES = frozenset({"task", "result", "log"})
"""Plan names that would collide with the file names of plans without a name."""


class Limits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much at once, how long, how dear. `None` means: not said here."""

    concurrency: int | None = None
    """Tasks that may run at the same time."""
    timeout: float | None = None
    """Seconds from a task's first start, over all its attempts."""
    idle_timeout: float | None = None
    """Seconds without any sign of life from a backend."""
    connect_timeout: float | None = None
    """Seconds until a backend's first sign of life."""
    first_token_timeout: float | None = None
    """Seconds until the first piece of an answer; 0 for any time."""
    deadline: float | None = None
    """Seconds for the whole run."""
    retries: int | None = None
    """Attempts after the first."""
    max_tokens: int | None = None
    """Tokens that one answer may have."""
    budget_usd: float | None = None
    """Dollars for the whole run."""
    budget_tokens: int | None = None
    """Tokens, in and out, for the whole run."""
    rate: float | None = None
    """Attempts that may start in a second, for each backend."""
    max_tasks: int | None = None
    """Tasks that a plan may have in which an entry stands for several; asked when it is read."""
    hedge: float | None = None
    """Times the usual time after which a task gets a second attempt; 0 for never."""
    on_budget: OnBudget | None = None
    """Whether running tasks end by themselves once a budget is used up, or are cut off."""

    def over(self, other: "Limits") -> "Limits":
        """These limits, and `other`'s where these say nothing."""
        return Limits(
            **{
                field: mine if (mine := getattr(self, field)) is not None else getattr(other, field)
                for field in self.__struct_fields__
            }
        )


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of work, self-contained, for one specialist."""

    id: str
    """A slug, unique in the plan."""
    title: str = ""
    """A few words for lists; made from the prompt when empty (see `label`)."""
    prompt: str = ""
    """What the specialist is told. May be empty only for a `command`."""
    expected_output: str = ""
    """What the answer shall be: its form, length, what must be in it. Told with the prompt."""
    rationale: str = ""
    """Why the task is in the plan. For people; nobody who works on it is told."""
    specialist: str | None = None
    """Name of an agent file; the plan's default when not said."""
    backend: str | None = None
    """How to run the specialist; the plan's default when not said."""
    model: str | None = None
    """Alias or full id of a model."""
    command: tuple[str, ...] = ()
    """A program and its arguments; then the backend is `command`."""
    env: tuple[str, ...] = ()
    """Names of variables with secrets that its program gets; others are kept from it."""
    runs_on: tuple[str, ...] = ()
    """Labels that the worker of a cluster has to have that works on it, such as gpu."""
    priority: Priority = "normal"
    timeout: float | None = None
    """Seconds."""
    idle_timeout: float | None = None
    """Seconds."""
    connect_timeout: float | None = None
    """Seconds."""
    first_token_timeout: float | None = None
    """Seconds."""
    retries: int | None = None
    max_tokens: int | None = None
    estimate: float | None = None
    """Seconds that a person expects this to take."""
    reads: tuple[str, ...] = ()
    """Paths below the project folder that this task reads."""
    writes: tuple[str, ...] = ()
    """Paths below the project folder that this task writes."""
    after: tuple[str, ...] = ()
    """Ids of the tasks whose results this one needs."""
    accepted: tuple[str, ...] = ()
    """Ids of independence findings that a person accepted."""
    accept_truncated: bool = False
    """Whether an answer cut off by max_tokens is good enough."""
    enabled: bool = True

    @property
    def label(self) -> str:
        """The title, or the start of the prompt, or the program, or the id."""
        for text in (self.title, self.prompt, " ".join(self.command)):
            if words := " ".join(text.split()):
                return words if len(words) <= 60 else words[:59].rstrip() + "…"
        return self.id

    @property
    def told(self) -> str:
        """All that the plan tells the specialist: the prompt, and below it the expected output."""
        if not self.prompt.strip() or not self.expected_output.strip():
            return self.prompt
        return f"{self.prompt.rstrip()}\n\nExpected output: {self.expected_output.strip()}"


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A list of tasks and what holds for all of them."""

    name: str | None = None
    """A slug that names the published files; none for plans made from a request."""
    request: str = ""
    """The words that the plan came from."""
    specialist: str | None = None
    backend: str | None = None
    model: str | None = None
    limits: Limits = Limits()
    aggregate: AggregateStrategy = "collect"
    missing: tuple[str, ...] = ()
    """What the request left open. A plan with entries here does not start."""
    tasks: tuple[Task, ...] = ()

    def task(self, task_id: str) -> Task:
        """The task with this id.

        Raises:
            KeyError: when there is none.
        """
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise KeyError(task_id)

    @property
    def title(self) -> str:
        """The name, or the start of the request, or of the first task."""
        text = self.name or self.request.strip().partition("\n")[0].strip().rstrip(":")
        if not text and self.tasks:
            more = len(self.tasks) - 1
            text = self.tasks[0].label + (f" and {more} more" if more else "")
        return text if len(text) <= 72 else text[:71].rstrip() + "…"


def numbered(count: int) -> Iterator[str]:
    """The default ids: task-1, task-2, …"""
    return (f"task-{number}" for number in range(1, count + 1))
