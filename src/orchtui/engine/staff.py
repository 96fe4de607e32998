"""Staff: who there is to do the work, and what holds for each of them.

Agent files, backends, the flags and the user's own limits, put together: whom a
task gets, how that one is run, what it really has. This module never starts
anybody, and never decides an order.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchtui.engine import isolation
from orchtui.engine.agent_card import Card, card
from orchtui.engine.backends.names import PROGRAMS
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import NoBackendError
from orchtui.engine.fitting import Fitter
from orchtui.engine.independence import Finding
from orchtui.engine.plan import Limits, Plan
from orchtui.engine.resolve import ORCHESTRATOR, Overrides, Resolver
from orchtui.engine.schedule import NO_LIMITS, NO_OVERRIDES, Schedule
from orchtui.engine.specialists import Agents, Diagnostic, Specialist, find


@dataclass(slots=True, kw_only=True)
class Staff:
    """The specialists and the ways to run them."""

    backends: Backends
    specialists: Mapping[str, Specialist] = field(default_factory=dict)
    """As `specialists.load_all` gives them."""
    diagnostics: Sequence[Diagnostic] = ()
    """What is to be told of agent files that gave no specialist."""
    agents: Agents | None = None
    """Reads the agent files again; where there is none, the specialists stay as they are."""
    overrides: Overrides = NO_OVERRIDES
    """What the command line said."""
    defaults: Limits = NO_LIMITS
    """The user's own limits."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _fitter: tuple[Mapping[str, Specialist], Fitter] | None = None

    def reread(self) -> None:
        """Take in agent files that have changed. Touches the disk: not for the event loop."""
        if self.agents is not None:
            with self._lock:
                self.specialists, self.diagnostics = self.agents.current()

    def card(self, specialist: Specialist) -> Card:
        """What a specialist really gets here, in a task that says nothing about it."""
        backend = self.overrides.backend or specialist.backend
        backend = backend or ("command" if specialist.command else self.unasked())

        def resolve(model: str | None) -> str | None:
            if model is not None and not self.backends.knows_model(backend, model):
                return None
            return self.backends.model_id(backend, self.overrides.model or model)

        tools, web = self.backends.offers(backend)
        return card(specialist, resolve_model=resolve, backend=backend, tools=tools, web=web)

    def resolver(self, plan: Plan) -> Resolver:
        """Answers who does each task of a plan, and how."""
        return Resolver(
            plan,
            overrides=self.overrides,
            defaults=self.defaults,
            specialists=self.specialists,
            fit=self.fitter(),
            knows=self.backends.knows_model,
        )

    def in_one_folder(self, resolver: Resolver) -> list[Finding]:
        """Programs that could write to one folder at the same time, were it no git repository."""
        tasks = [task for task in resolver.plan.tasks if task.enabled]
        default = self.unasked()
        cards_of = self.specialists.values()
        named = {default, self.overrides.backend, resolver.plan.backend}
        named |= {"command" if task.command else task.backend for task in tasks}
        named |= {"command" if card.command else card.backend for card in cards_of}
        if PROGRAMS.isdisjoint(named):
            return []  # before anybody looks whom a task's words fit
        hows = {task.id: resolver.chosen(task) for task in tasks}
        backends = {name: how.backend if how else default for name, how in hows.items()}
        cards = {task.id: resolver.who(task).card for task in tasks}
        return isolation.findings(tasks, backends, cards, repository=False)

    def unasked(self) -> str:
        """The backend for work for which nobody chose one; nothing where there is none."""
        try:
            return self.backends.default()
        except NoBackendError:
            return ""

    def fitter(self) -> Fitter:
        """Says which specialist fits the words of a task that names nobody."""
        if self._fitter is None or self._fitter[0] is not self.specialists:
            self._fitter = (self.specialists, Fitter(self.specialists))
        return self._fitter[1]

    def warnings(self, schedule: Schedule) -> list[str]:
        """What a person should know before this schedule runs."""
        names = dict.fromkeys(task.specialist for task in schedule.tasks if not task.command)
        warnings = [
            f"there is no agent file for '{name}': its tasks run without instructions of their own"
            for name in names
            if find(self.specialists, name) is None
        ]
        warnings += [
            f"{one.path}: not loaded: {one.message}"
            for one in self.diagnostics
            if one.severity != "info"
        ]
        return [*warnings, *self._passed_over(schedule)]

    def _passed_over(self, schedule: Schedule) -> list[str]:
        """What an agent file says and this run does not do."""
        told: dict[str, None] = {}
        for task in schedule.tasks:
            one = find(self.specialists, task.specialist)
            if one is None or one.model is None or self.overrides.model is not None:
                continue
            if not self.backends.knows_model(task.backend, one.model) and task.model != one.model:
                told[
                    f"'{task.backend}' does not know the model '{one.model}' of {one.name}: "
                    f"its own is used"
                ] = None
        return list(told)

    def default_for(self, resolver: Resolver) -> str:
        """The backend for tasks that name none; asked for only when there is such a task."""
        plan = resolver.plan
        if self.overrides.backend:
            return self.overrides.backend
        if any(task.enabled and resolver.chosen(task) is None for task in plan.tasks):
            return self.backends.default()
        # Without one the run collects instead, and says so.
        return self.unasked() if plan.aggregate == "synthesize" else ""

    def systems(self, schedule: Schedule) -> dict[str, str]:
        """What each specialist is told, by name."""
        wanted = {task.specialist for task in schedule.tasks} | {"synthesizer"}
        systems = {}
        for name in wanted:
            if (specialist := find(self.specialists, name)) is not None:
                systems[name] = specialist.system
        if (lead := find(self.specialists, ORCHESTRATOR)) is not None:
            parts = (lead.system, systems.get("synthesizer", ""))
            systems["synthesizer"] = "\n\n".join(part for part in parts if part)
        return systems
