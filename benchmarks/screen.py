"""What the screen costs: cold start, key presses under load, long lists, large outputs, rest.

Everything happens in a real pseudo-terminal, orchtui and a bare Textual app in
turns. Under load the app streams every task through the real SDK from the
protocol server of the test-suite, which runs in a process of its own.

    make bench-ui ARGS='--tasks 100 --seconds 20 --rounds 3 --only load'
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.watched import Watched, picked_colour, watched

ORCHTUI = [sys.executable, "-m", "orchtui"]
BARE = [sys.executable, "-m", "benchmarks.bare_app"]
ROOT = Path(__file__).parent.parent
CHUNKS_A_SECOND = 50
_BETWEEN_KEYS = 0.11
"""Seconds; no multiple of the app's own beat."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0, help="of streaming, each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=[*CASES], action="append", help="this part alone")
    options = parser.parse_args()
    for name in options.only or CASES:
        with tempfile.TemporaryDirectory() as folder:
            CASES[name](Path(folder), options)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A terminal of 24 bit, a home of its own, and no key of the caller's."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    home = {"HOME": str(folder / "home"), "PYTHONPATH": paths}
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return {**kept, **home, **terminal, **more}


def plan(folder: Path, tasks: int, prompt: str = "Describe the letter number {n}.") -> str:
    """A plan file of tasks that need nothing of each other; its name."""
    limits = f"{{concurrency: {min(tasks, 1_000)}, max_tasks: {tasks}}}"
    lines = [f"limits: {limits}", "aggregate: none", "tasks:"]
    lines += [
        f"  - {{id: t{n}, title: Letter {n:04d}, prompt: '{prompt.format(n=n)}'}}"
        for n in range(tasks)
    ]
    (folder / "plan.yaml").write_text("\n".join(lines))
    return "plan.yaml"


def row(what: str, *figures: str) -> None:
    """One line of the table."""
    print(f"  {what:44}" + "".join(f"{figure:>16}" for figure in figures), flush=True)


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def spread(values: Sequence[float]) -> tuple[str, str, str]:
    """The median, p95 and p99."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return ms(statistics.median(values)), ms(cuts[94]), ms(cuts[98])


# Cold start


def start(folder: Path, options: argparse.Namespace) -> None:
    """From the start of the process to the first frame with everything in it."""
    there = environment(folder)
    few = plan(folder, 5)
    ways: dict[str, tuple[list[str], tuple[bytes, ...]]] = {
        "bare Textual app": (BARE, (b"Row 0029", b"Quit")),
        "orchtui, empty": ([*ORCHTUI, "open"], (b"5 Runs", b"READY", b"Help")),
        "orchtui, a plan of 5": (
            [*ORCHTUI, few],
            (b"5 Runs", b"Letter 0004", b"READY", b"Quit"),
        ),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(2 * options.rounds + 1):
        for name, (command, words) in ways.items():
            with watched(command, folder, there) as program:
                seconds = program.when(*words) - program.began
                if number:  # the first only warms the disk
                    taken[name].append(seconds)
    base = statistics.median(taken["bare Textual app"])
    print(f"Cold start to the first full frame, median and worst of {2 * options.rounds}")
    for name, values in taken.items():
        middle = statistics.median(values)
        row(name, ms(middle), ms(max(values)), f"{middle / base:.2f} x bare")
    _help(options.rounds, there, folder)


def _help(rounds: int, there: dict[str, str], folder: Path) -> None:
    def once(command: Sequence[str]) -> float:
        began = time.perf_counter()
        subprocess.run(command, cwd=folder, env=there, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - began

    ways = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "orchtui --help": [*ORCHTUI, "--help"],
    }
    taken = {
        name: statistics.median([once(command) for _ in range(4 * rounds)])
        for name, command in ways.items()
    }
    for name, seconds in taken.items():
        row(name, ms(seconds))


# Under load


@contextmanager
def server(chunks: int, interval: float, text: str = "word ") -> Iterator[str]:
    """The protocol server in a process of its own; its address."""
    command = [sys.executable, "-m", "tests.server", "--port", "0", "--chunks", str(chunks)]
    command += ["--interval", str(interval), "--text", text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def load(folder: Path, options: argparse.Namespace) -> None:
    """Key presses while every task streams; and what the screen costs the run itself."""
    chunks = round(options.seconds * CHUNKS_A_SECOND)
    name = plan(folder, options.tasks)
    bare = bare_keys(folder)
    delays: list[float] = []
    busy: list[float] = []
    makespans: dict[str, list[float]] = {"without": [], "with": []}
    with server(chunks, 1 / CHUNKS_A_SECOND) as url:
        there = environment(folder, ANTHROPIC_API_KEY="benchmark", ANTHROPIC_BASE_URL=url)
        for _ in range(options.rounds):
            flags = ["--backend", "anthropic"]
            subprocess.run(
                [*ORCHTUI, "run", name, *flags],
                cwd=folder,
                env=there,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
            )
            makespans["without"].append(makespan(folder))
            with watched([*ORCHTUI, name, *flags], folder, there) as program:
                _keys_under_load(program, options, delays, busy)
                program.when("✓ COMPLETED".encode())
                program.still()
            makespans["with"].append(makespan(folder))
    print(
        f"{options.tasks} tasks stream {CHUNKS_A_SECOND} chunks/s each for "
        f"{options.seconds:.0f} s, {options.rounds} rounds, {len(delays)} keys (median, p95, p99)"
    )
    row("key to change, bare app at rest", *spread(bare))
    row("key to change, orchtui under this load", *spread(delays))
    row("CPU of orchtui, of one core", f"{100 * statistics.median(busy):.0f} %")
    without, with_it = (statistics.median(makespans[key]) for key in ("without", "with"))
    row(
        "makespan without the screen",
        f"{without:.2f} s",
        f"{without / options.seconds:.3f} x ideal",
    )
    row("makespan with the screen", f"{with_it:.2f} s", f"{with_it / without:.3f} x without")


def makespan(folder: Path) -> float:
    """Of the latest run."""
    newest = max(folder.glob("artifacts/runs/*/summary.json"), key=lambda path: path.parent.name)
    summary = json.loads(newest.read_text())
    assert summary["verdict"] == "COMPLETED", summary
    return float(summary["makespan_s"])


def _keys_under_load(
    program: Watched, options: argparse.Namespace, delays: list[float], busy: list[float]
) -> None:
    program.when(b"Letter 0004")
    program.still()
    colour = picked_colour(program, b"j", b"k")
    place = program.press(b"r")[1]
    if b"costs money" in _either(program, place, b"costs money", b"RUNNING"):
        program.press(b"r")
    program.when(b"RUNNING", place=place)
    time.sleep(2.0)  # all have begun
    began, used = time.perf_counter(), program.cpu
    row_now = program.marked(colour, -1, program.place)[1]
    end = began + options.seconds - 4.5
    keys = [b"j", b"k"]
    while time.perf_counter() < end:
        moment, place = program.press(keys[0])
        painted, row_now = program.marked(colour, row_now, place)
        delays.append(painted - moment)
        keys.reverse()
        time.sleep(_BETWEEN_KEYS)
        if len(delays) % 20 == 0:
            program.forget()
    busy.append((program.cpu - used) / (time.perf_counter() - began))


def _either(program: Watched, place: int, *words: bytes) -> bytes:
    """What was written until one of these stood there."""
    end = time.perf_counter() + 30
    while time.perf_counter() < end:
        seen = program.raw(place)
        if any(word in seen for word in words):
            return seen
        time.sleep(0.05)
    raise TimeoutError(f"none of {words!r}: {program.text}")


def bare_keys(folder: Path) -> list[float]:
    """The same measure of the bare app."""
    with watched(BARE, folder, environment(folder)) as program:
        program.when(b"Row 0029")
        program.still()
        colour = picked_colour(program, b"j", b"k")
        program.press(b"j")
        program.still()
        return _alternating(program, colour, 60)


def _alternating(program: Watched, colour: bytes, count: int) -> list[float]:
    delays, keys, row_now = [], [b"k", b"j"], -1
    for number in range(count + 1):
        moment, place = program.press(keys[0])
        painted, row_now = program.marked(colour, row_now, place)
        if number:  # the first only tells the row
            delays.append(painted - moment)
        keys.reverse()
        time.sleep(_BETWEEN_KEYS)
    return delays


# Much of it


def many(folder: Path, options: argparse.Namespace) -> None:
    """A thousand tasks, in the list and on the timeline."""
    _many(folder, 1_000, options.rounds, check_s=2.0)


def most(folder: Path, options: argparse.Namespace) -> None:
    """Ten thousand of them."""
    _many(folder, 10_000, options.rounds, check_s=20.0)


def _many(folder: Path, tasks: int, rounds: int, check_s: float) -> None:
    name = plan(folder, tasks, "Say {n} [rehearse: 3 words, 1 ms]")
    there = environment(folder)
    flags = ["--backend", "rehearsal"]
    print(f"{tasks:,} tasks: open, then steps (median, p95, p99)")
    few = folder / "few"
    few.mkdir()
    plan(few, 5)
    opened: dict[Path, list[float]] = {few: [], folder: []}
    for _ in range(rounds):
        for where, times in opened.items():
            with watched([*ORCHTUI, name, *flags], where, there) as program:
                times.append(program.when(b"Letter 0004", b"READY") - program.began)
    extra = statistics.median(opened[folder]) - statistics.median(opened[few])
    row("list: first frame beyond that of 5 tasks", ms(extra))
    began = time.perf_counter()
    subprocess.run(
        [*ORCHTUI, "run", name, *flags],
        cwd=folder,
        env=there,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    row("orchtui run, from its start to its end", f"{time.perf_counter() - began:.1f} s")
    with watched([*ORCHTUI, name, *flags], folder, there) as program:
        program.when(b"Letter 0004", b"READY")
        program.still(check_s)  # the check of all pairs
        row("list: a step down", *spread(_steps(program, b"j", 40)))
        row("list: a page down", *spread(_steps(program, b"\x1b[6~", 20)))
        row("timeline: open the past run", ms(_open_past(program)))
        row("timeline: a step down", *spread(_steps(program, b"j", 40)))
        row("timeline: a page down", *spread(_steps(program, b"\x1b[6~", 20)))
        row("memory", f"{program.memory / 2**20:.0f} MB")


def _open_past(program: Watched) -> float:
    program.press(b"5")
    program.when(b"COMPLETED")
    program.still(1.0)
    moment, place = program.press(b"\r")
    seconds = program.when(b"past run", place=place) - moment
    program.still(1.0)
    return seconds


def _steps(program: Watched, key: bytes, count: int) -> list[float]:
    """From a key to the first of what it changes, in an app at rest."""
    delays = []
    for _ in range(count):
        moment, place = program.press(key)
        delays.append(program.first(place) - moment)
        program.still(0.15)
    return delays


def large(folder: Path, options: argparse.Namespace) -> None:
    """One output of 20 MB."""
    line = ("Tea is a drink that many people like, and here is another line of it. " * 2).strip()
    chunk = f"{line}\n" * 700  # 100 kB, near what an argument may have
    chunks = 20_000_000 // len(chunk)
    name = plan(folder, 1)
    with server(chunks, 0.001, chunk) as url:
        there = environment(folder, ANTHROPIC_API_KEY="benchmark", ANTHROPIC_BASE_URL=url)
        subprocess.run(
            [*ORCHTUI, "run", name, "--backend", "anthropic"],
            cwd=folder,
            env=there,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    print(f"An output of {chunks * len(chunk) / 1e6:.0f} MB: open, then steps (median, p95, p99)")
    with watched([*ORCHTUI, name], folder, environment(folder)) as program:
        program.when(b"Letter 0000", b"READY")
        program.still(1.0)
        before = program.memory
        row("open the past run, its output beside it", ms(_open_past(program)))
        moment, place = program.press(b"4")
        row("go to the output", ms(program.first(place) - moment))
        program.still(1.0)
        row("a line up", *spread(_steps(program, b"k", 30)))
        row("a page up", *spread(_steps(program, b"\x1b[5~", 30)))
        row(
            "to the beginning, to the end",
            *(ms(_steps(program, key, 1)[0]) for key in (b"g", b"G")),
        )
        row("memory, and what the run added", *_memory(before, program.memory))


def _memory(before: int, now: int) -> tuple[str, str]:
    return f"{now / 2**20:.0f} MB", f"{(now - before) / 2**20:.0f} MB"


def rest(folder: Path, options: argparse.Namespace) -> None:
    """Processor time while nothing happens, for ten seconds."""
    name = plan(folder, 100, "Say {n} [rehearse: 3 words, 1 ms]")
    print("At rest, of one core")
    for what, command, words in (
        ("bare Textual app", BARE, b"Row 0029"),
        ("orchtui with 100 tasks", [*ORCHTUI, name, "--backend", "rehearsal"], b"Letter 0004"),
    ):
        with watched(command, folder, environment(folder)) as program:
            program.when(words)
            program.still(2.5)
            row(what, f"{100 * _rest(program):.1f} %")
            if command is not BARE:
                program.press(b"r")
                program.when("✓ COMPLETED".encode())
                program.still(2.5)
                row("orchtui, its run has ended", f"{100 * _rest(program):.1f} %")


def _rest(program: Watched) -> float:
    used, began = program.cpu, time.perf_counter()
    time.sleep(10.0)
    return (program.cpu - used) / (time.perf_counter() - began)


CASES: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "start": start,
    "load": load,
    "many": many,
    "most": most,
    "large": large,
    "rest": rest,
}


if __name__ == "__main__":
    main()
