"""Whole runs through the door that both front ends use, on the real SDK and real programs."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from orchtui.engine.agents.specialists import BUILT_IN, AgentFolder, Agents
from orchtui.engine.backends.profiles import Profile
from orchtui.engine.backends.registry import Backends
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.orchestrator import Orchestrator
from orchtui.engine.sessions.project import Project
from tests.server import MessagesServer, Pause, Received, Reply
from tests.server.turns import Block, call, text, turn

KEY = "sk-test"
AGENTS = Path(".claude") / "agents"
Act = Callable[[Orchestrator, ev.RunEvent], object]
_E = TypeVar("_E", bound=ev.Event)


def project_in(
    folder: Path,
    server: MessagesServer | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    profiles: Mapping[str, Profile] | None = None,
    attended: bool = False,
    warm_cache: bool = False,
) -> Project:
    """A project with its own and the built-in agent files; the API is the server's."""
    given = {"ORCHTUI_LOCAL_MODEL": str(folder / "no-such-model.gguf"), **(environment or {})}
    if server is not None:
        given |= {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.url}
    backends = Backends(
        given,
        chosen="anthropic" if server is not None else None,
        profiles=profiles or {},
        warm_cache=warm_cache,
    )
    agents = Agents([AgentFolder(folder / AGENTS, "project"), AgentFolder(BUILT_IN, "built-in")])
    specialists, diagnostics = agents.current()
    return Project(
        folder=folder,
        out=folder / "artifacts",
        backends=backends,
        specialists=specialists,
        diagnostics=diagnostics,
        agents=agents,
        defaults=Limits(retries=0),
        attended=attended,
    )


def agent_file(
    folder: Path, name: str, *lines: str, system: str = "Work well.", description: str = ""
) -> Path:
    """An agent file of the project."""
    path = folder / AGENTS / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = "\n".join((f"name: {name}", f"description: {description or f'The {name}.'}", *lines))
    path.write_text(f"---\n{head}\n---\n{system}\n")
    return path


@dataclass
class Ended:
    """What came of a run."""

    run: Run
    events: list[ev.RunEvent]
    folder: Path
    """The run's."""

    def of(self, kind: type[_E], task: str | None = None) -> list[_E]:
        """The events of one kind."""
        return [
            event
            for event in self.events
            if isinstance(event, kind) and (task is None or getattr(event, "task", None) == task)
        ]

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The lines on disk."""
        return [
            json.loads(line) for line in (self.folder / "events.jsonl").read_text().splitlines()
        ]

    @property
    def log(self) -> str:
        return (self.folder / "parallel-log.md").read_text()

    @property
    def result(self) -> str:
        return (self.folder / "parallel-result.md").read_text()

    def status(self, task: str = "a") -> tuple[str, str | None]:
        """How a task ended, and the kind of its error."""
        return self.run.tasks[task].status, self.run.tasks[task].error

    def written(self, task: str = "a") -> dict[str, str]:
        """Paths that the last attempt wrote, and where they are kept."""
        attempt = self.run.tasks[task].attempt
        assert attempt is not None and attempt.files is not None
        return {change.path: change.kept for change in attempt.files.written}


async def run(project: Project, plan: Plan, act: Act = lambda one, event: None) -> Ended:
    """Run a plan to its end; the project stays open."""
    return await follow(project.start(plan), act)


async def follow(orchestrator: Orchestrator, act: Act = lambda one, event: None) -> Ended:
    """Follow a run to its end."""
    events = []
    async with orchestrator:
        async for event in orchestrator:
            events.append(event)
            act(orchestrator, event)
    return Ended(orchestrator.run, events, orchestrator.run_folder)


@asynccontextmanager
async def closing(project: Project) -> AsyncIterator[Project]:
    """Close what a project's backends hold."""
    try:
        yield project
    finally:
        await project.close()


def plan_for(*tasks: Task, **fields: Any) -> Plan:
    return Plan(tasks=tasks, **{"aggregate": "collect", **fields})


def task_named(id: str = "a", prompt: str = "", **fields: Any) -> Task:
    """A task; its prompt names it, so that a server knows whose request it sees."""
    return Task(id=id, prompt=prompt or f"Do work {id} now.", **fields)


# What the model does


def first_words(received: Received) -> str:
    """The text of a conversation's first message."""
    content = received.body["messages"][0]["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def round_of(received: Received) -> int:
    """How often the model has answered already in this conversation."""
    return sum(message["role"] == "assistant" for message in received.body["messages"])


def scenes(**by_task: Sequence[Reply]) -> Callable[[Received], Reply]:
    """Answers for the tasks of `task_named`: one for each turn, the last again and again."""

    def choose(received: Received) -> Reply:
        words = first_words(received)
        for name, replies in by_task.items():
            if f"work {name} " in words:
                return replies[min(round_of(received), len(replies) - 1)]
        return said("Something else.")

    return choose


def said(words: str = "Done.", pause: float = 0.0) -> Reply:
    """A last answer."""
    return (Pause(pause), *turn(text(words), stop_reason="end_turn"))


def calls(*blocks: Block, pause: float = 0.0, **options: Any) -> Reply:
    """A turn that calls tools."""
    return (Pause(pause), *turn(*blocks, **options))


def write(path: str, content: str = "new\n", id: str = "w1") -> Block:
    return call("Write", {"file_path": path, "content": content}, id)


def read(path: str, id: str = "r1") -> Block:
    return call("Read", {"file_path": path}, id)


def tool_results(received: Received) -> dict[str, tuple[bool, str]]:
    """What the last message tells the model of its calls, by their ids."""
    found = {}
    for part in received.body["messages"][-1]["content"]:
        if part["type"] == "tool_result":
            content = part["content"]
            words = content if isinstance(content, str) else content[0]["text"]
            found[part["tool_use_id"]] = (not part.get("is_error", False), words)
    return found
