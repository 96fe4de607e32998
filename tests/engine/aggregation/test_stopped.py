"""Joining again that is stopped, or comes before the run goes on: nothing is lost silently."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from orchtui.engine.afterwards.behind_end import place_of, write_behind
from orchtui.engine.afterwards.joining_again import Asked, join_again
from orchtui.engine.afterwards.remaking import Maker
from orchtui.engine.backends import base
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import IllegalTransitionError, StorageError
from orchtui.engine.journals import journal
from orchtui.engine.journals.disk import Disk
from orchtui.engine.plans.plan import AggregateStrategy, Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.run_folders.artifacts import Artifacts
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.prices import Price, Prices
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from orchtui.engine.sessions.project import Project
from orchtui.engine.texts import reduction
from tests.engine.aggregation.test_joining_again import (
    ANOTHER,
    SYNTHESIS,
    ended,
    opened,
    published,
)
from tests.engine.schedules import build
from tests.engine.scripted import Scripted, Step, says, task

PRICES = Prices(models={"scripted": {"any": Price(input=1, output=1_000_000)}})
"""A dollar for each token of an answer."""
USED = base.UsageReported(Usage(output=2))
HALF: list[Step] = [USED, "half of it", 60.0, base.Finished("end_turn")]


def asks(one: Orchestrator, scripts: dict[str, list[list[Step]]]) -> Asked:
    schedule = msgspec.structs.replace(one.run.schedule, prices=PRICES)
    return Asked("synthesize", Maker(schedule=schedule, backend=Scripted(scripts)))


async def stopped(one: Orchestrator, asked: Asked, when: type[ev.Event]) -> list[ev.RunEvent]:
    """Cancel it once an event of a kind was told; all that was told."""
    told: list[ev.RunEvent] = []
    seen = asyncio.Event()

    def hear(batch: Sequence[ev.RunEvent]) -> None:
        told.extend(batch)
        if any(isinstance(event, when) for event in batch):
            seen.set()

    work = asyncio.create_task(
        join_again(one.out, one._folder, one.run.id, asked, told=hear), name="again"
    )
    await seen.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    return told


@pytest.mark.parametrize("before", ["collect", "synthesize"])
async def test_the_result_stays_and_what_was_used_is_known(
    tmp_path: Path, before: AggregateStrategy
) -> None:
    one = await ended(tmp_path, before)
    result, known, spent = published(one), one.run.seq, one.run.spent

    told = await stopped(one, asks(one, {ev.AGGREGATE: [HALF]}), ev.TextDelta)

    [event] = [event for event in journal.read(one.run_folder) if event.seq > known]
    assert isinstance(event, ev.AggregationStopped) and told[-1] == event
    assert (event.strategy, event.backend, event.usage.output) == ("synthesize", "scripted", 2)
    run = opened(one)
    assert published(one) == result, "nobody has said that this run is the one"
    assert run.aggregated == one.run.aggregated
    assert run.aggregate == one.run.aggregate, "an earlier synthesis is not touched"
    assert run.spent.least == spent.least + 2
    assert run.usage.output == one.run.usage.output + 2
    assert run.at == one.run.at, "the run's own time stands still"
    log = (one.run_folder / "parallel-log.md").read_text()
    assert "**Not Joined Again**: synthesize (scripted" in log and "2 tokens, cost " in log
    assert not list(one.run_folder.glob("*-joined-*")), "nothing took the place of the result"


async def test_it_can_be_joined_after_that(tmp_path: Path) -> None:
    one = await ended(tmp_path, "synthesize")
    await stopped(one, asks(one, {ev.AGGREGATE: [HALF]}), ev.TextDelta)

    asked = asks(one, {ev.AGGREGATE: [says("never"), says(ANOTHER)]})
    run = await join_again(one.out, one._folder, one.run.id, asked)

    assert run.aggregated is not None and run.aggregated.fallback is None
    assert [len(run.stopped_joining), len(run.joined_again)] == [1, 1]
    assert opened(one) == run


async def test_parts_that_were_summarized_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduction, "CHARACTERS", 200)
    one = await ended(tmp_path)
    part: list[Step] = [USED, "What matters.", base.Finished("end_turn")]

    told = await stopped(one, asks(one, {"part-1": [part], "part-2": [HALF]}), ev.PartReduced)

    [begun] = [event for event in told if isinstance(event, ev.ReductionBegun)]
    assert (begun.parts, begun.round) == (2, 1) and begun.characters > 100
    last = told[-1]
    assert isinstance(last, ev.AggregationStopped)
    assert (last.parts, last.usage.output) == (1, 4), "with the part that was on its way"
    assert opened(one).usage.output == one.run.usage.output + 4


async def test_before_anybody_was_asked_nothing_is_written(tmp_path: Path) -> None:
    one = await ended(tmp_path)
    before = one.run.seq

    await stopped(one, asks(one, {ev.AGGREGATE: [HALF]}), ev.AggregationAsked)

    assert opened(one).seq in (before, before + 1)  # the first attempt may have begun by then
    assert opened(one).aggregated == one.run.aggregated


async def test_a_backend_that_is_deaf_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchtui.engine.afterwards.remaking.STOP_WITHIN", 0.05)
    one = await ended(tmp_path)
    backend = Scripted({ev.AGGREGATE: [[USED, "half", 0.3, "more"]]}, deaf=True)
    schedule = msgspec.structs.replace(one.run.schedule, prices=PRICES)
    asked = Asked("synthesize", Maker(schedule=schedule, backend=backend))

    await stopped(one, asked, ev.TextDelta)

    [event] = opened(one).stopped_joining
    assert event.cost is None, "it did not end in time: what it cost is not known"


@pytest.fixture
def slow_to_open(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """A disk that takes two rounds of the loop for opening a journal; set when it begins to."""
    opening, reopen = asyncio.Event(), journal.Journal.reopen

    async def slowly(folder: Path, disk: Disk) -> journal.Journal:
        opening.set()
        for _ in range(4):
            await asyncio.sleep(0)
        return await reopen(folder, disk)

    monkeypatch.setattr(journal.Journal, "reopen", slowly)
    return opening


async def test_who_stops_it_while_it_is_written_comes_too_late(
    tmp_path: Path, slow_to_open: asyncio.Event
) -> None:
    """It is paid for, and half of it would be a journal and files that do not say the same."""
    one = await ended(tmp_path)
    asked = asks(one, {ev.AGGREGATE: [[USED, *says(SYNTHESIS)]]})
    work = asyncio.create_task(join_again(one.out, one._folder, one.run.id, asked))
    await slow_to_open.wait()

    for _ in range(4):
        work.cancel()
        await asyncio.sleep(0)
    run = await work

    assert run.aggregated is not None and run.aggregated.strategy == "synthesize"
    assert "holds stale answers" in published(one)
    assert opened(one) == run and run.spent.least == one.run.spent.least + 2


async def test_who_stops_it_twice_loses_nothing(
    tmp_path: Path, slow_to_open: asyncio.Event
) -> None:
    one = await ended(tmp_path)
    told: list[ev.RunEvent] = []
    speaks = asyncio.Event()

    def hear(batch: Sequence[ev.RunEvent]) -> None:
        told.extend(batch)
        if any(isinstance(event, ev.TextDelta) for event in batch):
            speaks.set()

    asked = asks(one, {ev.AGGREGATE: [HALF]})
    work = asyncio.create_task(
        join_again(one.out, one._folder, one.run.id, asked, told=hear), name="again"
    )
    await speaks.wait()
    work.cancel()
    await slow_to_open.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    [event] = opened(one).stopped_joining
    assert event.usage.output == 2 and told[-1] == event


async def test_what_was_used_is_told_also_where_it_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await ended(tmp_path)
    told: list[ev.RunEvent] = []

    async def refuse(folder: Path, disk: Disk) -> journal.Journal:
        raise StorageError("no space left on device")

    def hear(batch: Sequence[ev.RunEvent]) -> None:
        told.extend(batch)
        if any(isinstance(event, ev.TextDelta) for event in batch):
            work.cancel()

    asked = asks(one, {ev.AGGREGATE: [HALF]})
    work = asyncio.create_task(join_again(one.out, one._folder, one.run.id, asked, told=hear))
    monkeypatch.setattr(journal.Journal, "reopen", refuse)
    with pytest.raises(StorageError):
        await work

    assert isinstance(told[-1], ev.AggregationStopped) and told[-1].usage.output == 2


async def test_a_bug_does_not_hide_what_it_cost(tmp_path: Path) -> None:
    one = await ended(tmp_path)

    def hear(batch: Sequence[ev.RunEvent]) -> None:
        if any(isinstance(event, ev.TaskCompleted) for event in batch):
            raise KeyError("a bug in a front end")

    asked = asks(one, {ev.AGGREGATE: [[USED, *says(SYNTHESIS)]]})
    with pytest.raises(KeyError, match="a bug"):
        await join_again(one.out, one._folder, one.run.id, asked, told=hear)

    [event] = opened(one).stopped_joining
    assert event.usage.output == 2
    assert opened(one).aggregated == one.run.aggregated


@pytest.mark.parametrize("fails", ["reopen", "rewrite"])
async def test_a_disk_that_refuses_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """Whether the result stays what it was is decided by the journal, not by the files."""
    one = await ended(tmp_path)
    told: list[ev.RunEvent] = []

    async def refuse(*args: object, **kwargs: object) -> None:
        raise StorageError("no space left on device")

    owner = journal.Journal if fails == "reopen" else Artifacts
    monkeypatch.setattr(owner, fails, refuse)
    asked = asks(one, {ev.AGGREGATE: [[USED, *says(SYNTHESIS)]]})
    with pytest.raises(StorageError):
        await join_again(one.out, one._folder, one.run.id, asked, told=told.extend)

    joined = opened(one).aggregated != one.run.aggregated
    assert joined == (fails == "rewrite")
    assert isinstance(told[-1], ev.AggregationStopped) == (not joined)


async def test_what_does_not_fit_the_run_is_not_written(tmp_path: Path) -> None:
    """A journal with an event that can not follow is one that nobody can open any more."""
    one = await ended(tmp_path)
    place = await place_of(one.out, one._folder, one.run.id)

    with pytest.raises(IllegalTransitionError):
        await write_behind(place, lambda run, stamp: [stamp(ev.TaskQueued, task="a", attempt=1)])

    assert opened(one) == one.run


# While a run goes on


def reducing(tmp_path: Path) -> Orchestrator:
    plan = Plan(aggregate="synthesize", tasks=(task("a", title="Lexer"), task("b")))
    scripts = {
        "a": [says("The lexer keeps no state, so every line is read twice. " * 4)],
        "b": [says("The cache holds gigabytes of stale answers after two days. " * 4)],
        "part-1": [says("The lexer reads twice.")],
        "part-2": [says("The cache is stale.", 0.05)],
        ev.AGGREGATE: [says(SYNTHESIS)],
    }
    return Orchestrator(
        plan,
        build(plan, backend="scripted"),
        Crew(backends={"scripted": Scripted(scripts)}),
        folder=tmp_path,
        out=tmp_path / "artifacts",
    )


async def test_a_reduction_says_that_it_begins_and_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduction, "CHARACTERS", 400)
    one = reducing(tmp_path)
    seen: list[tuple[str, int]] = []

    def note(run: Run) -> None:
        if run.reducing is not None:
            seen.append((f"{len(run.reduced)} of {run.reducing.parts}", run.reducing.round))

    async with one:
        async for _ in one:
            note(one.run)

    assert list(dict.fromkeys(seen)) == [("0 of 2", 1), ("1 of 2", 1), ("2 of 2", 1)]
    assert one.run.reducing is None and opened(one) == one.run


# A run that goes on later


LOST = Plan(
    aggregate="collect",
    limits=Limits(retries=0),
    tasks=(
        Task(id="a", prompt="Write [rehearse: 5 words, 1 ms]"),
        Task(id="b", prompt="Paint [rehearse: fail, 5 words, 1 ms]"),
    ),
)


@pytest.mark.parametrize(
    ("by_hand", "then", "told"),
    [
        ((), "collect", ()),
        (("none", "collect"), "collect", ()),
        (
            ("synthesize", "compare"),
            "compare",
            (
                "the results are joined as compare, as was asked for by hand after its end; the "
                "plan says collect",
            ),
        ),
    ],
)
async def test_what_was_asked_for_by_hand_holds_when_the_run_goes_on(
    tmp_path: Path, by_hand: tuple[AggregateStrategy, ...], then: str, told: tuple[str, ...]
) -> None:
    backends = Backends({}, chosen="rehearsal")
    project = Project(folder=tmp_path, out=tmp_path / "artifacts", backends=backends)
    async with project.start(LOST) as first:
        async for _ in first:
            pass
    for strategy in by_hand:
        await project.aggregate(first.run, strategy)
    assert project.prospect_of("last").told == told

    async with project.resume("last") as again:
        async for _ in again:
            pass
    await project.close()

    run = again.run
    assert run.aggregated is not None and run.aggregated.strategy == then
    assert len(run.joined_again) == len(by_hand), "and how it was joined before is known"
    kept = {path.name for path in first.run_folder.glob("parallel-result*")}
    assert kept == {
        "parallel-result.md",
        "parallel-result-1.md",
        *(f"parallel-result-joined-{number}.md" for number in range(1, len(by_hand) + 1)),
    }
