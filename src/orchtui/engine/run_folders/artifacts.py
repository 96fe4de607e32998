"""Artifacts: the files of one run, kept in step with its Run.

Everything lives in `<out>/runs/<id>/`; when a task or the run ends, its file is
also published to `<out>/`, see `published`. All of it can be written anew
from the Run at any time. This module decides names and moments; what stands in
the files comes from `report`, `run_result` and `execution_log`, and what a disk that refuses
means from `storage`.
"""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from orchtui.engine.journals import files
from orchtui.engine.journals.disk import Disk
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.plan_files.plan_file import dump_plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from orchtui.engine.run_folders.published import Published
from orchtui.engine.run_folders.writing import What, Writing, WrittenNow
from orchtui.engine.runs.run import ENDED, Run, TaskRun
from orchtui.engine.telling import execution_log, joined_told, report, run_result

RESULT = "parallel-result.md"
LOG = "parallel-log.md"
PLAN = "plan.yaml"

_ENDS = (ev.TaskCompleted, ev.TaskFailed, ev.TaskCancelled)
_AT_ONCE = 100
"""Task files that are written in one go: their texts are in memory twice meanwhile, and nothing
else happens in the loop while they are made."""
_PUBLISH_EVERY = 0.5
"""Seconds between two times that ended tasks are published, and for each `_INDEXED` tasks: the
index of all that is published is written each time."""
_INDEXED = 10_000
_WAITING = 8_000_000
"""Characters of task files that wait for that, at most."""

_SUMMARY_EVERY = 1.0
"""Seconds between two summaries while tasks end one after the other, and for each `_SUMMED_UP`
tasks: it tells of all of them each time."""
_SUMMED_UP = 1000


class Artifacts:
    """The files of one run. All methods that write raise StorageError when the disk refuses.

    Args:
        out: The artifacts folder.
        project: The project folder, to show paths below it as a reader would type them.
        run: The run, kept up to date by its owner.
        disk: Where they are written.
        publish: Whether they are published too; else only the run folder is written.
    """

    def __init__(
        self, out: Path, project: Path, run: Run, disk: Disk, *, publish: bool = True
    ) -> None:
        self._publish = publish
        self._run = run
        self._out = out
        self._project = project
        self._disk = disk
        self._folder = out / RUNS / run.id
        self._published = Published(out, run.plan.name, run.id, run.sessions[-1].started)
        try:
            self._shown = out.resolve().relative_to(project).as_posix()
        except ValueError:
            self._shown = out.name
        self._growing: dict[int, list[str]] = {}
        """Text that waits to be appended, by the task's position."""
        self._clock = asyncio.get_running_loop().time
        self._summed_up = -_SUMMARY_EVERY
        """When the summary was written last."""
        self._summary_waits = False
        """Whether a task has ended since."""
        self._unpublished: dict[int, str] = {}
        """Files of ended tasks that wait to be published, by the task's position."""
        self._unpublished_length = 0
        self._published_at = -math.inf
        self._result = ""
        """The result as it is published, once it is made: it holds all texts of the run."""
        self._now = WrittenNow(self._clock)

    @property
    def out(self) -> Path:
        """The artifacts folder."""
        return self._out

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self._folder

    @property
    def writing(self) -> Writing | None:
        """What is being written that already takes long; nothing of what does not."""
        return self._now.long

    @property
    def result(self) -> str:
        """The published result's text, which links the files beside it."""
        return self._result or run_result.result(self._run, self._published.task_name)

    def elsewhere(self, out: Path, disk: Disk) -> "Artifacts":
        """The same run's files in another place; nothing is written yet."""
        return Artifacts(out, self._project, self._run, disk)

    async def begin(self) -> None:
        """Write what is known at the start."""
        plan = await asyncio.to_thread(dump_plan, self._run.plan)
        await self._write({self._folder / PLAN: plan})
        if earlier := len(self._run.sessions) - 1:
            # A run folder only grows: the result of the session before stays beside the new one.
            aside = {self._folder / RESULT}
            # So does a whole answer stay that is made again.
            aside |= {
                self._path(task)
                for task in self._run.tasks.values()
                if task.status != "completed" and task.attempt and task.attempt.completed
            }
            moves = {path: path.with_stem(f"{path.stem}-{earlier}") for path in aside}
            await self._disk.do(partial(files.move_all, moves))
        await self._sum_up()
        await self._write_log()
        # What an earlier session or run completed: its file may not be there, or not any more, and
        # another run may have published over it since.
        if done := self._run.with_status("completed"):
            await self._write_tasks(done)
            await self._publish_tasks()

    async def follow(self, batch: Sequence[ev.RunEvent]) -> None:
        """Bring the files up to date with events that the run has applied."""
        ended: dict[str, TaskRun] = {}
        for event in batch:
            if isinstance(event, ev.TextDelta):  # first: nearly all events are
                self._add(self._run.of(event.task), event.text)
            elif isinstance(event, ev.TaskAdded):
                await self._write({self._folder / PLAN: dump_plan(self._run.plan)})
            elif isinstance(event, ev.PartReduced):
                await self._write_parts([event])
            elif isinstance(event, ev.TaskStarted):
                task = self._run.of(event.task)
                self._add(task, report.attempt_heading(self._run, task))
            elif isinstance(event, _ENDS) and event.output:
                ended[event.task] = self._run.of(event.task)
            elif isinstance(event, ev.TaskSkipped) and self._run.of(event.task).attempts:
                # Its file tells of another session, in which what it needs was still there.
                ended[event.task] = self._run.of(event.task)
            elif isinstance(event, ev.AggregationStopped):
                self._summary_waits = True  # what it used counts
        if ended:
            await self._write_tasks(list(ended.values()))
            # Whoever lists the runs meanwhile, or after a crash, sees how far it came.
            self._summary_waits = True
        if self._summary_waits and self._run.finished is None:
            await self._sum_up_in_time()
        if isinstance(batch[-1], ev.Aggregated):
            await self._write_result()
            if self._run.finished is not None and self._publish:  # they are joined once more
                await self._publish_result()
        if isinstance(batch[-1], ev.RunFinished):
            await self._finish()

    async def grow(self, *, last: bool = False) -> None:
        """Append to the task files what has arrived since the last time; see to what waits.

        Args:
            last: Whether nothing follows: then nothing waits any more.
        """
        if self._growing:
            texts = {
                self._folder / ev.output_file(position): "".join(pieces)
                for position, pieces in self._growing.items()
            }
            self._growing = {}
            await self._disk.do(partial(files.append_all, texts, self._disk.sign))
        if self._unpublished and (last or self._may_publish):
            await self._publish_tasks()
        if self._summary_waits:
            await (self._sum_up() if last else self._sum_up_in_time())

    async def rewrite(self) -> None:
        """Write all files of the run anew, as the Run has them now."""
        self._growing = {}  # what waits to be appended stands in the whole files too
        run = self._run
        await self._write({self._folder / PLAN: dump_plan(run.plan)})
        tasks = [*run.tasks.values(), *([run.aggregate] if run.aggregate else [])]
        await self._write_tasks([task for task in tasks if task.attempts])
        await self._publish_tasks()
        await self._write_parts(run.reductions)
        if run.aggregated is not None:
            await self._write_result()
        if run.finished is not None:
            await self._finish()
        else:
            await self._sum_up()
            await self._write_log()

    def _path(self, task: TaskRun) -> Path:
        return self._folder / ev.output_file(task.task.position)

    def _add(self, task: TaskRun, text: str) -> None:
        self._growing.setdefault(task.task.position, []).append(text)

    async def _sum_up_in_time(self) -> None:
        """The summary, unless it was just written: then at one of the next calls of `grow`."""
        pause = _SUMMARY_EVERY * max(1.0, len(self._run.tasks) / _SUMMED_UP)
        if self._clock() - self._summed_up >= pause:
            await self._sum_up()

    async def _sum_up(self) -> None:
        self._summary_waits = False
        self._summed_up = self._clock()
        await self._write({self._folder / summary.FILE: summary.dump(self._run)})

    async def _write_tasks(self, tasks: Sequence[TaskRun]) -> None:
        """Whole files. The disk works in order, so nothing older is appended to them later."""
        with self._now.telling("files", len(tasks)) as count:
            for start in range(0, len(tasks), _AT_ONCE):
                count(start, len(tasks))
                await self._write_some(tasks[start : start + _AT_ONCE])

    async def _write_some(self, tasks: Iterable[TaskRun]) -> None:
        texts: dict[Path, str] = {}
        for task in tasks:
            path, ended = self._path(task), task.status in ENDED
            text = (report.task_file if ended else report.growing_file)(self._run, task)
            texts[path] = text
            # What is still waiting to be appended stands in the whole file too.
            self._growing.pop(task.task.position, None)
            if ended and task.task.id != ev.AGGREGATE and self._publish:
                self._unpublished[task.task.position] = text
                self._unpublished_length += len(text)
        await self._publish_tasks(texts) if self._may_publish else await self._write(texts)

    @property
    def _may_publish(self) -> bool:
        """Whether it is some time since tasks were published, or too much waits."""
        pause = _PUBLISH_EVERY * max(1.0, len(self._run.tasks) / _INDEXED)
        due = self._clock() - self._published_at >= pause
        return bool(self._unpublished) and (due or self._unpublished_length > _WAITING)

    async def _publish_tasks(self, first: Mapping[Path, str] | None = None) -> None:
        """Publish what waits, with other files before it in the same trip to the disk's thread."""
        waiting, self._unpublished, self._unpublished_length = self._unpublished, {}, 0

        def write() -> None:
            files.replace_files(first or {}, self._disk.sign)
            if waiting:
                self._published.tasks(waiting, self._disk.sign)

        if first or waiting:
            await self._disk.do(write)
            self._published_at = self._clock()

    async def _write_result(self) -> None:
        """Once it is joined: what comes after that in the run changes nothing of it."""
        await self._publish_tasks()  # the result names them
        run = self._run
        text = await self._made("result", lambda: run_result.result(run, ev.output_file))
        await self._write({self._folder / RESULT: text})
        # Each copy names the files beside it: of a plan without a name they have the same names.
        self._result = "" if run.plan.name else text

    async def _publish_result(self) -> None:
        if not self._result:
            self._result = await self._made("result", lambda: self.result)
        await self._disk.do(partial(self._published.result, self._result, self._disk.sign))

    async def _write_parts(self, parts: Iterable[ev.PartReduced]) -> None:
        """The summaries that a synthesis is made from where the results are too long."""
        run = self._run
        texts = {
            self._folder / joined_told.part_name(run, part): joined_told.part_file(run, part)
            for part in parts
        }
        if texts:
            await self._write(texts)

    async def _write_log(self) -> None:
        text = await self._made("log", self._log)
        await self._write({self._folder / LOG: text})
        if self._run.finished is not None and self._publish:
            await self._disk.do(partial(self._published.log, text, self._disk.sign))

    def _log(self) -> str:
        return execution_log.log(
            self._run,
            task_output=lambda number: f"{self._shown}/{self._published.task_name(number)}",
            result_output=f"{self._shown}/{self._published.result_name}",
        )

    async def _finish(self) -> None:
        self._summary_waits = False  # it comes last
        await self.grow(last=True)
        if self._publish and self._run.aggregated is not None:
            await self._publish_result()
        await self._write_log()
        if self._publish:
            with self._now.telling("old files") as count:
                remove = partial(self._published.remove_stale, self._disk.sign, count)
                await self._disk.do(remove)
        # Last of all: where it says that the run has ended, all other files are there.
        await self._sum_up()

    async def _made(self, what: What, make: Callable[[], str]) -> str:
        """A text of the whole run: of thousands of tasks it takes too long for the event loop."""
        if len(self._run.tasks) < _SUMMED_UP // 10:
            return make()
        with self._now.telling(what):
            return await asyncio.to_thread(make)

    async def _write(self, texts: Mapping[Path, str]) -> None:
        await self._disk.do(partial(files.replace_files, texts, self._disk.sign))
