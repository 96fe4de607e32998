"""What can go wrong with an ACP agent, in words for a person. This module never ends anything."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchtui.engine.backends.program_trouble import how_it_ended, provider_error
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from acp.core import RequestError
    from acp.schema import InitializeResponse

AUTH_REQUIRED = -32000
"""The protocol's code for an agent that nobody is signed in to."""

INSTALL = "pip install 'orchtui[acp]'"
ADAPTER = "claude-agent-acp"
ADAPTER_PACKAGE = "@agentclientprotocol/claude-agent-acp"


def program_name(command: Sequence[str]) -> str:
    """The agent's program, as messages call it."""
    return clean_line(command[0], 100)


def no_program() -> BackendError:
    """No command is named, and the usual one is not here."""
    return BackendError(
        "command",
        f"no agent program is named: put one into `command`, such as [gemini, --acp], or install "
        f"{ADAPTER} (npm install -g {ADAPTER_PACKAGE})",
    )


def gone(command: Sequence[str], code: int | None, during: str) -> str:
    """The agent ended, or closed its output, before it was through."""
    how = "closed its output" if code is None else how_it_ended(code)
    return f"the agent '{program_name(command)}' {how} {during}"


def with_last_words(message: str, stray: bytes, tail: str) -> BackendError:
    """The failure of a program, with what it printed where no message belongs."""
    printed = clean_line(stray.decode("utf-8", "replace"), 200)
    if printed:
        message += f"; it printed what is no message of the protocol: {printed}"
    if tail:
        message += f"; the end of its standard error:\n{tail}"
    return BackendError("command", message)


def refused(
    command: Sequence[str], what: str, error: "RequestError", hello: "InitializeResponse | None"
) -> BackendError:
    """The agent answered a request with an error."""
    if error.code == AUTH_REQUIRED:
        program = program_name(command)
        return BackendError("auth", f"the agent '{program}' is not signed in; {_ways(hello)}")
    detail = error.data.get("details") if isinstance(error.data, dict) else error.data
    said = str(error)
    if isinstance(detail, str) and detail not in said:
        said += f" ({detail})"
    return provider_error(command[0], f"{what}: {said}", login=_ways(hello))


def _ways(hello: "InitializeResponse | None") -> str:
    """How the agent says one signs in."""
    from acp.schema import AuthMethodEnvVar, AuthMethodTerminal

    ways = []
    for method in (hello.auth_methods if hello else None) or []:
        way = clean_line(method.description or method.name, 200)
        if isinstance(method, AuthMethodTerminal):
            way += (
                f" (run it with {clean_line(' '.join(method.args or []), 100) or 'no arguments'})"
            )
        elif isinstance(method, AuthMethodEnvVar):
            way += f" (set {clean_line(', '.join(one.name for one in method.vars), 100)})"
        ways.append(way)
    if not ways:
        return "start it by itself and sign in there, then try again"
    return f"sign in with that program first. It offers: {'; '.join(ways[:5])}"
