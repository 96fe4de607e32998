"""Whole runs to their end, drawn at random: every event as executor and orchestrator make it.

Nothing waits and nothing is executed: a run is told, event by event, by choices that stand in a
string of bytes. Where the bytes run out all goes well, so that hypothesis shrinks a run to the
few things in it that matter. The end of a session is made by the orchestrator's own rooms.
"""

from dataclasses import dataclass, field
from typing import TypeVar, cast, get_args

from hypothesis import strategies as st
from msgspec.structs import replace

from orchtui.engine.aggregation import joining, session_end
from orchtui.engine.aggregation.synthesis_check import why_not
from orchtui.engine.errors import ErrorKind
from orchtui.engine.execution.budget import Budget
from orchtui.engine.plans.plan import PRIORITIES, AggregateStrategy, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.joined_events import Covered
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.run_folders.artifacts import RESULT
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import ENDED, LIVE, Run, TaskRun
from orchtui.engine.scheduling.schedule import Schedule
from tests.engine.generated_plans import Choices, plan_of, schedule_of

START = ev.seconds("2026-01-15T10:00:00.000Z")

KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)
_STEPS = 400
"""Moves after which nothing unusual is begun any more."""

_ANSWERS = (
    "A plain answer in one line.",
    "# A heading\n\nTwo paragraphs of an answer.\n\n## Missing\n\nNot what it seems.\n",
    "> **COMPLETED**: 9 of 9 tasks completed.\n\nA quote that looks like a verdict.",
    "```\nnever closed",
    "All of it\nMissing\n-------\n\nSomething.\n\nContents\n===\n",
)
_SYNTHESES = (
    "All that was found, put together in one text: a plain answer, a heading and two paragraphs.",
    "# All together\n\n## Missing\n\nA plain answer in one line, and two paragraphs of another.",
    "",
)
_STRATEGIES: tuple[AggregateStrategy, ...] = ("collect", "synthesize", "compare", "none")
_E = TypeVar("_E", bound=ev.Event)


@dataclass
class Telling:
    """A run that is being told."""

    choose: Choices
    plan: Plan
    schedule: Schedule
    events: list[ev.RunEvent] = field(default_factory=list)
    now: float = START
    stopped: bool = False
    """Whether a person stopped the whole run in this session."""
    steps: int = 0

    def __post_init__(self) -> None:
        first = self.stamp(
            ev.RunStarted,
            format=ev.FORMAT,
            run="20260115-100000-abcd",
            plan=self.plan,
            schedule=self.schedule,
            rehearsal="rehearsal" in self.schedule.backends,
            parent=self.choose.among(("", "", "20260114-090000-dcba")),
        )
        self.events.append(first)
        self.run = fold.start(first)
        if first.parent:
            self.take_over()

    def take_over(self) -> None:
        """Results of an earlier run stand for some tasks, and for what those are handed."""
        taken: set[str] = set()
        for task in self.run.tasks.values():
            if taken.issuperset(task.task.after) and self.choose.seldom(2):
                taken.add(task.id)
                self.tell(
                    ev.TaskReused,
                    task=task.id,
                    attempt=0,
                    run=self.run.parent,
                    text=self.choose.among(_ANSWERS),
                    specialist=task.task.specialist,
                    instance=task.task.instance,
                    backend=task.task.backend,
                    stop_reason="exit" if task.task.backend == "command" else "end_turn",
                    output=ev.output_file(task.task.position),
                    took_s=7.0,
                )

    # How events are made

    def stamp(self, kind: type[_E], **fields: object) -> _E:
        """As the session's Stamp makes it: a number and a time, and nobody is told."""
        return kind(seq=len(self.events) + 1, at=ev.iso(self.now), **fields)

    def tell(self, kind: type[ev.Event], **fields: object) -> None:
        self.add(cast(ev.RunEvent, self.stamp(kind, **fields)))

    def add(self, event: ev.RunEvent) -> None:
        self.events.append(event)
        fold.apply(self.run, event)

    def of(self, kind: type[ev.TaskEvent], task: TaskRun, **fields: object) -> None:
        self.tell(kind, task=task.id, attempt=task.made, **fields)

    def _passes(self) -> None:
        self.now = round(self.now + self.choose.among((1.0, 0.0, 0.004, 75.5, 4000.0)), 3)

    def _usage(self) -> ev.Usage:
        return ev.Usage(output=self.choose.among((0, 7, 500)), cache_read=self.choose.among((0, 3)))

    def _left(self, task: TaskRun) -> dict[str, object]:
        kept = max((attempt.length for attempt in task.attempts), default=0)
        output = ev.output_file(task.task.position) if task.attempts else ""
        return {"kept": kept, "output": output, "usage": self._usage(), "model": self._model(task)}

    def _model(self, task: TaskRun) -> str | None:
        return "rehearsal" if task.task.backend == "rehearsal" else self.choose.among((None, "m-1"))

    # One session

    def session(self) -> None:
        """Work until every task has ended."""
        self.stopped = False
        while self.run.with_status(*LIVE):
            self._passes()
            if not self.draw_conclusions():
                self.steps += 1
                self.move()

    def draw_conclusions(self) -> bool:
        """Skip what lost a predecessor, queue what is ready; whether there was anything."""
        for task in self.run.with_status("waiting"):
            needed = [self.run.tasks[other] for other in task.task.after]
            lost = [n for n in needed if n.status in ("failed", "cancelled", "skipped")]
            if lost:
                word = {"cancelled": "was cancelled", "skipped": "was skipped"}.get(
                    lost[0].status, "failed"
                )
                self.of(ev.TaskSkipped, task, why=f"it needs '{lost[0].id}', which {word}")
                return True
            behind = [self.run.tasks[other] for other in task.task.behind]
            if all(n.status == "completed" for n in needed) and all(
                n.status in ENDED for n in behind
            ):
                self.of(ev.TaskQueued, task)
                return True
        return False

    def move(self) -> None:
        """One thing happens."""
        if self.steps < _STEPS and self.choose.seldom(12):
            self.steer()
            return
        running, queued = self.run.with_status("running"), self.run.with_status("queued")
        again = self.run.with_status("retrying")
        may_start = queued and not self.run.paused and len(running) < self.run.concurrency
        if may_start and (not running or self.choose.among((True, False))):
            self.start(self.choose.among(queued))
        elif running and not (again and self.choose.seldom()):
            self.work(self.choose.among(running))
        elif again:
            self.of(ev.TaskQueued, self.choose.among(again))
        else:
            self.tell(ev.Steered, action="resume")

    def start(self, task: TaskRun) -> None:
        one = task.task
        self.tell(
            ev.TaskStarted,
            task=one.id,
            attempt=self._next_number(task),
            specialist=one.specialist,
            instance=one.instance,
            backend=one.backend,
            model=one.model,
        )
        if self.choose.seldom(6):
            head = {"task": one.id, "attempt": task.made}
            self.tell(ev.WorkerAwaited, **head, waited_s=0.5)
            self._passes()
            self.tell(ev.TaskPlaced, **head, worker="w1")

    def _next_number(self, task: TaskRun) -> int:
        won = task.hedges and task.hedges[-1].completed and task.hedges[-1].number > task.made
        return task.last_number if won else task.last_number + 1

    def work(self, task: TaskRun) -> None:
        """An attempt goes on, or ends."""
        happens = self.choose.among(
            (
                "complete",
                "text",
                "tool",
                "files",
                "retry",
                "fail",
                "text",
                "race",
                "cut off",
                "hedge",
            )
        )
        unusual = self.steps < _STEPS
        if happens == "text" and unusual:
            self.of(ev.TextDelta, task, text=self.choose.among(_ANSWERS))
        elif happens == "tool" and unusual:
            self.of(ev.ToolCalled, task, call="c", name="Write", arguments='{"path": "/etc/x"}')
            self.of(ev.WriteRefused, task, path="/etc/x", why="it is outside of the project")
            self.of(ev.ToolReturned, task, call="c", ok=False, text="refused")
        elif happens == "files" and unusual:
            written = (ev.FileChange(path="a.md", kept=f"files/{task.id}/a.md"),)
            self.of(ev.FilesSeen, task, sight="tools", read=("b.md",), written=written)
        elif happens == "hedge" and unusual:
            self.hedge(task)
        elif happens == "race" and unusual and len(self.run.tasks) > 1:
            self.race(task)
        elif happens == "retry" and unusual:
            self.of(
                ev.TaskRetrying,
                task,
                error="server",
                why="the server is busy",
                wait_s=1.0,
                throttled=self.choose.seldom(),
                usage=self._usage(),
                model=self._model(task),
            )
        elif happens == "fail" and unusual:
            self.fail(task, self.choose.among(KINDS))
        else:
            self.complete(task, cut_off=happens == "cut off" and task.task.accept_truncated)

    def complete(self, task: TaskRun, *, cut_off: bool = False) -> None:
        assert task.attempt is not None
        is_program = task.task.backend == "command"
        if not task.attempt.length and not (is_program and self.choose.seldom()):
            self.of(ev.TextDelta, task, text=self.choose.among(_ANSWERS))
        reason = "exit" if is_program else "max_tokens" if cut_off else "end_turn"
        self.of(
            ev.TaskCompleted,
            task,
            usage=self._usage(),
            output=ev.output_file(task.task.position),
            stop_reason=reason,
            model=self._model(task),
        )
        self.end_hedge(task, "lost")

    def fail(self, task: TaskRun, kind: ErrorKind) -> None:
        self.of(ev.TaskFailed, task, error=kind, message=f"a {kind} error", **self._left(task))
        self.end_hedge(task, "lost")

    def cancel(self, task: TaskRun, why: str) -> None:
        self.of(ev.TaskCancelled, task, why=why, **self._left(task))
        self.end_hedge(task, "lost")

    def hedge(self, task: TaskRun) -> None:
        """A second attempt beside the first begins, fails, or takes its place."""
        one = task.task
        if task.hedge is None:
            if not task.hedges:
                self.tell(
                    ev.TaskHedged,
                    task=one.id,
                    attempt=task.made + 1,
                    specialist=one.specialist,
                    instance=one.instance,
                    backend=one.backend,
                    model=one.model,
                )
        elif self.choose.seldom():
            self.end_hedge(task, "failed")
        else:
            number, failed = task.hedge.number, self.choose.seldom()
            self.end_hedge(task, "won")
            self.of(
                ev.TaskRetrying,
                task,
                error="server" if failed else "timeout",
                why="it failed" if failed else f"overtaken by attempt {number}",
                wait_s=0.0,
                overtaken=not failed,
                usage=self._usage(),
                model=self._model(task),
            )
            self.of(ev.TaskQueued, task)
            self.start(task)

    def end_hedge(self, task: TaskRun, how: ev.HedgeEnd) -> None:
        if (hedge := task.hedge) is not None:
            self.tell(
                ev.HedgeEnded,
                task=task.id,
                attempt=hedge.number,
                how=how,
                why="it was so",
                error="server" if how == "failed" else None,
                usage=ev.Usage() if how == "won" else self._usage(),
            )

    def race(self, task: TaskRun) -> None:
        other = self.choose.among([one for one in self.run.tasks.values() if one is not task])
        when = ev.iso(self.now)
        self.of(
            ev.RaceDetected,
            task,
            path="a.md",
            access="write",
            when=when,
            other=other.id,
            other_access="write",
            other_when=when,
        )

    # What a person does, and the deadline

    def steer(self) -> None:
        live = self.run.with_status(*LIVE)
        over = self.run.with_status("failed", "cancelled")
        happens = self.choose.among(
            ("cancel", "retry", "cancel_run", "deadline", "crash", "add", "priority", "change")
        )
        if happens == "retry" and over:
            self.retry(self.choose.among(over))
        elif happens == "add":
            self.more()
        elif happens == "priority":
            priority = self.choose.among(PRIORITIES)
            task_id = self.choose.among(live).id
            self.tell(ev.Steered, action="priority", task=task_id, value=priority)
        elif happens == "change":
            self.change()
        elif happens == "cancel_run":
            self.tell(ev.Steered, action="cancel_run")
            self.stopped = True
            for task in live:
                # A whole answer that comes in the same moment stays one.
                if task.status == "running" and self.choose.seldom():
                    self.complete(task)
                else:
                    self.cancel(task, "the run was cancelled by hand")
        elif happens == "deadline":
            for task in self.run.with_status("queued", "retrying", "running"):
                self.fail(task, self.choose.among(("deadline", "budget")))
        elif happens == "crash":
            self.resume()
        else:
            task = self.choose.among(live)
            self.tell(ev.Steered, action="cancel", task=task.id)
            self.cancel(task, "cancelled by hand")

    def more(self) -> None:
        """One more task takes part."""
        number = len(self.run.plan.tasks) + 1
        known = self.choose.among(list(self.run.tasks.values())).task
        planned = Task(id=f"t{number}", title="One more", prompt="Look at one more.")
        scheduled = replace(
            known,
            id=planned.id,
            label=planned.label,
            position=number,
            prompt=planned.prompt,
            after=(known.id,) if self.choose.seldom() else (),
            behind=(),
            priority=self.choose.among(PRIORITIES),
        )
        self.tell(ev.TaskAdded, scheduled=scheduled, planned=planned)

    def change(self) -> None:
        """What changes no task."""
        what = self.choose.among(("pause", "concurrency", "limit"))
        if what == "pause" and not self.run.paused:
            self.tell(ev.Steered, action="pause")
        elif what == "concurrency":
            self.tell(ev.Steered, action="concurrency", value=self.choose.among("123"))
        else:
            self.tell(
                ev.LimitChanged, backend="anthropic", concurrency=2, lower=True, why="slow down"
            )

    def retry(self, task: TaskRun) -> None:
        """Try a task again, and what was skipped because of it."""
        again = [task]
        for one in again:
            self.tell(ev.Steered, action="retry", task=one.id)
            again += [
                other
                for other in self.run.with_status("skipped")
                if one.id in other.task.after and other not in again
            ]

    def resume(self) -> None:
        """The process is gone; another one goes on. Some results may not stand any more."""
        self.now += 1000.0
        done: list[str] = []
        for task in self.run.with_status("completed"):
            if set(done).issuperset(task.task.after) and not self.choose.seldom(8):
                done.append(task.id)
        again = tuple(task_id for task_id in self.run.tasks if task_id not in done)
        self.tell(ev.RunResumed, why="asked for by hand", reused=tuple(done), again=again)
        self.stopped = False

    # The end of a session

    def end(self) -> None:
        """The synthesis, where one is asked for, and the last two events."""
        stamp, asked, fallback = cast(Stamp, self.stamp), self.schedule.aggregate, None
        if asked == "synthesize":
            fallback = session_end.why_not_synthesize(
                self.run, self.schedule, Budget.of(self.schedule), cancelled=self.stopped
            )
            if fallback is None:
                self.synthesize()
                fallback = why_not(self.run.aggregate, self.run.with_status("completed"))
        self._passes()
        nothing = joining.NOTHING_READ
        self.add(joining.aggregated(self.run, stamp, asked, fallback, nothing, RESULT))
        self.add(session_end.conclusion(self.run, stamp))

    def synthesize(self, *, by_hand: bool = False) -> None:
        if self.choose.seldom(6):
            self.reduce()
        earlier = len(self.run.aggregate.attempts) if self.run.aggregate is not None else 0
        self.tell(ev.TaskQueued, task=ev.AGGREGATE, attempt=earlier)
        assert self.run.aggregate is not None
        self.start(self.run.aggregate)
        self._passes()
        if text := self.choose.among(_SYNTHESES):
            self.of(ev.TextDelta, self.run.aggregate, text=text)
        if not by_hand and self.choose.seldom(8):
            self.tell(ev.Steered, action="cancel_run")
            self.stopped = True
            self.cancel(self.run.aggregate, "the run was cancelled by hand")
        elif not text or self.choose.seldom():
            self.fail(self.run.aggregate, "empty")
        else:
            self.complete(self.run.aggregate)

    def reduce(self) -> None:
        """The results are too long to be read at once."""
        done = self.run.with_status("completed")
        characters = sum(len(task.text) for task in done)
        self.tell(ev.ReductionBegun, parts=len(done), characters=characters)
        for number, task in enumerate(done, 1):
            self._passes()
            self.tell(
                ev.PartReduced,
                part=number,
                parts=len(done),
                covers=(Covered(task.id, 0, len(task.text)),),
                characters=len(task.text),
                text="What matters of it.",
                backend=self.schedule.backend,
                took_s=3.0,
                usage=self._usage(),
                cost=self.choose.among((0.0, 0.25, None)),
            )

    def join_again(self) -> None:
        """After the end, perhaps days later, a person wants another result of the same results."""
        if not self.run.with_status("completed"):
            return
        self.now += 200_000.0
        if self.choose.seldom(6):
            self.tell(
                ev.AggregationStopped,
                strategy="synthesize",
                backend=self.schedule.backend,
                took_s=3.0,
                usage=self._usage(),
                cost=self.choose.among((0.0, 0.25, None)),
            )
        asked = self.choose.among(_STRATEGIES)
        self.tell(ev.AggregationAsked, strategy=asked, backend=self.schedule.backend)
        fallback = None
        if asked == "synthesize":
            self.synthesize(by_hand=True)
            fallback = why_not(self.run.aggregate, self.run.with_status("completed"))
        strategy = joining.strategy_done(asked, fallback)
        read = joining.read_results(self.run, strategy)
        stamp = cast(Stamp, self.stamp)
        self.add(joining.aggregated(self.run, stamp, asked, fallback, read, "parallel-result.md"))

    @property
    def whole(self) -> bool:
        """Whether nothing is left to go on with; see `Project.resume`."""
        given = self.run.aggregated is not None and self.run.aggregated.fallback is None
        return given and len(self.run.with_status("completed")) == len(self.run.tasks)


def tell(data: bytes) -> Telling:
    """The run that these bytes stand for, to its end."""
    choose = Choices(data)
    plan = plan_of(choose)
    telling = Telling(choose, plan, schedule_of(plan, choose))
    telling.session()
    telling.end()
    for _ in range(2):
        if telling.whole or not choose.seldom():
            break
        telling.resume()
        telling.session()
        telling.end()
    if choose.seldom(4):
        telling.join_again()
    return telling


def tellings() -> st.SearchStrategy[Telling]:
    """Ended runs, with the events that tell them."""
    sizes = st.sampled_from((0, 30, 120, 400, 400))
    return sizes.flatmap(lambda size: st.binary(min_size=size, max_size=size)).map(tell)


def ended_runs() -> st.SearchStrategy[Run]:
    """Runs that have come to their end."""
    return tellings().map(lambda telling: telling.run)
