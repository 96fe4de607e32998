"""Progress on standard error: a live table in a terminal, a line for each change elsewhere.

It reads the Run and never prints to standard output. Text from plans and models
is shown as it is, never as markup.
"""

import sys
from pathlib import Path
from types import TracebackType

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from orchtui.engine import events as ev
from orchtui.engine import verdict
from orchtui.engine.durations import show_duration
from orchtui.engine.report import LOCAL
from orchtui.engine.run import Run, Status, TaskRun

_LOOKS: dict[Status, tuple[str, str]] = {
    "waiting": ("◌", "dim"),
    "queued": ("○", ""),
    "running": ("▶", "cyan"),
    "retrying": ("↻", "yellow"),
    "completed": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "cancelled": ("■", "magenta"),
    "skipped": ("⊘", "yellow"),
}
_VERDICTS = {"COMPLETED": "green", "PARTIAL": "yellow", "FAILED": "red", "CANCELLED": "magenta"}

_ROWS = 30
"""Tasks that the table shows at once: the live ones first."""


class Progress:
    """Shows a run while it goes on. A context manager."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._console = Console(stderr=True, highlight=False)
        self._now = run.at
        self._live: Live | None = None
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(
                console=self._console,
                get_renderable=self._table,
                refresh_per_second=8,
                redirect_stdout=False,
                redirect_stderr=False,
                vertical_overflow="crop",
            )

    def __enter__(self) -> "Progress":
        if self._run.rehearsal:
            click.secho("REHEARSAL: no model is called; the text is made up", err=True, fg="yellow")
        if "local" in self._run.schedule.backends:
            click.secho(LOCAL.replace("wrote", "writes"), err=True, fg="yellow")
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def note(self, event: ev.RunEvent) -> None:
        """Take an event that the run has applied."""
        if self._live is None and isinstance(event, ev.TaskEvent):
            self._print_line(event)

    def conclude(self, run_folder: Path, out: Path) -> None:
        """The last lines: the verdict, loudly, and where the files are."""
        run = self._run
        count, word = verdict.census(run), verdict.verdict(run)
        line = f"{word}: {count.completed} of {count.total} tasks completed"
        line += f" in {show_duration(verdict.makespan(run))}"
        if (speedup := verdict.speedup(run)) is not None:
            line += f", {speedup:.1f}× as fast as one after the other"
        if run.rehearsal:
            line += " (a rehearsal: no model was called)"
        click.secho(line, err=True, fg=_VERDICTS[word], bold=True)
        for task in run.tasks.values():
            if task.status != "completed":
                click.echo(
                    f"  {_LOOKS[task.status][0]} {task.id}: {task.status}, {task.why}", err=True
                )
        click.echo(f"Run {run.id} in {run_folder}; newest results in {out}", err=True)

    def _print_line(self, event: ev.TaskEvent) -> None:
        if isinstance(event, ev.TextDelta | ev.TaskQueued | ev.ToolReturned):
            return
        task = self._run.of(event.task)
        words = ev.kind_of(event).removeprefix("task_").replace("_", " ")
        why = f": {task.why}" if task.why else ""
        seconds = task.seconds(self._run.at)
        took = f" after {show_duration(seconds)}" if seconds and task.ended else ""
        sys.stderr.write(f"{event.at[11:19]} {event.task} {words}{took}{why}\n")

    def _table(self) -> Table:
        run = self._run
        now = max(run.at, ev.wall_clock())
        count = verdict.census(run)
        table = Table(box=None, pad_edge=False, expand=False)
        title = f"{count.completed}/{count.total} completed · {show_duration(now - run.started)}"
        table.add_column("")
        table.add_column(title, max_width=48, no_wrap=True, overflow="ellipsis")
        table.add_column("who", no_wrap=True)
        table.add_column("state", no_wrap=True)
        table.add_column("time", justify="right", no_wrap=True)
        table.add_column("text", justify="right", no_wrap=True)
        tasks = list(run.tasks.values())
        if run.aggregate is not None:
            tasks.append(run.aggregate)
        shown = tasks
        if len(tasks) > _ROWS:
            live = [task for task in tasks if task.status in ("running", "retrying")]
            shown = (live + [task for task in tasks if task not in live])[:_ROWS]
        for task in shown:
            table.add_row(*self._row(task, now))
        if len(tasks) > len(shown):
            table.add_row("", Text(f"… and {len(tasks) - len(shown)} more", style="dim"))
        return table

    def _row(self, task: TaskRun, now: float) -> list[Text]:
        glyph, style = _LOOKS[task.status]
        attempt = task.attempt
        state: str = task.status
        if attempt is not None and attempt.number > 1:
            state += f" (attempt {attempt.number})"
        length = attempt.length if attempt else 0
        return [
            Text(glyph, style=style),
            Text(task.task.label),
            Text(task.task.instance, style="dim"),
            Text(state, style=style),
            Text(show_duration(task.seconds(now))),
            Text(f"{length:,}" if length else "", style="dim"),
        ]
