"""What orchtui costs: a whole run beside a bare asyncio fan-out of the same requests.

All stream the same answers from `stream_server`, which runs in a process of its own: client
and server have a core each where there are two. Bare is the SDK as it comes: one client, one
`messages.create(stream=True)` for each task, all gathered; beside it the same on the SDK's
aiohttp transport. orchtui is the whole thing without a screen: check, schedule, executor, journal,
fold and files; what is not counted is the deletion of its folder. They take turns, and the medians
are compared; ideal is chunks times interval.

    make bench
    python -m benchmarks.fanout --tasks 100 500 1000 --rounds 3

Other libraries beside them: `python -m benchmarks.peers`.
"""

import argparse
import asyncio
import contextlib
import gc
import resource
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from benchmarks.serving import alone_on, cores, load, server

KEY = "benchmark"
MODEL = "claude-haiku-4-5"

Way = Callable[[str, int, Path], Coroutine[None, None, None]]
"""Does the work: the server's address, how many tasks, and a folder for what it writes."""


class Took(NamedTuple):
    """One round of one way."""

    seconds: float
    cpu: float


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, nargs="*", default=[100, 500, 1000])
    parser.add_argument("--chunks", type=int, default=500)
    parser.add_argument("--interval", type=float, default=0.02, help="seconds between two chunks")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-delay", type=int, default=50, help="streams without one; 0 for none")
    parser.add_argument(
        "--no-delay-chunks", type=int, nargs="*", default=[500, 4000], help="of each of them"
    )
    options = parser.parse_args()
    print(f"load before: {load()}")
    client, other = cores() or (None, None)
    with alone_on(client):
        with server(5, 0.0, other) as url:  # imports, and what is made once
            for way in WAYS.values():
                once(way, url, 2)
        with server(options.chunks, options.interval, other) as url:
            for tasks in options.tasks:
                ideal = options.chunks * options.interval
                table(url, tasks, options.chunks, ideal, options.rounds)
        for chunks in options.no_delay_chunks if options.no_delay else ():
            with server(chunks, 0.0, other) as url:
                table(url, options.no_delay, chunks, 0.0, options.rounds)
        with server(options.chunks, options.interval, other) as url:
            memory(url, 100, options.chunks * options.interval / 2)
    print(f"load after: {load()}")


def table(url: str, tasks: int, chunks: int, ideal: float, rounds: int) -> None:
    """Let all take turns and print what they took."""
    took: dict[str, list[Took]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name, way in WAYS.items():
            took[name].append(once(way, url, tasks))
    of = f"ideal {ideal:.2f} s each" if ideal else "without delay"
    print(f"\n{tasks} streams of {chunks} chunks, {of}, all at once; median of {rounds}")
    print(
        f"{'':18} {'makespan':>9} {'/ ideal':>8} {'/ bare':>7} {'CPU':>7} {'CPU ms/chunk':>13} "
        f"{'chunks/s':>9}   all makespans"
    )
    base = statistics.median(one.seconds for one in took["bare SDK"])
    for name, values in took.items():
        middle = statistics.median(one.seconds for one in values)
        cpu = statistics.median(one.cpu for one in values)
        every = " ".join(f"{one.seconds:.2f}" for one in sorted(values))
        print(
            f"{name:18} {middle:8.2f}s {middle / ideal if ideal else 0:8.3f} "
            f"{middle / base:7.3f} {cpu:6.2f}s {cpu * 1000 / (tasks * chunks):13.4f} "
            f"{tasks * chunks / middle:9.0f}   {every}",
            flush=True,
        )


def once(way: Way, url: str, tasks: int) -> Took:
    """One round, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(dir=_kept().name))
    began, busy = time.perf_counter(), time.process_time()
    asyncio.run(way(url, tasks, folder))
    return Took(time.perf_counter() - began, time.process_time() - busy)


@lru_cache(maxsize=1)
def _kept() -> "tempfile.TemporaryDirectory[str]":
    """For the files of all rounds, until the end: where some thousand were just deleted, ext4 looks
    long for a place for each new one, and no user deletes a run before the next."""
    return tempfile.TemporaryDirectory()


def memory(url: str, tasks: int, middle: float) -> None:
    """What a running task takes in the middle of a run, beyond what a run of two does."""
    print(f"\nmemory of a running task, {tasks} beside 2, in the middle of their answers")
    for name in WAYS:
        traced = _alone(name, url, tasks, middle, True)
        resident = _alone(name, url, tasks, middle, False)
        print(f"{name:18} {traced:6.0f} KiB (tracemalloc) {resident:6.0f} KiB (RSS)", flush=True)


def _alone(name: str, url: str, tasks: int, middle: float, traced: bool) -> float:
    # In a process of its own: one that was larger before gives nothing back, and shows nothing.
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(memory_of, name, url, tasks, middle, traced).result()


def memory_of(name: str, url: str, tasks: int, middle: float, traced: bool) -> float:
    """KiB for each task, of objects (`traced`) or of the process."""
    way = WAYS[name]
    if traced:  # from the start on: else what is made anew in place of something older counts
        tracemalloc.start()
    with tempfile.TemporaryDirectory() as folder:  # what is imported and made once
        asyncio.run(way(url, 2, Path(folder)))
    size = (lambda: tracemalloc.get_traced_memory()[0]) if traced else _resident
    return _more(way, url, tasks, middle, size)


def _more(way: Way, url: str, tasks: int, middle: float, size: Callable[[], int]) -> float:
    """KiB for each task beyond the first two."""

    async def sized(count: int, folder: Path) -> int:
        work = asyncio.create_task(way(url, count, folder))
        await asyncio.sleep(middle)
        found = size()
        await work
        return found

    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        few = asyncio.run(sized(2, Path(one)))
        many = asyncio.run(sized(tasks, Path(other)))
    return (many - few) / (tasks - 2) / 1024


def _resident() -> int:
    """Bytes of this process in memory; the most there ever were where the system does not say."""
    with contextlib.suppress(OSError):
        pages = Path("/proc/self/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def bare(url: str, tasks: int, folder: Path | None = None, *, aiohttp: bool = False) -> None:
    """The fan-out that anybody would write."""
    from anthropic import AsyncAnthropic, DefaultAioHttpClient

    async def one(client: AsyncAnthropic, number: int) -> int:
        length = 0
        stream = await client.messages.create(
            model=MODEL,
            max_tokens=8000,
            messages=[{"role": "user", "content": f"task {number}"}],
            stream=True,
        )
        async for event in stream:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                length += len(event.delta.text)
        return length

    # Under load the plain transport runs into its own 5 s for a connection.
    transport = DefaultAioHttpClient() if aiohttp else None
    async with AsyncAnthropic(
        api_key=KEY, base_url=url, max_retries=0, timeout=600.0, http_client=transport
    ) as client:
        lengths = await asyncio.gather(*(one(client, number) for number in range(tasks)))
    assert min(lengths) > 0


async def bare_aiohttp(url: str, tasks: int, folder: Path | None = None) -> None:
    """The same on the SDK's other transport."""
    await bare(url, tasks, folder, aiohttp=True)


async def orchtui(url: str, tasks: int, folder: Path | None = None) -> None:
    """The same work as a run."""
    from orchtui.engine import garbage

    searching = gc.get_threshold()
    garbage.seldom()  # as `orchtui run` does; who comes after has Python's own way again
    garbage.settle()
    try:
        await _run(url, tasks, folder)
    finally:
        gc.set_threshold(*searching)
        gc.unfreeze()


async def _run(url: str, tasks: int, folder: Path | None) -> None:
    from orchtui.engine.backends.registry import Backends
    from orchtui.engine.plans.plan import Limits, Plan, Task
    from orchtui.engine.sessions.project import Project

    plan = Plan(
        backend="anthropic",
        limits=Limits(concurrency=tasks),
        tasks=tuple(
            Task(id=f"t{n}", prompt=f"Describe the letter number {n}.") for n in range(tasks)
        ),
    )
    place = contextlib.nullcontext(str(folder)) if folder else tempfile.TemporaryDirectory()
    with place as name:
        project = Project(
            folder=Path(name),
            out=Path(name) / "artifacts",
            backends=Backends({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url}),
        )
        try:
            async with project.start(plan) as run:
                async for _ in run:
                    pass
        finally:
            await project.close()
        assert run.run.finished is not None
        assert run.run.finished.verdict == "COMPLETED"


WAYS: dict[str, Way] = {
    "bare SDK": bare,
    "bare SDK, aiohttp": bare_aiohttp,
    "orchtui": orchtui,
}


if __name__ == "__main__":
    main()
