"""The estimate while one writes: what is known, what is not, and what would make it known."""

from pathlib import Path

import pytest

from orchtui.engine.backends.registry import Backends
from orchtui.engine.estimates.estimates import Estimate, Part, Time
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.runs.costs import UNKNOWN, Cost
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.compose.estimate_line import estimate_line, roughly
from tests.ui.conftest import MakeApp, sees

SEEN = Part(
    basis="past runs",
    tasks=3,
    seen=9,
    input_tokens=10_000,
    output_tokens=2_000,
    cost=Cost(0.08, 0.08),
)
NEW = Part(basis="prompts", tasks=1, input_tokens=400, output_tokens=8_000, cost=Cost(0.001, 0.12))
NO_PRICE = Part(basis="prompts", tasks=1, input_tokens=400, output_tokens=0, cost=UNKNOWN)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (Estimate(tasks=0, paid=0), ""),
        (
            Estimate(tasks=3, paid=3, parts=(SEEN,), time=Time(seconds=120, known=360, past=3)),
            "~2m in parallel, ~6m one after another · ~12k tokens · ~$0.08",
        ),
        (
            Estimate(tasks=4, paid=4, parts=(SEEN, NEW), time=Time(known=360, past=3, unknown=1)),
            "~12k tokens in, at most 8.0k out · $0.081 to $0.20 · "
            "time unknown, 6m of it known; 1 task never ran",
        ),
        (
            Estimate(tasks=2, paid=0, time=Time(seconds=60, known=60, planned=2)),
            "~1m, one after another · costs nothing",
        ),
        (
            Estimate(tasks=1, paid=1, parts=(NO_PRICE,), time=Time(seconds=5, known=5, planned=1)),
            "~5s · ~400 tokens in · cost unknown: no price for the model, see prices in "
            "orchtui.yaml",
        ),
        (
            Estimate(tasks=1, paid=0, time=Time(unknown=1)),
            "costs nothing · time unknown: run such tasks once, or set an estimate",
        ),
        # what is rehearsed is never counted: to run it once would not help
        (
            Estimate(tasks=2, paid=0, time=Time(unknown=2, rehearsed=2)),
            "costs nothing · time unknown: a rehearsal does not count, set an estimate",
        ),
        (
            Estimate(tasks=2, paid=0, time=Time(unknown=2, rehearsed=1)),
            "costs nothing · time unknown: run such tasks once, or set an estimate",
        ),
        (
            Estimate(tasks=2, paid=0, time=Time(known=60, planned=1, unknown=1, rehearsed=1)),
            "costs nothing · time unknown, 1m of it known; 1 task is rehearsed",
        ),
    ],
)
def test_what_is_said(of: Estimate, words: str) -> None:
    assert estimate_line(of).plain == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1s"), (59.4, "59s"), (59.6, "1m"), (125, "2m"), (3599, "1h 00m"), (4800, "1h 20m")],
)
def test_no_more_is_said_than_is_known(seconds: float, words: str) -> None:
    assert roughly(seconds) == words


async def test_it_follows_what_is_written(make_app: MakeApp) -> None:
    tasks = tuple(Task(id=f"t{n}", prompt=f"Look at topic {n}", estimate=120.0) for n in range(3))
    app = make_app(Plan(tasks=tasks))
    async with app.run_test(size=(120, 36)) as pilot:
        await sees(pilot, app, "~2m in parallel, ~6m one")
        await pilot.press("space")
        await sees(pilot, app, "~2m in parallel, ~4m one")


async def test_without_anybody_to_work_it_says_what_to_do(tmp_path: Path) -> None:
    nowhere = {"ORCHTUI_LOCAL_MODEL": str(tmp_path / "none.gguf"), "PATH": ""}
    project = Project(folder=tmp_path, out=tmp_path / "artifacts", backends=Backends(nowhere))
    app = OrchtuiApp(project, Plan(tasks=(Task(id="a", prompt="Look at cats"),)))
    async with app.run_test(size=(120, 36)) as pilot:
        await sees(pilot, app, "no estimate: b chooses who works")
