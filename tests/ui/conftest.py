"""An app on a rehearsal, and a way to wait for what it shows."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.app import App
from textual.pilot import Pilot

from orchtui.engine.backends.registry import Backends
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.sessions.project import Project
from orchtui.ui import frame
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.reuse_question import ResumeQuestion
from orchtui.ui.keys import key_gate

MakeApp = Callable[..., OrchtuiApp]

PATIENCE = 20.0
"""Seconds; only a broken app needs them."""


@pytest.fixture(autouse=True)
def nothing_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its first paint the app has memory searched and frozen.

    Here the first takes long, and after the second nothing of an app would ever go away again.
    """
    monkeypatch.setattr(frame, "gc", SimpleNamespace(collect=int, enable=int))
    monkeypatch.setattr(frame, "garbage", SimpleNamespace(settle=int))


@pytest.fixture(autouse=True)
def seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person answers a question that comes up unasked as soon as it is there."""
    monkeypatch.setattr(key_gate, "PAUSE", 0.0)


@pytest.fixture
def make_app(tmp_path: Path) -> MakeApp:
    """Apps in one project folder, each with a Project of its own."""

    def make(plan: Plan | None = None, *, chosen: str | None = "rehearsal") -> OrchtuiApp:
        # Where the local model is installed it would be ready, and nobody would be asked.
        nowhere = {"ORCHTUI_LOCAL_MODEL": str(tmp_path / "no-such-model.gguf")}
        backends = Backends(environment=nowhere, chosen=chosen)
        project = Project(folder=tmp_path, out=tmp_path / "artifacts", backends=backends)
        return OrchtuiApp(project, plan)

    return make


async def until(pilot: Pilot[int], condition: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        await pilot.pause()
        await asyncio.sleep(0.01)


def plan_of(*directions: str, **fields: object) -> Plan:
    """A plan with a task for each of the rehearsal's directions."""
    tasks = tuple(
        Task(
            id=f"t{number}",
            title=f"Topic {number}",
            prompt=f"Look at topic {number} [rehearse: {direction}]",
        )
        for number, direction in enumerate(directions, 1)
    )
    return Plan(tasks=tasks, **fields)  # type: ignore[arg-type]


QUICK = "6 words, 1 ms"
"""A task that is done at once."""
STALL = "stall, 6 words, 1 ms"
"""A task that never ends by itself."""
FAIL = "fail, 6 words, 1 ms"


async def run_to_end(pilot: Pilot[int], app: OrchtuiApp) -> None:
    """Press the key and wait for the verdict."""
    await pilot.press("ctrl+r")
    await ended(pilot, app)


async def ended(pilot: Pilot[int], app: OrchtuiApp) -> None:
    """Wait for the verdict."""

    def over() -> bool:
        shown = app.main.shown
        told = app.live.run is None and app.main.live is None and not app.main.dirty
        return shown is not None and shown.run.finished is not None and told

    await until(pilot, over, "the run has ended")
    await pilot.pause()


async def go_on(pilot: Pilot[int], app: OrchtuiApp) -> str:
    """Agree to what a run that goes on would do; what is told of it."""
    await until(pilot, lambda: isinstance(app.screen, ResumeQuestion), "it is asked")
    await until(pilot, lambda: app.screen.focused is not None, "it takes keys")
    await pilot.pause()
    text = dialog_text(app)
    await pilot.press("g")
    return text


def dialog_text(app: App[int]) -> str:
    """What stands in the dialog that is open, row by row, without what is left and right of it."""
    inside = app.screen.query_one(".dialog").content_region
    rows = screen_text(app).split("\n")[inside.y : inside.bottom]
    return "\n".join(row[inside.x : inside.right] for row in rows)


def screen_text(app: App[int]) -> str:
    """What stands on the screen, row by row."""
    return "\n".join(
        "".join(part.text for part in line) for line in app.screen._compositor.render_strips()
    )


def shows(app: App[int], *words: str) -> bool:
    """Whether all these words stand on the screen."""
    text = screen_text(app)
    return all(word in text for word in words)


async def sees(pilot: Pilot[int], app: App[int], *words: str) -> str:
    """Wait until all these words stand on the screen; all that stands there then.

    What the app knows is painted a moment later: a test that looks at once is right only on an
    idle machine.
    """
    await until(pilot, partial(shows, app, *words), f"these are shown: {', '.join(words)}")
    return screen_text(app)
