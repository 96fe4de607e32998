"""`runs watch`: a run that another process writes, followed to its end, and left alone."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Orchtui

PLAN = """\
tasks:
  - {id: quick, prompt: "Write [rehearse: 5 words, 1 ms]"}
  - {id: slow, prompt: "Write [rehearse: %s, 5 words, 1 ms]"}
"""
PATIENCE = 30.0

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    """Start a command; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "orchtui", *arguments],
            cwd=project,
            env=os.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def stuck(project: Path, start: Start) -> "subprocess.Popen[str]":
    """A run with one task done and one that never ends by itself, once it is so."""
    (project / "plan.yaml").write_text(PLAN % "stall")
    process = start("run", "plan.yaml", "--backend", "rehearsal")
    wait_for(project, '"task_completed"')
    return process


def wait_for(project: Path, words: str) -> str:
    """Wait until the only journal has these words; all of it then."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for path in project.glob("artifacts/runs/*/events.jsonl"):
            if words in (text := path.read_text()):
                return text
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {words}")


def line_with(process: "subprocess.Popen[str]", words: str) -> str:
    """Read standard error up to a line with these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"'{words}' was never said")


def listed_with_one_done(orchtui: Orchtui) -> dict[str, Any]:
    """The only run as it is listed, once its summary has the first task: a moment later."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        [listed] = json.loads(orchtui("runs", "list", "--json").stdout)
        if listed["census"]["completed"] == 1:
            return dict(listed)
    raise AssertionError("the summary never had the completed task")


def test_a_run_is_watched_to_its_end(
    project: Path, start: Start, stuck: "subprocess.Popen[str]", orchtui: Orchtui
) -> None:
    listed = listed_with_one_done(orchtui)
    assert listed["verdict"] == "RUNNING"
    refused = orchtui("runs", "resume", "last")
    assert refused.returncode == 1
    assert f"in process {stuck.pid}; `orchtui runs watch {listed['id']}` shows it" in refused.stderr

    watching = start("runs", "watch", "last")
    said = line_with(watching, "watching run")
    assert f"in process {stuck.pid}: 1 of 2 tasks completed so far" in said
    stuck.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=PATIENCE)

    assert watching.returncode == 130
    assert "slow cancelled" in err
    assert "CANCELLED: 1 of 2 tasks completed" in err
    assert "> **CANCELLED**: 1 of 2 tasks completed" in out


def test_ctrl_c_only_stops_watching(
    project: Path, start: Start, stuck: "subprocess.Popen[str]"
) -> None:
    watching = start("runs", "watch", "last")
    line_with(watching, "watching run")
    watching.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=PATIENCE)

    assert (watching.returncode, out) == (130, "")
    assert "stopped watching" in err
    assert stuck.poll() is None


def test_a_writer_that_is_killed_leaves_a_run_that_goes_on_without_doing_anything_twice(
    project: Path, start: Start, stuck: "subprocess.Popen[str]", orchtui: Orchtui
) -> None:
    wait_for(project, '"task":"slow","attempt":1,"text"')
    watching = start("runs", "watch", "last", "--json")
    assert watching.stdout is not None
    assert json.loads(watching.stdout.readline())["kind"] == "run_started"
    stuck.kill()
    stuck.wait()
    out, err = watching.communicate(timeout=PATIENCE)

    assert watching.returncode == 1
    assert "INTERRUPTED" in err and "orchtui runs resume 2" in err
    assert "run_finished" not in out
    [path] = project.glob("artifacts/runs/*/events.jsonl")
    partial = "".join(
        event["text"]
        for line in path.read_text().splitlines()
        if (event := json.loads(line))["kind"] == "text_delta" and event["task"] == "slow"
    )
    path.write_bytes(path.read_bytes() + b'{"kind":"text_delta","se')  # a torn last line

    told = json.loads(orchtui("runs", "resume", "last", "--dry-run", "--json").stdout)
    assert told["reused"] == ["quick"]
    resumed = start("runs", "resume", "last")
    line_with(resumed, "slow started")
    resumed.send_signal(signal.SIGINT)
    resumed.communicate(timeout=PATIENCE)

    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    started = [event["task"] for event in events if event["kind"] == "task_started"]
    assert sorted(started) == ["quick", "slow", "slow"]
    assert partial
    assert partial.strip() in (path.parent / "parallel-task-2.md").read_text()


def test_a_run_that_has_ended_is_told_at_once(project: Path, orchtui: Orchtui) -> None:
    text = PLAN % "fail"
    assert orchtui("run", "-", "--backend", "rehearsal", stdin=text).returncode == 3

    done = orchtui("runs", "watch", "last")

    assert done.returncode == 3
    assert "PARTIAL: 1 of 2 tasks completed" in done.stderr
    assert "> **PARTIAL**" in done.stdout


def test_a_run_that_is_not_there_is_told(orchtui: Orchtui) -> None:
    done = orchtui("runs", "watch", "last")

    assert done.returncode == 1
    assert "there are no runs" in done.stderr
