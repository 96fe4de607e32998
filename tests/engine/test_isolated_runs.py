"""What agent files and profiles ask for is what a run does, as servers and programs see it."""

import os
from pathlib import Path

import pytest

from orchtui.engine.backends.profiles import Profile
from orchtui.engine.errors import NoBackendError
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.scheduling.resolve import ORCHESTRATOR
from tests.engine.programs_in_runs import plan_of, program, worktrees
from tests.engine.whole_runs import (
    agent_file,
    calls,
    closing,
    first_words,
    plan_for,
    project_in,
    read,
    run,
    said,
    scenes,
    task_named,
)
from tests.engine.workspace.repositories import no_configuration, repository
from tests.server import MessagesServer, Received
from tests.server.replies import answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    place.mkdir()
    return place


# Isolation that an agent file asks for


async def test_who_asks_for_a_worktree_gets_one_alone(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_configuration(monkeypatch)
    folder = repository(tmp_path / "project", shared_md="old\n")
    program(folder, "one", "isolation: worktree", write={"shared.md": "new\n"})
    async with closing(project_in(folder, environment=dict(os.environ))) as project:
        ended = await run(project, plan_of("one"))

    assert ended.of(ev.FilesSeen)[0].sight == "worktree"
    assert ended.written("one") == {"shared.md": "files/one/shared.md"}
    assert (folder / "shared.md").read_text() == "old\n"
    assert worktrees(home) == []


async def test_without_git_it_fails_and_says_why_and_the_others_go_on(folder: Path) -> None:
    program(folder, "one", "isolation: worktree", write={"evil.md": "x"})
    program(folder, "two")
    async with closing(project_in(folder, environment=dict(os.environ))) as project:
        ended = await run(project, plan_of("one", "two", retries=2))

    assert ended.status("one") == ("failed", "command")
    assert "worktree" in ended.run.tasks["one"].why and "git" in ended.run.tasks["one"].why
    assert len(ended.run.tasks["one"].attempts) == 1, "trying again would not help"
    assert ended.status("two") == ("completed", None)
    assert not (folder / "evil.md").exists()


# Who does a task


async def test_words_choose_a_specialist_and_the_log_says_why(
    folder: Path, server: MessagesServer
) -> None:
    plan = Plan(
        tasks=(
            Task(id="a", prompt="Translate the README into French."),
            Task(id="b", prompt="Review this argument and criticize its weaknesses."),
        ),
        aggregate="collect",
    )
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan)

    chosen = {event.task: event.specialist for event in ended.of(ev.TaskStarted)}
    assert chosen == {"a": "translator", "b": "critic"}
    scheduled = ended.run.schedule.tasks[0]
    assert scheduled.fits
    assert "- Specialist: translator (" in ended.log
    systems = {first_words(one): str(one.body["system"]) for one in server.requests}
    assert project.specialists["translator"].system[:40] in systems[plan.tasks[0].prompt]


# What an agent file says is what happens


async def test_model_tools_and_limits_are_what_the_server_sees(
    folder: Path, server: MessagesServer
) -> None:
    agent_file(
        folder,
        "worker",
        "tools: Read, Grep, WebFetch",
        "model: claude-special-1",
        "maxTurns: 3",
        "effort: low",
        "orchtui: {limits: {max_tokens: 777}}",
        system="Be special.",
    )
    server._script = scenes(a=[calls(read("x.md"))])
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(task_named(specialist="Worker")))

    assert len(server.requests) == 3
    body = server.requests[0].body
    assert (body["model"], body["max_tokens"]) == ("claude-special-1", 777)
    assert sorted(tool["name"] for tool in body["tools"]) == ["Grep", "Read"]
    assert "Be special." in str(body["system"])
    [started] = ended.of(ev.TaskStarted)
    assert (started.specialist, started.model) == ("worker", "claude-special-1")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("tools: Read", ["Read"]),
        ("tools: [Write, Read, Bash]", ["Read", "Write"]),
        ("disallowedTools: Write, Edit", ["Glob", "Grep", "List_Files", "Read"]),
        ("tools: Task", []),
        ("permissionMode: plan", ["Glob", "Grep", "List_Files", "Read"]),
    ],
)
async def test_only_granted_tools_are_offered(
    folder: Path, server: MessagesServer, line: str, names: list[str]
) -> None:
    agent_file(folder, "worker", line)
    async with closing(project_in(folder, server)) as project:
        await run(project, plan_for(task_named(specialist="worker")))

    offered = [tool["name"] for tool in server.requests[0].body.get("tools", [])]
    assert sorted(offered) == names


async def test_a_changed_agent_file_holds_in_the_next_run(
    folder: Path, server: MessagesServer
) -> None:
    path = agent_file(folder, "worker", "tools: Read", "model: first-1", system="One.")
    async with closing(project_in(folder, server)) as project:
        await run(project, plan_for(task_named(specialist="worker")))
        agent_file(folder, "worker", "tools: Read, Write", "model: second-1", system="Two.")
        agent_file(folder, "newcomer", "model: third-1")
        names = ("worker", "newcomer")
        await run(project, plan_for(*(task_named(name, specialist=name) for name in names)))
        path.unlink()
        project.reread()
        assert "worker" not in project.specialists

    models = [request.model for request in server.requests]
    assert models[0] == "first-1" and sorted(models[1:]) == ["second-1", "third-1"]
    [second] = [one.body for one in server.requests if one.model == "second-1"]
    assert "Two." in str(second["system"]) and len(second["tools"]) == 2


# Servers and their keys


async def test_each_server_gets_its_own_key_and_no_other(folder: Path) -> None:
    async with MessagesServer() as first, MessagesServer() as second, MessagesServer() as bare:
        profiles = {
            "near": Profile(base_url=first.url, key_env="NEAR_KEY", model="near-1"),
            "far": Profile(base_url=second.url, key_env="FAR_KEY", models={"opus": "far-big"}),
            "free": Profile(base_url=bare.url, model="free-1"),
        }
        keys = {"NEAR_KEY": "sk-near", "FAR_KEY": "sk-far", "ANTHROPIC_API_KEY": "sk-mine"}
        agent_file(folder, "worker", "model: opus", "orchtui: {backend: far}")
        tasks = (
            task_named("a", backend="near"),
            task_named("b", specialist="worker"),
            task_named("c", backend="free"),
        )
        one = project_in(folder, environment=keys, profiles=profiles)
        async with closing(one) as project:
            ended = await run(project, plan_for(*tasks))

    assert [ended.status(name)[0] for name in "abc"] == ["completed"] * 3
    for server, key, model in (
        (first, "sk-near", "near-1"),
        (second, "sk-far", "far-big"),
        (bare, "none", "free-1"),
    ):
        [request] = server.requests
        assert request.model == model
        assert request.headers["x-api-key"] == key
        others = {"sk-near", "sk-far", "sk-mine"} - {key}
        assert not any(other in str(request) for other in others)
    assert [event.backend for event in ended.of(ev.TaskStarted)] == ["near", "far", "free"]
    assert "- Backend: far, model " in ended.log


async def test_a_servers_own_limit_holds(folder: Path) -> None:
    async with MessagesServer(said(pause=0.1)) as server:
        profile = Profile(base_url=server.url, model="m-1", concurrency=2)
        tasks = (task_named(name, backend="small") for name in "abcde")
        async with closing(project_in(folder, profiles={"small": profile})) as project:
            ended = await run(project, plan_for(*tasks))

    assert len(ended.run.with_status("completed")) == 5
    assert server.most_open == 2


async def test_a_server_without_its_key_names_the_variable(folder: Path) -> None:
    profile = Profile(base_url="http://127.0.0.1:1", key_env="FAR_KEY")
    keys = {"ANTHROPIC_API_KEY": "sk-mine"}
    project = project_in(folder, environment=keys, profiles={"far": profile})

    with pytest.raises(NoBackendError, match="set FAR_KEY"):
        project.start(plan_for(task_named(backend="far")))


# The cache


async def test_what_tasks_share_is_marked_and_counted(folder: Path, server: MessagesServer) -> None:
    agent_file(folder, "worker", "tools: Read", system="Shared words. " * 200)

    def cached(received: Received) -> object:
        fresh = len(server.requests) == 1
        count = {"cache_creation_input_tokens": 900} if fresh else {"cache_read_input_tokens": 900}
        return answer(usage=count)

    server._script = cached  # type: ignore[assignment]
    profile = Profile(base_url=server.url, model="m-1", cache=True, warm_cache=True)
    one = project_in(folder, profiles={"cached": profile})
    tasks = (task_named(name, specialist="worker", backend="cached") for name in "abc")
    plan = plan_for(*tasks)
    async with closing(one) as project:
        ended = await run(project, plan)

    assert ended.run.usage.cache_read == 1800 and ended.run.usage.cache_write == 900
    assert "1800 from the cache, 900 into the cache" in ended.log
    assert ended.journal[-1]["usage"]["cache_read"] == 1800
    assert {str(request.body["system"]) for request in server.requests} == {
        str(server.requests[0].body["system"])
    }
    assert "cache_control" in str(server.requests[0].body["system"])
    assert "900 in from the cache" in ended.result


# The orchestrator's own card


async def test_the_orchestrators_card_leads_synthesis_and_second_opinion(
    folder: Path, server: MessagesServer
) -> None:
    agent_file(folder, ORCHESTRATOR, "model: lead-1", "color: orange", system="You lead.")
    tasks = (task_named("a"), task_named("b"))
    async with closing(project_in(folder, server)) as project:
        await run(project, plan_for(*tasks, aggregate="synthesize"))
        await project.second_opinion(plan_for(*tasks))

    *workers, synthesis, opinion = server.requests
    assert all(one.model != "lead-1" for one in workers) and len(workers) == 2
    for request in (synthesis, opinion):
        assert request.model == "lead-1"
        assert "You lead." in str(request.body["system"])
    assert all("You lead." not in str(one.body["system"]) for one in workers)
