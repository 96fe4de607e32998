"""What second attempts ask a person: nothing, until they have taken the first one's place."""

import asyncio

import pytest

from orchtui.engine.execution.executor import Executor
from orchtui.engine.run_events import events as ev
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.workspace.site import BareSite, BareWorkspaces, Site, Witness
from tests.engine.hedging.hedged import FIRST_WINS, Hedged, play
from tests.engine.scripted import Step, fails, says


class AskingSite(BareSite):
    """Asks a while after it was opened, and goes on whatever the answer is."""

    def __init__(self, after: float, witness: Witness) -> None:
        super().__init__("/")
        self._after, self._witness = after, witness

    async def open(self) -> None:
        await asyncio.sleep(self._after)
        await self._witness.ask("push")


class AskingBeside(BareWorkspaces):
    """The places of second attempts ask."""

    def __init__(self, after: float) -> None:
        super().__init__("/")
        self._after = after

    def beside(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        return AskingSite(self._after, witness)


def asking(first: list[Step], second: list[Step], after: float, *, attended: bool) -> Hedged:
    """The second attempt begins at 20 s; a person says yes to everything."""

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.PermissionAsked):
            assert executor.answer(event.question, True)

    act_of = act if attended else None
    places = AskingBeside(after)
    return play(first, second, act=act_of, workspaces=places, attended=attended)


def test_one_that_asks_is_stopped_and_does_not_win() -> None:
    """Without what it asked for it would have been done at 23 s, and be the worse for it."""
    ended = asking([50.0, *says("allowed")], [2.0, *says("not allowed")], 1.0, attended=True)
    assert ended.story == [*FIRST_WINS[:3], "hedge_ended 2 lost", "task_completed 1"]
    assert ended.run.tasks["slow"].text == "allowed"
    assert "asked to be allowed" in ended.ends[0].why


def test_once_it_has_taken_the_place_a_person_is_asked() -> None:
    ended = asking([22.0, *fails("server")], [2.0, *says("allowed")], 5.0, attended=True)
    assert ended.story[-3:] == ["permission_asked 2", "permission_answered 2", "task_completed 2"]
    [answered] = [one for one in ended.events if isinstance(one, ev.PermissionAnswered)]
    assert answered.allowed


@pytest.mark.parametrize("after", [1.0, 5.0])
def test_where_nobody_is_there_both_are_told_so(after: float) -> None:
    ended = asking([50.0, *says("late")], [2.0, *says("done")], after, attended=False)
    assert ended.run.tasks["slow"].text == "done"
    [answered] = [one for one in ended.events if isinstance(one, ev.PermissionAnswered)]
    assert answered.why == "nobody is at the screen"
