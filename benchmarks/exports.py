"""What an export costs: a run of 1,000 tasks in every form, and its import.

    python -m benchmarks.exports [--tasks 1000] [--characters 5000] [--rounds 3]

Each round is one export to a file with everything that belongs to it: opening the run from its
journal is told apart. This program never asserts anything.
"""

import argparse
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from orchtui.engine.exports.archive_import import import_run
from orchtui.engine.exports.export import FORMS, Form, save
from orchtui.engine.exports.subject import Subject
from orchtui.engine.journals import journal
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import past_runs, summary
from orchtui.engine.runs import fold
from tests.engine.exports.subjects import many

_PROSE = """\
## What was found

The **event loop** is older than Python; see [a page](https://example.invalid/page). It goes on
for a while, with `code` in it, as answers do.

- one thing
- another thing, *stressed*

| what | how much |
|---|--:|
| tasks | 1000 |

"""


def make_run(out: Path, tasks: int, characters: int) -> str:
    """A run folder with a journal as a real one has it: text in pieces of some 40 characters."""
    text = (_PROSE * (characters // len(_PROSE) + 1))[:characters]
    told = many(tasks, text)
    run = fold.replay(told.events)
    assert run is not None
    folder = out / RUNS / run.id
    folder.mkdir(parents=True)
    seq = 0
    with open(folder / journal.FILE, "wb") as file:
        for event in told.events:
            pieces = [event]
            if isinstance(event, ev.TextDelta):
                cut = (event.text[at : at + 40] for at in range(0, len(event.text), 40))
                pieces = [replace(event, text=one) for one in cut]
            for one in pieces:
                seq += 1
                file.write(ev.encode(replace(one, seq=seq)) + b"\n")
    (folder / summary.FILE).write_text(summary.dump(run))
    for task in run.tasks.values():
        (folder / ev.output_file(task.task.position)).write_text(task.text)
    return run.id


def median(rounds: int, work: Callable[[], object]) -> str:
    """Seconds by the clock, and of the processor."""
    took, used = [], []
    for _ in range(rounds):
        began, before = time.perf_counter(), time.process_time()
        work()
        used.append(time.process_time() - before)
        took.append(time.perf_counter() - began)
    return f"{statistics.median(took):.2f} s | {statistics.median(used):.2f} s"


def peak(work: Callable[[], object]) -> float:
    """Megabytes that it has in use at once, in a round of its own."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--characters", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "artifacts"
        run_id = make_run(out, asked.tasks, asked.characters)
        size = (out / RUNS / run_id / journal.FILE).stat().st_size / 1e6
        print(f"{asked.tasks} tasks of {asked.characters} characters, a journal of {size:.1f} MB\n")
        print("| | time | CPU | size | memory |\n|---|--:|--:|--:|--:|")
        opening = median(asked.rounds, lambda: past_runs.open_run(out, run_id))
        print(f"| open it | {opening} | | |")
        subject = Subject.of(past_runs.open_run(out, run_id), out / RUNS / run_id)

        def export(form: Form) -> Callable[[], object]:
            return lambda: save(subject, form, Path(place) / f"x.{form}", force=True)

        for form in FORMS:
            took = median(asked.rounds, export(form))
            bytes_ = (Path(place) / f"x.{form}").stat().st_size / 1e6
            print(f"| {form} | {took} | {bytes_:.1f} MB | {peak(export(form)):.0f} MB |")
        homes = iter(range(100))

        def bring() -> object:
            return import_run(Path(place) / "x.zip", Path(place) / str(next(homes)))

        print(f"| import | {median(asked.rounds, bring)} | | {peak(bring):.0f} MB |")


if __name__ == "__main__":
    main()
