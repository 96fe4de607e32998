"""Where the time of a run goes: the processor's time by the step that it is spent in.

The system interrupts as this process uses time (each millisecond, or as seldom as its clock ticks:
4 ms on many), and the function that runs then is counted: so other work on the machine, and
waiting, do not count, and nothing is slowed down. A call of the system (reading a socket) counts
where it is made.

    python -m benchmarks.where_time_goes --tasks 1000
"""

import argparse
import asyncio
import collections
import signal
import tempfile
from pathlib import Path
from types import FrameType

from benchmarks.fanout import orchtui
from benchmarks.serving import alone_on, cores, server

STEPS = {
    "aiohttp: HTTP from the bytes": ("/aiohttp/",),
    "the SDK and httpx2: requests, passing bytes on": ("/anthropic/", "/httpx2/", "/pydantic"),
    "event loop: sockets, timers, tasks": ("/asyncio/", "/selectors.py", "/socket.py"),
    "backend: pace, events from the bytes": ("/engine/backends/",),
    "check, schedule, specialists": (
        "/engine/independence/",
        "/engine/scheduling/",
        "/engine/staff/",
        "/engine/request/",
    ),
    "executor: attempts, clocks, joining texts": ("/engine/execution/", "/engine/text"),
    "events: numbered, journal, fold": (
        "/engine/run_events/",
        "/engine/journals/",
        "/engine/runs/",
        "/engine/sessions/",
    ),
    "files: tasks, result, log, summary": (
        "/engine/run_folders/",
        "/engine/telling/",
        "/engine/estimates/",
        "/engine/timing/",
    ),
    "workspace: places of attempts": ("/engine/workspace/", "/engine/paths/"),
}
"""Parts of paths, the first that fits."""
EVERY = 0.001
"""Seconds of the processor between two looks; the system may look less often."""


def step_of(frame: FrameType | None) -> str:
    """The step that the innermost function with a step of its own belongs to."""
    while frame is not None:
        path = frame.f_code.co_filename
        for step, parts in STEPS.items():
            if any(part in path for part in parts):
                return step
        frame = frame.f_back
    return "all else"


def main() -> None:
    """Run once to load everything, then look at one run, and print the shares."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--chunks", type=int, default=500)
    parser.add_argument("--interval", type=float, default=0.02, help="seconds between two chunks")
    options = parser.parse_args()
    seen: collections.Counter[str] = collections.Counter()

    def look(_: int, frame: FrameType | None) -> None:
        seen[step_of(frame)] += 1

    client, other = cores() or (None, None)
    with (
        alone_on(client),
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
    ):
        with server(5, 0.0, other) as url:
            asyncio.run(orchtui(url, 2, Path(one)))
        with server(options.chunks, options.interval, other) as url:
            signal.signal(signal.SIGPROF, look)
            signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
            asyncio.run(orchtui(url, options.tasks, Path(two)))
            signal.setitimer(signal.ITIMER_PROF, 0.0)
    whole = sum(seen.values())
    print(f"{options.tasks} streams of {options.chunks} chunks: {whole} looks")
    for step, count in seen.most_common():
        print(f"{step:48} {100 * count / whole:5.1f} %")


if __name__ == "__main__":
    main()
