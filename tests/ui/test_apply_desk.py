"""What a run wrote reaches the project only when a person accepts it."""

from pathlib import Path

import pytest

from orchtui.engine.changed_files.applying import Applied
from orchtui.engine.run_events import events as ev
from orchtui.ui.desks.apply_desk import choose_and_apply, told
from orchtui.ui.dialogs.changes_view import ChangesView
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.ui.conftest import until
from tests.ui.stage import Stage


@pytest.mark.parametrize(("keys", "lands"), [(["space", "enter"], True), (["escape"], False)])
async def test_only_what_is_accepted_lands(tmp_path: Path, keys: list[str], lands: bool) -> None:
    folder = tmp_path / "artifacts" / "runs" / "one"
    (folder / "files" / "a").mkdir(parents=True)
    (folder / "files" / "a" / "new.md").write_text("words\n")
    run = Told(task("a")).starts("a", 0)
    kept = (ev.FileChange(path="new.md", kept="files/a/new.md"),)
    run.tell(ev.FilesSeen, 1, task="a", attempt=1, sight="tools", written=kept)
    run.completes("a", 2)
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        out = tmp_path / "artifacts"
        worker = app.run_worker(
            choose_and_apply(app, run.run, folder, project=tmp_path, out=out, busy=app.busy),
            exit_on_error=False,
        )

        def compared() -> bool:
            return isinstance(app.screen, ChangesView) and bool(app.screen._meetings)

        await until(pilot, compared, "the files are compared")
        assert not (tmp_path / "new.md").exists()
        await pilot.press(*keys)
        done = await worker.wait()
        assert (tmp_path / "new.md").exists() is lands
        assert done == ([Applied("new.md", "a", "applied")] if lands else None)


def test_what_came_of_it_is_told() -> None:
    bad = [Applied(f"f{number}", "a", "failed", "a link") for number in range(5)]

    assert told([Applied("a", "a", "applied")]) == "1 file applied"
    assert told([*bad, Applied("a", "a", "already there")]).splitlines() == [
        "0 files applied",
        "✗ f0: a link",
        "✗ f1: a link",
        "✗ f2: a link",
        "and 2 more could not be applied",
    ]
