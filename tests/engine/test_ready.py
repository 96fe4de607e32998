"""The queue of tasks that wait for a slot."""

from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.ready import ReadyQueue
from orchtui.engine.schedule import ScheduledTask


def scheduled(position: int, urgency: int, tail: float, backend: str) -> ScheduledTask:
    return ScheduledTask(
        id=f"t{position}",
        label="",
        position=position,
        prompt="",
        specialist="s",
        instance="s",
        backend=backend,
        urgency=urgency,
        tail=tail,
        timeout=1.0,
        retries=0,
        max_tokens=1,
    )


_MANY = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([1.0, 2.0, 9.0]), st.sampled_from("xyz"))
).map(lambda rows: [scheduled(n, *row) for n, row in enumerate(rows, 1)])


def order(one: ScheduledTask) -> tuple[int, float, int]:
    return one.urgency, -one.tail, one.position


@given(_MANY)
def test_the_most_urgent_first_then_the_longest_way_then_the_plans_order(
    tasks: list[ScheduledTask],
) -> None:
    queue = ReadyQueue()
    for one in tasks:
        queue.push(one)

    taken = [queue.pop(lambda _: True) for _ in tasks]

    assert taken == sorted(tasks, key=order)
    assert queue.pop(lambda _: True) is None


@given(_MANY, st.sampled_from("xyz"))
def test_a_full_backend_holds_back_only_its_own_tasks(
    tasks: list[ScheduledTask], full: str
) -> None:
    queue = ReadyQueue()
    for one in tasks:
        queue.push(one)
    free = sorted((one for one in tasks if one.backend != full), key=order)

    assert [queue.pop(lambda backend: backend != full) for _ in free] == free
    assert queue.pop(lambda backend: backend != full) is None
    held = [one for one in tasks if one.backend == full]
    assert [queue.pop(lambda _: True) for _ in held] == sorted(held, key=order)
