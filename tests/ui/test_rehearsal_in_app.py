"""What the app shows of a run of which only a part is rehearsed: each task's own badge."""

from pathlib import Path

from orchtui.engine.plans.plan import Plan, Task
from tests.engine.whole_runs import closing, project_in, said, scenes, task_named
from tests.server import MessagesServer
from tests.ui.conftest import QUICK, MakeApp, ended, plan_of, run_to_end, screen_text, sees, until
from tests.ui.whole_app import opened
from tests.ui.whole_app import said as told


async def test_every_task_shows_whether_it_is_made_up(tmp_path: Path) -> None:
    plan = Plan(
        tasks=(
            Task(id="a", title="Topic", prompt=f"Look [rehearse: {QUICK}]", backend="rehearsal"),
            task_named("b", after=("a",), title="Built"),
            task_named("c", title="True"),
        )
    )
    replies = scenes(b=[said("Built on it, in a few words.")], c=[said("True, in a few words.")])
    async with MessagesServer(replies) as server, closing(project_in(tmp_path, server)) as project:
        project.trust.note_paid(tmp_path)
        async with opened(project, plan, (140, 40)) as (app, pilot):
            await pilot.press("ctrl+r")
            await ended(pilot, app)
            await sees(pilot, app, "PART REHEARSAL", "COMPLETED")
            await told(pilot, app, "PART REHEARSAL: Task 1 of 3 is made up")
            rows = {line for line in screen_text(app).splitlines() if "researcher" in line}
            assert any("REHEARSAL Topic" in row for row in rows)
            assert any("REHEARSED INPUT Built" in row for row in rows)
            assert not any("REHEARS" in row for row in rows if " True" in row)
            await pilot.press("4", "g")
            await sees(pilot, app, " REHEARSAL  ✓ completed")
            await pilot.press("right")
            await sees(pilot, app, " REHEARSED INPUT  ✓ completed")
            await pilot.press("right")
            await sees(pilot, app, "True, in a few words.")
            assert "REHEARSED INPUT  ✓" not in screen_text(app)
            await pilot.press("right")
            await sees(pilot, app, " PART REHEARSAL  The result")
            await pilot.press("5")
            await sees(pilot, app, "5 Past runs")
            await until(pilot, lambda: app.main.runs_pane.entries, "they are listed")
            await pilot.pause()
            (row,) = (line for line in screen_text(app).splitlines() if "Topic and 2 more" in line)
            assert "COMPLETED" in row and "PART REHEARSAL" in row


async def test_the_narrowest_bar_still_says_it(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(40, 20)) as pilot:
        await run_to_end(pilot, app)
        await sees(pilot, app, " REHEARSAL ", "✓ COMPLETED")
