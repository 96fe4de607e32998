"""Runs to export, with the folders that they lie in."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from orchtui.engine.exports.subject import Subject
from orchtui.engine.journals import journal
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from tests import hostile
from tests.engine.scripted import task
from tests.engine.told import Told

NOWHERE = Path("nowhere")

MARKUP = (
    "\"><script>alert(1)</script><img src=x onerror=alert(1)> ' onload='x' &amp; &#60;b> ]]> "
    "<!-- --></title></desc></svg></style><style>*{color:red}</style></details></div> "
    "[a](javascript:alert(1)) ![b](http://c.invalid/d.png) # | `x` {{x}} ${x}"
)
"""What acts in HTML, SVG or markdown that nobody escaped."""


def of(run: Run, folder: Path = NOWHERE) -> Subject:
    """A run as it stands; without a folder nobody writes it."""
    return Subject.of(run, folder)


def kept(events: Sequence[ev.RunEvent], out: Path) -> Subject:
    """A run with its folder: journal, summary, and a file that a task kept."""
    run = fold.replay(events)
    assert run is not None
    folder = out / RUNS / run.id
    (folder / "files" / "a").mkdir(parents=True)
    (folder / journal.FILE).write_bytes(b"".join(ev.encode(one) + b"\n" for one in events))
    (folder / summary.FILE).write_text(summary.dump(run))
    (folder / "parallel-task-1.md").write_text("# A\n\nfirst\n")
    (folder / "files" / "a" / "notes.md").write_text("kept\n")
    return of(run, folder)


def whole() -> Told:
    """Two tasks that complete, one of which uses tools and is tried twice."""
    told = Told(task("a", title="First"), task("b", title="Second", after=("a",)), request="Do it")
    told.starts("a", 0, "m-1")
    told.tell(ev.ToolCalled, 1, task="a", attempt=1, call="1", name="Read", arguments="{}")
    told.tell(ev.ToolCalled, 1.5, task="a", attempt=1, call="2", name="Read", arguments="{}")
    told.tell(ev.ToolReturned, 2, task="a", attempt=1, call="1", ok=True, text="x\ny")
    told.retries("a", 3, "busy", wait=2.0).starts("a", 6)
    told.completes("a", 8, "# One\n\nfirst answer", input=10, output=5)
    return told.starts("b", 8).completes("b", 10, "second answer", output=3).ends(11)


def marked(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run in whose events every text is markup."""
    monkeypatch.setattr(hostile, "HOSTILE", MARKUP)
    told = hostile.forged()
    run = fold.replay([ev.decode(ev.encode(event)) for event in told.events])
    assert run is not None
    return run


def resumed() -> Told:
    """Two sessions, an hour apart."""
    told = Told(task("a"), task("b")).starts("a", 0).starts("b", 0)
    told.completes("a", 2, "first").fails("b", 4).ends(4).resumes(3600)
    return told.starts("b", 3601).completes("b", 3605, "second").ends(3605)


def rehearsed() -> Told:
    """A run for which no model was called."""
    told = Told(task("a"), task("b"), backend="rehearsal").starts("a", 0).starts("b", 0)
    return told.completes("a", 1, "made up").completes("b", 2, "made up").ends(3)


def many(count: int, text: str = "An answer.\n") -> Told:
    """Many tasks, eight at a time."""
    told = Told(*(task(f"t{number}") for number in range(count)))
    for number in range(count):
        told.starts(f"t{number}", number * 0.125)
        if number >= 7:
            told.completes(f"t{number - 7}", number * 0.125 + 0.1, text, output=3)
    for number in range(max(0, count - 7), count):
        told.completes(f"t{number}", count * 0.125 + 1, text, output=3)
    return told.ends(count * 0.125 + 2)


def broken_off() -> Told:
    """A run that nobody ended."""
    told = Told(task("a"), task("b"), task("c", after=("b",))).starts("a", 0).starts("b", 1)
    return told.completes("a", 2, "first").says("b", 3, "half of the")
