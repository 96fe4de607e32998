"""The app in every state that has looks of its own, for tests that look at all of them.

A run in which everything happens at once, a plan with findings of every weight, and a walk through
panes and dialogs that stops at each.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from textual.content import Content
from textual.pilot import Pilot
from textual.screen import ModalScreen

from orchtui.engine.agents.specialists import AgentFolder, Agents
from orchtui.engine.backends.registry import Backends
from orchtui.engine.changed_files.changes import Change, Meeting
from orchtui.engine.history import labels
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.replay.player import Player
from orchtui.engine.replay.recording import open_recording
from orchtui.engine.run_events import events as ev
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.changes_view import ChangesView
from orchtui.ui.dialogs.dialogs import Ask, Read
from orchtui.ui.dialogs.permission_question import PermissionQuestion
from orchtui.ui.runs.export_dialog import ExportDialog
from orchtui.ui.runs.prune_dialog import PruneDialog
from orchtui.ui.runs.trash_card import TrashCard
from orchtui.ui.screen import Shown
from tests.engine.history import past
from tests.engine.scripted import task
from tests.engine.told import START, Told
from tests.ui.conftest import until

REQUEST = """\
Research Python async/await from three independent perspectives:
1. Academic papers and PEPs (CRITICAL)
2. Tutorial and blog content
3. Production case studies and GitHub examples"""

PROMPTS = [
    ("Causes of delay", "Research what delays an async service. Save it to docs/notes.md."),
    ("Tutorial", "Write a tutorial on async/await. Save it to docs/tutorial.md."),
    ("Review", "Review the tutorial for mistakes, and run its examples."),
    ("Reading list", "List books on operating systems and save the list to docs/notes.md."),
    ("Reading list again", "List books on operating systems, and do it as discussed before."),
]

COLORS = ("orange", "blue", "red", "green", "purple", "yellow", "#123456")
"""What agent files say."""


DIFF = """\
--- docs/notes.md
+++ docs/notes.md
@@ -1,3 +1,3 @@
 # Notes
-Old words.
+New words.
 The end.
"""


def plan() -> Plan:
    """Certain findings, guesses and remarks; one task is urgent, one left out."""
    tasks = [
        Task(id=f"task-{number}", title=title, prompt=prompt)
        for number, (title, prompt) in enumerate(PROMPTS, 1)
    ]
    extra = (
        Task(id="urgent", title="Urgent", prompt="Be quick.", priority="critical"),
        Task(id="later", title="Later", prompt="Be slow.", priority="nice-to-have"),
        Task(id="out", title="Left out", prompt="Not now.", enabled=False),
        Task(id="who", title="By nobody", prompt="Ask.", specialist="nobody"),
    )
    return Plan(request=REQUEST, tasks=(*tasks, *extra), missing=("the third perspective",))


def told() -> Told:
    """A run with a task in every state."""
    names = [f"s{number}" for number in range(len(COLORS))]
    told = Told(
        task("done", title="Academic papers and PEPs", specialist=names[0]),
        task("busy", title="Tutorial and blog content", specialist=names[1]),
        task("again", title="Production case studies", specialist=names[2]),
        task("broken", title="GitHub examples", specialist=names[3]),
        task("stopped", title="Conference talks", specialist=names[4]),
        task("asks", title="Clean up the old drafts", specialist=names[5]),
        task("kept", title="Glossary", specialist=names[6]),
        task("after", title="Index of sources", after=("busy",)),
        task("lost", title="Proof-reading", after=("broken",)),
        backend="rehearsal",
        name="async-perspectives",
    )
    told.takes_over("kept", 0)
    for name in ("done", "busy", "again", "broken", "stopped", "asks"):
        told.starts(name, 0.5)
    told.says("done", 1, "# Coroutines\n\nPEP 342 gave generators a way to take values in.\n")
    _tool(told, 1, "docs/pep-0342.md", "Abstract\nMotivation\nSpecification", ok=True)
    told.says("done", 3, "> async and await came with PEP 492.\n")
    told.tell(ev.WriteRefused, 3.5, task="done", attempt=1, path="../notes.md", why="outside")
    _tool(told, 4, "docs/pep-9999.md", "no such file", ok=False)
    written = (ev.FileChange(path="docs/notes.md", kept="files/done/docs/notes.md"),)
    told.tell(ev.FilesSeen, 6, task="done", attempt=1, sight="tools", written=written)
    told.completes("done", 7, "It is enough.", input=900, output=2100)
    told.says("busy", 5, "Most tutorials begin with the event loop. ")
    told.retries("again", 4, "the server is overloaded")
    told.starts("again", 5)
    told.retries("again", 8, "the server is overloaded", 30.0)
    told.fails("broken", 6, "the server closed the connection")
    told.skips("lost", 6.1, "it needs GitHub examples, which failed")
    told.cancels("stopped", 8)
    told.tell(ev.PermissionAsked, 9, task="asks", attempt=1, question="q", what="rm -r drafts/old")
    told.tell(
        ev.RaceDetected, 9.5, task="busy", attempt=1, path="docs/notes.md", access="read",
        when=ev.iso(START + 9.5), other="done", other_access="write", other_when=ev.iso(START + 6),
    )  # fmt: skip
    return told.says("busy", 10, "Then they leave it alone.")


def _tool(told: Told, at: float, path: str, text: str, *, ok: bool) -> None:
    arguments = json.dumps({"path": path})
    call = {"task": "done", "attempt": 1, "call": f"{at}"}
    told.tell(ev.ToolCalled, at, **call, name="Read", arguments=arguments)
    told.tell(ev.ToolReturned, at + 0.5, **call, ok=ok, text=text)


def make(folder: Path) -> OrchtuiApp:
    """The app with the plan on its desk, and agent files that have every colour."""
    agents = folder / ".claude" / "agents"
    agents.mkdir(parents=True, exist_ok=True)
    for number, color in enumerate(COLORS):
        head = f"name: s{number}\ndescription: One of many\ncolor: '{color}'"
        (agents / f"s{number}.md").write_text(f"---\n{head}\nno-such-field: 1\n---\nBe brief.\n")
    backends = Backends({"ORCHTUI_LOCAL_MODEL": "/nowhere"}, chosen="rehearsal")
    reader = Agents([AgentFolder(agents, "project")])
    specialists, diagnostics = reader.current()
    project = Project(
        folder=folder,
        out=folder / "artifacts",
        backends=backends,
        specialists=specialists,
        diagnostics=diagnostics,
        agents=reader,
    )
    return OrchtuiApp(project, plan())


def show(app: OrchtuiApp, told: Told, folder: Path, *, live: bool = True) -> None:
    """Show the run at its own time."""
    app.main._now = lambda: told.run.at
    app.main.show_run(Shown(told.run, folder, past=True, watched=live))


async def _painted(pilot: Pilot[int], app: OrchtuiApp) -> None:
    """Wait for the screen's timer, and for the columns that fit the size the pane now has."""
    await pilot.pause()
    await until(pilot, lambda: not app.main.dirty, "the run is painted")
    await pilot.pause()


async def _replayed(app: OrchtuiApp, pilot: Pilot[int], told: Told, folder: Path) -> None:
    """In the middle of it, with the scrubber."""
    place = folder / told.run.id
    place.mkdir(exist_ok=True)
    (place / journal.FILE).write_bytes(b"".join(ev.encode(each) + b"\n" for each in told.events))
    player = Player(open_recording(place))
    player.to_fraction(0.6)
    app.main.replay(player)
    await _painted(pilot, app)


async def _past_runs(app: OrchtuiApp, pilot: Pilot[int], folder: Path) -> AsyncIterator[str]:
    """A list with a bit of everything, what a search finds, and the dialogs of it."""
    out, pane = folder / "artifacts", app.main.runs_pane
    for number in (1, 2):
        past.left(out, past.completed("Roses and beans.", name="garden"), number)
    half = past.told(name="half", backend="rehearsal").starts("one", 0).fails("one", 4, "the tide")
    labels.pinned(past.left(out, half.cancels("two", 5).ends(6), 3), True)
    labels.tagged(past.left(out, past.told(name="broken off").starts("one", 0), 4), ["night"])
    (out / "runs" / past.run_id(2) / "summary.json").unlink()
    (out / "runs" / "20260101-000000-dead").mkdir()
    await pilot.press("5", "l")
    await until(pilot, lambda: len(pane.entries) == 5, "the runs are listed")
    await pilot.press("c", "j")
    await until(pilot, lambda: pane._detail is not None, "more is told of one")
    yield "past runs"
    await pilot.press("slash", *"beans")
    await until(pilot, lambda: pane.wish.search and len(pane.entries) == 2, "some are found")
    yield "found in past runs"
    await pilot.press("escape", "f", *"is:zzz", "enter")
    await until(
        pilot, lambda: not pane._note.has_class("-none"), "it is told what was not understood"
    )
    yield "a filter"
    await pilot.press("escape", "end", "d", "T")
    await until(pilot, lambda: isinstance(app.screen, TrashCard), "the trash is open")
    yield "the trash"
    await pilot.press("escape", "P", *"1h")
    await until(pilot, lambda: isinstance(app.screen, PruneDialog), "pruning is asked")
    await pilot.pause()
    yield "pruning"
    await pilot.press("escape", "x")
    await until(pilot, lambda: isinstance(app.screen, ExportDialog), "export is asked")
    yield "export"
    await pilot.press("escape")
    await until(pilot, lambda: app.screen is app.main, "it is left")


async def _dialogs(app: OrchtuiApp, pilot: Pilot[int], folder: Path) -> AsyncIterator[str]:
    """Those that come up by themselves, or with a run."""
    run = told().run
    asked = ev.PermissionAsked(
        seq=1, at=ev.iso(START), task="asks", attempt=1, question="q", what="rm -r drafts/old"
    )
    answers = [("s", "save", "save"), ("b", "back", "back")]
    written = Change("docs/notes.md", "done", "Papers", "completed", folder)
    dialogs: dict[str, ModalScreen[Any]] = {
        "a question": Ask("Save the plan?", "It is in no file.", answers),
        "an error": Read("This did not work", Content("The disk is full."), error=True),
        "permission": PermissionQuestion(run, asked, lambda: START),
        "changes": ChangesView([written], lambda _: Meeting("changed"), lambda *_: DIFF),
    }
    for name, dialog in dialogs.items():
        app.push_screen(dialog)
        await until(pilot, lambda: app.screen is not app.main, f"{name} is there")
        await pilot.pause()
        yield name
        await pilot.press("escape")
        await pilot.pause()


async def walk(app: OrchtuiApp, pilot: Pilot[int], folder: Path) -> AsyncIterator[str]:
    """Stop in every state; gives its name."""
    main = app.main
    await until(pilot, lambda: main.independence.report is not None, "it is checked")
    for name, keys in (
        ("tasks", "1"), ("request", "i"), ("findings", "escape 2"), ("guessed", "down down x"),
        ("last finding", "end"), ("matrix", "m"), ("matrix, blurred", "1"),
        ("form", "e"), ("keys", "escape f1"), ("backends", "escape b"),
        ("specialists", "escape w"), ("commands", "escape ctrl+p"), ("run list", "escape 5"),
    ):  # fmt: skip
        await pilot.press(*keys.split())
        await pilot.pause()
        yield name
    async for name in _past_runs(app, pilot, folder):
        yield name
    show(app, told(), folder)
    for name, keys in (
        ("timeline", "3"), ("output of one with tools", "4"), ("answers", "t"),
        ("output of a second", "right"), ("of a third", "right"), ("of a fourth", "right"),
        ("of a fifth", "right"), ("of one that asks", "right"), ("of the rest", "right right"),
    ):  # fmt: skip
        await pilot.press(*keys.split())
        await _painted(pilot, app)
        yield name
    done = told()
    for task_id in ("busy", "asks", "again"):
        done.cancels(task_id, 11)
    done.skips("after", 11, "it needs Tutorial and blog content")
    show(app, done.ends(12), folder, live=False)
    await pilot.press("3")
    await _painted(pilot, app)
    yield "a run that has ended"
    await _replayed(app, pilot, done, folder)
    yield "a replay"
    app.main.end_replay()
    done.tell(ev.ResultRated, 13, task="done", stars=4)
    done.tell(ev.ResultChosen, 14, task="done", attempt=1, why="it is whole")
    for name, keys in (
        ("results", "d down space"), ("matrix of results", "m"), ("diff", "m enter"),
        ("diff in one column", "s"),
    ):  # fmt: skip
        await pilot.press(*keys.split())
        await _painted(pilot, app)
        await until(pilot, lambda: not app.busy.any, f"{name} is there")
        yield name
    await pilot.press("escape", "escape", "3")
    for severity in ("information", "warning", "error"):
        app.say("This is told in passing", severity, "Told")
    await pilot.pause()
    yield "notices"
    app.clear_notifications()
    async for name in _dialogs(app, pilot, folder):
        yield name
