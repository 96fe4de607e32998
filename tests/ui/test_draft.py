"""Edits of a plan, and taking them back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.plans.plan import Plan, Task
from orchtui.ui.compose import plan_edits as edits
from orchtui.ui.compose.draft import Draft


def plan(*ids: str) -> Plan:
    return Plan(tasks=tuple(Task(id=each, prompt=f"do {each}") for each in ids))


def ids(of: Plan) -> list[str]:
    return [task.id for task in of.tasks]


@pytest.mark.parametrize(
    ("moved", "steps", "expected"),
    [
        ("b", -1, ["b", "a", "c"]),
        ("b", 1, ["a", "c", "b"]),
        ("a", -1, ["a", "b", "c"]),
        ("c", 5, ["a", "b", "c"]),
        ("a", 2, ["b", "c", "a"]),
        ("unknown", 1, ["a", "b", "c"]),
    ],
)
def test_moving(moved: str, steps: int, expected: list[str]) -> None:
    assert ids(edits.move_task(plan("a", "b", "c"), moved, steps)) == expected


def test_deleting_a_task_frees_those_that_waited_for_it() -> None:
    waiting = Plan(tasks=(Task(id="a", prompt="x"), Task(id="b", prompt="y", after=("a",))))
    assert edits.delete_task(waiting, "a").tasks == (Task(id="b", prompt="y"),)


def test_renaming_a_task_is_followed_by_those_that_wait_for_it() -> None:
    waiting = Plan(tasks=(Task(id="a", prompt="x"), Task(id="b", prompt="y", after=("a",))))
    renamed = edits.replace_task(waiting, "a", Task(id="first", prompt="x"))
    assert renamed.task("b").after == ("first",)


def test_a_copy_stands_behind_its_original_with_an_id_of_its_own() -> None:
    copied = edits.duplicate_task(plan("task-3", "b"), "task-3")
    assert ids(copied) == ["task-3", "task-4", "b"]


def test_priorities_go_round() -> None:
    draft = Draft(plan("a"))
    seen = []
    for _ in range(3):
        draft.edit(lambda p: edits.next_priority(p, "a"))
        seen.append(draft.plan.tasks[0].priority)
    assert seen == ["nice-to-have", "critical", "normal"]


def test_an_edit_that_changes_nothing_is_not_remembered() -> None:
    draft = Draft(plan("a"))
    assert not draft.edit(lambda p: edits.move_task(p, "a", 1))
    assert not draft.undo()


def test_reading_the_request_again_can_be_undone() -> None:
    draft = Draft(plan("a"))
    draft.edit(lambda p: edits.toggle_task(p, "a"))
    mine = draft.plan
    draft.read(plan("b"))
    assert not draft.by_hand
    draft.undo()
    assert draft.plan == mine
    assert draft.by_hand


def test_tasks_from_a_request_are_nothing_to_save() -> None:
    draft = Draft()
    draft.read(plan("a"))
    assert not draft.unsaved
    draft.edit(lambda p: edits.toggle_task(p, "a"))
    assert draft.unsaved
    draft.mark_saved(draft.plan, Path("a.yaml"))
    assert not draft.unsaved


@given(st.lists(st.tuples(st.sampled_from("dcptm"), st.sampled_from("abc")), max_size=12))
def test_undo_and_redo_go_back_and_forth_through_everything(steps: list[tuple[str, str]]) -> None:
    draft = Draft(plan("a", "b", "c"))
    plans = [draft.plan]
    for what, task in steps:
        change = {
            "d": lambda p, t=task: edits.delete_task(p, t),
            "c": lambda p, t=task: edits.duplicate_task(p, t),
            "p": lambda p, t=task: edits.next_priority(p, t),
            "t": lambda p, t=task: edits.toggle_task(p, t),
            "m": lambda p, t=task: edits.move_task(p, t, 1),
        }[what]
        if draft.edit(change):
            plans.append(draft.plan)
    for earlier in reversed(plans[:-1]):
        assert draft.undo()
        assert draft.plan == earlier
    assert not draft.undo()
    for later in plans[1:]:
        assert draft.redo()
        assert draft.plan == later
    assert not draft.redo()
