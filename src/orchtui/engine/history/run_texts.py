"""RunTexts: what the index takes out of a journal: texts to be searched, figures for trends.

Texts come from events, which were redacted when they were written; whoever makes the
index redacts them once more. Very long ones are taken up to a bound. This module
reads journals and never writes a file.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchtui.engine.history.run_row import Details, RunRow
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events.events import FORMAT
from orchtui.engine.run_folders import past_runs, summary
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run, TaskRun

Field = Literal["name", "tag", "request", "title", "prompt", "result", "failure"]
"""Where a text stands. `name`: of the run. `title`: of a task. `result`: also what there is of
one that did not complete. `failure`: why it did not."""

MOST_TEXT = 1_000_000
"""Characters of one text that are taken."""
MOST_TEXTS = 20_000_000
"""Characters of one run that are taken."""


@dataclass(frozen=True, slots=True)
class RunText:
    """One text of a run."""

    field: Field
    task: str
    """The id; empty for the run's own."""
    text: str


@dataclass(frozen=True, slots=True)
class RunTexts:
    """What the index takes of one run, without its name and tags."""

    texts: tuple[RunText, ...]
    details: Details | None
    """`None` where the journal has no whole event."""
    summary: summary.Summary | None
    """The run as the journal tells it."""
    trouble: str = ""
    """Why there is nothing."""


def read_texts(folder: Path, redact: Callable[[str], str]) -> RunTexts:
    """Read a journal for the index. Blocks, as long as reading the journal takes.

    Args:
        folder: The run's.
        redact: Hides the secrets of today's environment.
    """
    run, trouble = past_runs.fold_as_far(folder)
    if run is None:
        return RunTexts((), None, None, trouble or "the journal holds no whole event")
    texts, room, cut = [], MOST_TEXTS, False
    for one in _texts_of(run):
        length = min(len(one.text), MOST_TEXT, room)
        cut = cut or length < len(one.text)
        room -= length
        if text := redact(one.text[:length]):
            texts.append(RunText(one.field, one.task, text))
    slowest = verdict.bottleneck(run)
    details = Details(
        plan_key=plan_key(run.plan),
        plan=redact(run.plan.title),
        slowest=slowest.id if slowest else "",
        slowest_s=_seconds(run, slowest) if slowest else None,
        cut=cut,
        trouble=_told(run, trouble),
    )
    return RunTexts(tuple(texts), details, summary.of(run))


def _told(run: Run, trouble: str) -> str:
    if trouble:
        return f"the journal can be read only in part: {trouble}"
    if run.format > FORMAT:
        return f"a newer orchtui wrote it (form {run.format}, known here: {FORMAT})"
    return ""


def plan_key(plan: Plan) -> str:
    """What is the same for runs of the same plan, and differs between others.

    A plan with a name is that name: it stays the same plan while people work on its tasks. One
    without is its request's words, and one without both its tasks' prompts and programs.
    """
    if plan.name:
        return f"name {plan.name}"
    if words := " ".join(plan.request.split()).casefold():
        return f"request {_digest(words)}"
    return f"tasks {_digest(*('/'.join((one.prompt, *one.command)) for one in plan.tasks))}"


def _digest(*parts: str) -> str:
    data = "\0".join(parts).encode("utf-8", "replace")
    return hashlib.sha256(data).hexdigest()[:24]


def _seconds(run: Run, task: TaskRun) -> float:
    return round(task.seconds_of_all(run.at), 3)


def _texts_of(run: Run) -> Iterator[RunText]:
    """In the order in which a place is shown where words stand in several."""
    yield RunText("request", "", run.plan.request)
    every = [*run.tasks.values(), *([run.aggregate] if run.aggregate else [])]
    for task in every:
        planned = task.task
        yield RunText("title", task.id, planned.label)
        yield RunText("prompt", task.id, planned.prompt or " ".join(planned.command))
    for task in every:
        yield RunText("result", task.id, task.text)
    for task in every:
        if task.status != "completed":
            yield RunText("failure", task.id, task.why)


def own_texts(row: RunRow) -> Iterator[RunText]:
    """What a run's own line has that can be searched; there without the journal."""
    for name in (row.labels.name, row.summary.name):
        if name:
            yield RunText("name", "", name)
    for tag in row.labels.tags:
        yield RunText("tag", "", tag)
