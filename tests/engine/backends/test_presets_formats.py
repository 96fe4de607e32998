"""What the lines of codex, gemini and opencode become; and that no line breaks a reader."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends.agent_output import Output, parse
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
from orchtui.engine.backends.claude_output import ClaudeOutput
from orchtui.engine.backends.codex_output import CodexOutput
from orchtui.engine.backends.gemini_output import GeminiOutput
from orchtui.engine.backends.opencode_output import OpencodeOutput
from orchtui.engine.backends.program_lines import Lines
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage

Fields = dict[str, Any]
READERS: list[Callable[[str], Output]] = [ClaudeOutput, CodexOutput, GeminiOutput, OpencodeOutput]


def read(output: Output, *lines: Fields) -> list[BackendEvent]:
    events = [event for line in lines for event in output.read(line)]
    return [*events, output.finished] if output.finished else events


def item(state: str, call: str, kind: str, **fields: Any) -> Fields:
    return {"type": f"item.{state}", "item": {"id": call, "type": kind, **fields}}


def test_codex() -> None:
    run = {"command": "ls", "aggregated_output": ""}
    assert read(
        CodexOutput("codex"),
        {"type": "thread.started", "thread_id": "x"},
        {"type": "turn.started"},
        item("completed", "0", "error", message="only a warning"),
        item("completed", "1", "reasoning", text="hm"),
        item("completed", "2", "agent_message", text="I look."),
        item("started", "3", "command_execution", **run, status="in_progress"),
        item("updated", "3", "command_execution", **run, status="in_progress"),
        item(
            "completed", "3", "command_execution", command="ls", aggregated_output="a", exit_code=0
        ),
        item("started", "4", "command_execution", command="no"),
        item("completed", "4", "command_execution", command="no", exit_code=127, status="failed"),
        item(
            "completed", "5", "file_change", changes=[{"path": "a", "kind": "add"}], status="done"
        ),
        item("started", "6", "mcp_tool_call", tool="find", arguments={"q": 1}),
        item(
            "completed",
            "6",
            "mcp_tool_call",
            tool="find",
            error={"message": "gone"},
            status="failed",
        ),
        item("completed", "7", "web_search", query="words"),
        item("updated", "8", "todo_list", items=[]),
        {"type": "error", "message": "Reconnecting... 1/5"},
        item("completed", "9", "agent_message", text="Done."),
        {
            "type": "turn.completed",
            "usage": {"input_tokens": 30, "cached_input_tokens": 10, "output_tokens": 5},
        },
    ) == [
        Thinking("hm"),
        Text("I look."),
        ToolCalled("3", "command_execution", "ls"),
        ToolReturned("3", True, "a"),
        ToolCalled("4", "command_execution", "no"),
        ToolReturned("4", False, "failed"),
        ToolCalled("5", "file_change", '[{"path": "a", "kind": "add"}]'),
        ToolReturned("5", True, "done"),
        ToolCalled("6", "find", '{"q": 1}'),
        ToolReturned("6", False, "gone"),
        ToolCalled("7", "web_search", "words"),
        ToolReturned("7", True, ""),
        Text("\n\nDone."),
        UsageReported(Usage(20, 5, 10)),
        Finished("end_turn"),
    ]


def test_gemini() -> None:
    def words(content: str, role: str = "assistant") -> Fields:
        return {"type": "message", "role": role, "content": content, "delta": True}

    assert read(
        GeminiOutput("gemini"),
        {"type": "init", "model": "g-1"},
        words("the prompt", "user"),
        words("I "),
        words("look."),
        {"type": "tool_use", "tool_name": "ls", "tool_id": "1", "parameters": {"path": "."}},
        {"type": "tool_result", "tool_id": "1", "status": "success", "output": "a"},
        {"type": "tool_use", "tool_name": "no", "tool_id": "2", "parameters": {}},
        {"type": "tool_result", "tool_id": "2", "status": "error", "error": {"message": "gone"}},
        {"type": "error", "severity": "warning", "message": "only a warning"},
        words("Done."),
        {
            "type": "result",
            "status": "success",
            "stats": {"input_tokens": 30, "cached": 10, "output_tokens": 5},
        },
    ) == [
        Started("g-1"),
        Text("I "),
        Text("look."),
        ToolCalled("1", "ls", '{"path": "."}'),
        ToolReturned("1", True, "a"),
        ToolCalled("2", "no", "{}"),
        ToolReturned("2", False, "gone"),
        Text("\n\n"),
        Text("Done."),
        UsageReported(Usage(20, 5, 10)),
        Finished("end_turn"),
    ]


def step(kind: str, **part: Any) -> Fields:
    return {"type": kind, "part": part}


TOKENS = {"input": 20, "output": 4, "reasoning": 1, "cache": {"read": 10, "write": 2}}


def test_opencode() -> None:
    def tool(call: str, name: str, **state: Any) -> Fields:
        return step("tool_use", callID=call, tool=name, state=state)

    assert read(
        OpencodeOutput("opencode"),
        step("step_start"),
        step("reasoning", text="hm"),
        step("text", text="I look."),
        tool("1", "bash", status="completed", input={"command": "ls"}, output="a"),
        tool("2", "bash", status="error", input={}, error="refused"),
        step("step_finish", reason="tool-calls", tokens=TOKENS),
        step("step_start"),
        step("text", text="Done."),
        step("step_finish", reason="stop", tokens=TOKENS),
    ) == [
        Thinking("hm"),
        Text("I look."),
        ToolCalled("1", "bash", '{"command": "ls"}'),
        ToolReturned("1", True, "a"),
        ToolCalled("2", "bash", "{}"),
        ToolReturned("2", False, "refused"),
        UsageReported(Usage(20, 5, 10, 2)),
        Text("\n\nDone."),
        UsageReported(Usage(40, 10, 20, 4)),
        Finished("end_turn"),
    ]


@pytest.mark.parametrize(
    ("reason", "finished"),
    [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("content-filter", "refusal"),
        ("", "end_turn"),
    ],
)
def test_opencode_says_why_it_ended(reason: str, finished: str) -> None:
    output = OpencodeOutput("opencode")
    assert read(output, step("step_finish", reason=reason))[-1] == Finished(finished)


@pytest.mark.parametrize(
    "lines",
    [[], [step("step_finish", reason="tool-calls")], [step("step_finish"), step("step_start")]],
)
def test_opencode_has_not_finished_in_the_middle(lines: list[Fields]) -> None:
    output = OpencodeOutput("opencode")
    read(output, *lines)
    assert output.finished is None


@pytest.mark.parametrize(
    ("output", "line", "kind"),
    [
        (
            CodexOutput,
            {"type": "turn.failed", "error": {"message": "unexpected status 401 Unauthorized"}},
            "auth",
        ),
        (
            CodexOutput,
            {"type": "turn.failed", "error": {"message": "stream disconnected before completion"}},
            "connection",
        ),
        (CodexOutput, {"type": "turn.failed"}, "command"),
        (
            GeminiOutput,
            {"type": "result", "status": "error", "error": {"message": '{"error":{"code":429}}'}},
            "rate_limit",
        ),
        (
            GeminiOutput,
            {"type": "result", "status": "error", "error": {"type": "FatalMaxSessionTurnsError"}},
            "tool",
        ),
        (GeminiOutput, {"type": "result"}, "command"),
        (
            OpencodeOutput,
            {"type": "error", "error": {"data": {"message": "no", "statusCode": 503}}},
            "server",
        ),
        (OpencodeOutput, {"type": "error", "error": {"name": "ModelNotFoundError"}}, "command"),
    ],
)
def test_what_failed(output: Callable[[str], Output], line: Fields, kind: str) -> None:
    with pytest.raises(BackendError) as caught:
        read(output("it"), line)
    assert caught.value.kind == kind
    assert caught.value.message.startswith("'it' ")


WORDS = st.sampled_from(
    ["type", "event", "message", "content", "part", "state", "item", "usage", "error", "result"]
    + ["assistant", "user", "system", "subtype", "stream_event", "text", "delta", "tool_use"]
    + ["item.completed", "turn.completed", "turn.failed", "step_finish", "tokens", "modelUsage"]
    + ["init", "success", "rate_limit_event", "api_retry", "resetsAt", "stats", "errors", "id"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=12,
)


@pytest.mark.parametrize("reader", READERS)
@given(lines=st.lists(st.dictionaries(WORDS, VALUES, max_size=6), max_size=4))
def test_no_line_breaks_a_reader(reader: Callable[[str], Output], lines: list[Fields]) -> None:
    try:
        read(reader("it"), *lines)
    except BackendError as error:
        assert error.message


@given(data=st.binary(max_size=60), limit=st.integers(1, 20), cuts=st.lists(st.integers(0, 60)))
def test_lines_are_the_same_however_they_are_cut(data: bytes, limit: int, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(data)]
    splitter = Lines(limit)
    found: list[bytes] = []
    for start, end in zip(places, places[1:], strict=False):
        found += splitter.feed(data[start:end])
    found += splitter.rest()
    ended, rest = data.split(b"\n")[:-1], data.split(b"\n")[-1:]
    every = [*ended, *(line for line in rest if line)]
    assert found == [line for line in every if len(line) <= limit]
    assert splitter.left_out == len([line for line in every if len(line) > limit])


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'  {"a": 1}\r', {"a": 1}),
        (b'{"a": "\\ud83d"}', {"a": "\ud83d"}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b"", None),
        (b"[1]", None),
        (b"{", None),
        (b"[" * 200_000, None),
        (b'{"a": ' + b"1" * 10_000 + b"}", None),
    ],
)
def test_a_line_is_an_object_or_nothing(line: bytes, value: object) -> None:
    assert parse(line) == value
