"""Which results stand for the tasks as they are today, and why not the others."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.plans.plan import Task
from orchtui.engine.resumption.reuse import Reuse, compare
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.fingerprint import fingerprints
from orchtui.engine.scheduling.schedule import Schedule
from tests.engine.scripted import schedule_of, task
from tests.engine.told import Scenario, Told, begun, play, scenarios

SYSTEMS = {"researcher": "Find it."}


def look(past: Run, schedule: Schedule, systems: dict[str, str] = SYSTEMS, **options: Any) -> Reuse:
    prints = fingerprints(schedule, systems, lambda backend, model: model)
    return compare(past, schedule, prints, **options)


def told(*tasks: Task, systems: dict[str, str] = SYSTEMS) -> Told:
    """A run that has begun, its fingerprints written down."""
    one = Told(*tasks)
    prints = fingerprints(one.run.schedule, systems, lambda backend, model: model)
    one.run.fingerprints = prints
    return one


def completed(*tasks: Task) -> Run:
    one = told(*tasks)
    for each in tasks:
        one.starts(each.id, 0).completes(each.id, 1, "done")
    return one.ends(2).run


def test_all_that_completed_and_did_not_change_is_reused() -> None:
    tasks = (task("a"), task("b", after=("a",)))

    found = look(completed(*tasks), schedule_of(*tasks))

    assert found == Reuse(run="20260115-100000-abcd", reused=("a", "b"), again=())


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (Task(id="a", prompt="do it otherwise"), "its prompt changed"),
        (task("a", backend="claude"), "another backend: claude instead of scripted"),
        (task("a", model="opus"), "another model: opus instead of the backend's own choice"),
        (task("a", command=("echo",)), "its command changed; another backend: command instead of"),
        (task("a", specialist="writer"), "another specialist: writer instead of researcher"),
        (task("a", writes=("out.md",)), "the files that it declares changed"),
    ],
)
def test_what_changed_is_told(now: Task, why: str) -> None:
    systems = {**SYSTEMS, "writer": "Write it."}

    found = look(completed(task("a")), schedule_of(now), systems)

    [again] = found.again
    assert (found.reused, again.reason) == ((), "changed")
    assert why in again.why


@pytest.mark.parametrize(
    ("systems", "why"),
    [
        ({"researcher": "Find more."}, "the agent file of researcher changed"),
        ({}, "the agent file of researcher is not used any more"),
    ],
)
def test_an_agent_file_that_changed_is_told(systems: dict[str, str], why: str) -> None:
    assert look(completed(task("a")), schedule_of(task("a")), systems).reasons == {"a": why}


def test_a_new_agent_file_is_told() -> None:
    past = told(task("a"), systems={}).starts("a", 0).completes("a", 1, "x").run

    reasons = look(past, schedule_of(task("a"))).reasons

    assert reasons == {"a": "the agent file of researcher is new"}


def test_whatever_builds_on_what_runs_again_runs_again_too() -> None:
    tasks = [task("a"), task("b", after=("a",)), task("c", after=("b",)), task("d")]
    past = completed(*tasks)
    tasks[0] = Task(id="a", prompt="otherwise")

    found = look(past, schedule_of(*tasks))

    assert found.reused == ("d",)
    assert [(each.task, each.reason) for each in found.again] == [
        ("a", "changed"),
        ("b", "predecessor"),
        ("c", "predecessor"),
    ]
    assert found.reasons["c"] == "it needs 'b', which runs again"


def test_who_is_handed_other_results_runs_again() -> None:
    past = completed(task("a"), task("b", after=("a",)))

    found = look(past, schedule_of(task("a"), task("b")))

    assert found.reasons == {"b": "it is handed the results of other tasks"}


def test_who_only_waits_for_another_one_does_not() -> None:
    past = completed(task("a"), task("b"))
    schedule = schedule_of(Task(id="a", prompt="otherwise"), task("b"))
    behind = msgspec.structs.replace(schedule.tasks[1], behind=("a",))

    found = look(past, msgspec.structs.replace(schedule, tasks=(schedule.tasks[0], behind)))

    assert found.reused == ("b",)


def test_every_way_not_to_have_completed_is_told() -> None:
    names = ("failed", "cancelled", "skipped", "running", "retrying", "waiting")
    one = told(*(task(name) for name in names))
    for name in ("failed", "cancelled", "running", "retrying"):
        one.starts(name, 0)
    one.fails("failed", 1, "the server is down").cancels("cancelled", 1)
    one.retries("retrying", 1).skips("skipped", 1, "it needs 'x', which failed")

    found = look(one.run, schedule_of(*(task(name) for name in (*names, "another"))))

    assert found.reused == ()
    assert {each.task: (each.reason, each.why) for each in found.again} == {
        "failed": ("failed", "it failed: server: the server is down"),
        "cancelled": ("cancelled", "it was cancelled: cancelled by hand"),
        "skipped": ("skipped", "it was skipped: it needs 'x', which failed"),
        "running": ("interrupted", "it was interrupted while it ran"),
        "retrying": ("interrupted", "it was interrupted while it ran"),
        "waiting": ("never ran", "it had not begun"),
        "another": ("new", "it is not in run 20260115-100000-abcd"),
    }


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"accept_truncated": True, "max_tokens": 100}, ""),
        ({"accept_truncated": True, "max_tokens": 50}, ""),
        (
            {"accept_truncated": True, "max_tokens": 200},
            "its answer was cut off at 100 tokens, and may have 200 now",
        ),
        ({"max_tokens": 100}, "its answer was cut off, which the plan no longer accepts"),
    ],
)
def test_an_answer_that_was_cut_off_stands_while_nothing_better_is_wanted(
    now: dict[str, Any], why: str
) -> None:
    one = told(task("a", accept_truncated=True, max_tokens=100)).starts("a", 0)
    one.tell(
        ev.TaskCompleted,
        1,
        task="a",
        attempt=1,
        usage=ev.Usage(),
        output="x",
        stop_reason="max_tokens",
    )

    found = look(one.run, schedule_of(task("a", **now)))

    assert found.reasons == ({"a": why} if why else {})


def test_a_result_whose_files_are_lost_is_made_again_and_what_builds_on_it() -> None:
    tasks = (task("a"), task("b", after=("a",)))

    found = look(completed(*tasks), schedule_of(*tasks), lost={"a": "a file is gone"})

    assert found.reasons == {"a": "a file is gone", "b": "it needs 'a', which runs again"}


def test_a_result_that_was_taken_over_itself_is_as_good_as_one_that_was_made() -> None:
    assert look(told(task("a")).takes_over("a", 0).run, schedule_of(task("a"))).reused == ("a",)


def test_an_old_journal_without_fingerprints_tells_what_it_can() -> None:
    past = Told(task("a"), task("b")).starts("a", 0).completes("a", 1, "x")
    past.starts("b", 0).completes("b", 1, "x")

    found = look(past.run, schedule_of(task("a"), Task(id="b", prompt="otherwise")))

    assert found.reused == ("a",)
    assert found.reasons == {"b": "its prompt changed"}


@settings(max_examples=60)
@given(scenarios(), st.data())
def test_reused_is_what_completed_unchanged_behind_nothing_but_the_same(
    scenario: Scenario, data: st.DataObject
) -> None:
    schedule = scenario[0]
    events, run = play(scenario)
    run.fingerprints = fingerprints(schedule, SYSTEMS, lambda backend, model: model)
    ids = [one.id for one in schedule.tasks]
    edited = data.draw(st.sets(st.sampled_from(ids)))
    now = msgspec.structs.replace(
        schedule,
        tasks=tuple(
            msgspec.structs.replace(one, prompt=one.prompt + "!") if one.id in edited else one
            for one in schedule.tasks
        ),
    )

    found = look(run, now)

    def stands(task_id: str) -> bool:
        one = run.tasks[task_id]
        mine = one.status == "completed" and task_id not in edited
        return mine and all(stands(needed) for needed in one.task.after)

    assert found.reused == tuple(one for one in ids if stands(one))
    assert [each.task for each in found.again] == [one for one in ids if not stands(one)]
    assert all(each.why for each in found.again)
    assert begun(schedule).fingerprints == {}
