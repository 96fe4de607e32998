"""How whole screens look: their rows as text at three sizes, one as pictures under two themes.

`GOLDENS=write pytest tests/ui/test_goldens.py` makes them anew; whoever does that looks at
what has changed.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from orchtui.engine.history import labels
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Task
from orchtui.engine.replay.player import Player
from orchtui.engine.replay.recording import open_recording
from orchtui.engine.run_events import events as ev
from orchtui.ui import frame
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.runs import run_list, runs_pane
from orchtui.ui.screen import Shown
from tests.engine.history import past
from tests.engine.told import START, Told
from tests.ui.conftest import MakeApp, screen_text, until
from tests.ui.test_independence import always, needs, with_check

GOLDENS = Path(__file__).parent / "goldens"
MEMORY = 64 << 20
SIZES = [(80, 24), (120, 36), (200, 50)]
THEMES = ["orchtui-dark", "orchtui-light"]

ONE = Task(
    id="papers",
    title="Academic papers",
    prompt="Read papers on async/await and save the list to docs/papers.md.",
    priority="critical",
    writes=("docs/papers.md",),
)
TWO = Task(id="tutorial", title="日本語 tutorial", prompt="Write a tutorial on async/await.")
THREE = Task(id="review", title="Review", prompt="Review the tutorial for mistakes.", after=())
FOUR = Task(id="links", title="Links", prompt="Collect links.", priority="nice-to-have")
TEXT = "# What was read\n\nThree papers, of which *two* say the same.\n\n- one\n- two\n" * 3


def ended() -> Told:
    """A run with a bit of everything, at fixed times."""
    told = Told(ONE, TWO, THREE, FOUR, request="Research async/await from all sides")
    told.starts("papers", 0).says("papers", 2, TEXT).starts("tutorial", 0)
    of = {"task": "papers", "attempt": 1}
    told.tell(ev.ToolCalled, 3, **of, call="c1", name="Read", arguments='{"path": "docs/x.md"}')
    told.tell(ev.ToolReturned, 4, **of, call="c1", ok=True, text="words")
    told.retries("tutorial", 5).starts("tutorial", 9).says("tutorial", 10, "half of it")
    told.starts("links", 0).completes("links", 7, "- https://example.org", input=90, output=12)
    told.completes("papers", 12, output=900).fails("tutorial", 14).starts("review", 14)
    return told.cancels("review", 15).ends(16)


async def plan_on_the_desk(app: OrchtuiApp, pilot: Pilot[int]) -> None:
    await until(pilot, lambda: app.main.independence.report is not None, "it is checked")
    estimate = app.main.query_one("#plan-estimate")
    await until(pilot, lambda: not estimate.has_class("-empty"), "it is estimated")


async def findings(app: OrchtuiApp, pilot: Pilot[int]) -> None:
    await plan_on_the_desk(app, pilot)
    app.main.action_go("independence")


async def a_run(app: OrchtuiApp, pilot: Pilot[int]) -> None:
    await plan_on_the_desk(app, pilot)
    run = ended().run
    app.main.show_run(Shown(run, app.project.out / "runs" / run.id, past=True))
    app.main.action_go("timeline")
    await until(pilot, lambda: app.main.timeline.rows.columns.bar, "it has columns")


async def a_replay(app: OrchtuiApp, pilot: Pilot[int]) -> None:
    await a_run(app, pilot)
    told = ended()
    folder = app.project.out / "runs" / told.run.id
    folder.mkdir(parents=True)
    (folder / journal.FILE).write_bytes(b"".join(ev.encode(one) + b"\n" for one in told.events))
    app.main.replay(Player(open_recording(folder)))
    await pilot.press("J", "J")


async def results(app: OrchtuiApp, pilot: Pilot[int]) -> None:
    await a_run(app, pilot)
    await pilot.press("d")
    figures, found = app.main.compare.figures, app.main.compare.results
    await until(pilot, lambda: found.all and not figures.wanted(found.all, ()), "all is counted")


async def a_diff(app: OrchtuiApp, pilot: Pilot[int]) -> None:
    await results(app, pilot)
    await pilot.press("enter")
    await until(pilot, lambda: app.main.compare.diff.prepared is not None, "they are compared")


async def empty(app: OrchtuiApp, pilot: Pilot[int]) -> None:
    app.main.plan_pane.change(lambda plan: type(plan)())
    app.main.action_go("compose")


async def help_on_keys(app: OrchtuiApp, pilot: Pilot[int]) -> None:
    await a_run(app, pilot)
    await pilot.press("f1")


async def past_runs(app: OrchtuiApp, pilot: Pilot[int]) -> None:
    await plan_on_the_desk(app, pilot)
    out, pane = app.project.out, app.main.runs_pane
    for number in (1, 2):
        past.left(out, past.completed(name="garden", request="Look at gardens"), number)
    half = past.told(name="日本語 harbour").starts("one", 0).fails("one", 4, "the tide")
    labels.tagged(past.left(out, half.cancels("two", 5).ends(6), 3), ["night", "good"])
    labels.pinned(past.left(out, past.completed(name="lamps"), 4), True)
    (out / "runs" / past.run_id(2) / "summary.json").unlink()
    (out / "runs" / "20260101-000000-dead").mkdir()
    app.main.action_go("runs")
    await until(pilot, lambda: len(pane.entries) == 5, "they are listed")
    await pilot.press("j")
    reading = ("runs", "runs-list", "detail")
    await until(
        pilot,
        lambda: pane.size.height < 20 or pane._detail,
        "more is told of one",
    )
    await until(
        pilot,
        lambda: not [one for one in app.workers if one.group in reading and one.is_running],
        "all is read",
    )


Scene = Callable[[OrchtuiApp, Pilot[int]], object]
SCENES: list[Scene] = [
    *(plan_on_the_desk, findings, a_run, a_replay, results, a_diff, empty, help_on_keys),
    past_runs,
]


@pytest.fixture
def shown(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Iterator[OrchtuiApp]:
    """The app on a plan with a finding; nothing of it comes from this machine or this moment."""
    monkeypatch.setattr(frame, "resident", lambda: MEMORY)
    monkeypatch.setattr(run_list, "time", SimpleNamespace(time=lambda: START))
    monkeypatch.setattr(runs_pane, "time", SimpleNamespace(time=lambda: START))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    plan = ended().run.plan
    app = make_app(plan)
    yield with_check(app, always(needs(TWO, THREE, "the tutorial")))
    monkeypatch.undo()
    time.tzset()


async def still(app: OrchtuiApp, pilot: Pilot[int]) -> str:
    """The rows, once they no longer change."""
    await until(pilot, lambda: app.main.memory == MEMORY, "memory is measured")
    app.clear_notifications()
    seen: list[str] = []

    def same() -> bool:
        seen.append(screen_text(app))
        return len(seen) > 6 and len(set(seen[-6:])) == 1

    await until(pilot, same, "nothing moves")
    return "\n".join(line.rstrip() for line in seen[-1].splitlines()) + "\n"


def compare(name: str, text: str) -> None:
    path = GOLDENS / name
    if os.environ.get("GOLDENS") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_rows(shown: OrchtuiApp, scene: Scene, size: tuple[int, int]) -> None:
    async with shown.run_test(size=size) as pilot:
        await scene(shown, pilot)  # type: ignore[misc]
        rows = await still(shown, pilot)
    compare(f"{scene.__name__}-{size[0]}x{size[1]}.txt", rows)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_pictures(shown: OrchtuiApp, theme: str, size: tuple[int, int]) -> None:
    async with shown.run_test(size=size) as pilot:
        await a_run(shown, pilot)
        await until(pilot, lambda: theme in shown.available_themes, "the themes are read")
        shown.theme = theme
        await still(shown, pilot)
        picture = shown.export_screenshot()
    # the names of styles and clips are counted anew for each picture
    picture = re.sub(r"terminal-\d+", "terminal", picture)
    compare(f"a_run-{size[0]}x{size[1]}-{theme}.svg", picture)
