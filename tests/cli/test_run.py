"""`orchtui run`: the result on standard output, progress beside it, the verdict as exit code."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Orchtui
from tests.server import FAULTS, MessagesServer
from tests.server.replies import answer

TWO = """\
tasks:
  - {id: one, prompt: "Write about one [rehearse: 20 words, 1 ms]"}
  - {id: two, prompt: "Write about two [rehearse: 20 words, 1 ms]"}
"""


def plan(project: Path, text: str) -> str:
    (project / "plan.yaml").write_text(text)
    return "plan.yaml"


def test_the_result_is_all_that_stands_on_standard_output(orchtui: Orchtui, project: Path) -> None:
    done = orchtui("run", plan(project, TWO), "--backend", "rehearsal")

    assert done.returncode == 0
    assert done.stdout.strip() == (project / "artifacts/parallel-result.md").read_text().strip()
    assert "COMPLETED: 2 of 2" in done.stderr
    assert "REHEARSAL" in done.stderr
    assert "REHEARSAL" in done.stdout


@pytest.mark.parametrize(
    ("tasks", "code", "verdict"),
    [
        pytest.param(["ok", "ok"], 0, "COMPLETED", id="all done"),
        pytest.param(["ok", "bad"], 3, "PARTIAL", id="some failed"),
        pytest.param(["ok", "bad critical"], 1, "FAILED", id="a critical one failed"),
        pytest.param(["bad", "bad"], 1, "FAILED", id="none completed"),
        pytest.param(["ok critical", "bad nice-to-have"], 3, "PARTIAL", id="a nice-to-have failed"),
    ],
)
def test_the_exit_code_is_the_verdicts(
    orchtui: Orchtui, project: Path, tasks: list[str], code: int, verdict: str
) -> None:
    lines = ["tasks:"]
    for number, words in enumerate(tasks):
        kind, _, priority = words.partition(" ")
        program = ["true"] if kind == "ok" else ["sh", "-c", "echo why >&2; exit 7"]
        lines.append(f"  - id: t{number}\n    command: {json.dumps(program)}")
        lines.append(f"    priority: {priority or 'normal'}")

    done = orchtui("run", plan(project, "\n".join(lines)), "--json", "--trust")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == code
    assert events[0]["kind"] == "run_started"
    assert events[-1]["kind"] == "run_finished"
    assert events[-1]["verdict"] == verdict
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert f"{verdict}:" in done.stderr


def test_the_printed_result_links_the_published_files(orchtui: Orchtui, project: Path) -> None:
    done = orchtui("run", plan(project, f"name: mine\n{TWO}"), "--backend", "rehearsal")

    assert "(parallel-mine-1.md)" in done.stdout
    assert (
        done.stdout.strip() == (project / "artifacts/parallel-result-mine.md").read_text().strip()
    )


def test_the_events_on_standard_output_are_the_journals(orchtui: Orchtui, project: Path) -> None:
    done = orchtui("run", plan(project, TWO), "--backend", "rehearsal", "--json")

    [journal] = (project / "artifacts/runs").glob("*/events.jsonl")
    assert done.stdout == journal.read_text()


def test_a_plan_may_come_from_standard_input_and_a_request_from_the_command_line(
    orchtui: Orchtui,
) -> None:
    from_stdin = orchtui("run", "-", "--backend", "rehearsal", stdin=TWO)
    from_request = orchtui("run", "--request", "Research A, write B, test C", "--backend=rehearsal")

    assert from_stdin.returncode == 0
    assert from_request.returncode == 0
    assert "3 of 3 tasks completed" in from_request.stdout


def test_without_a_backend_nothing_is_started_and_the_choices_are_named(
    orchtui: Orchtui, project: Path
) -> None:
    done = orchtui(
        "run", plan(project, TWO), ORCHTUI_LOCAL_MODEL=str(project / "no such model.gguf")
    )

    assert done.returncode == 2
    for word in ("--backend", "anthropic", "ANTHROPIC_API_KEY", "local", "rehearsal"):
        assert word in done.stderr
    assert not (project / "artifacts").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tasks: []", "task"),
        ("tasks: [{id: a, prompt: x, after: [b]}]", "b"),
        ("tasks: [{id: a, prompt: x, colour: red}]", "colour"),
        ("missing: [which topics]\ntasks: [{prompt: x}]", "which topics"),
        ("tasks: [{prompt: x, enabled: false}]", "switched off"),
    ],
)
def test_bad_input_is_told_and_nothing_is_started(
    orchtui: Orchtui, project: Path, text: str, words: str
) -> None:
    path = plan(project, text)
    for_people = orchtui("run", path, "--backend", "rehearsal")
    for_programs = orchtui("run", path, "--backend", "rehearsal", "--json")

    assert for_people.returncode == for_programs.returncode == 2
    assert words in for_people.stderr
    assert for_people.stdout == ""
    errors = json.loads(for_programs.stdout)["errors"]
    assert any(words in error["message"] for error in errors)
    assert set(errors[0]) == {"file", "line", "column", "message"}
    assert not (project / "artifacts").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "plan.yaml", "--request", "x"],
        ["run", "plan.yaml", "--timeout", "soon"],
        ["run", "plan.yaml", "--concurrency", "0"],
        ["run", "plan.yaml", "--backend", "psychic"],
        ["run", "no-such-file.yaml"],
        ["run", "--request", ""],
        ["run", "plan.yaml", "--no-such-flag"],
    ],
)
def test_bad_usage_exits_with_2(orchtui: Orchtui, project: Path, arguments: list[str]) -> None:
    plan(project, TWO)

    done = orchtui(*arguments)

    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


async def test_a_real_client_against_a_real_server_when_some_tasks_fail(
    orchtui: Orchtui, project: Path
) -> None:
    text = """\
name: http
backend: anthropic
tasks:
  - {id: good, prompt: please work}
  - {id: denied, prompt: please be denied}
"""
    async with MessagesServer() as server:
        server.on("please work", answer("It works, and this is the answer."))
        server.on("please be denied", FAULTS["unauthorized"])
        done = await asyncio.to_thread(
            orchtui,
            "run",
            plan(project, text),
            ANTHROPIC_API_KEY="sk-secret-value",
            ANTHROPIC_BASE_URL=server.url,
        )

    assert done.returncode == 3
    assert "It works, and this is the answer." in done.stdout
    assert "auth" in (project / "artifacts/parallel-http-2.md").read_text()
    assert files_with("sk-secret-value", project) == []


@pytest.mark.parametrize("names", [["SIGINT"], ["SIGTERM"], ["SIGTERM", "SIGINT", "SIGTERM"]])
def test_a_signal_cancels_the_run_and_keeps_what_was_written(
    project: Path, names: list[str]
) -> None:
    """Supervisors signal a process and its group: several at once are one wish."""
    (project / "plan.yaml").write_text(
        "tasks: [{id: a, command: [sh, -c, 'echo some words; sleep 60']}]"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "orchtui", "run", "plan.yaml", "--trust"],
        cwd=project,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        _wait_for(project, "some words")
        for name in names:
            process.send_signal(getattr(signal, name))
            time.sleep(0.01)
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 130
    assert "CANCELLED: 0 of 1" in errors
    assert "some words" in (project / "artifacts/parallel-task-1.md").read_text()


def piped(project: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "orchtui", "run", "plan.yaml", *arguments],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_slow_reader_holds_up_no_task(project: Path) -> None:
    (project / "plan.yaml").write_text("tasks: [{command: [seq, '40000']}]")
    with piped(project, "--json", "--trust") as process:
        for _ in range(400):
            if (project / "artifacts/parallel-result.md").exists():
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the run waits for its reader")
        output, _ = process.communicate(timeout=20)

    [journal] = (project / "artifacts/runs").glob("*/events.jsonl")
    assert len(output) > 65536  # more than the pipe holds, else nothing was tested
    assert output == journal.read_bytes()
    assert process.returncode == 0


def test_a_reader_who_goes_away_cancels_the_run_in_order(project: Path) -> None:
    (project / "plan.yaml").write_text(
        'backend: rehearsal\ntasks: [{prompt: "Write [rehearse: 900 words, 20 ms]"}]'
    )
    with piped(project, "--json") as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read().decode()

    assert process.returncode == 141
    assert "Traceback" not in errors
    assert "CANCELLED" in (project / "artifacts/parallel-result.md").read_text()


def test_a_closed_terminal_cancels_the_run_in_order(project: Path) -> None:
    (project / "plan.yaml").write_text("tasks: [{command: [sh, -c, 'echo some words; sleep 60']}]")
    process, terminal = pty.fork()
    if not process:
        os.chdir(project)
        os.execv(sys.executable, [sys.executable, "-m", "orchtui", "run", "plan.yaml", "--trust"])
    _wait_for(project, "some words")
    os.close(terminal)

    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 130
    assert "CANCELLED" in (project / "artifacts/parallel-result.md").read_text()


def files_with(words: str, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and words in path.read_text()]


def _wait_for(project: Path, words: str) -> None:
    for _ in range(400):
        for path in project.glob("artifacts/runs/*/parallel-task-1.md"):
            if words in path.read_text():
                return
        time.sleep(0.05)
    raise AssertionError(f"'{words}' never arrived")
