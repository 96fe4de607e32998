"""A past run once more: the plan as it stood at its end, and the flags as far as they hold."""

from typing import Any

import pytest
from msgspec.structs import replace

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plans.plan import Limits, Task
from orchtui.engine.resumption import again
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.resolve import Overrides
from tests.engine.scripted import schedule_of, task
from tests.engine.told import Told


def steered() -> Told:
    """A run that a person changed while it went on."""
    told = Told(task("a"), task("b", timeout=30.0), limits=Limits(concurrency=2)).starts("a", 0)
    told.tell(ev.Steered, 1, action="extend", task="a", value="60")
    told.tell(ev.Steered, 2, action="priority", task="b", value="critical")
    told.tell(ev.Steered, 3, action="concurrency", value="5")
    told.tell(ev.Steered, 4, action="cancel", task="a")
    new = schedule_of(task("c")).tasks[0]
    return told.tell(ev.TaskAdded, 5, scheduled=new, planned=Task(id="c", prompt="do c"))


def flagged(run: Run, **flags: Any) -> Run:
    run.overrides = Overrides(**flags)
    return run


def test_what_a_person_added_and_changed_is_in_the_plan() -> None:
    run = steered().run
    plan = again.of(run).plan

    assert [one.id for one in plan.tasks] == ["a", "b", "c"]
    assert plan.task("a").timeout == run.tasks["a"].task.timeout
    assert plan.task("b") == replace(run.plan.task("b"), priority="critical")
    assert plan.limits == Limits(concurrency=5)
    assert again.of(run).told == (
        "added 'c'",
        "gave 'a' 1m 00s more",
        "made 'b' critical",
        "runs 5 tasks at once",
    )


def test_a_number_that_a_later_session_did_not_have_is_not() -> None:
    told = steered().resumes(100)

    assert again.plan_of(told.run).limits == Limits(concurrency=2)


def test_a_run_that_nobody_changed_has_the_plan_that_it_had() -> None:
    run = Told(task("a"), task("b", after=("a",))).run

    assert again.of(run) == again.Again(plan=run.plan, overrides=run.overrides, told=())


def test_its_plan_file_says_where_it_comes_from_and_what_it_lacks() -> None:
    run = flagged(steered().run, backend="scripted", limits=Limits(retries=3, timeout=90.0))
    head = again.plan_head(run)

    assert all(line.startswith("#") for line in head)
    assert "run 20260115-100000-abcd of 2026-01-15T10:00Z" in head[0]
    assert head[-1].endswith("--backend scripted --timeout 1m30s --retries 3")
    plan = again.plan_of(run)
    assert parse_plan("\n".join(head) + "\n" + dump_plan(plan)) == plan


# What is set now, and the flags of then


def test_the_flags_of_then_hold() -> None:
    run = flagged(Told(task("a")).run, backend="x", limits=Limits(retries=3))

    found = again.of(run, ["concurrency=2"])
    assert found.overrides == run.overrides


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("retries=1", Overrides(backend="x", model="m", limits=Limits(timeout=9.0))),
        ("timeout=1s", Overrides(backend="x", model="m", limits=Limits(retries=3))),
        ("backend=y", Overrides(model="m", limits=Limits(retries=3, timeout=9.0))),
        ("model=n", Overrides(backend="x", limits=Limits(retries=3, timeout=9.0))),
    ],
)
def test_a_flag_does_not_stand_over_what_is_set_now(written: str, left: Overrides) -> None:
    limits = Limits(retries=3, timeout=9.0)
    run = flagged(Told(task("a")).run, backend="x", model="m", limits=limits)

    assert again.of(run, [written]).overrides == left


def test_what_a_flag_said_of_the_other_tasks_still_holds() -> None:
    run = flagged(
        Told(task("a"), task("b"), task("p", command=("echo",))).run,
        model="m",
        limits=Limits(retries=3),
    )

    found = again.of(run, ["a.model=n", "a.retries=0"])

    assert [one.model for one in found.plan.tasks] == ["n", "m", None]
    assert [one.retries for one in found.plan.tasks] == [0, 3, 3]
    assert (found.plan.model, found.overrides) == ("m", Overrides())


def test_a_rehearsal_stays_one_for_all_but_the_task_that_is_set() -> None:
    run = flagged(Told(task("a"), task("b")).run, backend="rehearsal")

    found = again.of(run, ["a.backend=local"])

    assert [one.backend for one in found.plan.tasks] == ["local", "rehearsal"]
    assert (found.plan.backend, found.overrides.backend) == ("rehearsal", None)


def test_a_program_that_was_rehearsed_is_not_run_because_another_task_is_set() -> None:
    run = flagged(Told(task("a"), task("p", command=("rm",))).run, backend="rehearsal")

    with pytest.raises(InputError, match="rehearsed its programs too"):
        again.of(run, ["a.backend=local"])


def test_a_number_that_a_person_set_stands_over_the_flag() -> None:
    run = flagged(steered().run, limits=Limits(concurrency=1, retries=2))

    assert again.of(run).overrides.limits == Limits(retries=2)


# What is wrong


def test_a_run_of_a_newer_orchtui_is_not_run_again() -> None:
    run = Told(task("a")).run
    run.format = 99

    with pytest.raises(InputError, match="newer orchtui"):
        again.of(run)


def test_a_forged_plan_is_checked_as_a_plan_file_would_be() -> None:
    run = Told(task("a")).run
    run.plan = replace(run.plan, tasks=(Task(id="a", prompt="x", writes=("../../etc/passwd",)),))

    with pytest.raises(InputError, match="below the project folder"):
        again.of(run)
