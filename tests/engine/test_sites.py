"""Where attempts work: sites are opened, worked at and left, however an attempt goes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.executor import Executor
from orchtui.engine.execution.questions import PATIENCE
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.workspace.site import LEAVE, Race, Seen, Site, Witness
from orchtui.engine.workspace.staged_site import TAKE_OVER, StagedSite
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, execute, fails, kinds, says, schedule_of, task

_SEEN = Seen(sight="tools", read=("a.md",), written=(ev.FileChange(path="b.md", kept="files/b"),))


@dataclass
class Place:
    """A site that notes what happens to it."""

    witness: Witness
    story: list[str]
    folder: str = "/place"
    toolbox: base.ToolBox = base.NO_TOOLS
    trouble: BackendError | None = None
    leaving: float = 0.0

    async def open(self) -> None:
        self.story.append("open")
        if self.trouble is not None:
            raise self.trouble

    async def leave(self) -> Seen | None:
        self.story.append("leave")
        await asyncio.sleep(self.leaving)
        return _SEEN


@dataclass
class Places:
    """Gives every attempt a Place."""

    make: Callable[[ScheduledTask, int, Witness, list[str]], Place] = (
        lambda task, attempt, witness, story: Place(witness, story)
    )
    stories: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    closed: int = 0

    def site(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        story = self.stories[task.id, attempt] = []
        return self.make(task, attempt, witness, story)

    async def close(self) -> None:
        self.closed += 1


def run(
    *scripts: object, places: Places, backend: Scripted | None = None
) -> tuple[list[ev.RunEvent], Run]:
    backend = backend or Scripted({"a": list(scripts)})  # type: ignore[arg-type]
    tasks = (task("a", timeout=20.0, retries=1),)
    return virtual_time.run(execute(schedule_of(*tasks), backend, workspaces=places))


def test_an_attempt_works_in_the_folder_of_its_site() -> None:
    backend, places = Scripted(), Places()

    _, one = run(places=places, backend=backend)

    assert [given.folder for given in backend.assignments] == ["/place"]
    assert places.stories == {("a", 1): ["open", "leave"]} and places.closed == 1
    files = one.tasks["a"].attempts[0].files
    assert files is not None and (files.sight, files.read) == ("tools", ("a.md",))


@pytest.mark.parametrize(
    ("scripts", "end"),
    [
        ([says("x")], "task_completed"),
        ([fails("auth", retryable=False)], "task_failed"),
        ([[500.0]], "task_failed"),
    ],
)
def test_what_was_seen_is_told_before_the_end(scripts: list[object], end: str) -> None:
    events, _ = run(*scripts, places=Places())

    assert kinds(events, "a")[-2:] == ["files_seen", end]


def test_each_attempt_has_a_site_of_its_own() -> None:
    places = Places()

    events, _ = run(fails(), says("x"), places=places)

    assert places.stories == {("a", 1): ["open", "leave"], ("a", 2): ["open", "leave"]}
    assert kinds(events, "a").count("files_seen") == 2


def test_a_site_that_can_not_be_made_is_the_tasks_own_failure() -> None:
    trouble = BackendError("command", "no worktree: the disk is full")
    places = Places(lambda task, n, witness, story: Place(witness, story, trouble=trouble))
    backend = Scripted()

    _, one = run(places=places, backend=backend)

    assert (one.tasks["a"].status, one.tasks["a"].why) == ("failed", trouble.message)
    assert backend.assignments == [] and places.stories["a", 1] == ["open", "leave"]


def test_a_site_that_can_not_be_left_does_not_hold_the_run() -> None:
    places = Places(lambda task, n, witness, story: Place(witness, story, leaving=10 * LEAVE))

    _, one = run(says("x"), places=places)

    files = one.tasks["a"].attempts[0].files
    assert one.tasks["a"].status == "completed"
    assert files is not None and files.sight == "nothing" and "more than" in files.note


class FarPlace(StagedSite):
    """The place of a program on another machine, on a disk that does not answer."""

    def __init__(self) -> None:
        self.folder = "/place"
        self.toolbox = base.NO_TOOLS

    async def open(self) -> None:
        pass

    async def leave(self) -> Seen | None:
        await asyncio.sleep(10 * TAKE_OVER)
        raise AssertionError


def test_an_attempt_whose_files_are_nowhere_else_has_failed_when_they_are_not_taken_over() -> None:
    class FarPlaces(Places):
        def site(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
            place = FarPlace()
            place._left = []
            return place

    _, one = run(says("x"), places=FarPlaces())

    failed = one.tasks["a"]
    note = f"looking at the files took more than {TAKE_OVER:.0f} s"
    assert (failed.status, failed.why) == ("failed", f"what it wrote is lost: {note}")
    assert failed.attempts[0].files is not None and failed.attempts[0].files.note == note


# What a site tells


class Telling(Scripted):
    """Tells its witness something while it works."""

    def __init__(self, tell: Callable[[Witness], object], seconds: float = 1.0) -> None:
        super().__init__()
        self.places = Places(self._make)
        self._tell = tell
        self._seconds = seconds
        self.witness: Witness | None = None
        self.answers: list[object] = []

    def _make(self, task: ScheduledTask, n: int, witness: Witness, story: list[str]) -> Place:
        self.witness = witness
        return Place(witness, story)

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        assert self.witness is not None
        told = self._tell(self.witness)
        if asyncio.iscoroutine(told):
            self.answers.append(await told)
        yield base.Text("x")
        await asyncio.sleep(self._seconds)
        yield base.Finished("end_turn")


def test_refused_writes_and_races_are_events() -> None:
    race = Race(
        path="x.md",
        task="a",
        attempt=1,
        access="read",
        when=1e9,
        other="b",
        other_access="write",
        other_when=1e9 - 2,
    )

    def tell(witness: Witness) -> None:
        witness.refused("../\x1b[31mx", "outside of the project")
        witness.race(race)

    backend = Telling(tell)
    _, one = run(places=backend.places, backend=backend)

    [refused] = one.tasks["a"].attempts[0].refused
    [told] = one.races
    assert (refused.path, refused.why) == ("../x", "outside of the project")
    assert (told.task, told.other, told.path, told.access) == ("a", "b", "x.md", "read")
    assert ev.seconds(told.when) - ev.seconds(told.other_when) == pytest.approx(2.0)


def test_what_a_left_attempt_still_reports_is_dropped() -> None:
    backend = Telling(lambda witness: None)
    events, _ = run(places=backend.places, backend=backend)
    assert backend.witness is not None

    backend.witness.refused("x", "late")

    assert "write_refused" not in kinds(events, "a")


# Questions


def test_a_question_waits_for_its_answer() -> None:
    backend = Telling(lambda witness: witness.ask("run rm -rf build"), seconds=0.0)
    open_at: list[bool] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.PermissionAsked):
            open_at.append(executor.answer(event.question, True))
            open_at.append(executor.answer(event.question, False))

    tasks = (task("a", timeout=500.0),)
    events, one = virtual_time.run(
        execute(schedule_of(*tasks), backend, act, workspaces=backend.places, attended=True)
    )

    assert backend.answers == [True] and open_at == [True, False]
    assert kinds(events, "a")[2:4] == ["permission_asked", "permission_answered"]
    assert one.tasks["a"].question is None


@pytest.mark.parametrize(
    ("attended", "why"), [(False, "nobody is at the screen"), (True, "no answer within 60 s")]
)
def test_without_an_answer_it_is_a_no(attended: bool, why: str) -> None:
    """A task that waits for a person is not called silent."""
    backend = Telling(lambda witness: witness.ask("push"))
    backend.idle_timeout = PATIENCE / 4

    events, one = virtual_time.run(
        execute(
            schedule_of(task("a", timeout=500.0)),
            backend,
            workspaces=backend.places,
            attended=attended,
        )
    )

    [answered] = [event for event in events if isinstance(event, ev.PermissionAnswered)]
    assert backend.answers == [False] and not answered.allowed and answered.why == why
    assert one.tasks["a"].status == "completed"


@pytest.mark.parametrize(("works", "status"), [(19.0, "completed"), (21.0, "failed")])
def test_the_time_of_a_person_is_not_the_tasks(works: float, status: str) -> None:
    """Of its timeout of 20 s nothing is gone while its question waits for a whole minute."""

    async def ask_twice(witness: Witness) -> bool:
        answers = await asyncio.gather(witness.ask("push"), witness.ask("pull"))
        return any(answers)

    backend = Telling(ask_twice, seconds=works)

    events, one = virtual_time.run(
        execute(
            schedule_of(task("a", timeout=20.0, retries=0)),
            backend,
            workspaces=backend.places,
            attended=True,
        )
    )

    assert one.tasks["a"].status == status
    [ended] = [event for event in events if ev.kind_of(event) == f"task_{status}"]
    took = ev.seconds(ended.at) - ev.seconds(events[0].at)
    assert took == pytest.approx(PATIENCE + min(works, 20.0), abs=1.0)
    if status == "failed":
        assert one.tasks["a"].why == "stopped after its 20.0s timeout"


def test_a_question_of_a_cancelled_task_is_closed() -> None:
    backend = Telling(lambda witness: witness.ask("push"))

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.PermissionAsked):
            executor.steering.cancel("a")

    events, one = virtual_time.run(
        execute(schedule_of(task("a")), backend, act, workspaces=backend.places, attended=True)
    )

    assert one.tasks["a"].status == "cancelled" and one.tasks["a"].question is None
    assert kinds(events, "a").count("permission_answered") == 1


@pytest.mark.parametrize("deaf", [False, True])
def test_a_cancel_is_told_within_a_second_whatever_the_backend_and_the_disk_do(deaf: bool) -> None:
    backend = Scripted({"a": [["half", 5000.0]]}, deaf=deaf)
    places = Places(lambda task, n, witness, story: Place(witness, story, leaving=6.0))

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TextDelta):
            executor.steering.cancel("a")

    events, folded = virtual_time.run(
        execute(schedule_of(task("a")), backend, act, workspaces=places)
    )

    when = {ev.kind_of(event): ev.seconds(event.at) for event in events}
    assert when["task_cancelled"] - when["steered"] < 1.0
    # What it did to files is told when it is known, and still belongs to that attempt.
    assert when["files_seen"] - when["task_cancelled"] == pytest.approx(6.0, abs=0.9)
    files = folded.tasks["a"].attempts[0].files
    assert files is not None and files.read == ("a.md",)


def test_a_task_that_is_tried_again_waits_until_its_place_is_left() -> None:
    backend = Scripted({"a": [["half", 5000.0], says("whole")]})
    places = Places(lambda task, n, witness, story: Place(witness, story, leaving=6.0))

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TextDelta) and event.text == "half":
            executor.steering.cancel("a")
        if isinstance(event, ev.TaskCancelled):
            assert executor.steering.retry(["a"]) == ["a"]
        if isinstance(event, ev.TaskStarted) and event.attempt == 2:
            assert ("a", 2) not in places.stories or places.stories["a", 2] == []

    events, folded = virtual_time.run(
        execute(schedule_of(task("a"), task("b")), backend, act, workspaces=places)
    )

    assert folded.tasks["a"].text == "whole"
    first, second = [
        event for event in events if isinstance(event, ev.FilesSeen) and event.task == "a"
    ]
    assert (first.attempt, second.attempt) == (1, 2)
    text = next(e for e in events if isinstance(e, ev.TextDelta) and e.text == "whole")
    assert ev.seconds(text.at) >= ev.seconds(first.at)
