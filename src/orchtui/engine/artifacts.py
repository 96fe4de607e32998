"""Artifacts: the files of one run, kept in step with its Run.

Everything lives in `<out>/runs/<id>/`; when a task or the run ends, its file is
also published to `<out>/` under the seed's names. This module decides names
and moments; what stands in the files comes from `report` and `execution_log`.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from orchtui.engine import events as ev
from orchtui.engine import execution_log, report, summary
from orchtui.engine.files import append_all, exists, move, replace_file, replace_files
from orchtui.engine.journal import RUNS
from orchtui.engine.plan_file import dump_plan
from orchtui.engine.published import Published
from orchtui.engine.run import Run, TaskRun

RESULT = "parallel-result.md"
LOG = "parallel-log.md"
PLAN = "plan.yaml"

_GROW = 0.25
"""Seconds between two appends to the growing task files."""

_ENDS = (ev.TaskCompleted, ev.TaskFailed, ev.TaskCancelled)


class Artifacts:
    """The files of one run.

    Args:
        out: The artifacts folder.
        folder: The project folder, to show paths below it as a reader would type them.
        run: The run, kept up to date by its owner.
    """

    def __init__(self, out: Path, folder: Path, run: Run) -> None:
        self._run = run
        self._out = out
        self._folder = out / RUNS / run.id
        self._published = Published(out, run.plan.name, run.id, run.sessions[-1].started)
        try:
            self._shown = out.resolve().relative_to(folder).as_posix()
        except ValueError:
            self._shown = out.name
        self._growing: dict[Path, list[str]] = {}
        self._grower: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        """Held while task files are written, so that no append lands in a replaced file."""

    @property
    def published_result(self) -> Path:
        """Where the result is published."""
        return self._out / self._published.result_name

    async def begin(self) -> None:
        """Write what is known at the start, and let the task files grow from now on."""
        await replace_file(self._folder / PLAN, dump_plan(self._run.plan))
        if (earlier := len(self._run.sessions) - 1) and await exists(self._folder / RESULT):
            # A run folder only grows: the result of the session before stays beside the new one.
            await move(self._folder / RESULT, self._folder / f"parallel-result-{earlier}.md")
        for task in self._run.tasks.values():
            # So does a whole answer stay that is made again.
            made_again = task.status != "completed" and task.attempt and task.attempt.completed
            if made_again and await exists(path := self._path(task)):
                await move(path, path.with_stem(f"{path.stem}-{earlier}"))
        await replace_file(self._folder / summary.FILE, summary.dump(self._run))
        await self._write_log()
        # What an earlier session or run completed: its file may not be there, or not any more, and
        # another run may have published over it since.
        if done := self._run.with_status("completed"):
            await self._end_tasks(done)
        self._grower = asyncio.create_task(self._grow(), name="grow task files")

    async def follow(self, batch: Sequence[ev.RunEvent]) -> None:
        """Bring the files up to date with events that the run has applied."""
        if self._grower is not None and self._grower.done():
            self._grower.result()  # raises what stopped it
        ended: dict[str, TaskRun] = {}
        for event in batch:
            if isinstance(event, ev.TaskAdded):
                await replace_file(self._folder / PLAN, dump_plan(self._run.plan))
            elif isinstance(event, ev.TextDelta):
                self._add(self._run.of(event.task), event.text)
            elif isinstance(event, ev.TaskStarted):
                task = self._run.of(event.task)
                self._add(task, report.attempt_heading(self._run, task))
            elif isinstance(event, _ENDS) and event.output:
                ended[event.task] = self._run.of(event.task)
        if ended:
            await self._end_tasks(list(ended.values()))
            # Whoever lists the runs meanwhile, or after a crash, sees how far it came.
            await replace_file(self._folder / summary.FILE, summary.dump(self._run))
        if isinstance(batch[-1], ev.Aggregated | ev.RunFinished):
            await self._write_result()
        if isinstance(batch[-1], ev.RunFinished):
            await self._finish()

    async def close(self) -> None:
        """Write what is left to append."""
        if self._grower is not None:
            async with self._writing:  # not in the middle of an append, which goes on in its thread
                self._grower.cancel()
            await asyncio.wait((self._grower,))
            self._grower = None
            await self._append()

    def _path(self, task: TaskRun) -> Path:
        return self._folder / ev.output_file(task.task.position)

    def _add(self, task: TaskRun, text: str) -> None:
        self._growing.setdefault(self._path(task), []).append(text)

    async def _grow(self) -> None:
        while True:
            await asyncio.sleep(_GROW)
            await self._append()

    async def _append(self) -> None:
        async with self._writing:
            if self._growing:
                texts = {path: "".join(pieces) for path, pieces in self._growing.items()}
                self._growing = {}
                await append_all(texts)

    async def _end_tasks(self, tasks: Sequence[TaskRun]) -> None:
        texts = {self._path(task): report.task_file(self._run, task) for task in tasks}
        async with self._writing:
            for path in texts:
                # What is still waiting to be appended stands in the whole file too.
                self._growing.pop(path, None)
            await replace_files(texts)
        await self._published.tasks(
            {
                task.task.position: texts[self._path(task)]
                for task in tasks
                if task.task.id != ev.AGGREGATE
            }
        )

    async def _write_result(self) -> None:
        # The same text twice, but for the links: each copy names the files beside it.
        await replace_file(self._folder / RESULT, report.result(self._run, ev.output_file))
        if self._run.finished is not None:
            text = report.result(self._run, self._published.task_name)
            await self._published.result(text)

    async def _write_log(self) -> None:
        text = execution_log.log(
            self._run,
            task_output=lambda number: f"{self._shown}/{self._published.task_name(number)}",
            result_output=f"{self._shown}/{self._published.result_name}",
        )
        await replace_file(self._folder / LOG, text)
        if self._run.finished is not None:
            await self._published.log(text)

    async def _finish(self) -> None:
        await self._append()
        await self._write_log()
        await replace_file(self._folder / summary.FILE, summary.dump(self._run))
        await self._published.remove_stale()
