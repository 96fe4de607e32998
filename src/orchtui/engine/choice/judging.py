"""Judging: a judge specialist scores results by criteria that a person wrote.

Only on request, in one question. What it says is shown beside the results and
becomes an event; it never chooses, and never changes what a person chose. This
module never writes a file.
"""

from typing import NamedTuple

import msgspec

from orchtui.engine.afterwards.behind_end import require_ended
from orchtui.engine.backends import base
from orchtui.engine.choice.judge_answer import MAX_ANSWER, Reading, read_answer
from orchtui.engine.choice.judge_question import judged_tasks, question
from orchtui.engine.consulting.one_answer import ask_once
from orchtui.engine.run_events.choice_events import ResultsJudged
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.resolve import JUDGE

TIMEOUT = 180.0
"""Seconds for the whole answer: it has to read all results first."""
MAX_TOKENS = 6000
"""Tokens of the answer: some hundred scores with reasons."""


class Request(NamedTuple):
    """What is to be judged."""

    run: Run
    criteria: tuple[str, ...]
    """From `criteria_of`."""
    tasks: tuple[str, ...] = ()
    """Ids; empty for all that completed."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge said, before it is written down."""

    criteria: tuple[str, ...]
    tasks: tuple[str, ...]
    reading: Reading
    backend: str
    model: str | None
    usage: Usage

    def make(self, run: Run, stamp: Stamp) -> ResultsJudged:
        """The event, for `choosing.write_down`.

        Raises:
            InputError: when the run goes on again since it was asked.
        """
        require_ended(run)
        said = self.reading
        return stamp(
            ResultsJudged,
            criteria=self.criteria,
            tasks=self.tasks,
            scores=said.scores,
            best=said.best,
            why=said.why,
            problems=said.problems,
            backend=self.backend,
            model=self.model,
            usage=self.usage,
        )


async def ask(
    backend: base.Backend,
    request: Request,
    *,
    name: str,
    folder: str,
    model: str | None = None,
    instructions: str = "",
    limit: float = TIMEOUT,
    redactor: Redactor = NOTHING,
) -> Judgement:
    """Ask a judge.

    Args:
        backend: One that has a model.
        request: What is to be judged, by what.
        name: The backend's.
        folder: Absolute path of the project folder.
        model: Alias or full id; `None` leaves the choice to the backend.
        instructions: The judge's own, which come before the question's.
        limit: Seconds for the whole answer.
        redactor: Hides secrets in what it says.

    Returns:
        What it said. When it failed or said nothing that can be used, there are no scores and a
        problem says why.

    Raises:
        InputError: when there are not two whole answers, or too many.
    """
    tasks = judged_tasks(request.run, request.tasks)
    asked = question(request.run, tasks, request.criteria)
    assignment = base.Assignment(
        task="@judge",
        attempt=1,
        specialist=JUDGE,
        system="\n\n".join(part for part in (instructions.strip(), asked.system) if part),
        prompt=asked.prompt,
        model=model,
        max_tokens=MAX_TOKENS,
        folder=folder,
        # A program with tools of its own only answers: nothing that it reads may make it act.
        tools=(),
    )
    answer = await ask_once(backend, assignment, limit=limit, longest=MAX_ANSWER, redactor=redactor)
    failed = Reading(problems=(answer.problem,))
    reading = (
        failed if answer.problem else read_answer(answer.text, asked.letters, request.criteria)
    )
    return Judgement(
        criteria=request.criteria,
        tasks=tuple(task.id for task in tasks),
        reading=reading._replace(problems=(*asked.problems, *reading.problems)),
        backend=name,
        model=answer.model,
        usage=answer.usage,
    )
