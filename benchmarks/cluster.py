"""What a cluster costs: text from two workers on this machine beside the same text made here.

First how much later the first piece of an answer comes: one attempt at a time, in turns with the
same attempt here, each begun as the one before it ends; then of forty that begin in one moment,
some times over. Then forty at once that stream fifty pieces a second each, which have to arrive
whole and in order. Needs Dask: pip install 'orchtui[dask]'.

    python -m benchmarks.cluster --rounds 60 --tasks 40
"""

import argparse
import asyncio
import statistics
import time

from orchtui.engine.backends import base
from orchtui.engine.backends.rehearsal import Act, RehearsalBackend
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.cluster_backend import ClusterBackend
from orchtui.engine.cluster.dask_link import DaskLink

PACE = 0.02
"""Seconds between two pieces: fifty a second."""


TIMES = 10
"""How often the attempts that begin in one moment are begun."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cluster", default="local:2")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--words", type=int, default=750, help="three in a piece")
    options = parser.parse_args()
    asyncio.run(measure(options.cluster, options.rounds, options.tasks, options.words))


async def measure(address: str, rounds: int, tasks: int, words: int) -> None:
    """Start the workers, and measure."""
    link = DaskLink(Cluster.of(address))
    began = time.perf_counter()
    try:
        await link.ready()
        print(
            f"{address}: {len(link.workers)} workers ready in {time.perf_counter() - began:.1f} s"
        )
        settings = wire.BackendSettings()
        await link.prepare(settings, ["rehearsal"])
        far = ClusterBackend(RehearsalBackend(), link, settings)
        await one_at_a_time(far, rounds)
        await begun_together(far, tasks, TIMES)
        await all_at_once(far, tasks, words)
    finally:
        await link.close()


async def one_at_a_time(far: base.Backend, rounds: int) -> None:
    """The first piece of an answer, here and there in turns."""
    here = RehearsalBackend()
    added: list[float] = []
    for number in range(rounds + 1):
        first_here, *_ = await heard(here, asked(number, 6, PACE))
        first_far, *_ = await heard(far, asked(number, 6, PACE))
        if number:  # the first round only warms up
            added.append(1000 * (first_far - first_here))
    print(f"first token later by {spread(added)} ({rounds} attempts, one at a time)")


async def begun_together(far: base.Backend, tasks: int, times: int) -> None:
    """The first piece of answers that are asked for in one moment."""
    added, medians = list[float](), list[float]()
    for _ in range(times):
        found = await asyncio.gather(*(heard(far, asked(n, 6, PACE)) for n in range(tasks)))
        # A rehearsal begins with its first pause.
        later = [1000 * (one[0] - PACE) for one in found]
        added += later
        medians.append(statistics.median(later))
        await asyncio.sleep(0.2)
    print(f"{tasks} begun in one moment, {times} times: first token later by {spread(added)}")
    print("the medians of each time: " + ", ".join(f"{one:.0f}" for one in sorted(medians)) + " ms")


async def all_at_once(far: base.Backend, tasks: int, words: int) -> None:
    """Many streams together: when they begin, whether they are whole, how long they take."""
    wanted = [asked(number, words, PACE) for number in range(tasks)]
    quick = {one.task: Act(words=words, pace=0.0) for one in wanted}
    plain = [await heard(RehearsalBackend(script=quick), one) for one in wanted]
    before = time.process_time()
    found = await asyncio.gather(*(heard(far, one) for one in wanted))
    busy = time.process_time() - before
    whole = sum(there[2] == here[2] for there, here in zip(found, plain, strict=True))
    print(f"{tasks} at once: {whole} of {tasks} whole and in order")
    ideal = PACE * (1 + -(-words // 3))
    longest = max(one[1] for one in found)
    print(f"longest {longest:.2f} s, ideal {ideal:.2f} s ({longest / ideal:.3f} times)")
    print(f"CPU of this process, with the scheduler where it is started here: {busy:.2f} s")


async def heard(backend: base.Backend, assignment: base.Assignment) -> tuple[float, float, str]:
    """Seconds to the first text and to the end, and the text."""
    began = time.perf_counter()
    first, pieces = 0.0, []
    async for event in backend.stream(assignment):
        if isinstance(event, base.Text):
            first = first or time.perf_counter() - began
            pieces.append(event.text)
    return first, time.perf_counter() - began, "".join(pieces)


def asked(number: int, words: int, pace: float) -> base.Assignment:
    """One attempt; the text does not depend on the pace."""
    prompt = f"Write about topic {number} [rehearse: {words} words, {round(pace * 1000)} ms]"
    return base.Assignment(
        task=f"t{number}",
        attempt=1,
        specialist="writer",
        prompt=prompt,
        max_tokens=100_000,
        folder="/",
    )


def spread(values: list[float]) -> str:
    """Median, 95th percentile and most, of milliseconds."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"{statistics.median(ordered):.1f} ms (p95 {p95:.1f}, most {ordered[-1]:.1f})"


if __name__ == "__main__":
    main()
