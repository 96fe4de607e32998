"""Every way in which a server can fail, in a run: what becomes of the task, and of nobody else.

Three tasks ask one server at once, through the real SDK. One is answered as its row
says; the other two must not notice: the same words, one attempt, ended before one
that hangs or waits. All rows are played at once, and told one by one. The long form
plays random sequences of faults against what the single faults promise.
"""

import asyncio
import os
import random
import secrets
import shutil
import ssl
import subprocess
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import anthropic  # noqa: F401  before a run needs it: that takes a second
import pytest

from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.journals.files import make_own_folder
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from tests.engine.backends.asking import KEY
from tests.engine.schedules import build
from tests.engine.whole_runs import Ended, follow, task_named
from tests.faults.forms import form
from tests.server import FAULTS, Head, MessagesServer, Pause, Received, Reply, Send
from tests.server.protocol import block_delta
from tests.server.replies import answer, cut, drip, error

GOOD = "All is well now."
PIECES = [f"piece {number} " for number in range(12)]
HALF = "The quick "
"""What the server's own faults say before they break in mid-stream."""
WHOLE = "The quick brown fox."
AT_ONCE = 12
"""Runs that are played at the same time."""


@dataclass(frozen=True)
class Row:
    """One way to fail."""

    replies: Sequence[Reply]
    """What the server answers, in order; the last one again and again."""
    ends: str
    """`completed`, or the kind of the error."""
    attempts: int
    """How many there are; at least, where `endless_attempts`."""
    text: str = ""
    """What is kept in the end."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    """The task's own; it has one retry."""
    endless: bool = False
    """Whether the text repeats itself for as long as it is let."""
    endless_attempts: bool = False
    """Whether there are as many as its time allows."""
    outlasts: bool = False
    """Whether the others have ended long before it does."""
    elsewhere: str = ""
    """The address that is asked, where it is not the server's."""


def _fault(name: str, ends: str, attempts: int, text: str = "", **more: Any) -> Row:
    return Row([FAULTS[name]], ends, attempts, text, **more)


def _cured(reply: Reply, attempts: int = 2, **more: Any) -> Row:
    return Row([reply, answer(GOOD)], "completed", attempts, GOOD, **more)


_IDLE = {"idle_timeout": 1.0}
_SHORT = {"timeout": 3.0}
_ENDLESS = answer(["on and on "] * 1000, interval=0.01)
_FLOOD = answer(["0123456789abcde " * 2**16] * 24)
_HUGE = block_delta(0, {"type": "text_delta", "text": "x" * 17 * 2**20})
_NOW = {"retry-after": "0"}

ROWS: dict[str, Row] = {
    # It takes long.
    "latency": Row([(Pause(1), *answer(GOOD))], "completed", 1, GOOD, outlasts=True),
    "latency beyond the timeout": Row(
        [(Pause(60), *answer(GOOD))], "timeout", 1, limits=_SHORT, outlasts=True
    ),
    "slow drip": Row([drip(answer(GOOD), 20, 0.02)], "completed", 1, GOOD, outlasts=True),
    "slow drip beyond the timeout": Row(
        [drip(answer(GOOD), 1, 0.02)], "timeout", 1, limits=_SHORT, outlasts=True
    ),
    "endless stream": Row([_ENDLESS], "timeout", 1, "on and on ", _SHORT, True, True),
    "endless flood": Row([_FLOOD], "server", 1, "0123456789abcde ", endless=True),
    # It falls silent.
    "stall before the stream": _fault("stall_first", "idle", 2, limits=_IDLE, outlasts=True),
    "stall after the headers": _fault("stall_headers", "idle", 2, limits=_IDLE, outlasts=True),
    "stall in the stream": _fault("stall", "idle", 2, HALF, limits=_IDLE, outlasts=True),
    "stall, then well": _cured(FAULTS["stall"], limits=_IDLE, outlasts=True),
    # It is too busy.
    "429": _cured(FAULTS["rate_limit"]),
    "429 with retry-after": _cured(FAULTS["rate_limit_wait"], outlasts=True),
    "529": _cured(FAULTS["overloaded"]),
    "529 in the stream": _cured(FAULTS["overloaded_midway"]),
    # It breaks.
    "500": _fault("server_error", "server", 2),
    "500, then well": _cured(FAULTS["server_error"]),
    "500 that is not worth it": Row([error(500, headers={"x-should-retry": "false"})], "server", 1),
    "502 with a web page": _fault("bad_gateway", "server", 2),
    "drop before the stream": _fault("drop_first", "connection", 2),
    "drop in the stream": _fault("drop", "connection", 2, HALF),
    "drop, then well": _cured(FAULTS["drop"]),
    "reset": _fault("reset", "connection", 2, HALF),
    "reset, then well": _cured(FAULTS["reset"]),
    "no connection": Row([answer()], "connection", 2, elsewhere="http://127.0.0.1:1"),
    "no HTTP": Row([answer()], "connection", 2, elsewhere="http://127.0.0.1:{banner}"),
    "TLS where none is spoken": Row(
        [answer()], "connection", 2, elsewhere="https://127.0.0.1:{port}"
    ),
    "TLS that is refused": Row([answer()], "connection", 2, elsewhere="https://127.0.0.1:{alert}"),
    "TLS by a stranger": Row([answer()], "connection", 2, elsewhere="https://127.0.0.1:{stranger}"),
    # It ends too early.
    "stream that just ends": _fault("ends_early", "connection", 2, HALF),
    "stream without its last event": _fault("no_stop_event", "connection", 2, WHOLE),
    "stream without a stop reason": _fault("no_stop_reason", "connection", 2, WHOLE),
    "half an event": _fault("half_event", "connection", 2, HALF),
    "nothing": _fault("empty", "connection", 2),
    # It talks nonsense.
    "garbage JSON": _fault("garbage", "server", 2, HALF),
    "bytes that are no UTF-8": _fault("not_utf8", "server", 2, HALF),
    "huge event": Row([(*cut(answer(), 4), Send(_HUGE))], "server", 2, HALF),
    "huge line": Row([(Head(), *[Send(b"x" * 2**20)] * 18)], "server", 2),
    "web page": _fault("html", "bad_request", 1),
    "JSON instead of a stream": _fault("json", "bad_request", 1),
    "redirect": _fault("redirect", "bad_request", 1),
    # It says no.
    "400": _fault("bad_request", "bad_request", 1),
    "prompt too long": _fault("too_long", "bad_request", 1),
    "401": _fault("unauthorized", "auth", 1),
    "403": _fault("forbidden", "auth", 1),
    "404": _fault("not_found", "bad_request", 1),
    "413": _fault("too_large", "bad_request", 1),
    "refusal": _fault("refusal", "refusal", 1, WHOLE),
    "cut off": _fault("truncated", "truncated", 1, WHOLE),
    "no text": Row([answer([])], "empty", 2),
    # It is too busy more often than the task has retries: they are not for that.
    "429 for ever": _fault(
        "rate_limit", "rate_limit", 3, limits={"timeout": 6.0}, endless_attempts=True
    ),
    "429 again and again": Row(
        [*[error(429, headers=_NOW)] * 3, answer(GOOD)], "completed", 4, GOOD
    ),
    "529 again and again": Row(
        [*[error(529, headers=_NOW)] * 3, answer(GOOD)], "completed", 4, GOOD
    ),
}


async def run_of(
    server: MessagesServer, folder: Path, *tasks: Task, elsewhere: str | None = None
) -> Ended:
    """A run of these tasks, in a folder of its own; `elsewhere` is another backend's address."""
    make_own_folder(folder)
    backends = {"anthropic": AnthropicBackend(api_key=KEY, base_url=server.url)}
    if elsewhere is not None:
        backends["elsewhere"] = AnthropicBackend(api_key=KEY, base_url=elsewhere, name="elsewhere")
    plan = Plan(tasks=tasks, aggregate="collect")
    schedule = build(plan, backend="anthropic")
    crew = Crew(backends=backends)
    try:
        ended = await follow(
            Orchestrator(plan, schedule, crew, folder=folder, out=folder / "artifacts")
        )
        await server.wait_until(lambda s: s.open == 0)  # no request is left behind
    finally:
        for backend in backends.values():
            await backend.close()
    return ended


def healthy(received: Received) -> Reply:
    return answer(PIECES, model=received.model, interval=0.02)


async def play(row: Row, folder: Path, ports: Mapping[str, int]) -> Ended:
    """A run of three tasks, one of which has this row's trouble."""
    backend = "elsewhere" if row.elsewhere else None
    sick = task_named("sick", backend=backend, **{"retries": 1, **row.limits})
    async with MessagesServer(healthy) as server:
        server.on("work sick", *row.replies)
        url = row.elsewhere.format(port=server.port, **ports) if row.elsewhere else None
        left, right = task_named("left"), task_named("right")
        ended = await run_of(server, folder, left, sick, right, elsewhere=url)
        asked = [received.prompt for received in server.requests]
        assert sum("work left" in prompt for prompt in asked) == 1
        assert sum("work right" in prompt for prompt in asked) == 1
    return ended


async def all_at_once(
    plays: Mapping[str, Callable[[Path], Awaitable[Ended]]], folder: Path
) -> dict[str, Ended]:
    """Many runs at the same time, each with a server of its own."""
    places = asyncio.Semaphore(AT_ONCE)
    played: dict[str, Ended] = {}

    async def one(number: int, name: str) -> None:
        async with places:
            played[name] = await plays[name](folder / str(number))

    async with asyncio.TaskGroup() as group:
        for number, name in enumerate(plays):
            group.create_task(one(number, name))
    return played


async def play_all(folder: Path) -> dict[str, Ended]:
    async with strangers(folder) as ports:
        rows = {name: row for name, row in ROWS.items() if name not in left_out()}
        return await all_at_once(
            {name: partial(play, row, ports=ports) for name, row in rows.items()}, folder
        )


def left_out() -> set[str]:
    """Rows for which something is not installed here."""
    return set() if shutil.which("openssl") else {"TLS by a stranger"}


@asynccontextmanager
async def strangers(folder: Path) -> AsyncIterator[dict[str, int]]:
    """Servers that do not speak HTTP as they should, and their ports."""

    def says(words: bytes) -> Callable[[StreamReader, StreamWriter], Awaitable[None]]:
        async def speak(reader: StreamReader, writer: StreamWriter) -> None:
            await reader.read(1)
            writer.write(words)
            writer.close()

        return speak

    secure = None
    if not left_out():
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(await asyncio.to_thread(_certificate, folder))
    async with AsyncExitStack() as stack:
        ports = {}
        for name, words, context in (
            ("banner", b"SSH-2.0-server\r\n", None),
            ("alert", b"\x15\x03\x03\x00\x02\x02\x28", None),  # fatal: handshake_failure
            ("stranger", b"", secure),
        ):
            server = await asyncio.start_server(says(words), "127.0.0.1", 0, ssl=context)
            await stack.enter_async_context(server)
            ports[name] = server.sockets[0].getsockname()[1]
        yield ports


def _certificate(folder: Path) -> Path:
    """A key, and a certificate for it that nobody vouches for, in one file."""
    key, both = folder / "key.pem", folder / "both.pem"
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    names = ("-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(both))
    subprocess.run(["openssl", "req", "-x509", *new, *names], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + both.read_bytes())
    return both


def check(row: Row, ended: Ended) -> None:
    """What the row promises, and that nobody else noticed."""
    run = ended.run
    sick = run.tasks["sick"]
    assert (sick.error or sick.status) == row.ends, sick.why
    attempts = min(len(sick.attempts), row.attempts) if row.endless_attempts else len(sick.attempts)
    assert attempts == row.attempts, sick.why
    times = len(sick.text) // len(row.text) if row.endless else 1
    assert sick.text == row.text * times
    well = row.ends == "completed"
    assert run.finished is not None
    assert run.finished.verdict == ("COMPLETED" if well else "PARTIAL")
    assert f"{3 if well else 2} of 3 tasks completed" in ended.result
    for name in ("left", "right"):
        other = run.tasks[name]
        assert (other.status, len(other.attempts), other.text) == ("completed", 1, "".join(PIECES))
    ends = [event.task for event in ended.events if isinstance(event, _END)]
    assert not row.outlasts or ends[-1] == "sick"


_END = ev.TaskCompleted | ev.TaskFailed


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    return asyncio.run(play_all(tmp_path_factory.mktemp("matrix")))


@pytest.mark.parametrize("name", ROWS)
def test_a_fault_and_nobody_else(played: dict[str, Ended], name: str) -> None:
    if name in left_out():
        pytest.skip("needs a program that is not here")
    check(ROWS[name], played[name])


# Faults in any order, for everybody at once

SINGLE: dict[str, tuple[str, bool, str]] = {
    "drop_first": ("connection", True, ""),
    "drop": ("connection", True, HALF),
    "reset": ("connection", True, HALF),
    "ends_early": ("connection", True, HALF),
    "no_stop_event": ("connection", True, WHOLE),
    "half_event": ("connection", True, HALF),
    "empty": ("connection", True, ""),
    "stall": ("idle", True, HALF),
    "rate_limit": ("rate_limit", True, ""),
    "overloaded": ("server", True, ""),
    "overloaded_midway": ("server", True, HALF),
    "server_error": ("server", True, ""),
    "bad_gateway": ("server", True, ""),
    "garbage": ("server", True, HALF),
    "not_utf8": ("server", True, HALF),
    "html": ("bad_request", False, ""),
    "too_long": ("bad_request", False, ""),
    "unauthorized": ("auth", False, ""),
    "refusal": ("refusal", False, WHOLE),
    "truncated": ("truncated", False, WHOLE),
}
"""What one fault means for an attempt: the error's kind, whether it is tried again, its text."""
BUSY = ("rate_limit", "overloaded", "overloaded_midway")
"""Faults that use up none of a task's retries."""


def expected(faults: Sequence[str], retries: int) -> tuple[str, int, str]:
    """How a task ends that meets these faults and then a good answer: how, attempts, text."""
    texts, failures = [], 0
    for number, name in enumerate(faults, 1):
        kind, again, text = SINGLE[name]
        texts.append(text)
        failures += name not in BUSY
        if not again or failures > retries:
            return kind, number, max(texts, key=len)
    return "completed", len(faults) + 1, GOOD


async def storm(seed: int, folder: Path) -> Ended:
    """A run of six tasks with faults at random, each checked against what is expected of it."""
    chance = random.Random(seed)
    tasks, wanted = [], {}
    async with MessagesServer(healthy) as server:
        for name in "abcdef":
            faults = chance.choices(sorted(SINGLE), k=chance.choice((0, 0, 1, 1, 2, 3)))
            retries = chance.randint(0, 2)
            tasks.append(task_named(name, retries=retries, idle_timeout=2.0))
            wanted[name] = expected(faults, retries)
            server.on(f"work {name} ", *(FAULTS[fault] for fault in faults), answer(GOOD))
        ended = await run_of(server, folder, *tasks)
        run = ended.run
        came = {
            task.id: (task.error or task.status, len(task.attempts), task.text)
            for task in run.tasks.values()
        }
        assert came == wanted, f"seed {seed}"
        assert len(server.requests) == sum(attempts for _, attempts, _ in wanted.values())
    done = sum(how == "completed" for how, _, _ in wanted.values())
    assert run.finished is not None and run.finished.census.completed == done
    word = "COMPLETED" if done == 6 else "PARTIAL" if done else "FAILED"
    assert run.finished.verdict == word
    return ended


@form("runs", 6, 240)
async def test_faults_in_any_order(tmp_path: Path, runs: int) -> None:
    first = int(os.environ.get("FAULTS_SEED") or secrets.randbelow(10**6))
    seeds = range(first, first + runs)
    await all_at_once({str(seed): partial(storm, seed) for seed in seeds}, tmp_path)
