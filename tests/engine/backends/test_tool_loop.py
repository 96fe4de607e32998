"""The loop of a model that uses tools: exact requests, real faults, and what is left behind."""

import asyncio
from typing import Any

import pytest
from llmock.scenarios import ToolFault
from llmock.testing import LLMockServer

from orchtui.engine.backends import anthropic_api, anthropic_turns
from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.anthropic_blocks import Collector
from orchtui.engine.backends.base import (
    Alive,
    BackendEvent,
    Finished,
    Started,
    Text,
    Throttled,
    ToolAnswer,
    ToolCalled,
    ToolReturned,
    UsageReported,
)
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage
from tests.engine.backends.asking import KEY, text_of
from tests.engine.backends.tool_double import ScriptedTools, asked, gathered, tool_named
from tests.server import FAULTS, MessagesServer
from tests.server.replies import answer
from tests.server.turns import call, text, thinking, turn

A_CALL = call("Read", {"path": "a.md"})
LAST = turn(text("Done."), stop_reason="end_turn")


def tool_events(events: list[BackendEvent]) -> list[BackendEvent]:
    return [event for event in events if isinstance(event, ToolCalled | ToolReturned)]


def history(server: MessagesServer, request: int = -1) -> Any:
    return server.requests[request].body["messages"]


def result(text: str, id: str = "toolu_01", error: bool = False) -> dict[str, object]:
    flag = {"is_error": True} if error else {}
    return {"type": "tool_result", "tool_use_id": id, "content": text, **flag}


async def test_a_busy_server_in_the_middle_of_the_work_is_waited_for(
    server: MessagesServer, backend: AnthropicBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anthropic_api, "backoff", lambda times: 0.01)
    server.then(turn(A_CALL), FAULTS["rate_limit"], FAULTS["overloaded"], LAST)
    tools = ScriptedTools(Read="the file's text")

    events = await gathered(backend, asked(), tools)

    throttled = [event for event in events if isinstance(event, Throttled)]
    assert ["slow down" in event.message for event in throttled] == [True, False]
    assert text_of(events) == "Done."
    assert len(tools.calls) == 1, "nothing is done twice"
    bodies = [received.body for received in server.requests]
    assert bodies[1] == bodies[2] == bodies[3]


async def test_at_the_first_request_it_is_the_attempt_that_fails(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(FAULTS["rate_limit"])

    with pytest.raises(BackendError) as raised:
        await gathered(backend, asked(), ScriptedTools(Read="x"))

    assert raised.value.throttled


async def test_what_breaks_off_in_the_middle_of_a_turn_is_no_wait(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(turn(A_CALL), FAULTS["overloaded_midway"])

    with pytest.raises(BackendError) as raised:
        await gathered(backend, asked(), ScriptedTools(Read="x"))

    assert raised.value.throttled


async def test_calls_are_answered_until_there_is_an_answer(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    thought = thinking("Which file?", "c2lnbmVkLTE=")
    server.then(turn(thought, text("I look."), A_CALL), LAST)
    tools = ScriptedTools(Read="the file's text")
    events = await gathered(backend, asked(system="Be brief."), tools)

    first, second = (received.body for received in server.requests)
    assert first == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 321,
        "system": "Be brief.",
        "tools": [tool_named("Read")],
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
    }
    assert second == {
        **first,
        "max_tokens": 311,
        "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": [thought, text("I look."), A_CALL]},
            {"role": "user", "content": [result("the file's text")]},
        ],
    }
    assert tools.calls == [("Read", '{"path": "a.md"}')]
    assert tool_events(events) == [
        ToolCalled("toolu_01", "Read", '{"path": "a.md"}'),
        ToolReturned("toolu_01", True, "the file's text"),
    ]
    assert text_of(events) == "I look.\n\nDone.", "what two turns say is set apart"
    assert [event for event in events if isinstance(event, Started)] == [Started("loopback-1")]
    assert events[-1] == Finished("end_turn")


async def test_usage_is_the_total_of_all_turns(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    cached = {"cache_read_input_tokens": 7, "cache_creation_input_tokens": 5}
    server.then(turn(A_CALL, usage=cached, output=11), turn(A_CALL, usage=cached, output=13), LAST)
    events = await gathered(backend, asked(), ScriptedTools(Read="x"))
    totals = [event.usage for event in events if isinstance(event, UsageReported)]
    assert totals[-1] == Usage(input=300, output=34, cache_read=14, cache_write=10)
    assert totals == sorted(totals, key=lambda usage: (usage.input, usage.output))
    assert [received.body["max_tokens"] for received in server.requests] == [321, 310, 297]


@pytest.mark.parametrize(
    ("wrong", "sent_back", "said"),
    [
        (call("Fly", {"to": "Rome"}), {"to": "Rome"}, "there is no tool 'Fly'"),
        (
            call("Read", '{"path": '),
            {"INVALID_JSON": '{"path": '},
            "the arguments are not a JSON object",
        ),
        (call("Read", "[1]"), {"INVALID_JSON": "[1]"}, "the arguments are not a JSON object"),
    ],
    ids=["unknown", "not JSON", "not an object"],
)
async def test_a_wrong_call_is_told_to_the_model_and_goes_on(
    server: MessagesServer,
    backend: AnthropicBackend,
    wrong: dict[str, Any],
    sent_back: dict[str, Any],
    said: str,
) -> None:
    server.then(turn(wrong), LAST)
    events = await gathered(backend, asked(), ScriptedTools(Read="x"))
    assert history(server)[1]["content"] == [{**wrong, "input": sent_back}]
    assert history(server)[2]["content"] == [result(said, error=True)]
    assert tool_events(events)[-1] == ToolReturned("toolu_01", False, said)
    assert events[-1] == Finished("end_turn")


async def test_arguments_that_stand_in_the_beginning(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    collector = Collector()
    collector.add({"type": "content_block_start", "index": 0, "content_block": A_CALL})
    assert collector.blocks() == [A_CALL]


async def test_several_reads_run_at_once_and_answer_in_order(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    second_is_done = asyncio.Event()

    async def read(arguments: str) -> ToolAnswer:
        if "first" in arguments:
            await second_is_done.wait()
        second_is_done.set()
        return ToolAnswer(True, arguments)

    calls = [call("Read", {"path": name}, f"id-{name}") for name in ("first", "second")]
    server.then(turn(*calls), LAST)
    tools = ScriptedTools(Read=read)
    events = await gathered(backend, asked(), tools)
    assert tools.most_running == 2
    answers = [event for event in events if isinstance(event, ToolReturned)]
    assert [answer.call for answer in answers] == ["id-first", "id-second"]
    assert [part["tool_use_id"] for part in history(server)[2]["content"]] == [
        "id-first",
        "id-second",
    ]


async def test_what_writes_runs_one_after_the_other(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    async def work(arguments: str) -> ToolAnswer:
        for _ in range(5):
            await asyncio.sleep(0)
        return ToolAnswer(True, "done")

    names = ("Write", "Read", "Edit")
    server.then(turn(*(call(name, {"path": "a"}, name) for name in names)), LAST)
    tools = ScriptedTools(Write=work, Read=work, Edit=work)
    await gathered(backend, asked(), tools)
    assert tools.most_running == 1
    assert [name for name, _ in tools.calls] == list(names)


async def test_a_slow_tool_is_a_sign_of_life(
    server: MessagesServer, backend: AnthropicBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anthropic_turns, "SIGN_OF_LIFE_S", 0.001)
    enough = asyncio.Event()

    async def read(arguments: str) -> ToolAnswer:
        await enough.wait()
        return ToolAnswer(True, "at last")

    server.then(turn(A_CALL), LAST)
    alive = 0
    called = False
    async for event in backend.stream(asked(), ScriptedTools(Read=read)):
        called = called or isinstance(event, ToolCalled)
        alive += called and isinstance(event, Alive)
        if alive == 10:  # the turn itself has fewer
            enough.set()
    assert enough.is_set()


# Bounds


@pytest.mark.parametrize(("max_turns", "turns"), [(1, 1), (3, 3), (None, 50)])
async def test_a_model_that_calls_for_ever(
    server: MessagesServer, backend: AnthropicBackend, max_turns: int | None, turns: int
) -> None:
    server.on("", turn(text("Again."), A_CALL, output=1))
    events: list[BackendEvent] = []
    tools = ScriptedTools(Read="x")
    with pytest.raises(BackendError, match=f"after {turns} turns.*maxTurns") as caught:
        async for event in backend.stream(asked(max_turns=max_turns), tools):
            events.append(event)  # noqa: PERF401 - kept when it raises
    assert (caught.value.kind, caught.value.retryable) == ("tool", False)
    assert len(server.requests) == turns and len(tools.calls) == turns - 1
    assert text_of(events) == "\n\n".join(["Again."] * turns), "what arrived is kept"
    assert isinstance(tool_events(events)[-1], ToolReturned)


async def test_tokens_are_of_all_turns_together(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(turn(A_CALL, output=300), turn(text("And"), A_CALL, output=21), LAST)
    tools = ScriptedTools(Read="x")
    events = await gathered(backend, asked(), tools)
    assert [received.body["max_tokens"] for received in server.requests] == [321, 21]
    assert events[-1] == Finished("max_tokens")
    assert len(tools.calls) == 1, "a result that nobody reads is not worked for"


@pytest.mark.parametrize("reason", ["max_tokens", "refusal", "model_context_window_exceeded"])
async def test_a_call_that_was_cut_off_is_not_run(
    server: MessagesServer, backend: AnthropicBackend, reason: str
) -> None:
    server.then(turn(call("Write", '{"path": "a", "con'), stop_reason=reason))
    tools = ScriptedTools(Write="x")
    events = await gathered(backend, asked(), tools)
    assert events[-1] == Finished(reason) and tools.calls == []
    assert [event.ok for event in events if isinstance(event, ToolReturned)] == [False]


# Trouble, and leaving early


@pytest.mark.parametrize("fault", ["server_error", "overloaded_midway", "drop"])
async def test_an_error_in_the_second_turn_is_the_attempts(
    server: MessagesServer, backend: AnthropicBackend, fault: str
) -> None:
    server.then(turn(A_CALL), FAULTS[fault])
    with pytest.raises(BackendError) as caught:
        await gathered(backend, asked(), ScriptedTools(Read="x"))
    assert caught.value.retryable
    assert len(server.requests) == 2


@pytest.mark.parametrize("way", ["cancel", "close"])
async def test_leaving_in_the_middle_of_a_tool_leaves_nothing(
    server: MessagesServer, backend: AnthropicBackend, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anthropic_turns, "SIGN_OF_LIFE_S", 0.001)

    async def never(arguments: str) -> ToolAnswer:
        await asyncio.Event().wait()
        raise AssertionError

    server.then(turn(A_CALL, call("Read", {"path": "b"}, "toolu_02")))
    tools = ScriptedTools(Read=never)
    before = asyncio.all_tasks()
    stream: Any = backend.stream(asked(), tools)
    if way == "cancel":
        work = asyncio.create_task(anext_forever(stream))
        await tools.started.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    else:
        async for event in stream:
            if isinstance(event, Alive) and tools.running == 2:
                break
    await stream.aclose()
    assert tools.running == 0 and tools.cancelled == len(tools.calls) > 0
    await server.wait_until(lambda s: s.open == 0)
    left = {task for task in asyncio.all_tasks() - before if "ScriptedTools" in repr(task)}
    assert not left and len(server.requests) == 1


async def anext_forever(stream: Any) -> None:
    async for _ in stream:
        pass


async def test_cancelling_in_the_second_turn_frees_the_connection(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(turn(A_CALL), FAULTS["stall"])
    work = asyncio.create_task(gathered(backend, asked(), ScriptedTools(Read="x")))
    await server.wait_until(lambda s: len(s.requests) == 2 and s.open == 1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await server.wait_until(lambda s: s.open == 0 and s.disconnects == 1)


# Servers that deviate


async def test_calls_without_ids_and_with_another_stop_reason(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(
        turn(call("Read", {"path": "a"}, ""), call("Read", {}, ""), stop_reason="end_turn"), LAST
    )
    events = await gathered(backend, asked(), ScriptedTools(Read="x"))
    calls = [event.call for event in events if isinstance(event, ToolCalled)]
    assert len(set(calls)) == 2 and all(calls)
    assert [block["id"] for block in history(server)[1]["content"]] == calls
    assert [block["tool_use_id"] for block in history(server)[2]["content"]] == calls


async def test_texts_without_a_word_are_not_sent_back(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(turn(text(""), text(" \n"), A_CALL), LAST)
    await gathered(backend, asked(), ScriptedTools(Read="x"))
    assert history(server)[1]["content"] == [A_CALL]


async def test_half_characters_of_a_tool_do_not_break_the_request(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(turn(A_CALL), LAST)
    events = await gathered(backend, asked(), ScriptedTools(Read="a\ud800b"))
    assert history(server)[2]["content"] == [result("a?b")]
    assert events[-1] == Finished("end_turn")


async def test_a_server_without_tools_is_offered_none(server: MessagesServer) -> None:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, tools=False)
    server.then(answer("Hi"))
    events = await gathered(backend, asked(), ScriptedTools(Read="x"))
    await backend.close()
    assert "tools" not in server.requests[0].body
    assert Text("Hi") in events


async def test_against_llmock() -> None:
    """A server written by somebody else, which also judges its client."""
    with LLMockServer() as other:
        backend = AnthropicBackend(api_key=KEY, base_url=other.base_url("anthropic"))
        try:
            for fault in (None, "malformed_arguments", "unknown_tool"):
                if fault:
                    other.state.scenarios.add(ToolFault(fault))
                tools = ScriptedTools(Read="the file's text")
                prompt = f"Read the file a.md now, please ({fault})"
                events = await gathered(backend, asked(prompt), tools)
                returned = [event for event in events if isinstance(event, ToolReturned)]
                assert returned[0].ok == (fault is None)
                assert text_of(events) and events[-1] == Finished("end_turn"), fault
        finally:
            await backend.close()
