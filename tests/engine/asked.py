"""What the tests of the request parser ask, and how they compare a plan with it."""

from dataclasses import dataclass
from pathlib import Path

from orchtui.engine.agents.specialists import BUILT_IN, Agents
from orchtui.engine.plans.plan import AggregateStrategy, Limits, Plan, Priority, numbered
from orchtui.engine.request import parse_request
from orchtui.engine.staff.fitting import Fitter

FILES = (
    "README.md",
    "a.md",
    "b.md",
    "c.md",
    "logs/api.log",
    "logs/app.log",
    "logs/db.log",
    "src.py",
)
"""The working folder that the requests are asked in."""


_FITTER = Fitter(Agents([BUILT_IN]).current()[0])
"""Says whom a task gets, as a run does."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request and the plan that a reader would make of it."""

    text: str
    prompts: tuple[str, ...]
    """One for each task, word for word."""
    titles: tuple[str, ...] = ()
    """Not compared when empty; by default a title is the prompt without its full stop."""
    who: str | tuple[str, ...] = ""
    """The specialist of all tasks, or one for each; `-` for anybody, not compared when empty."""
    aggregate: AggregateStrategy = "collect"
    missing: tuple[str, ...] = ()
    """The beginnings of what is missing; nothing else may be."""
    limits: Limits = Limits()
    priorities: tuple[Priority, ...] = ()
    timeouts: tuple[float | None, ...] = ()
    reads: tuple[tuple[str, ...], ...] = ()
    after: tuple[tuple[str, ...], ...] = ()


def name_of(asked: Asked) -> str:
    """A short id for pytest."""
    return " ".join(asked.text.split())[:60]


def folder_with(path: Path, *files: str) -> Path:
    """Make the files, empty, below a folder."""
    for name in files:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).touch()
    return path


def compare(asked: Asked, folder: Path) -> Plan:
    """Parse the request and compare every part that the row speaks of."""
    plan = parse_request(asked.text, folder)
    count = len(asked.prompts)
    assert tuple(task.prompt for task in plan.tasks) == asked.prompts
    assert [task.id for task in plan.tasks] == list(numbered(count))
    assert plan.aggregate == asked.aggregate
    assert plan.limits == asked.limits
    assert len(plan.missing) == len(asked.missing), plan.missing
    for said, beginning in zip(plan.missing, asked.missing, strict=True):
        assert said.startswith(beginning)
    usual = tuple(prompt.rstrip(".") for prompt in asked.prompts)
    if asked.titles or all(len(title) <= 60 and "\n" not in title for title in usual):
        assert tuple(task.title for task in plan.tasks) == (asked.titles or usual)
    if asked.who:
        who = (asked.who,) * count if isinstance(asked.who, str) else asked.who
        fits = [_FITTER.fit(task.title, task.prompt) for task in plan.tasks]
        assert tuple(fit.specialist if fit.words else "-" for fit in fits) == who
    assert tuple(task.priority for task in plan.tasks) == (asked.priorities or ("normal",) * count)
    assert tuple(task.timeout for task in plan.tasks) == (asked.timeouts or (None,) * count)
    assert tuple(task.after for task in plan.tasks) == (asked.after or ((),) * count)
    if asked.reads:
        assert tuple(task.reads for task in plan.tasks) == asked.reads
    return plan
