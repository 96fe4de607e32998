"""Staff: who there is to do the work, and what holds for each of them.

Agent files, backends, the flags and the user's own limits, put together: whom a
task gets, how that one is run, what it really has. This module never starts
anybody, and never decides an order.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchtui.engine.agents.agent_tools import has_writing
from orchtui.engine.agents.specialists import Agents, Diagnostic, Specialist, find
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import NoBackendError
from orchtui.engine.estimates import price_list
from orchtui.engine.estimates.paid import spending
from orchtui.engine.independence import Finding
from orchtui.engine.plans.backend_names import PROGRAMS, WITHOUT_TOOLS
from orchtui.engine.plans.plan import Limits, Plan
from orchtui.engine.scheduling import isolation
from orchtui.engine.scheduling.prices import Prices, PriceTable
from orchtui.engine.scheduling.resolve import ORCHESTRATOR, Overrides, Resolver
from orchtui.engine.scheduling.schedule import NO_LIMITS, NO_OVERRIDES, Schedule
from orchtui.engine.staff.agent_card import Card, card
from orchtui.engine.yaml.yaml_values import suggestion

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.staff.fitting import Fitter


@dataclass(slots=True, kw_only=True)
class Staff:
    """The specialists and the ways to run them."""

    backends: Backends
    specialists: Mapping[str, Specialist] = field(default_factory=dict)
    """By key, as `specialists.Agents` gives them."""
    diagnostics: Sequence[Diagnostic] = ()
    """What is to be told of agent files that gave no specialist."""
    agents: Agents | None = None
    """Reads the agent files again; where there is none, the specialists stay as they are."""
    overrides: Overrides = NO_OVERRIDES
    """What the command line said."""
    defaults: Limits = NO_LIMITS
    """The user's own limits."""
    prices: PriceTable = field(default_factory=dict)
    """The user's own."""
    price_files: Sequence[str] = ()
    """Where they stand."""
    env: tuple[str, ...] = ()
    """Variables that the configuration passes on to every program."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _fitter: "tuple[Mapping[str, Specialist], Fitter] | None" = None

    def reread(self) -> None:
        """Take in agent files that have changed. Touches the disk: not for the event loop."""
        if self.agents is None:
            return
        with self._lock:
            found, diagnostics = self.agents.current()
            if found is not self.specialists:
                from orchtui.engine.staff.fitting import Fitter  # not before the first paint

                # Made here, and not by whoever asks first: that may be the event loop.
                self._fitter = (found, Fitter(found))
            self.specialists, self.diagnostics = found, diagnostics

    def card(self, specialist: Specialist) -> Card:
        """What a specialist really gets here, in a task that says nothing about it."""
        backend = self.overrides.backend or specialist.backend
        backend = backend or ("command" if specialist.command else self.unasked())
        missing = backend if backend and backend not in self.backends.names else ""
        backend = "" if missing else backend

        def resolve(model: str | None) -> str | None:
            if model is not None and not self.backends.knows_model(backend, model):
                return None
            return self.backends.model_id(backend, self.overrides.model or model)

        tools, web = self.backends.offers(backend)
        return card(
            specialist,
            resolve_model=resolve,
            backend=backend,
            tools=tools,
            web=web,
            missing=missing,
        )

    def resolver(self, plan: Plan, overrides: Overrides | None = None) -> Resolver:
        """Answers who does each task of a plan, and how.

        Args:
            plan: What was asked for.
            overrides: The flags that hold; the command line's where nothing is said.
        """
        return Resolver(
            plan,
            overrides=self.overrides if overrides is None else overrides,
            defaults=self.defaults,
            specialists=self.specialists,
            fit=self.fitter(),
            env=self.env,
            knows=self.backends.knows_model,
            labels=self.backends.labels,
        )

    def in_one_folder(self, resolver: Resolver, default: str | None = None) -> list[Finding]:
        """Programs that could write to one folder at the same time, were it no git repository.

        Args:
            resolver: Of the plan.
            default: What runs tasks for which nobody chose; looked up where nothing is said.
        """
        tasks = [task for task in resolver.plan.tasks if task.enabled]
        default = self.unasked() if default is None else default
        cards_of = self.specialists.values()
        named = {default, resolver.overrides.backend, resolver.plan.backend}
        named |= {"command" if task.command else task.backend for task in tasks}
        named |= {"command" if card.command else card.backend for card in cards_of}
        if PROGRAMS.isdisjoint(named):
            return []  # before anybody looks whom a task's words fit
        hows = {task.id: resolver.chosen(task) for task in tasks}
        backends = {name: how.backend if how else default for name, how in hows.items()}
        cards = {task.id: resolver.who(task).card for task in tasks}
        return isolation.findings(tasks, backends, cards)

    def unasked(self) -> str:
        """The backend for work for which nobody chose one; nothing where there is none."""
        try:
            return self.backends.default()
        except NoBackendError:
            return ""

    def fitter(self) -> "Fitter":
        """Says which specialist fits the words of a task that names nobody."""
        from orchtui.engine.staff.fitting import Fitter  # not before the first paint

        if self._fitter is None or self._fitter[0] is not self.specialists:
            self._fitter = (self.specialists, Fitter(self.specialists))
        return self._fitter[1]

    def warnings(self, schedule: Schedule) -> list[str]:
        """What a person should know before this schedule runs."""
        names = dict.fromkeys(task.specialist for task in schedule.tasks if not task.command)
        warnings = [
            f"there is no agent file for '{name}': its tasks run without instructions of their own"
            f"{self.meant(name)}"
            for name in names
            if find(self.specialists, name) is None
        ]
        lost = [one for one in self.diagnostics if one.severity == "error"]
        warnings += [one.message for one in lost if one.about_folder]
        lost = [one for one in lost if not one.about_folder]
        if len(lost) == 1:
            warnings.append(f"{lost[0].path}: not loaded: {lost[0].message}")
        elif lost:
            more = f"{lost[0].path} and {len(lost) - 1} more"
            warnings.append(f"agent files that can not be loaded: {more}; see `orchtui agents`")
        warnings += self._passed_over(schedule) + self._can_not_write(schedule)
        # A profile asks for a worker wherever it is used; that it is used here is no surprise.
        of_profile = self.backends.labels
        labelled = [
            task.id for task in schedule.tasks if {*task.runs_on} - {*of_profile(task.backend)}
        ]
        if labelled and self.backends.elsewhere is None:
            few = ", ".join(labelled[:3]) + (" …" if len(labelled) > 3 else "")
            warnings.append(f"runs_on has a meaning with --cluster alone; run here: {few}")
        return warnings

    def backends_for(self, plan: Plan) -> tuple[str, ...]:
        """What a run of this plan would use, in order of appearance; nothing where nobody chose."""
        resolver, default = self.resolver(plan), self.unasked()
        hows = [resolver.chosen(task) for task in plan.tasks if task.enabled]
        names = [how.backend if how is not None else default for how in hows]
        names = names or [self.overrides.backend or plan.backend or default]
        return tuple(dict.fromkeys(filter(None, names)))

    def without_file(self, plan: Plan) -> dict[str, list[str]]:
        """Names of specialists that a plan names and that have no agent file, with its tasks."""
        resolver = self.resolver(plan)
        found: dict[str, list[str]] = {}
        for task in plan.tasks:
            if task.enabled and (task.specialist or plan.specialist) and resolver.is_unknown(task):
                found.setdefault(resolver.who(task).name, []).append(task.id)
        return found

    def meant(self, name: str) -> str:
        """The end of a sentence about a name that nobody has: whose may have been meant."""
        return suggestion(name, tuple(one.name for one in self.specialists.values()))

    def _passed_over(self, schedule: Schedule) -> list[str]:
        """What the user's or the project's agent files say and this run does not do."""
        told: dict[str, None] = {}
        for task in schedule.tasks:
            one = find(self.specialists, task.specialist)
            if one is None or task.command or one.source == "built-in":
                continue
            backend, model = task.backend, one.model
            if backend in WITHOUT_TOOLS:
                said = [f"model {model}"] if model else []
                said += [f"tools {', '.join(one.tools)}"] if one.tools else []
                if said and backend != "rehearsal":
                    told[f"'{backend}' passes over what {one.name} says: {'; '.join(said)}"] = None
            elif model and task.model != model and not self.backends.knows_model(backend, model):
                told[
                    f"'{backend}' does not know the model '{model}' of {one.name}: its own is used"
                ] = None
        return list(told)

    def _can_not_write(self, schedule: Schedule) -> list[str]:
        """Tasks that declare writes, and whose specialist has nothing to write with."""
        return [
            f"task '{task.id}' declares writes, and {task.specialist} has no tool to write with"
            for task in schedule.tasks
            if task.writes
            and task.backend not in PROGRAMS | {"rehearsal"}
            and (
                task.backend in WITHOUT_TOOLS
                or not has_writing(task.tools, task.disallowed_tools, task.permission_mode)
            )
        ]

    def prices_for(self, schedule: Schedule) -> Prices:
        """What the models of a schedule cost today."""
        asked = [(task.backend, task.model) for task in schedule.tasks]
        if schedule.synthesizes:
            asked.append((schedule.backend, schedule.model))
        costly = spending(self.backends.profiles)
        return price_list.for_run(
            (
                price_list.Asked(backend, model, self.backends.model_id(backend, model))
                for backend, model in dict.fromkeys(asked)
            ),
            said=self.prices,
            files=self.price_files,
            free=[name for name in schedule.backends if name not in costly],
            at_provider=self.backends.at_provider,
        )

    def default_for(self, resolver: Resolver, used: str = "") -> str:
        """The backend for tasks that name none; asked for only when there is such a task.

        Args:
            resolver: Of the plan.
            used: What an earlier run used: that holds where the configuration names none.
        """
        plan = resolver.plan
        if resolver.overrides.backend:
            return resolver.overrides.backend
        if used and not self.backends.chosen:
            return used
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
