"""Agent programs that misbehave: a clear error on the task, and nothing of them stays."""

import asyncio
import errno
import signal
import threading
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from orchtui.engine.backends import agent_program, program_trouble
from orchtui.engine.backends.base import Alive, BackendEvent, Finished, Started, Text, ToolCalled
from orchtui.engine.backends.program_lines import LINE_LIMIT
from tests.engine.backends.program_helpers import (
    assignment,
    ended_at_last,
    failure,
    gone,
    lines,
    nothing_left,
    play,
    preset,
    run,
    until,
)

DELTA = {
    "type": "stream_event",
    "event": {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hi"}},
}
RESULT = {"type": "result", "subtype": "success", "is_error": False, "stop_reason": "end_turn"}
GOOD = lines(DELTA, RESULT)
ANSWER = [Started(), Text("hi"), Finished("end_turn")]


@pytest.fixture(autouse=True)
def clean_end(tmp_path: Path) -> Iterator[None]:
    with nothing_left(tmp_path / "temporary"):
        yield


@pytest.mark.parametrize(
    ("steps", "exit_code", "words"),
    [
        pytest.param([], 0, ["ended without saying that it finished"], id="silent"),
        pytest.param([["out", "hello\n"]], 0, ["without saying", "hello"], id="not JSON"),
        pytest.param([["out", "42\n[]\n"]], 0, ["without saying", "42"], id="not objects"),
        pytest.param([lines(DELTA)], 0, ["without saying"], id="no result"),
        pytest.param([["out", '{"type": "result"']], 0, ["without saying"], id="half a line"),
        pytest.param([["bytes", "fffe00010a" * 50]], 0, ["without saying"], id="binary"),
        pytest.param([["err", "boom\n"]], 3, ["exit code 3", "boom"], id="exit code"),
        pytest.param([["out", "odd\n"]], 3, ["exit code 3", "odd"], id="says it on stdout"),
        pytest.param([GOOD], 5, ["exit code 5"], id="a good result, a bad end"),
        pytest.param([GOOD, ["kill", signal.SIGKILL]], 0, ["SIGKILL"], id="signal"),
        pytest.param([["close"]], 4, ["exit code 4"], id="closes its output"),
    ],
)
async def test_what_a_program_does_wrong_is_said(
    tmp_path: Path, steps: list[list[Any]], exit_code: int, words: list[str]
) -> None:
    given = assignment(tmp_path, *play(tmp_path, *steps, exit=exit_code))
    error = await failure(preset("claude"), given)
    assert error.kind == "command"
    assert not error.retryable
    assert [word for word in words if word not in error.message] == []


@pytest.mark.parametrize(
    ("said", "kind", "retryable"),
    [
        ("Error: No key found - add one", "auth", False),
        ("Error: Error code: 401 - wrong", "auth", False),
        ("429 Too Many Requests", "rate_limit", True),
        ("connect ECONNREFUSED 127.0.0.1:1", "connection", True),
        ("status 503", "server", True),
        ("Error: 'Unknown model: nobody-1'", "bad_request", False),
        ("segmentation fault", "command", False),
    ],
)
@pytest.mark.parametrize("name", ["llm", "claude"])
async def test_the_last_words_of_a_program_tell_what_kind_of_failure_it_is(
    tmp_path: Path, name: str, said: str, kind: str, retryable: bool
) -> None:
    given = assignment(tmp_path, *play(tmp_path, ["err", said], exit=1))
    error = await failure(preset(name), given)
    assert (error.kind, error.retryable) == (kind, retryable)
    assert said in error.message


@pytest.mark.parametrize("name", ["claude", "codex", "gemini", "opencode", "llm"])
async def test_one_that_names_a_variable_that_was_kept_from_it_is_told_how_to_get_it(
    tmp_path: Path, name: str
) -> None:
    backend = preset(name, {"HOUSE_TOKEN": "given-to-nobody-1"})
    command = play(tmp_path, ["err", "429: Missing environment variable: `HOUSE_TOKEN`."], exit=1)

    error = await failure(backend, assignment(tmp_path, *command))
    passed_on = await failure(backend, assignment(tmp_path, *command, env=("HOUSE_TOKEN",)))

    assert "`env: [HOUSE_TOKEN]` at the task passes it on" in error.message
    assert "env:" not in passed_on.message
    assert (error.kind, error.retryable) == (passed_on.kind, passed_on.retryable)


async def test_it_is_told_too_where_the_program_says_it_in_its_output(tmp_path: Path) -> None:
    refused = {**RESULT, "is_error": True, "result": "API Error: 401 no HOUSE_TOKEN"}
    given = assignment(tmp_path, *play(tmp_path, lines(refused), exit=1))

    error = await failure(preset("claude", {"HOUSE_TOKEN": "given-to-nobody-1"}), given)

    assert error.kind == "auth"
    assert "`env: [HOUSE_TOKEN]`" in error.message


@pytest.mark.parametrize("name", ["claude", "codex", "gemini", "opencode", "llm"])
async def test_a_program_that_is_not_there_comes_with_what_to_do(tmp_path: Path, name: str) -> None:
    backend = preset(name, {"PATH": str(tmp_path)})
    error = await failure(backend, assignment(tmp_path))
    assert f"'{name}' was not found" in error.message
    assert "install" in error.message


async def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "claude").write_text("hello")
    backend = preset("claude", {"PATH": str(tmp_path)})
    assert "chmod +x" in (await failure(backend, assignment(tmp_path))).message


async def test_a_missing_folder(tmp_path: Path) -> None:
    error = await failure(preset("claude"), assignment(tmp_path / "missing", "sh"))
    assert str(tmp_path / "missing") in error.message


async def test_it_need_not_read_its_input(tmp_path: Path) -> None:
    given = assignment(tmp_path, *play(tmp_path, GOOD, read=False), prompt="x" * 5_000_000)
    assert await run(preset("claude"), given) == ANSWER


async def test_too_much_text_ends_the_program(tmp_path: Path) -> None:
    """200 MB of good lines: the answer's bound is a tenth of it."""
    delta = {"type": "text_delta", "text": "x" * 100_000}
    event = {"type": "content_block_delta", "delta": delta}
    line = lines({"type": "stream_event", "event": event})[1]
    given = assignment(tmp_path, *play(tmp_path, ["many", line, 2000]))
    said = 0
    with pytest.raises(Exception, match="printed more than 20 MB") as caught:
        async for each in preset("claude").stream(given):
            said += len(each.text) if isinstance(each, Text) else 0
    assert getattr(caught.value, "kind", "") == "command"
    assert said == program_trouble.TEXT_LIMIT


@pytest.mark.parametrize("ended", [True, False])
async def test_a_line_of_50_mb_is_left_out(tmp_path: Path, ended: bool) -> None:
    line = ["many", "x" * 1_000_000, 50]
    steps = [line, ["out", "\n"], GOOD] if ended else [GOOD, line]
    given = assignment(tmp_path, *play(tmp_path, *steps))
    assert await run(preset("claude"), given) == ANSWER


async def test_a_result_that_was_too_long_is_told(tmp_path: Path) -> None:
    given = assignment(tmp_path, *play(tmp_path, ["many", "x" * (LINE_LIMIT // 8), 9]))
    assert "1 of its lines were too long" in (await failure(preset("claude"), given)).message


@pytest.mark.parametrize("name", ["claude", "llm"])
async def test_one_that_ignores_sigterm_is_ended_when_its_task_is_cancelled(
    tmp_path: Path, name: str
) -> None:
    ready = ["out", "ready\n"]
    child = tmp_path / "child"
    given = assignment(
        tmp_path, *play(tmp_path, ["stubborn"], ["child", str(child)], ready, ["wait"])
    )
    backend = preset(name)
    stream = cast(AsyncGenerator[BackendEvent, None], backend.stream(given))
    assert await anext(stream) == Started()
    assert isinstance(await anext(stream), Alive | Text)
    pid = int(child.read_text())
    assert not gone(pid)
    await stream.aclose()
    await until(lambda: gone(pid))


async def test_closing_the_backend_ends_all(tmp_path: Path) -> None:
    backend = preset("claude")
    given = assignment(tmp_path, *play(tmp_path, ["stubborn"], ["out", "ready\n"], ["wait"]))
    stream = backend.stream(given)
    await anext(stream)
    await anext(stream)
    await backend.close()
    await backend.close()
    with pytest.raises(Exception, match="SIGKILL"):
        await anext(stream)


@pytest.mark.parametrize("apart", [[], ["apart"]])
async def test_a_child_that_holds_the_output_open_can_not_hold_it_up(
    tmp_path: Path, apart: list[str]
) -> None:
    child = tmp_path / "child"
    given = assignment(tmp_path, *play(tmp_path, ["child", str(child), *apart], GOOD))
    with ended_at_last(child):
        assert await run(preset("claude"), given) == ANSWER
        if not apart:
            await until(lambda: gone(int(child.read_text())))


async def test_one_that_does_not_leave_after_its_last_word_is_ended(tmp_path: Path) -> None:
    given = assignment(tmp_path, *play(tmp_path, ["stubborn"], GOOD, ["wait"]))
    assert await run(preset("claude", tick=0.1), given) == ANSWER


async def test_one_that_closes_its_output_after_its_last_word_and_stays_is_ended(
    tmp_path: Path,
) -> None:
    given = assignment(tmp_path, *play(tmp_path, GOOD, ["close"], ["wait"]))
    assert await run(preset("claude", tick=0.1), given) == ANSWER


async def test_while_a_tool_runs_silence_is_a_sign_of_life(tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    use = {"type": "tool_use", "id": "1", "name": "Bash", "input": {"command": "make"}}
    called = lines({"type": "assistant", "message": {"content": [use]}})
    given = assignment(tmp_path, *play(tmp_path, called, ["until", str(go_on)], GOOD))
    stream = preset("claude", tick=0.02).stream(given)
    assert await anext(stream) == Started()
    assert await anext(stream) == ToolCalled("1", "Bash", '{"command": "make"}')
    assert [await anext(stream) for _ in range(5)] == [Alive()] * 5
    go_on.touch()
    assert [event async for event in stream if event != Alive()] == ANSWER[1:]


async def test_without_a_tool_silence_is_silence(tmp_path: Path) -> None:
    given = assignment(tmp_path, *play(tmp_path, ["out", "{}\n"], ["wait"]))
    stream = cast(AsyncGenerator[BackendEvent, None], preset("claude", tick=0.01).stream(given))
    assert [await anext(stream), await anext(stream)] == [Started(), Alive()]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await anext(stream)
    await stream.aclose()


async def test_cancelled_while_it_writes_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    write = agent_program._write

    def slow(text: str) -> str:
        begun.set()
        go_on.wait(20)
        return write(text)

    monkeypatch.setattr(agent_program, "_write", slow)
    given = assignment(tmp_path, *play(tmp_path, GOOD), system="s" * 100_000)
    reader = asyncio.create_task(run(preset("claude"), given))
    await until(begun.is_set)
    reader.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await reader


async def test_no_room_for_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(text: str) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(agent_program, "_write", full)
    given = assignment(tmp_path, *play(tmp_path, GOOD), system="s" * 100_000)
    error = await failure(preset("claude"), given)
    assert error.kind == "command"
    assert "No space left" in error.message


@pytest.mark.parametrize("turns", range(0, 30, 3))
async def test_cancelled_while_it_starts(tmp_path: Path, turns: int) -> None:
    given = assignment(tmp_path, *play(tmp_path, ["wait"]), system="s" * 100_000)
    reader = asyncio.create_task(run(preset("claude"), given))
    for _ in range(turns):
        await asyncio.sleep(0)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader


async def test_many_at_once(tmp_path: Path) -> None:
    backend = preset("claude")
    given = assignment(tmp_path, *play(tmp_path, GOOD), system="s" * 100_000)
    assert await asyncio.gather(*(run(backend, given) for _ in range(12))) == [ANSWER] * 12
