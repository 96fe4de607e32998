"""Git, as far as worktrees need it: a few commands of the program `git`, each within bounds.

No shell, no hook, no pager, no question on the terminal, no filter that the
repository's own configuration brings, nothing fetched, and no way for the
environment of whoever started orchtui to point at another repository. Where git
is missing, a folder is as if it were in no repository. Every function blocks: not
for the event loop. This module never decides what is done with a repository.
"""

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from orchtui.engine.backends.child_environment import for_git
from orchtui.engine.text import clean_line

TIMEOUT = 120.0
"""Seconds for one command; a very large checkout on a slow disk takes one or two minutes."""

_QUIET = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "diff.external=",
    "commit.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "advice.addIgnoredFile=false",
    "advice.addEmbeddedRepo=false",
)
"""Settings that hold whatever the user's and the repository's configuration say."""

_FOREIGN = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_EXTERNAL_DIFF",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)
"""Variables of a git that started us, such as from a hook: they are about its own work."""

_FILTERING = frozenset({"add", "worktree", "hash-object", "cat-file"})
"""Commands that run the filters of files, such as those of Git LFS."""

_FILTER = re.compile(r"(filter\..+)\.(?:clean|smudge|process|required)", re.DOTALL)
_KNOWN_FILTER = re.compile(r"git-lfs [\w %-]+")

_WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "orchtui"), ("EMAIL", "orchtui@localhost"))
}


class GitError(Exception):
    """A command of git failed, or there is no git; the message is for a person."""


class NoRepositoryError(GitError):
    """The folder is in no repository with files of its own, or there is no git."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a folder is in."""

    top: Path
    """The folder that holds all of its files."""
    prefix: str
    """The way from there to the folder: `sub/folder/`, or nothing."""
    index: Path
    """The user's index, whether it is there already or not."""
    head: str | None
    """The commit that is checked out; `None` where there is none yet."""


def git(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    data: bytes | None = None,
    timeout: float = TIMEOUT,
) -> bytes:
    """What a command prints.

    Args:
        folder: Where it runs.
        arguments: The command and what follows it.
        environment: Variables beside those of this process that git needs.
        data: Its standard input.
        timeout: Seconds.

    Raises:
        GitError: when there is no git, it fails, or takes too long.
    """
    code, output, errors = attempt(
        folder, *arguments, environment=environment, data=data, timeout=timeout
    )
    if code:
        said = clean_line(errors.decode("utf-8", "replace"), 300) or f"exit code {code}"
        raise GitError(f"git {_verb(arguments)}: {said}")
    return output


def attempt(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    data: bytes | None = None,
    timeout: float = TIMEOUT,
) -> tuple[int, bytes, bytes]:
    """The same for a command that may fail: its exit code, output and errors.

    Raises:
        GitError: when there is no git, or it takes too long.
    """
    more = dict(environment or {})
    if _verb(arguments) in _FILTERING:
        more |= _unfiltered(folder, arguments, timeout)
    return _attempt(folder, *arguments, environment=more, data=data, timeout=timeout)


def _attempt(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str],
    data: bytes | None,
    timeout: float,
) -> tuple[int, bytes, bytes]:
    settings = [word for setting in _QUIET for word in ("-c", setting)]
    try:
        with subprocess.Popen(
            ["git", "--no-pager", *settings, *arguments],
            cwd=folder,
            env=_environment(environment),
            stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                output, errors = process.communicate(data, timeout)
            except BaseException as error:
                # With its filters: they hold the pipes open.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                if isinstance(error, subprocess.TimeoutExpired):
                    verb = _verb(arguments)
                    raise GitError(f"git {verb}: took longer than {timeout:g} s") from None
                raise
    except (OSError, ValueError) as error:
        raise GitError(f"git can not be started: {clean_line(str(error))}") from error
    return process.returncode, output, errors


def _unfiltered(folder: Path, arguments: Sequence[str], timeout: float) -> dict[str, str]:
    """Variables that turn off the filters which the repository's own configuration names.

    A repository that came in an archive brings its configuration with it, and nobody was asked
    about its programs. Those of the user's and the system's configuration stay.
    """
    where = takewhile(lambda word: word.startswith("-"), arguments)
    listing = ("config", "--list", "-z", "--show-scope")
    code, output, errors = _attempt(
        folder, *where, *listing, environment={}, data=None, timeout=timeout
    )
    if code:
        raise GitError(f"git config: {clean_line(errors.decode('utf-8', 'replace'), 200)}")
    fields = iter(os.fsdecode(output).split("\0"))
    off: set[str] = set()
    for scope, setting in zip(fields, fields, strict=False):
        key, _, value = setting.partition("\n")
        match = _FILTER.fullmatch(key)
        if match is None or scope not in ("local", "worktree"):
            continue
        if not key.endswith(".required") and not _KNOWN_FILTER.fullmatch(value):
            off.add(match.group(1))
    if not off:
        return {}
    first = os.environ.get("GIT_CONFIG_COUNT", "")
    number = int(first) if first.isdecimal() else 0
    told: dict[str, str] = {}
    for name in sorted(off):
        for what, value in (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false")):
            told[f"GIT_CONFIG_KEY_{number}"] = f"{name}.{what}"
            told[f"GIT_CONFIG_VALUE_{number}"] = value
            number += 1
    return {**told, "GIT_CONFIG_COUNT": str(number)}


def find(folder: Path) -> Repository:
    """The repository that a folder is in.

    Raises:
        NoRepositoryError: when it is in none, in a bare one, or in one that git refuses to
            touch; says why.
    """
    asked = ("--show-toplevel", "--show-prefix", "--git-path", "index")
    try:
        lines = git(folder, "rev-parse", *asked, timeout=20.0).split(b"\n")
    except GitError as error:
        raise NoRepositoryError(str(error)) from error
    top, prefix, index = (os.fsdecode(line) for line in lines[:3])
    code, head, _ = attempt(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return Repository(
        top=Path(top),
        prefix=prefix,
        index=folder / index,
        head=None if code else head.decode().strip(),
    )


def is_repository(folder: Path) -> bool:
    """Whether worktrees of the project can be made: it is in a repository that git can use."""
    try:
        find(folder)
    except NoRepositoryError:
        return False
    return True


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    own = for_git(os.environ)
    kept = {name: value for name, value in own.items() if name not in _FOREIGN}
    fixed = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_PAGER": ""}
    # What is missing in a partial clone would be fetched by programs that its configuration names.
    alone = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    return {**kept, **_WHO, **fixed, **alone, **more}


def _verb(arguments: Sequence[str]) -> str:
    return next((word for word in arguments if not word.startswith("-")), "")
