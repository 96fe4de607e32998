"""Terminal controls in everything that comes from outside: none of them reaches a pane."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot

from orchtui.engine.agents.specialists import AgentFolder, Agents
from orchtui.engine.backends.registry import Backends
from orchtui.engine.plan_files.plan_file import parse_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.sessions.project import Project
from orchtui.engine.text import clean
from orchtui.ui.app import OrchtuiApp
from tests.hostile import ACTS, AGENT, HOSTILE, forged, strangers_runs, yaml
from tests.ui.conftest import run_to_end, screen_text, sees, until

SIZES = [(80, 24), (160, 50)]


PLAN = f"""\
request: {yaml(HOSTILE)}
tasks:
  - {{id: a, title: {yaml(HOSTILE)}, prompt: {yaml(HOSTILE + " [rehearse: 6 words, 1 ms]")}}}
  - {{id: b, title: {yaml(HOSTILE)}, prompt: {yaml(HOSTILE + " [rehearse: fail]")}}}
  - {{id: c, prompt: {yaml(HOSTILE)}, writes: [out.md], after: [a]}}
  - {{id: d, prompt: {yaml(HOSTILE)}, writes: [out.md], specialist: bad}}
"""


def hostile_app(folder: Path) -> OrchtuiApp:
    """An app in a folder full of hostile files, on a plan whose every text is hostile."""
    strangers_runs(folder)
    agents = folder / ".claude" / "agents"
    agents.mkdir(parents=True)
    (agents / "bad.md").write_text(AGENT)
    (agents / f"x{ACTS}.md").write_text(f"---\nname: {ACTS}\ndescription: {ACTS}\n---\n{HOSTILE}")
    (folder / f"file {ACTS}.py").write_text(HOSTILE)
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
    return OrchtuiApp(project, parse_plan(PLAN))


def check(app: App[int]) -> None:
    """Nothing on the screen acts, nor does anything that was told in passing."""
    text = screen_text(app)
    assert clean(text) == text, sorted({c for c in text if clean(c) != c})
    for notice in app._notifications:
        assert clean(notice.message) == notice.message
        assert clean(notice.title) == notice.title
    assert clean(app.title) == app.title


async def walk(pilot: Pilot[int], app: OrchtuiApp) -> None:
    """Through all panes, and the dialogs that can be opened from them."""
    for keys in (
        ["1"], ["enter"], ["escape"], ["2"], ["down"], ["m"], ["m"], ["3"], ["down"], ["4"], ["t"],
        ["end"], ["3"], ["a"], ["escape"], ["w"], ["down"], ["escape"], ["b"], ["escape"], ["5"],
        ["f1"], ["escape"],
    ):  # fmt: skip
        await pilot.press(*keys)
        await pilot.pause()
        check(app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_hostile_plan_and_project(tmp_path: Path, size: tuple[int, int]) -> None:
    app = hostile_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await walk(pilot, app)
        await pilot.press("1", "ctrl+r")
        await pilot.pause()
        check(app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_run_that_somebody_else_wrote(tmp_path: Path, size: tuple[int, int]) -> None:
    app = hostile_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await pilot.press("5")
        await until(pilot, lambda: len(app.main.runs_pane.entries) == 2, "both are listed")
        check(app)
        for row in range(2):
            app.main.runs_pane.list.pick(row)
            await pilot.press("enter")
            await pilot.pause(0.1)
            check(app)
            await pilot.press("escape", "5")
        app._open_past(app.main.runs_pane.Opened(forged().run.id))
        await until(pilot, lambda: app.main.shown is not None, "it is opened")
        for number in range(4):
            await pilot.press("3", *["down"] * number)
            await pilot.pause()
            check(app)
            await pilot.press("4", "t", "end")
            await pilot.pause()
            check(app)
        await pilot.press("3", "a")
        await pilot.pause(0.1)
        check(app)
        await pilot.press("escape", "r")
        await pilot.pause(0.1)
        check(app)


async def test_what_is_pasted(tmp_path: Path) -> None:
    app = hostile_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        app.main.plan_pane.request.focus()
        app.post_message(events.Paste(f"pasted {HOSTILE}"))
        await sees(pilot, app, "pasted before")
        check(app)
        await pilot.press("escape", "a")
        app.post_message(events.Paste(f"also {HOSTILE}"))
        await sees(pilot, app, "also before")
        check(app)


async def test_a_picture_of_the_screen_is_well_formed_and_escaped(tmp_path: Path) -> None:
    app = hostile_app(tmp_path)
    tasks = (Task(id="a", title="</text><script>alert(1)</script>&amp;", prompt="x <b> & y"),)
    app.draft.open(Plan(tasks=tasks), None)
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        picture = app.export_screenshot()

    assert "<script>" not in picture
    words = "".join(ElementTree.fromstring(picture).itertext())
    assert re.search(r"</text><script>", words.replace("\xa0", " "))
