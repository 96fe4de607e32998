"""Going on with a past run through the project's door: what is kept, runs again, or is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.agents.specialists import BUILT_IN, AgentFolder, Agents
from orchtui.engine.backends.profiles import Profile
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import InputError, NoBackendError, RunAliveError, StorageError
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.resumption.resuming import merged
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.sessions.orchestrator import Orchestrator
from orchtui.engine.sessions.project import Project
from tests.engine.scripted import conflict, dependency, report_of
from tests.engine.whole_runs import agent_file

QUICK = "[rehearse: 5 words, 1 ms]"
FAIL = "[rehearse: fail, 5 words, 1 ms]"
STALL = "[rehearse: stall, 5 words, 1 ms]"


def project(folder: Path, chosen: str | None = "rehearsal", **fields: Any) -> Project:
    """A project as a person opens it anew: agent files are read again."""
    nowhere = {"ORCHTUI_LOCAL_MODEL": str(folder / "no-such-model.gguf")}
    profiles = {"lab": Profile(base_url="http://127.0.0.1:9")}
    agents = Agents(
        [AgentFolder(folder / ".claude" / "agents", "project"), AgentFolder(BUILT_IN, "built-in")]
    )
    return Project(
        folder=folder,
        out=folder / "artifacts",
        backends=Backends(nowhere, chosen=chosen, profiles=profiles),
        specialists=agents.current()[0],
        agents=agents,
        defaults=Limits(retries=0),
        **fields,
    )


def task(task_id: str, what: str = QUICK, **fields: Any) -> Task:
    return Task(id=task_id, prompt=f"Work on {task_id} {what}", **fields)


async def follow(one: Orchestrator, until: str | None = None) -> Run:
    """To the end, or broken off at a task's first text."""
    async with one:
        async for event in one:
            if until and isinstance(event, ev.TextDelta) and event.task == until:
                break
    return one.run


def states(run: Run) -> dict[str, tuple[str, int]]:
    """How each task stands, and how often it was tried."""
    return {one.id: (one.status, one.made) for one in run.tasks.values()}


def resumed(run_folder: Path) -> dict[str, Any]:
    """The last `run_resumed` of a journal."""
    lines = (run_folder / "events.jsonl").read_text().splitlines()
    found: dict[str, Any] = [
        one for line in lines if (one := json.loads(line))["kind"] == "run_resumed"
    ][-1]
    return found


PLAN = Plan(tasks=(task("a"), task("b", STALL), task("c", after=("a", "b"))))


async def test_what_completed_is_kept_and_the_rest_is_told_and_runs(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a"), task("b", FAIL), task("c", after=("b",))))
    first = await follow(project(tmp_path).start(plan))

    one = project(tmp_path).resume("last")
    assert one.reuse is not None
    assert one.reuse.reused == ("a",)
    run = await follow(one)

    assert run.id == first.id
    assert states(run) == {"a": ("completed", 1), "b": ("failed", 2), "c": ("skipped", 0)}
    event = resumed(one.run_folder)
    assert (event["reused"], event["again"]) == (["a"], ["b", "c"])
    assert event["reasons"] == one.reuse.reasons
    assert "it failed" in event["reasons"]["b"]
    assert event["reasons"]["c"].startswith("it was skipped: it needs 'b'")
    log = (one.run_folder / "parallel-log.md").read_text()
    assert ", 1 results kept, 2 tasks run again" in log
    assert "- Run Again: from " in log


async def test_a_changed_agent_file_brings_its_finished_tasks_back_and_no_others(
    tmp_path: Path,
) -> None:
    agent_file(tmp_path, "smith", system="Forge.")
    agent_file(tmp_path, "baker", system="Bake.")
    plan = Plan(
        tasks=(task("a", specialist="smith"), task("b", specialist="baker"), task("c", FAIL))
    )
    first = await follow(project(tmp_path).start(plan))
    agent_file(tmp_path, "smith", "color: red", system="Forge.")  # changes nothing that counts
    assert project(tmp_path).prospect_of("last").terms.reuse.reused == ("a", "b")  # type: ignore[union-attr]

    agent_file(tmp_path, "smith", system="Forge it hotter.")
    one = project(tmp_path).resume("last")
    run = await follow(one)

    assert one.reuse is not None
    assert one.reuse.reasons["a"] == "the agent file of smith changed"
    assert states(run) == {"a": ("completed", 2), "b": ("completed", 1), "c": ("failed", 2)}
    folder = one.run_folder
    old = first.tasks["a"].attempts[0].text.strip()
    assert old in (folder / "parallel-task-1-1.md").read_text()  # a run folder only grows
    assert "- Attempt 1: ended after" in (folder / "parallel-log.md").read_text()


async def test_a_run_of_which_nothing_is_left_to_do_says_so_until_something_changes(
    tmp_path: Path,
) -> None:
    agent_file(tmp_path, "smith", system="Forge.")
    plan = Plan(tasks=(task("a", specialist="smith"),))
    await follow(project(tmp_path).start(plan))

    assert project(tmp_path).prospect_of("last").nothing_left
    with pytest.raises(InputError, match="nothing left to do: every task completed"):
        project(tmp_path).resume("last")

    agent_file(tmp_path, "smith", system="Forge it hotter.")
    assert states(await follow(project(tmp_path).resume("last"))) == {"a": ("completed", 2)}


async def test_an_interrupted_run_goes_on_and_keeps_the_text_of_what_ran(tmp_path: Path) -> None:
    first = await follow(project(tmp_path).start(PLAN), until="b")
    partial = first.tasks["b"].text
    assert partial

    one = project(tmp_path).resume("last")
    assert one.reuse is not None and one.reuse.reasons["b"] == "it was interrupted while it ran"
    async with one:
        async for event in one:
            if isinstance(event, ev.TaskStarted):
                one.cancel_all()

    assert one.run.tasks["b"].attempts[0].text == partial
    assert one.run.tasks["b"].attempts[0].message == "the run was interrupted"
    assert partial.strip() in (one.run_folder / "parallel-task-2.md").read_text()


async def test_a_result_whose_file_vanished_is_kept_and_written_again(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a"), task("b", FAIL)))
    first = await follow(project(tmp_path).start(plan))
    folder = tmp_path / "artifacts" / "runs" / first.id
    whole = (folder / "parallel-task-1.md").read_text()
    (folder / "parallel-task-1.md").unlink()
    (tmp_path / "artifacts" / "parallel-task-1.md").unlink()

    run = await follow(project(tmp_path).resume("last"))

    assert states(run)["a"] == ("completed", 1)
    assert (folder / "parallel-task-1.md").read_text() == whole
    assert (tmp_path / "artifacts" / "parallel-task-1.md").read_text() == whole


# What a run was begun with holds


async def test_flags_of_the_start_hold_and_todays_stand_over_them(tmp_path: Path) -> None:
    flags = Overrides(backend="rehearsal", limits=Limits(timeout=60.0, concurrency=2))
    plan = Plan(backend="anthropic", tasks=(task("a"), task("b", FAIL)))
    await follow(project(tmp_path, chosen=None, overrides=flags).start(plan))

    today = Overrides(limits=Limits(timeout=7.0))
    one = project(tmp_path, chosen=None).resume("last", today)
    run = await follow(one)

    assert states(run)["a"] == ("completed", 1)
    assert {each.backend for each in run.schedule.tasks} == {"rehearsal"}
    assert [each.timeout for each in run.schedule.tasks] == [7.0, 7.0]
    assert run.schedule.concurrency == 2
    assert project(tmp_path).open_run("last").overrides.limits == Limits(timeout=7.0, concurrency=2)


async def test_a_backend_that_nobody_chose_stays_the_runs_own(tmp_path: Path) -> None:
    """Somebody sets a key between two sessions: that is no reason to do everything again."""
    plan = Plan(tasks=(task("a", backend="rehearsal"), task("b", FAIL)))
    mine = project(tmp_path, chosen="rehearsal")
    await follow(mine.start(plan))
    later = project(tmp_path, chosen=None)
    later.backends = Backends({"ANTHROPIC_API_KEY": "sk-test"})

    prospect = later.prospect_of("last")

    assert [each.backend for each in prospect.schedule.tasks] == ["rehearsal"] * 2
    assert prospect.reuse is not None and prospect.reuse.reused == ("a",)


async def test_another_backend_that_the_configuration_names_is_another_one(tmp_path: Path) -> None:
    await follow(project(tmp_path, chosen="rehearsal").start(Plan(tasks=(task("a"),))))

    prospect = project(tmp_path, chosen="lab").prospect_of("last")

    assert prospect.reuse is not None
    assert prospect.reuse.reasons == {"a": "another backend: lab instead of rehearsal"}


@pytest.mark.parametrize(
    ("flags", "recorded", "backend", "model"),
    [
        ({}, {"backend": "claude", "model": "opus"}, "claude", "opus"),
        ({"model": "haiku"}, {"backend": "claude", "model": "opus"}, "claude", "haiku"),
        ({"backend": "codex"}, {"backend": "claude", "model": "opus"}, "codex", None),
        ({"backend": "claude"}, {"backend": "claude", "model": "opus"}, "claude", "opus"),
        ({}, {}, None, None),
    ],
)
def test_todays_flags_over_those_of_the_start(
    flags: dict[str, str], recorded: dict[str, str], backend: str | None, model: str | None
) -> None:
    found = merged(Overrides(**flags), Overrides(**recorded))  # type: ignore[arg-type]

    assert (found.backend, found.model) == (backend, model)


async def test_the_order_that_was_found_when_it_began_holds(tmp_path: Path) -> None:
    """A model's second opinion is in it, and is not asked again."""
    plan = Plan(tasks=(task("a"), task("b"), task("c", FAIL)))
    found = [dependency("a", "b"), conflict("b", "c")]
    first = project(tmp_path).start(plan, report_of(*plan.tasks, findings=found))
    await follow(first)

    again = project(tmp_path).resume("last")

    assert again.schedule.staged == first.schedule.staged
    assert [(one.after, one.behind) for one in again.schedule.tasks] == [
        (one.after, one.behind) for one in first.schedule.tasks
    ]
    assert again.reuse is not None and again.reuse.reused == ("a", "b")


async def test_what_a_person_changed_while_it_ran_holds(tmp_path: Path) -> None:
    """A priority, and a task that was put in, with what it was when it was."""
    agent_file(tmp_path, "smith", system="Forge.")
    flags = Overrides(backend="rehearsal")
    mine = project(tmp_path, chosen=None, overrides=flags)
    one = mine.start(PLAN)
    async with one:
        async for event in one:
            if isinstance(event, ev.TaskStarted) and event.task == "b":
                assert one.steering is not None and one.steering.set_priority("c", "critical")
                assert one.add(mine.addition(one.run, task("d", specialist="smith")))
            if isinstance(event, ev.TaskCompleted) and event.task == "d":
                break

    prospect = project(tmp_path, chosen=None).prospect_of("last")
    assert [each.id for each in prospect.schedule.tasks] == ["a", "b", "c", "d"]
    assert prospect.schedule.task("c").priority == "critical"
    assert prospect.schedule.task("c").urgency == 0
    assert prospect.reuse is not None and prospect.reuse.reused == ("a", "d")

    agent_file(tmp_path, "smith", system="Forge it hotter.")
    prospect = project(tmp_path, chosen=None).prospect_of("last")
    assert prospect.reuse is not None
    assert prospect.reuse.reasons["d"] == "the agent file of smith changed"


async def test_programs_that_would_now_share_a_folder_wait_for_each_other(tmp_path: Path) -> None:
    tasks = (task("a", FAIL), task("b", FAIL), task("c", FAIL, after=("a",)))
    await follow(project(tmp_path).start(Plan(specialist="nobody", tasks=tasks)))

    schedule = project(tmp_path).prospect_of("last", Overrides(backend="codex")).schedule

    assert [one.behind for one in schedule.tasks] == [(), ("a",), ("b",)]
    assert {one.finding.split(":")[0] for one in schedule.staged} == {"shared_resource"}


# What stands against it


async def test_a_run_that_is_being_written_is_refused_and_says_where(tmp_path: Path) -> None:
    one = project(tmp_path).start(PLAN)
    async with one:
        with pytest.raises(RunAliveError, match=r"in process \d+; `orchtui runs watch 2") as caught:
            project(tmp_path).resume("last")
        async for _ in one:
            break
    assert caught.value.run_id == one.run.id


async def test_an_agent_file_that_is_gone_is_told_and_nothing_is_made_without_it(
    tmp_path: Path,
) -> None:
    path = agent_file(tmp_path, "smith", system="Forge.")
    tasks = (task("a", specialist="smith"), task("b", FAIL, specialist="smith"), task("c", FAIL))
    await follow(project(tmp_path).start(Plan(tasks=tasks)))
    path.unlink()

    with pytest.raises(InputError) as caught:
        project(tmp_path).resume("last")
    assert "the agent file of 'smith' is gone" in str(caught.value)
    assert "'a', 'b' would run without its instructions" in str(caught.value)
    assert "orchtui run PLAN --from 2" in str(caught.value)

    agent_file(tmp_path, "smith", system="Forge.")
    assert states(await follow(project(tmp_path).resume("last")))["a"] == ("completed", 1)


async def test_a_specialist_that_never_had_an_agent_file_is_no_loss(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a", specialist="nobody"), task("b", FAIL, specialist="nobody")))
    await follow(project(tmp_path).start(plan))

    assert states(await follow(project(tmp_path).resume("last")))["a"] == ("completed", 1)


async def test_a_backend_that_is_gone_is_told(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a", FAIL, backend="lab"),))
    one = project(tmp_path)
    async with one.start(plan) as session:
        async for _ in session:
            break
    await one.close()
    later = project(tmp_path)
    later.backends = Backends({}, chosen="rehearsal")

    with pytest.raises(
        NoBackendError, match=r"can not go on as it was planned: .* no backend 'lab'"
    ):
        later.resume("last")


async def test_a_rehearsal_takes_the_place_of_nothing_that_was_really_made(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a", command=("echo", "hi")), task("b", FAIL)))
    await follow(project(tmp_path).start(plan))

    with pytest.raises(InputError, match="made-up text would take the place .*: 'a'"):
        project(tmp_path).resume("last", Overrides(backend="rehearsal"))


def edited(folder: Path, **fields: Any) -> None:
    """Change the first event of the only journal."""
    [path] = folder.glob("artifacts/runs/*/events.jsonl")
    first, *rest = path.read_bytes().splitlines(keepends=True)
    event = {**json.loads(first), **fields}
    path.write_bytes(b"".join([json.dumps(event).encode() + b"\n", *rest]))


async def test_a_journal_of_a_newer_form_is_shown_and_not_written(tmp_path: Path) -> None:
    await follow(project(tmp_path).start(PLAN), until="b")
    edited(tmp_path, format=2)

    assert project(tmp_path).open_run("last").tasks["a"].status == "completed"
    with pytest.raises(InputError, match=r"a newer orchtui wrote it \(form 2, known here: 1\)"):
        project(tmp_path).resume("last")


@pytest.mark.parametrize("after", [["a"], ["z"], ["b"]])
async def test_a_forged_journal_is_refused(tmp_path: Path, after: list[str]) -> None:
    first = await follow(project(tmp_path).start(PLAN), until="b")
    schedule = json.loads(journal_lines(tmp_path, first.id)[0])["schedule"]
    schedule["tasks"][0]["after"] = after if after != ["b"] else ["c"]
    edited(tmp_path, schedule=schedule)

    with pytest.raises(InputError, match="does not agree with itself"):
        project(tmp_path).resume("last")


def journal_lines(folder: Path, run_id: str) -> list[str]:
    return (folder / "artifacts" / "runs" / run_id / "events.jsonl").read_text().splitlines()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not a journal\n", "events.jsonl:1: not an event"),
        (b'{"kind":"run_finished"}\n', "events.jsonl:1: not an event"),
    ],
)
async def test_a_journal_that_is_none_is_told(tmp_path: Path, data: bytes, words: str) -> None:
    folder = tmp_path / "artifacts" / "runs" / "20260115-100000-1233f9a"
    folder.mkdir(parents=True)
    (folder / journal.FILE).write_bytes(data)

    with pytest.raises(StorageError, match=words):
        project(tmp_path).resume("last")


async def test_an_old_journal_goes_on_by_what_it_tells(tmp_path: Path) -> None:
    await follow(project(tmp_path).start(PLAN), until="b")
    edited(tmp_path, fingerprints={}, overrides={}, pid=0)

    prospect = project(tmp_path).prospect_of("last")

    assert prospect.reuse is not None
    assert prospect.reuse.reused == ("a",)


async def test_two_who_go_on_at_once_do_not_do_more_than_was_agreed_to(tmp_path: Path) -> None:
    """The one who comes second has shown its person a list that does not hold any more."""
    agent_file(tmp_path, "smith", system="Forge.")
    plan = Plan(tasks=(task("a", specialist="smith"), task("b", FAIL)))
    await follow(project(tmp_path).start(plan))
    shown = project(tmp_path).resume("last")
    agent_file(tmp_path, "smith", system="Forge it hotter.")
    await follow(project(tmp_path).resume("last"))

    with pytest.raises(StorageError, match="gone on with meanwhile"):
        await follow(shown)
    assert not journal.is_alive(tmp_path / "artifacts" / "runs" / shown._past.id)  # type: ignore[union-attr]
