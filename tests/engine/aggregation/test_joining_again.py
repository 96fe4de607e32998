"""The results of a run that has ended, joined another way: no task runs, nothing is lost."""

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from orchtui.engine.afterwards.choosing import rated, write_down
from orchtui.engine.afterwards.joining_again import Asked, join_again
from orchtui.engine.afterwards.remaking import Maker
from orchtui.engine.agents.specialists import Agents, agent_folders
from orchtui.engine.backends.profiles import Profile
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import InputError, NoBackendError, RunAliveError
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import AggregateStrategy, Plan
from orchtui.engine.replay.checkpoints import Checkpoints
from orchtui.engine.replay.recorder import Recorder
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import past_runs
from orchtui.engine.runs import verdict
from orchtui.engine.runs.outcome_words import small_model
from orchtui.engine.runs.run import Run
from orchtui.engine.runs.time_axis import TimeAxis
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from orchtui.engine.sessions.project import Project
from orchtui.engine.trusting.trust import UntrustedError
from tests.engine.backends.asking import KEY
from tests.engine.schedules import build
from tests.engine.scripted import Scripted, Step, fails, says, task
from tests.server import FAULTS, MessagesServer
from tests.server.replies import answer

FIRST = "The lexer keeps no state, so every line is read twice, again and again."
SECOND = "The cache never forgets: after two days it holds gigabytes of stale answers."
SYNTHESIS = "# Both\n\nThe lexer reads twice, the cache holds stale answers. Tasks: 1, 2"
ANOTHER = "# Anew\n\nStale answers fill the cache, and the lexer has no state. Tasks: 1, 2"


async def ended(
    tmp_path: Path, aggregate: AggregateStrategy = "collect", *, lost: bool = False
) -> Orchestrator:
    """A run with two results; its third task fails where one is to be lost."""
    scripts: dict[str, list[list[Step]]] = {
        "a": [says(FIRST)],
        "b": [says(SECOND)],
        ev.AGGREGATE: [says(SYNTHESIS)],
        "c": [fails("server", retryable=False)],
    }
    tasks = [task("a", title="Lexer"), task("b", title="Cache")]
    plan = Plan(aggregate=aggregate, tasks=(*tasks, *([task("c")] if lost else [])))
    one = Orchestrator(
        plan,
        build(plan, backend="scripted"),
        Crew(backends={"scripted": Scripted(scripts, pace=0.01)}),
        folder=tmp_path,
        out=tmp_path / "artifacts",
    )
    async with one:
        async for _ in one:
            pass
    return one


def maker(run: Run, *scripts: list[Step]) -> tuple[Maker, Scripted]:
    backend = Scripted({ev.AGGREGATE: [*scripts]})
    return Maker(schedule=run.schedule, backend=backend), backend


async def again(
    one: Orchestrator, strategy: AggregateStrategy, made_by: Maker | None = None
) -> Run:
    return await join_again(one.out, one._folder, one.run.id, Asked(strategy, made_by))


def opened(one: Orchestrator) -> Run:
    return past_runs.open_run(one.out, one.run.id)


def published(one: Orchestrator) -> str:
    return (one.out / "parallel-result.md").read_text()


async def test_each_strategy_and_back_again(tmp_path: Path) -> None:
    one = await ended(tmp_path, lost=True)
    before, figures = published(one), verdict.makespan(one.run)
    assert one.run.finished is not None and one.run.finished.verdict == "PARTIAL"

    run = await again(one, "none")
    assert "## Files" in published(one) and FIRST not in published(one)
    run = await again(one, "compare")
    assert "## Variants" in published(one) and "## Differences" in published(one)
    made_by, backend = maker(run, says(SYNTHESIS))
    run = await again(one, "synthesize", made_by)
    assert "## Synthesis" in published(one) and "holds stale answers" in published(one)
    assert [each.task for each in backend.assignments] == [ev.AGGREGATE], "no task runs"
    run = await again(one, "collect")

    assert published(one) == before
    assert run.aggregated is not None and run.aggregated.absent == ("c",)
    assert run.finished == one.run.finished and verdict.makespan(run) == figures
    assert run.at == one.run.at, "the run's own time ends where the run does"
    folder = one.run_folder
    kept = [folder / f"parallel-result-joined-{number}.md" for number in range(1, 5)]
    assert "## Contents" in kept[0].read_text() and "## Synthesis" in kept[3].read_text()
    log = (folder / "parallel-log.md").read_text()
    assert log.count("**Joined Again**: as ") == 4
    assert "**Joined Again**: as synthesize (scripted) at " in log


async def test_it_stands_in_the_journal_as_a_run_tells_it(tmp_path: Path) -> None:
    one = await ended(tmp_path)
    known = one.run.seq
    made_by, _ = maker(one.run, says(SYNTHESIS))

    run = await again(one, "synthesize", made_by)

    events = [event for event in journal.read(one.run_folder) if event.seq > known]
    kinds = [ev.kind_of(event) for event in events]
    assert kinds == [
        "aggregation_asked",
        "task_queued",
        "task_started",
        *["text_delta"] * (len(kinds) - 5),
        "task_completed",
        "aggregated",
    ]
    assert [event.seq for event in events] == list(range(known + 1, known + 1 + len(events)))
    assert opened(one) == run
    folded = Recorder(one.run_folder, Checkpoints(events=1), lambda read: None).go_through()
    assert folded.aggregate is not None and folded.aggregate.status == "completed"


async def test_another_synthesis_takes_the_place_of_the_first_and_both_stay(
    tmp_path: Path,
) -> None:
    one = await ended(tmp_path, "synthesize")
    length = TimeAxis.of(one.run, one.run.at).length
    made_by, backend = maker(one.run, says("never"), says(ANOTHER))

    run = await again(one, "synthesize", made_by)

    assert backend.assignments[0].attempt == 2
    assert "Stale answers fill the cache" in published(one)
    assert run.aggregate is not None
    assert [attempt.text for attempt in run.aggregate.attempts] == [SYNTHESIS, ANOTHER]
    assert SYNTHESIS in (one.run_folder / "parallel-synthesis-joined-1.md").read_text()
    assert ANOTHER in (one.run_folder / "parallel-synthesis.md").read_text()
    assert TimeAxis.of(run, run.at).length == pytest.approx(length, abs=0.001)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (says("ok"), "its answer is only a placeholder"),
        (fails("auth", retryable=False), "auth"),
        (says("Bananas grow on giant herbs in warm and humid countries."), "says nothing of"),
    ],
)
async def test_what_can_not_stand_gives_way_to_collect_and_what_it_cost_is_known(
    tmp_path: Path, script: list[Step], why: str
) -> None:
    one = await ended(tmp_path, "compare")
    made_by, _ = maker(one.run, script)

    run = await again(one, "synthesize", made_by)

    assert run.aggregated is not None and run.aggregated.fallback is not None
    assert why in run.aggregated.fallback
    assert "**No synthesis was made**" in published(one) and FIRST in published(one)
    assert run.aggregate is not None and len(run.aggregate.attempts) == 1


async def test_what_a_person_did_meanwhile_stays(tmp_path: Path) -> None:
    one = await ended(tmp_path)

    class Slow(Scripted):
        async def stream(self, assignment, toolbox=None):  # type: ignore[no-untyped-def]
            await write_down(one.out, tmp_path, one.run.id, rated("a", 4))
            async for event in super().stream(assignment):
                yield event

    made_by = Maker(schedule=one.run.schedule, backend=Slow({ev.AGGREGATE: [says(SYNTHESIS)]}))
    run = await again(one, "synthesize", made_by)

    assert run.ratings["a"].stars == 4 and run.aggregated is not None
    assert run.aggregated.strategy == "synthesize"
    assert opened(one) == run


async def test_a_run_that_went_on_meanwhile_is_left_alone(tmp_path: Path) -> None:
    one = await ended(tmp_path, lost=True)

    class Slow(Scripted):
        async def stream(self, assignment, toolbox=None):  # type: ignore[no-untyped-def]
            two = Orchestrator(
                one.run.plan,
                one.run.schedule,
                Crew(backends={"scripted": Scripted({"c": [says("c at last")]})}),
                folder=tmp_path,
                out=one.out,
                past=opened(one),
            )
            async with two:
                async for _ in two:
                    pass
            async for event in super().stream(assignment):
                yield event

    made_by = Maker(schedule=one.run.schedule, backend=Slow({ev.AGGREGATE: [says(SYNTHESIS)]}))
    with pytest.raises(InputError, match="gone on with meanwhile"):
        await again(one, "synthesize", made_by)
    assert "c at last" in published(one)
    [unused] = opened(one).stopped_joining
    assert unused.strategy == "synthesize", "what it used is not lost silently"


async def test_a_run_that_goes_on_is_refused(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a"), task("slow")))
    backend = Scripted({"a": [says(FIRST)], "slow": [["half", 60.0]]})
    one = Orchestrator(
        plan,
        build(plan, backend="scripted"),
        Crew(backends={"scripted": backend}),
        folder=tmp_path,
        out=tmp_path / "artifacts",
    )
    async with one:
        async for event in one:
            if isinstance(event, ev.TextDelta) and event.task == "slow":
                break
        with pytest.raises(RunAliveError):
            await again(one, "none")
    with pytest.raises(InputError, match="has not ended; go on with it first"):
        await again(one, "none")


async def test_nothing_is_joined_of_nothing(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a"),))
    one = Orchestrator(
        plan,
        build(plan, backend="scripted"),
        Crew(backends={"scripted": Scripted({"a": [fails(retryable=False)]})}),
        folder=tmp_path,
        out=tmp_path / "artifacts",
    )
    async with one:
        async for _ in one:
            pass
    with pytest.raises(InputError, match="no task completed"):
        await again(one, "compare")


# Through the door


def project_in(tmp_path: Path, server: MessagesServer | None, chosen: str = "") -> Project:
    near = {"near": Profile(base_url=server.url, key_env="NEAR_KEY", model="m")} if server else {}
    project = Project(
        folder=tmp_path,
        out=tmp_path / "artifacts",
        overrides=Overrides(backend=chosen or None),
        backends=Backends(environment={"NEAR_KEY": KEY}, profiles=near),
        agents=Agents(agent_folders(tmp_path, tmp_path)),
    )
    project.reread()
    return project


async def test_a_project_asks_only_whom_it_may(tmp_path: Path, server: MessagesServer) -> None:
    server.then(answer(SYNTHESIS), FAULTS["bad_request"])
    one = await ended(tmp_path)
    project = project_in(tmp_path, server, "near")
    with pytest.raises(UntrustedError):
        await project.aggregate(one.run, "synthesize")
    assert not server.requests
    project.trust.trust(project.untrusted_aggregation(one.run), tmp_path)

    told: list[ev.RunEvent] = []

    def hear(batch: Sequence[ev.RunEvent]) -> None:
        told.extend(batch)

    run = await project.aggregate(one.run, "synthesize", told=hear)
    assert run.aggregated is not None and run.aggregated.strategy == "synthesize"
    assert "You join the results of several tasks" in json.dumps(server.requests[0].body["system"])
    assert any(isinstance(event, ev.TextDelta) for event in told)
    run = await project.aggregate(run, "synthesize")
    await project.close()
    assert run.aggregated is not None and "max_tokens: too large" in (run.aggregated.fallback or "")


@pytest.mark.parametrize("chosen", ["rehearsal", "command"])
async def test_real_results_are_not_joined_by_what_has_no_model(
    tmp_path: Path, chosen: str
) -> None:
    one = await ended(tmp_path)
    project = project_in(tmp_path, None, chosen)
    with pytest.raises(NoBackendError, match="a synthesis needs a model"):
        await project.aggregate(one.run, "synthesize")
    run = await project.aggregate(one.run, "none")
    assert run.aggregated is not None and run.aggregated.strategy == "none"


async def test_a_small_model_that_joined_real_results_is_told(tmp_path: Path) -> None:
    one = await ended(tmp_path)
    assert small_model(one.run) == ""
    schedule = msgspec.structs.replace(one.run.schedule, backend="local")
    made_by = Maker(schedule=schedule, backend=Scripted({ev.AGGREGATE: [says(SYNTHESIS)]}))

    run = await again(one, "synthesize", made_by)

    assert small_model(run).startswith("A very small model on this machine wrote the synthesis")
    assert small_model(run) in published(one)


def test_an_older_journal_folds_as_before() -> None:
    line = (
        '{"kind":"aggregated","seq":2,"at":"2026-01-15T10:00:00.000Z","strategy":"collect",'
        '"asked":"collect","included":["a"],"absent":[],"output":"parallel-result.md"}'
    )
    event = ev.decode(line)
    assert isinstance(event, ev.Aggregated)
    assert event.problems == () and not event.seen.overlaps and event.variants is None
