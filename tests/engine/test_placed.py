"""Where the attempts of a run run: told while they go on, and asked for by labels."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.agents.specialists import Specialist
from orchtui.engine.backends import base
from orchtui.engine.backends.profiles import Profile
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import BackendError, InputError
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run, aggregation_task
from orchtui.engine.scheduling import schedule as schedules
from orchtui.engine.scheduling.resolve import Overrides, Resolver
from orchtui.engine.telling import execution_log
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, Step, execute, says, schedule_of, task
from tests.engine.told import Told
from tests.engine.whole_runs import agent_file, closing, plan_for, project_in, run


def on(worker: str | None, *steps: Step) -> list[Step]:
    return [*([base.Placed(worker)] if worker is not None else []), *steps]


def play(*scripts: list[Step]) -> tuple[list[ev.RunEvent], Run]:
    """A run of one task with these attempts."""
    return virtual_time.run(execute(schedule_of(task("a")), Scripted({"a": [*scripts]})))


def test_the_worker_of_each_attempt_is_told_before_its_words() -> None:
    lost = BackendError("connection", "the worker one was lost", retryable=True)
    events, done = play(
        on("one", "half", 1.0, lost), on("t\x07wo", "whole", 1.0, base.Finished("end_turn"))
    )
    told = [event for event in events if isinstance(event, ev.TaskPlaced | ev.TextDelta)]
    assert [(event.attempt, getattr(event, "worker", None)) for event in told] == [
        (1, "one"),
        (1, None),
        (2, "two"),
        (2, None),
    ]
    (end,) = (event for event in events if isinstance(event, ev.TaskCompleted))
    assert end.worker == "two"
    assert [attempt.worker for attempt in done.tasks["a"].attempts] == ["one", "two"]
    log = execution_log.log(done, task_output=lambda number: "t.md", result_output="r.md")
    assert " on the worker one, the worker one was lost" in log
    assert ", on the worker two\n" in log


@pytest.mark.parametrize("timeout", [None, 5.0])
def test_an_attempt_that_fails_before_it_was_answered_names_its_worker_too(
    timeout: float | None,
) -> None:
    steps: list[Step] = [BackendError("bad_request", "the program was not found")]
    limits = Limits(connect_timeout=timeout)
    script = on("one", 10.0, *steps)
    schedule = schedule_of(task("a"), limits=limits)
    events, _ = virtual_time.run(execute(schedule, Scripted({"a": [script]})))
    (end,) = (event for event in events if isinstance(event, ev.TaskFailed))
    # That it was begun there is no answer of the server: the limit for that holds.
    assert end.error == ("bad_request" if timeout is None else "connection")
    assert end.worker == "one"


def test_it_is_known_while_the_attempt_goes_on_and_stays_when_it_ends_without_it() -> None:
    told = Told(task("a")).starts("a", 0)
    told.tell(ev.TaskPlaced, 1, task="a", attempt=1, worker="one")
    attempt = told.run.tasks["a"].attempts[-1]
    assert attempt.worker == "one" and attempt.ended is None
    told.completes("a", 2, "done")
    assert attempt.worker == "one"


def test_of_what_runs_here_nothing_is_told() -> None:
    events, done = play(on(None, *says("here")))
    assert not any(isinstance(event, ev.TaskPlaced) for event in events)
    assert done.tasks["a"].attempts[-1].worker is None


# Labels

FAR = Profile(base_url="http://127.0.0.1:1", runs_on=("gpu", "lab"))


@pytest.mark.parametrize(
    ("of_task", "of_card", "backend", "needs"),
    [
        ((), (), "rehearsal", ()),
        (("big",), (), "rehearsal", ("big",)),
        (("big",), ("gpu", "big"), "rehearsal", ("big", "gpu")),
        ((), (), "far", ("gpu", "lab")),
        (("lab",), ("big",), "far", ("lab", "big", "gpu")),
    ],
)
def test_task_agent_file_and_profile_ask_together(
    of_task: tuple[str, ...], of_card: tuple[str, ...], backend: str, needs: tuple[str, ...]
) -> None:
    card = Specialist(
        name="writer",
        description="",
        system="",
        path=Path("w.md"),
        source="project",
        runs_on=of_card,
    )
    plan = Plan(tasks=(Task(id="a", prompt="x", specialist="writer", runs_on=of_task),))
    resolver = Resolver(
        plan,
        overrides=Overrides(),
        defaults=Limits(),
        specialists={"writer": card},
        labels=Backends({}, profiles={"far": FAR}).labels,
    )
    made = schedules.build(resolver, backend=backend, report=None)
    assert made.tasks[0].runs_on == needs
    lead = FAR.runs_on if backend == "far" else ()
    assert made.runs_on == aggregation_task(made).runs_on == lead


class Elsewhere:
    """A cluster without workers that have labels."""

    address = "nowhere"

    def __init__(self) -> None:
        self.needs: list[Mapping[str, Collection[str]]] = []
        self.untold: list[str] = []

    def around(self, backend: base.Backend, backends: Backends) -> base.Backend:
        return backend

    async def ready(
        self, needs: Mapping[str, Collection[str]], names: Collection[str] = ()
    ) -> None:
        self.needs.append(needs)
        if needs:
            raise InputError.of(f"no worker has {needs}")

    def warnings(self) -> list[str]:
        told, self.untold = self.untold, []
        return told

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("aggregate", ["collect", "synthesize"])
async def test_what_no_worker_has_is_told_before_anything_is_written(
    tmp_path: Path, aggregate: str
) -> None:
    agent_file(tmp_path, "writer", "orchtui:", "  runs_on: big")
    async with closing(project_in(tmp_path, profiles={"far": FAR})) as project:
        project.backends.elsewhere = elsewhere = Elsewhere()
        tasks = (
            Task(id="a", prompt="x", specialist="writer", runs_on=("net",), backend="rehearsal"),
            Task(id="b", prompt="y", backend="rehearsal"),
        )
        plan = plan_for(*tasks, aggregate=aggregate, backend="far")
        with pytest.raises(InputError, match="no worker has"):
            await run(project, plan)
        lead = {"the synthesis": FAR.runs_on} if aggregate == "synthesize" else {}
        assert elsewhere.needs == [{"task 'a'": ("net", "big"), **lead}]
        assert not (tmp_path / "artifacts").exists()


async def test_files_of_a_command_that_no_worker_gets_are_told_before_the_start(
    tmp_path: Path,
) -> None:
    for name in ("run.py", "tools/a.py", "data/in.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    command = (
        "python3",
        "run.py",
        "./tools/a.py",
        "--in=data/in.csv",
        "tools",
        "/etc/passwd",
        "x" * 300,
    )
    asked: dict[str, Any] = {"prompt": "x", "backend": "command", "command": command}
    tasks = (
        Task(id="none", **asked),
        Task(id="some", reads=("tools/", "data/*.csv"), **asked),
        Task(id="all", reads=("tools/*.py", "run.py"), writes=("data",), **asked),
    )
    async with closing(project_in(tmp_path)) as project:
        schedule = project.schedule(plan_for(*tasks))
        assert project.warnings(schedule) == []
        project.backends.elsewhere = Elsewhere()
        told = "in its command and not under reads: no worker gets that"
        assert project.warnings(schedule) == [
            f"task 'none' names run.py, tools/a.py, data/in.csv {told}",
            f"task 'some' names run.py {told}",
        ]
        many = project.schedule(plan_for(*(Task(id=f"t{n}", **asked) for n in range(5))))
        assert project.warnings(many)[3:] == ["and 2 more tasks name such files"]


async def test_which_workers_were_not_used_is_told_at_the_end(tmp_path: Path) -> None:
    async with closing(project_in(tmp_path)) as project:
        project.backends.elsewhere = elsewhere = Elsewhere()
        plan = plan_for(Task(id="a", prompt="x [rehearse: 1 words, 0 ms]", backend="rehearsal"))
        async with project.start(plan) as orchestrator:
            elsewhere.untold.append("the worker w is not used")
            async for _ in orchestrator:
                pass
        assert orchestrator.last_words() == ["the worker w is not used"]
        assert orchestrator.last_words() == []


async def test_the_log_says_on_which_cluster_each_session_ran(tmp_path: Path) -> None:
    async with closing(project_in(tmp_path)) as project:
        project.backends.elsewhere = Elsewhere()
        plan = plan_for(Task(id="a", prompt="x [rehearse: 1 words, 0 ms]", backend="rehearsal"))
        async with project.start(plan) as orchestrator:
            events = [event async for event in orchestrator]
        assert isinstance(events[0], ev.RunStarted) and events[0].cluster == "nowhere"
        done = orchestrator.run
        log = execution_log.log(done, task_output=lambda number: "t.md", result_output="r.md")
        assert "\nAttempts: on the cluster nowhere\n" in log


def test_what_ran_here_in_another_session_is_told_apart() -> None:
    told = Told(task("a"), task("b")).starts("a", 0).completes("a", 1, "x").ends(2)
    told.run.sessions[0].cluster = "tcp://h:1"
    told.resumes(10)
    log = execution_log.log(told.run, task_output=lambda number: "t.md", result_output="r.md")
    assert "\nAttempts: on the cluster tcp://h:1\n" in log
    (line,) = (line for line in log.splitlines() if line.startswith("Resumed: "))
    assert line.endswith(", on this machine")
    here = Told(task("a")).starts("a", 0).completes("a", 1, "x").ends(2).resumes(10)
    log = execution_log.log(here.run, task_output=lambda number: "t.md", result_output="r.md")
    assert "Attempts: " not in log and "machine" not in log
