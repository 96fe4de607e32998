"""summary.json: what lists of runs show, so that they never read journals.

Written when a run begins, when tasks end, and when it ends. A run whose summary says RUNNING
but that nobody writes any more was interrupted. This module never reads or
writes a journal's events.
"""

from pathlib import Path
from typing import Literal

import msgspec

from orchtui.engine.estimates import past_work
from orchtui.engine.journals.journal import is_alive
from orchtui.engine.run_events.events import Census, Usage, Verdict, iso, seconds
from orchtui.engine.runs import verdict
from orchtui.engine.runs.rehearsed import share
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line

FILE = "summary.json"

SummaryVerdict = Verdict | Literal["RUNNING", "INTERRUPTED"]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list of runs."""

    id: str
    name: str
    """The plan's title."""
    started: str
    """ISO 8601, UTC."""
    verdict: SummaryVerdict
    tasks: int
    makespan_s: float | None
    """Seconds; `None` until the run has ended."""
    rehearsal: bool = False
    """Whether any of it is only rehearsed."""
    rehearsal_in_part: bool = False
    """Whether not all of it is."""
    backends: tuple[str, ...] = ()
    census: Census = Census()
    """Of a run that has not ended: as it stood when a task of it ended last."""
    speedup: float | None = None
    usage: Usage = Usage()
    cost: float | None = None
    """Dollars; `None` where a price is unknown, and until the run has ended."""
    cost_at_least: float = 0.0
    """Dollars; what is known of it."""
    parent: str = ""
    """Id of the run whose unchanged results it took over."""


class _File(Summary, frozen=True, kw_only=True):
    """What stands in the file, beyond what lists show."""

    work: tuple[past_work.Worked, ...]
    """What estimates of later runs go by."""


def of(run: Run) -> Summary:
    """The summary of a run as it stands."""
    ended = run.finished is not None
    cost = verdict.cost(run)
    return Summary(
        id=run.id,
        name=run.plan.title or run.id,
        started=iso(run.started),
        verdict=verdict.verdict(run) if ended else "RUNNING",
        tasks=len(run.tasks),
        makespan_s=round(verdict.makespan(run), 3) if ended else None,
        rehearsal=share(run) != "none",
        rehearsal_in_part=share(run) == "part",
        backends=run.schedule.backends,
        census=verdict.census(run),
        speedup=verdict.speedup(run) if ended else None,
        usage=run.usage,
        cost=cost.exact if ended else None,
        cost_at_least=cost.at_least,
        parent=run.parent,
    )


def of_opened(run: Run, folder: Path) -> Summary:
    """The summary of a run that was read from its journal, which knows more than the file.

    Args:
        run: As the journal tells it.
        folder: The run's.
    """
    shown = of(run)
    if run.finished is None and not is_alive(folder):
        return msgspec.structs.replace(shown, verdict="INTERRUPTED")
    return shown


def dump(run: Run) -> str:
    """The file's text."""
    whole = _File(**msgspec.structs.asdict(of(run)), work=past_work.of(run))
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def load(folder: Path) -> Summary | None:
    """The summary of a run folder; `None` when there is none that can be read."""
    try:
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=Summary)
        seconds(found.started)
    except (OSError, ValueError, RecursionError):
        return None
    # It may have come with a project of somebody else.
    found = msgspec.structs.replace(
        found,
        id=clean_line(found.id),
        name=clean_line(found.name),
        parent=clean_line(found.parent),
        backends=tuple(map(clean_line, found.backends)),
    )
    if found.verdict == "RUNNING" and not is_alive(folder):
        return msgspec.structs.replace(found, verdict="INTERRUPTED")
    return found


def load_all(runs: Path) -> list[Summary]:
    """The summaries of all run folders below `runs`, the newest first."""
    found = (load(path.parent) for path in sorted(runs.glob(f"*/{FILE}"), reverse=True))
    return [summary for summary in found if summary is not None]
