"""`orchtui check` as a process: what it prints where, and how it ends."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Orchtui
from tests.server import FAULTS, MessagesServer, Reply
from tests.server.replies import answer

CHAIN = """\
tasks:
  - {id: north, prompt: Count the apples of the north orchard}
  - {id: south, prompt: Count the pears of the south orchard}
  - {id: hives, prompt: Count the bees of the west hives, after: [north]}
"""
FREE = "tasks: [{id: a, prompt: Count the apples}, {id: b, prompt: Count the pears}]"
CLASH = """\
tasks:
  - {id: a, prompt: Count the apples, writes: [x.md]}
  - {id: b, prompt: Count the pears, writes: [x.md]}
"""


def test_people_get_the_verdicts_then_each_finding_with_its_words(
    orchtui: Orchtui, project: Path
) -> None:
    (project / "plan.yaml").write_text(CHAIN)

    done = orchtui("check", "plan.yaml")

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(
        "Task 1: Count the apples of the north orchard - INDEPENDENT ✓\n"
        "Task 2: Count the pears of the south orchard - INDEPENDENT ✓\n"
        "Task 3: Count the bees of the west hives - DEPENDS on north ✗\n"
        "→ 2 stages (parallel):\n"
        "   1. north, south\n"
        "   2. hives\n"
        "\n"
        "error[declared]: "
    )
    column = CHAIN.splitlines()[3].index("[north]") + 2
    place = f"plan.yaml:4:{column} (task 'hives', after[0])"
    assert f"  --> {place}\n   | north\n   | ^^^^^\n   = help: " in done.stdout
    assert '"declared:north:hives"' in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 error")


def test_who_has_no_agent_file_is_a_note_and_changes_no_verdict(
    orchtui: Orchtui, project: Path
) -> None:
    text = FREE.replace("prompt: Count the apples", "prompt: Count the apples, specialist: criic")
    (project / "plan.yaml").write_text(text)

    done = orchtui("check", "plan.yaml")
    as_json = json.loads(orchtui("check", "--json", "plan.yaml").stdout)

    assert done.returncode == 0
    note = (
        "note: there is no agent file for 'criic' (a), which runs without instructions of its own"
    )
    assert f"{note}; did you mean 'critic'?\n" in done.stdout
    assert as_json["verdict"] == "independent"
    assert as_json["without_agent_file"] == {"criic": ["a"]}


def test_programs_get_one_object(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text(CHAIN)

    done = orchtui("check", "plan.yaml", "--json")

    assert (done.returncode, done.stderr) == (1, "")
    report = json.loads(done.stdout)
    assert "file" not in report
    assert report["verdict"] == "dependent"
    assert report["tasks"] == [
        {"id": "north", "independent": True},
        {"id": "south", "independent": True},
        {"id": "hives", "independent": False},
    ]
    assert report["stages"] == [["north", "south"], ["hives"]]
    [finding] = [one for one in report["findings"] if one["kind"] == "declared"]
    assert (finding["before"], finding["after"]) == ("north", "hives")
    assert finding["evidence"] == [
        {"task": "hives", "field": "after[0]", "start": 0, "end": 5, "text": "north"}
    ]


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        pytest.param(FREE, 0, "→ All can run in parallel", id="independent"),
        pytest.param("tasks: [{prompt: Count the apples}]", 0, "→ A single task", id="one task"),
        pytest.param(CHAIN, 1, "DEPENDS on north ✗", id="declared"),
        pytest.param(CLASH, 1, "Task 2: Count the pears - CONFLICTS with a ✗", id="conflict"),
        pytest.param(
            CHAIN.replace("after:", 'accepted: ["declared:north:hives"], after:'),
            0,
            "error[declared] (accepted)",
            id="accepted",
        ),
    ],
)
def test_the_verdict_is_the_exit_code(orchtui: Orchtui, text: str, code: int, says: str) -> None:
    done = orchtui("check", "-", stdin=text)

    assert done.returncode == code
    assert says in done.stdout


def test_what_help_says_accepts_the_finding(orchtui: Orchtui) -> None:
    done = orchtui("check", "-", stdin=CLASH)
    [task, addition] = done.stdout.partition("add to task '")[2].splitlines()[0].split("': ")

    changed = yaml.safe_load(CLASH)
    [keeper] = [one for one in changed["tasks"] if one["id"] == task]
    keeper.update(yaml.safe_load(addition))
    again = orchtui("check", "-", stdin=json.dumps(changed))

    assert again.returncode == 0
    assert "1 accepted" in again.stdout


def test_an_accepted_order_is_kept_and_told(orchtui: Orchtui) -> None:
    text = CHAIN.replace("after:", 'accepted: ["declared:north:hives"], after:')

    done = orchtui("check", "-", stdin=text)

    assert "→ 2 stages" in done.stdout
    assert "All can run in parallel" not in done.stdout
    assert "declared:north:hives" not in done.stdout


def test_the_page_of_the_docs_shows_what_is_printed(orchtui: Orchtui, project: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "checking.md").read_text()
    (project / "plan.yaml").write_text(page.partition("```yaml\n")[2].partition("```")[0])

    printed = orchtui("check", "plan.yaml").stdout

    head, _, rest = printed.partition("   = help: ")
    assert head.endswith("^^^^^^\n")
    assert head in page
    [accepting] = [line for line in rest.splitlines() if "declared:task-1:task-2" in line]
    assert accepting.strip() in page


# Several files, as pre-commit names them


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([FREE, FREE], 0),
        ([FREE, CHAIN], 1),
        ([CHAIN, "tasks: 3", FREE], 2),
    ],
)
def test_several_files_end_with_the_worst_code(
    orchtui: Orchtui, project: Path, texts: list[str], code: int
) -> None:
    names = [f"{number}.yaml" for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        (project / name).write_text(text)

    people = orchtui("check", *names)
    programs = orchtui("check", *names, "--json")

    assert people.returncode == programs.returncode == code
    assert [line for line in people.stdout.splitlines() if line in names] == names
    objects = [json.loads(line) for line in programs.stdout.splitlines()]
    assert len(objects) == len(names)
    assert [
        one["file"] if "verdict" in one else one["errors"][0]["file"] for one in objects
    ] == names
    assert ("1.yaml:1:8: tasks must be a list" in people.stderr) == (code == 2)
    assert programs.stderr == ""


def test_the_hook_for_pre_commit_names_a_command_that_there_is(
    orchtui: Orchtui, project: Path
) -> None:
    [hook] = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
    program, *words = hook["entry"].split()
    (project / "plan.yaml").write_text(FREE)

    assert program == "orchtui"
    assert orchtui(*words, *hook.get("args", []), "plan.yaml").returncode == 0


# Bad input


def test_a_cycle_is_bad_input(orchtui: Orchtui) -> None:
    text = "tasks: [{id: a, prompt: a, after: [b]}, {id: b, prompt: b, after: [a]}]"

    done = orchtui("check", "-", "--json", stdin=text)

    assert done.returncode == 2
    [error] = json.loads(done.stdout)["errors"]
    assert error["line"] == 1
    assert "a" in error["message"] and "b" in error["message"]


def test_an_error_of_a_file_begins_with_its_place(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text("colour: red\ntasks: [{prompt: x}]\n")

    done = orchtui("check", "plan.yaml")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("plan.yaml:1:1: unknown key 'colour'")


def test_check_tells_what_run_would_refuse(orchtui: Orchtui) -> None:
    text = "missing: [which topics]\ntasks: [{prompt: x, enabled: false}]"

    done = orchtui("check", "-", stdin=text)

    assert "can not start as it is: the request leaves something open: which topics" in done.stdout
    assert "every task is switched off" in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check"], "give either plan files"),
        (["check", "plan.yaml", "--request", "Say hello"], "give either plan files"),
        (["check", "plan.yaml", "--model", "opus"], "--model is only for --ask"),
        (["check", "plan.yaml", "--timeout", "5s"], "--timeout is only for --ask"),
        (["check", "--explain", "nonsense"], "there are declared, dependency"),
    ],
)
def test_wrong_usage_is_told(orchtui: Orchtui, words: list[str], says: str) -> None:
    done = orchtui(*words)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_kind_is_explained(orchtui: Orchtui) -> None:
    done = orchtui("check", "--explain", "read_write")

    assert done.returncode == 0
    assert done.stdout.startswith("read_write: ")


# Colours


def in_a_terminal(project: Path, **environment: str) -> str:
    """What `check` writes to a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    settings = {"TERM": "xterm-256color", "COLUMNS": "60", **environment}
    with subprocess.Popen(
        [sys.executable, "-m", "orchtui", "check", "plan.yaml"],
        cwd=project,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
    ):
        os.close(theirs)
        written = b""
        while piece := read_all(ours):
            written += piece
    os.close(ours)
    return written.decode()


def read_all(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_are_for_terminals_that_want_them(
    project: Path, environment: dict[str, str], coloured: bool
) -> None:
    (project / "plan.yaml").write_text(CHAIN)

    assert ("\x1b[" in in_a_terminal(project, **environment)) == coloured


# The second opinion

SAYS: dict[str, Any] = {
    "dependencies": [{"before": "a", "after": "b", "quote": "pears", "why": "it says so"}]
}


def asked(orchtui: Orchtui, reply: Reply, *words: str, text: str = FREE) -> Any:
    """`check --ask` against a server; the finished process, and what the server received."""

    async def scene() -> Any:
        async with MessagesServer(reply) as server:
            done = await asyncio.to_thread(
                orchtui,
                "check",
                "-",
                "--ask",
                *words,
                stdin=text,
                ANTHROPIC_API_KEY="key",
                ANTHROPIC_BASE_URL=server.url,
            )
            return done, server.requests

    return asyncio.run(scene())


def test_a_model_may_add_findings(orchtui: Orchtui) -> None:
    reply = answer(json.dumps(SAYS), final_usage={"output_tokens": 55})

    done, [request] = asked(orchtui, reply, "--model", "haiku")

    assert done.returncode == 0
    assert "Task 2: Count the pears - DEPENDS on a ? (guessed)" in done.stdout
    assert "→ Unsure" in done.stdout
    assert "warning[dependency] (the model's): the model says that" in done.stdout
    assert 'accepted: ["model:dependency:a:b:' in done.stdout
    assert request.model.startswith("claude-haiku")
    assert done.stderr == (
        "<stdin>: second opinion of anthropic, loopback-1: 1 finding, 1 of them new; "
        "25 tokens in, 55 out\n"
    )


def test_a_models_guess_counts_with_strict_and_stands_in_the_json(orchtui: Orchtui) -> None:
    done, _ = asked(orchtui, answer(json.dumps(SAYS)), "--strict", "--json")

    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["verdict"] == "unsure"
    [finding] = [one for one in report["findings"] if one["kind"] == "dependency"]
    assert (finding["source"], finding["severity"]) == ("model", "warning")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (answer("I would rather not."), "not the JSON that was asked for"),
        (FAULTS["rate_limit"], "rate limit"),
        (FAULTS["unauthorized"], "ANTHROPIC_API_KEY"),
    ],
)
def test_a_failed_question_leaves_the_rules_report(
    orchtui: Orchtui, reply: Reply, says: str
) -> None:
    done, _ = asked(orchtui, reply, text=CLASH)

    assert done.returncode == 1
    assert "1 error" in done.stdout
    assert says in done.stderr
    assert "0 findings" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "no backend is chosen"),
        (["--backend", "rehearsal"], "a second opinion needs a model"),
        (["--backend", "command"], "'command' runs programs"),
        (["--backend", "nobody"], "there is no 'nobody'"),
    ],
)
def test_without_a_model_to_ask_nothing_is_asked(
    orchtui: Orchtui, words: list[str], says: str
) -> None:
    done = orchtui("check", "-", "--ask", *words, stdin=FREE, ORCHTUI_LOCAL_MODEL="/nowhere")

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
