"""Money without a screen: estimated before, told while it goes on and at the end, and limited."""

import asyncio
import json
from pathlib import Path

import pytest

from orchtui.cli.progress import Progress
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from tests.cli.conftest import Orchtui
from tests.cli.test_progress import Paper, progress_of, two
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.server import MessagesServer
from tests.server.replies import answer

PLAN = """\
limits: {budget_usd: 5, concurrency: 1}
tasks:
  - {id: one, prompt: Write about one., model: loopback-1}
  - {id: two, prompt: Write about two., model: loopback-1}
"""
PRICES = "prices: {anthropic: {loopback-1: {input: 10000, output: 1000000}}}\n"
"""A quarter of a dollar for a prompt, as the test server counts it, and a dollar for each word."""

KEYS = {"ANTHROPIC_API_KEY": "sk-test", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}


@pytest.fixture
def plan(project: Path) -> str:
    (project / "plan.yaml").write_text(PLAN)
    return "plan.yaml"


def test_a_limit_in_dollars_without_prices_starts_nothing_and_says_what_to_do(
    orchtui: Orchtui, project: Path, plan: str
) -> None:
    done = orchtui("run", plan, **KEYS)

    assert (done.returncode, done.stdout) == (2, "")
    assert (
        "budget_usd needs a price for loopback-1 ('anthropic', task 'one' and 1 more)"
        in done.stderr
    )
    assert "set prices: {anthropic: {loopback-1: …}} in orchtui.yaml" in done.stderr
    assert "budget_tokens" in done.stderr
    assert not (project / "artifacts").exists()


def test_an_estimate_starts_nothing(orchtui: Orchtui, project: Path, plan: str) -> None:
    (project / "orchtui.yaml").write_text(PRICES)
    told, as_json = (orchtui("run", plan, "--estimate", *more, **KEYS) for more in ([], ["--json"]))

    assert (told.returncode, as_json.returncode) == (0, 0)
    assert "paid tasks:    2 (loopback-1 × 2)" in told.stdout
    assert f"{project / 'orchtui.yaml'}]" in told.stdout
    fields = json.loads(as_json.stdout)
    assert (fields["paid_tasks"], fields["cost"]) == (2, None)
    assert fields["parts"][0]["from"] == "prompts"
    assert not (project / "artifacts").exists()


async def test_a_run_tells_its_money_before_during_and_after(
    orchtui: Orchtui, project: Path, plan: str
) -> None:
    (project / "orchtui.yaml").write_text(PRICES)
    async with MessagesServer() as server:
        server.on("Write about", answer("Four words of it."))
        keys = {**KEYS, "ANTHROPIC_BASE_URL": server.url}
        done = await asyncio.to_thread(orchtui, "run", plan, "--budget-usd", "4", **keys)
        again = await asyncio.to_thread(orchtui, "run", plan, "--on-budget", "cut", **keys)

    assert (done.returncode, again.returncode) == (3, 0)
    assert "the first run in this folder that costs money" in done.stderr
    assert "! 106 % of the budget of $4.00 is used ($4.25)" in done.stderr
    assert "two failed: the budget of $4.00 is used up: $4.25 for 29 tokens" in done.stderr
    assert "PARTIAL: 1 of 2 tasks completed" in done.stderr
    assert "cost $4.25" in done.stderr and "cost $4.25" in done.stdout
    assert "estimate: 2 paid tasks, about 50 tokens in, about $8.50 (2 tasks as in past runs)" in (
        again.stderr
    )
    assert "the budget of $5.00 will hardly do: about $8.50 or more are likely" in again.stderr

    listed = orchtui("runs", "list")
    assert "   $8.50  " in listed.stdout
    [run, _] = json.loads(orchtui("runs", "list", "--json").stdout)
    assert run["cost"] == run["cost_at_least"] == 8.5
    shown = json.loads(orchtui("runs", "show", "last", "--json").stdout)
    assert [one["cost"] for one in shown["details"]] == [4.25, 4.25]
    assert shown["details"][0]["usage"]["output"] == 4


# The lines


def test_a_warning_is_a_line_of_its_own() -> None:
    told = two()
    progress, paper = progress_of(told)
    stamp = Stamp(lambda: 0.0, 99)

    progress.note(stamp(ev.BudgetWarning, budget="tokens", used=90, limit=100))

    assert paper.text.endswith("! 90 % of the budget of 100 tokens is used (90 tokens)\n")


def test_the_last_line_says_what_it_cost(tmp_path: Path) -> None:
    told = Told(task("a")).starts("a", 0).completes("a", 4, "x").ends(5)
    paper = Paper()
    progress = Progress(told.run, lambda: told.run.at, paper, table=False)  # type: ignore[arg-type]

    progress.conclude(tmp_path, tmp_path)

    assert "cost" not in paper.text, "a run of before orchtui knew prices says nothing of them"
