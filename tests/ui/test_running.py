"""Running a plan on the screen: rows, verdicts, stopping, trying again, past runs."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.content import Content

from orchtui.engine.errors import StorageError
from orchtui.engine.plans.plan import Limits, Task
from orchtui.engine.sessions.orchestrator import Orchestrator
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.dialogs import Ask, Read
from orchtui.ui.output.output_text import OutputText
from tests.ui.conftest import (
    FAIL,
    QUICK,
    STALL,
    MakeApp,
    ended,
    go_on,
    plan_of,
    run_to_end,
    screen_text,
    sees,
    until,
)

LIMITS = Limits(retries=0)


def notices(app: OrchtuiApp) -> str:
    """What was told in passing, and can still be seen."""
    return "\n".join(notice.message for notice in app._notifications)


@pytest.mark.parametrize(
    ("directions", "verdict"),
    [((QUICK, QUICK), "COMPLETED"), ((QUICK, FAIL), "PARTIAL"), ((FAIL, FAIL), "FAILED")],
)
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_a_run_ends_with_its_verdict_and_its_files(
    make_app: MakeApp,
    tmp_path: Path,
    directions: tuple[str, ...],
    verdict: str,
    size: tuple[int, int],
) -> None:
    app = make_app(plan_of(*directions, limits=LIMITS))
    async with app.run_test(size=size) as pilot:
        await run_to_end(pilot, app)
        text = screen_text(app)
        assert verdict in text
        assert "REHEARSAL" in text
        assert "researcher-A" in text
        assert "Topic 1" in text
    assert (tmp_path / "artifacts" / "parallel-result.md").exists()
    assert (tmp_path / "artifacts" / "parallel-task-1.md").exists()


async def test_typed_and_run_at_once(make_app: MakeApp) -> None:
    """The key does not wait for the pause after which the request is read."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.plan_pane.request.text = "Look at:\n1. cats\n2. dogs"
        await run_to_end(pilot, app)
        assert app.main.shown is not None
        assert len(app.main.shown.run.tasks) == 2


async def test_the_picked_task_is_the_one_whose_output_is_shown(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK, QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        for key, label in (("j", "researcher-B"), ("down", "researcher-C"), ("k", "researcher-B")):
            await pilot.press(key)
            await sees(pilot, app, f"Output · {label}")
        await pilot.press("enter", "right", "right")
        await sees(pilot, app, "Output · result")
        await until(pilot, lambda: "Topic 3" in app.main.output.text.text, "it is read")
        await pilot.press("escape")
        assert app.focused is app.main.timeline.rows


async def test_stopping_one_leaves_the_others(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL, "300 words, 1 ms"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        await pilot.press("x")
        await sees(pilot, app, "Stop Topic 1?", "What it has written is kept")
        await pilot.press("escape", "x")
        await sees(pilot, app, "Stop Topic 1?")
        assert app.live.run is not None
        assert app.live.run.tasks["t1"].status == "running"
        await pilot.press("x")
        await ended(pilot, app)
        assert app.main.shown is not None
        states = [task.status for task in app.main.shown.run.tasks.values()]
        assert states == ["cancelled", "completed"]


async def test_stopping_all_asks_first(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL, STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        await pilot.press("X")
        await sees(pilot, app, "Stop all tasks?")
        await pilot.press("escape")
        await pilot.pause()
        assert app.live.run is not None
        await pilot.press("f8")
        await sees(pilot, app, "Stop all tasks?")
        await pilot.press("s")
        await ended(pilot, app)
        await sees(pilot, app, "CANCELLED")


async def test_a_question_about_the_run_goes_away_with_it(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        await pilot.press("X")
        await sees(pilot, app, "Stop all tasks?")
        app.live.cancel_all()
        await ended(pilot, app)
        await until(pilot, lambda: not isinstance(app.screen, Ask), "it is asked no more")
        assert app.live.take()  # one is starting, and does not come to it
        await pilot.press("q")
        await sees(pilot, app, "Tasks are running")
        app.live.free()
        error = Read("This did not work", Content("no cluster"), error=True)
        app.push_screen(error)
        await sees(pilot, app, "no cluster")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, "nothing is asked any more")
        assert not app._exit


async def test_one_run_at_a_time(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        await pilot.press("ctrl+r", "f5")
        await pilot.pause()
        assert len(list((tmp_path / "artifacts" / "runs").iterdir())) == 1
        app.live.cancel_all()
        await ended(pilot, app)


async def test_two_keys_in_quick_succession_start_one_run(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_run_plan()
        app.action_run_plan()
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        await pilot.pause(0.2)
        assert len(list((tmp_path / "artifacts" / "runs").iterdir())) == 1
        app.live.cancel_all()
        await ended(pilot, app)


async def test_a_run_goes_on_with_its_own_backend_and_says_so(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, FAIL, limits=LIMITS))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        app.project.overrides = replace(app.project.overrides, backend="anthropic")
        await pilot.press("r")
        await go_on(pilot, app)
        told = "anthropic is for new runs"
        await until(pilot, lambda: told in notices(app), "it is told")
        await ended(pilot, app)


async def test_trying_again_while_others_still_run(make_app: MakeApp) -> None:
    app = make_app(plan_of(FAIL, STALL, limits=LIMITS))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(
            pilot, lambda: app.live.run and app.live.run.with_status("failed"), "one failed"
        )
        run = app.live.run
        assert run is not None
        await pilot.press("r")
        await until(pilot, lambda: len(run.tasks["t1"].attempts) == 2, "it is tried again")
        app.live.cancel_all()
        await ended(pilot, app)


async def test_trying_again_after_the_end_goes_on_in_the_same_run(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(plan_of(QUICK, FAIL, limits=LIMITS))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        first = app.main.shown
        assert first is not None
        await pilot.press("j", "r")
        await go_on(pilot, app)
        await until(pilot, lambda: app.main.shown is not first, "it goes on")
        await ended(pilot, app)
        assert app.main.shown is not None
        again = app.main.shown.run
        assert again.id == first.run.id
        assert [len(task.attempts) for task in again.tasks.values()] == [1, 2]
        assert app.main.picked == "t2"
        await sees(pilot, app, "attempt 2 ✗")


async def test_a_past_run_opens_in_the_same_panes(make_app: MakeApp) -> None:
    earlier = make_app(plan_of(QUICK, FAIL, name="earlier", limits=LIMITS))
    async with earlier.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, earlier)
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        await pilot.press("5")
        await until(pilot, lambda: len(app.main.runs_pane.entries) == 2, "both are listed")
        text = screen_text(app)
        assert "PARTIAL" in text
        assert "RUNNING" in text
        await pilot.press("j", "enter")
        await until(pilot, lambda: app.main.shown and app.main.shown.past, "it is open")
        await sees(pilot, app, "your run goes on")
        await sees(pilot, app, "past run")
        assert app.main.shown is not None
        assert app.main.shown.run.plan.name == "earlier"
        await pilot.press("x", "r")  # neither stops nor resumes anything now
        await pilot.pause()
        assert app.live.run is not None
        await pilot.press("escape")
        await until(pilot, lambda: app.main.shown and not app.main.shown.past, "back again")
        app.live.cancel_all()
        await ended(pilot, app)


async def test_resuming_from_the_list(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, FAIL, limits=LIMITS))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        first = app.main.shown
        await pilot.press("5")
        await until(pilot, lambda: app.main.runs_pane.entries, "the run is listed")
        await pilot.press("r")
        await go_on(pilot, app)
        await until(pilot, lambda: app.main.shown is not first, "it goes on")
        await ended(pilot, app)
        assert app.main.shown is not None
        assert len(app.main.shown.run.sessions) == 2


async def test_without_a_backend_the_app_asks(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK), chosen=None)
    async with app.run_test(size=(120, 36)) as pilot:
        await sees(pilot, app, "no backend chosen")
        await pilot.press("ctrl+r")
        await sees(pilot, app, "Who works?")
        text = screen_text(app)
        assert "ANTHROPIC_API_KEY" in text
        assert "no model at all" in text
        await pilot.press("escape")
        await pilot.pause()
        assert app.main.shown is None
        await pilot.press("ctrl+r")
        await sees(pilot, app, "Who works?")
        await pilot.press("end", "enter")
        await ended(pilot, app)
        assert app.main.shown is not None
        assert app.main.shown.run.rehearsal


async def test_the_backend_can_be_changed(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK), chosen="anthropic")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        await sees(pilot, app, "Who works?")
        await pilot.press("end", "enter")
        await until(pilot, lambda: app.main.used == ("rehearsal",), "it is chosen")
        assert app.project.overrides.backend == "rehearsal"


async def test_a_disk_that_refuses_is_told_and_the_app_lives(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: Orchestrator) -> Orchestrator:
        raise StorageError("the disk is full")

    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(Orchestrator, "__aenter__", refuse)
        await pilot.press("ctrl+r")
        await sees(pilot, app, "the disk is full")
        await pilot.press("escape")
        monkeypatch.undo()
        await run_to_end(pilot, app)
        await sees(pilot, app, "COMPLETED")


async def test_a_plan_that_can_not_start_is_told(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("space", "ctrl+r")
        await sees(pilot, app, "✗")
        assert not (tmp_path / "artifacts").exists()


HOSTILE = "[/] [bold]x[/bold] \x1b[31mred\x1b]0;t\x07 漢字漢字漢字 \u202eabc [@click=app.quit]no[/]"


@pytest.mark.parametrize("width", [40, 81, 120])
async def test_hostile_text_stays_text(make_app: MakeApp, width: int) -> None:
    plan = plan_of(QUICK, QUICK)
    hostile = Task(id="h", title=HOSTILE, prompt=HOSTILE, specialist="[b]x 漢")
    app = make_app(type(plan)(tasks=(hostile, *plan.tasks), request="[/]" + HOSTILE))
    async with app.run_test(size=(width, 30)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("5")
        await until(pilot, lambda: app.main.runs_pane.entries, "the run is listed")
        for row in app.screen._compositor.render_strips():
            assert row.cell_length == width
            assert not {"\x1b", "\x07", "\u202e"} & set(row.text)


async def test_hundreds_of_tasks_scroll(make_app: MakeApp) -> None:
    app = make_app(plan_of(*[QUICK] * 300, limits=Limits(concurrency=300)))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("G")
        await pilot.press("k")
        await sees(pilot, app, "Topic 300")
        assert app.main.picked == "t300"
        await pilot.press("g")
        assert app.main.picked == "t1"


async def test_the_output_follows_until_one_scrolls_up(make_app: MakeApp) -> None:
    app = make_app(plan_of("2000 words, 1 ms"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        text = app.main.output.text
        await until(pilot, lambda: text.max_scroll_y > 5, "there is something to scroll")
        assert text.following
        await pilot.press("4", "pageup")
        assert not text.following
        place = text.scroll_offset.y
        await ended(pilot, app)
        assert text.scroll_offset.y == place
        await pilot.press("G")
        assert text.following
        assert text.scroll_offset.y == text.max_scroll_y


async def test_no_row_of_the_output_is_hidden_by_the_scrollbar(make_app: MakeApp) -> None:
    app = make_app(plan_of("300 words, 1 ms"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await ended(pilot, app)
        text = app.main.query_one("#output-text", OutputText)
        await until(pilot, lambda: text.show_vertical_scrollbar, "there is more than fits")
        assert text.document.width == text.scrollable_content_region.width
