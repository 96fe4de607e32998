"""Words on the screen that name a key name the one that a person has."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchtui.engine.backends.registry import Backends
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.tour import STEPS
from orchtui.ui.keys.hints import PALETTE, first_key
from orchtui.ui.keys.keymap import by_id
from tests.ui.conftest import QUICK, plan_of, sees, until

OWN = {
    "app.run": ["F12"],
    "app.example": ["ctrl+e"],
    "app.tour": ["ctrl+l"],
    "app.help": ["F11"],
    "app.pane-plan": ["7"],
    "app.backend-letter": ["B"],
    "tasks.undo": ["ctrl+u"],
    "tasks.settle": ["M"],
    "tasks.read": [""],
    "request.leave": ["F10"],
    "independence.fix": ["ctrl+f"],
    "independence.accept": ["A"],
    "form.leave": ["F9"],
}
TWICE = Plan(
    request="Do it",
    missing=("what it is about",),
    tasks=(
        Task(id="a", title="One", prompt="Save it to x.md.", writes=("x.md",)),
        Task(id="b", title="Two", prompt="Save it to x.md.", writes=("x.md",), after=("a",)),
        Task(id="c", title="Three", prompt="Save it to x.md.", writes=("x.md",)),
    ),
)


def app_with(folder: Path, plan: Plan | None, keys: Mapping[str, list[str]] = OWN) -> OrchtuiApp:
    backends = Backends(environment={}, chosen="rehearsal")
    project = Project(folder=folder, out=folder / "artifacts", backends=backends)
    return OrchtuiApp(project, plan, keys=keys)


@pytest.mark.parametrize(
    ("name", "bound", "key"),
    [
        ("app.run", {}, "ctrl+r"),
        ("app.help", {}, "F1"),
        ("app.run", {"app.run": "f12,f5"}, "F12"),
        ("app.run", {"app.run": ""}, PALETTE),
    ],
)
def test_the_first_key_of_an_action(name: str, bound: Mapping[str, str], key: str) -> None:
    assert first_key(name, bound) == key


async def test_the_empty_desk(tmp_path: Path) -> None:
    app = app_with(tmp_path, None)
    async with app.run_test(size=(200, 50)) as pilot:
        await sees(pilot, app, "F12 runs each point", "ctrl+e opens an", "ctrl+l shows you")
        await sees(pilot, app, "F12 runs the plan", "B changes it")  # the timeline, the run bar
        await sees(pilot, app, "ctrl+f fixes a finding   A accepts it   7 the plan")


async def test_the_plan_and_its_findings(tmp_path: Path) -> None:
    app = app_with(tmp_path, TWICE)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await sees(pilot, app, "or M in the", "palette makes them anew", "ctrl+f give", "A accept")
        await pilot.press("d")
        await sees(pilot, app, "ctrl+u")


async def test_a_form(tmp_path: Path) -> None:
    app = app_with(tmp_path, plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e")
        await sees(pilot, app, "F9: back")
        await pilot.press(*"Other", "f9")
        await sees(pilot, app, "F9 again loses what you changed")


async def test_the_tour(tmp_path: Path) -> None:
    app = app_with(tmp_path, None)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+l")
        await sees(pilot, app, "F11  all keys")
        await pilot.press("enter")
        await sees(pilot, app, "7 … 6  from pane to pane (F10 first")
        await pilot.press("enter")
        await sees(pilot, app, "F12  runs the plan")
        await pilot.press("enter", "enter", "enter")
        await sees(pilot, app, "ctrl+e  opens an example")


async def test_an_example(tmp_path: Path) -> None:
    app = app_with(tmp_path, plan_of(QUICK))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.press("ctrl+e")
        await sees(pilot, app, "place of the plan on the desk; ctrl+u")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.draft.plan.tasks) > 1, "it is open")


def test_the_tour_names_actions_that_there_are() -> None:
    named = re.findall(r"[a-z]+\.[a-z-]+", " ".join(f"{one.key} {one.does}" for one in STEPS))
    assert named
    assert all(by_id(name) for name in named)
