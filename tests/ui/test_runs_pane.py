"""Past runs in the app: listed, sorted, asked for, searched, and what is told of the picked one."""

import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from orchtui.engine.errors import StorageError
from orchtui.engine.history import labels
from orchtui.engine.history.run_history import History
from orchtui.engine.history.upkeep import Progress
from orchtui.engine.journals import journal
from orchtui.engine.run_folders import summary
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.runs import run_detail
from tests.engine.history.past import completed, left, run_id, told, written
from tests.ui.conftest import MakeApp, screen_text, sees, until
from tests.ui.whole_app import said

SIZES = [(80, 24), (120, 36), (200, 50)]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The artifacts folder, with three runs."""
    folder = tmp_path / "artifacts"
    left(folder, completed("Roses and beans.", name="garden", request="Look at gardens"), 1)
    failing = told(name="harbour").starts("one", 0).starts("two", 0)
    left(folder, failing.completes("one", 4, "Ships.").fails("two", 6, "the tide").ends(7), 2)
    labels.tagged(left(folder, completed("Lamps.", name="night"), 3), ["dark", "good"])
    return folder


def listed(app: OrchtuiApp) -> list[str]:
    return [entry.name for entry in app.main.runs_pane.entries]


async def go_to_list(pilot: Pilot[int], app: OrchtuiApp) -> None:
    """Bring it to the front, once there is a screen for it."""
    await until(pilot, lambda: app.main.runs_pane.is_attached, "the panes are there")
    app.main.action_go("runs")


async def open_list(pilot: Pilot[int], app: OrchtuiApp, *names: str) -> None:
    """Go to the list, and wait until its texts are read."""
    pane = app.main.runs_pane
    await go_to_list(pilot, app)
    await until(pilot, lambda: set(names) <= set(listed(app)) and pane.entries, "it is listed")
    await until(
        pilot,
        lambda: not [w for w in app.workers if w.group == "runs" and w.is_running],
        "all is read",
    )
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_every_run_with_its_figures(
    make_app: MakeApp, out: Path, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await open_list(pilot, app, "garden", "harbour", "night")
        assert listed(app) == ["night", "harbour", "garden"]
        await sees(pilot, app, "✓ COMPLETED", "◐ PARTIAL", "1/2", "8.0s", "date ▼")
        assert " · " in str(app.main.runs_pane.border_subtitle), "what they take is counted"


async def test_the_order_goes_through_the_columns_and_round(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("s")
        await sees(pilot, app, "name ▲")
        await until(pilot, lambda: listed(app) == ["garden", "harbour", "night"], "by name")
        await pilot.press("S")
        await sees(pilot, app, "name ▼")
        await until(pilot, lambda: listed(app) == ["night", "harbour", "garden"], "turned round")
        await pilot.press("s")
        await until(pilot, lambda: listed(app)[0] == "harbour", "what wants a look comes first")
        await pilot.press(*["s"] * 6)
        await sees(pilot, app, "size ▼")
        sizes = [entry.size for entry in app.main.runs_pane.entries]
        assert sizes == sorted(sizes, key=lambda size: -(size or 0))


async def test_a_pinned_run_stands_first(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("G", "p")
        await until(pilot, lambda: listed(app)[0] == "garden", "it stands first")
        assert labels.read(out / "runs" / run_id(1)).pinned
        await sees(pilot, app, "◆ ✓ COMPLETED   garden")
        assert app.main.runs_pane.picked is not None
        assert app.main.runs_pane.picked.name == "garden", "it stays picked"
        await pilot.press("p")
        await until(pilot, lambda: listed(app)[0] == "night", "by date again")


# The filter


async def test_only_some_runs_as_one_types(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("f", *"ver")
        await sees(pilot, app, "verdict:", "how it ended")
        await pilot.press("tab")
        await sees(pilot, app, "verdict:partial", "1 run")
        await pilot.press("p", "tab")
        await until(pilot, lambda: listed(app) == ["harbour"], "the list follows")
        assert str(app.main.runs_pane.border_subtitle).startswith("1 of 3")
        await pilot.press("enter")
        assert app.focused is app.main.runs_pane.list
        await sees(pilot, app, "filter verdict:partial")
        await pilot.press("escape")
        await until(pilot, lambda: len(listed(app)) == 3, "all are there again")
        assert app.main.view == "runs"


async def test_tags_that_there_are_are_offered(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("f", *"tag", "colon")
        await sees(pilot, app, "tag:dark", "tag:good")
        await pilot.press(*"dark")
        await until(pilot, lambda: listed(app) == ["night"], "the tag is found")


async def test_what_is_not_understood_is_told_once_it_is_whole(
    make_app: MakeApp, out: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("f", *"cost", "colon", *"much")
        await until(pilot, lambda: app.main.runs_pane._found_for.filter == "cost:much", "asked")
        assert "left out" not in screen_text(app)
        await pilot.press("enter")
        await sees(pilot, app, "'cost:much' was left out", "cost:>1")
        assert len(listed(app)) == 3


async def test_a_filter_that_lets_nothing_through_says_the_way_out(
    make_app: MakeApp, out: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("f", *"name", "colon", *"zzz", "enter")
        await sees(pilot, app, "No run is like that", "takes it away", "0 of 3")
        await pilot.press("escape")
        await until(pilot, lambda: len(listed(app)) == 3, "all are there again")


# The search


async def test_words_are_found_and_shown_where_they_stand(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("slash", *"beans")
        await sees(pilot, app, "result of one  Roses and beans.", "1/1")
        assert listed(app) == ["garden"]
        await pilot.press("enter", "enter")
        await until(pilot, lambda: app.main.shown is not None, "the run is opened")
        assert app.main.picked == "one"
        assert app.main.view == "output"
        await sees(pilot, app, "Roses and beans.")
        await pilot.press("slash")
        await sees(pilot, app, "/ beans", "1/1")
        await pilot.press("escape")
        app.main.action_go("runs")
        await sees(pilot, app, "/ beans", "result of one"), "the search is still there"


async def test_why_a_task_failed_is_found_and_leads_there(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("slash", *"tide", "enter")
        await sees(pilot, app, "failure of two")
        await pilot.press("enter")
        await until(pilot, lambda: app.main.shown is not None, "the run is opened")
        assert app.main.picked == "two"


async def test_a_search_keeps_to_the_filter_and_its_end_brings_all_back(
    make_app: MakeApp, out: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("slash", *"garden")
        await until(pilot, lambda: len(listed(app)) == 3, "all describe the garden")
        await pilot.press("enter", "f", *"verdict", "colon", *"part", "enter")
        await until(pilot, lambda: listed(app) == ["harbour"], "of those only one")
        await pilot.press("s")
        await said(pilot, app, "A search shows what fits best first")
        await pilot.press("slash", *"zzz")
        await sees(pilot, app, "not found", "These words stand in no run")
        await pilot.press("escape")
        await until(pilot, lambda: listed(app) == ["harbour"], "the search is over")
        await pilot.press("escape")
        await until(pilot, lambda: len(listed(app)) == 3, "and the filter")


# More of the picked one


async def test_the_picked_run_is_told_below_the_list(make_app: MakeApp, out: Path) -> None:
    left(out, completed("Roses, again.", name="garden", request="Look at gardens"), 4)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        text = await sees(pilot, app, "Look at gardens", "2 of 2 completed", "✓ First piece")
        assert f"artifacts/runs/{run_id(4)}" in text
        assert "2 runs of this plan" in text
        assert "now 8.0s, 8.0s to 8.0s" in text
        await pilot.press("j")
        await sees(pilot, app, "#dark #good", "✓ Second piece")
        await pilot.press("j")
        await sees(pilot, app, "1 of 2 completed · 1 failed", "✗ Second piece  failed: the tide")


@pytest.mark.parametrize("size", [(120, 15), (40, 12), (20, 5)])
async def test_where_there_is_no_room_the_list_has_it(
    make_app: MakeApp, out: Path, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await open_list(pilot, app, "garden")
        await sees(pilot, app, "night")
        assert "Look at gardens" not in screen_text(app)
        for wide in SIZES:
            await pilot.resize_terminal(*wide)
            await sees(pilot, app, "garden", "harbour", "of 2 completed")
        await pilot.resize_terminal(*size)
        await sees(pilot, app, "night")


@pytest.mark.parametrize(("term", "bars"), [("linux", "ascii"), ("xterm-256color", "blocks")])
def test_the_console_gets_bars_that_it_can_draw(term: str, bars: str) -> None:
    assert run_detail.bars_of(term) == bars


# What is wrong


async def test_what_is_damaged_is_told_in_its_row_and_the_rest_works(
    make_app: MakeApp, out: Path
) -> None:
    (out / "runs" / run_id(1) / summary.FILE).unlink()
    cut = out / "runs" / run_id(2) / journal.FILE
    cut.write_bytes(cut.read_bytes()[:-400] + b"\nno event\n")
    (out / "runs" / "20260101-000000-dead").mkdir()
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden", "20260101-000000-dead")
        text = await sees(pilot, app, "! the summary is missing", "is no event")
        assert "! DAMAGED     20260101-000000-dead: neither a journal nor a summary" in text
        assert listed(app)[-1] == "20260101-000000-dead", "behind what can be shown"
        await pilot.press("G")
        await sees(pilot, app, "It can not be shown as a run")
        for key in ("enter", "r", "a", "v", "c", "x", "t", "p", "e"):
            app.clear_notifications()
            await pilot.press(key)
            await said(pilot, app, "it is damaged")
        assert app.main.shown is None
        await pilot.press("d")
        await until(pilot, lambda: "20260101-000000-dead" not in listed(app), "it is deleted")
        assert (out / "trash" / "20260101-000000-dead").is_dir()
        await pilot.press("g", "enter")
        await until(pilot, lambda: app.main.shown is not None, "another one is opened")


async def test_a_run_with_a_damaged_journal_is_shown_as_far_as_it_goes(
    make_app: MakeApp, out: Path
) -> None:
    edited = out / "runs" / run_id(2) / journal.FILE
    lines = edited.read_bytes().splitlines(keepends=True)
    edited.write_bytes(b"".join([*lines[:3], b"no event\n", *lines[3:]]))
    app = make_app()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await open_list(pilot, app, "garden")
        place = [entry.id for entry in app.main.runs_pane.entries].index(run_id(2))
        await pilot.press("g", *["down"] * place)
        await sees(pilot, app, "line 4 is no event", "  interrupted")
        await pilot.press("enter")
        await said(pilot, app, "as far as its journal can be read")
        assert app.main.shown is not None and app.main.shown.run.id == run_id(2)


async def test_a_broken_index_is_made_anew_and_that_is_told(
    make_app: MakeApp, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(History, "notices", ("the index of runs was broken and was made anew",))
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await sees(pilot, app, "the index of runs was broken and was made anew")


async def test_how_far_the_index_is_is_told_meanwhile(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        app.main.runs_pane.building = (1_200, 5_000)
        await sees(pilot, app, "reading the texts of runs for the search: 1,200 of 5,000")
        app.main.runs_pane.building = None
        await until(pilot, lambda: "reading the texts" not in screen_text(app), "it is done")


async def test_all_texts_can_be_read_again(
    make_app: MakeApp, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    rebuild = History.rebuild

    def counted(self: History, **how: Progress) -> None:
        asked.append(True)
        rebuild(self, **how)

    monkeypatch.setattr(History, "rebuild", counted)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("L")
        await until(pilot, lambda: asked, "they are")
        await pilot.press("slash", *"beans")
        await sees(pilot, app, "result of one")


async def test_a_folder_that_can_not_be_read_is_told(
    make_app: MakeApp, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: History, **how: object) -> None:
        raise StorageError("artifacts/runs: permission denied")

    monkeypatch.setattr(History, "refresh", refuse)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await go_to_list(pilot, app)
        await sees(pilot, app, "permission denied")
        assert app.screen is app.main, "no dialog: it comes unasked when a run ends, too"
        monkeypatch.undo()
        await pilot.press("l")
        await until(pilot, lambda: len(listed(app)) == 3, "it can be read again")
        assert "permission denied" not in screen_text(app)


async def test_without_runs_it_says_what_comes_here(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await go_to_list(pilot, app)
        await sees(pilot, app, "No past runs", "runs the plan", "imports a run")
        await pilot.press("d", "s", "f", *"x", "enter", "escape", "T")
        await sees(pilot, app, "The trash is empty")
        assert not (tmp_path / "artifacts" / "trash").exists()


async def test_a_run_that_is_gone_meanwhile_is_told(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        shutil.rmtree(out / "runs" / run_id(3))
        await pilot.press("enter")
        await sees(pilot, app, "This did not work")
        await pilot.press("escape", "l")
        await until(pilot, lambda: listed(app) == ["harbour", "garden"], "it is gone here too")


async def test_one_that_another_process_writes_is_there_and_stays(
    make_app: MakeApp, out: Path
) -> None:
    going = told(name="elsewhere").starts("one", 0)
    folder = left(out, going, 5)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        with written(folder):
            await open_list(pilot, app, "elsewhere")
            await sees(pilot, app, "● RUNNING     elsewhere")
            await pilot.press("d")
            await said(pilot, app, "This run goes on")
            assert folder.is_dir()
        await pilot.press("l")
        await sees(pilot, app, "↯ INTERRUPTED elsewhere")


async def test_escape_in_a_typed_filter_takes_it_away(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("f", *"garden zz")
        await until(pilot, lambda: not listed(app), "none is like that")
        await pilot.press("escape")
        await until(pilot, lambda: len(listed(app)) == 3, "all are there again")
        assert app.focused is app.main.runs_pane.list
        await pilot.press("f")
        assert isinstance(app.focused, Input)
        assert app.focused.value == "garden zz", "and can be mended"


async def test_nothing_is_read_while_nobody_sees_the_list(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await app.list_runs().wait()
        assert app._opened is None, "as when a run ends"
        assert not app.main.runs_pane.entries
        await open_list(pilot, app, "garden")
        assert app._opened is not None
