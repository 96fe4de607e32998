"""What is told in passing when a run has ended.

Pure: a Run in, words out. Every figure comes from `verdict`. This module never
shows anything.
"""

from dataclasses import dataclass

from textual.notifications import SeverityLevel

from orchtui.engine.run_events.events import Verdict
from orchtui.engine.runs.rehearsed import badge, words
from orchtui.engine.runs.run import Run
from orchtui.engine.runs.verdict import census, kept_files, verdict
from orchtui.engine.telling.seen_words import joined_lines
from orchtui.ui.bars.run_bar import outcome
from orchtui.ui.looks import looks

_MOST_TOLD = 3
"""Things about the result that are told in passing; its row has all of them."""
_SEVERITIES: dict[Verdict, SeverityLevel] = {
    "COMPLETED": "information",
    "PARTIAL": "warning",
    "FAILED": "error",
    "CANCELLED": "warning",
}


@dataclass(frozen=True, slots=True)
class EndNotice:
    """A notification."""

    title: str
    """The verdict."""
    text: str
    severity: SeverityLevel


def end_notice(run: Run, place: str) -> EndNotice:
    """How the run ended.

    Args:
        run: A run that has ended.
        place: Its folder, as a reader would type it.
    """
    word = verdict(run)
    told = badge(run)
    lines = [f"{told}: {words(run)}"] if told else []
    if raced := looks.races(len(run.races)):
        lines.append(f"{raced}: tasks met at a file; see their output")
    lines.append(outcome(census(run)))
    if spent := looks.spent(run):
        lines.append(spent)
    if kept := kept_files(run):
        files = "1 file" if kept == 1 else f"{kept} files"
        lines.append(f"{files} for the project: a on the timeline shows them")
    lines += [line.words for line in joined_lines(run) if line.weight == "warning"][:_MOST_TOLD]
    if (
        run.aggregated is not None
        and run.aggregated.strategy == "compare"
        and len(run.with_status("completed")) > 1
    ):
        lines.append("6 compares the results; c chooses the best there")
    lines.append(f"files: {place}")
    return EndNotice(word, "\n".join(lines), "error" if raced else _SEVERITIES[word])
