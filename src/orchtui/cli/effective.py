"""What holds in a project before a plan says anything, and who said each of it.

A flag, an environment variable, the project's file, the user's file, a file
named by `--config`, or nobody: then it is the default. What plans, tasks and
agent files say comes on top of that. This module never prints.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from orchtui.config import Settings
    from orchtui.engine.sessions.project import Project

DEFAULT = "default"
Value = str | int | float | bool | None


class Fact(NamedTuple):
    """One thing that holds."""

    name: str
    """As in the configuration: `limits.timeout`, `models.opus`."""
    value: Value
    """Durations in seconds; `None` for no limit."""
    source: str
    """Who said it, for a person."""


class _Sources:
    """Who said what.

    Args:
        settings: What the files say together.
        folder: The project folder.
        config: The file that was named by hand.
    """

    def __init__(self, settings: "Settings", folder: Path, config: Path | None) -> None:
        self._settings = settings
        self._folder = folder
        self._config = config

    def of(self, what: str, otherwise: str = DEFAULT) -> str:
        """The file that says this, or who says it where none does."""
        path = self._settings.said_by.get(what)
        return otherwise if path is None else self._file(path, what in self._settings.of_project)

    def _file(self, path: Path, projects: bool) -> str:
        if projects:
            return f"project file {os.path.relpath(self._folder / path, self._folder)}"
        return f"{'user file' if self._config is None else '--config'} {path}"


def facts(project: "Project", settings: "Settings", config: Path | None) -> list[Fact]:
    """All that holds, in the order of the configuration.

    Args:
        project: With the flags.
        settings: What the files say together.
        config: The file that was named by hand.
    """
    sources = _Sources(settings, project.folder, config)
    return [
        *_workers(project, sources),
        *_limits(project, sources),
        *_models(project, sources),
        *_cluster(project, sources),
        Fact("warm_cache", bool(settings.warm_cache), sources.of("warm_cache")),
        *_agents(project, settings, sources),
        *(
            Fact(f"profiles.{name}", profile.base_url, sources.of(f"profiles.{name}"))
            for name, profile in settings.profiles.items()
        ),
        Fact("theme", settings.theme, sources.of("theme")),
        Fact("notify", _ways(settings), sources.of("notify")),
        *(
            Fact(f"keys.{name}", " ".join(keys).strip() or "no key", sources.of(f"keys.{name}"))
            for name, keys in settings.keys.items()
        ),
    ]


def _cluster(project: "Project", sources: _Sources) -> Iterator[Fact]:
    if project.cluster is not None:
        said = project.cluster.address
        source = sources.of("cluster", "flag --cluster")
        yield Fact("cluster", said, source)


def _ways(settings: "Settings") -> str:
    from orchtui.ui.terminal.attention import DEFAULT

    return ", ".join(DEFAULT if settings.notify is None else settings.notify)


def _workers(project: "Project", sources: _Sources) -> Iterator[Fact]:
    from orchtui.engine.backends.registry import BASE_URL, KEY, LOCAL_MODEL, TOKEN

    flags, environment = project.overrides, project.backends.environment
    name = flags.backend or project.unasked() or None
    by_key = next((variable for variable in (KEY, TOKEN) if environment.get(variable)), None)
    unasked = "nobody chose one"
    if name is not None:
        unasked = f"environment {by_key}" if name == "anthropic" and by_key else "the first found"
    source = "flag --backend" if flags.backend else sources.of("backend", unasked)
    yield Fact("backend", name, source)
    if name is not None:
        of_backend = sources.of(f"profiles.{name}", DEFAULT)
        model = project.backends.model_id(name, flags.model)
        yield Fact("model", model, "flag --model" if flags.model else of_backend)
    for variable in (BASE_URL, LOCAL_MODEL):
        if value := environment.get(variable):
            yield Fact(variable, value, "environment")


def _limits(project: "Project", sources: _Sources) -> Iterator[Fact]:
    from orchtui.engine.backends.anthropic_turns import MAX_TURNS
    from orchtui.engine.execution.supervisor import FIRST_TOKEN
    from orchtui.engine.generators.entry_keys import DEFAULT_MOST
    from orchtui.engine.scheduling.resolve import DEFAULTS

    flags = msgspec.structs.asdict(project.overrides.limits)
    held = project.overrides.limits.over(project.defaults).over(DEFAULTS)
    unsaid: dict[str, Value] = {"first_token_timeout": FIRST_TOKEN, "max_tasks": DEFAULT_MOST}
    for name, value in msgspec.structs.asdict(held).items():
        flag = f"flag --{name.replace('_', '-')}" if flags[name] is not None else ""
        source = flag or sources.of(f"limits.{name}")
        if name == "idle_timeout" and value is None:
            source = "each backend's own"
        yield Fact(f"limits.{name}", unsaid.get(name) if value is None else value, source)
    yield Fact("max_turns", MAX_TURNS, "default; maxTurns of an agent file")


def _models(project: "Project", sources: _Sources) -> Iterator[Fact]:
    from orchtui.engine.backends.anthropic_api import ALIASES

    for alias, model in {**ALIASES, **project.backends.models}.items():
        yield Fact(f"models.{alias}", model, sources.of(f"models.{alias}"))


def _agents(project: "Project", settings: "Settings", sources: _Sources) -> Iterator[Fact]:
    from orchtui.engine.agents.specialists import agent_folders

    for folder in agent_folders(project.folder, Path.home(), settings.agents):
        yield Fact("agents", str(folder.path), sources.of(f"agents.{folder.named}"))
