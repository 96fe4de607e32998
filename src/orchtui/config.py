"""Configuration: what `orchtui.yaml` says, in the project and in the user's own folder.

The project's file wins over the user's, key by key. The result is one frozen
Settings that is handed down; nobody reads a file again. It keeps which file
said what, because what a project says is trusted less than what its user says.
This module never reads environment variables of backends and never starts
anything.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

import msgspec
from msgspec.structs import replace

from orchtui.engine.backends.profiles import Profile
from orchtui.engine.cluster.cluster_address import ALLOWED as CLUSTERS
from orchtui.engine.cluster.cluster_address import Cluster, checked
from orchtui.engine.estimates.price_list import MODELS
from orchtui.engine.plan_files.plan_file import LIMITS
from orchtui.engine.plans.backend_names import NAMES
from orchtui.engine.plans.plan import SLUG, SLUG_ALLOWED, Limits
from orchtui.engine.scheduling.prices import PriceTable
from orchtui.engine.texts.input_file import file_name, read_text
from orchtui.engine.trusting.trust import Own
from orchtui.engine.yaml import yaml_values as values
from orchtui.engine.yaml.yaml_compose import MapNode, Node, Problems, Scalar, compose
from orchtui.engine.yaml.yaml_nodes import Record, list_of, mapping_of, read_whole, record, struct

FILE = "orchtui.yaml"

Notify = Literal["bell", "osc9", "osc777", "title", "always", "off"]
"""A way to call a person who looks elsewhere; `always` calls also one who looks."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has set."""

    backend: str | None = None
    """For tasks for which nobody chose one."""
    models: Mapping[str, str] = {}
    """Aliases, and the ids of the models that they stand for."""
    profiles: Mapping[str, Profile] = {}
    """Other servers with Anthropic's protocol, by the name that is their backend's."""
    limits: Limits = Limits()
    """Below what a plan or a flag says."""
    agents: tuple[str, ...] = ()
    """More folders with agent files, from the project folder."""
    users_agents: tuple[str, ...] = ()
    """Those of them that the user's own file names."""
    env: tuple[str, ...] = ()
    """Names of variables with secrets that every program gets."""
    users_env: tuple[str, ...] = ()
    """Those of them that the user's own file names."""
    warm_cache: bool | None = None
    """Whether, through the API, the first of several tasks that share much begins to answer before
    the others ask, so that they are served from the provider's cache."""
    cluster: Cluster | None = None
    """Where the attempts of runs run; `None` for here."""
    theme: str | None = None
    notify: tuple[Notify, ...] | None = None
    """How a person is called when a run ends or needs one; `None` for the app's own choice."""
    keys: Mapping[str, tuple[str, ...]] = {}
    """Keys of the app, by the id of what they do; the app says whether there is such an id."""
    prices: PriceTable = {}
    """What models cost, by backend and id; beside, or instead of, the list that comes along."""
    price_files: tuple[str, ...] = ()
    """The files that say them, the strongest first."""
    said_by: Mapping[str, Path] = {}
    """The file that said what: `backend`, `cluster`, `theme`, `notify`, `warm_cache`, and each of
    `limits.<name>`, `models.<alias>`, `agents.<folder>`, `profiles.<name>`, `keys.<id>`."""
    of_project: frozenset[str] = frozenset()
    """What of `said_by` the project says, and not the user."""

    def over(self, other: "Settings") -> "Settings":
        """These settings, and `other`'s where these say nothing."""
        return Settings(
            backend=self.backend or other.backend,
            models={**other.models, **self.models},
            profiles={**other.profiles, **self.profiles},
            limits=self.limits.over(other.limits),
            agents=(*self.agents, *other.agents),
            users_agents=(*self.users_agents, *other.users_agents),
            env=tuple(dict.fromkeys((*self.env, *other.env))),
            users_env=(*self.users_env, *other.users_env),
            warm_cache=other.warm_cache if self.warm_cache is None else self.warm_cache,
            cluster=self.cluster or other.cluster,
            theme=self.theme or other.theme,
            notify=other.notify if self.notify is None else self.notify,
            keys={**other.keys, **self.keys},
            prices={
                name: {**other.prices.get(name, {}), **self.prices.get(name, {})}
                for name in (*other.prices, *self.prices)
            },
            price_files=(*self.price_files, *other.price_files),
            said_by={**other.said_by, **self.said_by},
            of_project=self.of_project | (other.of_project - self.said_by.keys()),
        )

    def cluster_for(self, flag: str | None) -> Cluster | None:
        """The cluster that holds. What goes with an address goes with no other one.

        Args:
            flag: The address that a person gave with the command.
        """
        if flag is None or (self.cluster is not None and self.cluster.address == flag):
            return self.cluster
        return Cluster(address=flag)

    def own(self, folder: Path, cluster: str | None = None) -> Own:
        """What of this the user said, and not the project.

        Args:
            folder: The project folder.
            cluster: The address of a cluster that the user gave with the command.
        """
        users = self.said_by.keys() - self.of_project
        return Own(
            backends=[self.backend] if self.backend and "backend" in users else [],
            profiles=[name for name in self.profiles if f"profiles.{name}" in users],
            env=self.users_env,
            # With a project's address go its variables: giving the address is not giving those.
            cluster="cluster" in users
            or (cluster is not None and self.cluster_for(cluster) is not self.cluster),
            folders=[folder / Path(name).expanduser() for name in self.users_agents],
            files={what: _short(path, folder) for what, path in self.said_by.items()},
        )


def _short(path: Path, folder: Path) -> str:
    """A path as somebody in the project folder would type it."""
    whole = folder / path
    return str(whole.relative_to(folder) if whole.is_relative_to(folder) else whole)


def _is_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


_slug = values.matching(SLUG, f"a name of {SLUG_ALLOWED}")


def _profile_name(node: Node, problems: Problems, label: str) -> str:
    written = _slug(node, problems, label)
    if written in NAMES:
        raise values.Misfit(node, f"{label} must not be '{written}', which is a backend already")
    return written


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_KEY = re.compile(
    r"(?:sk|rk|pk|gh[opsu]|github_pat|hf|gsk|npm|glpat|dop_v1|r8)_\w{12,}|A[KS]IA[A-Z0-9]{12,}|AIza\w+"
    r"|eyJ\w+|(?=.*\d)(?:[a-z0-9]{20,}|[A-Z0-9]{24,}|(?=\w*[a-z])(?=\w*[A-Z])\w{16,})"
)
"""What a key looks like, and the name of a variable hardly ever."""


def _variable(node: Node, problems: Problems, label: str) -> str:
    """The name of an environment variable. A key in its place is a secret: it is not repeated."""
    written = node.text if isinstance(node, Scalar) else ""
    if not _VARIABLE.fullmatch(written) or _KEY.fullmatch(written):
        why = f"{label} must be the name of an environment variable, such as MY_KEY; the key itself"
        raise values.Misfit(node, f"{why} belongs into that variable, never into this file")
    return written


_SERVER_LIMITS = {key: LIMITS[key] for key in ("concurrency", "idle_timeout", "rate")}
_profile_record = record(
    {
        "base_url": values.name,
        "key_env": _variable,
        "model": values.name,
        "models": mapping_of(values.line),
        "limits": record(_SERVER_LIMITS),
        "tools": values.flag,
        "web": values.flag,
        "cache": values.flag,
        "structured": values.flag,
        "warm_cache": values.flag,
        "runs_on": list_of(values.worker_label),
    },
    required=("base_url",),
)


def _profile(node: Node, problems: Problems, label: str) -> Profile:
    said = dict(_profile_record(node, problems, label).values)
    limits = said.pop("limits", None)
    # Without an address a problem was told, and nobody uses the profile.
    return Profile(**{"base_url": ""} | said | (limits.values if limits is not None else {}))


def _keys(node: Node, problems: Problems, label: str) -> tuple[str, ...]:
    """Keys of one action; nothing, or an empty text, takes those away that it came with."""
    if isinstance(node, Scalar) and node.is_null:
        return ()
    return list_of(values.exact)(node, problems, label)


def _address(node: Node, problems: Problems, label: str) -> str:
    written = values.name(node, problems, label)
    try:
        return checked(written)
    except ValueError:
        raise values.Misfit(
            node, f"{label} must be {CLUSTERS}, not {values.shown(written)}"
        ) from None


_cluster_record = record(
    {
        "address": _address,
        "env": list_of(_variable),
        "ca": values.line,
        "cert": values.line,
        "key": values.line,
    },
    required=("address",),
)


def _cluster(node: Node, problems: Problems, label: str) -> Cluster:
    """An address alone, or with what goes with it."""
    if isinstance(node, Scalar):
        return Cluster(address=_address(node, problems, label))
    # Without an address a problem was told, and nobody uses the cluster.
    cluster = Cluster(**{"address": ""} | dict(_cluster_record(node, problems, label).values))
    files = [name for name in ("ca", "cert", "key") if getattr(cluster, name)]
    if files and cluster.address and not cluster.encrypted:
        why = f"{label}: {', '.join(files)}: files of tls://, which {cluster.address} does not use"
        raise values.Misfit(node, f"{why}; write tls://, or take them away")
    return cluster


_FIELDS = {
    "backend": values.name,
    "models": mapping_of(values.line),
    "profiles": mapping_of(_profile, _profile_name),
    "limits": struct(Limits, LIMITS),
    "agents": list_of(values.line),
    "env": list_of(values.variable),
    "warm_cache": values.flag,
    "cluster": _cluster,
    "theme": values.line,
    "notify": list_of(values.choice(get_args(Notify))),
    "keys": mapping_of(_keys),
    "prices": mapping_of(MODELS),
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
    known: set[str] = set(NAMES) - {"command", "acp"}
    # The strongest last: it may name a profile that a weaker one has.
    for path in reversed(config_files(folder, config)):
        by_hand = config is not None and not _is_projects_file(path, folder)
        settings = _load(path, known, folder, by_hand=by_hand).over(settings)
    return settings


def _is_projects_file(path: Path, folder: Path) -> bool:
    """Whether it would be read without being named."""
    return os.path.realpath(path) == os.path.realpath(folder / FILE)


def _load(path: Path, known: set[str], folder: Path, *, by_hand: bool) -> Settings:
    """Read one file; `known` are the backends so far, and its profiles are added to them."""
    problems = Problems(file_name(path))
    node = compose(read_text(path), problems)
    if node is None:
        problems.raise_any()
        return Settings()
    table = record(_FIELDS)
    whole = read_whole(node, table, problems, "the configuration")
    settings = Settings(**whole.values)
    known.update(settings.profiles)
    if settings.backend is not None and settings.backend not in known:
        hint = values.suggestion(settings.backend, tuple(sorted(known)))
        problems.add(
            whole.place("backend"),
            f"backend must be one of {', '.join(sorted(known))}, "
            f"not {values.shown(settings.backend)}{hint}",
        )
    _check_priced(whole, {*known, "acp", "command"}, problems)
    problems.raise_any()
    said = dict.fromkeys(_said(settings), path)
    projects = not by_hand and _is_in(path, folder)
    return replace(
        settings,
        said_by=said,
        of_project=frozenset(said if projects else ()),
        price_files=(file_name(path),) if settings.prices else (),
        users_agents=() if projects else settings.agents,
        users_env=() if projects else settings.env,
    )


def _said(settings: Settings) -> Iterator[str]:
    """What one file says, by the names of `said_by`."""
    for field in ("backend", "warm_cache", "cluster", "theme", "notify"):
        if getattr(settings, field) is not None:
            yield field
    yield from (f"agents.{folder}" for folder in settings.agents)
    for field, value in msgspec.structs.asdict(settings.limits).items():
        if value is not None:
            yield f"limits.{field}"
    yield from (f"keys.{name}" for name in settings.keys)
    yield from (f"models.{alias}" for alias in settings.models)
    yield from (f"profiles.{name}" for name in settings.profiles)


def _check_priced(whole: Record, known: Collection[str], problems: Problems) -> None:
    """Prices of a backend that does not exist are a mistake in its name."""
    node = whole.nodes.get("prices")
    for key, _ in node.pairs if isinstance(node, MapNode) else ():
        if isinstance(key, Scalar) and key.text not in known:
            names = tuple(sorted(known))
            hint = values.suggestion(key.text, names)
            wrong = f"prices: {values.shown(key.text)} is no backend"
            problems.add(key, f"{wrong}; there are {', '.join(names)}{hint}")
