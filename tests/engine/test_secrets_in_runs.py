"""Keys are planted everywhere a run could pick them up; then everything it leaves is searched."""

import json
import os
import sys
from pathlib import Path

import pytest

from orchtui.engine.backends.profiles import Profile
from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import HIDDEN
from tests.engine.programs_in_runs import DOUBLE
from tests.engine.whole_runs import (
    Ended,
    agent_file,
    calls,
    closing,
    plan_for,
    project_in,
    read,
    run,
    said,
    scenes,
    task_named,
    write,
)
from tests.server import MessagesServer, Received, Reply
from tests.server.replies import answer, drip, error

SECRETS = {
    "ANTHROPIC_API_KEY": "sk-ant-api03-planted-Key1",
    "LAN": "lan-planted-0123456789-Key2",
    "GH_TOKEN": "ghp_planted0123456789Key3",
    "OPENAI_API_KEY": "sk-proj-planted-0123456789-Key4",
    "PGPASSWORD": "planted-pass-Key5",
}
PASSWORD = "planted-url-pass-Key6"
ALL = (*SECRETS.values(), PASSWORD)

PROBE = """
import json, os, sys
from pathlib import Path
lines = []
for entry in Path("/proc").glob("[0-9]*"):
    try:
        lines.append((entry / "cmdline").read_bytes().decode(errors="replace"))
    except OSError:
        pass
Path(sys.argv[1]).write_text(json.dumps({"environment": dict(os.environ), "lines": lines}))
print("my environment:", dict(os.environ), flush=True)
if len(sys.argv) > 2:
    sys.exit("it failed with " + os.environ.get("GH_TOKEN", "nothing"))
"""


def found_in(folder: Path) -> list[tuple[str, str]]:
    """Every file with a secret in it, and in names of files too."""
    found = []
    for path in folder.rglob("*"):
        data = os.fsencode(path.relative_to(folder))
        if path.is_file() and not path.is_symlink():
            data += b"\n" + path.read_bytes()
        found += [(str(path), secret) for secret in ALL if secret.encode() in data]
    return found


def echoes(received: Received) -> Reply:
    """A server that says the key that it was sent, in every way there is."""
    key = received.headers.get("x-api-key", "none")
    words = received.prompt
    if "be refused" in words:
        why = f"the key {key} is not valid; was it {key}?"
        return error(401, why)
    if "be overloaded" in words:
        return error(400, f"{PASSWORD} of {key}")
    return drip(answer(f"You sent me {key}, and {PASSWORD}. Keep {key[:9]} safe."), size=7)


@pytest.fixture
async def planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Ended, Path, dict[str, dict[str, object]]]:
    """A run of everything that could tell a secret; what its programs saw."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    folder, probes = tmp_path / "project", tmp_path / "probes"
    folder.mkdir()
    probes.mkdir()
    key = SECRETS["ANTHROPIC_API_KEY"]
    agent_file(folder, "writer")
    agent_file(
        folder,
        "teller",
        "orchtui:",
        "  backend: claude",
        f"  command: {json.dumps([sys.executable, str(DOUBLE), json.dumps({'say': 'hello'})])}",
    )
    tools = scenes(
        tools=[
            calls(write(f"notes/{key}.md", f"the key is {key}")),
            calls(read(f"{key}.txt")),
            said(f"I know {key}."),
        ]
    )

    def server_says(received: Received) -> Reply:
        return tools(received) if "work tools" in str(received.body) else echoes(received)

    async with MessagesServer(server_says) as server:
        secret_url = server.url.replace("http://", f"http://me:{PASSWORD}@")
        project = project_in(
            folder,
            environment={**os.environ, "ANTHROPIC_BASE_URL": server.url},
            profiles={"lan": Profile(base_url=secret_url, key_env="LAN")},
        )

        def program(name: str, *more: str, env: tuple[str, ...] = ()) -> Task:
            command = (sys.executable, "-c", PROBE, str(probes / name), *more)
            return task_named(name, command=command, env=env)

        plan = plan_for(
            task_named("says", "Say it."),
            task_named("lan", "Say it too.", backend="lan"),
            task_named("refused", "Please be refused."),
            task_named("overloaded", "Please be overloaded.", backend="lan"),
            task_named("tools", specialist="writer"),
            task_named("agent", specialist="teller"),
            program("plain"),
            program("given", env=("GH_TOKEN",)),
            program("fails", "now", env=("GH_TOKEN",)),
        )
        async with closing(project):
            ended = await run(project, plan)
    seen = {path.name: json.loads(path.read_text()) for path in probes.iterdir()}
    return ended, tmp_path, seen


async def test_no_secret_is_in_anything_that_a_run_leaves(
    planted: tuple[Ended, Path, dict[str, dict[str, object]]], home: Path
) -> None:
    ended, tmp_path, _ = planted

    assert found_in(tmp_path / "project") == []
    assert found_in(home) == []
    told = b"\n".join(map(ev.encode, ended.events)).decode()
    assert [secret for secret in ALL if secret in told] == []
    kept = [attempt.text for task in ended.run.tasks.values() for attempt in task.attempts]
    assert [secret for secret in ALL if secret in "".join(kept)] == []


async def test_what_was_said_is_still_there(
    planted: tuple[Ended, Path, dict[str, dict[str, object]]],
) -> None:
    """Else nothing would have been planted."""
    ended, _, _ = planted
    tasks = ended.run.tasks

    assert tasks["says"].text == f"You sent me {HIDDEN}, and {HIDDEN}. Keep sk-ant-ap safe."
    assert tasks["lan"].text.startswith(f"You sent me {HIDDEN}")
    assert f"the key {HIDDEN} is not valid" in tasks["refused"].why
    assert HIDDEN in tasks["overloaded"].why
    assert tasks["tools"].text.endswith(f"I know {HIDDEN}.")
    arguments = [event.arguments for event in ended.of(ev.ToolCalled, "tools")]
    assert all(HIDDEN in each for each in arguments)
    [refused] = ended.of(ev.WriteRefused, "tools")
    assert "the value of ANTHROPIC_API_KEY" in refused.why
    assert HIDDEN in tasks["given"].text
    assert f"it failed with {HIDDEN}" in tasks["fails"].why


async def test_programs_see_their_own_secrets_only_and_no_list_of_processes_shows_one(
    planted: tuple[Ended, Path, dict[str, dict[str, object]]],
) -> None:
    _, _, seen = planted

    def secrets(name: str) -> set[str]:
        environment = seen[name]["environment"]
        assert isinstance(environment, dict)
        return set(environment) & set(SECRETS)

    assert secrets("plain") == set()
    assert secrets("given") == secrets("fails") == {"GH_TOKEN"}
    assert [
        secret for secret in ALL if secret in json.dumps([p["lines"] for p in seen.values()])
    ] == []


async def test_a_run_of_a_plan_with_a_secret_in_it_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_TOKEN", SECRETS["GH_TOKEN"])
    project = project_in(tmp_path, environment=dict(os.environ))
    plan = plan_for(task_named("a", command=("echo", SECRETS["GH_TOKEN"])))

    with pytest.raises(InputError, match="the value of GH_TOKEN"):
        project.start(plan)

    assert not (tmp_path / "artifacts").exists()
