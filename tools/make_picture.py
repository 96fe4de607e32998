"""Make the pictures of the docs, as SVG of the app's real screen.

    python tools/make_picture.py docs

`orchtui.svg` is the app in the middle of a run; the run is a rehearsal, in a folder of its own, and
the picture says so. `independence.svg` is what the rules find in a plan, before anything runs.
`compare.svg` is two of its results side by side.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from orchtui.engine.agents.specialists import Agents, agent_folders
from orchtui.engine.backends.registry import Backends
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp

SIZE = (120, 34)

REQUEST = """\
Research Python async/await from three independent perspectives:
1. Academic papers and PEPs (CRITICAL)
2. Tutorial and blog content
3. Production case studies and GitHub examples"""

TASKS = [
    ("Academic papers and PEPs", "critical", "220 words, 45 ms"),
    ("Tutorial and blog content", "normal", "70 words, 40 ms"),
    ("Production case studies", "normal", "260 words, 50 ms"),
    ("GitHub examples", "nice-to-have", "120 words, 60 ms, fail 1 times"),
]


def plan() -> Plan:
    """Four tasks of different length; one of them needs a second attempt."""
    return Plan(
        request=REQUEST,
        specialist="researcher",
        tasks=tuple(
            Task(
                id=f"task-{number}",
                title=title,
                prompt=f"Research Python async/await: {title}. [rehearse: {directions}]",
                priority=priority,  # type: ignore[arg-type]
            )
            for number, (title, priority, directions) in enumerate(TASKS, 1)
        ),
    )


FOUND_IN = [
    ("Causes of delay", "Research what delays an async service. Save it to docs/notes.md."),
    ("Tutorial", "Write a tutorial on async/await. Save it to docs/tutorial.md."),
    ("Review", "Review the tutorial for mistakes, and run its examples."),
    ("Reading list", "List books on operating systems and save the list to docs/notes.md."),
]


def plan_with_findings() -> Plan:
    """Four tasks: two write one file, and one needs what another makes."""
    return Plan(
        request="Causes of delay, a tutorial, a review of it, and a reading list",
        tasks=tuple(
            Task(id=f"task-{number}", title=title, prompt=prompt)
            for number, (title, prompt) in enumerate(FOUND_IN, 1)
        ),
    )


def app_in(folder: Path, plan: Plan) -> OrchtuiApp:
    """The app as somebody sees it who rehearses."""
    backends = Backends(environment={}, chosen="rehearsal")
    agents = Agents(agent_folders(folder, folder))
    project = Project(
        folder=folder,
        out=folder / "artifacts",
        backends=backends,
        agents=agents,
        specialists=agents.current()[0],
    )
    return OrchtuiApp(project, plan)


async def run_picture(folder: Path) -> str:
    """Run the plan for a few seconds and take the screen."""
    app = app_in(folder, plan())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        await pilot.press("f5")
        await pilot.pause(3.0)
        svg = app.export_screenshot(title="orchtui")
        await pilot.press("X")
        await pilot.pause(0.3)
    return svg


async def independence_picture(folder: Path) -> str:
    """Take the screen with the first finding unfolded; nothing runs."""
    app = app_in(folder, plan_with_findings())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        await pilot.press("f6")
        await pilot.pause(0.5)
        return app.export_screenshot(title="orchtui")


def variants() -> Plan:
    """Two ways to ask for the same."""
    asked = "Explain how an event loop takes turns between coroutines"
    return Plan(
        request=f"{asked}, in two ways",
        aggregate="compare",
        tasks=tuple(
            Task(id=name, title=title, prompt=f"{asked}, {how}. [rehearse: {length} words, 1 ms]")
            for name, title, how, length in (
                ("brief", "In brief", "in a few words", 150),
                ("stepwise", "Step by step", "step by step", 170),
            )
        ),
    )


async def compare_picture(folder: Path) -> str:
    """Run two variants, and take the screen with the second set against the first."""
    app = app_in(folder, variants())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        await pilot.press("f5")
        await pilot.pause(2.5)
        app.clear_notifications()
        await pilot.press("6", "space", "j", "space", "enter")
        await pilot.pause(1.5)
        return app.export_screenshot(title="orchtui")


PICTURES = {
    "orchtui.svg": run_picture,
    "independence.svg": independence_picture,
    "compare.svg": compare_picture,
}


def main() -> None:
    """Write the pictures into the folder that the first argument names."""
    for name, picture in PICTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            svg = asyncio.run(picture(Path(folder)))
        (Path(sys.argv[1]) / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
