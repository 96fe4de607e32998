"""The estimate before a run: each figure with its ground, and what is not known is said."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.estimates.estimate_words import as_json, brief, told, too_much
from orchtui.engine.estimates.estimates import Estimate, Joined, Part, Time, estimate
from orchtui.engine.estimates.past_work import PastWork, Worked
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.runs.costs import Cost
from orchtui.engine.scheduling.prices import Price, Prices
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask

SPENDING = frozenset({"anthropic", "codex", "claude"})
PRICE = Price(input=1_000_000, output=10_000_000)  # a dollar a token in, ten a token out
PRICES = Prices(
    models={"anthropic": {"opus": PRICE, "": PRICE}}, date="2026-10-24", files=("mine.yaml",)
)


def task(name: str, backend: str = "anthropic", **fields: Any) -> ScheduledTask:
    usual: dict[str, Any] = {
        "label": name,
        "position": 1,
        "prompt": "12345678",
        "specialist": "writer",
        "instance": "writer",
        "timeout": 1.0,
        "retries": 2,
        "max_tokens": 100,
    }
    return ScheduledTask(id=name, backend=backend, **{**usual, **fields})


def schedule(*tasks: ScheduledTask, **fields: Any) -> Schedule:
    return Schedule(tasks=tasks, concurrency=fields.pop("concurrency", 8), **fields)


def resolve(backend: str, model: str | None) -> str | None:
    return {"opus": "claude-opus-5-5", None: "claude-sonnet-5-5"}.get(model, model)


def of(
    plan: Schedule,
    systems: Mapping[str, str] | None = None,
    *,
    past: PastWork | None = None,
    done: frozenset[str] = frozenset(),
) -> Estimate:
    return estimate(
        plan,
        systems or {},
        spending=SPENDING,
        resolve=resolve,
        past=past or PastWork(),
        done=done,
    )


def worked(backend: str = "anthropic", **fields: Any) -> Worked:
    usual: dict[str, Any] = {
        "specialist": "writer",
        "asked": "opus",
        "model": "claude-opus-5-5",
        "tasks": 4,
        "seconds": 80.0,
        "usage": Usage(input=400, output=40, cache_read=200),
    }
    return Worked(backend=backend, **{**usual, **fields})


# By the prompts


def test_without_a_past_the_prompts_and_limits_are_all_that_is_known() -> None:
    plan = schedule(
        task("a", model="opus", max_tokens=1000),
        task("b", model="opus", specialist="quiet"),
        task("c"),
        task("d", "codex", max_tokens=7777),
        task("e", "command", prompt="x" * 1000),
        task("f", "local", prompt="x" * 1000),
        task("g", max_tokens=5555),
    )

    found = of(plan, {"writer": "1234"}, done=frozenset({"g"}))

    assert (found.tasks, found.paid, found.by_programs, found.requests) == (6, 4, 1, 4)
    assert found.models == (
        ("opus", 2),
        ("the default of anthropic", 1),
        ("the default of codex", 1),
    )
    (part,) = found.parts
    assert (part.basis, part.tasks, part.seen) == ("prompts", 4, 0)
    assert part.input_tokens == 11  # 4 × 8 characters of prompt, 3 × 4 of instructions
    assert part.output_tokens == 1200  # a program's limit is its own
    assert found.cost == Cost(0.0, None)


def test_the_cost_by_the_prompts_is_from_no_answer_to_the_longest_one() -> None:
    plan = schedule(task("a", model="opus", max_tokens=7), prices=PRICES)

    assert of(plan).cost == Cost(2.0, 2.0 + 70.0)
    both = schedule(*plan.tasks, task("b", "codex", max_tokens=7), prices=PRICES)
    assert of(both).cost == Cost(2.0, None)


@pytest.mark.parametrize(
    ("backend", "expected"),
    [("anthropic", (2, 0, 400)), ("codex", (2, 1, 100)), ("rehearsal", (1, 0, 100))],
)
def test_the_synthesis_is_counted(backend: str, expected: tuple[int, int, int]) -> None:
    plan = schedule(
        task("a"),
        task("free", "local", max_tokens=300),
        aggregate="synthesize",
        backend=backend,
        model="opus",
    )

    found = of(plan, {"synthesizer": "1234"})

    (part,) = found.parts
    assert (found.paid, found.by_programs, part.output_tokens) == expected
    assert part.input_tokens == (2 if backend == "rehearsal" else 3)
    assert (("opus", 1) in found.models) == (backend != "rehearsal")


def test_only_the_synthesis_may_be_paid() -> None:
    plan = schedule(task("a", "local"), aggregate="synthesize", backend="anthropic")

    assert of(plan).paid == 1
    assert of(schedule(task("a", "local"), aggregate="collect", backend="anthropic")).paid == 0


@given(
    st.lists(
        st.builds(
            task,
            st.uuids().map(str),
            st.sampled_from(["anthropic", "codex", "local", "command"]),
            prompt=st.text(max_size=50),
            max_tokens=st.integers(1, 10_000),
            model=st.sampled_from([None, "opus", "haiku"]),
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_nothing_is_lost_or_counted_twice(tasks: list[ScheduledTask], before: bool) -> None:
    paid = [one for one in tasks if one.backend in SPENDING]
    found = of(schedule(*tasks), past=PastWork([worked()] if before else []))

    assert found.paid == found.requests == len(paid)
    assert sum(count for _, count in found.models) == len(paid)
    assert sum(part.tasks for part in found.parts) == len(paid)
    new = [
        one for one in paid if not (before and one.model == "opus" and one.backend == "anthropic")
    ]
    characters = sum(len(one.prompt) for one in new)
    tokens = sum(part.input_tokens for part in found.parts if not part.seen)
    assert characters <= 4 * tokens < characters + 4


# As before


def test_what_such_tasks_used_before_is_taken_as_it_was_at_todays_price() -> None:
    past = PastWork([worked(), worked(tasks=1, seconds=20.0, usage=Usage(input=100, output=10))])
    plan = schedule(task("a", model="opus"), task("b", model="opus"), task("c"), prices=PRICES)

    found = of(plan, past=past)

    before, new = found.parts
    assert (before.basis, before.tasks, before.seen) == ("past runs", 2, 5)
    assert (before.input_tokens, before.output_tokens) == (280, 20)  # (600 + 100) / 5, 50 / 5
    assert before.cost == Cost(200 + 200, None)  # the price of cached tokens is not known
    assert (new.basis, new.tasks) == ("prompts", 1)


def test_where_there_is_no_price_the_cost_of_before_is_taken() -> None:
    known = worked("claude", asked=None, model="x", cost_at_least=2.0, cost_at_most=2.0)

    found = of(schedule(task("a", "claude"), task("b", "claude")), past=PastWork([known]))

    assert found.cost.exact is None  # `None` resolves to another model than the one that answered
    same = worked("claude", asked="x", model="x", cost_at_least=2.0, cost_at_most=2.0)
    found = of(schedule(task("a", "claude", model="x")), past=PastWork([same]))
    assert found.cost == Cost(0.5, 0.5)


# Time


def timed(name: str, seconds: float, *after: str) -> ScheduledTask:
    return task(name, estimate=seconds, after=after)


@pytest.mark.parametrize(
    ("tasks", "concurrency", "seconds"),
    [
        ([timed("a", 10), timed("b", 20)], 8, 20),
        ([timed("a", 10), timed("b", 20)], 1, 30),
        ([timed("a", 10), timed("b", 20, "a"), timed("c", 25)], 8, 30),
        ([timed("a", 10), timed("b", 10), timed("c", 10)], 2, 20),
        ([timed("b", 20, "gone")], 8, 20),
        ([], 8, 0),
    ],
)
def test_the_time_is_that_of_the_slots_and_of_the_order(
    tasks: list[ScheduledTask], concurrency: int, seconds: float
) -> None:
    found = of(schedule(*tasks, concurrency=concurrency))

    assert found.time.seconds == seconds
    assert found.time.planned == len(tasks)


def test_the_synthesis_comes_last() -> None:
    past = PastWork([worked(specialist="synthesizer", tasks=1, seconds=7.0)])
    plan = schedule(timed("a", 10), aggregate="synthesize", backend="anthropic", model="opus")

    assert of(plan, past=past).time == Time(seconds=17, known=17, planned=1, past=1)


def test_a_task_of_which_nothing_is_known_makes_the_time_unknown() -> None:
    plan = schedule(timed("a", 10), task("b", model="opus"), task("c"))

    assert of(plan, past=PastWork([worked()])).time == Time(known=30, planned=1, past=1, unknown=1)


def test_a_rehearsal_is_one_of_which_nothing_will_ever_be_known() -> None:
    plan = schedule(timed("a", 10), task("b", backend="rehearsal"), task("c"))

    assert of(plan).time == Time(known=10, planned=1, unknown=2, rehearsed=1)


# Words


def test_each_figure_says_what_it_leaves_out() -> None:
    text = "\n".join(told(of(schedule(task("a"), task("b", "codex")))))

    for words in ("at least 2", "about 4", "a guess", "at most 100", "more with tools", "unknown"):
        assert words in text
    assert "1, which limit their own" in text


def test_only_what_there_is_is_told() -> None:
    api, program = (told(of(schedule(task("a", name)))) for name in ("anthropic", "codex"))

    assert not any("by programs" in line for line in api)
    assert not any("output tokens" in line for line in program)
    assert "nothing here costs money" in told(of(schedule(task("a", "local"))))[0]


def test_where_the_figures_come_from_is_told() -> None:
    plan = schedule(task("a", model="opus"), task("c"), prices=PRICES)
    found = of(plan, past=PastWork([worked()]))
    text = "\n".join(told(found))

    assert "past runs, 4 such tasks" in text and "characters / 4" in text
    assert "[list prices of 2026-10-24, mine.yaml]" in text
    assert "1 × as before" in text and "1 × new" in text
    assert "1 task as in past runs, 1 task by the prompts" in brief(found)


def test_a_models_name_can_do_nothing_to_a_terminal() -> None:
    found = of(schedule(task("a", model="\x1b[2Jopus\nfake: 0")))

    assert all(line.isprintable() for line in [*told(found), brief(found)])


def test_the_same_for_programs() -> None:
    plan = schedule(task("a", model="opus"), task("b", "codex"), prices=PRICES)
    fields = json.loads(json.dumps(as_json(of(plan, past=PastWork([worked()])))))

    assert (fields["tasks"], fields["paid_tasks"]) == (2, 2)
    assert [part["from"] for part in fields["parts"]] == ["past runs", "prompts"]
    assert fields["parts"][0]["output_tokens_at_most"] is None
    assert fields["parts"][1]["output_tokens"] is None
    assert fields["cost"] is None and fields["cost_at_least"] == 200
    assert fields["time"]["seconds"] is None


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"budget_usd": 1.0}, "the budget of $1.00 will hardly do: about $2.00 or more"),
        ({"budget_usd": 3.0}, None),
        ({"budget_tokens": 1}, "the budget of 1 tokens will hardly do: about 2 or more"),
        ({"budget_tokens": 3}, None),  # what it may answer at most is no estimate
        ({}, None),
    ],
)
def test_a_budget_that_will_hardly_do_is_told(limits: dict[str, Any], words: str | None) -> None:
    plan = schedule(task("a", model="opus"), prices=PRICES, **limits)
    lines = too_much(of(plan), plan)

    assert (words is None) == (lines == [])
    assert words is None or words in lines[0]


def test_a_deadline_that_will_hardly_do_is_told() -> None:
    short, long = (schedule(timed("a", 100), deadline=limit) for limit in (99.0, 100.0))

    (line,) = too_much(of(short), short)
    assert line == "the deadline of 1m 39s will hardly do: about 1m 40s are likely"
    assert too_much(of(long), long) == []


def test_parts_add_up() -> None:
    one = Part(basis="prompts", tasks=1, input_tokens=1, output_tokens=1, cost=Cost(1, 2))

    assert Estimate(tasks=2, paid=2, parts=(one, one)).cost == Cost(2, 4)


# The synthesis, and what comes before it


def of_joined(
    output: int, *, tasks: int = 4, unknown: int = 0, synthesizer: bool = False
) -> Estimate:
    """Of a synthesis of results that had so many tokens each in the past."""
    past = [worked(tasks=1, seconds=10.0, usage=Usage(input=100, output=output))]
    if synthesizer:
        past.append(worked(specialist="synthesizer", tasks=1, seconds=5.0, usage=Usage(input=9)))
    plan = schedule(
        *(task(f"t{number}", model="opus") for number in range(tasks)),
        *(task(f"u{number}", specialist="new", model="opus") for number in range(unknown)),
        aggregate="synthesize",
        backend="anthropic",
        model="opus",
        prices=PRICES,
    )
    return of(plan, past=PastWork(past))


def test_what_the_synthesis_reads_is_counted() -> None:
    found = of_joined(1000)

    assert found.joined == Joined(characters=16_000, known=4)
    assert (found.tasks, found.paid, found.requests) == (5, 5, 5)
    before, new = found.parts
    assert (before.tasks, new.tasks) == (4, 1)
    assert new.input_tokens == 4_000  # four results of a thousand tokens
    assert new.cost.least == 4_000.0
    [line] = [one for one in told(found) if one.startswith("synthesis:")]
    assert line == (
        "synthesis:     counted above; about 16,000 characters of results (past runs) are read at "
        "once"
    )


@pytest.mark.parametrize(
    ("output", "parts"), [(14_000, 0), (15_000, 2), (30_000, 3), (16 * 60_000, 65)]
)
def test_long_results_are_reduced_first(output: int, parts: int) -> None:
    found = of_joined(output)

    assert found.joined is not None
    if parts > 64:
        assert (found.joined.parts, found.joined.too_long, found.tasks) == (0, True, 4)
        assert "collected instead" in told(found)[-1]
        return
    assert (found.joined.parts, found.joined.too_long) == (parts, False)
    assert (found.tasks, found.requests) == (5 + parts, 5 + parts)
    new = found.parts[-1]
    assert new.tasks == 1 + parts
    # All of it is read once in parts, then the summaries, which fill what can be read at once.
    read_first = 4 * output if parts else 0
    read_last = 60_000 if parts else 4 * output
    assert new.input_tokens == pytest.approx(read_first + read_last, abs=2)
    assert (f"{parts} parts come first" in told(found)[-1]) == bool(parts)


def test_the_time_of_the_parts_counts_where_a_synthesizer_has_worked() -> None:
    assert of_joined(1000, synthesizer=True).time.seconds == 15.0  # four at once, then it
    assert of_joined(15_000, synthesizer=True).time.seconds == 20.0
    assert of_joined(15_000).time.seconds is None


def test_results_of_which_nothing_is_known_are_told() -> None:
    found = of_joined(1000, unknown=2)

    assert found.joined == Joined(characters=16_000, known=4, unknown=2)
    assert told(found)[-1].endswith("; 2 more of which nothing is known")
    assert as_json(found)["synthesis"] == {
        "result_characters": 16_000,
        "results_known": 4,
        "results_unknown": 2,
        "parts": 0,
        "too_long": False,
    }


def test_without_a_synthesis_nothing_is_said_of_one() -> None:
    plan = schedule(task("a", model="opus"))

    assert of(plan, past=PastWork([worked()])).joined is None
    assert as_json(of(plan))["synthesis"] is None
    assert not [line for line in told(of(plan)) if line.startswith("synthesis:")]
    nothing_known = schedule(task("a"), aggregate="synthesize", backend="anthropic")
    assert of(nothing_known).joined == Joined(unknown=1)
    assert not [line for line in told(of(nothing_known)) if line.startswith("synthesis:")]
