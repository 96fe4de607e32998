"""Bars, cell by cell: one cell is one second, and every state has a sign of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.time_axis import TimeAxis
from orchtui.ui.timeline.task_bars import Bars, Cell, write
from orchtui.ui.timeline.time_ruler import Scale
from orchtui.ui.timeline.time_window import View
from tests.engine.scripted import task
from tests.engine.told import START, Scenario, Told, play, scenarios


def bars(told: Told, now: float, width: int = 20, start: float = 0.0, live: bool = True) -> Bars:
    axis = TimeAxis.of(told.run, START + now)
    scale = Scale(View(start, start + width), width)
    return Bars(told.run, axis, scale, START + now if live else None)


def bar(told: Told, task_id: str, now: float, **more: object) -> str:
    return text(bars(told, now, **more).of(told.run.of(task_id)))  # type: ignore[arg-type]


def text(cells: list[Cell]) -> str:
    return "".join(glyph for glyph, _ in cells)


def queued(told: Told, task_id: str, at: float) -> Told:
    number = len(told.run.tasks[task_id].attempts)
    return told.tell(ev.TaskQueued, at, task=task_id, attempt=number)


def started(told: Told, task_id: str, at: float) -> Told:
    one = told.run.schedule.task(task_id)
    return told.tell(
        ev.TaskStarted,
        at,
        task=task_id,
        attempt=len(told.run.tasks[task_id].attempts) + 1,
        specialist=one.specialist,
        instance=one.instance,
        backend=one.backend,
    )


def used(told: Told, task_id: str, at: float, *, ok: bool = True) -> Told:
    head = {"task": task_id, "attempt": 1, "call": str(at)}
    told.tell(ev.ToolCalled, at, **head, name="Read", arguments="")
    return told.tell(ev.ToolReturned, at, **head, ok=ok, text="")


def hedged(told: Told, task_id: str, at: float) -> Told:
    one = told.run.schedule.task(task_id)
    number = len(told.run.tasks[task_id].attempts) + 1
    head = {"specialist": one.specialist, "instance": one.instance, "backend": one.backend}
    return told.tell(ev.TaskHedged, at, task=task_id, attempt=number, **head)


def hedge_ended(told: Told, task_id: str, at: float, how: str) -> Told:
    number = told.run.tasks[task_id].hedges[-1].number
    return told.tell(ev.HedgeEnded, at, task=task_id, attempt=number, how=how)


def test_a_second_attempt_branches_off_where_it_begins_and_goes_on_where_it_wins() -> None:
    told = Told(task("a"), task("b"), limits=Limits(concurrency=4))
    told.starts("a", 1.0).starts("b", 1.0)
    hedged(hedged(told, "a", 5.0), "b", 5.0)
    assert bar(told, "a", 5.5) == " ━━━━┥              "
    assert bar(told, "a", 8.0) == " ━━━━┳━━┥           "

    hedge_ended(told, "a", 9.0, "won")
    told.tell(
        ev.TaskRetrying,
        9.0,
        task="a",
        attempt=1,
        error="timeout",
        why="overtaken",
        wait_s=0.0,
        overtaken=True,
    )
    queued(told, "a", 9.0)
    started(told, "a", 9.0).completes("a", 9.0, "x")
    told.completes("b", 8.0, "x")
    hedge_ended(told, "b", 9.0, "lost")
    assert bar(told, "a", 9.0, live=False) == " ┅┅┅┅┳━━━✓          "
    assert bar(told, "b", 9.0, live=False) == " ━━━━┳━━✓           "


def test_work_goes_up_to_now_and_ends_with_how_it_ended() -> None:
    told = Told(task("a"), task("b"), task("c"), limits=Limits(concurrency=3))
    told.starts("a", 1.0).starts("b", 1.0).starts("c", 1.0)

    assert bar(told, "a", 6.0) == " ━━━━━┥             "
    told.completes("a", 8.0, "x").fails("b", 8.0).cancels("c", 8.0)
    assert bar(told, "a", 10.0) == " ━━━━━━━✓ │         "
    assert bar(told, "b", 10.0) == " ┅┅┅┅┅┅┅✗ │         "
    assert bar(told, "c", 10.0) == " ┅┅┅┅┅┅┅■ │         "


def test_a_run_that_nobody_goes_on_with_has_no_now() -> None:
    told = Told(task("a")).starts("a", 1.0).says("a", 5.0, "x")

    assert bar(told, "a", 5.0, live=False) == " ━━━━━              "


def test_work_that_begins_in_the_second_half_of_a_cell_begins_there() -> None:
    assert bar(Told(task("a")).starts("a", 1.6), "a", 6.0).startswith(" ╺━━━━┥")


def test_three_reasons_to_wait_look_different() -> None:
    told = Told(
        task("a"), task("b", after=("a",)), task("c"), task("d"), limits=Limits(concurrency=1)
    )
    queued(told.starts("a", 0.0), "c", 0.0)
    assert bar(told, "b", 5.0) == "·····│              "  # for another task
    assert bar(told, "c", 5.0) == "┄┄┄┄┄│              "  # for a slot
    told.completes("a", 6.0, "x")
    assert bar(told, "c", 9.0) == "┄┄┄┄┄┄≈≈≈│          "  # a slot was free: for the server
    queued(told, "b", 6.0)
    started(told, "c", 10.0)
    assert bar(told, "b", 12.0) == "······≈≈≈≈┄┄│       "
    assert bar(told, "c", 12.0) == "┄┄┄┄┄┄≈≈≈≈━━┥       "


def test_a_pause_of_the_run_is_no_wait_for_a_server() -> None:
    told = Told(task("a"), limits=Limits(concurrency=4))
    told.tell(ev.Steered, 0.0, action="pause")
    assert bar(queued(told, "a", 1.0), "a", 4.0) == " ┄┄┄│               "


def test_attempts_and_the_pauses_between_them() -> None:
    told = Told(task("a", retries=2)).starts("a", 0.0).retries("a", 4.0, wait=3.0)

    assert bar(told, "a", 6.0) == "┅┅┅┅×≈│             "
    started(queued(told, "a", 7.0), "a", 7.0).completes("a", 10.0, "x")
    assert bar(told, "a", 12.0) == "┅┅┅┅×≈≈↻━━✓ │       "


def test_what_a_person_brings_back_did_not_wait_meanwhile() -> None:
    told = Told(task("a"), task("b")).starts("a", 0.0).starts("b", 0.0).fails("a", 3.0)
    told.tell(ev.Steered, 8.0, action="retry", task="a").starts("a", 8.0)

    assert bar(told, "a", 11.0) == "┅┅┅×    ↻━━┥        "


def test_tools_are_ticks_and_those_that_failed_have_another_colour() -> None:
    told = used(used(Told(task("a")).starts("a", 0.0), "a", 2.0), "a", 5.0, ok=False)
    cells = bars(told, 8.0).of(told.run.tasks["a"])

    assert text(cells) == "━━╋━━╋━━┥           "
    assert (cells[2][1], cells[5][1]) == ("tool", "failed")


def test_a_task_that_was_added_did_not_wait_before() -> None:
    told = Told(task("a")).starts("a", 0.0)
    extra = Told(task("a"), task("b", after=("a",))).run
    told.tell(
        ev.TaskAdded, 4.0, scheduled=extra.schedule.task("b"), planned=task("b", after=("a",))
    )

    assert bar(told, "b", 8.0) == "    ····│           "


def test_the_pause_between_two_sessions_takes_no_room() -> None:
    told = Told(task("a"), task("b")).starts("a", 0.0).completes("a", 4.0, "x")
    told.resumes(1000.0).starts("b", 1001.0)

    assert bar(told, "b", 1005.0) == "     ━━━━┥          "


def test_what_was_taken_over_took_no_time_here() -> None:
    told = Told(task("a"), task("b")).takes_over("a", 0.0).starts("b", 0.0)

    assert bar(told, "a", 5.0) == "     │              "


@pytest.mark.parametrize(
    ("start", "expected"),
    [(0.0, "  ┅┅┅┅┅┅┅✗"), (4.0, "┅┅┅┅┅✗    "), (9.5, "✗         "), (12.0, "‹         ")],
)
def test_only_a_part_of_the_time_is_shown(start: float, expected: str) -> None:
    told = Told(task("a")).starts("a", 2.0).fails("a", 9.9)

    assert bar(told, "a", 100.0, width=10, start=start) == expected


def test_what_comes_later_than_what_is_shown_is_pointed_at() -> None:
    told = Told(task("a")).starts("a", 50.0)

    assert bar(told, "a", 60.0, width=10) == "         ›"


def test_many_tasks_as_one_bar_are_the_higher_the_more_worked() -> None:
    told = Told(*(task(name) for name in "abcd"), limits=Limits(concurrency=4))
    for place, name in enumerate("abcd"):
        told.starts(name, place * 2.0)
    for name in "abc":
        told.completes(name, 9.0, "x")
    told.fails("d", 9.0)
    cells = bars(told, 12.0).together(told.run.tasks.values())

    assert text(cells) == "▂▂▄▄▆▆████  │       "
    assert [ink for _, ink in cells[8:10]] == ["group", "failed"]


def test_one_alone_is_no_mountain() -> None:
    told = Told(task("a")).starts("a", 0.0)

    assert text(bars(told, 3.0).together(told.run.tasks.values())).startswith("▃▃▃▃ ")


@given(scenarios(), st.integers(0, 40), st.floats(0, 200), st.floats(1, 500))
def test_every_bar_of_every_run_has_one_sign_a_cell(
    scenario: Scenario, width: int, start: float, span: float
) -> None:
    _, run = play(scenario)
    axis = TimeAxis.of(run, run.at)
    made = Bars(run, axis, Scale(View(start, start + span), width), None)
    for one in run.tasks.values():
        cells = made.of(one)
        assert [cell_len(glyph) for glyph, _ in cells] == [1] * width
    assert len(made.together(run.tasks.values())) == width


# Words over a bar


def written(words: str, cells: str, start: int = 0) -> str:
    made = [(glyph, "") for glyph in cells]
    write(made, words, "waiting", start)
    assert sum(cell_len(glyph) for glyph, _ in made) == len(cells)
    return text(made)


@pytest.mark.parametrize(
    ("words", "cells", "expected"),
    [
        ("after a", "····················", "after a ············"),
        ("after a", "···········│        ", "after a ···│        "),
        ("after a", "···│                ", "···│ after a        "),
        ("after Research about it", "············│   ", "after Resea…│   "),
        ("after 漢字", "·············│  ", "after 漢字 ··│  "),
        ("after 漢字漢字漢字漢字", "·············│  ", "after 漢字漢…│  "),
        ("much too long", "····│···", "····│···"),
        ("", "·····", "·····"),
    ],
)
def test_words_keep_to_one_side_of_now(words: str, cells: str, expected: str) -> None:
    assert written(words, cells) == expected


def test_a_wait_for_a_worker_is_no_work_and_is_not_for_a_slot() -> None:
    told = Told(task("a"), limits=Limits(concurrency=1))
    started(queued(told, "a", 0), "a", 2)
    told.tell(ev.WorkerAwaited, 3, task="a", attempt=1, waited_s=1.0)
    assert bar(told, "a", 6).startswith("≈≈≈≈≈≈│")
    told.tell(ev.TaskPlaced, 8, task="a", attempt=1, worker="w")
    told.completes("a", 12)
    assert bar(told, "a", 12, live=False).startswith("≈≈≈≈≈≈≈≈━━━━✓")
