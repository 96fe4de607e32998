"""No secret of a worker's environment leaves it, whatever it stands in and however it is split."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.cluster import scratch, wire
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.redaction import HIDDEN, NOTHING, Redactor
from tests.engine.cluster.far_double import NearLink, all_of, asked, far, text_of
from tests.engine.scripted import Scripted, Step

SECRET = 'worker-"secret"-0123456789'
REDACTOR = Redactor({"TOKEN": SECRET})
HALVES = (SECRET[:9], SECRET[9:])


class Box:
    """A ToolBox that allows everything, and notes what it is asked."""

    specs = (base.ToolSpec("Write", "writes", {"type": "object"}),)

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.wishes: list[base.Wish] = []

    async def call(self, name: str, arguments: str) -> base.ToolAnswer:
        self.calls.append((name, arguments))
        return base.ToolAnswer(True, "done")

    async def permit(self, wish: base.Wish) -> bool:
        self.wishes.append(wish)
        return True


class Uses(Scripted):
    """Uses a tool, and asks for leave."""

    wishes: tuple[base.Wish, ...] = ()

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        given = json.dumps({"file_path": "a", "content": f"key: {SECRET}"})
        answer = await toolbox.call(f"Write {SECRET}", given)
        yield base.Text(answer.text)
        for wish in self.wishes:
            yield base.Text(f" {await toolbox.permit(wish)}")
        yield base.Finished("end_turn")


def carried(link: NearLink) -> str:
    """All that has left the worker, as far as it is text."""
    return "\n".join(map(str, texts(link)))


def texts(link: NearLink) -> Iterator[object]:
    for data in link.sent:
        for item in wire.report_of(data).items:
            yield wire.event_of(item) if isinstance(item, wire.Happened) else item


def forms() -> tuple[str, ...]:
    return SECRET, json.dumps(SECRET)[1:-1], repr(SECRET)[1:-1]


def test_the_forms_are_found_where_nothing_hides_them() -> None:
    backend, link = far(Uses())
    asyncio.run(_all_of(backend.stream(asked(), Box())))
    assert any(form in carried(link) for form in forms())


async def _all_of(stream: AsyncIterator[base.BackendEvent]) -> list[base.BackendEvent]:
    return (await all_of(stream))[0]


async def test_uses_of_tools_leave_without_it() -> None:
    box = Box()
    backend, link = far(Uses(), redactor=REDACTOR)
    events, error = await all_of(backend.stream(asked(), box))
    assert error is None and text_of(events) == "done"
    ((name, arguments),) = box.calls
    assert name == f"Write {HIDDEN}"
    assert json.loads(arguments) == {"file_path": "a", "content": f"key: {HIDDEN}"}
    assert not any(form in carried(link) for form in forms())


async def test_wishes_leave_without_it_and_one_about_a_path_with_it_is_not_allowed() -> None:
    box, inner = Box(), Uses()
    inner.wishes = (
        base.Wish(kind="run", what=f"curl -H {SECRET}"),
        # What is decided about would be another path than the one that is meant.
        base.Wish(kind="write", paths=("a", f"/home/{SECRET}/x"), what="x"),
    )
    backend, link = far(inner, redactor=REDACTOR)
    events, error = await all_of(backend.stream(asked(), box))
    assert error is None and text_of(events) == "done True False"
    assert box.wishes == [base.Wish(kind="run", what=f"curl -H {HIDDEN}")]
    assert not any(form in carried(link) for form in forms())


@pytest.mark.parametrize("end", [base.Finished("end_turn"), BackendError("server", "it fell")])
async def test_what_comes_in_pieces_is_hidden_too(end: base.Finished | BackendError) -> None:
    said: list[Step] = [
        base.Thinking(f"I know {HALVES[0]}"),
        base.Alive(),
        base.Thinking(f"{HALVES[1]} now"),
    ]
    begun: list[Step] = [
        base.Text(f"it is {HALVES[0]}"),
        base.Text(HALVES[1]),
        base.Thinking(HALVES[0]),
    ]
    backend, link = far(Scripted({"t": [[*said, *begun, end]]}), redactor=REDACTOR)
    events, _ = await all_of(backend.stream(asked()))
    thought = "".join(event.text for event in events if isinstance(event, base.Thinking))
    # A beginning that nothing follows is no secret, and is told at the end.
    assert thought == f"I know {HIDDEN} now{HALVES[0]}"
    assert text_of(events) == f"it is {HIDDEN}"
    assert not any(form in carried(link) for form in forms())


async def test_no_other_event_has_it() -> None:
    said: list[Step] = [
        base.Started(f"model {SECRET}"),
        base.ToolCalled("1", SECRET, json.dumps({"a": SECRET})),
        base.ToolReturned("1", True, SECRET),
        base.Throttled(f"too fast: {SECRET}"),
        base.Finished(SECRET),
    ]
    backend, link = far(Scripted({"t": [said]}), redactor=REDACTOR)
    events, error = await all_of(backend.stream(asked()))
    assert error is None
    assert [type(event) for event in events[1:]] == [type(event) for event in said]
    assert carried(link).count(HIDDEN) == 6
    assert not any(form in carried(link) for form in forms())


@pytest.mark.parametrize("redactor", [NOTHING, REDACTOR])
async def test_half_a_pair_of_a_character_is_no_reason_to_fail(redactor: Redactor) -> None:
    """Some programs write a character of two halves as two pieces of JSON."""
    call = base.ToolCalled("1", "Bash", "echo \ud83d")
    said: list[Step] = ["a\ud83d", "\ude00b", call, base.Finished("exit")]
    backend, _ = far(Scripted({"t": [said]}), redactor=redactor)
    events, error = await all_of(backend.stream(asked()))
    assert error is None and text_of(events) == "a\ufffd\ufffdb"
    assert base.ToolCalled("1", "Bash", "echo \ufffd") in events
    assert events[-1] == base.Finished("exit")


async def test_a_failure_does_not_have_it() -> None:
    failure = BackendError("auth", f"the key {SECRET} is wrong", retryable=True, retry_after=2.0)
    backend, link = far(Scripted({"t": [[failure]]}), redactor=REDACTOR)
    _, error = await all_of(backend.stream(asked()))
    assert error is not None and error.message == f"the key {HIDDEN} is wrong"
    assert (error.kind, error.retryable, error.retry_after) == ("auth", True, 2.0)
    assert not any(form in carried(link) for form in forms())


@pytest.mark.parametrize("where", ["stream", "unpack", "changes"])
async def test_half_of_it_is_not_left_where_a_long_message_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    message = "x" * 480 + " " + SECRET * 9

    def fails(*_: object) -> None:
        raise OSError(message)

    owner: object = CommandBackend if where == "stream" else scratch
    monkeypatch.setattr(owner, where, fails)
    backend, link = far(CommandBackend({"PATH": "/usr/bin:/bin"}), redactor=REDACTOR)
    program = asked(command=("true",), folder=str(tmp_path), carried=True)
    _, error = await all_of(backend.stream(program))
    assert error is not None and "x" * 400 in error.message and HIDDEN in error.message
    assert SECRET[:7] not in carried(link)


async def test_a_file_with_it_in_its_name_stays_there(tmp_path: Path) -> None:
    secret = "worker-secret-0123456789"
    backend, link = far(
        CommandBackend({"PATH": "/usr/bin:/bin"}), redactor=Redactor({"TOKEN": secret})
    )
    program = asked(command=("touch", f"a-{secret}.txt"), folder=str(tmp_path), carried=True)
    events, error = await all_of(backend.stream(program))
    why = "the value of TOKEN, which is a secret, stands in its name"
    assert error is None and base.FileLeft(f"a-{HIDDEN}.txt", why) in events
    assert secret not in carried(link)
    assert not os.listdir(tmp_path)
