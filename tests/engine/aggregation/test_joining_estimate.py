"""What a synthesis after the end would take, told before anybody is asked."""

from pathlib import Path

import msgspec
import pytest

from orchtui.engine.afterwards.joining_estimate import estimate_words, joining_estimate
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import InputError, NoBackendError
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.scheduling.prices import Price
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.sessions.project import Project
from orchtui.engine.texts import reduction
from tests.engine.aggregation.test_joining_again import again, ended, maker
from tests.engine.scripted import says

PRICE = Price(input=1_000_000, output=2_000_000)
"""A dollar for each token in, two for each token out."""


async def test_short_results_are_one_question(tmp_path: Path) -> None:
    one = await ended(tmp_path)

    found = joining_estimate(one.run, one.run.schedule, "x" * 400, paid=True, price=PRICE)

    assert (found.parts, found.questions) == (0, 1)
    assert 100 < found.input_tokens < 1_000
    assert found.cost.least == found.input_tokens
    assert found.cost.most == found.input_tokens + 2 * found.output_tokens
    assert estimate_words(found).startswith("scripted: 1 question, about ")


async def test_long_results_are_a_question_for_each_part_and_one_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduction, "CHARACTERS", 200)
    one = await ended(tmp_path)
    schedule = msgspec.structs.replace(one.run.schedule, model="m")

    found = joining_estimate(one.run, schedule, "", paid=False, price=None)

    assert (found.parts, found.questions) == (2, 3)
    assert estimate_words(found).startswith("scripted, m: 3 questions, as the results are too long")
    assert estimate_words(found).endswith("no cost")


async def test_results_that_are_too_long_to_be_reduced_cost_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is told before is what comes of it: nobody is asked."""
    monkeypatch.setattr(reduction, "CHARACTERS", 200)
    monkeypatch.setattr(reduction, "MOST_PARTS", 1)
    one = await ended(tmp_path)

    found = joining_estimate(one.run, one.run.schedule, "", paid=True, price=PRICE)

    assert (found.questions, found.input_tokens, found.cost.most) == (0, 0, 0.0)
    assert estimate_words(found) == (
        "nobody, as the results are too long to be reduced: 2 parts, and at most 1 are summarized; "
        "they are collected instead"
    )
    made_by, backend = maker(one.run, says("never"))
    run = await again(one, "synthesize", made_by)
    assert run.aggregated is not None and run.aggregated.fallback == found.declined
    assert backend.assignments == []


async def test_without_a_price_the_cost_is_called_unknown(tmp_path: Path) -> None:
    one = await ended(tmp_path)
    found = joining_estimate(one.run, one.run.schedule, "", paid=True, price=None)
    assert estimate_words(found).endswith("cost unknown")


async def test_a_project_tells_it_as_it_would_ask(tmp_path: Path) -> None:
    backends = Backends({}, chosen="rehearsal")
    project = Project(folder=tmp_path, out=tmp_path / "artifacts", backends=backends)
    lost = Task(id="b", prompt="Paint [rehearse: fail, 5 words, 1 ms]", retries=0)
    one = project.start(Plan(tasks=(Task(id="a", prompt="Write [rehearse: 5 words, 1 ms]"), lost)))
    async with one:
        async for _ in one:
            pass
    found = project.aggregation_estimate(one.run)
    assert (found.backend, found.paid, found.parts) == ("rehearsal", False, 0)

    only_lost = project.start(Plan(tasks=(lost,)))
    async with only_lost:
        async for _ in only_lost:
            pass
    with pytest.raises(InputError, match="no task completed"):
        project.aggregation_estimate(only_lost.run)
    other = await ended(tmp_path / "other")
    project.overrides = Overrides(backend="rehearsal")
    with pytest.raises(NoBackendError, match="needs a model"):
        project.aggregation_estimate(other.run)
    await project.close()
