"""CommandBackend with real programs: what they print, how they end, that nothing of them stays."""

import asyncio
import gc
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from orchtui.engine.backends.base import Assignment, BackendEvent, Finished, Started, Text
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.backends.program_trouble import TEXT_LIMIT
from orchtui.engine.errors import BackendError

PROC = Path("/proc/self/fd")


@pytest.fixture(autouse=True)
def no_leaked_descriptors() -> Iterator[None]:
    """Every test gives back all the file descriptors that it opened."""
    gc.collect()
    before = len(list(PROC.iterdir())) if PROC.exists() else 0
    yield
    gc.collect()
    after = len(list(PROC.iterdir())) if PROC.exists() else 0
    # Fewer is possible: the anyio runner's own descriptors may close in between.
    assert after <= before


def assignment(
    tmp_path: Path,
    *command: str,
    prompt: str = "the prompt",
    system: str = "",
    env: tuple[str, ...] = (),
) -> Assignment:
    return Assignment(
        task="t",
        attempt=1,
        specialist="analyst",
        system=system,
        prompt=prompt,
        max_tokens=100,
        command=command,
        env=env,
        folder=str(tmp_path),
    )


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-u", "-c", code)


async def run(given: Assignment, backend: CommandBackend | None = None) -> list[BackendEvent]:
    return [event async for event in (backend or CommandBackend()).stream(given)]


async def output(given: Assignment, backend: CommandBackend | None = None) -> str:
    events = await run(given, backend)
    assert isinstance(events[0], Started)
    assert events[-1] == Finished("exit")
    assert all(isinstance(event, Text) for event in events[1:-1])
    return "".join(event.text for event in events if isinstance(event, Text))


async def failure(given: Assignment, backend: CommandBackend | None = None) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await run(given, backend)
    assert caught.value.kind == "command"
    assert not caught.value.retryable
    return caught.value


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie that nobody has collected yet has."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state in "ZX"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.005)


def numbers(file: Path) -> list[int]:
    """The process ids that stand in the file so far."""
    return [int(pid) for pid in file.read_text().split()] if file.exists() else []


# What goes in


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["{prompt}"], "[a {system} $HOME b]", id="prompt"),
        pytest.param(["--x={prompt}!"], "[--x=a {system} $HOME b!]", id="inside an argument"),
        pytest.param(["{system}", "{prompt}"], "[be {prompt}][a {system} $HOME b]", id="system"),
        pytest.param(
            ["{other}", "{}", "{{prompt}}"], "[{other}][{}][{a {system} $HOME b}]", id="braces"
        ),
        pytest.param(["a b", "*", "$HOME", ";"], "[a b][*][$HOME][;]", id="never a shell"),
    ],
)
async def test_arguments(tmp_path: Path, arguments: list[str], expected: str) -> None:
    shown = ("sh", "-c", 'printf "[%s]" "$@"', "sh", *arguments)
    given = assignment(tmp_path, *shown, prompt="a {system} $HOME b", system="be {prompt}")
    assert await output(given) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [([], "the prompt é"), (["{system}"], "the prompt é"), (["{prompt}"], "")],
)
async def test_standard_input_carries_the_prompt_unless_an_argument_does(
    tmp_path: Path, arguments: list[str], expected: str
) -> None:
    given = assignment(tmp_path, "sh", "-c", "cat", "sh", *arguments, prompt="the prompt é")
    assert await output(given) == expected


async def test_an_empty_prompt_is_an_empty_input(tmp_path: Path) -> None:
    assert await output(assignment(tmp_path, "cat", prompt="")) == ""


async def test_a_large_prompt_comes_whole(tmp_path: Path) -> None:
    prompt = "0123456789" * 500_000
    assert (await output(assignment(tmp_path, "wc", "-c", prompt=prompt))).strip() == "5000000"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("print('done')", id="never reads"),
        pytest.param("import os; os.read(0, 9); os.close(0); print('done')", id="closes it early"),
        pytest.param("import time; time.sleep(0.1); print('done')", id="ends later"),
    ],
)
async def test_a_program_need_not_read_its_input(tmp_path: Path, code: str) -> None:
    given = assignment(tmp_path, *python(code), prompt="x" * 5_000_000)
    assert await output(given) == "done\n"


async def test_one_that_names_a_variable_that_was_kept_from_it_is_told_how_to_get_it(
    tmp_path: Path,
) -> None:
    backend = CommandBackend({**os.environ, "HOUSE_TOKEN": "given-to-nobody-1"})
    command = ("sh", "-c", "echo HOUSE_TOKEN is not set >&2; exit 1")

    with pytest.raises(BackendError, match=r"`env: \[HOUSE_TOKEN\]` at the task passes it on"):
        await run(assignment(tmp_path, *command), backend)
    with pytest.raises(BackendError, match=r"HOUSE_TOKEN is not set\Z"):
        await run(assignment(tmp_path, *command, env=("HOUSE_TOKEN",)), backend)


async def test_it_runs_in_the_project_folder_with_the_given_environment(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    backend = CommandBackend({"PATH": os.environ["PATH"], "GREETING": "hello"})
    given = assignment(tmp_path, "sh", "-c", 'ls; echo "$GREETING,$HOME"')
    assert await output(given, backend) == "here\nhello,\n"


async def test_a_program_of_the_folder_is_found_from_there(tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text("#!/bin/sh\necho mine\n")
    script.chmod(0o755)
    assert await output(assignment(tmp_path, "./tool")) == "mine\n"


async def test_it_has_a_session_of_its_own(tmp_path: Path) -> None:
    code = "import os; print(os.getsid(0) == os.getpgrp() == os.getpid())"
    assert await output(assignment(tmp_path, *python(code))) == "True\n"


# What comes out


async def test_output_is_streamed_as_it_comes(tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    script = f"echo one; while ! test -e '{go_on}'; do sleep 0.01; done; echo two"
    stream = CommandBackend().stream(assignment(tmp_path, "sh", "-c", script))
    assert await anext(stream) == Started()
    assert await anext(stream) == Text("one\n")  # the program still waits
    go_on.touch()
    assert [event async for event in stream] == [Text("two\n"), Finished("exit")]


async def test_characters_split_over_two_reads_stay_whole(tmp_path: Path) -> None:
    text = "aé€😀z"
    code = (
        "import os, time\n"
        f"for byte in {text.encode()!r}: os.write(1, bytes([byte])); time.sleep(0.005)"
    )
    events = await run(assignment(tmp_path, *python(code)))
    texts = [event.text for event in events if isinstance(event, Text)]
    assert "".join(texts) == text
    assert len(texts) > 1


async def test_binary_output_is_replaced_not_refused(tmp_path: Path) -> None:
    code = "import os; os.write(1, bytes(range(256)) + b'ok\\xe2\\x82')"
    text = await output(assignment(tmp_path, *python(code)))
    assert text.startswith("\x00\x01")
    assert text.endswith("ok\ufffd")


async def test_a_fast_program_waits_for_a_slow_reader(tmp_path: Path) -> None:
    written = tmp_path / "written"
    code = (
        "import os\n"
        "for n in range(200):\n"
        "    os.write(1, b'x' * 100_000)\n"
        f"    open({str(written)!r}, 'w').write(str(n))"
    )
    stream = CommandBackend().stream(assignment(tmp_path, *python(code)))
    await anext(stream)
    await anext(stream)
    await asyncio.sleep(0.2)
    assert int(written.read_text()) < 20  # of 200: the rest waits in the program
    rest = [event async for event in stream]
    assert rest[-1] == Finished("exit")


async def test_of_200_mb_a_tenth_is_taken(tmp_path: Path) -> None:
    size, pieces = 0, 0
    given = assignment(tmp_path, "head", "-c", "200000000", "/dev/zero")
    with pytest.raises(BackendError, match="printed more than 20 MB") as caught:
        async for event in CommandBackend().stream(given):
            if isinstance(event, Text):
                size += len(event.text)
                pieces += 1
                assert len(event.text) <= 256 * 1024
    assert caught.value.kind == "command"
    assert not caught.value.retryable
    assert TEXT_LIMIT - 256 * 1024 < size <= TEXT_LIMIT
    assert pieces > 70


async def test_one_that_prints_for_ever_is_ended(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    given = assignment(tmp_path, "sh", "-c", f"echo $$ > '{marker}'; trap '' TERM; yes; yes")
    assert "20 MB" in (await failure(given, CommandBackend(grace=0.1))).message
    await until(lambda: gone(int(marker.read_text())))


async def test_as_much_as_is_allowed_is_allowed(tmp_path: Path) -> None:
    given = assignment(tmp_path, "head", "-c", str(TEXT_LIMIT), "/dev/zero")
    assert len(await output(given)) == TEXT_LIMIT


async def test_a_prompt_that_nobody_reads(tmp_path: Path) -> None:
    given = assignment(tmp_path, "echo", "done", prompt="x" * 5_000_000)
    assert await output(given) == "done\n"


async def test_what_a_slow_reader_left_is_read_after_the_end(tmp_path: Path) -> None:
    backend = CommandBackend(linger=0.05)
    code = "import os; os.write(1, b'x' * 60_000)\nos.write(1, b'y' * 60_000)"
    texts = []
    async for event in backend.stream(assignment(tmp_path, *python(code))):
        await asyncio.sleep(0.2)
        if isinstance(event, Text):
            texts.append(event.text)
    assert len("".join(texts)) == 120_000


async def test_output_closed_early_is_not_the_end(tmp_path: Path) -> None:
    done = tmp_path / "done"
    script = f"echo out; exec >&- 2>&-; sleep 0.2; touch '{done}'; exit 0"
    assert await output(assignment(tmp_path, "sh", "-c", script)) == "out\n"
    assert done.exists()


# How it ends badly


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo why >&2; exit 3", ["'sh' ended with exit code 3", "why"]),
        ("exit 1", ["exit code 1", "said nothing"]),
        ("echo dying >&2; kill -KILL $$", ["SIGKILL", "dying"]),
        ("kill -TERM $$", ["SIGTERM"]),
    ],
)
async def test_the_end_is_told_with_the_last_words(
    tmp_path: Path, script: str, words: list[str]
) -> None:
    error = await failure(assignment(tmp_path, "sh", "-c", script))
    assert [word for word in words if word not in error.message] == []


async def test_text_before_a_failure_is_given(tmp_path: Path) -> None:
    stream = CommandBackend().stream(assignment(tmp_path, "sh", "-c", "echo kept; exit 1"))
    assert [await anext(stream), await anext(stream)] == [Started(), Text("kept\n")]
    with pytest.raises(BackendError):
        await anext(stream)


async def test_of_standard_error_only_the_tail_is_kept_and_cleaned(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "line = 'x' * 99 + '\\n'\n"
        "for _ in range(2000): sys.stderr.write(line * 100)\n"
        "for n in range(20): sys.stderr.write(f'\\x1b[31mline {n}\\x1b[0m\\r\\n')\n"
        "sys.exit(9)"
    )
    error = await failure(assignment(tmp_path, *python(code)))
    lines = error.message.splitlines()
    assert lines[1:] == [f"line {n}" for n in range(10, 20)]


async def test_an_endless_line_of_standard_error_is_cut(tmp_path: Path) -> None:
    error = await failure(
        assignment(tmp_path, "sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' e >&2; exit 1")
    )
    assert 1500 < len(error.message) < 2500


def _plain_file(tmp_path: Path) -> str:
    (tmp_path / "notes.txt").write_text("hello")
    return "./notes.txt"


def _no_interpreter(tmp_path: Path) -> str:
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    return "./script"


def _no_format(tmp_path: Path) -> str:
    script = tmp_path / "blob"
    script.write_bytes(b"\x01\x02\x03")
    script.chmod(0o755)
    return "./blob"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: "no-such-program-here", "'no-such-program-here' was not found"),
        (_plain_file, "'./notes.txt' may not be executed"),
        (lambda _: "/", "'/' may not be executed"),
        (_no_interpreter, "interpreter"),
        (_no_format, "can not run: Exec format error"),
        (lambda _: "nul\0byte", "can not run: embedded null byte"),
    ],
)
async def test_a_program_that_can_not_start(
    tmp_path: Path, make: Callable[[Path], str], words: str
) -> None:
    assert words in (await failure(assignment(tmp_path, make(tmp_path)))).message


async def test_no_program_at_all(tmp_path: Path) -> None:
    assert "names no program" in (await failure(assignment(tmp_path))).message


async def test_a_missing_folder(tmp_path: Path) -> None:
    error = await failure(assignment(tmp_path / "missing", "echo"))
    assert str(tmp_path / "missing") in error.message
    assert "No such file or directory" in error.message


async def test_too_long_an_argument(tmp_path: Path) -> None:
    error = await failure(assignment(tmp_path, "echo", "{prompt}", prompt="x" * 5_000_000))
    assert "too long" in error.message
    assert "standard input" in error.message


# Nothing of it stays

FAMILY = """
import os, signal, subprocess, sys, time
if {stubborn}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = "import os, time; print(os.getpid(), file=open({file!r}, 'a'), flush=True); time.sleep(600)"
children = [subprocess.Popen([sys.executable, "-c", child]) for _ in range(2)]
print(os.getpid(), file=open({file!r}, "a"), flush=True)
print("ready", flush=True)
{then}
"""


def family(file: Path, *, stubborn: bool, then: str = "time.sleep(600)") -> tuple[str, ...]:
    """A program with two children, all of which write their process ids into the file."""
    return python(FAMILY.format(file=str(file), stubborn=stubborn, then=then))


async def members(file: Path) -> list[int]:
    await until(lambda: len(numbers(file)) == 3)
    return numbers(file)


@pytest.mark.parametrize("stubborn", [False, True])
async def test_cancelling_ends_the_whole_family(tmp_path: Path, stubborn: bool) -> None:
    file = tmp_path / "pids"
    backend = CommandBackend(grace=0.1)
    reader = asyncio.create_task(
        run(assignment(tmp_path, *family(file, stubborn=stubborn)), backend)
    )
    family_pids = await members(file)
    assert not any(gone(pid) for pid in family_pids)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    await until(lambda: all(gone(pid) for pid in family_pids))


async def test_closing_the_iterator_ends_the_whole_family(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    stream = CommandBackend(grace=0.1).stream(assignment(tmp_path, *family(file, stubborn=False)))
    await anext(stream)
    await anext(stream)
    family_pids = await members(file)
    await cast(AsyncGenerator[BackendEvent, None], stream).aclose()
    await until(lambda: all(gone(pid) for pid in family_pids))


async def test_a_timeout_ends_the_whole_family(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    given = assignment(tmp_path, *family(file, stubborn=True))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(None) as limit:
            async for event in CommandBackend(grace=0.1).stream(given):
                if isinstance(event, Text):
                    family_pids = await members(file)
                    limit.reschedule(asyncio.get_running_loop().time() + 0.05)
    await until(lambda: all(gone(pid) for pid in family_pids))


async def test_closing_the_backend_ends_everything_twice_is_safe(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    backend = CommandBackend(grace=0.1)
    given = assignment(tmp_path, *family(file, stubborn=True))
    reader = asyncio.create_task(run(given, backend))
    family_pids = await members(file)
    await backend.close()
    await backend.close()
    await until(lambda: all(gone(pid) for pid in family_pids))
    with pytest.raises(BackendError, match="SIGKILL"):
        await reader


async def test_cancelled_again_and_again_it_still_ends(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    backend = CommandBackend(grace=0.2)
    given = assignment(tmp_path, *family(file, stubborn=True))
    reader = asyncio.create_task(run(given, backend))
    family_pids = await members(file)
    while not reader.done():
        reader.cancel()
        await asyncio.sleep(0)
    await backend.close()
    await until(lambda: all(gone(pid) for pid in family_pids))


async def test_cancelled_while_it_starts(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    for turns in range(8):
        backend = CommandBackend(grace=0.1)
        script = f"echo $$ >> '{marker}'; sleep 600 & wait"
        reader = asyncio.create_task(run(assignment(tmp_path, "sh", "-c", script), backend))
        for _ in range(turns):
            await asyncio.sleep(0)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
    assert all(gone(pid) for pid in numbers(marker))


async def test_a_program_may_end_by_itself_when_asked_to(tmp_path: Path) -> None:
    farewell = tmp_path / "farewell"
    script = (
        f"trap 'echo bye > \"{farewell}\"; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    )
    stream = CommandBackend(grace=5).stream(assignment(tmp_path, "sh", "-c", script))
    await anext(stream)
    assert await anext(stream) == Text("ready\n")
    await cast(AsyncGenerator[BackendEvent, None], stream).aclose()
    assert farewell.read_text() == "bye\n"


@pytest.mark.parametrize("code", [0, 4])
async def test_a_child_left_behind_with_the_output_open(tmp_path: Path, code: int) -> None:
    """The task ends with the program, and what it left behind ends too."""
    file = tmp_path / "pids"
    then = f"time.sleep(0.3); sys.stdout.flush(); os._exit({code})"
    given = assignment(tmp_path, *family(file, stubborn=False, then=then))
    backend = CommandBackend(grace=0.1, linger=0.1)
    if code:
        assert "exit code 4" in (await failure(given, backend)).message
    else:
        assert await output(given, backend) == "ready\n"
    family_pids = await members(file)
    await until(lambda: all(gone(pid) for pid in family_pids))


@pytest.mark.parametrize(
    "left",
    [
        pytest.param("yes &", id="endless output"),
        pytest.param("(while :; do echo tick; sleep 0.01; done) &", id="steady output"),
        pytest.param("sleep 600 >/dev/null &", id="only standard error"),
        pytest.param("sleep 600 >/dev/null 2>&1 &", id="neither"),
    ],
)
async def test_what_a_program_left_behind_can_not_hold_it_up(tmp_path: Path, left: str) -> None:
    marker = tmp_path / "pid"
    script = f"{left} echo $! > '{marker}'; echo done"
    text = await output(
        assignment(tmp_path, "sh", "-c", script), CommandBackend(grace=0.1, linger=0.1)
    )
    assert "done\n" in text
    await until(lambda: gone(int(marker.read_text())))


async def test_a_child_in_a_session_of_its_own_can_not_hold_it_up_either(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        f"    open({str(marker)!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(600)\n"
        f"while not os.path.exists({str(marker)!r}): time.sleep(0.01)\n"
        "print('done')"
    )
    given = assignment(tmp_path, *python(code), prompt="x" * 1_000_000)
    try:
        assert await output(given, CommandBackend(grace=0.1, linger=0.1)) == "done\n"
    finally:
        os.kill(int(marker.read_text()), 9)


async def test_many_at_once(tmp_path: Path) -> None:
    backend = CommandBackend()
    texts = await asyncio.gather(
        *(output(assignment(tmp_path, "cat", prompt=str(n)), backend) for n in range(40))
    )
    assert texts == [str(n) for n in range(40)]
    await backend.close()


async def test_a_finished_program_is_collected(tmp_path: Path) -> None:
    code = "import os; print(os.getpid())"
    pid = int(await output(assignment(tmp_path, *python(code))))
    with pytest.raises(ProcessLookupError):  # a zombie could still be signalled
        os.kill(pid, 0)


def test_a_loop_that_ends_while_a_program_runs_takes_it_along(tmp_path: Path) -> None:
    """Nobody closes the iterator: `asyncio.run` does."""
    pid = 0

    async def leave() -> None:
        nonlocal pid
        script = "echo $$; sleep 600 & wait"
        stream = CommandBackend(grace=0.1).stream(assignment(tmp_path, "sh", "-c", script))
        await anext(stream)
        event = await anext(stream)
        assert isinstance(event, Text)
        pid = int(event.text)

    asyncio.run(leave())
    deadline = time.monotonic() + 10
    while not gone(pid):
        assert time.monotonic() < deadline
        time.sleep(0.005)
