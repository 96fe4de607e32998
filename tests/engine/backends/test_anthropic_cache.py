"""Cache marks, effort, schemas of answers, and who goes ahead to warm the cache."""

import asyncio
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from anthropic.types import JSONOutputFormatParam, OutputConfigParam

from orchtui.engine.backends import anthropic_warming
from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.anthropic_request import EFFORTS
from orchtui.engine.backends.anthropic_warming import SHORTEST, Warming
from orchtui.engine.backends.base import Alive, Text
from orchtui.engine.errors import BackendError
from tests.engine.backends.asking import KEY, text_of
from tests.engine.backends.tool_double import ScriptedTools, asked, gathered, tool_named
from tests.server import FAULTS, MessagesServer
from tests.server.replies import Pause, answer, cut
from tests.server.turns import call, text, turn

MARK = {"cache_control": {"type": "ephemeral"}}
A_CALL = call("Read", {"path": "a.md"})


async def bodies(server: MessagesServer, *works: Any, **options: Any) -> list[dict[str, Any]]:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, **options)
    for work, tools in works:
        await gathered(backend, work, tools)
    await backend.close()
    return [received.body for received in server.requests]


def marks(body: dict[str, Any]) -> int:
    return msgspec.json.encode(body).count(b'"cache_control"')


async def test_what_tasks_share_stands_first_and_is_marked(server: MessagesServer) -> None:
    work = asked("Write it.\n", system="Be brief.", context="Results so far")
    (body,) = await bodies(server, (work, None), cache=True)
    assert body["system"] == [{**text("Be brief."), **MARK}]
    assert body["messages"] == [
        {"role": "user", "content": [{**text("Results so far"), **MARK}, text("Write it.")]}
    ]


async def test_a_prompt_of_its_own_is_not_marked(server: MessagesServer) -> None:
    (body,) = await bodies(server, (asked("Hello"), None), cache=True)
    assert body["messages"] == [{"role": "user", "content": "Hello"}] and marks(body) == 0


async def test_without_a_system_prompt_the_tools_are_marked(server: MessagesServer) -> None:
    tools = ScriptedTools(Read="x", Grep="y")
    (body,) = await bodies(server, (asked(), tools), cache=True)
    assert body["tools"] == [tool_named("Read"), {**tool_named("Grep"), **MARK}]


async def test_a_mark_moves_along_the_conversation(server: MessagesServer) -> None:
    server.then(turn(text("One."), A_CALL), turn(A_CALL), answer("End."))
    work = asked(system="Be brief.", context="Results so far")
    first, second, third = await bodies(server, (work, ScriptedTools(Read="x")), cache=True)
    assert [marks(body) for body in (first, second, third)] == [3, 3, 3], "four are allowed"
    assert first["messages"][0]["content"] == [
        {**text("Results so far"), **MARK},
        {**text("Hello"), **MARK},
    ]
    plain = {"type": "tool_result", "tool_use_id": "toolu_01", "content": "x"}
    assert second["messages"][0]["content"] == [{**text("Results so far"), **MARK}, text("Hello")]
    assert second["messages"][2]["content"] == [{**plain, **MARK}]
    assert third["messages"][2]["content"] == [plain]
    assert third["messages"][4]["content"] == [{**plain, **MARK}]


@pytest.mark.parametrize("blank", ["", "  \n"])
async def test_blanks_are_never_marked(server: MessagesServer, blank: str) -> None:
    work = asked("Hello", system=blank, context=blank)
    (body,) = await bodies(server, (work, None), cache=True)
    assert marks(body) == 0 and body.get("system", "") == blank


async def test_other_servers_get_plain_strings(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(turn(A_CALL))
    work = asked("Write it.", system="Be brief.", context="Results so far")
    await gathered(backend, work, ScriptedTools(Read="x"))
    for received in server.requests:
        assert marks(received.body) == 0 and received.body["system"] == "Be brief."
        first = received.body["messages"][0]
        assert first == {"role": "user", "content": "Write it.\n\nResults so far"}
    assert AnthropicBackend(api_key=KEY)._can.cache


@pytest.mark.parametrize("effort", ["low", "max", None, "enormous", ""])
async def test_effort(server: MessagesServer, effort: str | None) -> None:
    (body,) = await bodies(server, (asked(effort=effort), None))
    assert body.get("output_config") == ({"effort": effort} if effort in EFFORTS else None)


SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


@pytest.mark.parametrize("structured", [True, False, None])
async def test_a_schema_goes_to_who_is_said_to_take_one(
    server: MessagesServer, structured: bool | None
) -> None:
    work = asked(schema=SCHEMA, effort="low")
    (body,) = await bodies(server, (work, None), structured=structured)
    form = {"format": {"type": "json_schema", "schema": SCHEMA}} if structured else {}
    assert body["output_config"] == {"effort": "low", **form}


def test_the_form_of_a_schema_is_the_installed_sdks() -> None:
    form = get_type_hints(JSONOutputFormatParam, include_extras=True)
    assert set(form) == {"schema", "type"}
    assert "json_schema" in str(form["type"])
    assert "format" in get_type_hints(OutputConfigParam)


def test_the_words_for_effort_are_the_installed_sdks() -> None:
    words, _none = get_args(get_type_hints(OutputConfigParam)["effort"])
    assert set(get_args(words)) == EFFORTS


# Warming

LONG = "Be brief. " * 200


async def test_the_first_goes_ahead_until_its_first_token(server: MessagesServer) -> None:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, warm_cache=True)
    whole = answer("All of it.")
    head = cut(whole, 2)
    seen_before_token: list[int] = []
    server.on("task 0", (*head, Pause(0.1), *whole[len(head) :]))

    async def first() -> str:
        pieces = ""
        async for event in backend.stream(asked("task 0", system=LONG)):
            if isinstance(event, Text):
                if not pieces:
                    seen_before_token.append(len(server.requests))
                pieces += event.text
        return pieces

    leading = asyncio.create_task(first())
    await server.wait_until(lambda s: len(s.requests) == 1)
    others = await asyncio.gather(
        *(gathered(backend, asked(f"task {n}", system=LONG)) for n in range(1, 5))
    )
    assert await leading == "All of it." and seen_before_token == [1]
    assert len(server.requests) == 5
    assert all(text_of(events) for events in others)
    await backend.close()


async def test_other_beginnings_do_not_wait(server: MessagesServer) -> None:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, warm_cache=True)
    server.on("stalls", FAULTS["stall_first"])
    stuck = asyncio.create_task(gathered(backend, asked("stalls", system=LONG)))
    await server.wait_until(lambda s: s.open == 1)
    for work in (
        asked(system=LONG + "!"),
        asked(system=LONG, context="other"),
        asked(system=LONG, model="opus"),
        asked(system="short"),
    ):
        assert text_of(await gathered(backend, work))
    assert text_of(await gathered(backend, asked(system=LONG), ScriptedTools(Read="x")))
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    await backend.close()


@pytest.mark.parametrize("end", ["failure", "cancel"])
async def test_when_the_first_one_fails_the_others_go(server: MessagesServer, end: str) -> None:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, warm_cache=True)
    server.on("first", FAULTS["stall_first"] if end == "cancel" else FAULTS["overloaded"])
    first = asyncio.create_task(gathered(backend, asked("first", system=LONG)))
    await server.wait_until(lambda s: len(s.requests) == 1)
    other = asyncio.create_task(gathered(backend, asked("other", system=LONG)))
    if end == "cancel":
        first.cancel()
    with pytest.raises((BackendError, asyncio.CancelledError)):
        await first
    assert text_of(await other)
    await backend.close()


async def test_waiting_is_alive_and_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anthropic_warming, "_SIGN_OF_LIFE_S", 0.001)
    monkeypatch.setattr(anthropic_warming, "WAIT_S", 0.02)

    async def silent() -> Any:
        yield Alive()
        await asyncio.Event().wait()

    async def speaking() -> Any:
        yield Text("Hi")

    warming = Warming()
    stuck = warming.through("key", silent())
    assert await anext(stuck) == Alive()
    events = [event async for event in warming.through("key", speaking())]
    assert events[-1] == Text("Hi") and events.count(Alive()) == len(events) - 1 > 0
    await stuck.aclose()  # type: ignore[attr-defined]


async def test_a_warm_beginning_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def speaking() -> Any:
        yield Text("Hi")

    warming = Warming()
    for n in range(3):
        assert [event async for event in warming.through(n, speaking())] == [Text("Hi")]
    assert len(warming._prefixes) == 3
    monkeypatch.setattr(anthropic_warming, "WARM_S", -1.0)
    assert [event async for event in warming.through(3, speaking())] == [Text("Hi")]
    assert len(warming._prefixes) == 1


def test_the_shortest_is_not_longer_than_what_providers_cache() -> None:
    assert SHORTEST <= 1024
