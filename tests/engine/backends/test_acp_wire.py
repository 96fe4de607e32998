"""The messages of an ACP agent: whole however split, and none that the library falls over."""

import json
from typing import Any, cast

from hypothesis import example, given
from hypothesis import strategies as st

from orchtui.engine.backends.acp_wire import STRAY_LINES, AgentProgram, AgentWire, WireError


class Pieces:
    """In place of a program: what it printed, in pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    async def write(self, data: bytes) -> bool:
        return True


class Reading:
    """All that came of some pieces."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.updates: list[Any] = []
        self.broken: list[WireError] = []

    async def room(self) -> None:
        pass

    async def of(self, pieces: list[bytes]) -> "Reading":
        wire = AgentWire(
            cast(AgentProgram, Pieces(pieces)),
            room=self.room,
            update=lambda said, size: self.updates.append(said),
            broken=self.broken.append,
        )
        while (message := await wire.receive()) is not None:
            self.messages.append(message)
            if "method" in message:
                await wire.send({"id": message["id"], "result": None})
        return self


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0"),
        "id": json_values,
        "method": st.sampled_from(["session/update", "session/request_permission"]) | json_values,
        "params": json_values,
        "result": json_values,
        "error": json_values,
    },
)


@given(st.lists(messages | json_values, max_size=10))
async def test_any_message_is_one_that_the_library_can_take(objects: list[Any]) -> None:
    """Numbers that can be looked up, names that are text, errors that are objects."""
    raw = b"".join(json.dumps(one).encode() + b"\n" for one in objects)
    got = await Reading().of([raw])
    assert got.broken == []
    for message in got.messages:
        hash(message["id"])
        if "method" in message:
            assert isinstance(message["method"], str)
        else:
            assert "result" in message or isinstance(message["error"], dict)


@example(b'"\x80"')
@given(st.binary(max_size=300))
async def test_bytes_never_raise(data: bytes) -> None:
    got = await Reading().of([data] if data else [])
    assert got.broken == [] or data.count(b"\n") >= STRAY_LINES


LINES: list[dict[str, Any]] = [
    {"id": 1, "result": {"text": "größe\u2028"}},
    {"method": "session/update", "params": {"a": 1}},
    {"id": "x", "method": "session/request_permission", "params": {}},
]
RAW = b"\r\n".join(json.dumps(one, ensure_ascii=False).encode() for one in LINES) + b"\n"


@given(st.lists(st.integers(1, len(RAW) - 1), max_size=12, unique=True))
async def test_however_it_is_split(cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), len(RAW)]
    pieces = [RAW[a:b] for a, b in zip(ends, ends[1:], strict=False)]
    got = await Reading().of(pieces)
    assert got.messages == [LINES[0], LINES[2]]
    assert got.updates == [{"a": 1}]


async def test_the_last_line_needs_no_end() -> None:
    assert (await Reading().of([b'{"id": 1, "result": 2}'])).messages == [{"id": 1, "result": 2}]


async def test_a_name_that_is_no_text_is_a_stray() -> None:
    got = await Reading().of([b'{"\x80id": 1, "result": 2}\n{"id": 1, "result": 2}\n'])
    assert (got.messages, got.broken) == ([{"id": 1, "result": 2}], [])


async def test_so_many_strays_and_no_more() -> None:
    assert (await Reading().of([b"x\n" * STRAY_LINES])).broken == []
    assert len((await Reading().of([b"x\n" * (STRAY_LINES + 1)])).broken) == 1


async def test_empty_lines_are_no_strays() -> None:
    assert (await Reading().of([b"\n \n" * 1000])).broken == []
