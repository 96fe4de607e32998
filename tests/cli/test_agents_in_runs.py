"""Agent files through the command line: what the card promises, the run does, and tells."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.cli.conftest import Orchtui
from tests.engine.backends.acp_helpers import AGENTS as ACP_AGENTS
from tests.engine.backends.acp_helpers import prompt_steps
from tests.engine.programs_in_runs import program
from tests.engine.whole_runs import agent_file, calls, read, said, scenes, write
from tests.server import MessagesServer

PLAN = """\
tasks:
  - {id: a, prompt: Do work a now., specialist: worker, writes: [own.md]}
  - {id: b, prompt: Do work b now., specialist: worker}
"""
PROGRAMS = """\
tasks:
  - {id: one, prompt: Describe the weather of Rome., specialist: one}
  - {id: two, prompt: List the rivers of Norway., specialist: two}
"""


@pytest.fixture
async def server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer() as running:
        yield running


async def with_key(
    orchtui: Orchtui, server: MessagesServer, *words: str
) -> "CompletedProcess[str]":
    given = {"ANTHROPIC_API_KEY": "sk-x", "ANTHROPIC_BASE_URL": server.url}
    return await asyncio.to_thread(orchtui, *words, **given)


def all_text(folder: Path) -> str:
    """Whatever stands in files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return "".join(path.read_text(errors="replace") for path in files)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_who_was_chosen_for_tasks_that_name_nobody_is_told_before_the_run(
    orchtui: Orchtui, project: Path
) -> None:
    agent_file(project, "debugger", description="Mends errors and failing tests.")
    (project / "plan.yaml").write_text(
        "tasks:\n"
        "  - {id: mend, prompt: 'Fix the failing tests in src/x.py [rehearse: 2 words, 1 ms]'}\n"
        "  - {id: hm, prompt: 'Hm [rehearse: 2 words, 1 ms]'}\n"
        "  - {id: named, prompt: 'Fix it [rehearse: 2 words, 1 ms]', specialist: critic}\n"
        "  - {id: made, command: ['true']}\n"
    )

    done = orchtui("run", "plan.yaml", "--backend", "rehearsal")

    assert done.returncode == 0
    of_tasks = tuple(f"orchtui: {task}: " for task in ("mend", "hm", "named", "made"))
    told = [line for line in done.stderr.splitlines() if line.startswith(of_tasks)]
    assert len(told) == 2
    assert told[0].startswith("orchtui: mend: debugger, chosen for “Fix”, “")
    assert told[1] == "orchtui: hm: researcher, nothing in its words points elsewhere"


def test_nobody_is_chosen_for_results_that_are_taken_over(orchtui: Orchtui, project: Path) -> None:
    first, second = (
        f"  - {{id: {n}, prompt: 'Draft {n} [rehearse: 1 words, 1 ms]'}}\n" for n in "ab"
    )
    (project / "plan.yaml").write_text(f"tasks:\n{first}")
    orchtui("run", "plan.yaml", "--backend", "rehearsal")
    (project / "plan.yaml").write_text(f"tasks:\n{first}{second}")

    done = orchtui("run", "plan.yaml", "--backend", "rehearsal", "--from", "last")

    assert "orchtui: b: writer, chosen for “Draft”" in done.stderr
    assert "orchtui: a: writer" not in done.stderr


def test_of_very_many_only_some_are_told(orchtui: Orchtui, project: Path) -> None:
    tasks = "".join(f"  - {{prompt: 'Draft {n} [rehearse: 1 words, 1 ms]'}}\n" for n in range(30))
    (project / "plan.yaml").write_text(f"tasks:\n{tasks}")

    done = orchtui("run", "plan.yaml", "--backend", "rehearsal")

    assert done.stderr.count("chosen for") == 12
    assert "orchtui: and 18 more, whose specialists stand in the log" in done.stderr


async def test_the_card_the_requests_the_events_and_the_files_agree(
    orchtui: Orchtui, project: Path, server: MessagesServer
) -> None:
    """From the list of specialists to a file in the project, and back out of it."""
    agent_file(project, "worker", "tools: Read, Write, Bash", "model: opus", "hooks: {}")
    (project / "plan.yaml").write_text(PLAN)
    server._script = scenes(
        a=[calls(write("own.md"), write("docs/more.md")), said("A.", pause=1.0)],
        b=[calls(write(".env"), read("own.md"), pause=0.5), said("B.")],
    )

    listed = await with_key(orchtui, server, "agents", "list", "--json")
    [card] = [row for row in json.loads(listed.stdout) if row["name"] == "worker"]
    ran = await with_key(orchtui, server, "run", "plan.yaml", "--json")
    log = await with_key(orchtui, server, "runs", "show", "last")

    assert ran.returncode == 0, ran.stderr
    body = server.requests[0].body
    assert body["model"] == card["model"]
    assert [tool["name"] for tool in body["tools"]] == card["tools"] == ["Read", "Write"]
    assert "hooks" in str(card["ignored"]) and "Bash" in listed.stdout
    events = lines(ran.stdout)
    kinds = [event["kind"] for event in events]
    for kind in ("tool_called", "tool_returned", "write_refused", "files_seen", "race_detected"):
        assert kind in kinds
    [refused] = [event for event in events if event["kind"] == "write_refused"]
    assert (refused["task"], refused["path"]) == ("b", ".env")
    [race] = [event for event in events if event["kind"] == "race_detected"]
    assert (race["path"], race["task"], race["other"]) == ("own.md", "b", "a")
    assert race["other_when"] < race["when"]
    assert "RACE" in log.stdout and "own.md" in log.stdout

    assert (project / "own.md").read_text() == "new\n"
    assert not (project / "docs").exists()
    looked = await with_key(orchtui, server, "runs", "apply", "last", "--dry-run")
    assert "docs/more.md" in looked.stdout and "+new" in looked.stdout
    assert "own.md" not in looked.stdout and not (project / "docs").exists()
    applied = await with_key(orchtui, server, "runs", "apply", "last", "--yes")
    assert applied.returncode == 0
    assert (project / "docs/more.md").read_text() == "new\n"
    back = await with_key(orchtui, server, "runs", "apply", "last", "--undo")
    assert back.returncode == 0 and not (project / "docs/more.md").exists()
    assert (project / "own.md").exists()


# Programs that agent files name


def test_check_names_the_pair_and_run_keeps_them_apart(orchtui: Orchtui, project: Path) -> None:
    for name in ("one", "two"):
        program(project, name, write={"shared.md": f"{name}\n"})

    checked = orchtui("check", "-", "--json", stdin=PROGRAMS)
    strict = orchtui("run", "-", "--strict", "--trust", stdin=PROGRAMS)
    ran = orchtui("run", "-", "--trust", stdin=PROGRAMS)

    report = json.loads(checked.stdout)
    assert [one["kind"] for one in report["findings"]][0] == "shared_resource"
    assert report["stages"] == [["one"], ["two"]] and report["verdict"] == "unsure"
    assert strict.returncode == 2
    assert ran.returncode == 0, ran.stderr
    assert (project / "shared.md").read_text() == "two\n"


def test_an_agent_files_program_is_asked_about_also_when_a_run_goes_on(
    orchtui: Orchtui, project: Path
) -> None:
    program(project, "one", exit=3)
    program(project, "two", write={"two.md": "x"})

    refused = orchtui("run", "-", stdin=PROGRAMS)
    assert refused.returncode == 2 and "--trust" in refused.stderr
    assert ".claude/agents/one.md" in refused.stderr and "agent_double.py" in refused.stderr
    assert not (project / "two.md").exists() and not (project / "artifacts").exists()
    ran = orchtui("run", "-", "--trust", "--retries", "0", stdin=PROGRAMS)
    assert ran.returncode == 3, ran.stderr
    assert (project / "two.md").exists()

    # A run goes on with what it began with; a changed file is asked about in a new one.
    resumed = orchtui("runs", "resume", "last")
    assert resumed.returncode == 3 and "--trust" not in resumed.stderr
    program(project, "one", write={"evil.md": "x"})
    again = orchtui("run", "-", stdin=PROGRAMS)
    assert again.returncode == 2 and "evil.md" in again.stderr
    assert not (project / "evil.md").exists()


def test_without_a_screen_a_permission_is_refused_and_the_run_goes_on(
    orchtui: Orchtui, project: Path
) -> None:
    options = [
        {"optionId": "yes", "name": "Yes", "kind": "allow_once"},
        {"optionId": "no", "name": "No", "kind": "reject_once"},
    ]
    wish = {"toolCallId": "c1", "title": "rm -rf build", "kind": "execute"}
    script = prompt_steps({"ask": {"toolCall": wish, "options": options}})
    argv = [sys.executable, str(ACP_AGENTS / "scripted.py"), json.dumps(script)]
    agent_file(project, "asker", f"orchtui: {{backend: acp, command: {json.dumps(argv)}}}")
    plan = "tasks: [{id: a, prompt: Clean up., specialist: asker}]"

    done = orchtui("run", "-", "--trust", "--json", stdin=plan)

    assert done.returncode == 0, done.stderr
    events = {event["kind"]: event for event in lines(done.stdout)}
    assert "rm -rf build" in events["permission_asked"]["what"]
    answered = events["permission_answered"]
    assert not answered["allowed"] and answered["why"] == "nobody is at the screen"
    assert '"no"' in (project / "artifacts" / "parallel-task-1.md").read_text()


# Servers that a configuration names


async def test_a_projects_server_is_asked_about_before_it_gets_a_key(
    orchtui: Orchtui, project: Path, server: MessagesServer
) -> None:
    (project / "orchtui.yaml").write_text(
        f"backend: near\nprofiles: {{near: {{base_url: '{server.url}', key_env: NEAR_KEY, "
        f"model: near-1}}}}\n"
    )
    plan = "tasks: [{id: a, prompt: Do work a now.}]"

    def run(*more: str) -> "CompletedProcess[str]":
        return orchtui("run", "-", *more, stdin=plan, NEAR_KEY="sk-near", ANTHROPIC_API_KEY="sk-x")

    refused = await asyncio.to_thread(run)
    assert refused.returncode == 2
    assert server.url in refused.stderr and "NEAR_KEY" in refused.stderr
    assert server.requests == []
    ran = await asyncio.to_thread(run, "--trust")
    assert ran.returncode == 0, ran.stderr
    [request] = server.requests
    assert (request.headers["x-api-key"], request.model) == ("sk-near", "near-1")
    assert "sk-x" not in str(request)
    assert "sk-near" not in all_text(project)
