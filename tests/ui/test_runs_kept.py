"""What a person does with past runs in the list: names, tags, the trash and back, pruning."""

from pathlib import Path

import pytest
from textual.widgets import Button, Input

from orchtui.engine.history import labels
from orchtui.engine.history.trash import trashed
from orchtui.ui.dialogs.dialogs import Ask, AskLine
from orchtui.ui.runs.prune_dialog import PruneDialog
from orchtui.ui.runs.tags_dialog import TagsDialog
from orchtui.ui.runs.trash_card import TrashCard
from tests.engine.history.past import completed, left, run_id
from tests.ui.conftest import STALL, MakeApp, dialog_text, ended, plan_of, sees, until
from tests.ui.test_runs_pane import listed, open_list
from tests.ui.whole_app import asked, said

SIZES = [(80, 24), (120, 36)]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The artifacts folder, with three runs."""
    folder = tmp_path / "artifacts"
    for number, name in enumerate(("garden", "harbour", "night"), 1):
        labels.tagged(left(folder, completed(name=name), number), ["seen"] * (number == 3))
    return folder


def folder_of(out: Path, number: int) -> Path:
    return out / "runs" / run_id(number)


@pytest.mark.parametrize("size", SIZES)
async def test_tags_are_written_and_those_of_others_offered(
    make_app: MakeApp, out: Path, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("G", "t", *"see")  # typed ahead of the dialog
        await asked(pilot, app, TagsDialog)
        await sees(pilot, app, "Tags", "seen")
        await pilot.press("tab", "comma", *" two words")
        await pilot.press("enter")
        await sees(pilot, app, "'two words' can be no tag")
        app.screen.query_one(Input).value = "seen, #good"
        await pilot.press("enter")
        await until(
            pilot, lambda: labels.read(folder_of(out, 1)).tags == ("seen", "good"), "written"
        )
        await until(pilot, lambda: app.main.runs_pane.picked.tags, "shown")  # type: ignore[union-attr]
        await pilot.press("t")
        await asked(pilot, app, TagsDialog)
        assert app.screen.query_one(Input).value == "seen, good, "
        app.screen.query_one(Input).value = ""
        await pilot.press("enter")
        await until(pilot, lambda: not labels.read(folder_of(out, 1)).tags, "taken away")


async def test_a_name_and_the_plans_again(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("e")
        await asked(pilot, app, AskLine)
        line = app.screen.query_one(Input)
        line.value = "x" * 201
        await pilot.press("enter")
        await sees(pilot, app, "a name can have 200 characters")
        line.value = "[b]the dark one[/]"
        await pilot.press("enter")
        await until(pilot, lambda: listed(app)[0] == "[b]the dark one[/]", "it is called so")
        await sees(pilot, app, "[b]the dark one[/]", "plan: night")
        await pilot.press("e")
        await asked(pilot, app, AskLine)
        app.screen.query_one(Input).value = "night"
        await pilot.press("enter")
        await until(pilot, lambda: not labels.read(folder_of(out, 3)).name, "no name of its own")


async def test_what_is_deleted_comes_back(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("u")
        await said(pilot, app, "Nothing was deleted")
        await pilot.press("d")
        await said(pilot, app, "night is in the trash; u brings it back")
        await until(pilot, lambda: listed(app) == ["harbour", "garden"], "it is gone")
        await pilot.press("d")
        await until(pilot, lambda: listed(app) == ["garden"], "another one")
        assert [one.id for one in trashed(out)] == [run_id(2), run_id(3)]
        await sees(pilot, app, "u Undo", "trash")
        await pilot.press("u")
        await until(pilot, lambda: listed(app) == ["harbour", "garden"], "the latest is back")
        await pilot.press("u")
        await until(pilot, lambda: listed(app) == ["night", "harbour", "garden"], "and the first")
        assert not trashed(out)
        assert not app.main.can_bring_back


async def test_a_pinned_run_is_asked_about(make_app: MakeApp, out: Path) -> None:
    labels.pinned(folder_of(out, 1), True)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("d")
        await asked(pilot, app, Ask)
        assert "garden is pinned" in dialog_text(app)
        await pilot.press("b")
        await pilot.pause()
        assert folder_of(out, 1).is_dir()
        await pilot.press("d")
        await asked(pilot, app, Ask)
        await pilot.press("d")
        await until(pilot, lambda: not folder_of(out, 1).exists(), "it is in the trash")


async def test_a_deleted_run_leaves_the_panes(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("enter")
        await until(pilot, lambda: app.main.shown is not None, "it is opened")
        app.main.action_go("runs")
        await pilot.press("d")
        await until(pilot, lambda: app.main.shown is None, "nothing of it is shown")
        assert app.main.view == "runs"


@pytest.mark.parametrize("size", [*SIZES, (40, 12)])
async def test_the_trash(make_app: MakeApp, out: Path, size: tuple[int, int]) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("d", "d", "T")
        await asked(pilot, app, TrashCard)
        await until(pilot, lambda: len(trashed(out)) == 2, "both are there")
        await pilot.press("escape", "T")
        await asked(pilot, app, TrashCard)
        await sees(pilot, app, "harbour", "night", "COMPLETED", "deleted")
        await pilot.press("j", "enter")
        await until(pilot, lambda: folder_of(out, 3).is_dir(), "one is back")
        await until(pilot, lambda: "night" in listed(app), "in the list too")
        await asked(pilot, app, TrashCard)
        await pilot.press("E")
        await asked(pilot, app, Ask)
        assert "Nothing brings" in dialog_text(app)
        await pilot.press("b")
        await asked(pilot, app, TrashCard)
        assert len(trashed(out)) == 1
        await pilot.press("d")
        await asked(pilot, app, Ask)
        await pilot.press("d")
        await until(pilot, lambda: not trashed(out), "it is gone for good")
        await sees(pilot, app, "The trash is empty")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, "it is closed")


@pytest.mark.parametrize("size", [*SIZES, (200, 50)])
async def test_pruning_shows_first_what_would_go(
    make_app: MakeApp, out: Path, size: tuple[int, int]
) -> None:
    labels.pinned(folder_of(out, 2), True)
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("P")
        await asked(pilot, app, PruneDialog)
        await sees(pilot, app, "Say how old, or how large, or both.")
        assert app.screen.query_one("#prune-go", Button).disabled
        await pilot.press(*"soon")
        await sees(pilot, app, "'soon' is not an age such as")
        app.screen.query_one("#prune-older", Input).value = ""
        app.screen.query_one("#prune-larger", Input).value = "1B"
        await sees(pilot, app, "2 runs would go", "1 more stay, as they are pinned")
        await sees(pilot, app, "garden", "all runs together are too large")
        assert folder_of(out, 1).is_dir(), "nothing has happened"
        await pilot.press("enter", "enter")
        await until(pilot, lambda: listed(app) == ["harbour"], "they are gone")
        await said(pilot, app, "2 runs in the trash; u brings them back")
        await pilot.press("u")
        await until(pilot, lambda: len(listed(app)) == 3, "all at once")


async def test_one_run_that_refuses_keeps_no_other_from_going_or_coming_back(
    make_app: MakeApp, out: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("P")
        await asked(pilot, app, PruneDialog)
        app.screen.query_one("#prune-older", Input).value = ""
        app.screen.query_one("#prune-larger", Input).value = "1B"
        await sees(pilot, app, "3 runs would go")
        labels.pinned(folder_of(out, 1), True)  # from elsewhere, while the question stands
        await pilot.press("enter", "enter")
        await said(pilot, app, "2 runs in the trash; u brings them back")
        await said(pilot, app, "Not moved: 1 run. ")
        await until(pilot, lambda: listed(app) == ["garden"], "the others are gone")
        folder_of(out, 2).mkdir()  # its place is taken
        await pilot.press("u")
        await said(pilot, app, f"Back again: {run_id(3)}")
        await said(pilot, app, "Still in the trash: 1 run. ")
        folder_of(out, 2).rmdir()
        await pilot.press("u")
        await said(pilot, app, f"Back again: {run_id(2)}")
        await until(pilot, lambda: len(listed(app)) == 3, "all are there")


async def test_pruning_can_be_left(make_app: MakeApp, out: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("P")
        await asked(pilot, app, PruneDialog)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, "it is left")
        assert len(listed(app)) == 3


async def test_labels_that_are_broken_are_told_and_never_written_over(
    make_app: MakeApp, out: Path
) -> None:
    path = folder_of(out, 3) / labels.FILE
    path.write_text("no json")
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "night")
        await sees(pilot, app, "the labels can not be read")
        await pilot.press("p")
        await sees(pilot, app, "This did not work", "mend the")
        assert path.read_text() == "no json"


async def test_the_apps_own_run_can_not_be_deleted_while_it_goes_on(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        app.main.action_go("runs")
        await until(pilot, lambda: app.main.runs_pane.entries, "it is listed")
        await pilot.press("d")
        await said(pilot, app, "This run goes on")
        assert app.live.run is not None
        app.live.cancel_all()
        await ended(pilot, app)
        app.main.action_go("runs")
        await pilot.press("d")
        await until(pilot, lambda: app.main.shown is None, "now it could be")
