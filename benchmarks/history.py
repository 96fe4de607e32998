"""What a history of thousands of runs costs: opening the list, searching, making the index anew.

Makes that many run folders in a temporary place, with journals, summaries and labels as runs leave
them, five tasks each and some kilobytes of words. Every figure of a warm index is from a new
`History`, as a new process has it. Run it as `python -m benchmarks.history`; `--runs N` takes
another number, `--plain` searches without FTS5, `--cpu` counts the time of this process alone, for
a machine that is busy.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from orchtui.engine.history import labels
from orchtui.engine.history.disk_use import measure
from orchtui.engine.history.run_history import History
from orchtui.engine.history.trends import trends
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from orchtui.engine.runs import fold
from orchtui.ui.memory import resident
from tests.engine.told import START, Told

clock = time.perf_counter
TASKS = 5
ROUNDS = 5
_SOME_WORDS = 20_000
"""Different words that texts are made of, some of them often and most of them seldom."""


def made_up_words(chance: random.Random) -> list[str]:
    """Words that there are not."""
    parts = [a + b for a in "bcdfglmnprstvz" for b in ("a", "e", "i", "o", "u", "ai", "or", "en")]
    return ["".join(chance.choices(parts, k=chance.randint(2, 4))) for _ in range(_SOME_WORDS)]


def make_runs(runs: Path, count: int, words: list[str], chance: random.Random) -> None:
    """Run folders as runs leave them."""
    weights = [1 / (rank + 10) for rank in range(len(words))]
    pool = chance.choices(words, weights, k=400_000)

    def text(length: int) -> str:
        start = chance.randrange(len(pool) - length)
        return " ".join(pool[start : start + length])

    first = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(count):
        began = first + timedelta(minutes=97 * number)
        run_id = f"{began:%Y%m%d-%H%M%S}-{number:04x}"
        told = Told(
            *(Task(id=f"t{n}", title=text(4), prompt=text(60)) for n in range(TASKS)),
            name=f"plan-{number % 200}",
            request=text(20),
        )
        for n in range(TASKS):
            told.starts(f"t{n}", n)
            for _ in range(3):
                told.says(f"t{n}", n + 1, text(100) + "\n\n")
            if number % 9 == n:
                told.fails(f"t{n}", n + 2 + chance.random(), text(8))
            else:
                told.completes(f"t{n}", n + 2 + chance.random())
        told.ends(TASKS + 3)
        begun = told.events[0]
        assert isinstance(begun, ev.RunStarted)
        shift = began.timestamp() - START
        events = [
            msgspec.structs.replace(event, at=ev.iso(ev.seconds(event.at) + shift))
            for event in (msgspec.structs.replace(begun, run=run_id), *told.events[1:])
        ]
        write(runs / run_id, events)
        if number % 10 == 0:
            labels.tagged(runs / run_id, [f"tag{number % 7}"])


def write(folder: Path, events: list[ev.RunEvent]) -> None:
    """One run folder."""
    folder.mkdir(parents=True)
    (folder / journal.FILE).write_bytes(b"".join(ev.encode(event) + b"\n" for event in events))
    run = fold.replay(events)
    assert run is not None
    (folder / summary.FILE).write_text(summary.dump(run), encoding="utf-8")


def milliseconds(work: Callable[[], object]) -> float:
    """What it takes once."""
    begun = clock()
    work()
    return (clock() - begun) * 1000


def measured(out: Path, index: Path, words: list[str], fts: bool | None) -> None:
    """Measure everything and print a table."""
    rows: list[tuple[str, list[float]]] = []

    def opened(texts: bool = True) -> None:
        with History(out, path=index, fts=fts) as history:
            history.refresh(texts=texts)
            history.listing()

    before = resident()
    rows.append(("list of a new index, without texts", [milliseconds(lambda: opened(texts=False))]))
    rows.append(("all texts read for the first time", [milliseconds(opened)]))
    grown = resident() - before
    with History(out, path=index, fts=fts) as history:
        rows.append(("index made anew", [milliseconds(history.rebuild)]))
    rows.append(("list opened from a warm index", [milliseconds(opened) for _ in range(ROUNDS)]))
    with History(out, path=index, fts=fts) as history:
        history.refresh()
        looks = [milliseconds(history.refresh) for _ in range(ROUNDS)]
        rows.append(("looked again, nothing changed", looks))
        asked = {
            "a frequent word": words[0],
            "a rare word": words[-1],
            "three frequent words": " ".join(words[:3]),
            "two letters": words[1][:2],
            "one letter": words[1][:1],
            "two words that follow": f'"{words[0]} {words[1]}"',
            "a word without another": f"{words[5]} -{words[0]}",
            "a word and filters": f"{words[0]} verdict:partial tag:tag0 since:2024-02-01",
        }
        for name, text in asked.items():
            query = history.parse(text)
            found = history.search(query).total
            times = [milliseconds(lambda query=query: history.search(query)) for _ in range(9)]  # type: ignore[misc]
            rows.append((f"search for {name} ({found} runs)", times))
        query = history.parse("verdict:failed,partial tasks:>2 time:<1m")
        times = [milliseconds(lambda: history.listing(query, sort="time")) for _ in range(9)]
        rows.append(("filtered and sorted", times))
        rows.append(("trends of all plans", [milliseconds(lambda: trends(history.rows))]))
    rows.append(("disk use of all runs", [milliseconds(lambda: measure(out))]))
    print("| | median, ms | worst, ms |")
    print("|---|---|---|")
    for name, times in rows:
        print(f"| {name} | {statistics.median(times):.1f} | {max(times):.1f} |")
    size = sum(path.stat().st_size for path in index.parent.glob(f"{index.name}*"))
    print(f"\nindex: {size / 1e6:.0f} MB; memory grew by {grown / 1e6:.0f} MB")


def main() -> None:
    """Make the runs, measure, and take them away."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--plain", action="store_true", help="without FTS5")
    parser.add_argument("--cpu", action="store_true")
    options = parser.parse_args()
    if options.cpu:
        global clock
        clock = time.process_time
    chance = random.Random(20260115)
    words = made_up_words(chance)
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "artifacts"
        print(f"making {options.runs} runs …", flush=True)
        make_runs(out / journal.RUNS, options.runs, words, chance)
        size = measure(out).total
        print(f"{options.runs} runs of {TASKS} tasks, {size / 1e6:.0f} MB\n", flush=True)
        measured(out, Path(place) / "index" / "h.sqlite", words, False if options.plain else None)


if __name__ == "__main__":
    main()
