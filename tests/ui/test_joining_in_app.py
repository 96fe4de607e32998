"""Results joined another way in the app: asked, followed, stopped, read, and what is seen then."""

import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot

from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.events import AGGREGATE
from orchtui.engine.run_folders import past_runs
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.project import Project
from orchtui.engine.texts import reduction
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.dialogs.join_question import JoinQuestion
from orchtui.ui.notices import busy
from tests.engine.whole_runs import plan_for, project_in, task_named
from tests.server import MessagesServer, Stall
from tests.server.replies import answer, cut
from tests.ui.conftest import FAIL, QUICK, STALL, MakeApp, plan_of, run_to_end, sees, until
from tests.ui.whole_app import asked, opened, said

LEXER = "The lexer keeps no state, so every line is read twice. It takes 12 seconds for 3400 lines."
CACHE = "It never forgets: after two days it holds gigabytes of stale answers in the cache."
GOOD = "# Both\n\nThe lexer reads twice, the cache holds stale answers. Tasks: 1, 2"
STALLS = (*cut(answer(GOOD), 5), Stall())
SIZES = [(80, 24), (120, 36)]


def two(**fields: object) -> Plan:
    tasks = (
        task_named("lexer", title="Lexer", prompt="work on the lexer"),
        task_named("cache", title="Cache", prompt="work on the cache"),
    )
    return plan_for(*tasks, **fields)


def paid(folder: Path, server: MessagesServer) -> Project:
    server.on("work on the lexer", answer(LEXER))
    server.on("work on the cache", answer(CACHE))
    project = project_in(folder, server)
    project.trust.note_paid(folder)
    return project


def on_disk(app: OrchtuiApp) -> Run:
    return past_runs.open_run(app.project.out, "last")


async def asks(pilot: Pilot[int], app: OrchtuiApp, key: str = "m") -> str:
    await pilot.press(key)
    return await asked(pilot, app, JoinQuestion)


def free(app: OrchtuiApp) -> bool:
    return not (app.joins or app.busy.any)


@pytest.mark.parametrize("size", SIZES)
async def test_a_synthesis_is_asked_followed_and_read(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with MessagesServer() as server:
        server.on("Write one report", STALLS, answer(GOOD))
        async with opened(paid(tmp_path, server), two(), size) as (app, pilot):
            await run_to_end(pilot, app)
            text = await asks(pilot, app)
            assert "c collect (as it is now)" in text and "It asks anthropic" in text
            await pilot.press("b")
            assert len(server.requests) == 2, "nobody was asked"

            await asks(pilot, app)
            await pilot.press("s")
            await until(pilot, lambda: app.busy.shown, "that takes a while is shown")
            await sees(pilot, app, "esc stops", "Both", "● running")
            await pilot.press("escape")
            await said(pilot, app, "Not joined synthesize (anthropic")
            await until(pilot, lambda: free(app), "it is let go")
            run = app.main.run_shown
            assert run is not None and run.aggregated is not None
            assert run.aggregated.strategy == "collect" and len(run.stopped_joining) == 1
            assert on_disk(app) == run

            await asks(pilot, app)
            await pilot.press("s")
            await said(pilot, app, "Joined synthesized into one text")
            await sees(pilot, app, "The result (synthesize)")
            assert app.main.picked == AGGREGATE and len(server.requests) == 4


async def test_one_that_can_not_stand_says_so_loudly(tmp_path: Path) -> None:
    async with MessagesServer() as server:
        server.on("Write one report", answer("ok"))
        async with opened(paid(tmp_path, server), two()) as (app, pilot):
            await run_to_end(pilot, app)
            await asks(pilot, app)
            await pilot.press("s")
            loud = "collected, not synthesize as asked: its answer is only a placeholder"
            await said(pilot, app, f"Joined {loud}")
            await sees(pilot, app, "The result (collect)", "No synthesis was made")
            await sees(pilot, app, loud[:60])
            assert app.problems.count("warning") >= 1, "it is kept among the problems"
            app.clear_notifications()
            await pilot.press("5")
            await sees(pilot, app, f"! {loud[:40]}")


async def test_it_is_begun_once_however_long_the_run_takes_to_open(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A very large run takes seconds: who asks again meanwhile pays for no second synthesis."""
    may_open, opens = threading.Event(), past_runs.open_run

    def slowly(out: Path, run_id: str) -> Run:
        assert may_open.wait(20)
        return opens(out, run_id)

    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        monkeypatch.setattr(past_runs, "open_run", slowly)
        try:
            await asks(pilot, app)
            await pilot.press("n")
            await until(pilot, lambda: app.joins, "it is about to be joined")
            await pilot.press("m")
            await said(pilot, app, "Results are being joined already")
        finally:
            may_open.set()
        await said(pilot, app, "Joined each in its own file")
        await until(pilot, lambda: free(app), "it is let go")
        assert len(on_disk(app).joined_again) == 1


async def test_variants_are_set_side_by_side_with_a_recommendation(tmp_path: Path) -> None:
    async with MessagesServer() as server:
        plan = two(request="how long does the lexer take for lines")
        async with opened(paid(tmp_path, server), plan) as (app, pilot):
            await run_to_end(pilot, app)
            await asks(pilot, app)
            await pilot.press("p")
            await said(pilot, app, "Recommended: Lexer. It speaks of")
            await said(pilot, app, "6 compares them; c chooses one there")
            assert "## Variants" in app.main.output.text.text
            assert "## Differences" in app.main.output.text.text
            assert "## Recommendation" in app.main.output.text.text
            await pilot.press("6")
            await until(pilot, lambda: app.main.view == "compare", "the results are in front")
            assert len(server.requests) == 2, "no model is asked"


async def test_who_can_not_make_one_is_said_and_the_other_ways_stay(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        app.project.overrides = app.project.overrides.__class__(backend="command")
        text = await asks(pilot, app, "m")
        assert "Not now:" in text and "b chooses another" in " ".join(text.split())
        await pilot.press("s")
        assert isinstance(app.screen, JoinQuestion), "that is no answer"
        await pilot.press("n")
        await said(pilot, app, "Joined each in its own file")


@pytest.mark.parametrize(
    ("directions", "why"),
    [((STALL,), "its results are joined once it has ended"), ((FAIL,), "no task completed")],
)
async def test_at_the_wrong_moment_it_says_why(
    make_app: MakeApp, directions: tuple[str, ...], why: str
) -> None:
    plan = plan_of(*directions)
    app = make_app(plan)
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_join_results()
        await said(pilot, app, "Nothing has run yet")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.shown is not None, "it runs")
        if directions == (FAIL,):
            await until(pilot, lambda: not app.live.taken, "it has ended")
        app.action_join_results()
        await said(pilot, app, why)
        app.live.cancel_all()


async def test_a_run_of_the_list_is_opened_and_asked_about(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        first = app.main.run_shown
        await run_to_end(pilot, app)
        await pilot.press("5", "down")
        entry = app.main.runs_pane.picked
        assert entry is not None and first is not None and entry.id == first.id
        await asks(pilot, app)
        await pilot.press("p")
        await said(pilot, app, "Joined set side by side")
        assert app.main.shown is not None and app.main.shown.run.id == first.id


async def test_an_interrupted_run_says_which_key_goes_on_with_it(
    make_app: MakeApp, tmp_path: Path
) -> None:
    async with (app := make_app(plan_of(QUICK, QUICK))).run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
    journal = next((tmp_path / "artifacts/runs").glob("*/events.jsonl"))
    lines = journal.read_bytes().splitlines(keepends=True)
    kinds = [ev.kind_of(event) for line in lines if (event := ev.decode(line))]
    journal.write_bytes(b"".join(lines[: kinds.index("task_completed") + 1]))

    async with (app := make_app(plan_of(QUICK))).run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "l")
        await until(pilot, lambda: app.main.runs_pane.entries, "the run is listed")
        await pilot.press("m")
        await said(pilot, app, "It was interrupted: r goes on with it")
        app.clear_notifications()
        await pilot.press("m")
        await said(pilot, app, "It was interrupted: r goes on with it")


async def test_leaving_asks_and_keeps_what_was_used(tmp_path: Path) -> None:
    async with MessagesServer() as server:
        server.on("Write one report", STALLS)
        async with opened(paid(tmp_path, server), two()) as (app, pilot):
            await run_to_end(pilot, app)
            await asks(pilot, app)
            await pilot.press("s")
            await until(pilot, lambda: len(server.requests) == 3, "it is asked")
            await pilot.press("m")
            await said(pilot, app, "Results are being joined already")
            await pilot.press("q")
            assert "Results are being joined" in await asked(pilot, app, Ask)
            await pilot.press("c")
            await until(pilot, lambda: not app.is_running, "the app ends")
        assert len(on_disk(app).stopped_joining) == 1


async def test_a_reduction_of_a_live_run_shows_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduction, "CHARACTERS", 250)
    monkeypatch.setattr(busy, "AFTER", 0.0)
    async with MessagesServer() as server:
        server.on("Shorten a part", answer("The lexer reads twice."), (*cut(answer(), 3), Stall()))
        async with opened(paid(tmp_path, server), two(aggregate="synthesize")) as (app, pilot):
            await pilot.press("ctrl+r")
            await sees(pilot, app, "Synthesis", "1 of 2 parts ━")
            await pilot.press("end")
            await sees(pilot, app, "1 of 2 parts summarized · running · anthropic")
            await sees(pilot, app, "while the results are reduced", "So far: 1 of 2 parts")
            app.live.cancel(AGGREGATE)
            await until(pilot, lambda: not app.live.taken, "the run has ended")
            await said(pilot, app, "collected, not synthesize as asked: part ")


async def test_the_key_that_stops_a_task_stops_it_and_it_is_not_replayed_meanwhile(
    tmp_path: Path,
) -> None:
    async with MessagesServer() as server:
        server.on("Write one report", STALLS)
        async with opened(paid(tmp_path, server), two()) as (app, pilot):
            await run_to_end(pilot, app)
            await asks(pilot, app)
            await pilot.press("s")
            await until(pilot, lambda: len(server.requests) == 3, "it is asked")
            await pilot.press("R")
            await said(pilot, app, "it can be replayed after that")
            await pilot.press("x")
            await said(pilot, app, "Not joined synthesize (anthropic")
            await until(pilot, lambda: free(app), "it is let go")
            assert app.main.shown is not None and not app.main.shown.joining
            await pilot.press("R")
            await until(pilot, lambda: app.main.replaying, "now it is replayed")
