"""Trust: what a project's own word would start or send, as facts to be asked about.

A project's own agent files, plans and configuration may name programs, and
addresses that would be sent a key. Whoever got the project from somebody else
has not chosen them. `dangers` finds them, `trust_store` remembers the answer.
This module never asks.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from orchtui.engine.errors import InputError, Problem

Kind = Literal["command", "address"]


@dataclass(frozen=True, slots=True)
class Danger:
    """One program that would be started, or one address that would be sent to."""

    kind: Kind
    where: str
    """What names it, for a person: `plan.yaml: task build`, an agent file, a profile."""
    shown: str
    """The exact command line as it would be typed, or the address and the NAME of the key's
    variable. Nothing in it acts on a terminal or hides."""
    fingerprint: str
    """Changes with the folder, the command line, the address, and the project's own scripts."""


class Address(Protocol):
    """A server, as a profile names it."""

    @property
    def base_url(self) -> str: ...
    @property
    def key_env(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is the user's own choice, not the project's."""

    backends: Collection[str] = ()
    """Backends that the user chose by a flag or the user's own configuration, or the one that is
    used where nobody chose."""
    profiles: Collection[str] = ()
    """Profiles of which every value comes from the user's own configuration."""
    cluster: bool = False
    """Whether the cluster on which attempts run is."""
    env: Collection[str] = ()
    """Variables that the user's own configuration passes on to programs."""
    folders: Collection[Path] = ()
    """Folders with agent files that the user's own configuration names."""
    files: Mapping[str, str] = field(default_factory=dict)
    """What the file is called that said what, the project's too: `backend`, `cluster`,
    `profiles.<name>`."""


class UntrustedError(InputError):
    """Nothing was started: a person has to say first that this may run."""

    def __init__(self, dangers: Iterable[Danger]) -> None:
        self.dangers = tuple(dangers)
        ending = "nothing was started; --trust runs it, and remembers that for this folder"
        problems = [Problem("", 0, 0, f"{d.where}: {_verb(d)}: {d.shown}") for d in self.dangers]
        super().__init__([*problems, Problem("", 0, 0, ending)])
        told = "\n".join(listed(self.dangers))
        self.args = (f"{headline(self.dangers)}\n{told}\n{ending}",)


def headline(found: Collection[Danger]) -> str:
    """What the dangers are, in one line."""
    return f"this project wants to {wish(found)}, which is new here or has changed:"


def wish(found: Collection[Danger]) -> str:
    """What the project wants, after `This project wants to`."""
    kinds = {danger.kind for danger in found}
    if kinds == {"address"}:
        return "send to a server"
    return "run programs" if kinds == {"command"} else "run programs, and send to a server"


def listed(found: Iterable[Danger]) -> list[str]:
    """Each danger on two lines: what names it, and below it the exact words."""
    return [line for d in found for line in (f"  {d.where} {_verb(d)}", f"    {d.shown}")]


def _verb(danger: Danger) -> str:
    return "runs" if danger.kind == "command" else "sends to"
