"""What a replay costs on the screen: opening it, a step of each kind, and a beat while it plays.

The app runs without a terminal, at 120 by 36 cells: from the step to a screen that is laid out and
told to be drawn. Figures are the CPU time of this process, so that a busy machine changes them
little; `opening` is given as both. Run it as `python -m benchmarks.replayed`; `--events N` takes
other sizes.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.replay import RUN, TICK, shapes
from orchtui.engine.backends.registry import Backends
from orchtui.engine.journals import journal
from orchtui.engine.replay.player import Player
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.runs.runs_pane import RunsPane
from tests.ui.conftest import until

STEPS = 60
SIZE = (120, 36)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    asked = parser.parse_args()
    print("| journal | opening | anywhere | 1/50 back | an event back | beat at 1x | at 1000x |")
    print("|---|---|---|---|---|---|---|")
    for name, lines in shapes(asked.events).items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "artifacts" / journal.RUNS / RUN
            folder.mkdir(parents=True)
            with (folder / journal.FILE).open("wb") as file:
                file.writelines(line + b"\n" for line in lines())
            print(f"| {name} | {' | '.join(asyncio.run(measured(Path(place))))} |", flush=True)


async def measured(place: Path) -> list[str]:
    """One row of the table."""
    backends = Backends({"ORCHTUI_LOCAL_MODEL": str(place / "none")}, chosen="rehearsal")
    app = OrchtuiApp(Project(folder=place, out=place / "artifacts", backends=backends), None)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(2.0)
        began, worked = time.perf_counter(), time.process_time()
        app.main.runs_pane.post_message(RunsPane.ReplayWanted(RUN))
        await until(pilot, lambda: app.main.replaying, "it is replayed")
        opening = f"{time.process_time() - worked:.1f} s, {time.perf_counter() - began:.1f} s"
        assert (player := app.main.player) is not None
        player.pause()
        await pilot.pause(1.0)
        return [opening, *steps(app, player)]


def steps(app: OrchtuiApp, player: Player) -> Iterator[str]:
    """The figures of each kind of step."""
    screen, now = app.main, [0.0]

    def anywhere() -> None:
        player.to_fraction(random.random())
        screen.action_step_event(0)

    def beat() -> None:
        now[0] += TICK
        screen.repaint_now()

    yield spread(anywhere)
    player.to_fraction(0.99)
    yield spread(lambda: screen.action_scrub(-1), 45)
    player.to_fraction(0.9)
    yield spread(lambda: screen.action_step_event(-1))
    screen.clock = lambda: now[0]
    for speed, start in ((1.0, 0.5), (1000.0, 0.0)):
        player.to_fraction(start)
        player.set_speed(speed)
        player.play()
        yield spread(beat, 30)


def spread(step: Callable[[], object], count: int = STEPS) -> str:
    """The median and the worst."""
    taken = []
    for _ in range(count):
        began = time.process_time()
        step()
        taken.append(time.process_time() - began)
    taken.sort()
    return f"{1000 * taken[count // 2]:.0f}, {1000 * taken[-1]:.0f} ms"


if __name__ == "__main__":
    main()
