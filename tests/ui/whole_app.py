"""The whole app over real runs: a model on loopback, or programs; and what it asks."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from orchtui.engine.plans.plan import Plan
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from tests.ui.conftest import screen_text, until


@asynccontextmanager
async def opened(
    project: Project, plan: Plan, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[OrchtuiApp, Pilot[int]]]:
    """The app with this plan on its desk."""
    app = OrchtuiApp(project, plan)
    try:
        async with app.run_test(size=size) as pilot:
            yield app, pilot
    finally:
        await project.close()


async def asked(pilot: Pilot[int], app: OrchtuiApp, kind: type[Screen[Any]]) -> str:
    """Wait for a dialog; what stands on the screen then."""
    await until(pilot, lambda: isinstance(app.screen, kind), f"{kind.__name__} is there")
    await until(pilot, lambda: app.screen.focused is not None, "it takes keys")
    await pilot.pause()
    return screen_text(app)


async def said(pilot: Pilot[int], app: OrchtuiApp, words: str) -> None:
    """Wait for a notification with these words."""

    def told() -> bool:
        notes = (f"{note.title} {note.message}" for note in app._notifications)
        return any(words in note for note in notes)

    await until(pilot, told, f"'{words}' is told")


def idle(app: OrchtuiApp) -> Callable[[], bool]:
    """Nothing goes on, and nothing is about to."""
    return lambda: not app.live.taken
