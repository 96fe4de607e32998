"""ChildEnvironment: the variables that a program gets which orchtui starts.

Keys, tokens and passwords are kept from every child that does not need them. An
agent program that is known here gets those of its own providers; any program gets
those that an agent file, a task or the configuration passes on by name (`env`), and
all variables that hold no secret. What holds one is told by its name: what a value
means nobody can see. This module never starts a program.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

_SECRET = re.compile(
    r"(?:(?:.*_)?(?:KEY|KEY_ID|PAT|CREDENTIALS|AUTH_CONFIG)"
    r"|.*(?:APIKEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE)"
    r"|.+_PWD)"  # MYSQL_PWD; PWD and OLDPWD are folders
    r"(?:_?\d+)?",
    re.IGNORECASE,
)
"""Names that stand for a secret: `OPENAI_API_KEY`, `GH_TOKEN`, `PGPASSWORD`, `SECRET_KEY`.
Names of files with one (`…_KEY_FILE`, `…_TOKEN_PATH`), of sockets (`SSH_AUTH_SOCK`) and of programs
that ask for one (`GIT_ASKPASS`) are none."""

_NO_SECRETS = re.compile(r"GOOGLE_APPLICATION_CREDENTIALS|GIT_CONFIG_KEY_\d+")
"""Named like a secret, but a path, whose file is as readable without it; and the name of one of
git's settings, without which git refuses to start."""

_FOR_GIT = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TMP|TEMP|LANG|LANGUAGE|LC_.*|TZ|XDG_.*|GIT_.*"
    r"|SSH_AUTH_SOCK|SSL_CERT_.*|NIX_.*|LD_.*|DYLD_.*|.*_PROXY",
    re.IGNORECASE,
)
"""What git needs here, on this machine alone; its filters (git-lfs) may go further."""


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret, as far as names tell."""
    return not _NO_SECRETS.fullmatch(name) and _SECRET.fullmatch(name) is not None


def for_git(environment: Mapping[str, str]) -> dict[str, str]:
    """What git gets."""
    return {
        name: value
        for name, value in environment.items()
        if _FOR_GIT.fullmatch(name) and not is_secret(name)
    }


class ChildEnvironment:
    """The process environment, and what of it is handed on to whom.

    Args:
        environment: The process environment, or what stands for it.
        held: Names of variables that hold a key of orchtui's own, whatever they are called.
    """

    def __init__(self, environment: Mapping[str, str], held: Collection[str] = ()) -> None:
        self._environment = environment
        self._held = frozenset(held)
        self._given: dict[tuple[tuple[str, ...], frozenset[str]], Mapping[str, str]] = {}

    @classmethod
    def of(cls, environment: "Mapping[str, str] | ChildEnvironment") -> "ChildEnvironment":
        """One of these, also of a plain mapping."""
        return environment if isinstance(environment, ChildEnvironment) else cls(environment)

    def get(self, name: str, default: str | None = None) -> str | None:
        """One variable, such as the PATH."""
        return self._environment.get(name, default)

    @property
    def secrets(self) -> dict[str, str]:
        """The variables that hold a secret, of those that are set."""
        return {
            name: value
            for name, value in self._environment.items()
            if value and (name in self._held or is_secret(name))
        }

    def kept_from(self, beginnings: Iterable[str], names: Collection[str]) -> frozenset[str]:
        """Names of the secrets that a child does not get; see `for_child`."""
        own = tuple(beginnings)
        return frozenset(
            name for name in self.secrets if name not in names and not name.startswith(own)
        )

    def for_child(
        self, beginnings: Iterable[str] = (), names: Collection[str] = ()
    ) -> Mapping[str, str]:
        """What one child gets: everything but the secrets that are not its own.

        Made once for all children that get the same, as the environment stood at the first.

        Args:
            beginnings: How the names of its own secrets begin, such as `OPENAI_`.
            names: Variables that a person passes on to it.
        """
        own = tuple(beginnings), frozenset(names)
        if (given := self._given.get(own)) is None:
            kept = self.kept_from(*own)
            given = MappingProxyType(
                {name: value for name, value in self._environment.items() if name not in kept}
            )
            self._given[own] = given
        return given
