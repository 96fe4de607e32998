"""What a worker holds: attempts that begin once, and end with their coordinator."""

import asyncio
import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from orchtui.engine.backends import base
from orchtui.engine.backends.registry import Backends, Choice
from orchtui.engine.cluster import far_work, scratch, wire, worker_house
from orchtui.engine.cluster.worker_house import LOOK, WorkerHouse, backends_of
from orchtui.engine.errors import NoBackendError
from orchtui.engine.run_events.redaction import HIDDEN, Redactor
from tests.engine import virtual_time
from tests.engine.cluster.far_double import a_dispatch, asked

STALL = "[rehearse: stall, 1 words, 0 ms]"
QUICK = "[rehearse: 3 words, 0 ms]"


def dispatch(key: str = "k", prompt: str = STALL, **fields: Any) -> wire.Dispatch:
    return a_dispatch(key=key, assignment=asked(prompt=prompt), **fields)


def items(sent: list[bytes]) -> Iterator[wire.Item]:
    for number, data in enumerate(sent, 1):
        report = wire.report_of(data)
        assert report.number == number
        yield from report.items


def test_an_attempt_is_worked_on_once() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        await house.work(dispatch(prompt=QUICK), sent.append)
        first = list(sent)
        await house.work(dispatch(prompt=QUICK), sent.append)
        assert sent == first and isinstance(list(items(sent))[-1], wire.Ended)
        assert house.attempts == 0
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_an_attempt_whose_coordinator_says_nothing_more_ends_with_its_lease() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        clock = asyncio.get_running_loop().time
        began = clock()
        await house.work(dispatch(), sent.append)
        assert 20.0 <= clock() - began <= 20.0 + 2 * LOOK
        assert isinstance(list(items(sent))[-1], wire.Ended)
        beats = sum(isinstance(item, wire.Beat) for item in items(sent))
        assert beats >= 20 / far_work.BEAT - 1

    virtual_time.run(scene())


def test_a_lease_that_is_renewed_goes_on() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        loop = asyncio.get_running_loop()
        began = loop.time()
        work = loop.create_task(house.work(dispatch(), sent.append))
        for _ in range(6):
            await asyncio.sleep(15)
            await house.obey(wire.Renew("s", ("k",)))
            assert house.attempts == 1
        await work
        assert 110.0 <= loop.time() - began <= 110.0 + 2 * LOOK

    virtual_time.run(scene())


def test_an_attempt_that_two_renewals_do_not_name_is_followed_by_nobody() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        loop = asyncio.get_running_loop()
        kept, lost = (
            loop.create_task(house.work(dispatch(key), sent.append)) for key in ("kept", "lost")
        )
        await asyncio.sleep(1)
        await house.obey(wire.Renew("s", ("kept",)))
        await asyncio.sleep(1)
        assert house.attempts == 2  # it may have come while the renewal was on its way
        await house.obey(wire.Renew("s", ("kept",)))
        await lost
        assert house.attempts == 1 and loop.time() < 4
        await house.obey(wire.Farewell("s"))
        await kept

    virtual_time.run(scene())


@pytest.mark.parametrize("order", [wire.Cancel("k"), wire.Farewell("s")])
def test_an_order_ends_it(order: wire.Order) -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        loop = asyncio.get_running_loop()
        work = loop.create_task(house.work(dispatch(), sent.append))
        await asyncio.sleep(5)
        await house.obey(order)
        await work
        assert loop.time() < 6 and house.attempts == 0
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_a_cancel_that_comes_before_its_attempt_holds() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        await house.obey(wire.Cancel("k"))
        await house.work(dispatch(), sent.append)
        assert not sent

    virtual_time.run(scene())


def test_orders_about_nothing_are_no_error() -> None:
    async def scene() -> None:
        house = WorkerHouse({})
        for order in (
            wire.Renew("x"),
            wire.Farewell("x"),
            wire.Cancel("x"),
            wire.Answered("x", 1, base.ToolAnswer(True, "")),
            wire.Permitted("x", 1, True),
        ):
            await house.obey(order)

    virtual_time.run(scene())


def test_a_backend_that_the_worker_can_not_use_is_told() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        await house.work(dispatch(backend="anthropic"), sent.append)
        (failed,) = (item for item in items(sent) if isinstance(item, wire.Failed))
        assert "ANTHROPIC_API_KEY" in failed.message and not failed.retryable
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_what_is_sent_stands_over_the_workers_own_environment() -> None:
    settings = wire.BackendSettings(environment={"A": "sent"}, local_model="/m.gguf")
    found = backends_of(settings, {"A": "own", "B": "own"})
    assert dict(found.environment) == {"A": "sent", "B": "own"}


def test_a_backend_is_made_once_and_before_it_is_asked_where_somebody_says_so() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        settings = wire.BackendSettings()
        assert await house.prepare("s", 20.0, settings, ["rehearsal", "command"]) == {}
        made = await house._sessions["s"].made[wire.encode(settings)]
        prepared = dict(made.opening)
        assert prepared.keys() == {"rehearsal", "command"}
        for key in ("a", "b"):
            await house.work(dispatch(key, QUICK), sent.append)
        assert made.opening == prepared and len(house._sessions["s"].made) == 1
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_what_is_lacking_is_told_and_of_other_settings_it_is_asked_anew() -> None:
    async def scene() -> None:
        house = WorkerHouse({})
        found = await house.prepare("s", 20.0, wire.BackendSettings(), ["anthropic", "nobody"])
        assert found["anthropic"] == "set ANTHROPIC_API_KEY"
        assert found["nobody"].startswith("there is no backend 'nobody'")
        key = wire.BackendSettings(environment={"ANTHROPIC_API_KEY": "k"})
        assert await house.prepare("s", 20.0, key, ["anthropic"]) == {}
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_what_is_lacking_is_told_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "worker-secret-0123456789"

    def lacks(self: Backends, names: Iterable[str], *_: object) -> dict[str, base.Backend]:
        raise NoBackendError(f"the key {secret} is of no use")

    monkeypatch.setattr(Backends, "open", lacks)

    async def scene() -> None:
        house = WorkerHouse({"SOME_TOKEN": secret})
        found = await house.prepare("s", 20.0, wire.BackendSettings(), ["rehearsal"])
        assert found == {"rehearsal": f"the key {HIDDEN} is of no use"}
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_what_can_not_be_made_is_told_in_no_words_of_that_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = "worker-secret-0123456789"

    def breaks(*_: object) -> Backends:
        raise ValueError(secret)

    monkeypatch.setattr(worker_house, "backends_of", breaks)

    async def scene() -> None:
        house, sent = WorkerHouse({"SOME_TOKEN": secret}), list[bytes]()
        await house.work(dispatch(), sent.append)
        told = list(items(sent))
        why = "on its worker: its backends can not be made (ValueError)"
        assert told[-2:] == [wire.Failed("internal", why), wire.Ended()]
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_what_takes_a_while_is_done_beside_the_loop(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at_loop = list[str]()
    beside = set[str]()

    def watched(owner: object, name: str) -> None:
        whole = getattr(owner, name)

        def noted(*args: Any, **options: Any) -> Any:
            if threading.current_thread() is threading.main_thread():
                at_loop.append(name)
            else:
                beside.add(name)
            return whole(*args, **options)

        monkeypatch.setattr(owner, name, noted)

    watched(worker_house, "backends_of")
    for method in ("choices", "open"):
        watched(Backends, method)
    watched(Redactor, "found_in")
    for function in ("unpack", "digests", "changes"):
        watched(scratch, function)
    watched(shutil, "rmtree")

    async def scene() -> list[bytes]:
        house, sent = WorkerHouse({"PATH": "/usr/bin:/bin"}), list[bytes]()
        await house.prepare("s", 20.0, wire.BackendSettings(), ["rehearsal"])
        program = asked(command=("sh", "-c", "cat a >b"), carried=True)
        given = wire.SentFile("a", b"x")
        letter = dispatch(backend="command", files=(given,))
        data = await house.work(structs.replace(letter, assignment=program), sent.append)
        assert [file.path for file in wire.files_of(data)] == ["b"]
        await house.obey(wire.Farewell("s"))
        return sent

    asyncio.run(scene())
    assert not at_loop
    assert beside >= {
        "backends_of", "choices", "open", "found_in", "unpack", "digests", "changes", "rmtree"
    }  # fmt: skip


def writes(key: str = "k") -> wire.Dispatch:
    """A program that writes a file and ends."""
    program = asked(command=("touch", "a"), carried=True)
    return structs.replace(dispatch(key, backend="command", files=()), assignment=program)


@pytest.mark.parametrize("error", [MemoryError("64 MiB"), RuntimeError("a bug"), OSError("full")])
def test_files_that_can_not_be_put_together_are_a_failure_and_no_success_without_them(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object) -> scratch.Changed:
        raise error

    monkeypatch.setattr(scratch, "changes", fails)

    async def scene() -> None:
        house, sent = WorkerHouse({"PATH": "/usr/bin:/bin"}), list[bytes]()
        assert await house.work(writes(), sent.append) == b""
        failed, ended = list(items(sent))[-2:]
        assert isinstance(failed, wire.Failed) and ended == wire.Ended()
        assert failed.message.startswith("what it wrote on its worker is lost: ")
        assert str(error) in failed.message
        assert failed.retryable is not isinstance(error, OSError)
        await house.obey(wire.Farewell("s"))

    asyncio.run(scene())


@pytest.mark.parametrize("how", ["cancelled", "ordered"])
def test_who_is_ended_while_its_files_are_put_together_was_no_success(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    begun, gate, whole = threading.Event(), threading.Event(), scratch.changes

    def slow(*given: Any) -> scratch.Changed:
        begun.set()
        assert gate.wait(30)
        return whole(*given)

    monkeypatch.setattr(scratch, "changes", slow)

    async def scene() -> None:
        house, sent = WorkerHouse({"PATH": "/usr/bin:/bin"}), list[bytes]()
        work = asyncio.ensure_future(house.work(writes(), sent.append))
        assert await asyncio.to_thread(begun.wait, 30)
        if how == "cancelled":
            work.cancel()
            await asyncio.sleep(0)
        else:
            await house.obey(wire.Cancel("k"))
        gate.set()
        (given,) = await asyncio.gather(work, return_exceptions=True)
        assert given == b"" if how == "ordered" else isinstance(given, asyncio.CancelledError)
        why = "its worker has ended it, and what it did there is lost"
        failed = wire.Failed("connection", why, retryable=True)
        assert list(items(sent))[-2:] == [failed, wire.Ended()]
        await house.obey(wire.Farewell("s"))

    asyncio.run(scene())


def test_two_attempts_that_come_at_once_have_one_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    made, opened = list[Backends](), list[str]()
    whole, opens = worker_house.backends_of, Backends.open

    def backends_of_(*given: Any) -> Backends:
        made.append(whole(*given))
        return made[-1]

    def open_(self: Backends, names: Iterable[str], *more: Any) -> dict[str, base.Backend]:
        opened.extend(names := list(names))
        return opens(self, names, *more)

    monkeypatch.setattr(worker_house, "backends_of", backends_of_)
    monkeypatch.setattr(Backends, "open", open_)

    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        works = (house.work(dispatch(key, QUICK), sent.append) for key in ("a", "b"))
        await asyncio.gather(*works)
        assert len(made) == 1 and opened == ["rehearsal"]
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_an_order_to_end_holds_while_backends_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, gate = threading.Event(), threading.Event()
    whole = worker_house.backends_of

    def slow(*given: Any) -> Backends:
        begun.set()
        assert gate.wait(30)
        return whole(*given)

    monkeypatch.setattr(worker_house, "backends_of", slow)

    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        work = asyncio.ensure_future(house.work(dispatch(), sent.append))
        assert await asyncio.to_thread(begun.wait, 30)
        await house.obey(wire.Cancel("k"))
        await work
        assert list(items(sent))[-1] == wire.Ended()
        gate.set()
        await house.obey(wire.Farewell("s"))

    asyncio.run(scene())


def test_who_makes_backends_ready_for_one_that_leaves_opens_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, gate, calls = threading.Event(), threading.Event(), list[str]()
    opens, closes = Backends.open, Backends.close

    def slow(self: Backends, names: Iterable[str], *more: Any) -> dict[str, base.Backend]:
        calls.extend(names := list(names))
        begun.set()
        assert gate.wait(30)
        return opens(self, names, *more)

    async def noted(self: Backends) -> None:
        calls.append("close")
        await closes(self)

    monkeypatch.setattr(Backends, "open", slow)
    monkeypatch.setattr(Backends, "close", noted)

    async def scene() -> None:
        house = WorkerHouse({})
        both = house.prepare("s", 20.0, wire.BackendSettings(), ["rehearsal", "command"])
        preparing = asyncio.ensure_future(both)
        assert await asyncio.to_thread(begun.wait, 30)
        ending = asyncio.ensure_future(house.obey(wire.Farewell("s")))
        await asyncio.sleep(0)
        gate.set()
        assert await preparing == {"command": "its coordinator has left"}
        await ending
        assert calls == ["rehearsal", "close"]

    asyncio.run(scene())


def test_what_is_made_too_late_for_one_that_has_left_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, gate, whole = threading.Event(), threading.Event(), worker_house.backends_of

    def slow(*given: Any) -> Backends:
        begun.set()
        assert gate.wait(30)
        return whole(*given)

    monkeypatch.setattr(worker_house, "backends_of", slow)
    monkeypatch.setattr(worker_house, "CLOSE_WITHIN", 0.0)

    async def scene() -> None:
        house = WorkerHouse({})
        preparing = asyncio.ensure_future(
            house.prepare("s", 20.0, wire.BackendSettings(), ["rehearsal"])
        )
        assert await asyncio.to_thread(begun.wait, 30)
        await house.obey(wire.Farewell("s"))
        gate.set()
        with pytest.raises(NoBackendError, match="has left"):
            await preparing

    asyncio.run(scene())


class Closing:
    """Backends that do not close as they should, or do."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.closed = 0
        self.redactor = Redactor({"TOKEN": "worker-secret-0123456789"})

    def choices(self) -> list[Choice]:
        return []

    async def close(self) -> None:
        self.closed += 1
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("first", ["a", "b"])
def test_a_backend_that_does_not_close_holds_no_other_up_and_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, first: str
) -> None:
    long = "x" * 450
    broken = Closing(RuntimeError(f"no: worker-secret-0123456789 {long} worker-secret-0123456789"))
    whole = [Closing(), Closing()]
    made = [broken, whole[0], whole[1]]
    monkeypatch.setattr(worker_house, "backends_of", lambda *_: made.pop(0))

    async def scene() -> None:
        house = WorkerHouse({})
        for number, name in enumerate(("a", "a", "b")):
            settings = wire.BackendSettings(models={"m": str(number)})
            await house.prepare(name, 20.0 if name == first else 21.0, settings, [])
        await asyncio.sleep(22.0 + 2 * LOOK)
        assert not house._sessions
        assert [one.closed for one in (broken, *whole)] == [1, 1, 1]

    virtual_time.run(scene())
    assert f"RuntimeError: no: {HIDDEN} {long} {HIDDEN}" in caplog.text


def test_what_was_made_for_nobody_any_more_is_closed() -> None:
    async def scene() -> None:
        house = WorkerHouse({})
        await house.prepare("s", 20.0, wire.BackendSettings(), ["rehearsal"])
        await asyncio.sleep(20.0 + 2 * LOOK)
        assert not house._sessions

    virtual_time.run(scene())
