"""AcpBackend with real agent processes: a turn, and what must be there for one."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchtui.engine.backends.acp import AcpBackend, acp_lacking
from orchtui.engine.backends.base import Finished, Started, Text, UsageReported
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage
from tests.engine.backends.acp_helpers import (
    AGENTS,
    Script,
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
async def no_leaks() -> AsyncIterator[None]:
    async with nothing_leaks():
        yield


# A turn


async def test_a_turn_with_an_agent_of_the_library(tmp_path: Path) -> None:
    given = assignment(tmp_path, sys.executable, str(AGENTS / "echo.py"), prompt="say it")
    events = await run(given)
    assert events[0] == Started(None)
    said = "".join(event.text for event in events if isinstance(event, Text))
    assert said == f"in {tmp_path}: say it "
    assert events[-2:] == [
        UsageReported(Usage(input=3, output=4, cache_read=3)),
        Finished("end_turn"),
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, "the prompt", id="prompt alone"),
        pytest.param({"context": "found"}, "the prompt\n\nfound", id="with context"),
        pytest.param(
            {"system": "Be brief."},
            "<instructions>\nBe brief.\n</instructions>\n\n<task>\nthe prompt\n</task>",
            id="instructions stand in front and apart",
        ),
        pytest.param(
            {"prompt": "/etc/hosts: explain"},
            "<task>\n/etc/hosts: explain\n</task>",
            id="never a command of the agent's",
        ),
    ],
)
async def test_what_the_agent_is_asked(
    tmp_path: Path, fields: dict[str, str], expected: str
) -> None:
    asked = json.loads(await told(scripted(tmp_path, prompt_steps({"tell": "said"}), **fields)))
    assert asked["sessionId"] == "s1"
    assert asked["prompt"] == [{"type": "text", "text": expected}]


async def test_a_session_begins_in_the_folder_and_offers_neither_files_nor_a_terminal(
    tmp_path: Path,
) -> None:
    script: Script = {
        "initialize": [{"tell": "said"}, {"answer": {"protocolVersion": 1}}],
        "session/new": [{"tell": "said"}, {"answer": {"sessionId": "s1"}}],
    }
    text = await told(scripted(tmp_path, script))
    hello, end = json.JSONDecoder().raw_decode(text)
    session = json.loads(text[end:])
    assert hello["protocolVersion"] == 1
    offered = hello["clientCapabilities"]
    assert not any(offered.get("fs", {}).get(name) for name in ("readTextFile", "writeTextFile"))
    assert not offered.get("terminal")
    assert session == {"cwd": str(tmp_path), "mcpServers": []}


async def test_a_large_prompt_comes_whole(tmp_path: Path) -> None:
    given = scripted(tmp_path, prompt_steps({"tell": "said"}), prompt="0123456789" * 300_000)
    assert len(await told(given)) > 3_000_000


# What must be there


async def test_without_a_command_the_adapter_on_the_path_is_run(tmp_path: Path) -> None:
    program = tmp_path / "claude-agent-acp"
    given = scripted(tmp_path, prompt_steps({"tell": "hello"}))
    python, script, words = given.command
    program.write_text(f"#!/bin/sh\nexec {python} {script} '{words}'\n")
    program.chmod(0o755)
    made = AcpBackend({"PATH": f"{tmp_path}:/usr/bin:/bin"})
    events = await run(assignment(tmp_path), made=made)
    assert Text("hello") in events


async def test_without_a_command_and_without_the_adapter(tmp_path: Path) -> None:
    error = await failure(assignment(tmp_path), made=AcpBackend({"PATH": str(tmp_path)}))
    assert error.kind == "command"
    assert "claude-agent-acp" in error.message
    assert "`command`" in error.message


async def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert acp_lacking({}) is None
    for name in [name for name in sys.modules if name == "acp" or name.startswith("acp.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "acp", None)
    lacking = acp_lacking({})
    assert lacking == "pip install 'orchtui[acp]'"
    error = await failure(scripted(tmp_path))
    assert error.kind == "command"
    assert lacking in error.message


async def test_importing_the_backend_imports_no_library() -> None:
    code = (
        "import sys; import orchtui.engine.backends.acp as room; room.AcpBackend({}); "
        "room.acp_lacking({}); print([n for n in ('acp', 'pydantic') if n in sys.modules])"
    )
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await done.communicate()
    assert printed.decode().strip() == "[]"


async def test_closing_twice_is_safe() -> None:
    made = backend()
    await made.close()
    await made.close()


async def test_the_environment_is_the_given_one(tmp_path: Path) -> None:
    given = assignment(tmp_path, "/bin/sh", "-c", "echo $MARK $HOME >&2; exit 3")
    with pytest.raises(BackendError, match="(?m)^here$"):
        await run(given, made=AcpBackend({"MARK": "here"}))
