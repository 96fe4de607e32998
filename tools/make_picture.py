"""Make the README's picture: the app in the middle of a run, as an SVG of its real screen.

    python tools/make_picture.py docs/orchtui.svg

The run is a rehearsal, in a folder of its own, and the picture says so.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from orchtui.engine.backends.registry import Backends
from orchtui.engine.plan import Plan, Task
from orchtui.engine.project import Project
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


async def picture(folder: Path) -> str:
    """Run the plan for a few seconds and take the screen."""
    backends = Backends(environment={}, chosen="rehearsal")
    project = Project(folder=folder, out=folder / "artifacts", backends=backends)
    app = OrchtuiApp(project, plan())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        await pilot.press("f5")
        await pilot.pause(3.0)
        svg = app.export_screenshot(title="orchtui")
        await pilot.press("X")
        await pilot.pause(0.3)
    return svg


def main() -> None:
    """Write the picture to the file that the first argument names."""
    with tempfile.TemporaryDirectory() as folder:
        Path(sys.argv[1]).write_text(asyncio.run(picture(Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
