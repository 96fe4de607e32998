"""A model is asked for a plan, or to refine one, and its answer is held to what plans are.

An answer that does not fit is sent back once, with what is wrong with it; after
that what can stay as it is stays, and all else ends in words that say why there
is no plan. What comes of it is a plan to look at: nothing is started. This
module never writes a file.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from orchtui.engine.backends import base
from orchtui.engine.consulting.one_answer import Answer, ask_once
from orchtui.engine.planning.answer_form import Question, fenced, json_line
from orchtui.engine.planning.plan_answer import Reading, read_plan
from orchtui.engine.planning.plan_question import MOST_TASKS
from orchtui.engine.planning.plan_question import question as plan_question
from orchtui.engine.planning.refinement_answer import read_refinement
from orchtui.engine.planning.refinement_question import Refinement
from orchtui.engine.planning.refinement_question import question as refinement_question
from orchtui.engine.planning.surroundings import WIDE, Room, Surroundings
from orchtui.engine.planning.task_entries import MAX_ANSWER
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.scheduling.resolve import ORCHESTRATOR
from orchtui.engine.text import clean_line

TIMEOUT = 180.0
"""Seconds for each answer."""

_TOKENS_OF_ALL = 2000
_TOKENS_OF_ONE = 500
"""Tokens of an answer: for its frame and what a model thinks, and for each task that is allowed."""

_REPAIR = """\
{prompt}

You were asked this before, and your answer can not be used. Between the next two lines of dashes \
stands the beginning of that answer as JSON, and what is wrong with it:

{material}

Answer again, with the whole JSON object that you were told of, and nothing else."""

_NO_SCHEMA = re.compile(
    r"output_config|output_format|response_format|json_schema|\bschema\b|structured|grammar"
    r"|extra (?:inputs|fields)|(?:unknown|unexpected|unrecognized|unsupported|invalid|additional) "
    r"(?:request )?(?:fields?|parameters?|arguments?|keys?|propert(?:y|ies))",
    re.IGNORECASE,
)
"""How servers say that a model, or they themselves, take no schema."""

_REFUSED = (
    "the server takes no schema of the answer, so it was asked without one, and its text was read"
)
_IGNORED = "the server did not keep to the schema of the answer; its text was read all the same"

Read = Callable[[str], Reading]


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking."""

    plan: Plan | None = None
    """To be looked at before it runs; `None` where there is none."""
    problems: tuple[str, ...] = ()
    """Why there is none; safe to show."""
    notes: tuple[str, ...] = ()
    """What was left out of the answer, or is doubtful in the plan; safe to show."""
    repaired: bool = False
    """Whether a first answer was sent back."""
    model: str | None = None
    """The one that answered, as the server named it."""
    usage: Usage = Usage()
    """Of all answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Who is asked, and how.

    Attributes:
        backend: One that has a model.
        folder: Absolute path of the project folder.
        around: Who and what is on hand.
        room: How much it can take.
        model: Alias or full id; `None` leaves the choice to the backend.
        instructions: The orchestrator's own, which come before the question's.
        limit: Seconds for each answer.
        redactor: Hides secrets in what it says.
        noticed: Called with the characters that there are of an answer, as they come; from the
            start again where one is sent back.
    """

    backend: base.Backend
    folder: str
    around: Surroundings = Surroundings()
    room: Room = WIDE
    model: str | None = None
    instructions: str = ""
    limit: float = TIMEOUT
    redactor: Redactor = NOTHING
    noticed: Callable[[int], object] = lambda characters: None

    async def plan(self, request: Plan, most: int = MOST_TASKS) -> Proposal:
        """Ask for a plan.

        Args:
            request: A plan with the request, and with what its words say of how to run; it is
                what the answer's tasks are put into. See `plan_question.why_not`.
            most: Tasks that it may have.
        """
        asked = plan_question(request.request, self.around, most)
        return await self._proposal(asked, lambda text: read_plan(text, request, self.around, most))

    async def refine(self, plan: Plan, refinement: Refinement) -> Proposal:
        """Ask for a change to a plan.

        Args:
            plan: What there is.
            refinement: What is wanted; see `refinement_question.require`.
        """
        asked = refinement_question(plan, refinement, self.around)
        return await self._proposal(
            asked, lambda text: read_refinement(text, plan, refinement, self.around)
        )

    async def _proposal(self, asked: Question, read: Read) -> Proposal:
        """The first answer, or what a second one mends."""
        first, form = await self._ask(asked)
        reading = _reading(first, read)
        if not reading.wrong or (first.problem and first.kind != "empty"):
            return _proposed(reading, first, form)
        material = [
            json_line({"answer": first.text[: self.room.quoted]}),
            json_line({"wrong": reading.wrong}),
        ]
        prompt = _REPAIR.format(prompt=asked.prompt, material=fenced(material))
        asked = asked._replace(prompt=prompt)
        # A schema that was refused is not sent again.
        second, again = await self._ask(asked, schema=form != _REFUSED)
        mended = _reading(second, read)
        if mended.plan is None and reading.plan is not None:
            mended = reading  # it was only doubtful, and is better than nothing
        proposal = _proposed(mended, second, form or again)
        # Where the second answer did not come, or said no, why the first was sent back is left.
        before = () if proposal.plan is not None else reading.wrong
        return replace(
            proposal,
            problems=_of_both(before, proposal.problems),
            repaired=True,
            model=second.model or first.model,
            usage=first.usage + second.usage,
        )

    async def _ask(self, asked: Question, *, schema: bool = True) -> tuple[Answer, str]:
        """One answer, asked once more without a schema by which the server can not go; and what is
        to be told of that."""
        assignment = self._assignment(asked)
        if not schema:
            return await self._once(replace(assignment, schema=None)), ""
        answer = await self._once(assignment)
        if answer.kind == "bad_request" and _NO_SCHEMA.search(answer.problem):
            return await self._once(replace(assignment, schema=None)), _REFUSED
        ignored = self._sends_schemas and not answer.problem and not _is_object(answer.text)
        return answer, _IGNORED if ignored else ""

    @property
    def _sends_schemas(self) -> bool:
        return isinstance(self.backend, base.Structured) and self.backend.structured

    async def _once(self, assignment: base.Assignment) -> Answer:
        return await ask_once(
            self.backend,
            assignment,
            limit=self.limit,
            longest=MAX_ANSWER,
            redactor=self.redactor,
            noticed=self.noticed,
        )

    def _assignment(self, asked: Question) -> base.Assignment:
        return base.Assignment(
            task="@planner",
            attempt=1,
            specialist=ORCHESTRATOR,
            system="\n\n".join(part for part in (self.instructions.strip(), asked.system) if part),
            prompt=asked.prompt,
            model=self.model,
            max_tokens=self.room.tokens or _TOKENS_OF_ALL + _TOKENS_OF_ONE * asked.most,
            folder=self.folder,
            # A program with tools of its own only answers: nothing that it reads may make it act.
            tools=(),
            schema=asked.schema,
        )


def _reading(answer: Answer, read: Read) -> Reading:
    """What an answer says, or that there is none."""
    if answer.kind == "truncated":
        return Reading(wrong=(f"{answer.problem}; allow fewer tasks, or ask for less at once",))
    return Reading(wrong=(answer.problem,)) if answer.problem else read(answer.text)


def _is_object(text: str) -> bool:
    """Whether a text is one JSON object and nothing else, as a schema wants it."""
    try:
        return isinstance(msgspec.json.decode(text), dict)
    except msgspec.DecodeError:
        return False


def _of_both(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Problems of two answers, each said once: the second's, then what only the first had."""
    only = [one for one in first if one not in second]
    return (*second, *(f"in the first answer: {one}" for one in only))


def _proposed(reading: Reading, answer: Answer, form: str) -> Proposal:
    """What came of it; `form` tells of the schema."""
    told = (form,) if form else ()
    if reading.plan is None:
        problems = (reading.declined,) if reading.declined else reading.wrong
        return Proposal(problems=problems, notes=told, model=answer.model, usage=answer.usage)
    notes = tuple(map(clean_line, (*told, *reading.notes, *reading.wrong)))
    return Proposal(plan=reading.plan, notes=notes, model=answer.model, usage=answer.usage)
