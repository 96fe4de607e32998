"""What people see of a run that has ended, read back: which verdict and which figures it tells.

Each function makes what one place shows, with the product's own code, and reads it as a person
would. What a place does not tell is `None`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
from textual.content import Content

from orchtui.cli import runs_list_command
from orchtui.cli.progress import Progress
from orchtui.cli.run_command import _exit_code
from orchtui.engine.exports.run_document import document
from orchtui.engine.exports.run_page import page
from orchtui.engine.exports.subject import Subject
from orchtui.engine.exports.timeline_svg import timeline
from orchtui.engine.history.run_row import RunRow
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run
from orchtui.engine.telling import execution_log, run_result
from orchtui.ui.bars.run_bar import Facts, state_of
from orchtui.ui.dialogs.end_notice import end_notice
from orchtui.ui.looks import looks
from orchtui.ui.notices import calls
from orchtui.ui.runs.run_columns import Columns, lines_of
from orchtui.ui.runs.run_entry import RunEntry
from orchtui.ui.timeline.timeline_words import headline

ENDS = ("completed", "failed", "cancelled", "skipped")
SUCCESS = re.compile(r"\$(text-)?success")
"""The looks that the app keeps for what went well."""


@dataclass(frozen=True)
class Seen:
    """What one place tells."""

    verdict: str | None = None
    total: int | None = None
    completed: int | None = None
    others: tuple[int, int, int] | None = None
    """Failed, cancelled, skipped."""
    makespan_s: float | None = None
    speedup: float | None = None


def counted(words: str) -> tuple[int, int, int]:
    """`1 failed, 2 skipped` as numbers."""

    def number(word: str) -> int:
        found = re.search(rf"(\d+) {word}", words)
        return int(found[1]) if found else 0

    return number("failed"), number("cancelled"), number("skipped")


def _others(count: ev.Census) -> tuple[int, int, int]:
    return count.failed, count.cancelled, count.skipped


class Paper:
    """A terminal that keeps what is written to it."""

    def __init__(self, terminal: bool = False) -> None:
        self.text = ""
        self._terminal = terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return self._terminal


# Files


def result_text(run: Run) -> str:
    return run_result.result(run, ev.output_file)


def log_text(run: Run) -> str:
    return execution_log.log(run, task_output=ev.output_file, result_output="result.md")


def in_result(run: Run) -> Seen:
    """The first quote of the result."""
    line = result_text(run).split("\n\n")[1].partition("\n")[0]
    found = re.fullmatch(
        r"> \*\*(\w+)\*\*: (\d+) of (\d+) tasks completed(?: \(([^)]*)\))?\."
        r"(?: (\d+) results? (?:was|were) taken over from run \S+)?",
        line,
    )
    assert found, line
    assert int(found[5] or 0) == verdict.census(run).reused
    return Seen(found[1], int(found[3]), int(found[2]), counted(found[4] or ""))


def in_log(run: Run) -> Seen:
    """The end of the execution log."""
    status = log_text(run).partition("## Completion Status\n")[2].partition("\n\n")[0]
    words = [line.split(": ")[1].split()[0].rstrip(",").lower() for line in status.splitlines()]
    figures = dict(re.findall(r"^\*\*([^*]+)\*\*: (.*)$", log_text(run), re.MULTILINE))
    rate = re.fullmatch(r"(\d+)% \((\d+)/(\d+)\)", figures["Success Rate"])
    assert rate
    assert int(rate[2]) == words.count("completed")
    assert (rate[1] == "100") == (rate[2] == rate[3])
    assert (rate[1] == "0") == (rate[2] == "0")
    faster = re.match(r"([\d.]+)×", figures.get("Speedup", ""))
    return Seen(
        figures["Verdict"],
        int(rate[3]),
        int(rate[2]),
        (words.count("failed"), words.count("cancelled"), words.count("skipped")),
        speedup=float(faster[1]) if faster else None,
    )


def _exported(run: Run) -> Subject:
    return Subject.of(run, Path("nowhere"))


def in_document(run: Run) -> Seen:
    """The first quote of the exported document."""
    line = "".join(document(_exported(run))).split("\n\n")[1].partition("\n")[0]
    found = re.match(r"> \*\*(\w+)\*\*: (\d+) of (\d+) tasks completed(?: \(([^)]*)\))?\.", line)
    assert found, line
    return Seen(found[1], int(found[3]), int(found[2]), counted(found[4] or ""))


def in_page(run: Run) -> Seen:
    """The head of the exported page, and its figures."""
    text = "".join(page(_exported(run)))
    found = re.search(
        r'<span class="chip (\w*)">(\w+)</span>.*?'
        r"<span>(\d+) of (\d+) tasks completed(?:, ([^<]*))?</span>",
        text,
    )
    assert found, text[:2000]
    assert (found[1] == "good") == (found[2] == "COMPLETED")
    assert f"<dd>{found[3]} of {found[4]} completed</dd>" in text
    faster = re.search(r"<dt>Speed-up</dt><dd>([\d.]+)×</dd>", text)
    return Seen(
        found[2],
        int(found[4]),
        int(found[3]),
        counted(found[5] or ""),
        speedup=float(faster[1]) if faster else None,
    )


def in_drawing(run: Run) -> Seen:
    """What the exported timeline says to those who do not see it."""
    text = "".join(timeline(_exported(run), alone=True))
    found = re.search(
        r"<desc [^>]*>(\w+): (\d+) of (\d+) tasks completed(?:, ([^<]*?))?, over ", text
    )
    assert found, text[:500]
    return Seen(found[1], int(found[3]), int(found[2]), counted(found[4] or ""))


def in_summary(run: Run, folder: Path) -> Seen:
    """summary.json, written and read."""
    (folder / summary.FILE).write_text(summary.dump(run), encoding="utf-8")
    read = summary.load(folder)
    assert read is not None
    return Seen(
        read.verdict,
        read.tasks,
        read.census.completed,
        _others(read.census),
        read.makespan_s,
        read.speedup,
    )


# The command line


def in_last_event(run: Run) -> Seen:
    """`run_finished`, as a line of JSON."""
    assert run.finished is not None
    event = ev.decode(ev.encode(run.finished))
    assert isinstance(event, ev.RunFinished)
    count = event.census
    return Seen(
        event.verdict,
        count.total,
        count.completed,
        _others(count),
        event.makespan_s,
        event.speedup,
    )


def concluded(run: Run, *, terminal: bool = False) -> str:
    """The last lines of `orchtui run`."""
    paper = Paper(terminal)
    progress = Progress(run, lambda: run.at, paper, table=False)  # type: ignore[arg-type]
    progress.conclude(Path("run"), Path("out"))
    return paper.text


def in_conclusion(run: Run) -> Seen:
    first, *rest = concluded(run).splitlines()
    found = re.match(r"(\w+): (\d+) of (\d+) tasks completed in ", first)
    assert found, first
    listed = "\n".join(rest)
    ends = [len(re.findall(rf"^  \S t\d+: {word}, \S", listed, re.MULTILINE)) for word in ENDS]
    assert ends[0] == 0
    return Seen(found[1], int(found[3]), int(found[2]), (ends[1], ends[2], ends[3]))


def in_exit_code(run: Run) -> Seen:
    words = {0: "COMPLETED", 1: "FAILED", 3: "PARTIAL", 130: "CANCELLED"}
    return Seen(words[_exit_code(verdict.verdict(run), None)])


def in_list(run: Run) -> Seen:
    """A line of `runs list`."""
    line = runs_list_command.line_of(summary.of(run))
    found = re.match(r"\S+  \S+ \S+  (\w+) +(\d+)/(\d+) ", line)
    assert found, line
    return Seen(found[1], int(found[3]), int(found[2]))


def in_list_json(run: Run) -> Seen:
    """An object of `runs list --json`."""
    fields = msgspec.json.decode(msgspec.json.encode([summary.of(run)]))[0]
    count = msgspec.convert(fields["census"], ev.Census)
    return Seen(
        fields["verdict"],
        fields["tasks"],
        count.completed,
        _others(count),
        fields["makespan_s"],
        fields["speedup"],
    )


# The app


def bar(run: Run) -> Content:
    """The line below the panes."""
    facts = Facts(run=run, now=run.at)
    return Content("  ").join(part for _, part in state_of(facts))


def in_bar(run: Run) -> Seen:
    found = re.search(r" [✓◐✗■] (\w+)  +(\d+) of (\d+) completed([^:]*)", bar(run).plain)
    assert found, bar(run).plain
    return Seen(found[1], int(found[3]), int(found[2]), counted(found[4]))


def in_notice(run: Run) -> Seen:
    """The notification at the end."""
    notice = end_notice(run, "artifacts/runs/x")
    found = re.search(r"^(\d+) of (\d+) completed(.*)$", notice.text, re.MULTILINE)
    assert found, notice.text
    return Seen(notice.title, int(found[2]), int(found[1]), counted(found[3]))


def in_call(run: Run) -> Seen:
    """The notice on the desktop, for who looks elsewhere."""
    title, text = calls.end_call(run)
    found = re.search(r"(\d+) of (\d+) tasks completed(.*)$", text)
    assert found, text
    return Seen(title.removeprefix("orchtui: "), int(found[2]), int(found[1]), counted(found[3]))


def in_title(run: Run) -> Seen:
    """The title of the terminal's window."""
    found = re.fullmatch(r"(.) (\d+)/(\d+) orchtui", calls.end_title(run))
    assert found, calls.end_title(run)
    [word] = [word for word, sign in looks.VERDICT_SIGNS.items() if sign == found[1]]
    return Seen(word, int(found[3]), int(found[2]))


def run_lines(shown: summary.Summary, width: int) -> list[list[tuple[str, str]]]:
    """The rows of a run in the app's list of runs, with the names of their looks."""
    entry = RunEntry(shown.id, RunRow(summary=shown))
    lines = lines_of(entry, Columns(width, 0), ev.seconds(shown.started))
    return [list(line) for line in lines]


def run_text(shown: summary.Summary, width: int) -> str:
    """The same as it can be read."""
    return "\n".join("".join(text for text, _ in line) for line in run_lines(shown, width))


def in_runs_pane(run: Run) -> Seen:
    """A row of the app's list of runs."""
    first, second = run_text(summary.of(run), 200).split("\n")
    found = re.search(r" · (?:(\d+)/)?(\d+) tasks? · ", second)
    assert found, second
    return Seen(first.rsplit(" ", 1)[1], int(found[2]), int(found[1] or found[2]))


def in_timeline(run: Run) -> Seen:
    """The head of the timeline."""
    text = headline(run, run.at).plain
    found = re.search(r"(\d+)/(\d+) done", text)
    assert found, text
    faster = re.search(r"speed-up ([\d.]+)x", text)
    return Seen(
        None,
        int(found[2]),
        int(found[1]),
        counted(text),
        speedup=float(faster[1]) if faster else None,
    )
