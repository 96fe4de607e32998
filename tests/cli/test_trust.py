"""Without a screen: nothing that a project names runs before somebody said that it may."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import Orchtui
from tests.server import MessagesServer
from tests.server.replies import answer

COMMANDS = """\
tasks:
  - {id: one, command: [touch, ran-one]}
  - {id: two, command: [sh, ./build.sh, "it's\\u3000on"]}
"""


@pytest.fixture
def plan(project: Path) -> str:
    """A plan with two programs, one of them a script of the project."""
    (project / "plan.yaml").write_text(COMMANDS)
    (project / "build.sh").write_text("touch ran-two; echo built\n")
    return "plan.yaml"


def ran(project: Path) -> list[str]:
    names = sorted(path.name for path in project.glob("ran-*"))
    for name in names:
        (project / name).unlink()
    return names


def test_nothing_runs_before_it_is_trusted(orchtui: Orchtui, project: Path, plan: str) -> None:
    done = orchtui("run", plan)

    assert done.returncode == 2
    assert done.stdout == ""
    for words in (
        "plan.yaml: task one runs\n    touch ran-one\n",
        "plan.yaml: task two runs\n    sh ./build.sh $'it\\'s\\u3000on'\n",
        "--trust",
    ):
        assert words in done.stderr
    assert ran(project) == []
    assert not (project / "artifacts").exists()


def test_a_program_that_asks_gets_its_answer_as_json(
    orchtui: Orchtui, project: Path, plan: str
) -> None:
    done = orchtui("run", plan, "--json")

    errors = json.loads(done.stdout)["errors"]
    assert done.returncode == 2
    assert set(errors[0]) == {"file", "line", "column", "message"}
    assert "touch ran-one" in errors[0]["message"]
    assert "--trust" in errors[-1]["message"]
    assert ran(project) == []


def test_trust_is_remembered_until_something_changes(
    orchtui: Orchtui, project: Path, plan: str, home: Path
) -> None:
    first = orchtui("run", plan, "--trust")
    assert first.returncode == 0
    assert "from now on" in first.stderr and "touch ran-one" in first.stderr
    assert ran(project) == ["ran-one", "ran-two"]
    second = orchtui("run", plan)
    assert second.returncode == 0
    assert "touch ran-one" not in second.stderr
    assert ran(project) == ["ran-one", "ran-two"]
    assert list(home.rglob("trust.json"))

    (project / "build.sh").write_text("touch ran-evil\n")
    changed = orchtui("run", plan)
    assert changed.returncode == 2
    assert "build.sh" in changed.stderr
    assert "touch ran-one" not in changed.stderr
    assert ran(project) == []

    (project / "plan.yaml").write_text("tasks: [{command: [touch, ran-other]}]")
    assert orchtui("run", plan).returncode == 2
    assert ran(project) == []


def test_trust_does_not_follow_a_plan_to_another_folder(
    orchtui: Orchtui, project: Path, plan: str
) -> None:
    assert orchtui("run", plan, "--trust").returncode == 0
    elsewhere = project.with_name("elsewhere")
    project.rename(elsewhere)
    project.mkdir()
    # Back at the first path, but with nothing of what the script was.
    (elsewhere / plan).rename(project / plan)
    assert orchtui("run", plan).returncode == 2

    project.rename(project.with_name("old"))
    elsewhere.rename(project)
    (project.with_name("old") / plan).rename(project / plan)
    assert orchtui("run", plan).returncode == 0


def test_going_on_with_a_run_asks_too(orchtui: Orchtui, project: Path) -> None:
    (project / "build.sh").write_text("exit 3\n")
    text = "tasks: [{id: a, command: [sh, build.sh]}, {id: b, command: [echo, done]}]"
    assert orchtui("run", "-", "--trust", stdin=text).returncode == 3

    (project / "build.sh").write_text("touch ran-evil\n")
    refused = orchtui("runs", "resume", "last")
    assert refused.returncode == 2
    assert "sh build.sh" in refused.stderr
    assert ran(project) == []

    (project / "build.sh").write_text("exit 3\n")
    assert orchtui("runs", "resume", "last").returncode == 3


def test_who_starts_nothing_is_not_asked(orchtui: Orchtui, project: Path, plan: str) -> None:
    assert orchtui("check", plan).returncode == 0
    assert orchtui("runs", "list").returncode == 0
    rehearsed = orchtui("run", plan, "--backend", "rehearsal")

    assert rehearsed.returncode == 0
    assert "--trust" not in rehearsed.stderr
    assert ran(project) == []


def test_what_can_not_be_remembered_runs_and_is_told(
    orchtui: Orchtui, project: Path, plan: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")

    done = orchtui("run", plan, "--trust", XDG_DATA_HOME=str(tmp_path / "file"))

    assert done.returncode == 0
    assert "can not be remembered" in done.stderr
    assert ran(project) == ["ran-one", "ran-two"]


def test_a_broken_memory_is_told_and_asks_again(
    orchtui: Orchtui, project: Path, plan: str, home: Path
) -> None:
    orchtui("run", plan, "--trust")
    [path] = home.rglob("trust.json")
    path.write_text("{")
    refused = orchtui("run", plan)
    again = orchtui("run", plan, "--trust")

    assert refused.returncode == 2
    assert f"{path}: what was trusted before can not be read" in refused.stderr
    assert again.returncode == 0
    assert orchtui("run", plan).returncode == 0


# On a terminal


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def on_a_terminal(project: Path, *arguments: str) -> "pexpect.spawn[str]":
    return pexpect.spawn(
        sys.executable,
        ["-m", "orchtui", "run", *arguments],
        cwd=str(project),
        env={**os.environ, "TERM": "xterm"},
        encoding="utf-8",
        timeout=40,
        # Started in the background, this suite ignores it, and so would the child.
        preexec_fn=_heed_interrupts,
    )


@pytest.mark.parametrize(
    ("typed", "code", "files"),
    [
        ("y\n", 0, ["ran-one", "ran-two"]),
        ("YES\n", 0, ["ran-one", "ran-two"]),
        ("n\n", 2, []),
        ("\n", 2, []),
        ("yep\n", 2, []),
        ("\x04", 2, []),
        ("\x03", 130, []),
    ],
)
def test_on_a_terminal_a_person_is_asked(
    project: Path, plan: str, typed: str, code: int, files: list[str]
) -> None:
    process = on_a_terminal(project, plan)
    process.expect_exact("touch ran-one")
    process.expect_exact("[y/N]")
    process.send(typed)
    process.expect(pexpect.EOF)
    process.close()

    assert process.exitstatus == code
    assert ran(project) == files


def test_on_a_terminal_json_asks_nobody(project: Path, plan: str) -> None:
    process = on_a_terminal(project, plan, "--json")
    process.expect_exact('"errors"')
    process.expect(pexpect.EOF)
    process.close()

    assert process.exitstatus == 2


# The first paid run


async def test_the_first_paid_run_tells_its_estimate_once(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text("tasks: [{prompt: please work, model: opus}]")
    async with MessagesServer() as server:
        server.on("please work", answer("It works."))
        environment = {"ANTHROPIC_API_KEY": "sk-x", "ANTHROPIC_BASE_URL": server.url}
        first, second = [
            await asyncio.to_thread(orchtui, "run", "plan.yaml", **environment) for _ in range(2)
        ]

    assert (first.returncode, second.returncode) == (0, 0)
    for words in ("costs money", "1 (opus × 1)", "at most 8,000", "cost:          unknown"):
        assert words in first.stderr
        assert words not in first.stdout
    assert "costs money" not in second.stderr
    assert "estimate: 1 paid task" in second.stderr


@pytest.mark.parametrize(
    ("arguments", "typed", "code"),
    [([], "n\n", 130), ([], "y\n", 0), (["--trust"], None, 0)],
)
async def test_on_a_terminal_the_money_is_asked_about(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    typed: str | None,
    code: int,
) -> None:
    (project / "plan.yaml").write_text("tasks: [{prompt: please work}]")

    def play() -> tuple[int | None, str]:
        process = on_a_terminal(project, "plan.yaml", *arguments)
        process.expect_exact("costs money")
        if typed is not None:
            process.expect_exact("[y/N]")
            process.send(typed)
        process.expect(pexpect.EOF)
        process.close()
        return process.exitstatus, str(process.before)

    async with MessagesServer() as server:
        server.on("please work", answer("It works."))
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-x")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        ended, text = await asyncio.to_thread(play)

    assert ended == code
    assert ("It works." in text) == (code == 0)


def test_what_costs_nothing_tells_no_estimate(orchtui: Orchtui, project: Path, plan: str) -> None:
    for arguments in (["--backend", "rehearsal"], ["--trust"]):
        assert "costs money" not in orchtui("run", plan, *arguments).stderr


def test_a_cluster_that_the_project_names_is_asked_about_and_one_of_a_flag_is_not(
    orchtui: Orchtui, project: Path
) -> None:
    (project / "orchtui.yaml").write_text("cluster: {address: 'tcp://127.0.0.1:1', env: [A_KEY]}")
    request = ("run", "--request", "Write about ships and write about kites")
    done = orchtui(*request, "--backend", "rehearsal")

    assert done.returncode == 2
    assert (
        "orchtui.yaml: cluster sends to\n    tcp://127.0.0.1:1 with the value of A_KEY"
        in done.stderr
    )
    assert not (project / "artifacts").exists()
    doctor = json.loads(orchtui("doctor", "--json").stdout)
    (found,) = (check for check in doctor["checks"] if check["name"] == "cluster")
    assert (found["state"], "it was not asked" in found["text"]) in NOT_ASKED
    done = orchtui(*request, "--backend", "rehearsal", "--cluster", "tcp://127.0.0.1:2")
    assert "sends to" not in done.stderr and done.returncode == 2


NOT_ASKED = {("warning", True), ("problem", False)}
"""With Dask, and without: then that is told first."""


def test_secrets_are_not_sent_where_others_can_read_them(orchtui: Orchtui, project: Path) -> None:
    (project / "orchtui.yaml").write_text("cluster: {address: 'tcp://far.example:1', env: [A_KEY]}")
    secret = "a-secret-0123456789"
    request = ("run", "--request", "Write about ships", "--backend", "rehearsal", "--trust")
    done = orchtui(*request, A_KEY=secret)

    assert done.returncode == 2 and "use tls://" in done.stderr
    assert secret not in done.stderr + done.stdout
    assert not (project / "artifacts").exists()
