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

from orchtui.engine import agent_command, project_code
from orchtui.engine.as_typed import address, command_line, visible
from orchtui.engine.backends.names import PROGRAMS
from orchtui.engine.schedule import Schedule, ScheduledTask
from orchtui.engine.specialists import Specialist, find
from orchtui.engine.trust import Address, Danger, Kind, Own

_MOST_NAMED = 3

_Words = tuple[Kind, tuple[str, ...], str, tuple[str, ...]]
"""Kind, exact words, what is told beside them, and the names of files that the program obeys."""


def of_run(
    schedule: Schedule,
    specialists: Mapping[str, Specialist],
    *,
    folder: Path,
    plan_name: str = "the plan",
    profiles: Mapping[str, Address] | None = None,
    own: Own | None = None,
    done: Collection[str] = (),
) -> tuple[Danger, ...]:
    """What a run of this schedule would do on the project's word, in the order of its tasks.

    Reads the project's scripts that a command line names: not for the event loop.

    Args:
        schedule: Of a new run, or of a past one that goes on.
        specialists: As `specialists.load_all` gives them.
        folder: The project folder.
        plan_name: What to call the plan.
        profiles: Servers by name, those of project and user.
        own: What the user chose.
        done: Ids of tasks that do not run again.
    """
    found = _Found(folder, specialists, plan_name, profiles or {}, own or Own())
    for task in schedule.tasks:
        if task.id not in done:
            found.add_task(task)
    if schedule.aggregate == "synthesize" and schedule.backend:
        found.add_backend(schedule.backend, "synthesis")
    return found.all()


def of_backend(
    name: str,
    *,
    folder: Path,
    plan_name: str = "the plan",
    profiles: Mapping[str, Address] | None = None,
    own: Own | None = None,
) -> tuple[Danger, ...]:
    """What asking this backend something, outside a run, would do on the project's word."""
    found = _Found(folder, {}, plan_name, profiles or {}, own or Own())
    found.add_backend(name, "")
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
    ) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._specialists = specialists
        self._plan_name = plan_name
        self._profiles = profiles
        self._own = own
        self._own_folders = [Path(os.path.realpath(path)) for path in own.folders]
        self._is_users: dict[Path, bool] = {}
        self._marks: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
        self._settings: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
        self._named: dict[_Words, dict[str, list[str]]] = {}
        """Words → places, each with what in it names them."""

    def all(self) -> tuple[Danger, ...]:
        return tuple(self._danger(*words, places) for words, places in self._named.items())

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
        elif agent_command.loosened(task):
            from_card = card is not None and (
                (card.tools, card.disallowed_tools, card.permission_mode)
                == (task.tools, task.disallowed_tools, task.permission_mode)
            )
            if not (from_card and self._is_users_card(card)):
                self._add_task_words(task, card if from_card else None)
                return
        # Also when they were told already: then this only names one more place.
        line = agent_command.for_task(task)
        self._add_obeyed(task.backend, task.command, line, agent_command.beside(task))

    def add_backend(self, name: str, what: str) -> None:
        """One that is asked for something without tools, by whoever is not a specialist."""
        if name in self._profiles:
            self._add_profile(name)
        elif name in PROGRAMS and (
            name not in self._own.backends or self._files(agent_command.program(name))
        ):
            obeyed = agent_command.obeyed(name, ())
            words: _Words = ("command", agent_command.plain(name), "", obeyed)
            self._add(words, f"{self._plan_name} or orchtui.yaml", what)
        elif name in PROGRAMS:
            self._add_obeyed(name, (), agent_command.plain(name), "")

    def _add_obeyed(
        self, backend: str, command: tuple[str, ...], line: tuple[str, ...], beside: str
    ) -> None:
        """The user's own agent program, where files of the project tell it what to do."""
        names = agent_command.obeyed(backend, command)
        for path, _ in self._obeyed_files(names):
            self._add(("command", line, beside, names), path)

    def _add_profile(self, name: str) -> None:
        if name not in self._own.profiles:
            server = self._profiles[name]
            words: _Words = ("address", (server.base_url, server.key_env or ""), "", ())
            self._add(words, "orchtui.yaml", f"profile {name}")

    def _add_task_words(self, task: ScheduledTask, card: Specialist | None) -> None:
        obeyed = agent_command.obeyed(task.backend, task.command)
        line, beside = agent_command.for_task(task), agent_command.beside(task)
        words: _Words = ("command", line, beside, obeyed)
        if card is not None:
            self._add(words, self._place(card))
        elif task.command:
            self._add(words, self._plan_name, f"task {task.id}")
        else:
            self._add(words, f"{self._plan_name} or orchtui.yaml", f"task {task.id}")

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

    def _danger(
        self,
        kind: Kind,
        words: tuple[str, ...],
        beside: str,
        obeyed: tuple[str, ...],
        places: dict[str, list[str]],
    ) -> Danger:
        files: tuple[tuple[str, str], ...] = ()
        if kind == "command":
            settings = self._obeyed_files(obeyed)
            files = (*self._files(words), *settings)
            told = [beside] if beside else []
            if settings:
                told.append(f"obeys {_some([path for path, _ in settings], ', ', ' and')}")
            shown = command_line(words) + (f"  # {visible('; '.join(told))}" if told else "")
        else:
            url, key = words
            sent = f"with the key in {visible(key)}" if key else "without a key"
            shown = f"{address(url)} {sent}"
        # JSON keeps every boundary, and ASCII every character that UTF-8 could not write.
        facts = json.dumps([str(self._folder), kind, words, beside, files], ensure_ascii=True)
        return Danger(kind, _where(places), shown, hashlib.sha256(facts.encode()).hexdigest())


def _where(places: Mapping[str, list[str]]) -> str:
    wheres = [
        f"{place}: {_some(whats, ', ', ' and')}" if whats else place
        for place, whats in places.items()
    ]
    return visible(_some(wheres, "; ", "; and"))


def _some(names: list[str], between: str, last: str) -> str:
    more = len(names) - _MOST_NAMED
    return between.join(names[:_MOST_NAMED]) + (f"{last} {more} more" if more > 0 else "")
