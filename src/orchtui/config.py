"""Configuration: what `orchtui.yaml` says, in the project and in the user's own folder.

The project's file wins over the user's, key by key. The result is one frozen
Settings that is handed down; nobody reads a file again. This module never reads
environment variables of backends and never starts anything.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from orchtui.engine import yaml_values as values
from orchtui.engine.backends.registry import NAMES
from orchtui.engine.input_file import file_name, read_text
from orchtui.engine.plan import Limits
from orchtui.engine.plan_file import LIMITS
from orchtui.engine.yaml_compose import Problems, compose
from orchtui.engine.yaml_nodes import list_of, mapping_of, read_whole, struct

FILE = "orchtui.yaml"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has set."""

    backend: str | None = None
    """For tasks for which nobody chose one."""
    models: Mapping[str, str] = {}
    """Aliases, and the ids of the models that they stand for."""
    limits: Limits = Limits()
    """Below what a plan or a flag says."""
    agents: tuple[str, ...] = ()
    """More folders with agent files, from the project folder."""
    theme: str | None = None

    def over(self, other: "Settings") -> "Settings":
        """These settings, and `other`'s where these say nothing."""
        return Settings(
            backend=self.backend or other.backend,
            models={**other.models, **self.models},
            limits=self.limits.over(other.limits),
            agents=(*self.agents, *other.agents),
            theme=self.theme or other.theme,
        )


_FIELDS = {
    "backend": values.choice([name for name in NAMES if name != "command"]),
    "models": mapping_of(values.line),
    "limits": struct(Limits, LIMITS),
    "agents": list_of(values.line),
    "theme": values.line,
}


def config_files(folder: Path, config: Path | None = None) -> list[Path]:
    """The configuration files that there are, the strongest first.

    Args:
        folder: The project folder.
        config: A file to use instead of all others.
    """
    if config is not None:
        return [config]
    from platformdirs import user_config_path

    places = (folder / FILE, user_config_path("orchtui") / FILE)
    return [path for path in places if path.is_file()]


def load_config(folder: Path, config: Path | None = None) -> Settings:
    """What all configuration files say together.

    Raises:
        InputError: with every problem of a file.
    """
    settings = Settings()
    for path in config_files(folder, config):
        settings = settings.over(_load(path))
    return settings


def _load(path: Path) -> Settings:
    problems = Problems(file_name(path))
    node = compose(read_text(path), problems)
    if node is None:
        problems.raise_any()
        return Settings()
    settings = read_whole(node, struct(Settings, _FIELDS), problems, "the configuration")
    problems.raise_any()
    return settings
