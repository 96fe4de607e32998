"""`runs resume`, `run --from` and their `--dry-run`: what is told, before anything starts."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from orchtui.cli.entry import main


class Done(NamedTuple):
    """What a command did."""

    code: int | str | None
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Done]

PLAN = """\
tasks:
  - {id: a, prompt: "Write about tea [rehearse: 5 words, 1 ms]"}
  - {id: b, prompt: "Write about milk [rehearse: fail, 1 ms]"}
"""
CHANGED = """\
tasks:
  - {id: a, prompt: "Write about tea [rehearse: 5 words, 1 ms]"}
  - {id: b, prompt: "Write about milk [rehearse: 5 words, 1 ms]"}
"""


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    """Run a command in this process, in a folder with two plans."""
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "changed.yaml").write_text(CHANGED)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["orchtui", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(ended.value.code, *capfd.readouterr())

    return run


@pytest.fixture
def ran(command: Command) -> str:
    """A run of the plan, of which one task failed: its id."""
    assert command("run", "plan.yaml", "--backend", "rehearsal").code == 3
    [listed] = json.loads(command("runs", "list", "--json").out)
    return str(listed["id"])


def test_resume_says_what_is_reused_and_why_the_rest_runs_before_it_starts(
    command: Command, ran: str
) -> None:
    done = command("runs", "resume", "last")

    assert done.code == 3
    told = done.err.splitlines()
    assert told[:3] == [
        f"orchtui: run {ran} goes on: 1 of 2 results is kept, 1 task runs again",
        "orchtui:   reused  a",
        "orchtui:   again   b: it failed: server: rehearsed failure; trying again will not help",
    ]
    assert any("b started" in line for line in told[3:])
    assert not any("a started" in line for line in told)


def test_a_dry_run_says_only_that(command: Command, ran: str) -> None:
    done = command("runs", "resume", ran, "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1:] == [
        "  reused  a",
        "  again   b: it failed: server: rehearsed failure; trying again will not help",
    ]

    [told] = command("runs", "resume", ran, "--dry-run", "--json").lines
    assert (told["run"], told["reused"], told["nothing_left"]) == (ran, ["a"], False)
    assert [(each["task"], each["reason"]) for each in told["again"]] == [("b", "failed")]
    kinds = [json.loads(line)["kind"] for line in journal_of(ran).read_text().splitlines()]
    assert kinds.count("run_resumed") == 0


def journal_of(run_id: str) -> Path:
    return Path("artifacts") / "runs" / run_id / "events.jsonl"


def test_the_events_say_it_too(command: Command, ran: str) -> None:
    first = command("runs", "resume", "last", "--json").lines[0]

    assert (first["kind"], first["reused"], first["again"]) == ("run_resumed", ["a"], ["b"])
    assert first["reasons"]["b"].startswith("it failed: ")


def test_todays_flags_stand_over_those_of_the_start(command: Command, ran: str) -> None:
    first = command("runs", "resume", "last", "--json", "--timeout", "7s").lines[0]

    assert [task["timeout"] for task in first["schedule"]["tasks"]] == [7.0, 7.0]
    assert {task["backend"] for task in first["schedule"]["tasks"]} == {"rehearsal"}
    assert first["overrides"]["backend"] == "rehearsal"


def test_another_backend_makes_everything_run_again_and_says_so(command: Command, ran: str) -> None:
    done = command("runs", "resume", "last", "--dry-run", "--backend", "codex")

    assert "0 of 2 results are kept, 2 tasks run again" in done.out
    assert "again   a: another backend: codex instead of rehearsal" in done.out


def test_a_run_with_nothing_left_to_do(command: Command) -> None:
    assert command("run", "changed.yaml", "--backend", "rehearsal").code == 0

    shown = command("runs", "resume", "last", "--dry-run")
    assert shown.code == 0
    assert "has nothing left to do: every result stands" in shown.out
    refused = command("runs", "resume", "last")
    assert (refused.code, refused.out) == (2, "")
    assert "nothing left to do" in refused.err


def test_a_changed_plan_takes_over_what_has_not_changed(command: Command, ran: str) -> None:
    shown = command("run", "changed.yaml", "--from", ran, "--backend", "rehearsal", "--dry-run")
    assert (shown.code, shown.out.splitlines()) == (
        0,
        [
            f"1 of 2 results is taken over from run {ran}, 1 task runs",
            "  reused  a",
            "  again   b: it failed: server: rehearsed failure; trying again will not help",
        ],
    )

    done = command("run", "changed.yaml", "--from", "last", "--backend", "rehearsal")
    assert done.code == 0
    assert f"orchtui: 1 of 2 results is taken over from run {ran}, 1 task runs" in done.err
    assert "2 of 2 tasks completed in " in done.err
    assert f"1 of them taken over from run {ran}" in done.err
    assert f"1 result was taken over from run {ran}" in done.out
    newest = json.loads(command("runs", "list", "--json").out)[0]
    assert (newest["verdict"], newest["parent"]) == ("COMPLETED", ran)
    assert f"(from {ran})" in command("runs", "list").out
    details = json.loads(command("runs", "show", "last", "--json").out)["details"]
    assert [each["reused_from"] for each in details] == [ran, None]


def test_a_dry_run_of_nothing_is_no_use(command: Command) -> None:
    done = command("run", "plan.yaml", "--dry-run")

    assert done.code == 2
    assert "orchtui check" in done.err


def test_a_deleted_agent_file_is_told_with_what_to_do(command: Command, tmp_path: Path) -> None:
    agents = tmp_path / ".claude" / "agents"
    agents.mkdir(parents=True)
    (agents / "smith.md").write_text("---\nname: smith\ndescription: x\n---\nForge.\n")
    (tmp_path / "plan.yaml").write_text("specialist: smith\n" + PLAN)
    assert command("run", "plan.yaml", "--backend", "rehearsal").code == 3
    (agents / "smith.md").unlink()

    done = command("runs", "resume", "last", "--json")

    assert done.code == 2
    [problem] = done.lines[0]["errors"]
    assert "the agent file of 'smith' is gone" in problem["message"]
    assert "put it back" in problem["message"]


def test_a_backend_that_the_configuration_no_longer_names_is_told(
    command: Command, tmp_path: Path
) -> None:
    config = tmp_path / "orchtui.yaml"
    config.write_text("profiles: {lab: {base_url: 'http://127.0.0.1:9'}}\n")
    plan = (tmp_path / "plan.yaml").read_text().replace("id: b,", "id: b, backend: lab,")
    (tmp_path / "plan.yaml").write_text(plan)
    command("run", "plan.yaml", "--backend", "rehearsal", "--retries", "0")
    journal = journal_of("*")
    [path] = tmp_path.glob(str(journal))
    path.write_text(
        path.read_text().replace(
            '"overrides":{"backend":"rehearsal"', '"overrides":{"backend":null'
        )
    )
    config.unlink()

    done = command("runs", "resume", "last")

    assert done.code == 2
    assert "can not go on as it was planned: there is no backend 'lab'" in done.err
