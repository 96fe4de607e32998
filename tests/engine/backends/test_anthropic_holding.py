"""While bytes gather the connection is not read, and afterwards it always is."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from orchtui.engine.backends import reading_pace
from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.anthropic_holding import Holding
from orchtui.engine.backends.base import Finished, Text
from tests.engine.backends.asking import events_of, text_of
from tests.server import MessagesServer
from tests.server.replies import answer, drip


class Connection(asyncio.Transport):
    """Counts what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def pause_reading(self) -> None:
        self.asked.append("pause")

    def resume_reading(self) -> None:
        self.asked.append("resume")


class Kept:
    """Something with attributes."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


def stream_of(connection: object) -> Kept:
    return Kept(_stream=Kept(_aiohttp_response=Kept(connection=Kept(transport=connection))))


def test_it_is_read_again_however_it_ends() -> None:
    connection = Connection()
    with Holding(stream_of(connection)).held():
        assert connection.asked == ["pause"]
    assert connection.asked == ["pause", "resume"]
    with pytest.raises(asyncio.CancelledError), Holding(stream_of(connection)).held():
        raise asyncio.CancelledError
    assert connection.asked == ["pause", "resume"] * 2


@pytest.mark.parametrize(
    "stream",
    [
        None,
        object(),
        Kept(_stream=object()),
        Kept(_stream=Kept(_aiohttp_response=None)),
        Kept(_stream=Kept(_aiohttp_response=Kept(connection=None))),
        stream_of(None),
        stream_of("no transport"),
    ],
)
def test_of_another_sdk_or_a_response_that_is_over_nothing_is_held(stream: object) -> None:
    holding = Holding(stream)
    with holding.held():
        assert holding.connection is None


async def test_this_sdk_gives_the_connection_out_and_it_is_held_between_reads(
    server: MessagesServer, backend: AnthropicBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a new SDK keep it elsewhere, this is where it shows."""
    counted: Counter[str] = Counter()

    class Counted(Holding):
        def __init__(self, stream: object) -> None:
            super().__init__(stream)
            assert self.connection is not None
            counted["found"] += 1

    # One stream is as many as hundreds.
    monkeypatch.setattr(reading_pace, "GATHER_FOR_EACH", reading_pace.GATHER_FROM)
    monkeypatch.setattr("orchtui.engine.backends.anthropic_api.Holding", Counted)
    reply = drip(answer([f"word {number} " for number in range(30)]), 100, 0.001)
    server.then(reply, reply)
    events = [await events_of(backend) for _ in range(2)]
    assert counted["found"] == 2
    for one in events:
        assert one[-1] == Finished("end_turn")
        assert sum(isinstance(event, Text) for event in one) < 30, "texts gathered"
    assert text_of(events[0]) == text_of(events[1]) != ""
    assert len(server.connections) == 1, "it serves the next one"
