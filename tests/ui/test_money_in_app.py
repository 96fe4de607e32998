"""Money on the screen: told before a run, warned of while it goes on, shown at the end."""

from pathlib import Path

from orchtui.engine.plans.plan import Limits
from orchtui.engine.scheduling.prices import Price
from orchtui.engine.sessions.project import Project
from tests.engine.whole_runs import plan_for, project_in, said, scenes, task_named
from tests.server import MessagesServer
from tests.ui.conftest import QUICK, MakeApp, plan_of, run_to_end, sees
from tests.ui.whole_app import opened
from tests.ui.whole_app import said as told


def priced(folder: Path, server: MessagesServer) -> Project:
    """A project in which an answer of the server's costs two dollars, and that is known here."""
    project = project_in(folder, server)
    project.prices = {"anthropic": {"loopback-1": Price(input=10_000, output=100_000)}}
    project.trust.note_paid(folder)
    return project


async def test_a_run_shows_what_it_costs(tmp_path: Path) -> None:
    async with MessagesServer() as server:
        server._script = scenes(a=[said("One.")], b=[said("Two.")])
        plan = plan_for(
            task_named("a", model="loopback-1"),
            task_named("b", model="loopback-1"),
            limits=Limits(budget_usd=4.5, concurrency=1),
        )
        async with opened(priced(tmp_path, server), plan) as (app, pilot):
            await run_to_end(pilot, app)
            await told(pilot, app, "Estimate 2 paid tasks, about ")
            await told(pilot, app, "Budget 89 % of the budget of $4.50 is used ($4.00)")
            await told(pilot, app, "cost $4.00 of $4.50")
            app.clear_notifications()
            await sees(pilot, app, "cost $4.00 of $4.50", "cost $2.00")

            await run_to_end(pilot, app)
            await told(pilot, app, "about $4.00 (2 tasks as in past runs)")


async def test_a_budget_that_can_not_be_counted_starts_nothing_and_says_why(
    tmp_path: Path,
) -> None:
    async with MessagesServer() as server:
        project = project_in(tmp_path, server)
        plan = plan_for(task_named("a", model="opus"), limits=Limits(budget_usd=5))
        async with opened(project, plan) as (app, pilot):
            await pilot.press("ctrl+r")
            await told(pilot, app, "budget_usd needs a price for claude-opus-5-5")
            assert server.requests == [] and not (tmp_path / "artifacts").exists()


async def test_a_budget_alone_is_reason_enough_to_tell_the_estimate(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, limits=Limits(budget_tokens=1000)))
    async with app.run_test() as pilot:
        await run_to_end(pilot, app)
        await told(pilot, app, "Estimate nothing that costs money; time: unknown")
