"""A project, a run folder, a place outside, and a witness: what tests of the workspace stand on."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchtui.engine.backends.base import ToolAnswer
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.workspace.assigning import ProjectWorkspaces
from orchtui.engine.workspace.site import Race, Refusable, Site

SECRET = "hunter2-the-secret"


def task(name: str, **fields: Any) -> ScheduledTask:
    """A task with nothing said but its id."""
    usual: dict[str, Any] = {
        "label": name,
        "position": 1,
        "prompt": "…",
        "specialist": "writer",
        "instance": "writer",
        "backend": "anthropic",
        "timeout": 1.0,
        "retries": 2,
        "max_tokens": 100,
    }
    return ScheduledTask(id=name, **{**usual, **fields})


@dataclass
class Told:
    """A witness that remembers."""

    answer: bool = False
    refusals: list[tuple[str, str]] = field(default_factory=list)
    kinds: list[Refusable] = field(default_factory=list)
    races: list[Race] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def refused(self, path: str, why: str, access: Refusable = "write") -> None:
        self.refusals.append((path, why))
        self.kinds.append(access)

    def race(self, race: Race) -> None:
        self.races.append(race)

    async def ask(self, what: str) -> bool:
        self.asked.append(what)
        return self.answer


class Place:
    """A project with secrets in and around it, and the workspaces of one run."""

    def __init__(self, base: Path, *tasks: ScheduledTask) -> None:
        self.project = base / "project"
        self.outside = base / "outside"
        self.run = self.project / "artifacts" / "runs" / "r1"
        self.run.mkdir(parents=True)
        self.outside.mkdir()
        (self.outside / "passwd").write_text(SECRET)
        (self.outside / "folder").mkdir()
        (self.outside / "folder" / "deep.txt").write_text(SECRET)
        (base / "project-too").mkdir()
        (base / "project-too" / "near.txt").write_text(SECRET)
        for path, text in {
            "README.md": "hello\nworld\n",
            "docs/a.md": "alpha\nbeta\ngamma\n",
            "docs/b.md": "beta\n",
            "src/main.py": "import os\nprint('hi')\n",
            ".env": SECRET,
            ".env.local": SECRET,
            ".env.example": "KEY=\n",
            ".git/config": SECRET,
            "sub/.git/config": SECRET,
            "keys/server.pem": SECRET,
            "keys/id_rsa": SECRET,
            "config/credentials.json": SECRET,
            "node_modules/x/index.js": "beta\n",
            ".claude/agents/x.md": "an agent\n",
            "orchtui.yaml": "backend: anthropic\n",
            "artifacts/runs/r0/events.jsonl": SECRET,
        }.items():
            file = self.project / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.tasks = tasks or (task("one", writes=("docs/a.md", "out/")),)
        self.clock = 1000.0
        self.spaces = ProjectWorkspaces(
            self.project,
            self.run,
            self.tasks,
            now=self.tick,
            out=self.project / "artifacts",
        )

    def tick(self) -> float:
        """A clock that goes on by a second with each look."""
        self.clock += 1
        return self.clock

    async def site(self, number: int = 0, attempt: int = 1, told: Told | None = None) -> Site:
        """An open site of the task with this number."""
        site = self.spaces.site(self.tasks[number], attempt, told or Told())
        await site.open()
        return site

    def outside_is(self) -> dict[str, str]:
        """All that must never change: the outside, and what is forbidden."""
        project = self.project
        forbidden = [".git", "sub/.git", "keys", ".env", ".env.local", "artifacts/runs/r0"]
        roots = [self.outside, self.project.parent / "project-too"]
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            for root in (*roots, *(project / name for name in forbidden))
            for path in sorted([root, *root.rglob("*")])
        }


async def use(site: Site, tool: str, **arguments: Any) -> ToolAnswer:
    """Call a tool as a model would."""
    return await site.toolbox.call(tool, json.dumps(arguments))


def parts_left(folder: Path) -> list[str]:
    """Half-written files."""
    return [
        os.path.join(at, name)
        for at, _, names in os.walk(folder)
        for name in names
        if name.endswith("part")
    ]
