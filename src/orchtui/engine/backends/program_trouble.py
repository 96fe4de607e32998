"""What goes wrong with a program, in words for a person, as a BackendError.

A program that can not be started, that ends badly, that prints too much, or
that says what its own provider answered. This module never runs a program.
"""

import contextlib
import errno
import os
import re
import signal
from collections.abc import Collection, Iterable, Iterator

from orchtui.engine.backends.child_environment import ChildEnvironment
from orchtui.engine.errors import BackendError, ErrorKind
from orchtui.engine.text import clean_line

TEXT_LIMIT = 20_000_000
"""Bytes of an answer; with more the program is ended. A run holds its answers in memory."""

_SAID = 800
"""Characters of a program's own words in a message."""

_STATUS = re.compile(
    r"\b(?:status|code|error|http|api error)\W{0,12}(4\d\d|5\d\d)\b|\((4\d\d|5\d\d)\)",
    re.IGNORECASE,
)
_WORDS: tuple[tuple[ErrorKind, str], ...] = (
    (
        "auth",
        r"api[ _-]?key|unauthori[sz]ed|authenticat|not logged in|log ?in\b|invalid auth"
        r"|auth method|no key found|credential",
    ),
    ("rate_limit", r"rate.?limit|too many requests|quota|usage limit|resource.?exhausted"),
    ("truncated", r"output token maximum|maximum output tokens"),
    (
        "bad_request",
        r"(?:prompt|input|context)\b.{0,40}\btoo (?:long|large)|context (?:window|length)"
        r"|unknown model|model\b.{0,40}\b(?:not found|not exist|not supported)",
    ),
    ("server", r"overloaded|internal server error|bad gateway|service unavailable"),
    (
        "connection",
        r"connection\b.{0,40}\b(?:lost|refused|reset|error|closed)|ECONN|ENOTFOUND|ETIMEDOUT"
        r"|timed? ?out|stream disconnected|network error|fetch failed",
    ),
)
RETRYABLE: frozenset[ErrorKind | None] = frozenset({"rate_limit", "server", "connection"})
"""Kinds of failure that can pass by themselves."""


def refusal(program: str, folder: str, error: OSError | ValueError, hint: str = "") -> BackendError:
    """Why a program could not be started, and what to do about it.

    Args:
        program: As the task names it.
        folder: Where it was to run.
        error: What the system said.
        hint: How to install it, where that is known.
    """
    name = clean_line(program, 100)
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    message = f"'{name}' can not run: {clean_line(why)}"
    if isinstance(error, OSError) and error.filename == folder:
        message = f"'{name}' can not run in the folder '{clean_line(folder)}': {error.strerror}"
    elif isinstance(error, FileNotFoundError):
        message = f"the program '{name}' was not found; is it installed and on the PATH?"
        if os.path.isfile(os.path.join(folder, program)):
            message = f"'{name}' can not run: the interpreter in its first line was not found"
        elif hint:
            message = f"the program '{name}' was not found on the PATH; {hint}"
    elif isinstance(error, PermissionError):
        message = f"'{name}' may not be executed; is it a program (chmod +x)?"
    elif isinstance(error, OSError) and error.errno == errno.E2BIG:
        message = (
            f"the arguments of '{name}' are too long for this system; leave {{prompt}} out of "
            f"the command, and the prompt comes on standard input"
        )
    return BackendError("command", message)


def ended_badly(program: str, code: int, said: str) -> str:
    """How a program ended, with its last words.

    Args:
        program: As the task names it.
        code: Its exit code; a signal's number is negative.
        said: The end of what it said about it, cleaned.
    """
    name = clean_line(program, 100)
    words = f"; the end of its standard error:\n{said}" if said else "; it said nothing about why"
    return f"'{name}' {how_it_ended(code)}{words}"


def how_it_ended(code: int) -> str:
    """`ended with exit code 1`, or `was ended by SIGKILL`.

    Args:
        code: Its exit code; a signal's number is negative.
    """
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:  # the real-time signals have no names
        return f"was ended by signal {-code}"


def missed(kept: Collection[str], said: str) -> str:
    """What a program that failed may have missed: a variable that was kept from it and it names.

    Args:
        kept: Names of variables that are set and that it did not get.
        said: Its last words.
    """
    named = sorted(name for name in kept if re.search(rf"\b{re.escape(name)}\b", said))
    if not named:
        return ""
    names = ", ".join(named[:3])
    return f"\n({names}: secrets are kept from programs; `env: [{names}]` at the task passes it on)"


@contextlib.contextmanager
def missed_told(
    environment: ChildEnvironment, keys: Iterable[str], names: Collection[str]
) -> Iterator[None]:
    """Tell with a program's failure what it may have missed: a variable that was kept from it and
    that the message names.

    Args:
        environment: What it got a part of.
        keys: How the names of its own secrets begin.
        names: Variables that were passed on to it.
    """
    try:
        yield
    except BackendError as error:
        hint = missed(environment.kept_from(keys, names), error.message)
        if not hint:
            raise
        raise BackendError(
            error.kind,
            error.message + hint,
            retryable=error.retryable,
            retry_after=error.retry_after,
            throttled=error.throttled,
        ) from error


def too_much(program: str) -> BackendError:
    """A program printed more than an answer may be long."""
    return BackendError(
        "command",
        f"'{clean_line(program, 100)}' printed more than {TEXT_LIMIT // 1_000_000} MB and was "
        f"ended; let it write a file and print less",
    )


def provider_error(
    program: str, said: str, *, status: int = 0, kind: ErrorKind | None = None, login: str = ""
) -> BackendError:
    """What an agent program says went wrong on its provider's side.

    Args:
        program: As the task names it.
        said: Its own words.
        status: The HTTP status that it was answered with; 0 where it does not say.
        kind: What it is, where that is certain; else status and words decide.
        login: What to do when it could not log in.
    """
    found = kind or of_status(status) or of_words(said) or "command"
    why = clean_line(said, _SAID).rstrip(".") or "no reason given"
    message = f"'{clean_line(program, 100)}' failed: {why}"
    if found == "auth" and login:
        message = f"{message}; {login}"
    elif found == "bad_request" and "model" in said.lower():
        message = f"{message}; choose another model"
    return BackendError(found, message, retryable=found in RETRYABLE)


def of_status(status: int) -> ErrorKind | None:
    """The kind of failure that an HTTP status stands for; `None` where it stands for none."""
    if status in (401, 403):
        return "auth"
    if status == 429:
        return "rate_limit"
    if status == 408:
        return "connection"
    if 400 <= status < 500:
        return "bad_request"
    return "server" if 500 <= status < 600 else None


def of_words(said: str) -> ErrorKind | None:
    """The kind of failure that a program's words tell of; `None` where they tell of none."""
    said = said[:4000]
    if match := _STATUS.search(said):
        return of_status(int(match[1] or match[2]))
    return next((kind for kind, words in _WORDS if re.search(words, said, re.IGNORECASE)), None)
