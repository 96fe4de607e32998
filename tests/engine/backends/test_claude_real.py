"""The claude preset with the real program, against the project's protocol server.

Runs where `claude` is on the PATH, or where ORCHTUI_TEST_CLAUDE names it. Nothing leaves this
machine: the program's provider is the server, its key a dummy, its home folder a test's.
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from orchtui.engine.backends.agent_program import AgentProgramBackend
from orchtui.engine.backends.base import (
    BackendEvent,
    Finished,
    Started,
    Text,
    Thinking,
    ToolCalled,
    ToolReturned,
    UsageReported,
)
from orchtui.engine.backends.presets import PRESETS
from orchtui.engine.run_events.events import Usage
from tests.conftest import CALLERS_ENVIRONMENT
from tests.engine.backends.program_helpers import assignment, failure, nothing_left, run
from tests.server.replies import FAULTS, Reply, answer
from tests.server.server import MessagesServer, Received

CLAUDE = CALLERS_ENVIRONMENT.get("ORCHTUI_TEST_CLAUDE") or shutil.which("claude")

pytestmark = pytest.mark.skipif(
    not CLAUDE, reason="the program 'claude' is not installed, and ORCHTUI_TEST_CLAUDE names none"
)


@pytest.fixture
async def server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer() as running:
        yield running


@pytest.fixture
def backend(server: MessagesServer) -> AgentProgramBackend:
    return backend_at(server)


def backend_at(server: MessagesServer) -> AgentProgramBackend:
    environment = {
        **os.environ,
        "ANTHROPIC_BASE_URL": server.url,
        "ANTHROPIC_API_KEY": "dummy",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_MAX_RETRIES": "2",
        "DISABLE_AUTOUPDATER": "1",
    }
    return AgentProgramBackend(PRESETS["claude"], environment)


def claude(folder: Path, **fields: Any) -> Any:
    return assignment(folder, str(CLAUDE), **fields)


def uses(name: str, **arguments: str) -> Reply:
    """An answer that wants to use a tool."""
    return answer("Wait. ", tool=(name, json.dumps(arguments)), stop_reason="tool_use")


def said_to(request: Received) -> str:
    """All the messages of a request."""
    return json.dumps(request.body["messages"], ensure_ascii=False)


def text(events: list[BackendEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Text))


async def test_an_answer(
    tmp_path: Path, server: MessagesServer, backend: AgentProgramBackend
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    server.then(answer("The quick brown fox.", thinking="hm", model="loopback-1"))
    given = claude(project, prompt="Say it. Ünïcode.", system="Be a PIRATE.", model="sonnet")
    with nothing_left(tmp_path / "temporary"):
        events = await run(backend, given)
    assert text(events) == "The quick brown fox."
    assert Thinking("hm") in events
    assert Started("loopback-1") in events
    assert events[-1] == Finished("end_turn")
    usage = [event.usage for event in events if isinstance(event, UsageReported)]
    assert usage[-1] == Usage(25, 4)
    (request,) = server.requests
    assert "sonnet" in request.model
    assert "Say it. Ünïcode." in said_to(request)
    assert "Be a PIRATE." in json.dumps(request.body["system"])
    assert list(project.iterdir()) == []


@pytest.mark.parametrize("prompt", ["/cost", "/no-such-command is what?", "!ls", "@nobody"])
async def test_a_prompt_is_no_command_of_the_program(
    tmp_path: Path, server: MessagesServer, backend: AgentProgramBackend, prompt: str
) -> None:
    assert text(await run(backend, claude(tmp_path, prompt=prompt))) == "The quick brown fox."
    assert prompt in said_to(server.requests[-1])


async def test_long_instructions(
    tmp_path: Path, server: MessagesServer, backend: AgentProgramBackend
) -> None:
    with nothing_left(tmp_path / "temporary"):
        await run(backend, claude(tmp_path, system="word " * 40_000 + "PIRATE"))
    assert "PIRATE" in json.dumps(server.requests[0].body["system"])


async def test_the_tools_are_those_of_the_agent_file(
    tmp_path: Path, server: MessagesServer, backend: AgentProgramBackend
) -> None:
    await run(backend, claude(tmp_path, tools=("Read", "Write", "mcp__web__get")))
    await run(backend, claude(tmp_path, tools=()))
    await run(backend, claude(tmp_path, disallowed_tools=("Bash",)))
    offered = [{tool["name"] for tool in each.body.get("tools", [])} for each in server.requests]
    assert offered[:2] == [{"Read", "Write"}, set()]
    assert "Read" in offered[2]
    assert "Bash" not in offered[2]


@pytest.mark.parametrize(
    ("tools", "mode", "inside", "ok"),
    [
        pytest.param(None, None, True, False, id="nothing said: not written"),
        pytest.param(None, "acceptEdits", True, True, id="edits accepted"),
        pytest.param(("Write",), None, True, True, id="named: in the folder"),
        pytest.param(("Write",), None, False, False, id="named: not outside"),
        pytest.param(("Read",), None, True, False, id="not named"),
    ],
)
async def test_it_writes_only_where_it_may(
    tmp_path: Path,
    server: MessagesServer,
    backend: AgentProgramBackend,
    tools: tuple[str, ...] | None,
    mode: str | None,
    inside: bool,
    ok: bool,
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    file = (project if inside else tmp_path) / "new.txt"
    server.then(uses("Write", file_path=str(file), content="hello"), answer("Done."))
    events = await run(backend, claude(project, tools=tools, permission_mode=mode))
    called = [event for event in events if isinstance(event, ToolCalled)]
    assert [(event.name, json.loads(event.arguments)["content"]) for event in called] == [
        ("Write", "hello")
    ]
    assert [event.ok for event in events if isinstance(event, ToolReturned)] == [ok]
    assert file.exists() is ok
    assert text(events) == "Wait. \n\nDone."
    assert events[-1] == Finished("end_turn")


async def test_turns_have_an_end(
    tmp_path: Path, server: MessagesServer, backend: AgentProgramBackend
) -> None:
    server.then(*[uses("Bash", command="ls")] * 9)
    error = await failure(backend, claude(tmp_path, max_turns=2))
    assert error.kind == "tool"
    assert "maxTurns" in error.message
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("fault", "kind", "retryable"),
    [
        ("unauthorized", "auth", False),
        ("forbidden", "auth", False),
        ("not_found", "bad_request", False),
        ("too_long", "bad_request", False),
        ("overloaded", "server", True),
        ("rate_limit", "rate_limit", True),
        ("drop", "connection", True),
        ("refusal", "refusal", False),
        ("truncated", "truncated", False),
    ],
)
async def test_what_its_provider_answers(
    tmp_path: Path,
    server: MessagesServer,
    backend: AgentProgramBackend,
    fault: str,
    kind: str,
    retryable: bool,
) -> None:
    server.then(*[FAULTS[fault]] * 12)
    error = await failure(backend, claude(tmp_path))
    assert (error.kind, error.retryable) == (kind, retryable)


async def test_a_mode_that_there_is_not(tmp_path: Path, backend: AgentProgramBackend) -> None:
    error = await failure(backend, claude(tmp_path, permission_mode="novel"))
    assert "novel" in error.message
    assert "acceptEdits" in error.message


async def test_cancelled_in_the_middle(
    tmp_path: Path, server: MessagesServer, backend: AgentProgramBackend
) -> None:
    server.then(FAULTS["stall"])
    with nothing_left(tmp_path / "temporary"):
        stream = cast(AsyncGenerator[BackendEvent, None], backend.stream(claude(tmp_path)))
        async for event in stream:
            if isinstance(event, Text):
                break
        await stream.aclose()
    await server.wait_until(lambda seen: seen.open == 0)
    assert server.disconnects == 1


async def test_several_at_once(tmp_path: Path) -> None:
    def echo(request: Received) -> Reply:
        return answer(f"answer {said_to(request).partition('task no. ')[2][:1]}")

    async with MessagesServer(echo) as other:
        backend = backend_at(other)
        given = [claude(tmp_path, prompt=f"task no. {number}") for number in range(3)]
        results = await asyncio.gather(*(run(backend, each) for each in given))
    assert [text(events) for events in results] == ["answer 0", "answer 1", "answer 2"]
