"""Run folders as runs leave them, made from runs that are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from orchtui.engine.history.run_history import History
from orchtui.engine.journals import journal
from orchtui.engine.journals.journal_file import JournalFile
from orchtui.engine.plans.plan import Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from orchtui.engine.runs import fold
from tests.engine.told import Told

ID = "2026{month:02}15-100000-{number:04x}"


def run_id(number: int) -> str:
    """Ids in the order of time, one a month."""
    return ID.format(month=number, number=number)


def told(**fields: object) -> Told:
    """A run of two tasks; whoever calls tells how it goes on."""
    tasks = (
        Task(id="one", title="First piece", prompt="Describe the garden."),
        Task(id="two", title="Second piece", prompt="Describe the harbour."),
    )
    return Told(*tasks, **fields)  # type: ignore[arg-type]


def completed(one: str = "Roses and beans.", two: str = "Ships.", **fields: object) -> Told:
    """One that completed, with these results."""
    run = told(**fields).starts("one", 0).starts("two", 0)
    return run.completes("one", 4, one).completes("two", 8, two).ends(9)


def events_of(story: Told, number: int) -> list[ev.RunEvent]:
    """Its events, as those of the run with this number, which began in that month."""
    first = story.events[0]
    assert isinstance(first, ev.RunStarted)
    begun = replace(first, run=run_id(number))
    return [replace(event, at=event.at.replace("2026-01", f"2026-{number:02}")) for event in
            (begun, *story.events[1:])]  # fmt: skip


def left(out: Path, story: Told, number: int = 1) -> Path:
    """The run's folder, as a run leaves it."""
    folder = out / journal.RUNS / run_id(number)
    folder.mkdir(parents=True)
    events = events_of(story, number)
    (folder / journal.FILE).write_bytes(b"".join(ev.encode(event) + b"\n" for event in events))
    run = fold.replay(events)
    assert run is not None
    (folder / summary.FILE).write_text(summary.dump(run), encoding="utf-8")
    return folder


@contextmanager
def opened(out: Path, *, fts: bool | None = None, path: Path | None = None) -> Iterator[History]:
    """A history that is up to date."""
    with History(out, fts=fts, path=path) as history:
        history.refresh()
        yield history


def found(history: History, words: str) -> list[str]:
    """Ids of the runs that a search finds, in the order of time."""
    return sorted(hit.row.id for hit in history.search(history.parse(words)).hits)


@contextmanager
def written(folder: Path) -> Iterator[None]:
    """While this holds, a process writes the run."""
    file, _ = JournalFile.reopen(folder / journal.FILE)
    try:
        yield
    finally:
        file.close()
