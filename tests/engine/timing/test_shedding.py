"""Load shedding: who is left out when time or money does not hold everything."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.execution.shedding import Pending, Use, to_shed
from orchtui.engine.plans.plan import PRIORITIES, Priority, Task
from orchtui.engine.scheduling.list_scheduling import ends
from tests.engine.scripted import schedule_of, task

HOUR = 3600.0


def nice(name: str, *needed: str) -> Task:
    return task(name, priority="nice-to-have", after=needed)


def normal(name: str, *needed: str) -> Task:
    return task(name, after=needed)


def critical(name: str, *needed: str) -> Task:
    return task(name, priority="critical", after=needed)


def waiting(*tasks: Task, rest: Use | None = None, begun: Sequence[str] = ()) -> list[Pending]:
    """These tasks, an hour, a hundred tokens and a dollar each."""
    each = Use(HOUR, 100, 1.0) if rest is None else rest
    return [Pending(one, each, one.id in begun) for one in schedule_of(*tasks).tasks]


def shed(pending: list[Pending], room: Use, slots: int = 1) -> list[str]:
    return [one.task_id for one in to_shed(pending, room, slots)]


@pytest.mark.parametrize(
    ("tasks", "hours", "slots", "gone"),
    [
        pytest.param([normal("a"), nice("b")], 2, 1, [], id="there is room"),
        pytest.param([normal("a"), nice("b")], 1.5, 1, ["b"], id="nice-to-have goes"),
        pytest.param([normal("a"), nice("b")], 1.5, 2, [], id="another slot makes room"),
        pytest.param([nice("a"), nice("b"), normal("c")], 2, 1, ["b"], id="the last one first"),
        pytest.param([nice("a"), nice("b"), normal("c")], 1, 1, ["b", "a"], id="as many as needed"),
        pytest.param([nice("a"), nice("b")], 1, 1, ["b"], id="who would be stopped need not begin"),
        pytest.param([nice("a"), normal("b", "a")], 1, 1, [], id="not what a normal one needs"),
        pytest.param([nice("a"), nice("b", "a")], 1, 1, ["b"], id="a chain from its end"),
        pytest.param([normal("a"), normal("b")], 1, 1, [], id="normal ones are tried"),
        pytest.param(
            [normal("a"), critical("b", "a"), normal("c")], 2, 1, [], id="critical ones fit"
        ),
        pytest.param([critical("a"), critical("b")], 1, 1, [], id="never a critical one"),
        pytest.param([normal("a"), nice("b")], 0.5, 1, ["b"], id="nobody fits"),
        pytest.param([critical("a"), nice("b")], 0, 1, ["b"], id="the time is over"),
    ],
)
def test_who_goes_for_the_deadline(
    tasks: list[Task], hours: float, slots: int, gone: list[str]
) -> None:
    assert shed(waiting(*tasks), Use(seconds=hours * HOUR), slots) == gone


@pytest.mark.parametrize(
    ("tasks", "left", "gone"),
    [
        pytest.param([normal("a"), nice("b")], 200, [], id="there is room"),
        pytest.param([normal("a"), nice("b")], 199, ["b"], id="nice-to-have goes"),
        pytest.param([nice("a"), nice("b"), normal("c")], 200, ["b"], id="the last one first"),
        pytest.param([nice("a"), normal("b", "a")], 100, [], id="not what a normal one needs"),
        pytest.param([normal("a"), normal("b")], 100, [], id="normal ones are tried"),
        pytest.param(
            [critical("a"), normal("b"), nice("c")], 100, ["c", "b"], id="normal for critical"
        ),
        pytest.param([critical("a"), normal("b"), nice("c")], 200, ["c"], id="no more than needed"),
        pytest.param([critical("a"), critical("b")], 100, [], id="never a critical one"),
        pytest.param([nice("a"), nice("b", "a"), normal("c")], 100, ["b", "a"], id="a chain"),
    ],
)
def test_who_goes_for_a_budget(tasks: list[Task], left: int, gone: list[str]) -> None:
    assert shed(waiting(*tasks), Use(tokens=left)) == gone
    assert shed(waiting(*tasks), Use(usd=left / 100)) == gone


def test_normal_tasks_go_for_critical_ones_that_they_would_make_late() -> None:
    """Two wait for something that runs; when it ends, a long normal one would have one of the two
    slots."""
    tasks = critical("r"), critical("a", "r"), critical("b", "r"), normal("c"), nice("d")
    pending = waiting(*tasks, begun=["r"])
    pending[0] = pending[0]._replace(rest=Use(0.5 * HOUR))
    pending[3] = pending[3]._replace(rest=Use(5 * HOUR))

    assert shed(pending, Use(seconds=2 * HOUR), slots=2) == ["d", "c"]
    assert shed(pending, Use(seconds=2 * HOUR), slots=3) == []


def test_what_has_begun_stays() -> None:
    pending = waiting(nice("a"), nice("b"), normal("c"), begun=["b"])

    assert shed(pending, Use(seconds=HOUR)) == ["a"]
    assert shed(pending, Use(tokens=100)) == ["a"]


def test_what_a_wanted_task_needs_stays() -> None:
    pending = waiting(nice("a"), nice("b", "a"), nice("c", "b"), begun=["c"])

    assert shed(pending, Use(seconds=1.0)) == []


def test_nothing_goes_of_which_nothing_is_known() -> None:
    pending = waiting(normal("a"), nice("b"), rest=Use())

    assert shed(pending, Use(seconds=1.0, tokens=1, usd=0.01)) == []


def test_nothing_goes_without_a_limit() -> None:
    assert shed(waiting(normal("a"), nice("b")), Use()) == []


def test_a_late_task_that_nothing_can_help_costs_no_other_one() -> None:
    """What runs holds it up; the nice-to-have one ends in time beside it."""
    pending = waiting(normal("r"), normal("a", "r"), nice("b"))
    pending[0] = pending[0]._replace(rest=Use(10 * HOUR), begun=True)

    assert shed(pending, Use(seconds=2 * HOUR), slots=2) == []


@pytest.mark.parametrize(
    ("room", "words"),
    [
        (
            Use(seconds=HOUR),
            "left out, being nice-to-have: 1h 00m is left until the deadline, too little for all "
            "that is to be done, about 2h 00m of work one after the other",
        ),
        (
            Use(tokens=150),
            "left out, being nice-to-have: 150 tokens are left of the budget, too little for all "
            "that is to be done, about 200 tokens",
        ),
        (
            Use(usd=1.5),
            "left out, being nice-to-have: $1.50 are left of the budget, too little for all that "
            "is to be done, about $2.00",
        ),
    ],
)
def test_the_reason_is_said(room: Use, words: str) -> None:
    (one,) = to_shed(waiting(normal("a"), nice("b")), room, 1)

    assert one.why == words


# Whatever waits


@st.composite
def waits(draw: st.DrawFn) -> tuple[list[Pending], Use, int]:
    tasks: list[Task] = []
    for number in range(draw(st.integers(1, 9))):
        earlier = [one.id for one in tasks]
        needed = (
            draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []
        )
        priority: Priority = draw(st.sampled_from(PRIORITIES))
        tasks.append(task(f"t{number}", priority=priority, after=tuple(needed)))
    amounts = st.sampled_from([None, 1.0, 5.0, 30.0])
    pending = [
        Pending(
            one, Use(draw(amounts), draw(amounts), draw(amounts)), not one.after and draw(_rare)
        )
        for one in schedule_of(*tasks).tasks
    ]
    limits = st.sampled_from([None, 0.0, 4.0, 20.0, 60.0])
    return pending, Use(draw(limits), draw(limits), draw(limits)), draw(st.integers(1, 3))


_rare = st.sampled_from([False, False, True])


@given(waits())
def test_the_order_of_importance_holds(drawn: tuple[list[Pending], Use, int]) -> None:
    pending, room, slots = drawn
    gone = [one.task_id for one in to_shed(pending, room, slots)]
    by_id = {one.task.id: one for one in pending}
    left = [one.task for one in pending if one.task.id not in gone]

    assert len(gone) == len(set(gone))
    assert all(by_id[name].task.priority != "critical" for name in gone)
    assert not any(by_id[name].begun for name in gone)
    # Nobody stays who needs somebody who goes.
    assert not any(set(one.after) & set(gone) for one in left)
    if any(by_id[name].task.urgency == 1 for name in gone):
        assert not any(one.urgency == 2 and not by_id[one.id].begun for one in left)


@given(waits())
def test_nobody_goes_where_everything_fits(drawn: tuple[list[Pending], Use, int]) -> None:
    pending, _, slots = drawn
    tasks = [one.task for one in pending]
    seconds = {one.task.id: one.rest.seconds or 0.0 for one in pending}
    room = Use(
        max(ends(tasks, seconds, 1).values()),
        sum(one.rest.tokens or 0.0 for one in pending),
        sum(one.rest.usd or 0.0 for one in pending),
    )

    assert to_shed(pending, room, slots) == []
