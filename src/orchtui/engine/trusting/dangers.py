"""Dangers: what a run would start or send to on the project's word alone.

What the user set (flags, the user's own agent files and configuration) and what
comes with orchtui is not the project's word, and is not among them. But it is
one when the user's choice runs a script of the project, when the user's agent
program obeys files of the project that can name more programs to run, or when
the project's own agent file lets it do more without asking. This module never
asks and never remembers.
"""

import hashlib
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from orchtui.engine.agents.specialists import Specialist, find
from orchtui.engine.plans.backend_names import PROGRAMS
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.staff import agent_command
from orchtui.engine.texts.as_typed import address, command_line, visible
from orchtui.engine.trusting import project_code
from orchtui.engine.trusting.trust import Address, Danger, Kind, Own

_MOST_NAMED = 3


class _Words(NamedTuple):
    """One thing that a project wants."""

    kind: Kind
    words: tuple[str, ...]
    """The program and what decides what it may do; or address and key. What is trusted."""
    shown: tuple[str, ...]
    """The words as they are executed."""
    beside: str = ""
    """What is told beside them."""
    obeyed: tuple[str, ...] = ()
    """Names of files that the program obeys."""


def of_run(
    schedule: Schedule,
    specialists: Mapping[str, Specialist],
    *,
    folder: Path,
    plan_name: str = "the plan",
    profiles: Mapping[str, Address] | None = None,
    own: Own | None = None,
    done: Collection[str] = (),
    systems: Mapping[str, str] | None = None,
) -> tuple[Danger, ...]:
    """What a run of this schedule would do on the project's word, in the order of its tasks.

    Reads the project's scripts that a command line names: not for the event loop.

    Args:
        schedule: Of a new run, or of a past one that goes on.
        specialists: By key, as `specialists.Agents` gives them.
        folder: The project folder.
        plan_name: What to call the plan.
        profiles: Servers by name, those of project and user.
        own: What the user chose.
        done: Ids of tasks that do not run again.
        systems: What each specialist is told, by name.
    """
    found = _Found(folder, specialists, plan_name, profiles or {}, own or Own(), systems or {})
    for task in schedule.tasks:
        if task.id not in done:
            found.add_task(task)
    if schedule.synthesizes:
        told = (systems or {}).get("synthesizer", "")
        found.add_backend(schedule.backend, "synthesis", schedule.model, told)
    return found.all()


def of_backend(
    name: str,
    *,
    folder: Path,
    plan_name: str = "the plan",
    profiles: Mapping[str, Address] | None = None,
    own: Own | None = None,
    model: str | None = None,
    system: str = "",
) -> tuple[Danger, ...]:
    """What asking this backend something, outside a run, would do on the project's word."""
    found = _Found(folder, {}, plan_name, profiles or {}, own or Own(), {})
    found.add_backend(name, "", model, system)
    return found.all()


def of_cluster(cluster: Address, *, folder: Path, own: Own) -> tuple[Danger, ...]:
    """What running attempts on this cluster would do on the project's word: it is sent all that
    tasks are told and read, and what it answers is obeyed by Dask.
    """
    if own.cluster:
        return ()
    found = _Found(folder, {}, "", {}, own, {})
    found.add_cluster(cluster)
    return found.all()


class _Found:
    """Dangers, gathered and merged: what names the same thing is told once."""

    def __init__(
        self,
        folder: Path,
        specialists: Mapping[str, Specialist],
        plan_name: str,
        profiles: Mapping[str, Address],
        own: Own,
        systems: Mapping[str, str],
    ) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._specialists = specialists
        self._plan_name = plan_name
        self._profiles = profiles
        self._own = own
        self._systems = systems
        self._own_folders = [Path(os.path.realpath(path)) for path in own.folders]
        self._is_users: dict[Path, bool] = {}
        self._marks: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
        self._settings: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
        self._named: dict[_Words, dict[str, list[str]]] = {}
        """Words → places, each with what in it names them."""

    def all(self) -> tuple[Danger, ...]:
        return tuple(self._danger(words, places) for words, places in self._named.items())

    def add_task(self, task: ScheduledTask) -> None:
        if task.backend in self._profiles and not task.command:
            self._add_profile(task.backend)
            return
        if task.backend == "rehearsal" or not (task.command or task.backend in PROGRAMS):
            return
        card = find(self._specialists, task.specialist)
        if task.command:
            by_card = card is not None and card.command == task.command
            by_user = False
        else:
            by_card = card is not None and card.backend == task.backend
            by_user = task.backend in self._own.backends
        by_user = by_user or (by_card and self._is_users_card(card))
        # What the user names to be found in every project, this project brings itself.
        program = task.command or agent_command.program(task.backend)
        if not by_user or self._files(program):
            self._add_task_words(task, card if by_card else None)
        elif self._is_loosened(task, card):
            return
        elif passed := self._passed_on(task, card):
            from_card = card is not None and passed <= set(card.env)
            self._add_task_words(task, card if from_card else None)
        # Also when they were told already: then this only names one more place.
        self._add_obeyed(self._words_of(task))

    def _is_loosened(self, task: ScheduledTask, card: Specialist | None) -> bool:
        """Whether somebody else lets the user's program do more; that is then among the dangers."""
        if not agent_command.loosened(task):
            return False
        from_card = card is not None and (
            (card.tools, card.disallowed_tools, card.permission_mode)
            == (task.tools, task.disallowed_tools, task.permission_mode)
        )
        if from_card and self._is_users_card(card):
            return False
        self._add_task_words(task, card if from_card else None)
        return True

    def _passed_on(self, task: ScheduledTask, card: Specialist | None) -> set[str]:
        """Variables that somebody else gives the user's program."""
        own = set(self._own.env)
        if card is not None and self._is_users_card(card):
            own |= set(card.env)
        return set(task.env) - own

    def add_backend(self, name: str, what: str, model: str | None, system: str) -> None:
        """One that is asked for something without tools, by whoever is not a specialist."""
        plain, shown = agent_command.plain(name), agent_command.plain_executed(name, model, system)
        words = _Words("command", plain, shown, "", agent_command.obeyed(name, ()))
        if name in self._profiles:
            self._add_profile(name)
        elif name in PROGRAMS and (
            name not in self._own.backends or self._files(agent_command.program(name))
        ):
            self._add(words, f"{self._plan_name} or {self._file('backend')}", what)
        elif name in PROGRAMS:
            self._add_obeyed(words)

    def _words_of(self, task: ScheduledTask) -> _Words:
        return _Words(
            "command",
            agent_command.for_task(task),
            agent_command.executed(task, self._systems.get(task.specialist, "")),
            agent_command.beside(task),
            agent_command.obeyed(task.backend, task.command),
        )

    def _add_obeyed(self, words: _Words) -> None:
        """The user's own agent program, where files of the project tell it what to do."""
        for path, _ in self._obeyed_files(words.obeyed):
            self._add(words, path)

    def _add_profile(self, name: str) -> None:
        if name not in self._own.profiles:
            server = self._profiles[name]
            facts = (server.base_url, server.key_env or "")
            self._add(
                _Words("address", facts, facts), self._file(f"profiles.{name}"), f"profile {name}"
            )

    def add_cluster(self, cluster: Address) -> None:
        """One that attempts would be sent to."""
        facts = (cluster.base_url, cluster.key_env or "", "cluster")
        self._add(_Words("address", facts, facts), self._file("cluster"), "cluster")

    def _add_task_words(self, task: ScheduledTask, card: Specialist | None) -> None:
        words = self._words_of(task)
        if card is not None:
            self._add(words, self._place(card))
        elif task.command:
            self._add(words, self._plan_name, f"task {task.id}")
        else:
            self._add(words, f"{self._plan_name} or {self._file('backend')}", f"task {task.id}")

    def _file(self, what: str) -> str:
        """The configuration file that says this, by its real name."""
        return self._own.files.get(what, "orchtui.yaml")

    def _add(self, words: _Words, place: str, what: str = "") -> None:
        whats = self._named.setdefault(words, {}).setdefault(place, [])
        if what and what not in whats:
            whats.append(what)

    def _is_users_card(self, card: Specialist | None) -> bool:
        """Whether an agent file is the user's own or comes with orchtui."""
        if card is None:
            return False
        if card.source != "configured":
            return card.source != "project"
        if card.path not in self._is_users:
            path = Path(os.path.realpath(card.path))
            self._is_users[card.path] = not path.is_relative_to(self._folder) and any(
                path.is_relative_to(folder) for folder in self._own_folders
            )
        return self._is_users[card.path]

    def _files(self, argv: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        if argv not in self._marks:
            self._marks[argv] = project_code.marks(argv, self._folder)
        return self._marks[argv]

    def _obeyed_files(self, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        if names not in self._settings:
            self._settings[names] = project_code.settings(names, self._folder)
        return self._settings[names]

    def _place(self, card: Specialist) -> str:
        # Not the resolved path: a link is told where it stands in the project.
        path = Path(os.path.abspath(card.path))
        for base in (self._folder, Path(os.path.abspath("."))):
            if path.is_relative_to(base):
                return str(path.relative_to(base))
        return str(path)

    def _danger(self, of: _Words, places: dict[str, list[str]]) -> Danger:
        files: tuple[tuple[str, str], ...] = ()
        if of.kind == "command":
            settings = self._obeyed_files(of.obeyed)
            files = (*self._files(of.words), *settings)
            told = [of.beside] if of.beside else []
            if settings:
                told.append(f"obeys {_some([path for path, _ in settings], ', ', ' and')}")
            shown = command_line(of.shown) + (f"  # {visible('; '.join(told))}" if told else "")
        else:
            url, key, *cluster = of.words
            sent = f"with the key in {visible(key)}" if key else "without a key"
            if cluster:  # which has a key of TLS, too
                sent = f"with the value of {visible(key)}" if key else "with no variable's value"
            shown = f"{address(url)} {sent}"
        # JSON keeps every boundary, and ASCII every character that UTF-8 could not write.
        facts = json.dumps(
            [str(self._folder), of.kind, of.words, of.beside, files], ensure_ascii=True
        )
        return Danger(of.kind, _where(places), shown, hashlib.sha256(facts.encode()).hexdigest())


def _where(places: Mapping[str, list[str]]) -> str:
    wheres = [
        f"{place}: {_some(whats, ', ', ' and')}" if whats else place
        for place, whats in places.items()
    ]
    return visible(_some(wheres, "; ", "; and"))


def _some(names: list[str], between: str, last: str) -> str:
    more = len(names) - _MOST_NAMED
    return between.join(names[:_MOST_NAMED]) + (f"{last} {more} more" if more > 0 else "")
