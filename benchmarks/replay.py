"""What a replay costs: opening a long journal, going to a place in it, and a tick while it plays.

Each journal is of one shape and of so many events. `folding` is what reading it costs without any
replay: every line decoded and folded once. `scrub` goes to a place drawn at random, `back` one
event back, a tick plays a twelfth of a second. Run it as `python -m benchmarks.replay`;
`--events N` takes other sizes, `--cpu` counts the time of this process alone, for a machine that
is busy.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from orchtui.engine.journals import journal
from orchtui.engine.replay.player import Player
from orchtui.engine.replay.recording import Recording, open_recording
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from tests.engine.scripted import task
from tests.engine.told import START, Told

RUN = "20260115-100000-abcd"
TICK = 1 / 12
GOES, TICKS = 300, 200
_WORDS = "some words of an answer that goes on "
clock = time.perf_counter


def begun(tasks: int) -> Told:
    """A run whose tasks have all been started."""
    told = Told(*(task(f"t{number}") for number in range(tasks)))
    for number in range(tasks):
        told.starts(f"t{number}", 0.5)
    return told


def texts(events: int, tasks: int) -> Iterator[bytes]:
    """Text for many tasks at once, 3 ms apart."""
    told = begun(tasks)
    for event in told.events:
        yield ev.encode(event)
    seq, at, attempt = told.events[-1].seq, START + 1, 1
    for number in range(events):
        yield ev.encode(
            ev.TextDelta(
                seq=seq + 1 + number,
                at=ev.iso(at + number * 0.003),
                task=f"t{number % tasks}",
                attempt=attempt,
                text=_WORDS,
            )
        )


def tools(events: int) -> Iterator[bytes]:
    """One attempt that does nothing but use tools: all of them are in every checkpoint."""
    told = begun(1)
    for event in told.events:
        yield ev.encode(event)
    seq = told.events[-1].seq
    for number in range(events):
        at, call = ev.iso(START + 1 + number * 0.003), str(number // 2)
        fields: dict[str, Any] = {"seq": seq + 1 + number, "at": at, "task": "t0", "attempt": 1}
        if number % 2:
            yield ev.encode(ev.ToolReturned(**fields, call=call, ok=True, text="fine"))
        else:
            yield ev.encode(
                ev.ToolCalled(**fields, call=call, name="Read", arguments='{"path": "a.md"}')
            )


def shapes(events: int) -> dict[str, Callable[[], Iterator[bytes]]]:
    """The journals, by what they hold."""
    return {
        "text of 100 tasks": lambda: texts(events, 100),
        "text of one task": lambda: texts(events, 1),
        "text of 2,000 tasks": lambda: texts(events, 2_000),
        "tools of one attempt, a tenth of the events": lambda: tools(events // 10),
    }


def main() -> None:
    """Measure and print a table."""
    global clock
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--cpu", action="store_true")
    asked = parser.parse_args()
    if asked.cpu:
        clock = time.process_time
    print(
        "| journal | size | folding | opening | memory | scrub: median, p99, worst | back: worst | "
        "tick at 1x, 100x, 1000x: worst |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, lines in shapes(asked.events).items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / RUN
            folder.mkdir()
            path = folder / journal.FILE
            with path.open("wb") as file:
                file.writelines(line + b"\n" for line in lines())
            print(f"| {name} | {path.stat().st_size / 1e6:.0f} MB | {measured(folder)} |")


def measured(folder: Path) -> str:
    """One row of the table."""
    folding = spent(lambda: fold.replay(journal.read(folder)))
    recordings: list[Recording] = []
    opening = spent(lambda: recordings.append(open_recording(folder)))
    [recording] = recordings
    player = Player(recording)
    scrubs = sorted(spent(lambda: player.to_fraction(random.random())) for _ in range(GOES))
    backs = [spent(lambda: player.step(-1)) for _ in range(GOES)]
    ticks = ", ".join(f"{1000 * slowest_tick(recording, speed):.0f}" for speed in (1, 100, 1000))
    return (
        f"{folding:.1f} s | {opening:.1f} s | {recording.bytes / 1e6:.0f} MB | "
        f"{1000 * scrubs[GOES // 2]:.0f}, {1000 * scrubs[GOES * 99 // 100]:.0f}, "
        f"{1000 * scrubs[-1]:.0f} ms | {1000 * max(backs):.0f} ms | {ticks} ms"
    )


def slowest_tick(recording: Recording, speed: float) -> float:
    """Seconds of the slowest of some ticks, from the start on."""
    player, now, slowest = Player(recording, speed), 0.0, 0.0
    player.play()
    player.advance(now)
    for _ in range(TICKS):
        if not player.playing:
            break
        now += TICK
        slowest = max(slowest, spent(lambda moment=now: player.advance(moment)))  # type: ignore[misc]
    return slowest


def spent(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = clock()
    work()
    return clock() - began


if __name__ == "__main__":
    main()
