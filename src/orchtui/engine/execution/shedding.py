"""Load shedding: which waiting tasks are left out when time or money does not hold all of them.

Nice-to-have tasks first, the last in the run's order before the others; normal ones
only for critical ones that wait too, and only when no nice-to-have one waits any
more; a critical one never, nor whatever a more important task waits for. What has
begun is left alone. A task of which nothing is known counts as nothing, so nothing
is left out for a guess. This module never skips a task and knows no clock.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from orchtui.engine.plans.plan import PRIORITIES
from orchtui.engine.run_events.task_events import Shortage
from orchtui.engine.runs.costs import show_dollars
from orchtui.engine.scheduling.list_scheduling import Network
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.texts.durations import show_duration

_NORMAL = PRIORITIES.index("normal")
_NICE = PRIORITIES.index("nice-to-have")


class Use(NamedTuple):
    """What a task takes, or there is room for."""

    seconds: float | None = None
    tokens: float | None = None
    usd: float | None = None


class Pending(NamedTuple):
    """A task that has not ended."""

    task: ScheduledTask
    """With the urgency that those give it that wait for it."""
    rest: Use
    """What is left of it; `None` where nothing is known."""
    begun: bool = False
    """Whether it is under way, or a person wants it whatever there is left: it stays."""


_Find = Callable[[Sequence[Pending], Shortage, float, int], Sequence[str]]


class Shed(NamedTuple):
    """A task that is left out, and why."""

    task_id: str
    short: Shortage
    why: str


def to_shed(pending: Sequence[Pending], room: Use, slots: int) -> list[Shed]:
    """The tasks to be left out now, the least important first.

    Args:
        pending: All that have not ended.
        room: Seconds until the deadline, tokens and dollars of the budgets; `None` for no limit.
        slots: Tasks that run at once.
    """
    kept = {one.task.id: one for one in pending}
    found: list[Shed] = []
    wants: tuple[tuple[Shortage, float | None, _Find], ...] = (
        ("time", room.seconds, _late),
        ("tokens", room.tokens, _dear),
        ("usd", room.usd, _dear),
    )
    for short, limit, find in wants:
        if limit is None or not any(_may_go(one, _NORMAL) for one in kept.values()):
            continue
        why = _Why(short, limit, slots, kept.values())
        for task_id in find(list(kept.values()), short, max(0.0, limit), max(1, slots)):
            one = kept.pop(task_id)
            found.append(Shed(task_id, why.short, why.of(one.task)))
    return found


def _may_go(one: Pending, level: int) -> bool:
    """Whether it has not begun and is no more important than this, nor anything behind it."""
    return not one.begun and one.task.urgency >= level


def _in_leaving_order(pending: Sequence[Pending], level: int) -> list[str]:
    """Ids of what may go at a level, in the order in which they go."""
    kept = _needed_by([one.task for one in pending if one.begun], pending)
    going = [one.task for one in pending if not one.begun and one.task.urgency == level]
    going = [task for task in going if task.id not in kept]
    return [task.id for task in sorted(going, key=lambda task: task.turn, reverse=True)]


def _needed_by(tasks: Iterable[ScheduledTask], pending: Iterable[Pending]) -> set[str]:
    """Ids of all that these need, and that those need."""
    by_id = {one.task.id: one.task for one in pending}
    found: set[str] = set()
    more = [name for task in tasks for name in task.after]
    while more:
        if (name := more.pop()) in by_id and name not in found:
            found.add(name)
            more += by_id[name].after
    return found


class _Dependents:
    """Who needs whom among these, laid out once.

    Args:
        pending: All that have not ended.
    """

    def __init__(self, pending: Sequence[Pending]) -> None:
        self._ids = [one.task.id for one in pending]
        self._needing: dict[str, list[str]] = {}
        for one in pending:
            for needed in one.task.after:
                self._needing.setdefault(needed, []).append(one.task.id)

    def with_them(self, gone: Collection[str]) -> set[str]:
        """These, and what needs one of them."""
        lost, more = set(gone), list(gone)
        while more:
            new = [name for name in self._needing.get(more.pop(), ()) if name not in lost]
            lost.update(new)
            more += new
        return lost

    def all_lost(self, gone: Sequence[str]) -> list[str]:
        """Ids of these in their order, then of what is lost with them."""
        more = self.with_them(gone).difference(gone)
        return [*gone, *(name for name in self._ids if name in more)]


def _fewest(going: Sequence[str], fits: Callable[[Sequence[str]], bool]) -> Sequence[str]:
    """The shortest beginning of a list without which it fits; all of it where none does."""
    few, many = 0, len(going)
    while few < many:
        middle = (few + many) // 2
        if fits(going[:middle]):
            many = middle
        else:
            few = middle + 1
    return going[:many]


def _late(pending: Sequence[Pending], short: Shortage, limit: float, slots: int) -> list[str]:
    """Who goes for the deadline."""
    paper = _OnPaper(pending, limit, slots)
    if paper.surely_fits():
        return []
    late, more_important = paper.late, paper.more_important
    nice, normal = (_in_leaving_order(pending, level) for level in (_NICE, _NORMAL))
    now = late(())
    critical = more_important(now, _NORMAL)
    if not now or not (nice or critical):
        return []
    if critical:
        hopeless = late([*nice, *normal])  # too late whatever is left out
        if critical - hopeless and more_important(late(nice), _NORMAL) - hopeless:
            for_critical = _fewest(
                normal, lambda some: not more_important(late([*nice, *some]), _NORMAL) - hopeless
            )
            return paper.dependents.all_lost([*nice, *for_critical])
    hopeless = late(nice)
    gone = [*_fewest(nice, lambda some: not more_important(late(some), _NICE) - hopeless)]
    # What would be stopped at the deadline anyway need not begin.
    still = late(gone)
    gone += [name for name in nice if name in still]
    return paper.dependents.all_lost(gone)


class _OnPaper:
    """What would be too late for a deadline if some were left out, tried on paper.

    Args:
        pending: All that have not ended.
        limit: Seconds until the deadline.
        slots: Tasks that run at once.
    """

    def __init__(self, pending: Sequence[Pending], limit: float, slots: int) -> None:
        self._limit = limit
        self._slots = slots
        # What runs has its slot, whoever else might be more urgent.
        self._network = Network([_at_once(one.task) if one.begun else one.task for one in pending])
        self._seconds = {one.task.id: one.rest.seconds or 0.0 for one in pending}
        self._waiting = [one.task.id for one in pending if not one.begun and one.rest.seconds]
        self._urgency = {one.task.id: one.task.urgency for one in pending}
        self.dependents = _Dependents(pending)

    def surely_fits(self) -> bool:
        """Whether nothing is late, as far as that can be told without a schedule."""
        return self._network.at_most(self._seconds, self._slots) < self._limit

    def late(self, gone: Collection[str]) -> set[str]:
        """Ids of what waits and ends too late, without these and what needs them."""
        lost = self.dependents.with_them(gone)
        when = self._network.ends(self._seconds, self._slots, lost)
        return {name for name in self._waiting if name not in lost and when[name] > self._limit}

    def more_important(self, names: Iterable[str], level: int) -> set[str]:
        """Those of these that are more important than a level."""
        return {name for name in names if self._urgency[name] < level}


def _at_once(task: ScheduledTask) -> ScheduledTask:
    return replace(task, urgency=-1)


def _dear(pending: Sequence[Pending], short: Shortage, limit: float, slots: int) -> list[str]:
    """Who goes for a budget."""

    dependents = _Dependents(pending)

    def fits(gone: Collection[str]) -> bool:
        lost = dependents.with_them(gone)
        return _sum(pending, short, without=lost) <= limit

    nice, normal = (_in_leaving_order(pending, level) for level in (_NICE, _NORMAL))
    gone = [*_fewest(nice, fits)]
    if not fits(gone) and any(not one.begun and one.task.urgency < _NORMAL for one in pending):
        gone += _fewest(normal, lambda some: fits([*gone, *some]))
    return dependents.all_lost(gone)


def _sum(pending: Iterable[Pending], short: Shortage, without: Collection[str] = ()) -> float:
    kept = (one.rest for one in pending if one.task.id not in without)
    if short == "time":
        return sum(rest.seconds or 0.0 for rest in kept)
    return sum((rest.tokens if short == "tokens" else rest.usd) or 0.0 for rest in kept)


class _Why:
    """Says why tasks are left out, all for the same want."""

    def __init__(
        self, short: Shortage, limit: float, slots: int, pending: Iterable[Pending]
    ) -> None:
        self.short = short
        wanted = _sum(pending, short)
        left, all_of_it = max(0.0, limit), f"about {_amount(short, wanted)}"
        if short == "time":
            at_once = "one after the other" if slots == 1 else f"in {slots} slots"
            all_of_it += f" of work {at_once}"
        self._words = (
            f"{_amount(short, left)} {'is' if short == 'time' else 'are'} left "
            f"{'until the deadline' if short == 'time' else 'of the budget'}, "
            f"too little for all that is to be done, {all_of_it}"
        )

    def of(self, task: ScheduledTask) -> str:
        """The reason for one task."""
        kind = "nice-to-have" if task.urgency >= _NICE else f"{task.priority}, not critical"
        return f"left out, being {kind}: {self._words}"


def _amount(short: Shortage, much: float) -> str:
    if short == "time":
        return show_duration(much)
    return show_dollars(much) if short == "usd" else f"{much:,.0f} tokens"
