"""A replay in the app: the same panes at any moment of a past run, by keys and by the scrubber."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.geometry import Offset
from textual.pilot import Pilot

from orchtui.engine.journals import journal
from orchtui.engine.replay.player import Player
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.bars.scrubber import Scrubber
from orchtui.ui.bars.track import THUMB
from orchtui.ui.dialogs.dialogs import Read
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.ui.conftest import (
    QUICK,
    STALL,
    MakeApp,
    plan_of,
    run_to_end,
    screen_text,
    sees,
    shows,
    until,
)
from tests.ui.whole_app import said


def two_sessions() -> Told:
    """Twenty seconds of work with a night between; one task fails, and is done the next day."""
    told = Told(task("a", title="First"), task("b", title="Second"), task("c", after=("a",)))
    told.starts("a", 0).starts("b", 1).says("a", 2, "Words of a. ").says("b", 3, "Words of b. ")
    told.retries("b", 4).starts("b", 5).says("b", 6, "Again b, and more. ").says(
        "a", 7, "More of a. "
    )
    told.completes("a", 8).fails("b", 9, "it broke").starts("c", 9)
    told.says("c", 10, "Words of c. ").completes("c", 11).ends(12)
    return told


def keep(app: OrchtuiApp, told: Told, cut: int | None = None) -> Path:
    """The folder of a run in the app's list.

    Args:
        cut: Bytes at the end that are not there.
    """
    folder = app.project.out / "runs" / told.run.id
    folder.mkdir(parents=True, exist_ok=True)
    data = b"".join(ev.encode(event) + b"\n" for event in told.events)
    (folder / journal.FILE).write_bytes(data[: -cut if cut else None])
    (folder / summary.FILE).write_text(summary.dump(told.run))
    return folder


@asynccontextmanager
async def replayed(
    app: OrchtuiApp, size: tuple[int, int] = (120, 36), told: Told | None = None
) -> AsyncIterator[tuple[Pilot[int], Player, "Clock"]]:
    """The app at the first event of a replay that stands still, and the clock that it goes by."""
    keep(app, told or two_sessions())
    app.main.clock = clock = Clock()
    async with app.run_test(size=size) as pilot:
        player = await from_the_list(pilot, app)
        yield pilot, player, clock


async def from_the_list(pilot: Pilot[int], app: OrchtuiApp) -> Player:
    """Replay the newest run of the list."""
    app.main.action_go("runs")
    await until(pilot, lambda: app.main.runs_pane.entries, "it is listed")
    await pilot.press("v")
    await until(pilot, lambda: app.main.replaying, "it is replayed")
    assert app.main.player is not None
    return app.main.player


class Clock:
    """What the time is, is said."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def text(app: OrchtuiApp) -> str:
    """What stands in the output, row by row."""
    return "\n".join(row.text for row in app.main.output.text.document.rows())


# What is seen


async def test_the_panes_show_the_run_as_it_stood_and_say_loudly_that_it_is_a_replay(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, clock):
        told = await sees(pilot, app, "3 Timeline · REPLAY of 20260115-100000-abcd", "▶ play 1x")
        assert told.startswith(" REPLAY ")
        assert "RUNNING" not in told and "COMPLETED" not in told
        bar = told.splitlines()[-2]
        assert bar.startswith(" REPLAY ") and "running" in bar
        clock.now += 7.0
        await until(pilot, lambda: player.position == pytest.approx(7.0), "time has passed")
        await sees(pilot, app, "Words of a. More of a.", "0:07.0", "4 Output · REPLAY · ")
        assert "0/3 done" in screen_text(app)
        clock.now += 60.0
        told = await sees(pilot, app, "■ end 1x", "PARTIAL")
        assert "2/3 done" in told and not player.playing
        await pilot.press("escape")
        await until(pilot, lambda: not app.main.replaying, "it is over")
        told = await sees(pilot, app, "past run 20260115-100000-abcd", "PARTIAL")
        assert "REPLAY" not in told and THUMB not in told


async def test_notices_leave_the_scrubber_in_sight(make_app: MakeApp) -> None:
    app = make_app()
    keep(app, two_sessions())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await from_the_list(pilot, app)
        await sees(pilot, app, "events in 0:12; esc ends it", "1x", "0:12.0")
        await until(pilot, lambda: THUMB in screen_text(app).splitlines()[-3], "it is there")
        assert screen_text(app).splitlines()[-3].rstrip().endswith("0:12.0")


async def test_a_replay_of_the_run_that_is_shown_ends_with_that_very_run(
    make_app: MakeApp,
) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    app.main.clock = Clock()  # it stands still: the replay is not over before it is paused
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        shown = app.main.shown
        await pilot.press("3", "j", "R")
        await until(pilot, lambda: app.main.replaying, "it is replayed")
        await pilot.press("space", "home")
        await sees(pilot, app, "REPLAY of ", "0/2 done")
        assert app.main.picked == "t2"  # what was picked stays so
        await pilot.press("R")
        await until(pilot, lambda: not app.main.replaying, "it is over")
        assert app.main.shown is shown
        await sees(pilot, app, "COMPLETED", "2/2 done")


async def test_the_whole_time_of_the_run_is_laid_out_from_the_start(make_app: MakeApp) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, clock):
        rows = app.main.timeline.rows
        await pilot.press("space")
        scale = rows.scale
        assert scale.view.end == pytest.approx(player.recording.length)
        await pilot.press("L", "L", "L", "L")
        assert rows.scale == scale
        assert rows.passed == pytest.approx(player.position)
        await pilot.press("end")
        assert "▸" not in screen_text(app)  # the last moment is no moment behind the edge
        await pilot.press("greater_than_sign", "greater_than_sign", "home")
        assert rows.window.seen(rows.passed, live=True, whole=rows.whole).start == 0.0


# Going somewhere


async def test_keys_step_scrub_and_go_to_what_happened(make_app: MakeApp) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, _):
        count, length = player.recording.count, player.recording.length
        await pilot.press("space", "home")
        assert not player.playing
        for key, index in (("full_stop", 2), ("full_stop", 3), ("comma", 2), ("end", count)):
            await pilot.press(key)
            assert player.index == index, key
        await pilot.press("left")
        assert player.position == pytest.approx(length * 0.98)
        await pilot.press("shift+left")
        assert player.position == pytest.approx(length * 0.88)
        await pilot.press("right", "shift+right", "right", "right")
        assert player.at_end
        await pilot.press("home", "space")
        assert player.playing
        await pilot.press("J")  # what happened there is to be looked at
        assert not player.playing
        await sees(pilot, app, "↻ is tried again Second", "0:04.0")
        assert app.main.picked == "b"
        await pilot.press("J")
        await sees(pilot, app, "✗ failed Second", "0:09.0")
        await pilot.press("J")
        await said(pilot, app, "Nothing failed after this moment")
        assert player.position == pytest.approx(9.0)
        await pilot.press("K")
        assert player.position == pytest.approx(4.0)
        await pilot.press("L")
        assert player.position == pytest.approx(5.0)
        await pilot.press("H")
        assert player.position == pytest.approx(4.0)
        await pilot.press("k", "S")
        assert (app.main.picked, player.position) == ("a", 0.0)
        await pilot.press("E")
        assert player.position == pytest.approx(8.0)


async def test_a_task_that_has_not_begun_yet_is_said_to_be_so_and_one_that_never_did(
    make_app: MakeApp,
) -> None:
    app = make_app()
    never = Told(task("a"), task("b", after=("a",))).starts("a", 0).fails("a", 2)
    async with replayed(app, told=never) as (pilot, player, _):
        await pilot.press("space", "home", "j", "S")
        await said(pilot, app, "It never began")
        await pilot.press("E")
        await said(pilot, app, "It never ended")
        assert player.index == 1


async def test_speed_goes_up_and_down_and_space_plays_and_pauses(make_app: MakeApp) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, clock):
        await pilot.press("plus", "plus")
        await sees(pilot, app, "▶ play 5x")
        clock.now += 1.0
        await until(pilot, lambda: player.position == pytest.approx(5.0), "it plays")
        await pilot.press("space", "minus")
        await sees(pilot, app, "‖ paused 2x")
        clock.now += 100.0
        await pilot.pause()
        await asyncio.sleep(0.2)
        assert player.position == pytest.approx(5.0)
        await pilot.press("space")  # what passed meanwhile is not made up for
        await sees(pilot, app, "▶ play 2x")
        assert player.position == pytest.approx(5.0)


async def test_the_mouse_goes_along_the_scrubber(make_app: MakeApp) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, _):
        row = await sees(pilot, app, "event 3 of")
        line = row.splitlines()[app.main.scrubber.region.y]
        start, end = line.index(THUMB), line.index(" 0:12.0  event")
        await pilot.mouse_down(Scrubber, offset=Offset(end - 1, 0))
        await until(pilot, lambda: player.at_end, "the end is shown")
        await pilot.hover(Scrubber, offset=Offset((start + end) // 2, 0))
        half = player.recording.length / 2
        await until(pilot, lambda: abs(player.position - half) < 0.3, "the middle is shown")
        await pilot.mouse_up(Scrubber, offset=Offset((start + end) // 2, 0))
        await pilot.click(Scrubber, offset=Offset(2, 0))
        await sees(pilot, app, "play 1x")


# The output


async def test_the_output_goes_back_and_forth_and_keeps_an_attempt_and_a_place(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, _):
        await pilot.press("space", "j", "end", "4")
        await sees(pilot, app, "Again b, and more.", "attempt 2")
        await pilot.press("left_square_bracket")
        assert "Words of b." in text(app)
        await pilot.press("shift+left")  # the pane's own arrow is for another task
        assert "Words of b." in text(app)
        assert app.main.picked == "b"
        player.to_position(4.5)  # there was only one then
        app.main.action_step_event(0)
        await pilot.pause()
        assert text(app).startswith("Words of b.")
        app.main.action_go_to_place("start")
        assert text(app) == ""
        app.main.action_go_to_place("end")
        assert "Again b, and more." in text(app)
        await pilot.press("left")
        assert app.main.picked == "a"


async def test_a_reader_who_scrolled_up_stays_there_while_text_comes_and_goes(
    make_app: MakeApp,
) -> None:
    told = Told(task("a"), task("b")).starts("a", 0).starts("b", 0)
    for number in range(400):
        told.says("a", 1 + number / 10, f"line {number}\n")
    told.completes("a", 45).completes("b", 46).ends(46)
    app = make_app()
    async with replayed(app, told=told) as (pilot, player, _):
        view = app.main.output.text
        await pilot.press("space", "end", "4")
        await until(pilot, lambda: view.scroll_offset.y > 300, "the end is shown")
        view.scroll_to(y=100, animate=False)
        await until(pilot, lambda: view.scroll_offset.y == 100 and not view.following, "it is up")
        for position in (30.0, 44.0, 20.0, 46.0):
            player.to_position(position)
            app.main.action_step_event(0)
            await pilot.pause()
            assert view.scroll_offset.y == 100, position
            assert not view.following
        player.to_position(3.0)
        app.main.action_step_event(0)
        await pilot.pause()
        assert text(app).rstrip().endswith("line 19" if "line 20" not in text(app) else "line 20")


async def test_rendered_markdown_stays_rendered(make_app: MakeApp) -> None:
    told = Told(task("a")).starts("a", 0).says("a", 1, "# Heading\n\nSome *words*.\n")
    told.says("a", 2, "\nMore **words**.\n").completes("a", 3).ends(3)
    app = make_app()
    async with replayed(app, told=told) as (pilot, player, _):
        await pilot.press("space", "end", "4", "m")
        await sees(pilot, app, "rendered · m", "More words.")
        player.to_position(1.5)
        app.main.action_step_event(0)
        assert app.main.output.text.is_rendered  # what was there stays until what is has been made
        await until(pilot, lambda: not shows(app, "More"), "it is an earlier moment")
        await sees(pilot, app, "Some words.", "rendered · m")


async def test_all_live_tasks_are_those_of_the_moment_and_keep_their_places(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, _):
        await pilot.press("space", "L", "L", "L", "number_sign")
        await sees(pilot, app, "4 Output · REPLAY · 2 live")
        await pilot.press("l")
        await until(pilot, lambda: app.main.picked == "b", "the second one is picked")
        player.to_position(7.5)
        app.main.action_step_event(0)
        await sees(pilot, app, "Again b, and more.", "More of a.")
        player.to_position(3.5)
        app.main.action_step_event(0)
        await until(pilot, lambda: not shows(app, "More of a."), "it is earlier")
        assert app.main.picked == "b"
        player.to_position(10.5)
        app.main.action_step_event(0)
        await sees(pilot, app, "Words of c.")
        await pilot.press("number_sign")
        await until(pilot, lambda: not app.main.output.in_grid, "one task is large again")


# What can not be done


@pytest.mark.parametrize("key", ["x", "t", "e", "p", "A", "r", "a", "f7"])
async def test_nothing_can_be_changed_in_a_replay(make_app: MakeApp, key: str) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, _):
        await pilot.press("space", key)
        await said(pilot, app, "This is a replay, in which nothing can be changed: R ends it")
        assert app.main.replaying and len(app.screen_stack) == 1
        assert "Stop" not in screen_text(app).splitlines()[-1]


async def test_the_last_row_and_the_help_begin_with_its_keys(make_app: MakeApp) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, _):
        told = await sees(pilot, app, "space Play", "Faster", "Failure", "esc End")
        assert "Replay" not in told.splitlines()[-1]
        await pilot.press("f1")
        told = await sees(pilot, app, "While a run is replayed")
        assert told.index("While a run is replayed") < told.index("play, or pause")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: not app.main.replaying, "it is over")
        told = await sees(pilot, app, "R Replay")
        assert "Faster" not in told.splitlines()[-1]


async def test_elsewhere_the_keys_are_what_they_always_are(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with replayed(app) as (pilot, player, _):
        await pilot.press("space", "home", "1", "space", "end")
        assert not app.draft.plan.tasks[0].enabled  # left out, and nothing was played
        assert app.main.plan_pane.tasks.picked == "t2"
        assert player.index == 1
        await pilot.press("3", "slash", "full_stop")
        assert player.index == 1  # it is typed
        await pilot.press("escape", "z", "escape")
        assert app.main.replaying  # the zoom was left
        await pilot.press("escape")
        assert not app.main.replaying


async def test_a_run_that_goes_on_can_not_be_replayed(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("R")
        app.action_replay_run()
        await said(pilot, app, "Nothing has run yet")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.live is not None, "it runs")
        await pilot.press("3", "R")
        await said(pilot, app, "It still goes on")
        await pilot.press("5")
        await until(pilot, lambda: app.main.runs_pane.entries, "it is listed")
        await pilot.press("v")
        await until(pilot, lambda: len(app._notifications) > 1, "it is said again")
        assert not app.main.replaying


async def test_another_run_ends_it(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with replayed(app) as (pilot, player, _):
        app.main.action_go("runs")
        await pilot.press("enter")
        await until(pilot, lambda: not app.main.replaying, "it is over")
        await sees(pilot, app, "past run 20260115")
        await pilot.press("R")
        await until(pilot, lambda: app.main.replaying, "it is replayed again")
        await run_to_end(pilot, app)
        assert not app.main.replaying
        assert not shows(app, "REPLAY")


# Journals that are not whole


async def test_a_journal_that_was_cut_is_replayed_to_its_cut(make_app: MakeApp) -> None:
    app = make_app()
    keep(app, two_sessions(), cut=10)
    async with app.run_test(size=(120, 36)) as pilot:
        player = await from_the_list(pilot, app)
        await said(pilot, app, "its last line is not whole: the journal was cut off there")
        await pilot.press("space", "end")
        await sees(pilot, app, "INTERRUPTED", "2/3 done")
        assert player.at_end


async def test_an_edited_journal_is_replayed_to_the_event_before(make_app: MakeApp) -> None:
    app = make_app()
    path = keep(app, two_sessions()) / journal.FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:9], lines[4], *lines[9:]]))
    async with app.run_test(size=(120, 36)) as pilot:
        player = await from_the_list(pilot, app)
        await said(pilot, app, "it can be replayed up to event 9 only: line 10")
        await pilot.press("end")
        assert (player.index, player.at_end) == (9, True)
        await sees(pilot, app, "INTERRUPTED")


@pytest.mark.parametrize("content", [b"", b"no event\n", b"{}\n"])
async def test_what_is_no_journal_is_said(make_app: MakeApp, content: bytes) -> None:
    app = make_app()
    folder = keep(app, two_sessions())
    async with app.run_test(size=(120, 36)) as pilot:
        app.main.action_go("runs")
        await until(pilot, lambda: app.main.runs_pane.entries, "it is listed")
        (folder / journal.FILE).write_bytes(content)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, Read), "it is said")
        assert not app.main.replaying


async def test_a_journal_that_changes_meanwhile_ends_the_replay(make_app: MakeApp) -> None:
    app = make_app()
    async with replayed(app) as (pilot, player, _):
        path = app.project.out / "runs" / two_sessions().run.id / journal.FILE
        path.write_bytes(b"")
        await pilot.press("space", "end", "left")
        await said(pilot, app, "The replay has ended: ")
        await until(pilot, lambda: not app.main.replaying, "it is over")
        await sees(pilot, app, "past run", "PARTIAL")


# Sizes


@pytest.mark.parametrize("size", [(20, 5), (30, 8), (59, 15), (80, 24), (120, 36), (200, 50)])
async def test_at_every_size_and_while_that_changes(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app()
    async with replayed(app, size) as (pilot, player, _):
        await pilot.press("space")
        await sees(pilot, app, "REPLAY")
        assert shows(app, THUMB) == (size[1] >= 8)
        for key in ("J", "J", "4", "shift+left", "number_sign", "number_sign", "3", "home"):
            await pilot.press(key)
        for other in ((80, 24), (20, 5), size):
            await pilot.resize_terminal(*other)
            await pilot.pause()
            await pilot.press("right")
        await pilot.press("escape")
        assert not app.main.replaying
        assert not shows(app, THUMB)
