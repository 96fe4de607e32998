"""Backends by name: which there are, which can be used here, and the one to use unasked.

Nothing is started or imported before `open` asks for it. What the environment
says is handed in by the caller. This module never chooses rehearsal by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from orchtui.engine.backends.base import Backend
from orchtui.engine.errors import NoBackendError

BackendName = Literal["anthropic", "local", "command", "rehearsal"]
NAMES: tuple[BackendName, ...] = get_args(BackendName)

KEY = "ANTHROPIC_API_KEY"
TOKEN = "ANTHROPIC_AUTH_TOKEN"
BASE_URL = "ANTHROPIC_BASE_URL"
LOCAL_MODEL = "ORCHTUI_LOCAL_MODEL"


@dataclass(frozen=True, slots=True)
class Choice:
    """One backend that a person may choose."""

    name: BackendName
    summary: str
    """What it is, in a few words."""
    lacking: str | None
    """What is missing and what to do about it; `None` when it can be used now."""


@dataclass(slots=True)
class Backends:
    """The ways to run a specialist that there are here.

    Args:
        environment: The process environment, or what stands for it.
        chosen: The backend that the user's configuration names.
        models: Aliases of models and the ids that they stand for, beyond the built-in ones.
        local_model: A GGUF file for the `local` backend.
    """

    environment: Mapping[str, str]
    chosen: str | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    local_model: Path | None = None
    _opened: dict[str, Backend] = field(default_factory=dict)

    def choices(self) -> list[Choice]:
        """The backends that can answer a prompt, the best first."""
        key = self.environment.get(KEY) or self.environment.get(TOKEN)
        return [
            Choice(
                "anthropic",
                "Claude, through the API",
                None if key else f"set {KEY}",
            ),
            Choice(
                "local", "a small model on this machine, for trying things out", self._no_local()
            ),
            Choice("rehearsal", "no model at all: made-up text, to see a plan's shape", None),
        ]

    def default(self) -> str:
        """The backend for work for which nobody chose one: the API, else the local model.

        Raises:
            NoBackendError: when neither can be used; rehearsal is never chosen unasked.
        """
        if self.chosen:
            return self.chosen
        for choice in self.choices():
            if choice.lacking is None and choice.name != "rehearsal":
                return choice.name
        lines = ["no backend is chosen; choose one with --backend, or in the app:"]
        for choice in self.choices():
            todo = f" ({choice.lacking})" if choice.lacking else ""
            lines.append(f"  {choice.name:10} {choice.summary}{todo}")
        raise NoBackendError("\n".join(lines))

    def open(self, names: Iterable[str]) -> dict[str, Backend]:
        """The backends with these names; made once, and shared by all runs.

        Raises:
            NoBackendError: when one does not exist or can not be used here.
        """
        return {name: self._open(name) for name in dict.fromkeys(names)}

    async def close(self) -> None:
        """Close all that were opened."""
        for backend in self._opened.values():
            await backend.close()
        self._opened.clear()

    def _open(self, name: str) -> Backend:
        if name not in self._opened:
            self._opened[name] = self._make(name)
        return self._opened[name]

    def _make(self, name: str) -> Backend:
        for choice in self.choices():
            if choice.name == name and choice.lacking:
                raise NoBackendError(f"the backend '{name}' can not be used here: {choice.lacking}")
        match name:
            case "anthropic":
                from orchtui.engine.backends.anthropic_api import AnthropicBackend

                return AnthropicBackend(
                    api_key=self.environment.get(KEY),
                    auth_token=self.environment.get(TOKEN),
                    base_url=self.environment.get(BASE_URL),
                    models=self.models,
                )
            case "local":
                from orchtui.engine.backends.local import LocalBackend

                return LocalBackend(model_path=self._local_model())
            case "command":
                from orchtui.engine.backends.command import CommandBackend

                return CommandBackend(environment=self.environment)
            case "rehearsal":
                from orchtui.engine.backends.rehearsal import RehearsalBackend

                return RehearsalBackend()
        raise NoBackendError(f"there is no backend '{name}'; there are {', '.join(NAMES)}")

    def _no_local(self) -> str | None:
        from orchtui.engine.backends.weights import local_available

        return local_available(self._local_model())

    def _local_model(self) -> Path | None:
        named = self.environment.get(LOCAL_MODEL)
        return Path(named).expanduser() if named else self.local_model
