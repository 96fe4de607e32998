"""What orchtui costs: a whole run beside a bare asyncio fan-out of the same requests.

Both stream the same answers from the protocol server of the test-suite, which
runs in a process of its own. Bare is the SDK as it comes: one client, one
`messages.create(stream=True)` for each task, all gathered. orchtui is the whole
thing without a screen: executor, journal, fold and files. They take turns, and
the medians are compared; ideal is chunks times interval.

    make bench ARGS='--tasks 100 --chunks 200 --interval 0.02 --rounds 5'
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

KEY = "benchmark"


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--chunks", type=int, default=200)
    parser.add_argument("--interval", type=float, default=0.02, help="seconds between two chunks")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    command = [sys.executable, "-m", "tests.server", "--port", "0"]
    command += ["--chunks", str(options.chunks), "--interval", str(options.interval)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().strip()
            measure(url, options.tasks, options.chunks * options.interval, options.rounds)
        finally:
            server.terminate()


def measure(url: str, tasks: int, ideal: float, rounds: int) -> None:
    """Let both take turns and print what they took."""
    ways: dict[str, Callable[[str, int], Coroutine[None, None, None]]] = {
        "bare SDK": bare,
        "orchtui": orchtui,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            began, busy = time.perf_counter(), time.process_time()
            asyncio.run(way(url, tasks))
            if number:  # the first round only warms up
                seconds[name].append(time.perf_counter() - began)
                cpu[name].append(time.process_time() - busy)
    print(f"{tasks} tasks, ideal {ideal:.2f} s each, all at once; median of {rounds}")
    print(f"{'':10} {'makespan':>9} {'/ ideal':>8} {'/ bare':>7} {'CPU':>7}   all makespans")
    base = statistics.median(seconds["bare SDK"])
    for name, values in seconds.items():
        middle = statistics.median(values)
        every = " ".join(f"{value:.2f}" for value in sorted(values))
        print(
            f"{name:10} {middle:8.2f}s {middle / ideal:8.3f} {middle / base:7.3f} "
            f"{statistics.median(cpu[name]):6.2f}s   {every}"
        )


async def bare(url: str, tasks: int) -> None:
    """The fan-out that anybody would write."""
    from anthropic import AsyncAnthropic, DefaultAioHttpClient

    async def one(client: AsyncAnthropic, number: int) -> int:
        length = 0
        stream = await client.messages.create(
            model="claude-haiku-4-5",
            max_tokens=8000,
            messages=[{"role": "user", "content": f"task {number}"}],
            stream=True,
        )
        async for event in stream:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                length += len(event.delta.text)
        return length

    async with AsyncAnthropic(
        api_key=KEY, base_url=url, max_retries=0, http_client=DefaultAioHttpClient()
    ) as client:
        lengths = await asyncio.gather(*(one(client, number) for number in range(tasks)))
    assert min(lengths) > 0


async def orchtui(url: str, tasks: int) -> None:
    """The same work as a run."""
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
    with tempfile.TemporaryDirectory() as folder:
        project = Project(
            folder=Path(folder),
            out=Path(folder) / "artifacts",
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


if __name__ == "__main__":
    main()
