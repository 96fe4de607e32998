"""`orchtui runs apply`: shown, asked, applied, taken back; never by itself."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from orchtui.engine.journals.journal import FILE, RUNS
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from tests.cli.conftest import Orchtui

RUN = "20260101-000000-abcd"


def past_run(project: Path, written: dict[str, dict[str, str]]) -> Path:
    """The folder of a run whose tasks left files: texts by task and path."""
    folder = project / "artifacts" / RUNS / RUN
    folder.mkdir(parents=True)
    stamp = Stamp(lambda: 0.0)
    plan = Plan(tasks=tuple(Task(id=name, prompt="p", command=("true",)) for name in written))
    tasks = tuple(
        ScheduledTask(
            id=name,
            label=name,
            position=place,
            prompt="p",
            specialist="s",
            instance="s",
            backend="command",
            timeout=60.0,
            retries=0,
            max_tokens=100,
        )
        for place, name in enumerate(written, 1)
    )
    schedule = Schedule(tasks=tasks, concurrency=1)
    events: list[ev.Event] = [stamp(ev.RunStarted, format=1, run=RUN, plan=plan, schedule=schedule)]
    for name, files in written.items():
        for path, text in files.items():
            kept = folder / "files" / name / path
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(text)
        changes = tuple(ev.FileChange(path=path, kept=f"files/{name}/{path}") for path in files)
        each = {"task": name, "attempt": 1}
        events += [
            stamp(ev.TaskQueued, **each),
            stamp(ev.TaskStarted, **each, specialist="s", instance="s", backend="command"),
            stamp(ev.FilesSeen, **each, sight="worktree", written=changes),
            stamp(
                ev.TaskCompleted, **each, usage=ev.Usage(), output="parallel-task-1.md",
                stop_reason="exit",
            ),
        ]  # fmt: skip
    (folder / FILE).write_bytes(b"".join(ev.encode(event) + b"\n" for event in events))
    return folder


def test_the_diff_is_shown_and_yes_applies_it(orchtui: Orchtui, project: Path) -> None:
    past_run(project, {"a": {"docs/new.md": "one\n"}})

    looked = orchtui("runs", "apply", "last", "--dry-run")
    assert looked.returncode == 0
    assert "+one" in looked.stdout
    assert "\x1b" not in looked.stdout
    assert not (project / "docs").exists()
    applied = orchtui("runs", "apply", RUN[:12], "--yes")

    assert (applied.returncode, applied.stderr) == (0, "")
    assert "docs/new.md: applied" in applied.stdout
    assert (project / "docs/new.md").read_text() == "one\n"
    again = orchtui("runs", "apply", "last", "--yes", "--json")
    assert [row["outcome"] for row in json.loads(again.stdout)] == ["already there"]
    back = orchtui("runs", "apply", "last", "--undo", "--json")
    assert [row["outcome"] for row in json.loads(back.stdout)] == ["taken back"]
    assert not (project / "docs/new.md").exists()
    assert "nothing to take back" in orchtui("runs", "apply", "last", "--undo").stderr


def test_without_a_terminal_nothing_is_applied_unasked(orchtui: Orchtui, project: Path) -> None:
    past_run(project, {"a": {"new": "one\n"}})

    done = orchtui("runs", "apply", "last", stdin="y\n")

    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert not (project / "new").exists()


def test_a_run_that_wrote_nothing_says_so(orchtui: Orchtui, project: Path) -> None:
    past_run(project, {"a": {}})

    done = orchtui("runs", "apply", "last")
    assert (done.returncode, done.stdout) == (0, "")
    assert "left no files" in done.stderr
    assert json.loads(orchtui("runs", "apply", "last", "--yes", "--json").stdout) == []


def test_disputed_files_are_left_to_a_person(orchtui: Orchtui, project: Path) -> None:
    past_run(project, {"a": {"same": "a\n", "there": "a\n"}, "b": {"same": "b\n"}})
    (project / "there").write_text("a person's\n")

    done = orchtui("runs", "apply", "last", "--yes")

    assert done.returncode == 1
    assert "--task" in done.stderr
    assert "changed since" in done.stderr
    assert not (project / "same").exists()
    chosen = orchtui("runs", "apply", "last", "same", "--task", "b", "--yes")
    assert chosen.returncode == 0
    assert (project / "same").read_text() == "b\n"
    named = orchtui("runs", "apply", "last", "there", "--yes")
    assert named.returncode == 0
    assert (project / "there").read_text() == "a\n"


def test_what_may_not_be_written_is_told_and_the_others_go_on(
    orchtui: Orchtui, project: Path
) -> None:
    past_run(project, {"a": {".git/config": "evil", "good": "x\n"}})

    done = orchtui("runs", "apply", "last", "--yes")

    assert done.returncode == 1
    assert ".git/config: not applied" in done.stderr
    assert (project / "good").exists()
    assert not (project / ".git").exists()
    [refused, _] = json.loads(orchtui("runs", "apply", "last", "--dry-run", "--json").stdout)
    assert (refused["path"], refused["standing"]) == (".git/config", "refused")
    assert "evil" not in refused["diff"]


@pytest.mark.parametrize(
    "words",
    [
        ["last", "nothing-there", "--yes"],
        ["last", "--task", "nobody", "--yes"],
        ["last", "--json"],
        ["last", "--undo", "--dry-run"],
    ],
)
def test_wrong_choices_are_told(orchtui: Orchtui, project: Path, words: list[str]) -> None:
    past_run(project, {"a": {"new": "x\n"}})

    assert orchtui("runs", "apply", *words).returncode == 2
    assert not (project / "new").exists()


def test_a_run_that_is_not_there_is_told(orchtui: Orchtui) -> None:
    assert orchtui("runs", "apply", "last", "--yes").returncode == 1


@pytest.mark.parametrize(
    ("answers", "there"),
    [
        ("y\nn\ny\n", {"f1", "f3"}),
        ("n\na\n", {"f2", "f3"}),
        ("y\nq\n", {"f1"}),
        ("\n\n\n", set()),
    ],
)
def test_on_a_terminal_each_file_is_asked_for(project: Path, answers: str, there: set[str]) -> None:
    past_run(project, {"a": {"f1": "1\n", "f2": "2\n", "f3": "3\n"}})
    ours, theirs = pty.openpty()

    process = subprocess.Popen(
        [sys.executable, "-m", "orchtui", "runs", "apply", "last"],
        cwd=project,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, answers.encode())
    shown = bytearray()
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # Linux tells so that the other side has closed it
    os.close(ours)

    assert process.wait(30) == 0, shown.decode(errors="replace")
    assert {path.name for path in project.iterdir()} - {"artifacts"} == there
    assert b"\x1b[32m+1" in shown
