"""What orchtui costs beside its programs: 1,000 that do nothing, and 300 that talk.

The first is `true` 1,000 times, 50 at once, beside `xargs -P 50`, in turns. Makespan is
the run's own, from its first task's start to its last one's end; session is that
with the run's files, and process with the start of Python and the check too. The
second are programs that print 50 lines a second for ten seconds, all at once. CPU is
user and system time of orchtui itself; that of the programs stands beside it.

    python -m benchmarks.processes --rounds 5
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

TASKS, AT_ONCE = 1_000, 50
TALKERS, LINES, INTERVAL = 300, 500, 0.02


def main() -> None:
    """Measure and print two tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--talkers", type=int, default=TALKERS)
    parser.add_argument("--inside", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(asyncio.run(run_inside(*options.inside))))
        return
    with tempfile.TemporaryDirectory() as folder:
        nothing(Path(folder), options.rounds)
        talkers(Path(folder), options.talkers)


def nothing(folder: Path, rounds: int) -> None:
    """1,000 programs that do nothing."""
    commands = [["true"]] * TASKS
    plan = write_plan(folder / "true.yaml", commands, AT_ONCE)
    xargs = ["sh", "-c", f"seq {TASKS} | xargs -P {AT_ONCE} -I{{}} true"]
    rows: dict[str, list[dict[str, float]]] = {"xargs": [], "orchtui": []}
    for number in range(rounds + 1):
        measured = {
            "xargs": timed(xargs),
            "orchtui": orchtui(plan, folder, number),
        }
        if number:  # the first round only warms up
            for name, row in measured.items():
                rows[name].append(row)
    print(f"{TASKS} x true, {AT_ONCE} at once; medians of {rounds}, in turns")
    print(
        f"{'':10} {'makespan':>9} {'/ xargs':>8} {'session':>9} {'process':>9} "
        f"{'CPU':>7} {'programs':>9}"
    )
    base = middle(rows["xargs"], "makespan")
    for name, found in rows.items():
        makespan = middle(found, "makespan")
        print(
            f"{name:10} {makespan:8.2f}s {makespan / base:8.2f} {middle(found, 'session'):8.2f}s "
            f"{middle(found, 'whole'):8.2f}s "
            f"{middle(found, 'cpu'):6.2f}s {middle(found, 'programs'):8.2f}s"
        )


def talkers(folder: Path, count: int) -> None:
    """Programs that talk for ten seconds."""
    talk = (
        "import sys, time\n"
        "began = time.monotonic()\n"
        f"for n in range({LINES}):\n"
        "    print('line', n, flush=True)\n"
        f"    time.sleep(max(0.0, began + (n + 1) * {INTERVAL} - time.monotonic()))\n"
    )
    file = folder / "talk.py"
    file.write_text(talk)
    commands = [[sys.executable, "-I", "-S", str(file)]] * count
    plan = write_plan(folder / "talk.yaml", commands, count)
    row = orchtui(plan, folder, -1)
    ideal = LINES * INTERVAL
    print(f"\n{count} programs, {LINES} lines each, one every {INTERVAL * 1000:.0f} ms; once")
    print(
        f"makespan {row['makespan']:.2f}s ({row['makespan'] / ideal:.2f} of the ideal), CPU of "
        f"the run {row['cpu']:.2f}s, "
        f"{row['cpu'] / row['makespan'] * 100:.0f} % of a core, of the programs "
        f"{row['programs']:.2f}s; most threads {row['threads']:.0f}; memory for each program "
        f"{row['memory']:.0f} KiB; {row['completed']:.0f} completed"
    )


def write_plan(path: Path, commands: Sequence[Sequence[str]], at_once: int) -> Path:
    """A plan with a task for each of these commands."""
    tasks = [
        {"id": f"t{n}", "title": f"Part {n}", "prompt": f"Part {n}", "command": list(command)}
        for n, command in enumerate(commands)
    ]
    limits = {"concurrency": at_once, "max_tasks": max(len(tasks), 1)}
    plan = {"request": "many programs", "limits": limits, "aggregate": "none", "tasks": tasks}
    path.write_text(json.dumps(plan))  # YAML too
    return path


def timed(command: Sequence[str]) -> dict[str, float]:
    """A command by itself: all of its time is the programs'."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run(command, check=True)
    took, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"makespan": took, "session": took, "whole": took, "cpu": 0.0, "programs": cpu}


def orchtui(plan: Path, folder: Path, number: int = 0) -> dict[str, float]:
    """A whole run without a screen, in a process of its own; each with a number of its own."""
    out = folder / "out"
    command = [sys.executable, "-m", "benchmarks.processes"]
    command += ["--inside", str(plan), str(out)]
    began = perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    took = perf_counter() - began
    # All rounds' files go at the end: ext4 looks long for places among those it has just deleted.
    out.rename(folder / f"out-{number}")
    row: dict[str, float] = json.loads(done.stdout)
    return {**row, "whole": took}


async def run_inside(plan: Path, out: Path) -> dict[str, float]:
    """The run, and what it took of this process."""
    from orchtui.engine import garbage
    from orchtui.engine.backends.registry import Backends
    from orchtui.engine.plan_files.plan_file import load_plan
    from orchtui.engine.sessions.project import Project

    most = {"threads": 0.0, "memory": 0.0}
    base = resident()

    async def look() -> None:
        while True:
            most["threads"] = max(most["threads"], threading.active_count())
            most["memory"] = max(most["memory"], resident() - base)
            await asyncio.sleep(0.2)

    project = Project(folder=out.parent, out=out, backends=Backends(dict(os.environ)))
    session = project.start(load_plan(plan))
    garbage.seldom()  # as `orchtui run` does
    garbage.settle()
    looking = asyncio.create_task(look())
    own, began = own_cpu(), perf_counter()
    try:
        async with session:
            async for _ in session:
                pass
        took, cpu = perf_counter() - began, own_cpu() - own
    finally:
        looking.cancel()
        await project.close()
    assert session.run.finished is not None
    tasks = session.run.with_status("completed")
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "makespan": session.run.finished.makespan_s,
        "session": took,
        "cpu": cpu,
        "programs": children.ru_utime + children.ru_stime,
        "threads": most["threads"],
        "memory": most["memory"] / len(session.run.tasks),
        "completed": len(tasks),
    }


def own_cpu() -> float:
    """Seconds of the processor that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident() -> float:
    """KiB of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


def middle(rows: Sequence[dict[str, float]], name: str) -> float:
    """The median of one column."""
    return statistics.median(row[name] for row in rows)


if __name__ == "__main__":
    main()
