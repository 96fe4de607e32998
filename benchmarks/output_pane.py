"""What a 20 MB output costs to read: opening, scrolling, resizing, searching, and memory.

Each text is shown in the output pane of an app without a terminal; from a wish to what is painted
the loop turns as it does in the app. `slowest turn` is the longest that a key had to wait while
the rest was measured or searched. Run it as `python -m benchmarks.output_pane`; `--megabytes N`
takes other sizes, `--cpu` counts the time of this process alone, for a machine that is busy.
"""

import argparse
import asyncio
import gc
import statistics
import time
from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult

from orchtui.engine import garbage
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.runs.run import Attempt, TaskRun
from orchtui.ui import app as whole
from orchtui.ui.frame import Frame
from orchtui.ui.memory import resident
from orchtui.ui.output.output_pane import OutputPane
from tests.engine.schedules import build

SIZE = (120, 36)
clock = time.perf_counter
STEPS = 60

_WORDS = "Some words of a paragraph — “quoted”, and it goes on until it is broken somewhere. "
TEXTS = {
    "paragraphs": f"## A heading\n\n{_WORDS * 8}\n\n- an item\n- another\n\n",
    "lines of a log": "2026-01-15 10:00:00 INFO some words that a program has to say\n",
    "wide characters": "漢字漢字漢字、漢字漢字漢字漢字。" * 20 + "\n",
    "emoji in words": "well done 🙂 and on " * 30 + "\n\n",
    "one line": "word ",
}


class Reader(Frame):
    """An app with one output."""

    CSS_PATH = whole.__file__.replace("app.py", "app.tcss")

    def __init__(self) -> None:
        super().__init__()
        self.pane = OutputPane()

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.take_theme(None)

    def take_memory(self, size: int) -> None:
        """Not shown here."""


def task_with(text: str) -> TaskRun:
    """A task that has written this text and goes on."""
    schedule = build(Plan(tasks=(Task(id="a", title="A task", prompt="x"),)), backend="rehearsal")
    attempt = Attempt(1, 0.0, "rehearsal", None, "researcher", "researcher")
    attempt.pieces, attempt.length = [text], len(text)
    return TaskRun(schedule.tasks[0], status="running", attempts=[attempt])


async def painted(app: Reader, wish: Callable[[], object]) -> float:
    """Milliseconds from a wish to the rows that are drawn for it."""
    begun = clock()
    wish()
    await asyncio.sleep(0)
    app.screen._on_timer_update()
    drawn = app.screen._compositor.render_strips()
    "".join(part.text for line in drawn for part in line)
    return (clock() - begun) * 1000


async def until(condition: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds until it holds, and of the slowest turn of the loop on the way."""
    begun = last = clock()
    slowest = 0.0
    while not condition():
        await asyncio.sleep(0)
        now = clock()
        slowest, last = max(slowest, now - last), now
    return (clock() - begun) * 1000, slowest * 1000


async def measure(text: str) -> dict[str, float]:
    """All figures for one text, in milliseconds and megabytes."""
    app = Reader()
    async with app.run_test(size=SIZE) as pilot:
        pane, view = app.pane, app.pane.text
        pane.show_task(task_with("short"), "", 1.0)
        await pilot.pause()
        gc.collect()
        garbage.seldom()  # as the app does
        garbage.settle()
        before = resident()
        found = {"open": await painted(app, lambda: pane.show_task(task_with(text), "", 1.0))}
        found["measured"], found["slowest turn"] = await until(
            lambda: view.document.measure(0) and not view.document._found
        )
        steps = [await painted(app, lambda: view.action_scroll_by(-1)) for _ in range(STEPS)]
        steps += [await painted(app, lambda: view.action_scroll_by_page(-1)) for _ in range(STEPS)]
        height = view.document.height
        for at in range(0, height, max(1, height // STEPS)):
            steps.append(await painted(app, partial(view.scroll_to, y=at, animate=False)))
        found["step, median"], found["step, most"] = statistics.median(steps), max(steps)
        view.begin_search()
        found["search, first"] = await painted(app, lambda: view.find("nowhere to be found"))
        search = view.search
        assert search is not None
        found["search, all"], slowest = await until(lambda: search.complete)
        found["slowest turn"] = max(found["slowest turn"], slowest)
        view.end_search()
        await pilot.resize_terminal(90, 30)
        found["resize"] = await painted(app, view.wrap_anew)
        attempt = pane._attempt
        assert attempt is not None
        grown = []
        for _ in range(STEPS):
            attempt.pieces.append("and some new words. ")
            attempt.length += 20
            grown.append(await painted(app, view.take_in))
        found["growing"] = statistics.median(grown)
        gc.collect()
        found["memory, MB"] = (resident() - before) / 1e6
    return found


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--cpu", action="store_true")
    arguments = parser.parse_args()
    if arguments.cpu:
        global clock
        clock = time.process_time
    size = arguments.megabytes * 1_000_000
    rows: dict[str, dict[str, float]] = {}
    for name, unit in TEXTS.items():
        rows[name] = asyncio.run(measure(unit * (size // len(unit.encode()))))
    columns = list(next(iter(rows.values())))
    print("| ms | " + " | ".join(columns) + " |")
    print("|---|" + "---|" * len(columns))
    for name, found in rows.items():
        print(f"| {name} | " + " | ".join(f"{found[each]:.1f}" for each in columns) + " |")


if __name__ == "__main__":
    main()
