"""Money in whole runs: told everywhere alike, kept with the run, limited, and estimated before.

Everything is real but the model: the SDK, the disk, the door that both front ends use.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orchtui.engine.backends import base
from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Limits, Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.scheduling.prices import Price, Prices
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from orchtui.engine.sessions.project import Project
from orchtui.engine.telling.report import task_file
from tests.engine.scripted import Scripted, Step, schedule_of, task
from tests.engine.whole_runs import (
    closing,
    follow,
    plan_for,
    project_in,
    run,
    said,
    scenes,
    task_named,
)
from tests.server import MessagesServer, Stall
from tests.server.replies import answer

PRICE = Price(input=10_000, output=100_000)
"""Each answer of `said` is 100 tokens in and 10 out: a dollar and a dollar."""


def project(folder: Path, server: MessagesServer, **said: Price) -> Project:
    """A project in which `loopback-1` answers, and costs what is said."""
    made = project_in(folder, server)
    made.prices = {"anthropic": {"loopback-1": PRICE, **said}} if said != {"no": PRICE} else {}
    made.price_files = ("mine.yaml",) if made.prices else ()
    return made


def two(**fields: Any) -> Plan:
    tasks = (task_named("a", model="loopback-1"), task_named("b", model="loopback-1"))
    return plan_for(*tasks, **fields)


async def test_what_it_cost_is_told_everywhere_alike(
    tmp_path: Path, server: MessagesServer
) -> None:
    server._script = scenes(a=[said("One.")], b=[said("Two.")])
    async with closing(project(tmp_path, server)) as it:
        ended = await run(it, two())

        (finished,) = ended.of(ev.RunFinished)
        assert (finished.cost, finished.cost_at_least) == (4.0, 4.0)
        assert ended.journal[-1]["cost"] == 4.0
        assert ended.result.count("cost $4.00") == 1
        assert ended.result.count("cost $2.00") == 2
        assert "cost $2.00" in (ended.folder / "parallel-task-1.md").read_text()
        assert "**Cost**: $4.00 (prices of mine.yaml)" in ended.log
        assert ended.log.count("- Cost: $2.00") == 2
        summary = json.loads((ended.folder / "summary.json").read_text())
        assert (summary["cost"], summary["cost_at_least"]) == (4.0, 4.0)
        assert summary["usage"]["input"] == 200
        (listed,) = it.list_runs()
        assert listed.cost == 4.0


async def test_a_past_run_costs_what_it_cost(tmp_path: Path, server: MessagesServer) -> None:
    server._script = scenes(a=[said("One.")], b=[said("Two.")])
    async with closing(project(tmp_path, server)) as it:
        ended = await run(it, two())
        it.prices = {"anthropic": {"loopback-1": Price(input=1, output=1)}}

        assert it.open_run("last").spent == ended.run.spent
        assert it.open_run("last").spent.exact == 4.0


async def test_a_price_that_nobody_knows_is_called_unknown(
    tmp_path: Path, server: MessagesServer
) -> None:
    server._script = scenes(a=[said("One.")], b=[said("Two.")])
    async with closing(project(tmp_path, server, no=PRICE)) as it:
        ended = await run(it, two())

        (finished,) = ended.of(ev.RunFinished)
        assert (finished.cost, finished.cost_at_least) == (None, 0.0)
        assert "cost unknown" in ended.result
        assert "**Cost**: unknown" in ended.log


async def test_what_is_known_of_a_cost_is_told_as_that(
    tmp_path: Path, server: MessagesServer
) -> None:
    server._script = scenes(a=[said("One.")], b=[answer("Two.", model="another-model")])
    async with closing(project(tmp_path, server)) as it:
        ended = await run(it, two())

        assert ended.run.spent.exact is None
        assert "cost at least $2.00" in ended.result
        assert "**Cost**: at least $2.00" in ended.log


async def test_a_limit_in_dollars_starts_nothing_where_a_price_is_unknown(
    tmp_path: Path, server: MessagesServer
) -> None:
    limited = two(limits=Limits(budget_usd=5))
    async with closing(project(tmp_path, server, no=PRICE)) as it:
        with pytest.raises(InputError, match="budget_usd needs a price for loopback-1"):
            it.start(limited)
        assert not server.requests and it.list_runs() == []

        it.prices = {"anthropic": {"loopback-1": PRICE}}
        server._script = scenes(a=[said("One.")], b=[said("Two.")])
        assert (await run(it, limited)).run.spent.exact == 4.0


async def test_nothing_starts_once_the_dollars_are_used_up(
    tmp_path: Path, server: MessagesServer
) -> None:
    server._script = scenes(a=[said("One.")], b=[said("Two.")])
    async with closing(project(tmp_path, server)) as it:
        ended = await run(it, two(limits=Limits(budget_usd=2, concurrency=1)))

        assert ended.status("a") == ("completed", None)
        assert ended.status("b") == ("failed", "budget")
        assert ended.run.tasks["b"].why == "the budget of $2.00 is used up: $2.00 for 110 tokens"
        assert len(server.requests) == 1
        (warning,) = ended.of(ev.BudgetWarning)
        assert (warning.budget, warning.used, warning.limit) == ("usd", 2.0, 2.0)
        assert "**Budget Warning**: 100 % of the budget of $2.00 is used ($2.00), at" in ended.log
        assert it.open_run("last").budget_warnings == [warning]


async def test_what_runs_is_cut_off_where_that_is_asked_for(
    tmp_path: Path, server: MessagesServer
) -> None:
    begun = answer("It begins so and would go on.", usage={"input_tokens": 10})
    server._script = scenes(a=[(*begun[:-3], Stall())], b=[(*said("Two.", pause=0.3),)])
    limits = Limits(budget_usd=2, on_budget="cut")
    async with closing(project(tmp_path, server)) as it:
        ended = await run(it, two(limits=limits))

        assert ended.status("a") == ("failed", "budget")
        assert ended.status("b") == ("completed", None)
        assert ended.run.tasks["a"].text == "It begins so and would go on."
        assert "What had arrived until then follows" in task_file(ended.run, ended.run.tasks["a"])
        # What was cut off had told its input only.
        assert ended.run.spent.exact is None and ended.run.spent.least > 2.0


async def test_a_resumed_run_gets_its_budget_anew_and_adds_to_the_cost(
    tmp_path: Path, server: MessagesServer
) -> None:
    server._script = scenes(a=[said("One.")], b=[said("Two.")])
    async with closing(project(tmp_path, server)) as it:
        first = await run(it, two(limits=Limits(budget_usd=2, concurrency=1)))
        assert first.status("b") == ("failed", "budget")

        second = await follow(it.resume("last"))

        assert second.status("b") == ("completed", None)
        assert second.run.spent.exact == 4.0
        assert second.run.sessions[0] != second.run.sessions[-1]


# Estimates


async def test_the_first_run_is_the_ground_of_the_next_estimate(
    tmp_path: Path, server: MessagesServer
) -> None:
    server._script = scenes(a=[said("One.")], b=[said("Two.")])
    async with closing(project(tmp_path, server)) as it:
        (by_prompts,) = it.estimate(it.schedule(two())).parts
        assert (by_prompts.basis, by_prompts.tasks) == ("prompts", 2)

        await run(it, two())

        found = it.estimate(it.schedule(two()))
        (part,) = found.parts
        assert (part.basis, part.tasks, part.seen) == ("past runs", 2, 2)
        assert (part.input_tokens, part.output_tokens) == (200, 20)
        assert found.cost.exact == 4.0
        assert found.time.seconds is not None and found.time.past == 2
        assert it.estimate(it.schedule(two()), done={"a"}).cost.exact == 2.0


@pytest.mark.parametrize(
    ("paid", "limits", "line", "warnings"),
    [
        (False, {}, "", []),
        (False, {"budget_tokens": 5}, "nothing that costs money; time: about 2m 00s (2 by", []),
        (False, {"budget_usd": 5.0}, "nothing that costs money; ", []),
        (False, {"deadline": 600.0}, "", []),
        (
            False,
            {"deadline": 60.0},
            "",
            ["the deadline of 1m 00s will hardly do: about 2m 00s are likely"],
        ),
        (True, {}, "2 paid tasks, about ", []),
    ],
)
async def test_an_estimate_is_told_where_money_or_a_budget_is_at_stake(
    tmp_path: Path,
    server: MessagesServer,
    paid: bool,
    limits: dict[str, Any],
    line: str,
    warnings: list[str],
) -> None:
    backend = "anthropic" if paid else "rehearsal"
    tasks = (replace(one, backend=backend, estimate=120.0) for one in two().tasks)
    plan = plan_for(*tasks, limits=Limits(**limits))
    async with closing(project(tmp_path, server)) as it:
        notice = it.estimate_notice(it.schedule(plan))

    assert notice.line.startswith(line) and bool(notice.line) is bool(line)
    assert list(notice.warnings) == warnings


# The synthesis


def synthesis_run(folder: Path, synthesis: list[Step], **limits: Any) -> Orchestrator:
    """A run whose one task costs a dollar, and its synthesis whatever it says."""
    plan = Plan(tasks=(task("a"),), aggregate="synthesize", limits=Limits(**limits))
    priced = Prices(models={"scripted": {"any": Price(input=1, output=1_000_000)}})
    schedule = schedule_of(task("a"), aggregate="synthesize", limits=plan.limits)
    schedule = replace(schedule, prices=priced)
    used = base.UsageReported(Usage(output=1))
    backend = Scripted(
        {"a": [[used, "text of a", base.Finished("end_turn")]], ev.AGGREGATE: [synthesis]}
    )
    crew = Crew(backends={"scripted": backend})
    return Orchestrator(plan, schedule, crew, folder=folder, out=folder / "artifacts")


WHOLE: list[Step] = [
    base.UsageReported(Usage(output=3)),
    "A synthesis of all that there is.",
    base.Finished("end_turn"),
]


async def test_no_synthesis_once_the_dollars_are_used_up(tmp_path: Path) -> None:
    ended = await follow(synthesis_run(tmp_path, WHOLE, budget_usd=1))

    assert ended.run.aggregated is not None
    assert ended.run.aggregated.fallback == "the budget of $1.00 is used up: $1.00 for 1 tokens"
    assert "No synthesis was made" in ended.result


async def test_the_synthesis_counts_against_the_same_budget(tmp_path: Path) -> None:
    ended = await follow(synthesis_run(tmp_path, WHOLE, budget_usd=5))

    assert ended.run.aggregated is not None and ended.run.aggregated.fallback is None
    assert [(w.used, w.limit) for w in ended.run.budget_warnings] == [(4.0, 5.0)]
    assert ended.run.spent.exact == 4.0


async def test_a_synthesis_is_cut_off_like_a_task(tmp_path: Path) -> None:
    dear: list[Step] = [base.UsageReported(Usage(output=9)), "It begins", 60.0, *WHOLE]

    ended = await follow(synthesis_run(tmp_path, dear, budget_usd=5, on_budget="cut"))

    assert ended.run.aggregated is not None
    assert ended.run.aggregated.strategy == "collect"
    assert "the budget of $5.00 is used up" in (ended.run.aggregated.fallback or "")
    assert ended.run.finished is not None and ended.run.finished.verdict == "COMPLETED"
