"""`plan`, `runs`, `doctor`, what all commands share, and the app without a terminal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import orchtui as package
from tests.cli.conftest import Orchtui


def test_plan_prints_a_plan_that_check_reads(orchtui: Orchtui, project: Path) -> None:
    request = "Research [topic] from academic, tutorial, and production perspectives in parallel"
    printed = orchtui("plan", request)
    written = orchtui("plan", "Research A, write B, test C", "-o", "plan.yaml")

    assert printed.returncode == written.returncode == 0
    assert "missing: " in printed.stderr
    assert "missing:" in printed.stdout
    assert written.stdout == ""
    assert orchtui("check", "plan.yaml").returncode in (0, 1)


def test_runs_are_listed_shown_and_resumed(orchtui: Orchtui, project: Path) -> None:
    flag = project / "flag"
    text = f"tasks: [{{id: a, command: [cat, {flag}]}}, {{id: b, command: [echo, done]}}]"
    assert orchtui("run", "-", "--trust", stdin=text).returncode == 3

    [run] = json.loads(orchtui("runs", "list", "--json").stdout)
    assert (run["verdict"], run["tasks"]) == ("PARTIAL", 2)
    assert set(run) >= {"id", "name", "started", "verdict", "tasks", "makespan_s"}
    shown = json.loads(orchtui("runs", "show", "last", "--json").stdout)
    assert [task["status"] for task in shown["details"]] == ["failed", "completed"]
    assert "**Success Rate**: 50% (1/2)" in orchtui("runs", "show", run["id"][:13]).stdout

    flag.write_text("now it is there")
    resumed = orchtui("runs", "resume", "last")

    assert resumed.returncode == 0
    assert "now it is there" in resumed.stdout
    assert json.loads(orchtui("runs", "list", "--json").stdout)[0]["verdict"] == "COMPLETED"
    again = orchtui("runs", "resume", "last")
    assert again.returncode == 2
    assert "nothing left to do" in again.stderr


@pytest.mark.parametrize("words", [["show", "last"], ["show", "nope"], ["resume", "nope"]])
def test_a_run_that_is_not_there_is_told(orchtui: Orchtui, words: list[str]) -> None:
    done = orchtui("runs", *words)

    assert done.returncode == 1
    assert "there are no runs" in done.stderr


def test_an_empty_list_of_runs_says_what_to_do(orchtui: Orchtui) -> None:
    done = orchtui("runs", "list")

    assert (done.returncode, done.stdout) == (0, "")
    assert "orchtui run" in done.stderr


def test_doctor_shows_which_programs_are_found_and_who_chose_the_backend(
    orchtui: Orchtui, project: Path
) -> None:
    program = project / "bin" / "claude"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (project / "orchtui.yaml").write_text("backend: rehearsal\n")

    facts = json.loads(orchtui("doctor", "--json", PATH=str(program.parent)).stdout)

    assert facts["backends"]["claude"] == f"ready: {program}"
    assert "not on the PATH" in facts["backends"]["codex"]
    assert facts["backend"] == "rehearsal"
    assert facts["backend_from"].endswith("orchtui.yaml")


def settings(orchtui: Orchtui, *words: str, **environment: str) -> dict[str, tuple[object, str]]:
    """What doctor says that holds, and where it comes from."""
    done = orchtui("doctor", "--json", *words, **environment)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["settings"]
    return {row["name"]: (row["value"], row["from"]) for row in rows}


def test_doctor_shows_what_holds_and_who_said_it(
    orchtui: Orchtui, project: Path, home: Path
) -> None:
    users = home / ".config/orchtui/orchtui.yaml"
    users.parent.mkdir(parents=True)
    users.write_text(
        "models: {fast: users-fast, opus: users-opus}\nlimits: {retries: 5, deadline: 2h}\n"
        "theme: mine\nagents: [~/mine]\nwarm_cache: true\n"
    )
    (project / "orchtui.yaml").write_text(
        "backend: lan\nmodels: {fast: quick-1}\nlimits: {timeout: 20m, retries: 1}\n"
        "profiles: {lan: {base_url: 'http://127.0.0.1:1', model: m-1}}\nagents: [team]\n"
    )
    of_project, of_user = "project file orchtui.yaml", f"user file {users}"

    held = settings(orchtui, "--timeout", "5m", "--budget-usd", "2.5")

    assert held["backend"] == ("lan", of_project)
    assert held["model"] == ("m-1", of_project)
    assert held["limits.timeout"] == (300.0, "flag --timeout")
    assert held["limits.budget_usd"] == (2.5, "flag --budget-usd")
    assert held["limits.retries"] == (1, of_project)
    assert held["limits.deadline"] == (7200.0, of_user)
    assert held["limits.concurrency"] == (8, "default")
    assert held["limits.budget_tokens"] == (None, "default")
    assert held["limits.idle_timeout"] == (None, "each backend's own")
    assert held["max_turns"][0] == 50
    assert held["models.fast"] == ("quick-1", of_project)
    assert held["models.opus"] == ("users-opus", of_user)
    assert held["models.sonnet"][1] == "default"
    assert held["warm_cache"] == (True, of_user)
    assert held["theme"] == ("mine", of_user)
    text = orchtui("doctor").stdout
    assert "  limits.timeout: 20m (project file orchtui.yaml)\n" in text
    assert "  limits.budget_usd: none (default)\n" in text
    assert f"  agents: {project / 'team'} (project file orchtui.yaml)\n" in text
    assert f"  agents: {home / 'mine'} ({of_user})\n" in text


def test_doctor_names_the_environment_and_a_file_named_by_hand(
    orchtui: Orchtui, project: Path
) -> None:
    other = project / "other.yaml"
    other.write_text("limits: {retries: 7}\n")

    held = settings(
        orchtui,
        *("--config", "other.yaml"),
        ANTHROPIC_API_KEY="k-hidden",
        ANTHROPIC_BASE_URL="http://127.0.0.1:9",
    )

    assert held["backend"] == ("anthropic", "environment ANTHROPIC_API_KEY")
    assert held["ANTHROPIC_BASE_URL"] == ("http://127.0.0.1:9", "environment")
    assert held["limits.retries"] == (7, "--config other.yaml")
    assert "k-hidden" not in str(held)


def test_doctor_names_the_backends_and_what_they_lack(orchtui: Orchtui) -> None:
    facts = json.loads(orchtui("doctor", "--json").stdout)
    (listed,) = facts["prices"]
    assert "list of 20" in listed and "https://" in listed

    assert facts["orchtui"] == package.__version__
    assert facts["backends"]["anthropic"] == "set ANTHROPIC_API_KEY"
    assert facts["backends"]["rehearsal"] == "ready"
    assert "researcher" in facts["specialists"]


def test_the_configuration_is_used_and_its_errors_are_told(orchtui: Orchtui, project: Path) -> None:
    config = project / "orchtui.yaml"
    config.write_text("backend: rehearsal\nlimits: {retries: 0}\n")
    assert orchtui("run", "--request", "Say hello [rehearse: 5 words]").returncode == 0

    config.write_text("backend: nobody\ncolour: red\n")
    done = orchtui("run", "--request", "Say hello")

    assert done.returncode == 2
    assert "orchtui.yaml:1:10: " in done.stderr
    assert "orchtui.yaml:2:1: unknown key 'colour'" in done.stderr


def test_the_app_without_a_terminal_says_so(orchtui: Orchtui) -> None:
    done = orchtui()

    assert done.returncode == 2
    assert "orchtui run" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        "runs show nope --json",
        "runs resume nope --json",
        "check no-such-file.yaml --json",
        "doctor --json --config no-such-file.yaml",
        "runs list --json --config no-such-file.yaml",
        "plan - --json -o plan.yaml",
    ],
)
def test_errors_are_json_where_json_was_asked_for(orchtui: Orchtui, words: str) -> None:
    done = orchtui(*words.split())

    assert done.returncode in (1, 2)
    assert json.loads(done.stdout)["errors"][0]["message"]


@pytest.mark.parametrize("command", ["check", "plan"])
def test_standard_input_is_read_within_bounds(orchtui: Orchtui, command: str) -> None:
    done = orchtui(command, "-", stdin="x" * 5_000_001)

    assert done.returncode == 2
    assert "<stdin>: is too large" in done.stderr


def test_a_deleted_working_folder_is_told(orchtui: Orchtui, project: Path) -> None:
    script = f"rmdir {project}; exec {sys.executable} -m orchtui check --request 'Say hello'"
    done = subprocess.run(["sh", "-c", script], cwd=project, capture_output=True, text=True)

    assert done.returncode == 2
    assert "the working folder was deleted" in done.stderr


def test_version_and_help(orchtui: Orchtui) -> None:
    assert orchtui("--version").stdout == f"orchtui {package.__version__}\n"
    for command in ("run", "check", "plan", "refine", "runs", "doctor", "open"):
        assert command in orchtui("--help").stdout
        assert orchtui(command, "--help").returncode == 0


def test_a_request_may_begin_with_a_bullet(orchtui: Orchtui) -> None:
    done = orchtui("plan", "- fix the typos in a.md\n- fix the typos in b.md", "--json")

    assert done.returncode == 0
    assert len(json.loads(done.stdout)["tasks"]) == 2


def test_a_file_that_is_there_is_not_replaced_unasked(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text("mine")

    refused = orchtui("plan", "Say hello", "-o", "plan.yaml")
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert (project / "plan.yaml").read_text() == "mine"

    forced = orchtui("plan", "Say hello", "-o", "plan.yaml", "--force")
    assert forced.returncode == 0
    assert "1 task in plan.yaml" in forced.stderr
