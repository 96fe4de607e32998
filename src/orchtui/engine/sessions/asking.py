"""Asking: what a project's people ask a model outside of any run, and who is asked.

A plan for a request and changes to a plan, a second opinion about one, a judge
of a run's results. Nothing is asked before a person has agreed to what asking
would run or send. This module starts no run.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from orchtui.engine.agents.specialists import find
from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Plan
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.resolve import JUDGE, ORCHESTRATOR
from orchtui.engine.sessions.prospects import Prospects
from orchtui.engine.trusting.trust import Danger, Own, UntrustedError
from orchtui.engine.trusting.trust_store import TrustStore, untrusted

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.choice.judging import Judgement
    from orchtui.engine.consulting import second_opinion as opinions
    from orchtui.engine.planning.planner import Planner, Proposal
    from orchtui.engine.planning.refinement_question import Refinement

Noticed = Callable[[int], object]


def _nothing(characters: int) -> None:
    """Whoever asks need not follow."""


@dataclass(slots=True, kw_only=True)
class Asking(Prospects):
    """What a project asks models."""

    trust: TrustStore = field(default_factory=TrustStore)
    """What the user has agreed to so far."""
    own: Own = Own()
    """What of the configuration is the user's own."""

    # A plan

    async def propose_plan(
        self,
        request: str,
        most: int | None = None,
        *,
        limit: float | None = None,
        noticed: Noticed = _nothing,
    ) -> "Proposal":
        """Have a model plan a request; see `planner.Planner`. Nothing of the plan is started.

        What the request's words say of how to run (limits, how results are joined) is read
        offline, as in `request`, and not left to the model.

        Args:
            request: In plain words.
            most: Tasks that the plan may have; `plan_question.MOST_TASKS` where nothing is said.
            limit: Seconds for each answer; `planner.TIMEOUT` where none are named.
            noticed: Called with the characters of the answer as they come.

        Raises:
            InputError: when the request is empty or too long, or `most` is not 1 to 100.
            NoBackendError: when no backend with a model is chosen, or it can not be used here.
            UntrustedError: when nobody has agreed to what asking it would run or send.
        """
        from orchtui.engine.planning import plan_question  # not before the first paint
        from orchtui.engine.request import parse_request

        most = plan_question.MOST_TASKS if most is None else most
        if (hindrance := plan_question.why_not(request, most)) is not None:
            raise InputError.of(hindrance)
        planner = await self._planner(Plan(request=request), limit, noticed)
        read = await asyncio.to_thread(parse_request, request, self.folder)
        base = Plan(request=read.request, limits=read.limits, aggregate=read.aggregate)
        return await planner.plan(base, most)

    async def refine_plan(
        self,
        plan: Plan,
        refinement: "Refinement",
        *,
        limit: float | None = None,
        noticed: Noticed = _nothing,
    ) -> "Proposal":
        """Have a model change a plan; see `planner.Planner`. The plan given stays as it is.

        Args:
            plan: What there is.
            refinement: What is wanted.
            limit: Seconds for each answer; `planner.TIMEOUT` where none are named.
            noticed: Called with the characters of the answer as they come.

        Raises:
            InputError: when there is no such task, or a model can not be asked about this plan.
            NoBackendError, UntrustedError: as `propose_plan`.
        """
        from orchtui.engine.planning import refinement_question  # not before the first paint

        refinement_question.require(plan, refinement)
        return await (await self._planner(plan, limit, noticed)).refine(plan, refinement)

    def untrusted_planner(self, plan: Plan) -> tuple[Danger, ...]:
        """What asking for a plan, or a change to this one, would do on the project's word that
        nobody has agreed to yet.

        Reads files: not for the event loop.

        Raises:
            NoBackendError: when no backend with a model is chosen.
        """
        name, model = self.planner_backend(plan)
        return self._untrusted(name, model, self._told_by(ORCHESTRATOR))

    def planner_backend(self, plan: Plan) -> tuple[str, str | None]:
        """As `opinion_backend`, of a planner.

        Raises:
            NoBackendError: when no backend with a model is chosen.
        """
        return self._who_answers(plan, "a planner")

    async def _planner(self, plan: Plan, limit: float | None, noticed: Noticed) -> "Planner":
        from orchtui.engine.planning import planner, surroundings  # not before the first paint

        name, model = self.planner_backend(plan)
        await asyncio.to_thread(self.reread)
        if new := await asyncio.to_thread(self.untrusted_planner, plan):
            raise UntrustedError(new)
        narrow = name == "local"
        room = surroundings.NARROW if narrow else surroundings.WIDE
        around = await asyncio.to_thread(
            surroundings.look_around,
            self.folder,
            self.out,
            self.specialists,
            room,
        )
        return planner.Planner(
            backend=self.backends.open([name])[name],
            folder=str(self.folder.resolve()),
            around=around,
            room=room,
            model=model,
            # The question says all that is needed; the local model has no room for more.
            instructions="" if narrow else self._told_by(ORCHESTRATOR),
            limit=planner.TIMEOUT if limit is None else limit,
            redactor=self.backends.redactor,
            noticed=noticed,
        )

    # A second opinion

    async def second_opinion(self, plan: Plan, *, limit: float | None = None) -> "opinions.Opinion":
        """Ask a model which tasks of a plan are not independent; see `second_opinion.ask`.

        Args:
            plan: What to ask about.
            limit: Seconds for the whole answer; `second_opinion.TIMEOUT` where none are named.

        Raises:
            NoBackendError: when no backend with a model is chosen, or it can not be used here.
            UntrustedError: when nobody has agreed to what asking it would run or send.
        """
        from orchtui.engine.consulting import (
            second_opinion as opinions,  # not before the first paint
        )

        name, model = self.opinion_backend(plan)
        if new := await asyncio.to_thread(self.untrusted_opinion, plan):
            raise UntrustedError(new)
        return await opinions.ask(
            self.backends.open([name])[name],
            plan,
            folder=str(self.folder.resolve()),
            model=model,
            instructions=self._told_by(ORCHESTRATOR),
            limit=opinions.TIMEOUT if limit is None else limit,
            redactor=self.backends.redactor,
        )

    def untrusted_opinion(self, plan: Plan) -> tuple[Danger, ...]:
        """What asking for a second opinion would do on the project's word, not yet agreed to.

        Reads files: not for the event loop.

        Raises:
            NoBackendError: when no backend with a model is chosen.
        """
        from orchtui.engine.consulting import (
            second_opinion as opinions,  # not before the first paint
        )

        name, model = self.opinion_backend(plan)
        return self._untrusted(name, model, opinions.told(plan, self._told_by(ORCHESTRATOR)))

    def opinion_backend(self, plan: Plan) -> tuple[str, str | None]:
        """Who would be asked: a backend, and a model where one is named.

        Raises:
            NoBackendError: when no backend with a model is chosen.
        """
        return self._who_answers(plan, "a second opinion")

    # A judge

    async def judge(
        self, run: Run, criteria: Sequence[str], task_ids: Sequence[str] = ()
    ) -> "Judgement":
        """Have a judge score results; see `judging.ask`. Nothing is written down by this.

        Args:
            run: Whose results.
            criteria: From `judge_question.criteria_of`.
            task_ids: Whose results; all that completed where none are named.

        Raises:
            InputError: when there are not two whole answers, or too many.
            NoBackendError: when no backend with a model is chosen, or it can not be used here.
            UntrustedError: when nobody has agreed to what asking it would run or send.
        """
        from orchtui.engine.choice import judging  # not before the first paint

        name, model = self.judge_backend(run)
        if new := await asyncio.to_thread(self.untrusted_judge, run):
            raise UntrustedError(new)
        return await judging.ask(
            self.backends.open([name])[name],
            judging.Request(run, tuple(criteria), tuple(task_ids)),
            name=name,
            folder=str(self.folder.resolve()),
            model=model,
            instructions=self._told_by(JUDGE),
            redactor=self.backends.redactor,
        )

    def untrusted_judge(self, run: Run) -> tuple[Danger, ...]:
        """What asking a judge would do on the project's word that nobody has agreed to yet.

        Reads files: not for the event loop.

        Raises:
            NoBackendError: when no backend with a model is chosen.
        """
        name, model = self.judge_backend(run)
        return self._untrusted(name, model, self._told_by(JUDGE))

    def judge_backend(self, run: Run) -> tuple[str, str | None]:
        """As `opinion_backend`, of a judge of this run's results.

        Raises:
            NoBackendError: when no backend with a model is chosen.
        """
        return self._who_answers(run.plan, "a judge")

    # Who, and whether they may

    def _who_answers(self, plan: Plan, what: str) -> tuple[str, str | None]:
        from orchtui.engine.consulting.one_answer import require_model  # not before the first paint

        planned = plan.backend if plan.backend != "command" else None
        name = self.overrides.backend or planned or self.backends.default()
        require_model(name, what)
        return name, self.resolver(plan).lead_model(name)

    def _untrusted(self, name: str, model: str | None, system: str) -> tuple[Danger, ...]:
        from orchtui.engine.trusting import dangers  # not before the first paint

        found = dangers.of_backend(
            name,
            folder=self.folder,
            profiles=self.backends.profiles,
            own=self._own(),
            model=model,
            system=system,
        )
        return untrusted(found, self.trust, self.folder)

    def _told_by(self, name: str) -> str:
        """The instructions that stand in a specialist's file."""
        card = find(self.specialists, name)
        return card.system if card else ""

    def _own(self) -> Own:
        names = {*self.own.backends, *([self.overrides.backend] if self.overrides.backend else [])}
        if self.overrides.backend is None and self.backends.chosen is None:
            names.add(self.unasked())
        return replace(self.own, backends=names)
