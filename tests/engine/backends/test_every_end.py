"""Every way in which every backend can end, and what becomes of the task.

One table: what the other side says last, and whether that is a success; `None` is one, a kind of
error is none. Formats of programs are read without the program, which other tests start.
"""

import json
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.agent_reading import LineReading, PlainReading
from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.backends.presets import PRESETS
from orchtui.engine.backends.rehearsal import RehearsalBackend
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.attempt import Intake, judge, read
from tests.engine.backends import acp_helpers
from tests.engine.backends.asking import KEY
from tests.engine.backends.tool_double import ScriptedTools, asked
from tests.server import MessagesServer, Reply
from tests.server.replies import FAULTS, answer
from tests.server.turns import call, text, turn

WORDS = "A whole answer in a few words."
KILLED = -signal.SIGKILL


async def outcome(
    backend: base.Backend, given: base.Assignment, tools: base.ToolBox = base.NO_TOOLS
) -> tuple[str | None, bool]:
    """The kind of failure, `None` for a success, and whether it is tried again."""
    got = Intake(notice=lambda: None, notice_tool=lambda tool: None)
    try:
        await read(backend, given, tools, got)
    except BackendError as error:
        return error.kind, error.retryable
    got.take(last=True)
    failed = judge(got, accept_truncated=False, max_tokens=100)
    return (None, False) if failed is None else (failed.kind, failed.retryable)


class Printed:
    """A preset whose program has printed this and ended."""

    slots = None
    idle_timeout = None

    def __init__(self, name: str, data: bytes, code: int) -> None:
        self.name, self._data, self._code = name, data, code

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        preset = PRESETS[self.name]
        reading: LineReading | PlainReading = PlainReading(self.name, preset.login)
        if preset.output is not None:
            reading = LineReading(self.name, preset.output(self.name), preset.login)
        for event in (*reading.feed(self._data), *reading.rest()):
            yield event
        yield reading.finish(self._code, "")

    async def close(self) -> None:
        """There is nothing to give back."""


Line = dict[str, Any]


def assistant(*blocks: Line) -> Line:
    return {"type": "assistant", "message": {"model": "m", "content": list(blocks)}}


def said(words: str) -> Line:
    return {"type": "text", "text": words}


USE = {"type": "tool_use", "id": "1", "name": "Bash", "input": {}}


def result(**fields: Any) -> Line:
    return {"type": "result", "subtype": "success", "is_error": False, "result": WORDS, **fields}


CLAUDE: dict[str, tuple[Sequence[Line], str | None]] = {
    "end of turn": ([assistant(said(WORDS)), result(stop_reason="end_turn")], None),
    "no reason": ([assistant(said(WORDS)), result(stop_reason=None)], None),
    "stop sequence": ([assistant(said(WORDS)), result(stop_reason="stop_sequence")], None),
    "completed": ([result(stop_reason="end_turn", terminal_reason="completed")], None),
    "a hook lets nothing be added": ([result(terminal_reason="stop_hook_prevented")], None),
    "cut off": ([assistant(said(WORDS)), result(stop_reason="max_tokens")], "truncated"),
    "full": ([result(stop_reason="model_context_window_exceeded")], "truncated"),
    "refused": ([result(stop_reason="refusal")], "refusal"),
    "refused, as an error": ([result(is_error=True, stop_reason="refusal")], "refusal"),
    "paused": ([assistant(said(WORDS)), result(stop_reason="pause_turn")], "server"),
    "a tool left open": (
        [assistant(said("I look."), USE), result(stop_reason="tool_use", result="")],
        "connection",
    ),
    "words beside a tool": ([assistant(said(WORDS)), result(stop_reason="tool_use")], None),
    "out of turns": ([result(subtype="error_max_turns", is_error=True, result="")], "tool"),
    "out of turns, called a success": ([result(terminal_reason="max_turns")], "tool"),
    "aborted": ([result(terminal_reason="aborted_streaming")], "connection"),
    "stopped by a hook": ([result(terminal_reason="hook_stopped", result="")], "tool"),
    "out of money": ([result(terminal_reason="budget_exhausted")], "budget"),
    "for a reason of its own": ([result(terminal_reason="turn_setup_failed")], "command"),
    "an error during the work": ([result(subtype="error_during_execution")], "command"),
    "an error that is no error": ([result(is_error=None)], "command"),
    "an error of the provider": ([result(is_error=True, api_error_status=529)], "server"),
    "no result": ([assistant(said(WORDS))], "command"),
    "nothing": ([], "command"),
    "an empty answer": ([result(stop_reason="end_turn", result="")], "empty"),
    "only an announcement": (
        [assistant(said("Let me look into it.")), result(result="Let me look into it.")],
        "empty",
    ),
}

DONE = {"type": "turn.completed", "usage": {}}
MESSAGE = {"type": "item.completed", "item": {"id": "1", "type": "agent_message", "text": WORDS}}
CODEX: dict[str, tuple[Sequence[Line], str | None]] = {
    "end of turn": ([{"type": "turn.started"}, MESSAGE, DONE], None),
    "no end": ([{"type": "turn.started"}, MESSAGE], "command"),
    "another turn without an end": ([MESSAGE, DONE, {"type": "turn.started"}], "command"),
    "failed": ([MESSAGE, {"type": "turn.failed", "error": {"message": "model gone"}}], "command"),
    "failed at the limit": (
        [{"type": "turn.failed", "error": {"message": "reached output token maximum"}}],
        "truncated",
    ),
    "an error and nothing after it": ([MESSAGE, {"type": "error", "message": "oh"}], "command"),
    "without an answer": ([DONE], "empty"),
}

GEMINI_SAYS = {"type": "message", "role": "assistant", "content": WORDS}
GOOD = {"type": "result", "status": "success"}
GEMINI: dict[str, tuple[Sequence[Line], str | None]] = {
    "a good result": ([GEMINI_SAYS, GOOD], None),
    "a warning": ([{"type": "error", "severity": "warning", "message": "slow"}, GEMINI_SAYS, GOOD],
                  None),
    "a loop": (
        [GEMINI_SAYS, {"type": "error", "severity": "warning",
                       "message": "Loop detected, stopping execution"}, GOOD],
        "tool",
    ),
    "an error, called a success": (
        [GEMINI_SAYS, {"type": "error", "severity": "error", "message": "gone"}, GOOD], "tool"),
    "out of turns": (
        [{"type": "result", "status": "error", "error": {"type": "FatalMaxSessionTurnsError"}}],
        "tool",
    ),
    "an error": ([GEMINI_SAYS, {"type": "result", "status": "error"}], "command"),
    "no status": ([GEMINI_SAYS, {"type": "result"}], "command"),
    "no result": ([GEMINI_SAYS], "command"),
    "without an answer": ([GOOD], "empty"),
}  # fmt: skip


def step(reason: str | None) -> list[Line]:
    part = {"reason": reason} if reason is not None else {}
    return [
        {"type": "step_start", "part": {}},
        {"type": "text", "part": {"text": WORDS}},
        {"type": "step_finish", "part": part},
    ]


OPENCODE: dict[str, tuple[Sequence[Line], str | None]] = {
    "stop": (step("stop"), None),
    "no reason": (step(None), None),
    "length": (step("length"), "truncated"),
    "content-filter": (step("content-filter"), "refusal"),
    "tool-calls": (step("tool-calls"), "command"),
    "unknown": (step("unknown"), "command"),
    "unknown, and then an end": ([*step("unknown"), *step("stop")], None),
    "error": (step("error"), "server"),
    "other": (step("other"), "server"),
    "a step without an end": ([*step("stop"), {"type": "step_start", "part": {}}], "command"),
    "an error": ([*step("stop"), {"type": "error", "error": {"name": "X"}}], "command"),
}

FORMATS = {"claude": CLAUDE, "codex": CODEX, "gemini": GEMINI, "opencode": OPENCODE}
ROWS = [
    pytest.param(name, lines, kind, id=f"{name}: {what}")
    for name, rows in FORMATS.items()
    for what, (lines, kind) in rows.items()
]
GIVEN = asked("Write a few words about programs that end in many ways.")


def printed(name: str, lines: Sequence[Line], code: int = 0) -> Printed:
    return Printed(name, b"".join(json.dumps(line).encode() + b"\n" for line in lines), code)


@pytest.mark.parametrize(("name", "lines", "kind"), ROWS)
async def test_how_a_program_ends(name: str, lines: Sequence[Line], kind: str | None) -> None:
    assert (await outcome(printed(name, lines), GIVEN))[0] == kind


@pytest.mark.parametrize("code", [1, 143, KILLED])
@pytest.mark.parametrize("name", FORMATS)
async def test_no_program_succeeds_that_ends_badly(name: str, code: int) -> None:
    """Killed, or with a code of its own, after the best of last words."""
    good, kind = next(iter(FORMATS[name].values()))
    assert kind is None
    assert (await outcome(printed(name, good, code), GIVEN))[0] == "command"


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [
        (b"A whole answer.", 0, None),
        (b"", 0, "empty"),
        (b" \n", 0, "empty"),
        (b"TODO", 0, "empty"),
        (b"A whole answer.", 1, "command"),
        (b"A whole answer.", KILLED, "command"),
    ],
)
async def test_how_llm_ends(data: bytes, code: int, kind: str | None) -> None:
    assert (await outcome(Printed("llm", data, code), GIVEN))[0] == kind


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("print('A whole answer.')", None),
        ("pass", None),
        ("print('TODO')", None),
        ("print('...')", None),
        ("print('A whole answer.'); raise SystemExit(3)", "command"),
        ("import os; print('An answer', flush=True); os.kill(os.getpid(), 9)", "command"),
    ],
)
async def test_how_a_plain_program_ends(tmp_path: Path, script: str, kind: str | None) -> None:
    """It is taken at its word, whatever it prints: its word is the exit code."""
    given = asked(command=(sys.executable, "-c", script), folder=str(tmp_path))
    assert (await outcome(CommandBackend(), given))[0] == kind


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("end_turn", None), ("max_tokens", "truncated"), ("refusal", "refusal")]
    + [("max_turn_requests", "tool"), ("cancelled", "command"), ("tired", "command")],
)
async def test_how_an_acp_agent_ends(tmp_path: Path, reason: str, kind: str | None) -> None:
    script: acp_helpers.Script = {
        "session/prompt": [{"tell": WORDS}, {"answer": {"stopReason": reason}}]
    }
    given = acp_helpers.scripted(tmp_path, script)
    assert (await outcome(acp_helpers.backend(), given))[0] == kind


# Servers


@pytest.mark.parametrize("name", ["anthropic", "local"])
@pytest.mark.parametrize(
    ("reply", "kind", "retryable"),
    [
        (answer(WORDS), None, False),
        (answer(WORDS, stop_reason="stop_sequence"), None, False),
        (answer(WORDS, stop_reason="stop"), None, False),
        (answer(WORDS, stop_reason="max_tokens"), "truncated", False),
        (answer(WORDS, stop_reason="length"), "truncated", False),
        (answer(WORDS, stop_reason="model_context_window_exceeded"), "truncated", False),
        (answer(WORDS, stop_reason="refusal"), "refusal", False),
        (answer(WORDS, stop_reason="content_filter"), "refusal", False),
        (answer(WORDS, stop_reason="pause_turn"), "server", True),
        (answer(WORDS, tool=("Read", "{}"), stop_reason="tool_use"), "tool", False),
        (answer(WORDS, stop_reason="a_new_one"), "server", False),
        (answer(""), "empty", True),
        (answer("TODO"), "empty", True),
        (FAULTS["no_stop_reason"], "connection", True),
        (FAULTS["no_stop_event"], "connection", True),
        (FAULTS["ends_early"], "connection", True),
        (FAULTS["drop"], "connection", True),
        (FAULTS["overloaded_midway"], "server", True),
    ],
)
async def test_how_an_answer_ends(
    server: MessagesServer, name: str, reply: Reply, kind: str | None, retryable: bool
) -> None:
    own = {"tools": False, "web": False, "cache": False} if name == "local" else {}
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, name=name, **own)  # type: ignore[arg-type]
    server.then(reply)
    try:
        assert await outcome(backend, GIVEN) == (kind, retryable)
    finally:
        await backend.close()


READ = call("Read", {"path": "a"})


@pytest.mark.parametrize(
    ("replies", "turns", "kind"),
    [
        ([turn(READ), turn(text(WORDS), stop_reason="end_turn")], None, None),
        ([turn(READ), turn(stop_reason="end_turn")], None, "empty"),
        ([turn(READ), turn(READ), turn(READ)], 2, "tool"),
        ([turn(text(WORDS), READ, stop_reason="max_tokens")], None, "truncated"),
        ([turn(READ), turn(text("Let me look."), stop_reason="refusal")], None, "refusal"),
        ([turn(text(WORDS), stop_reason="pause_turn"), turn(stop_reason="pause_turn")], None,
         "server"),
        ([turn(text(WORDS), stop_reason="tool_use")], None, "tool"),
        ([turn(READ), turn(text("Let me look into it."), stop_reason="end_turn")], None, "empty"),
        ([turn(READ), FAULTS["drop"]], None, "connection"),
    ],
)  # fmt: skip
async def test_how_a_conversation_with_tools_ends(
    server: MessagesServer,
    backend: AnthropicBackend,
    replies: Sequence[Reply],
    turns: int | None,
    kind: str | None,
) -> None:
    server.then(*replies)
    given = asked(GIVEN.prompt, max_turns=turns)
    assert (await outcome(backend, given, ScriptedTools(Read="x")))[0] == kind


@pytest.mark.parametrize(
    ("direction", "kind"),
    [("", None), ("truncate", "truncated"), ("refuse", "refusal"), ("empty", "empty")]
    + [("fail", "server")],
)
async def test_how_a_rehearsal_ends(direction: str, kind: str | None) -> None:
    given = asked(f"Look [rehearse: {direction or '9 words'}]", max_tokens=900)
    assert (await outcome(RehearsalBackend(pace=0.0), given))[0] == kind
