"""Budgets: what is told once most of one is used, and what follows when one is used up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchtui.engine.backends import base
from orchtui.engine.errors import InputError
from orchtui.engine.execution.budget import Budget, Reached, require_prices, warning_words
from orchtui.engine.plans.plan import Limits, OnBudget
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.runs import run as runs
from orchtui.engine.runs.costs import of_attempt
from orchtui.engine.scheduling.prices import ANY, LongPrompt, Price, Prices
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, Step, execute, says, schedule_of, task
from tests.engine.told import Scenario, play, scenarios

PRICES = Prices(models={"api": {"m": Price(input=1, output=1)}})
M = 1_000_000


def ended(budget: Budget, tokens: int, name: str = "a", **fields: object) -> list[Reached]:
    return budget.ended(name, "api", "m", Usage(output=tokens), **fields)  # type: ignore[arg-type]


def running(budget: Budget, tokens: int, name: str = "a") -> list[Reached]:
    return budget.running(name, "api", "m", Usage(output=tokens))


def test_tokens_are_told_at_four_fifths_and_once() -> None:
    budget = Budget(tokens=100)

    assert ended(budget, 79) == []
    assert ended(budget, 1) == [Reached("tokens", 80, 100)]
    assert ended(budget, 19) == []
    assert budget.exhausted is None
    assert ended(budget, 1) == []
    assert budget.exhausted is not None
    assert budget.exhausted.kind == "budget"
    assert str(budget.exhausted) == "the budget of 100 tokens is used up: 0 in, 100 out"


def test_dollars_are_told_likewise() -> None:
    budget = Budget(usd=10, prices=PRICES)

    assert ended(budget, 7 * M) == []
    assert ended(budget, 2 * M) == [Reached("usd", 9, 10)]
    assert ended(budget, M) == []
    assert str(budget.exhausted) == "the budget of $10.00 is used up: $10.00 for 10,000,000 tokens"


def test_a_sum_of_cents_reaches_its_limit() -> None:
    budget = Budget(usd=0.3, prices=PRICES)
    for _ in range(3):
        ended(budget, 100_000)  # ten cents

    assert budget.exhausted is not None


def test_the_first_budget_that_is_used_up_is_the_reason() -> None:
    budget = Budget(tokens=M, usd=0.5, prices=PRICES)

    assert ended(budget, 600_000) == [Reached("usd", 0.6, 0.5)]
    assert ended(budget, 500_000) == [Reached("tokens", 1_100_000, M)]
    assert "$0.50" in str(budget.exhausted)


def test_time_is_told_likewise_and_ends_nothing() -> None:
    budget = Budget()

    assert budget.passed(7, 10) == []
    assert budget.passed(8, 10) == [Reached("time", 8, 10)]
    assert budget.passed(10, 10) == []
    assert budget.exhausted is None


def test_running_attempts_count_with_their_latest_figures() -> None:
    budget = Budget(tokens=100)

    assert running(budget, 30, "a") == running(budget, 30, "b") == []
    assert running(budget, 45, "b") == []
    assert ended(budget, 40, "a") == [Reached("tokens", 85, 100)]
    # A new attempt begins at nothing, beside the one that ended.
    assert running(budget, 0, "a") == []
    assert budget.exhausted is None
    running(budget, 15, "a")
    assert budget.exhausted is not None


def test_what_may_have_cost_more_counts_with_the_most() -> None:
    long = LongPrompt(over=10, input=5, output=5)
    models = {"api": {"m": Price(input=1, output=1, long_prompt=long)}}
    budget = Budget(usd=5, prices=Prices(models=models))

    budget.running("a", "api", "m", Usage(input=M))

    assert str(budget.exhausted) == "the budget of $5.00 is used up: $5.00 for 1,000,000 tokens"


def test_what_is_not_known_counts_with_what_is() -> None:
    budget = Budget(usd=1, prices=PRICES)
    ended(budget, 300_000, error="timeout")  # its true count is not known
    budget.ended("x", "nobody", None, Usage(output=50 * M))
    budget.ended("y", "nobody", None, Usage(cost=0.6))

    assert budget.exhausted is None
    ended(budget, 100_000)
    assert "$1.00 for" in str(budget.exhausted)


def test_without_a_limit_nothing_is_kept() -> None:
    budget = Budget(prices=PRICES)

    assert running(budget, 10**12) == ended(budget, 10**12) == []
    assert budget.exhausted is None


@given(
    st.integers(1, 300),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.booleans()), max_size=20),
)
def test_a_budget_is_used_up_exactly_when_the_figures_say_so(
    limit: int, reports: list[tuple[str, int, bool]]
) -> None:
    budget, past, now = Budget(tokens=limit), 0, dict.fromkeys("abc", 0)
    told_so_far: list[Reached] = []
    most = 0
    for name, tokens, over in reports:
        told_so_far += (ended if over else running)(budget, tokens, name)
        past, now[name] = (past + tokens, 0) if over else (past, tokens)
        most = max(most, past + sum(now.values()))

        assert (budget.exhausted is not None) == (most >= limit)
        assert len(told_so_far) == (most >= 0.8 * limit)


@pytest.mark.parametrize(
    ("reached", "words"),
    [
        (
            Reached("tokens", 1640, 2000),
            "82 % of the budget of 2,000 tokens is used (1,640 tokens)",
        ),
        (Reached("usd", 4.1, 5), "82 % of the budget of $5.00 is used ($4.10)"),
        (Reached("time", 480, 600), "80 % of the time for the tasks, 10m 00s, is over"),
    ],
)
def test_a_warning_in_words(reached: Reached, words: str) -> None:
    event = ev.BudgetWarning(
        seq=1, at="x", budget=reached.budget, used=reached.used, limit=reached.limit
    )

    assert warning_words(reached) == warning_words(event) == words


# Prices before the start


def scheduled(name: str, backend: str = "api", model: str | None = "m") -> ScheduledTask:
    return ScheduledTask(
        id=name,
        label=name,
        position=1,
        prompt="x",
        specialist="s",
        instance="s",
        backend=backend,
        model=model,
        timeout=1.0,
        retries=0,
        max_tokens=10,
    )


def of(*tasks: ScheduledTask, **fields: object) -> Schedule:
    prices = Prices(models=PRICES.models, free=("local",), reporting=("claude",))
    given = {"budget_usd": 1.0, "prices": prices, **fields}
    return Schedule(tasks=tasks, concurrency=1, **given)  # type: ignore[arg-type]


def resolve(backend: str, model: str | None) -> str | None:
    return {"quick": "quick-1"}.get(model or "", model)


def problems(schedule: Schedule) -> list[str]:
    try:
        require_prices(schedule, resolve)
    except InputError as error:
        return [problem.message for problem in error.problems]
    return []


def test_a_limit_in_dollars_needs_prices() -> None:
    assert problems(of(scheduled("a"), scheduled("b", "local"), scheduled("c", "claude"))) == []
    assert problems(of(scheduled("a", "codex"), budget_usd=None)) == []

    found = problems(of(scheduled("a", "api", "quick"), scheduled("b", "codex", None)))

    assert len(found) == 2
    assert "a price for quick-1 ('api', task 'a')" in found[0]
    assert "set prices: {api: {quick-1: …}} in orchtui.yaml, or use budget_tokens" in found[0]
    assert "the model that 'codex' uses by itself" in found[1]
    assert f"{{codex: {{{ANY}: …}}}}" in found[1]


def test_many_tasks_with_one_model_are_one_problem_and_the_synthesis_counts() -> None:
    tasks = [scheduled(f"t{n}", "codex") for n in range(9)]

    (one,) = problems(of(*tasks))
    assert "task 't0' and 8 more" in one
    (one,) = problems(of(scheduled("a"), aggregate="synthesize", backend="gemini", model="g"))
    assert "'gemini', the synthesis" in one


def test_the_message_says_when_another_address_is_the_reason() -> None:
    (one,) = problems(of(scheduled("a", "anthropic", "opus")))

    assert "none is known at ANTHROPIC_BASE_URL" in one


# In a run


def uses(tokens: int, *, text: str = "x", seconds: float = 1.0) -> list[Step]:
    """Work for a while, tell what was used, and answer."""
    return [seconds, text, base.UsageReported(Usage(output=tokens)), base.Finished("end_turn")]


def run(
    schedule: Schedule, scripts: dict[str, list[list[Step]]], **fields: object
) -> tuple[list[ev.RunEvent], runs.Run]:
    seen, folded = virtual_time.run(execute(schedule, Scripted(scripts), **fields))  # type: ignore[arg-type]
    assert [event.seq for event in seen] == list(range(2, len(seen) + 2)), "without gaps"
    return seen, folded


def warnings(events: list[ev.RunEvent]) -> list[tuple[str, float, float]]:
    return [(w.budget, w.used, w.limit) for w in events if isinstance(w, ev.BudgetWarning)]


def outcome(folded: runs.Run) -> dict[str, tuple[str, str | None]]:
    return {name: (one.status, one.error) for name, one in folded.tasks.items()}


def busy(*, on_budget: OnBudget | None, **limits: object) -> tuple[list[ev.RunEvent], runs.Run]:
    """One task uses all there is while another works for long and a third one waits."""
    given = Limits(concurrency=2, on_budget=on_budget, **limits)  # type: ignore[arg-type]
    schedule = schedule_of(task("dear"), task("slow"), task("late"), limits=given)
    slow: list[Step] = ["half of it, ", 60.0, "the other half", base.Finished("end_turn")]
    return run(schedule, {"dear": [uses(100)], "slow": [slow], "late": [says("never")]})


@pytest.mark.parametrize("on_budget", [None, "finish"])
def test_what_runs_may_finish(on_budget: OnBudget | None) -> None:
    events, folded = busy(on_budget=on_budget, budget_tokens=100)

    assert outcome(folded) == {
        "dear": ("completed", None),
        "slow": ("completed", None),
        "late": ("failed", "budget"),
    }
    assert warnings(events) == [("tokens", 100, 100)]
    assert folded.budget_warnings == [e for e in events if isinstance(e, ev.BudgetWarning)]


def test_or_is_cut_off_and_its_text_is_kept() -> None:
    _, folded = busy(on_budget="cut", budget_tokens=100)

    assert outcome(folded) == {
        "dear": ("completed", None),
        "slow": ("failed", "budget"),
        "late": ("failed", "budget"),
    }
    slow = folded.tasks["slow"]
    assert slow.text == "half of it, "
    assert slow.why == "the budget of 100 tokens is used up: 0 in, 100 out"
    assert slow.seconds(0.0) == pytest.approx(1.1, abs=0.05)


def test_an_answer_that_is_whole_but_for_its_last_event_is_not_cut_off() -> None:
    script = uses(100)
    script.insert(-1, 0.05)  # the end of the stream comes a little later
    schedule = schedule_of(task("a"), limits=Limits(budget_tokens=100, on_budget="cut"))

    assert outcome(run(schedule, {"a": [script]})[1]) == {"a": ("completed", None)}


def test_one_that_has_used_it_up_and_goes_on_is_cut_off() -> None:
    script: list[Step] = [
        "x",
        base.UsageReported(Usage(input=100)),
        60.0,
        base.Finished("end_turn"),
    ]
    schedule = schedule_of(task("a"), limits=Limits(budget_tokens=100, on_budget="cut"))

    _, folded = run(schedule, {"a": [script]})

    assert outcome(folded) == {"a": ("failed", "budget")}
    assert folded.tasks["a"].usage == Usage(input=100)


def test_what_running_attempts_used_keeps_others_from_starting() -> None:
    script: list[Step] = [base.UsageReported(Usage(input=100)), 9.0, "x", base.Finished("end_turn")]
    limits = Limits(concurrency=2, budget_tokens=100)
    schedule = schedule_of(task("a"), task("b"), task("c"), limits=limits)

    _, folded = run(schedule, {"a": [script], "b": [says("b", 1.0)]})

    assert outcome(folded)["c"] == ("failed", "budget")
    assert outcome(folded)["a"] == ("completed", None)


def test_an_attempt_is_not_tried_again_on_a_budget_that_is_used_up() -> None:
    script: list[Step] = [base.UsageReported(Usage(input=100)), *["x"]]
    schedule = schedule_of(task("a", retries=3), limits=Limits(budget_tokens=100))

    _, folded = run(schedule, {"a": [script]})

    assert outcome(folded) == {"a": ("failed", "connection")}
    assert len(folded.tasks["a"].attempts) == 1


def test_dollars_are_counted_by_the_schedules_prices() -> None:
    prices = Prices(models={"scripted": {"big-1": Price(input=1, output=10)}})
    limits = Limits(concurrency=1, budget_usd=25)
    schedule = schedule_of(*(task(name) for name in "abcd"), limits=limits)
    schedule = replace(schedule, prices=prices)
    script: list[Step] = [base.Started("big-1"), *uses(M)]

    events, folded = run(schedule, dict.fromkeys("abcd", [script]))

    assert [one.status for one in folded.tasks.values()] == [*["completed"] * 3, "failed"]
    assert folded.tasks["d"].why == "the budget of $25.00 is used up: $30.00 for 3,000,000 tokens"
    assert warnings(events) == [("usd", 20, 25)]
    assert folded.spent.exact == 30
    assert folded.tasks["a"].cost.exact == 10


def test_most_of_the_deadline_is_told_and_then_it_ends() -> None:
    schedule = schedule_of(task("a"), limits=Limits(deadline=100.0))

    events, folded = run(schedule, {"a": [["x", 500.0]]})

    assert warnings(events) == [("time", 80, 100)]
    assert outcome(folded) == {"a": ("failed", "deadline")}
    (warning,) = folded.budget_warnings
    assert ev.seconds(warning.at) - folded.started == pytest.approx(80, abs=0.01)


def test_a_run_that_is_over_by_then_hears_nothing_of_it() -> None:
    schedule = schedule_of(task("a"), limits=Limits(deadline=100.0))

    assert warnings(run(schedule, {"a": [says("x", 79.0)]})[0]) == []


def test_a_cut_answer_costs_at_least_what_was_told() -> None:
    prices = Prices(models={"scripted": {ANY: Price(input=1, output=1)}})
    limits = Limits(budget_usd=1, on_budget="cut")
    schedule = schedule_of(task("a"), task("free"), limits=limits)
    schedule = replace(schedule, prices=prices)
    script: list[Step] = ["x", base.UsageReported(Usage(input=2 * M)), 60.0]

    _, folded = run(schedule, {"a": [script], "free": [says("x")]})

    assert (folded.tasks["a"].cost.exact, folded.tasks["a"].cost.at_least) == (None, 2)
    assert folded.spent.exact is None


@given(scenarios())
def test_nothing_starts_on_a_budget_that_is_used_up_and_nothing_is_told_twice(
    scenario: Scenario,
) -> None:
    schedule = scenario[0]
    events, folded = play(scenario)
    tokens, over = 0, False
    for event in events:
        tokens += usage.total if (usage := getattr(event, "usage", None)) else 0
        assert not (over and isinstance(event, ev.TaskStarted)), "it started all the same"
        over = over or (schedule.budget_tokens is not None and tokens >= schedule.budget_tokens)

    kinds = [one.budget for one in folded.budget_warnings]
    assert len(kinds) == len(set(kinds))
    assert all(one.used >= 0.8 * one.limit for one in folded.budget_warnings)
    if schedule.budget_usd is not None and schedule.prices is not None:
        told_dollars = folded.spent.least >= 0.8 * schedule.budget_usd
        assert ("usd" in kinds) == told_dollars


def test_a_gateway_that_answers_under_another_name_does_not_switch_the_budget_off() -> None:
    """`big` is priced, so the run may start; the gateway calls what answers `vendor/llama-405b`."""
    prices = Prices(models={"gateway": {"big": Price(input=1_000_000, output=1_000_000)}})
    budget = Budget(usd=5.0, prices=prices)
    assert prices.knows("gateway", "big")

    for n in range(100):
        budget.ended(
            f"t{n}",
            "gateway",
            budget.priced("gateway", "vendor/llama-405b", "big"),
            ev.Usage(input=3, output=3),
        )

    assert budget.exhausted is not None


def test_a_price_of_nothing_for_tokens_is_not_nothing_for_searches() -> None:
    prices = Prices(models={"x": {ANY: Price(input=0, output=0, web_search=10.0)}})

    cost = of_attempt(prices, "x", None, ev.Usage(web_searches=1000))

    assert cost.exact == 10.0
