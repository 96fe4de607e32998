"""AcpBackend with agents that fail and lie: a clear error on that task, and nothing stays."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.acp import AcpBackend
from orchtui.engine.backends.base import BackendEvent, Text
from orchtui.engine.errors import BackendError
from tests.engine.backends.acp_helpers import (
    Script,
    Steps,
    assignment,
    backend,
    failure,
    nothing_leaks,
    prompt_steps,
    run,
    scripted,
    told,
)


@pytest.fixture(autouse=True)
async def no_leaks(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Nothing stays, and the library prints nothing: the screen is not its to write on."""
    async with nothing_leaks():
        yield
    assert [record.message for record in caplog.records if record.name != "asyncio"] == []


NEVER: dict[str, Any] = {"sleep": 600}


# It does not start


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("no-such-agent", "'no-such-agent' was not found"),
        ("./plain", "may not be executed"),
        ("./strange", "interpreter in its first line was not found"),
        (".", "may not be executed"),
        ("a\0b", "can not run"),
    ],
)
async def test_a_program_that_can_not_be_started(tmp_path: Path, program: str, words: str) -> None:
    (tmp_path / "plain").write_text("text")
    (tmp_path / "strange").write_text("#!/no/such/thing\n")
    (tmp_path / "strange").chmod(0o755)
    error = await failure(assignment(tmp_path, program))
    assert error.kind == "command"
    assert words in error.message


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    error = await failure(scripted(tmp_path / "gone"))
    assert error.kind == "command"
    assert "in the folder" in error.message


# It ends too early


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ({"initialize": [{"exit": 0}]}, "exit code 0 before it answered initialize"),
        ({"session/new": [{"exit": 7}]}, "exit code 7 before it answered session/new"),
        ({"session/prompt": [{"exit": 7}]}, "exit code 7 in the middle of its work"),
        ({"session/prompt": [{"close": True}, NEVER]}, "closed its output in the middle"),
    ],
)
async def test_an_agent_that_dies(tmp_path: Path, script: Script, words: str) -> None:
    error = await failure(scripted(tmp_path, script))
    assert error.kind == "command"
    assert words in error.message


async def test_an_agent_that_is_killed_while_it_works(tmp_path: Path) -> None:
    given = assignment(tmp_path, "/bin/sh", "-c", "read line; kill -9 $$")
    assert "was ended by SIGKILL" in (await failure(given)).message


async def test_what_had_come_is_kept_and_its_last_words_are_told(tmp_path: Path) -> None:
    steps: Steps = [
        {"tell": "half an ans"},
        {"stderr": "noise\n\x1b[31mno quota left"},
        {"exit": 2},
    ]
    seen: list[BackendEvent] = []
    with pytest.raises(BackendError) as caught:
        async for event in backend().stream(scripted(tmp_path, {"session/prompt": steps})):
            seen.append(event)  # noqa: PERF401 - what came before the error counts
    assert Text("half an ans") in seen
    assert caught.value.message.endswith("noise\nno quota left")


async def test_noise_on_standard_error_does_no_harm(tmp_path: Path) -> None:
    given = scripted(tmp_path, prompt_steps({"noise": 1_000_000}, {"tell": "fine"}))
    assert await told(given) == "fine"


# It does not keep to the protocol


@pytest.mark.parametrize(
    "line",
    [
        "Welcome!",
        "\udcff\udcfe\x00",
        "[" * 10_000,
        "[1, 2]",
        "7",
        "null",
        "{}",
        '{"method": 5}',
        '{"id": [1], "result": 0}',
        '{"id": {"a": 1}, "method": "x"}',
        '{"id": 0}',
        '{"id": 0, "error": "text"}',
        '{"id": 1.5, "method": "session/request_permission"}',
        '{"id": true, "result": 1}',
        '{"id": 99, "result": {}}',
        '{"id": "0", "result": {}}',
        '{"id": null, "result": {}}',
    ],
)
async def test_a_line_of_garbage_is_passed_over(tmp_path: Path, line: str) -> None:
    garbage: dict[str, Any] = {"print": line}
    script: Script = {
        "initialize": [garbage, {"answer": {"protocolVersion": 1}}],
        "session/prompt": [garbage, {"tell": "fine"}, {"answer": {"stopReason": "end_turn"}}],
    }
    assert await told(scripted(tmp_path, script)) == "fine"


async def test_a_program_that_is_no_agent(tmp_path: Path) -> None:
    """What it printed is told, so that a person sees which program this is."""
    given = assignment(tmp_path, "/bin/sh", "-c", "echo 'usage: tool FILE'; exit 2")
    message = (await failure(given)).message
    assert "exit code 2 before it answered initialize" in message
    assert "usage: tool FILE" in message


@pytest.mark.parametrize("command", [("yes",), ("cat", "/dev/zero"), ("cat", "/dev/urandom")])
async def test_garbage_without_end(tmp_path: Path, command: tuple[str, ...]) -> None:
    error = await failure(assignment(tmp_path, *command))
    assert error.kind == "command"
    assert "does not keep to the Agent Client Protocol" in error.message


async def test_a_program_that_sends_everything_back(tmp_path: Path) -> None:
    """It looks like requests of the agent's own; each is refused, and comes back again."""
    error = await failure(assignment(tmp_path, "cat"), made=backend(greeting=0.5))
    assert error.kind in ("command", "server")


@pytest.mark.parametrize(
    "answer", [{}, {"protocolVersion": "x"}, {"protocolVersion": -1}, [], None, "hello"]
)
async def test_a_greeting_that_is_none(tmp_path: Path, answer: Any) -> None:
    error = await failure(scripted(tmp_path, {"initialize": [{"answer": answer}]}))
    assert error.kind == "command"
    assert "answered initialize with something that is no answer" in error.message


async def test_another_version(tmp_path: Path) -> None:
    error = await failure(scripted(tmp_path, {"initialize": [{"answer": {"protocolVersion": 9}}]}))
    assert error.kind == "command"
    assert "version 9" in error.message


@pytest.mark.parametrize("method", ["initialize", "session/new"])
async def test_an_agent_that_never_answers(tmp_path: Path, method: str) -> None:
    given = scripted(tmp_path, {method: [NEVER]})
    error = await failure(given, made=backend(greeting=1.5 if method == "session/new" else 0.2))
    assert error.kind == "command"
    assert f"did not answer {method} within" in error.message


@pytest.mark.parametrize(
    ("refusal", "kind", "words"),
    [
        ({"code": -32000, "message": "Authentication required"}, "auth", "sign in"),
        ({"code": -32603, "message": "Internal error"}, "command", "Internal error"),
        ({"code": -32603, "message": "API Error: 429 slow down"}, "rate_limit", "slow down"),
        ({"code": 5, "message": "no", "data": {"details": "busy \x1b[1mnow"}}, None, "busy now"),
        ({"code": "x", "message": {"a": 1}, "data": [1]}, None, "session/new"),
        ({}, None, "session/new"),
    ],
)
async def test_an_agent_that_refuses(
    tmp_path: Path, refusal: dict[str, Any], kind: str | None, words: str
) -> None:
    error = await failure(scripted(tmp_path, {"session/new": [{"refuse": refusal}]}))
    assert kind in (None, error.kind)
    assert words in error.message


async def test_how_one_signs_in_is_told(tmp_path: Path) -> None:
    ways = [
        {"id": "a", "name": "Login", "description": "Run `agent login`"},
        {"id": "b", "name": "Key", "type": "env_var", "vars": [{"name": "AGENT_KEY"}]},
        {"id": "c", "name": "Here", "type": "terminal", "args": ["--login"]},
        7,
    ]
    script: Script = {
        "initialize": [{"answer": {"protocolVersion": 1, "authMethods": ways}}],
        "session/new": [{"refuse": {"code": -32000, "message": "Authentication required"}}],
    }
    error = await failure(scripted(tmp_path, script))
    assert error.kind == "auth"
    for words in ("Run `agent login`", "AGENT_KEY", "--login"):
        assert words in error.message
    assert "env:" not in error.message

    made = AcpBackend({**os.environ, "AGENT_KEY": "given-to-nobody-1"})
    kept = await failure(scripted(tmp_path, script), made=made)
    assert kept.kind == "auth"
    assert "`env: [AGENT_KEY]` at the task passes it on" in kept.message


@pytest.mark.parametrize(
    "method", ["fs/read_text_file", "fs/write_text_file", "terminal/create", "x", "_x/y"]
)
async def test_requests_for_what_was_not_offered(tmp_path: Path, method: str) -> None:
    given = scripted(tmp_path, prompt_steps({"request": [method, {"path": "/etc/passwd"}]}))
    assert '"code": -32601' in await told(given)


async def test_several_at_once(tmp_path: Path) -> None:
    """One that dies leaves the others alone."""
    made = backend()
    good = [run(scripted(tmp_path, prompt_steps({"tell": str(n)})), made=made) for n in range(3)]
    bad = run(scripted(tmp_path, {"session/prompt": [{"exit": 1}]}), made=made)
    *results, error = await asyncio.gather(*good, bad, return_exceptions=True)
    assert isinstance(error, BackendError)
    for number, result in enumerate(results):
        assert isinstance(result, list)
        assert Text(str(number)) in result
