"""The end of the one run: how long whoever leaves waits for it, and what is said of it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from orchtui.engine.run_folders.writing import Writing
from orchtui.engine.runs.run import Run
from orchtui.ui.desks.live import LiveRun
from tests.engine import virtual_time
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.ui.conftest import STALL, MakeApp, plan_of, sees, until


@dataclass
class Written:
    """A session whose tasks have ended; each file takes a second."""

    files: int
    run: Run = field(default_factory=lambda: Told(task("a")).run)
    writing: Writing | None = None
    only_writes: bool = True
    whole: bool = False

    def cancel_all(self) -> None:
        """There is nothing to cancel."""

    async def go_on(self) -> None:
        for done in range(self.files):
            self.writing = Writing("files", done, self.files, 0.0)
            await asyncio.sleep(1)
        if self.files < 0:
            await asyncio.sleep(10**6)  # a disk that never answers
        self.whole = True


@pytest.mark.parametrize(("files", "whole"), [(3, True), (30, True), (-1, False)])
def test_it_is_waited_for_as_long_as_it_gets_on(files: int, whole: bool) -> None:
    session: Any = Written(files)

    async def leave() -> None:
        live = LiveRun()
        live._orchestrator = session
        live._following = asyncio.create_task(session.go_on())
        await live.stop(5.0)

    virtual_time.run(leave())
    assert session.whole == whole


def test_what_is_written_is_told_in_words() -> None:
    live, session = LiveRun(), Written(1)
    assert (live.writing(), live.only_writes) == ("", False)
    live._orchestrator = session  # type: ignore[assignment]
    session.writing = Writing("files", 1_000, 2_000, 0.0)
    assert (live.writing(), live.only_writes) == ("writing 1,000 of 2,000 files", True)


async def test_what_only_is_written_is_neither_stopped_nor_asked_about(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        monkeypatch.setattr(LiveRun, "only_writes", True)
        monkeypatch.setattr(LiveRun, "writing", lambda _: "writing 5 of 9 files")
        await pilot.press("f8")
        said = [one.message for one in app._notifications]
        assert "All tasks have ended: writing 5 of 9 files" in said
        await pilot.press("q")
        await sees(pilot, app, "The run is being written", "quit once it is written")
        monkeypatch.undo()
        await pilot.press("c")
        await until(pilot, lambda: app._exit, "it ends")
