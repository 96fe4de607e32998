"""The pane of results in the app: compare, mark, rate, choose, ask a judge, add from elsewhere."""

import asyncio
import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from orchtui.engine.choice.judge_answer import Reading
from orchtui.engine.choice.judging import Judgement
from orchtui.engine.run_events.choice_events import Score
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.run_folders.past_runs import open_run
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.project import Project
from orchtui.engine.trusting.trust import Danger
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.compare.compare_pane import ComparePane
from orchtui.ui.dialogs.ask_path import AskPath
from orchtui.ui.dialogs.dialogs import Ask, AskLine, Read
from orchtui.ui.dialogs.judgement_card import AskCriteria
from tests.ui.conftest import (
    FAIL,
    QUICK,
    STALL,
    MakeApp,
    plan_of,
    run_to_end,
    screen_text,
    sees,
    until,
)
from tests.ui.whole_app import asked, said

SIZE = (120, 36)


def pane(app: OrchtuiApp) -> ComparePane:
    return app.main.compare


async def results(pilot: Pilot[int], app: OrchtuiApp) -> None:
    """A run to its end, and to its results, once they are counted."""
    await run_to_end(pilot, app)
    await pilot.press("6")
    await until(pilot, lambda: pane(app).results.all, "there are results")
    await until(pilot, lambda: pane(app).table.has_focus, "they take keys")


async def diff(pilot: Pilot[int], app: OrchtuiApp) -> None:
    """To the diff of the first two."""
    await pilot.press("enter")
    await until(pilot, lambda: pane(app).diff.prepared is not None, "they are compared")
    await until(pilot, lambda: pane(app).diff.has_focus, "the diff takes keys")
    await pilot.pause()


async def test_without_a_run_it_says_what_it_is_for(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        app.main.action_go("compare")
        await sees(pilot, app, "Set results against each other")
        await pilot.press("enter")
        await said(pilot, app, "There are no results yet")
        await pilot.press("escape")
        await until(pilot, lambda: app.main.view == "compose", "the plan is in front, as before")


async def test_two_results_are_compared_and_left_again(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, "9 words, 1 ms"))
    async with app.run_test(size=SIZE) as pilot:
        await results(pilot, app)
        await sees(pilot, app, "2 results", "Topic 1", "Topic 2", "REHEARSAL", "base")
        await diff(pilot, app)
        await sees(pilot, app, "6 Compare · side by side", "% alike", "- Topic 1", "+ Topic 2")
        await pilot.press("s")
        await sees(pilot, app, "one below the other")
        await pilot.press("x")
        await sees(pilot, app, "- Topic 2", "+ Topic 1")
        await pilot.press("i", "t")
        await sees(pilot, app, "case ignored", "white space ignored")
        await pilot.press("u")
        await sees(pilot, app, "by line (asked for)")
        await pilot.press("escape")
        await sees(pilot, app, "2 results")
        assert pane(app).table.has_focus


async def test_from_the_timeline_the_picked_task_is_picked(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK, QUICK))
    async with app.run_test(size=SIZE) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("3", "g", "down", "d")
        await until(pilot, lambda: app.main.view == "compare", "the results are in front")
        here = pane(app).results.here
        assert here is not None and here.label == "Topic 2"
        await pilot.press("4", "right", "d")
        await until(pilot, lambda: pane(app).results.place == 2, "the next one is picked")


async def test_marks_say_which_two_and_escape_takes_them_away(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK, QUICK))
    async with app.run_test(size=SIZE) as pilot:
        await results(pilot, app)
        await pilot.press("down", "space", "down", "space")
        await sees(pilot, app, "A Topic 2", "B Topic 3")
        await pilot.press("escape")
        await until(pilot, lambda: not pane(app).results.marked, "no mark is left")
        assert app.main.view == "compare"


async def test_the_matrix_compares_what_its_cursor_is_at(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK, QUICK))
    async with app.run_test(size=SIZE) as pilot:
        await results(pilot, app)
        await pilot.press("m")
        await sees(pilot, app, "6 Compare · matrix", "% of words that stand in both")
        await until(pilot, lambda: "…" not in screen_text(app).split("% of")[0], "all is known")
        await pilot.press("down", "right")
        assert pane(app).grid.cursor == (1, 2)
        await pilot.press("enter")
        await sees(pilot, app, "- Topic 2", "+ Topic 3")
        await pilot.press("escape")
        await until(pilot, lambda: pane(app).grid.has_focus, "back in the matrix")
        await pilot.press("m")
        await until(pilot, lambda: pane(app).table.has_focus, "back in the table")


async def test_a_diff_that_was_open_before_is_shown_as_it_was(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, "9 words, 1 ms", "20 words, 1 ms"))
    async with app.run_test(size=SIZE) as pilot:
        await results(pilot, app)
        await diff(pilot, app)
        await sees(pilot, app, "+ Topic 2", "side by side")
        before = screen_text(app).splitlines()[:-2]  # without the bar: memory changes
        await pilot.press("escape", "down", "down", "enter")
        await sees(pilot, app, "+ Topic 3")
        await pilot.press("G", "escape", "up", "enter")
        await sees(pilot, app, "+ Topic 2")
        await pilot.pause()
        assert screen_text(app).splitlines()[:-2] == before


async def test_stars_and_a_choice_are_written_down_and_taken_back(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(plan_of(QUICK, QUICK, aggregate="compare"))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await results(pilot, app)
        run_id = app.main.shown.run.id if app.main.shown else ""
        app.clear_notifications()
        await pilot.press(*"+++-")
        await sees(pilot, app, "★★☆☆☆")
        await pilot.press("down", "c")
        await asked(pilot, app, AskLine)
        await pilot.press(*"short", "enter")
        await sees(pilot, app, "CHOSEN", "chosen by a person: short")
        out = tmp_path / "artifacts"
        kept = open_run(out, run_id)
        assert {name: one.stars for name, one in kept.ratings.items()} == {"t1": 2}
        assert kept.chosen is not None and (kept.chosen.task, kept.chosen.why) == ("t2", "short")
        assert "Chosen by a person: Topic 2" in (out / "parallel-result.md").read_text()
        await pilot.press("c")
        await asked(pilot, app, Ask)
        await pilot.press("c")
        await until(pilot, lambda: pane(app).results.chosen is None, "it is taken back")
        assert open_run(out, run_id).choice is None


async def test_while_a_run_goes_on_it_can_be_compared_but_nothing_chosen(
    make_app: MakeApp,
) -> None:
    app = make_app(plan_of(QUICK, QUICK, STALL))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("ctrl+r")
        done = lambda: app.live.run is not None and len(app.live.run.with_status("completed")) == 2  # noqa: E731
        await until(pilot, done, "two have completed")
        await pilot.press("6")
        await until(pilot, lambda: len(pane(app).results.all) >= 2, "there are results")
        for key in ("c", "plus", "J"):
            app.clear_notifications()
            await pilot.press(key)
            await said(pilot, app, "choosing and rating wait for its end")
        await diff(pilot, app)
        app.live.cancel_all()
        await until(pilot, lambda: not app.live.taken, "the run has ended")


async def test_a_file_and_another_run_are_added_and_taken_out(
    make_app: MakeApp, tmp_path: Path
) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n\nNothing of it.\n")
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await run_to_end(pilot, app)
        first = app.main.shown.run.id if app.main.shown else ""
        await results(pilot, app)
        await pilot.press("o")
        await asked(pilot, app, AskPath)
        await pilot.press(*"nowhere", "enter")
        await sees(pilot, app, "./NAME is always")
        await pilot.press("escape", "o")
        await asked(pilot, app, AskPath)
        await pilot.press(*first)
        await sees(pilot, app, "the same task")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: len(pane(app).results.all) == 2, "the other run's is added")
        await pilot.press("o")
        await asked(pilot, app, AskPath)
        await pilot.press(*"notes.md", "enter")
        await sees(pilot, app, "notes.md", "file notes.md")
        await diff(pilot, app)
        await sees(pilot, app, "Nothing of it.")
        await pilot.press("escape", "x")
        await until(pilot, lambda: len(pane(app).results.all) == 2, "the file is taken out")
        await pilot.press("x", "x")
        await said(pilot, app, "Only what was added is taken out")


async def test_a_judge_is_asked_by_criteria_and_chooses_nothing(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, ...]] = []

    async def judge(
        self: Project, run: Run, criteria: tuple[str, ...], task_ids: tuple[str, ...] = ()
    ) -> Judgement:
        seen.append(criteria)
        scores = tuple(
            Score(task=name, criterion=one, points=points, why="it [b]shows[/b]")
            for one in criteria
            for name, points in (("t1", 4), ("t2", 9))
        )
        reading = Reading(scores, "t2", "It is the better one.")
        return Judgement(
            criteria=criteria, tasks=("t1", "t2"), reading=reading,
            backend="model", model="m", usage=Usage(),
        )  # fmt: skip

    def nothing_new(self: Project, run: Run) -> tuple[Danger, ...]:
        return ()

    monkeypatch.setattr(Project, "judge", judge)
    monkeypatch.setattr(Project, "judge_backend", lambda self, run: ("model", None))
    monkeypatch.setattr(Project, "untrusted_judge", nothing_new)
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await results(pilot, app)
        await pilot.press("v")
        await said(pilot, app, "No judge was asked")
        await pilot.press("J")
        await asked(pilot, app, AskCriteria)
        await pilot.press("ctrl+r")
        await sees(pilot, app, "a judge needs criteria")
        await pilot.press(*"short", "enter", *"clear", "ctrl+r")
        text = await asked(pilot, app, Read)
        assert "it would choose this one" in text and "it [b]shows[/b]" in text
        assert seen == [("short", "clear")]
        await pilot.press("escape")
        await sees(pilot, app, "18/20")
        assert pane(app).results.chosen is None
        await pilot.press("J")  # what was asked by is remembered
        await asked(pilot, app, AskCriteria)
        await sees(pilot, app, "clear")
        await pilot.press("escape", "v")
        await asked(pilot, app, Read)


async def test_a_judgement_goes_to_the_run_that_was_judged(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take minutes, and a person may look at another run by then."""
    began, answers = asyncio.Event(), asyncio.Event()

    async def judge(
        self: Project, run: Run, criteria: tuple[str, ...], task_ids: tuple[str, ...] = ()
    ) -> Judgement:
        began.set()
        await answers.wait()
        reading = Reading((Score(task="t1", criterion="short", points=4),))
        return Judgement(
            criteria=criteria, tasks=("t1", "t2"), reading=reading,
            backend="model", model="m", usage=Usage(),
        )  # fmt: skip

    monkeypatch.setattr(Project, "judge", judge)
    monkeypatch.setattr(Project, "judge_backend", lambda self, run: ("model", None))
    monkeypatch.setattr(Project, "untrusted_judge", lambda self, run: ())
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await run_to_end(pilot, app)
        other = app.main.shown
        await results(pilot, app)
        judged = app.main.shown
        assert other is not None and judged is not None and other.run.id != judged.run.id
        await pilot.press("J")
        await asked(pilot, app, AskCriteria)
        await pilot.press(*"short", "ctrl+r")
        await until(pilot, began.is_set, "the judge is asked")
        app.main.show_run(other)
        answers.set()
        await said(pilot, app, f"The judge has scored the results of run {judged.run.id}")
    out = app.project.out
    assert [len(open_run(out, one.run.id).judgements) for one in (other, judged)] == [0, 1]
    assert (other.run.judgements, len(judged.run.judgements)) == ([], 1)


async def test_nobody_to_ask_is_told(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await results(pilot, app)
        await pilot.press("J")
        await said(pilot, app, "chooses another")


async def test_changes_folds_search_and_copying(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"line number {number}" for number in range(60)]
    (tmp_path / "old.txt").write_text("\n".join(lines) + "\n")
    lines[10], lines[50] = "another line", "one more"
    (tmp_path / "new.txt").write_text("\n".join(lines) + "\n")
    app = make_app(plan_of(QUICK))
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        app.compare_references("./old.txt", "./new.txt")
        await sees(pilot, app, "another line", "1/2 changes", "equal sentence")
        assert not re.search(r"line number 30\b", screen_text(app))
        await pilot.press("]")
        await sees(pilot, app, "2/2 changes")
        await pilot.press("right_square_bracket")
        await said(pilot, app, "That was the last change")
        await pilot.press("y")
        await said(pilot, app, "Copied the hunk")
        assert "+one more" in copied[0] and copied[0].startswith("@@ ")
        app.clear_notifications()
        await pilot.press("slash", *"number 30", "enter")
        await sees(pilot, app, "line number 30", "1/1")
        await pilot.press("O", "O", "g", "W", "l")
        await sees(pilot, app, "equal sentence")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pane(app).table.has_focus, "the results are back")


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (80, 24), (200, 50)])
async def test_at_every_size_and_while_it_changes(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(plan_of(QUICK, FAIL, QUICK))
    async with app.run_test(size=size) as pilot:
        await results(pilot, app)
        await pilot.press("m", "right", "m")
        await diff(pilot, app)
        for keys in ("down end home pagedown s", "W l h W", "O ]"):
            await pilot.press(*keys.replace("]", "right_square_bracket").split())
        for other in [(20, 5), (120, 36), (59, 15), size]:
            await pilot.resize_terminal(*other)
            await pilot.pause()
        assert app.main.view == "compare"
        assert pane(app).diff.has_focus


async def test_the_end_of_a_run_to_be_compared_says_where(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK, aggregate="compare"))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await run_to_end(pilot, app)
        await said(pilot, app, "6 compares the results")
