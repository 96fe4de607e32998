"""What the list of 5,000 past runs costs in the app: opened, sorted, narrowed, searched.

The app without a terminal, at 120 x 36, on the run folders of `benchmarks.history`. A figure is
the time from the key to the list that answers it, laid out and ready to be painted. Run it as
`python -m benchmarks.past_runs`; `--runs N` takes another number, `--cpu` counts the time of this
process alone, for a machine that is busy.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from textual.geometry import Region
from textual.pilot import Pilot

from benchmarks.history import made_up_words, make_runs
from orchtui.engine.backends.registry import Backends
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.memory import resident

ROUNDS = 7


class Measure:
    """Times of one app.

    Args:
        app: On its screen.
        pilot: Presses its keys.
        clock: Seconds.
    """

    def __init__(self, app: OrchtuiApp, pilot: Pilot[int], clock: Callable[[], float]) -> None:
        self.app = app
        self.pilot = pilot
        self.clock = clock
        self.pane = app.main.runs_pane

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait, without work of its own that would count."""
        while not holds():  # noqa: ASYNC110 - it looks at what nobody tells of
            await asyncio.sleep(0.0005)

    async def rest(self) -> None:
        """Until nothing is read or listed any more."""
        await asyncio.sleep(0.3)
        await self.until(lambda: not any(one.is_running for one in self.app.workers if one.group in
                                         ("runs", "runs-list", "detail")))  # fmt: skip

    async def answered(self, what: Callable[[], object]) -> float:
        """Milliseconds until the list answers what is asked."""
        await self.rest()
        begun, before = self.clock(), self.pane.wish
        what()
        await self.until(lambda: self.pane.wish != before)
        await self.until(lambda: self.pane._found_for == self.pane.wish)
        return (self.clock() - begun) * 1000

    async def opened(self) -> float:
        """Milliseconds until the list is there."""
        begun = self.clock()
        self.app.main.action_go("runs")
        await self.until(lambda: self.pane.entries)
        return (self.clock() - begun) * 1000


async def measured(folder: Path, words: list[str], clock: Callable[[], float]) -> None:
    """Two apps one after the other: one makes the index, the other finds it."""
    for name in ("without an index", "with one"):
        project = Project(
            folder=folder, out=folder / "artifacts", backends=Backends({}, chosen="rehearsal")
        )
        app = OrchtuiApp(project, None)
        async with app.run_test(size=(120, 36)) as pilot:
            await asyncio.sleep(2.0)  # what is loaded after the first paint
            before = resident()
            measure = Measure(app, pilot, clock)
            row(f"opened {name}", [await measure.opened()])
            begun = clock()
            await measure.rest()
            row("all texts read, disk use counted", [(clock() - begun) * 1000])
            if name == "with one":
                await steps(measure, words)
                print(f"  memory of it: {(resident() - before) / 2**20:.0f} MB")


async def steps(measure: Measure, words: list[str]) -> None:
    """Everything that keys do in the list."""
    pane = measure.pane

    def press(action: str) -> Callable[[], object]:
        return lambda: pane.list.action_want(action)

    row("sorted by the next column", [await measure.answered(press("sort")) for _ in range(9)])
    pane.filter.open()
    asked = ["verdict:partial", "cost:>1", "plan-1 tasks:>2", f"{words[0]} -{words[3]}"] * 2
    line = pane.filter.line
    narrowed = [await measure.answered(lambda text=text: setattr(line, "value", text))  # type: ignore[misc]
                for text in asked]  # fmt: skip
    row("narrowed by a filter", narrowed)
    pane.filter.close()
    pane.search.open()
    sought = {"a rare word": words[-1], "a frequent one": words[0], "three": " ".join(words[:3])}
    for what, text in sought.items():
        found = []
        for _ in range(ROUNDS):
            if pane.wish.search:
                await measure.answered(lambda: setattr(pane.search.input, "value", ""))
            ask = lambda text=text: setattr(pane.search.input, "value", text)  # noqa: E731
            found.append(await measure.answered(ask))
        row(f"searched: {what}", found)
    pane.search.close()
    await measure.rest()
    rows = pane.list
    seen = Region(0, 0, rows.size.width, rows.size.height)
    for what, move in (("a step", rows.action_step), ("a page", rows.action_page)):
        taken = []
        for _ in range(30):
            await measure.rest()
            begun = measure.clock()
            move(1)
            rows.render_lines(seen)
            taken.append((measure.clock() - begun) * 1000)
        row(f"{what} down, drawn", taken)


def row(what: str, times: list[float]) -> None:
    """One line of the table."""
    print(f"  {what:40}{statistics.median(times):10.1f}{max(times):10.1f}", flush=True)


def main() -> None:
    """Make the runs, measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--cpu", action="store_true", help="count the time of this process alone")
    options = parser.parse_args()
    chance = random.Random(7)
    words = made_up_words(chance)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_runs(folder / "artifacts" / RUNS, options.runs, words, chance)
        print(f"{options.runs:,} past runs in the app: ms, median and worst")
        clock = time.process_time if options.cpu else time.perf_counter
        asyncio.run(measured(folder, words, clock))


if __name__ == "__main__":
    main()
