"""Synthesizing: one text made of all results, by a synthesizer specialist.

Results that are too long together are reduced in parts first: each part's summary is an
answer of its own, worked on by an executor like any task, and told by one event. What
can not stand says why, and whoever asked collects instead. This module never writes a
file and never changes the Run.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import NamedTuple

from msgspec.structs import asdict

from orchtui.engine.aggregation.synthesis_check import why_not
from orchtui.engine.aggregation.synthesis_prompt import (
    labels_of,
    part_prompt,
    synthesis_prompt,
    texts_of,
)
from orchtui.engine.execution.executor import Executor
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.joined_events import Covered, PartReduced
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run, TaskRun, aggregation_task
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.texts import reduction
from orchtui.engine.texts.reduction import Part, Piece

MakeExecutor = Callable[[tuple[ScheduledTask, ...], Stamp], Executor]
"""Makes what works on the synthesis, or on the parts that come before it."""


class Wiring(NamedTuple):
    """How a synthesis is joined to whoever has it made."""

    make: MakeExecutor
    stamp: Stamp
    """Numbers the events."""
    clock: Callable[[], float]
    follow: Callable[[Executor], AsyncGenerator[list[ev.RunEvent], None]]
    """All events of the executor that makes the synthesis itself."""
    late: Callable[[], list[ev.RunEvent]] = list
    """What else was told meanwhile, already numbered."""


class _Reduced(NamedTuple):
    """A summary in place of results."""

    text: str
    label: str
    covers: tuple[Covered, ...]


class Synthesizing:
    """One synthesis. Iterate over `batches` to the end; then `fallback` says whether it stands.

    Args:
        run: Whose results; its owner applies every event that is yielded.
        schedule: Who makes it, and within which limits.
        wiring: How it is joined to its owner.
    """

    def __init__(self, run: Run, schedule: Schedule, wiring: Wiring) -> None:
        self._run = run
        self._schedule = schedule
        self._wiring = wiring
        self._most = reduction.most_characters(schedule.backend)
        self.executor: Executor | None = None
        """What works at the moment; a person may stop it."""
        self.fallback: str | None = None
        """Why there is no synthesis."""
        self._working: tuple[str, ...] = ()
        """Ids of what the executor works on."""
        self._stopped = False
        """Whether a person stopped it while it was reduced."""
        self._given_up = False
        """Whether a part of the round is lost, so that the others are of no use."""
        self._summaries: dict[str, _Reduced] = {}
        """Of the latest round, by part."""

    def cancel(self) -> bool:
        """Stop it, and only it; False when it has ended."""
        if self.executor is None or not self.executor.live:
            return False
        stopped = [self.executor.steering.cancel(task_id) for task_id in self._working]
        return any(stopped)

    def cancel_all(self) -> None:
        """Stop it with the whole run."""
        if self.executor is not None and self.executor.live:
            self.executor.steering.cancel_all()

    async def close(self) -> None:
        """End what still runs, without events."""
        if self.executor is not None:
            await self.executor.close()

    async def batches(self) -> AsyncGenerator[list[ev.RunEvent], None]:
        """Have it made. Each batch is applied before the next is asked for."""
        done = self._run.with_status("completed")
        texts, reduced = texts_of(done), None
        if reduction.length(texts) > self._most:
            async with aclosing(self._reduce(texts, labels_of(done))) as batches:
                async for batch in batches:
                    yield batch
            if self.fallback is not None:
                return
            reduced = {one.label: one.text for one in self._summaries.values()}
        prompt = synthesis_prompt(self._run, reduced)
        self._working = (ev.AGGREGATE,)
        self.executor = self._wiring.make(
            (aggregation_task(self._schedule, prompt),), self._wiring.stamp
        )
        async with aclosing(self._wiring.follow(self.executor)) as batches:
            async for batch in batches:
                yield batch
        self.fallback = why_not(self._run.aggregate, done)

    # In parts

    async def _reduce(
        self, texts: Mapping[str, str], labels: Mapping[str, str]
    ) -> AsyncGenerator[list[ev.RunEvent], None]:
        """Rounds of summaries, until they can be read at once."""
        covers: Mapping[str, tuple[Covered, ...]]
        covers = {key: (Covered(key, 0, len(text)),) for key, text in texts.items()}
        titles = labels
        for number in range(1, reduction.MOST_ROUNDS + 1):
            parts = reduction.parts_of(texts, self._most)
            if len(parts) > reduction.MOST_PARTS:
                self.fallback = reduction.too_many(len(parts))
                return
            one = _Round(number, parts, texts, labels, covers, titles)
            yield [*self._wiring.late(), one.begun(self._wiring.stamp)]
            async with aclosing(self._round(one)) as batches:
                async for batch in batches:
                    yield batch
            if self.fallback is not None:
                return
            before = reduction.length(texts)
            texts = {key: one.text for key, one in self._summaries.items()}
            labels = {key: one.label for key, one in self._summaries.items()}
            covers = {key: one.covers for key, one in self._summaries.items()}
            if reduction.length(texts) <= self._most:
                return
            if reduction.length(texts) >= before:
                break
        self.fallback = "the summaries of its parts are still too long to be read at once"

    async def _round(self, one: "_Round") -> AsyncGenerator[list[ev.RunEvent], None]:
        """Every part of a round at once, as far as the limits allow."""
        stamp = Stamp(self._wiring.clock)  # its events stay here: what comes of them is told
        tasks = self._tasks(one)
        schedule = Schedule(tasks=tasks, concurrency=len(tasks), prices=self._schedule.prices)
        plan = Plan(tasks=tuple(Task(id=task.id, prompt=task.prompt) for task in tasks))
        own = fold.start(
            stamp(ev.RunStarted, format=ev.FORMAT, run=self._run.id, plan=plan, schedule=schedule)
        )
        self._working = tuple(task.id for task in tasks)
        self.executor = self._wiring.make(tasks, stamp)
        self._summaries = {}
        async with aclosing(self.executor.batches()) as batches:
            async for batch in batches:
                told = self._wiring.late()
                for event in batch:
                    fold.apply(own, event)
                    told += self._told(event, own, one)
                    if isinstance(event, ev.TaskFailed):
                        self._give_up()
                if told:
                    yield told
        await self.executor.close()
        failed, lost = own.with_status("failed"), own.with_status("cancelled", "skipped")
        for task in (failed or lost)[:1]:
            which = f"part {task.task.position} of {len(tasks)}"
            self.fallback = f"{which} could not be reduced: {task.why or task.status}"
        self._summaries = {key: self._summaries[key] for key in own.tasks if key in self._summaries}

    def _give_up(self) -> None:
        """Let no more be spent on a round of which one part is lost."""
        if self._given_up or self.executor is None:
            return
        self._given_up = True
        for task_id in self._working:
            self.executor.steering.cancel(task_id, "another part could not be reduced")

    def _told(self, event: ev.RunEvent, own: Run, one: "_Round") -> list[ev.RunEvent]:
        """What the run is told of an event of a part."""
        if isinstance(event, ev.Steered) and event.task is not None:
            # That the synthesis is stopped: to whoever reads the run its parts are no tasks.
            first, self._stopped = not (self._stopped or self._given_up), True
            stopped = {"action": event.action, "task": ev.AGGREGATE, "value": event.value}
            return [self._wiring.stamp(ev.Steered, **stopped)] if first else []
        if not isinstance(event, ev.TaskEvent):  # of servers, budgets, a person's wishes
            fields = {
                key: value for key, value in asdict(event).items() if key not in ("seq", "at")
            }
            return [self._wiring.stamp(type(event), **fields)]
        if not isinstance(event, ev.TaskCompleted | ev.TaskFailed | ev.TaskCancelled):
            return []
        task = own.tasks[event.task]
        if not task.attempts:
            return []
        told = self._part_reduced(task, own.at, one)
        if not told.problem:
            self._summaries[task.id] = _Reduced(told.text, one.label(task), told.covers)
        return [told]

    def _part_reduced(self, task: TaskRun, now: float, one: "_Round") -> PartReduced:
        part, last = one.parts[task.task.position - 1], task.attempts[-1]
        whole = task.status == "completed"
        return self._wiring.stamp(
            PartReduced,
            part=task.task.position,
            parts=len(one.parts),
            round=one.number,
            covers=one.covered(part),
            characters=sum(piece.end - piece.start for piece in part),
            text=task.text.strip() if whole else "",
            problem="" if whole else task.why or task.status,
            backend=last.backend,
            model=last.model,
            attempts=len(task.attempts),
            took_s=round(sum(attempt.seconds(now) for attempt in task.attempts), 3),
            usage=task.usage,
            cost=task.cost.exact,
            cost_at_least=task.cost.at_least,
        )

    def _tasks(self, one: "_Round") -> tuple[ScheduledTask, ...]:
        """The questions of a round."""
        like = aggregation_task(self._schedule)
        room = max(1, self._most // len(one.parts) - reduction.FRAME)
        return tuple(
            ScheduledTask(
                id=f"part-{number}",
                label=f"Part {number}",
                position=number,
                prompt=part_prompt(self._run, *one.given(part), room),
                specialist=like.specialist,
                instance=like.instance,
                backend=like.backend,
                model=like.model,
                runs_on=like.runs_on,
                timeout=like.timeout,
                retries=like.retries,
                max_tokens=like.max_tokens,
            )
            for number, part in enumerate(one.parts, 1)
        )


class _Round(NamedTuple):
    """What is summarized at once."""

    number: int
    """From 1."""
    parts: list[Part]
    texts: Mapping[str, str]
    labels: Mapping[str, str]
    covers: Mapping[str, tuple[Covered, ...]]
    """Which results each of the texts is made of."""
    titles: Mapping[str, str]
    """Of all tasks, by id."""

    def begun(self, stamp: Stamp) -> ev.ReductionBegun:
        """That it begins."""
        characters = sum(map(len, self.texts.values()))
        return stamp(
            ev.ReductionBegun, parts=len(self.parts), round=self.number, characters=characters
        )

    def given(self, part: Part) -> tuple[dict[str, str], dict[str, str]]:
        """The texts of a part and what to call them."""
        texts = {piece.key: self.texts[piece.key][piece.start : piece.end] for piece in part}
        return texts, {piece.key: self._named(piece) for piece in part}

    def covered(self, part: Part) -> tuple[Covered, ...]:
        """Which results a part is made of, to the character in the first round."""
        if self.number == 1:
            return tuple(Covered(*piece) for piece in part)
        found = (one for piece in part for one in self.covers[piece.key])
        return tuple(dict.fromkeys(found))

    def label(self, task: TaskRun) -> str:
        """What to call the summary of a part."""
        number = task.task.position
        part = self.parts[number - 1]
        if self.number == 1:
            names = list(map(self._named, part))
        else:  # not the names of parts, which would be named by parts
            names = list(dict.fromkeys(self.titles[one.task] for one in self.covered(part)))
        return f"Part {number} of {len(self.parts)}: {'; '.join(names)}"

    def _named(self, piece: Piece) -> str:
        label, whole = self.labels[piece.key], len(self.texts[piece.key])
        if piece.end - piece.start == whole:
            return label
        return f"{label} (characters {piece.start + 1} to {piece.end} of {whole})"
