"""Backends by name: which there are, which can be used here, and the one to use unasked.

Nothing is started or imported before `open` asks for it. What the environment
and the configuration say is handed in by the caller. This module never chooses
rehearsal by itself.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from orchtui.engine.backends.anthropic_address import DEFAULT_URL, Address
from orchtui.engine.backends.base import Backend
from orchtui.engine.backends.child_environment import ChildEnvironment
from orchtui.engine.backends.presets import PRESETS as PROGRAMS
from orchtui.engine.backends.profiles import Profile
from orchtui.engine.backends.profiles import lacking as profile_lacking
from orchtui.engine.errors import NoBackendError
from orchtui.engine.plans.backend_names import NAMES, OF_OTHER_MODELS, PRESETS, WITHOUT_MODEL_CHOICE
from orchtui.engine.run_events.redaction import Redactor

KEY = "ANTHROPIC_API_KEY"
TOKEN = "ANTHROPIC_AUTH_TOKEN"
BASE_URL = "ANTHROPIC_BASE_URL"
LOCAL_MODEL = "ORCHTUI_LOCAL_MODEL"

CLOSE_WITHIN = 5.0
"""Seconds for the backends to give back what they hold."""

_UNASKED = ("anthropic", "claude", "local")
"""Who is used when nobody chose, the first that can be used here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One backend that a person may choose."""

    name: str
    summary: str
    """What it is, in a few words."""
    lacking: str | None
    """What is missing and what to do about it; `None` when it can be used now."""


class Elsewhere(Protocol):
    """Where the attempts of runs run, when it is not here; see `cluster`."""

    @property
    def address(self) -> str:
        """What it is called."""

    def around(self, backend: Backend, backends: "Backends") -> Backend:
        """The same backend, with its attempts there.

        Raises:
            InputError: when something would be sent that must not be.
        """

    async def ready(
        self, needs: Mapping[str, Collection[str]], names: Collection[str] = ()
    ) -> None:
        """See to it that attempts can run there, through the backends with these names.

        Args:
            needs: The labels that one worker has to have together, by what to call who asks.
            names: The backends.

        Raises:
            InputError: when they can not.
        """

    def warnings(self) -> list[str]:
        """What a person should know of it and was not told before."""

    async def close(self) -> None:
        """Let go. Safe to call twice."""


@dataclass(slots=True)
class Backends:
    """The ways to run a specialist that there are here.

    Args:
        environment: The process environment, or what stands for it.
        chosen: The backend that the user's configuration names.
        models: Aliases of models and the ids that they stand for, beyond the built-in ones.
        local_model: A GGUF file for the `local` backend.
        profiles: Other servers with the same protocol, by name.
        warm_cache: Whether the `anthropic` backend warms the provider's cache; see `profiles`.
        elsewhere: Where the attempts of runs run; `None` for here.
    """

    environment: Mapping[str, str]
    chosen: str | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    local_model: Path | None = None
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    warm_cache: bool = False
    elsewhere: Elsewhere | None = None
    _opened: dict[str, Backend] = field(default_factory=dict)
    _far: dict[str, Backend] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All names that a plan, an agent file or a flag may use."""
        return (*NAMES, *self.profiles)

    @property
    def children(self) -> ChildEnvironment:
        """What of the environment the programs get that are started here."""
        keys = [profile.key_env for profile in self.profiles.values() if profile.key_env]
        return ChildEnvironment(self.environment, (KEY, TOKEN, *keys))

    @property
    def redactor(self) -> Redactor:
        """Hides the secrets of the environment, and the passwords in addresses of servers."""
        of_environment = Address.of(self.environment.get(BASE_URL) or "").login
        logins = {**({BASE_URL: of_environment[1]} if of_environment else {}), **self.logins}
        passwords = {f"{name}'s password": word for name, word in logins.items()}
        return Redactor({**passwords, **self.children.secrets})

    @property
    def logins(self) -> dict[str, str]:
        """The passwords that stand in addresses of profiles."""
        found = {f"profiles.{name}": Address.of(p.base_url) for name, p in self.profiles.items()}
        return {name: one.login[1] for name, one in found.items() if one.login}

    def choices(self) -> list[Choice]:
        """The backends that can answer a prompt, the best first."""
        key = self.environment.get(KEY) or self.environment.get(TOKEN)
        anthropic = Choice("anthropic", "Claude, through the API", None if key else f"set {KEY}")
        profiles = [
            Choice(name, _server(profile), profile_lacking(profile, self.environment))
            for name, profile in self.profiles.items()
        ]
        programs = [
            Choice(name, PROGRAMS[name].summary, PROGRAMS[name].lacking(self.environment))
            for name in PRESETS
        ]
        acp = Choice("acp", "an agent that speaks the Agent Client Protocol", self._no_acp_agent())
        local = Choice(
            "local", "a small model on this machine, for trying things out", self._no_local()
        )
        rehearsal = Choice(
            "rehearsal", "no model at all: made-up text, to see a plan's shape", None
        )
        return [anthropic, *profiles, *programs, acp, local, rehearsal]

    def default(self) -> str:
        """The backend for work for which nobody chose one: the API, else `claude`, else the model.

        Raises:
            NoBackendError: when none of them can be used; rehearsal is never chosen unasked.
        """
        if self.chosen:
            return self.chosen
        choices = {choice.name: choice for choice in self.choices()}
        for name in _UNASKED:
            if choices[name].lacking is None:
                return name
        lines = ["no backend is chosen; choose one with --backend, or in the app:"]
        for choice in choices.values():
            todo = f" ({choice.lacking})" if choice.lacking else ""
            lines.append(f"  {choice.name:10} {choice.summary}{todo}")
        raise NoBackendError("\n".join(lines))

    def model_id(self, backend: str, model: str | None) -> str | None:
        """The id that a backend would send for a model; `None` where the backend decides."""
        if backend in WITHOUT_MODEL_CHOICE:
            return None
        if backend in self.profiles:
            profile = self.profiles[backend]
            name = model or profile.model
            return {**self.models, **profile.models}.get(name, name) if name else None
        if backend == "anthropic":
            from orchtui.engine.backends.anthropic_api import ALIASES, DEFAULT_MODEL

            name = model or DEFAULT_MODEL
            return {**ALIASES, **self.models}.get(name, name)
        return self.models.get(model, model) if model else None

    @property
    def at_provider(self) -> bool:
        """Whether the `anthropic` backend reaches Anthropic itself, and not a server before it."""
        return Address.of(self.environment.get(BASE_URL) or DEFAULT_URL).at_provider

    def offers(self, backend: str) -> tuple[bool, bool]:
        """Whether a backend offers tools to its models, and whether it has the provider's own."""
        if backend in self.profiles:
            profile = self.profiles[backend]
            return profile.tools, profile.web
        return True, self.at_provider

    def labels(self, backend: str) -> tuple[str, ...]:
        """The labels that a worker of a cluster has to have for work through a backend."""
        return self.profiles[backend].runs_on if backend in self.profiles else ()

    def knows_model(self, backend: str, model: str) -> bool:
        """Whether a model that an agent file names means something to a backend.

        Agent files are mostly written for Claude, whose families mean nothing to other programs
        and servers, unless the configuration says what they stand for there.
        """
        from orchtui.engine.backends.anthropic_api import ALIASES

        if model not in ALIASES:
            return True
        if backend in self.profiles:
            profile = self.profiles[backend]
            return profile.model is None or model in profile.models
        return backend not in OF_OTHER_MODELS

    def open(self, names: Iterable[str], with_program: Collection[str] = ()) -> dict[str, Backend]:
        """The backends with these names; made once, and shared by all runs.

        Args:
            names: Which.
            with_program: Those of them for which every task names its own program: whether the
                usual one is installed does not matter.

        Raises:
            NoBackendError: when one does not exist or can not be used here.
        """
        wanted = dict.fromkeys(names)
        bare = wanted.keys() - set(with_program)
        for choice in self.choices() if bare else ():
            if choice.name in bare and choice.lacking:
                raise NoBackendError(
                    f"the backend '{choice.name}' can not be used here: {choice.lacking}"
                )
        return {name: self._open(name) for name in wanted}

    def open_for_runs(
        self, names: Iterable[str], with_program: Collection[str] = ()
    ) -> dict[str, Backend]:
        """`open`, for the attempts of runs: elsewhere, where that is chosen.

        What is installed or set here does not matter then: it has to be there.

        Raises:
            NoBackendError: as `open`.
            InputError: when something would be sent elsewhere that must not be.
        """
        if self.elsewhere is None:
            return self.open(names, with_program)
        for name in dict.fromkeys(names):
            if name not in self._far:
                self._far[name] = self.elsewhere.around(self._open(name), self)
        return {name: self._far[name] for name in dict.fromkeys(names)}

    async def close(self) -> None:
        """Close all that were opened; what does not close in time is left behind."""
        opened = [*self._opened.values(), *self._far.values()]
        self._opened, self._far = {}, {}
        closing = [asyncio.ensure_future(backend.close()) for backend in opened]
        if self.elsewhere is not None:
            closing.append(asyncio.ensure_future(self.elsewhere.close()))
        if not closing:
            return
        done, late = await asyncio.wait(closing, timeout=CLOSE_WITHIN)
        for one in late:
            one.cancel()
        for one in done:
            one.result()

    def _open(self, name: str) -> Backend:
        if name not in self._opened:
            self._opened[name] = self._make(name)
        return self._opened[name]

    def _make(self, name: str) -> Backend:
        if name in self.profiles:
            from orchtui.engine.backends.profiles import open_profile

            return open_profile(name, self.profiles[name], self.environment)
        if name in PRESETS:
            from orchtui.engine.backends.agent_program import AgentProgramBackend

            return AgentProgramBackend(PROGRAMS[name], self.children)
        match name:
            case "anthropic":
                return self._api()
            case "local":
                from orchtui.engine.backends.local import LocalBackend

                return LocalBackend(self._local_model(), environment=self.children)
            case "command":
                from orchtui.engine.backends.command import CommandBackend

                return CommandBackend(self.children)
            case "acp":
                return self._acp()
            case "rehearsal":
                from orchtui.engine.backends.rehearsal import RehearsalBackend

                return RehearsalBackend()
        raise NoBackendError(f"there is no backend '{name}'; there are {', '.join(self.names)}")

    def _api(self) -> Backend:
        from orchtui.engine.backends.anthropic_api import AnthropicBackend

        return AnthropicBackend(
            api_key=self.environment.get(KEY),
            auth_token=self.environment.get(TOKEN),
            base_url=self.environment.get(BASE_URL),
            models=self.models,
            warm_cache=self.warm_cache,
        )

    def _acp(self) -> Backend:
        from orchtui.engine.backends.acp import AcpBackend, acp_lacking

        if lacking := acp_lacking(self.environment):
            raise NoBackendError(f"the backend 'acp' can not be used here: {lacking}")
        return AcpBackend(self.children)

    def _no_acp_agent(self) -> str | None:
        from orchtui.engine.backends.acp import acp_lacking, default_agent

        if lacking := acp_lacking(self.environment):
            return lacking
        if default_agent(self.environment.get("PATH")) is None:
            return "name the agent's command in an agent file, or install claude-agent-acp"
        return None

    def _no_local(self) -> str | None:
        from orchtui.engine.backends.weights import local_available

        return local_available(self._local_model())

    def _local_model(self) -> Path | None:
        named = self.environment.get(LOCAL_MODEL)
        return Path(named).expanduser() if named else self.local_model


def _server(profile: Profile) -> str:
    return f"{profile.model or 'models'} at {Address.of(profile.base_url).url}"
