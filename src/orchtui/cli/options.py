"""Options that several commands share, and the Project that they stand for."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from orchtui.engine.plans.plan import Plan
    from orchtui.engine.sessions.project import Project

DEFAULT_OUT = Path("artifacts")
"""The artifacts folder where nobody names one."""
STDIN = "<stdin>"
"""Standard input as it stands in front of a problem."""

_F = TypeVar("_F", bound=Callable[..., Any])


class Rate(click.ParamType[float]):
    """Requests a second, written as in plans."""

    name = "rate"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        from orchtui.engine.texts.rates import parse_rate

        try:
            return parse_rate(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Hedge(click.ParamType[float]):
    """From when on a task gets a second attempt, written as in plans."""

    name = "times"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        from orchtui.engine.texts.hedge_setting import parse_hedge

        try:
            return parse_hedge(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Duration(click.ParamType[float]):
    """Seconds, written as in plans."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        from orchtui.engine.texts.durations import parse_duration

        try:
            return parse_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class ClusterAddress(click.ParamType[str]):
    """The address of a cluster."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from orchtui.engine.cluster.cluster_address import checked

        try:
            return checked(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


_MODEL = [
    click.option(
        "--backend",
        help="anthropic, claude, codex, gemini, opencode, llm, acp, local, rehearsal, or a profile "
        "of the configuration, for tasks that need a model",
    ),
    click.option("--model", help="opus, sonnet, haiku, or the full id of a model"),
]
_OPTIONS = [
    *_MODEL,
    click.option(
        "--cluster",
        type=ClusterAddress(),
        metavar="ADDRESS",
        help="run attempts on a Dask cluster: tcp://HOST:PORT, tls://HOST:PORT, or local:N for N "
        "workers here",
    ),
    click.option("--concurrency", type=click.IntRange(1, 10_000), help="tasks at the same time"),
    click.option("--timeout", type=Duration(), help="for each task, such as 90s or 20m"),
    click.option("--deadline", type=Duration(), help="for the whole run"),
    click.option(
        "--rate", type=Rate(), help="attempts that start at one backend, such as 60/m or 5/s"
    ),
    click.option(
        "--hedge",
        type=Hedge(),
        help="a second attempt beside a task that takes so many times as long as tasks like it: "
        "on (1.5), off, or a number such as 2; off where this is not said",
    ),
    click.option("--retries", type=click.IntRange(0, 100), help="attempts after the first"),
    click.option("--budget-tokens", type=click.IntRange(1), help="tokens for the whole run"),
    click.option(
        "--budget-usd", type=click.FloatRange(0, min_open=True), help="dollars for the whole run"
    ),
    click.option(
        "--on-budget",
        type=click.Choice(["finish", "cut"]),
        help="what becomes of running tasks once a budget is used up; they finish where this is "
        "not said",
    ),
]
config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="a configuration file instead of the project's and the user's orchtui.yaml",
)
"""The file that stands for all others."""

_PLACES = [
    click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        default=DEFAULT_OUT,
        show_default=True,
        help="the artifacts folder",
    ),
    config_option,
]


def running_options(function: _F) -> _F:
    """How to run: backend, model and limits; and where."""
    for option in reversed([*_OPTIONS, *_PLACES]):
        function = option(function)
    return function


def model_options(function: _F) -> _F:
    """Which backend and model are asked."""
    for option in reversed(_MODEL):
        function = option(function)
    return function


def place_options(function: _F) -> _F:
    """Where the artifacts and the configuration are."""
    for option in reversed(_PLACES):
        function = option(function)
    return function


def make_project(
    *,
    out: Path,
    config: Path | None,
    backend: str | None = None,
    model: str | None = None,
    cluster: str | None = None,
    **limits: Any,
) -> "Project":
    """The project in the current folder, as flags, environment and configuration have it.

    Raises:
        InputError: when the configuration has errors, or a backend does not exist.
    """
    from orchtui.cli.trusting import user_store
    from orchtui.config import load_config
    from orchtui.engine.agents.specialists import Agents, agent_folders
    from orchtui.engine.backends.registry import Backends
    from orchtui.engine.errors import InputError
    from orchtui.engine.plans.plan import Limits
    from orchtui.engine.scheduling.resolve import Overrides
    from orchtui.engine.sessions.project import Project

    folder = working_folder()
    settings = load_config(folder, config)
    backends = Backends(
        os.environ,
        chosen=settings.backend,
        models=settings.models,
        profiles=settings.profiles,
        warm_cache=bool(settings.warm_cache),
    )
    if backend is not None and backend not in backends.names:
        there = ", ".join(backends.names)
        raise InputError.of(f"--backend: there is no '{backend}'; there are {there}")
    if backend == "command":
        raise InputError.of("--backend: 'command' runs programs that tasks name; choose another")
    where = settings.cluster_for(cluster)
    if where is not None:
        from orchtui.engine.cluster.attached import AttachedCluster

        backends.elsewhere = AttachedCluster(where)
    agents = Agents(agent_folders(folder, Path.home(), settings.agents))
    specialists, diagnostics = agents.current()
    return Project(
        folder=folder,
        out=out,
        backends=backends,
        specialists=specialists,
        diagnostics=diagnostics,
        agents=agents,
        overrides=Overrides(backend=backend, model=model, limits=Limits(**limits)),
        defaults=settings.limits,
        env=settings.env,
        trust=user_store(),
        own=settings.own(folder, cluster),
        cluster=where,
        prices=settings.prices,
        price_files=settings.price_files,
    )


def read_plan(source: str | None, request: str | None, folder: Path, most: int | None) -> "Plan":
    """The plan that the arguments mean: a file, `-` for standard input, or a request.

    Args:
        source: The file.
        request: In plain words.
        folder: The project folder.
        most: The user's own `limits.max_tasks`.

    Raises:
        InputError: with all that is wrong with it.
        click.UsageError: when neither or both are given.
    """
    from orchtui.engine.plan_files.plan_file import load_plan, parse_plan
    from orchtui.engine.request import parse_request

    if (source is None) == (request is None):
        raise click.UsageError("give either a plan file (or -) or --request TEXT")
    if request is not None:
        return parse_request(request, folder)
    if source == "-":
        return parse_plan(read_stdin(), STDIN, folder, most)
    assert source is not None
    return load_plan(Path(source), folder, most)


def working_folder() -> Path:
    """The folder that the command was started in.

    Raises:
        InputError: when it was removed meanwhile.
    """
    from orchtui.engine.errors import InputError

    try:
        return Path.cwd()
    except FileNotFoundError:
        raise InputError.of("the working folder was deleted; go to another one") from None


def read_stdin() -> str:
    """All of standard input, within the bounds that hold for files.

    Raises:
        InputError: when it is too large, is not UTF-8 or is no text.
    """
    from orchtui.engine.errors import InputError
    from orchtui.engine.texts.input_file import MAX_BYTES, decode

    data = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin is not None else b""
    if len(data) > MAX_BYTES:
        raise InputError.of(f"is too large: at most {MAX_BYTES:,} bytes are allowed", STDIN)
    return decode(data, STDIN)


def errors_as_json(error: Exception) -> str:
    """Bad input, in the form that `--json` promises."""
    from orchtui.cli.as_json import json_text
    from orchtui.engine.errors import InputError, Problem

    problems = error.problems if isinstance(error, InputError) else (Problem("", 0, 0, str(error)),)
    return json_text(
        {
            "errors": [
                {"file": p.file, "line": p.line, "column": p.column, "message": p.message}
                for p in problems
            ]
        }
    )
