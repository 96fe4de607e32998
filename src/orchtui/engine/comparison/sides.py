"""What is compared: results of runs, tasks and attempts, and files, each with what is known of it.

A reference is a run when it reads as one, else a file; see `Sides.read`. What is read is cleaned,
and bounded. Reading blocks: not for an event loop. This module never writes and never compares.
"""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from orchtui.engine.errors import InputError, OrchtuiError, RunNotFoundError
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.runs import rehearsed, run_reference, verdict
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Attempt, Run, TaskRun
from orchtui.engine.text import clean, clean_line
from orchtui.engine.texts.demoting import demote
from orchtui.engine.texts.input_file import file_name, read_text

LARGEST = 20_000_000
"""Characters of a result that is compared; files end at `input_file.MAX_BYTES`."""

_PROSE = frozenset({"", ".md", ".markdown", ".mdown", ".txt", ".text", ".rst"})
"""Suffixes of files that are taken for prose."""

HOW = "a side is RUN, RUN:TASK, RUN:TASK@ATTEMPT or a file (./NAME is always a file)"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a result besides its text; nothing of a file."""

    run: str = ""
    """The run's id."""
    task: str | None = None
    attempt: int | None = None
    """`None` where several attempts, or several tasks, count."""
    state: str = ""
    """The run's verdict, or the task's status."""
    specialist: str = ""
    backend: str = ""
    model: str | None = None
    usage: Usage = Usage()
    cost: float | None = None
    """Dollars; `None` where a price is unknown, and of files."""
    cost_at_least: float = 0.0
    """Dollars; what is known of it."""
    seconds: float | None = None
    """How long it took; `None` where that is not known."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One text to be compared."""

    reference: str
    """As it was asked for."""
    label: str
    """A few words for a heading."""
    text: str
    """Cleaned."""
    origin: str
    """Where it is from, in words."""
    prose: bool = True
    """Whether it may hold markdown; a file of code may not."""
    facts: Facts | None = None
    """`None` of a file."""
    notes: tuple[str, ...] = ()
    """What a reader must know: made up, not whole, cleaned, taken for a run."""


class Sides:
    """Reads sides; a run that several of them name is opened once.

    Args:
        open_run: Opens a past run by id, prefix or `last`, as `Project.open_as_far` does.
        folder: Where paths begin.
        is_alive: Whether a process writes a run that has not ended.
    """

    def __init__(
        self,
        open_run: Callable[[str], tuple[Run, str]],
        folder: Path,
        is_alive: Callable[[Run], bool] = lambda run: True,
    ) -> None:
        self._open_run = open_run
        self._folder = folder
        self._is_alive = is_alive
        self._runs: dict[str, tuple[Run, str]] = {}

    def read(self, reference: str) -> Side:
        """The side that a reference means.

        With a `/` or `~`, or a `.` in front, it is a file. Else it is a run where its part before
        the first `:` is `last`, the id of a run or the beginning of a single one; else a file of
        that name. Where both are there it is the run, and a note says so.

        Raises:
            InputError: when there is no such run, task, attempt or file, or it can not be compared.
            StorageError: when a run can not be read.
        """
        if _is_path(reference):
            return self._file(reference)
        run_id, colon, rest = reference.partition(":")
        try:
            run, damage = self._run(run_id)
        except RunNotFoundError as error:
            if self._is_there(reference):
                return self._file(reference)
            raise _neither(reference, error) from error
        note = clean_line(f"run {run.id} can be read only in part: {damage}") if damage else ""
        try:
            side = self._of(run, rest, reference) if colon else self._whole(run, reference)
        except InputError as error:
            if not note:
                raise
            raise _wrong(reference, f"{error.problems[0].message}; {note}") from error
        if note:
            side = msgspec.structs.replace(side, notes=(note, *side.notes))
        if self._is_there(reference):
            note = f"'{clean_line(reference)}' is a run; ./{clean_line(reference)} is the file"
            side = msgspec.structs.replace(side, notes=(note, *side.notes))
        return side

    def _whole(self, run: Run, reference: str) -> Side:
        """A run's side; one that nobody writes any more was interrupted, as lists have it."""
        side = of_run(run, reference)
        if run.finished is not None or side.facts is None or self._is_alive(run):
            return side
        facts = msgspec.structs.replace(side.facts, state="INTERRUPTED")
        return msgspec.structs.replace(side, facts=facts)

    def _is_there(self, reference: str) -> bool:
        """Whether a file has that name; no file can have one with a NUL, or none at all."""
        return bool(reference) and os.path.lexists(self._folder / reference)

    def _run(self, run_id: str) -> tuple[Run, str]:
        if run_id not in self._runs:
            self._runs[run_id] = self._open_run(run_id)
        return self._runs[run_id]

    def _of(self, run: Run, rest: str, reference: str) -> Side:
        """A task's side, or an attempt's."""
        try:
            task, attempt = run_reference.find(run, rest)
        except InputError as error:
            raise _wrong(reference, error.problems[0].message) from error
        return of_task(run, task, attempt, reference=reference)

    def _file(self, reference: str) -> Side:
        path = self._folder / os.path.expanduser(reference)
        found = read_text(path)
        text = clean(found)
        name = file_name(Path(reference))
        notes = []
        if text != found.replace("\r\n", "\n"):
            notes.append("what could act on a terminal was taken out before comparing")
        elif text != found:
            notes.append("its lines end with CR LF, which is not compared")
        return Side(
            reference=reference,
            label=clean_line(path.name),
            text=text,
            origin=f"file {clean_line(name)}",
            prose=path.suffix.lower() in _PROSE,
            notes=tuple(notes),
        )


def of_run(run: Run, reference: str = "") -> Side:
    """A run's result: its synthesis, or what its tasks came to, one after the other.

    Without the head of the published file: its figures are another run's by nature.

    Raises:
        InputError: when there is none yet, or it is too large.
    """
    done = run.with_status("completed")
    notes = list(_run_notes(run))
    strategy = run.aggregated.strategy if run.aggregated is not None else "none"
    if strategy == "compare" and run.choice is not None:
        task, attempt = run.choice
        text, what = attempt.text, f"the result that a person chose, '{task.id}'"
    elif strategy == "synthesize" and run.aggregate:
        text, what = run.aggregate.text, "the synthesis"
    elif len(done) == len(run.tasks) == 1:
        text, what = done[0].text, f"the result of its one task, '{done[0].id}'"
    else:
        sections = [
            f"## {inline(task.task.label)}\n\n{demote(task.text).strip()}\n" for task in done
        ]
        text, what = "\n".join(sections), "the results of its tasks, one after the other"
    if not done:
        raise _wrong(reference or run.id, f"run {run.id} has no result: no task completed")
    models = {task.attempt.model for task in done if task.attempt and task.attempt.model}
    spent = verdict.cost(run)
    facts = Facts(
        run=run.id,
        state=verdict.verdict(run) if run.finished else "RUNNING",
        backend=", ".join(run.schedule.backends),
        model=", ".join(sorted(models)) or None,
        usage=run.usage,
        cost=spent.exact,
        cost_at_least=spent.at_least,
        seconds=round(verdict.makespan(run), 3),
    )
    return _side(reference or run.id, run.id, text, f"run {run.id}: {what}", facts, notes)


def of_task(
    run: Run, task: TaskRun, attempt: Attempt | None = None, *, reference: str = ""
) -> Side:
    """What a task came to, or one attempt at it.

    Args:
        run: The task's.
        task: A task, or the synthesis.
        attempt: One of the task's; the one that counts where none is given.
        reference: As it was asked for.

    Raises:
        InputError: when nothing was written, or it is too large.
    """
    chosen = attempt or task.kept
    reference = reference or (
        f"{run.id}:{task.id}@{attempt.number}" if attempt else f"{run.id}:{task.id}"
    )
    if chosen is None:
        raise _wrong(
            reference, f"task '{task.id}' of run {run.id} has written nothing: {task.status}"
        )
    usage, cost = (chosen.usage, chosen.cost) if attempt else (task.usage, task.cost)
    facts = Facts(
        run=run.id,
        task=task.id,
        attempt=chosen.number if attempt or len(task.attempts) == 1 else None,
        state=task.status,
        specialist=chosen.specialist,
        backend=chosen.backend,
        model=chosen.model,
        usage=usage,
        cost=cost.exact,
        cost_at_least=cost.at_least,
        seconds=round(chosen.seconds(run.at), 3) if chosen.number else None,
    )
    notes = []
    if badge := rehearsed.task_badge(run, task):
        notes.append(f"{badge}: {rehearsed.task_words(run, task)}")
    if not chosen.completed:
        notes.append("it is not a whole answer" + (f": {chosen.message}" if chosen.message else ""))
    number = f", attempt {chosen.number}" if attempt else ""
    label = f"{task.task.label}{number}"
    origin = f"run {run.id}, task {task.id}{number}"
    return _side(reference, label, chosen.text, origin, facts, notes)


def _side(
    reference: str, label: str, text: str, origin: str, facts: Facts, notes: list[str]
) -> Side:
    if len(text) > LARGEST:
        raise _wrong(reference, f"its text is too large: at most {LARGEST:,} characters")
    return Side(
        reference=reference,
        label=clean_line(label, 120),
        text=clean(text),
        origin=clean_line(origin),
        facts=facts,
        notes=tuple(map(clean_line, notes)),
    )


def _run_notes(run: Run) -> list[str]:
    notes = []
    if badge := rehearsed.badge(run):
        notes.append(f"{badge}: {rehearsed.words(run)}")
    if run.finished is None:
        notes.append("the run has not ended: this is what there is so far")
    elif absent := verdict.missing(run):
        notes.append(f"{len(absent)} of {len(run.tasks)} tasks did not complete and are missing")
    return notes


def _is_path(reference: str) -> bool:
    return "/" in reference or os.sep in reference or reference.startswith((".", "~"))


def _neither(reference: str, error: OrchtuiError) -> InputError:
    return _wrong(reference, f"{clean_line(str(error), 300)}; nor is there such a file; {HOW}")


def _wrong(reference: str, why: str) -> InputError:
    return InputError.of(clean_line(why, 1000), clean_line(reference, 200))
