"""`orchtui plan --ask` and `refine`: a model's plan on standard output, the rest beside it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.plan_files.plan_file import parse_plan
from tests.cli.conftest import Orchtui
from tests.hostile import HOSTILE
from tests.server import FAULTS, MessagesServer, Reply
from tests.server.replies import answer

TASKS = [
    {"id": "peps", "title": "PEPs", "prompt": "Read the PEPs about async and await in Python.",
     "specialist": "researcher", "priority": "critical", "expected_output": "One page",
     "rationale": "They are the source"},
    {"id": "blogs", "prompt": "Read five blog posts about async and await in Python."},
]  # fmt: skip
GOOD = json.dumps({"tasks": TASKS, "missing": [], "aggregate": "synthesize"})
PLAN = """\
# mine
request: Write about bees
tasks:
  - {id: facts, prompt: Collect ten facts about honey bees.}
  - {id: guide, prompt: Write a guide to keeping honey bees., after: [facts]}
  - {id: check, prompt: Look for mistakes in the guide to keeping bees., after: [guide]}
"""
PART = {"prompt": "Write about honey bees in summer."}
SPLIT = json.dumps({"parts": [{"id": "summer", **PART}, {"id": "winter", **PART}]})
WORDS = json.dumps({"prompt": "Write a guide to keeping honey bees, of one page.", "missing": []})
MORE = json.dumps({"tasks": [{"id": "pictures", "prompt": "Find pictures of honey bees."}]})


def asked(orchtui: Orchtui, *words: str, replies: tuple[Reply, ...], stdin: str = "") -> Any:
    """The command against a server; the finished process, and what the server received."""

    async def scene() -> Any:
        async with MessagesServer() as server:
            server.then(*replies)
            keys = {"ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": server.url}
            done = await asyncio.to_thread(orchtui, *words, stdin=stdin, **keys)
            return done, server.requests

    return asyncio.run(scene())


# plan --ask


def test_a_models_plan_is_printed(orchtui: Orchtui, project: Path) -> None:
    (project / "notes.md").write_text("x")
    words = ("plan", "Research async/await", "--ask", "--model", "haiku", "--max-tasks", "3")

    done, [request] = asked(orchtui, *words, replies=(answer(GOOD),))

    assert done.returncode == 0, done.stderr
    plan = parse_plan(done.stdout)
    assert (plan.request, plan.aggregate) == ("Research async/await", "synthesize")
    assert [task.id for task in plan.tasks] == ["peps", "blogs"]
    assert "expected_output: One page" in done.stdout
    assert "rationale: They are the source" in done.stdout
    assert request.model.startswith("claude-haiku")
    assert "3 at most" in request.body["system"]
    assert '"notes.md"' in request.prompt and '"researcher"' in request.prompt
    assert done.stderr.splitlines() == [
        "asking a planner (anthropic) …",
        "planner (anthropic, loopback-1): 25 tokens in, 44 out",
        "independence: independent",
    ]


def test_what_was_mended_and_left_out_is_told(orchtui: Orchtui) -> None:
    bad = json.dumps({"tasks": [{**TASKS[0], "specialist": HOSTILE, "command": ["rm"]}]})
    done, _ = asked(orchtui, "plan", "X", "--ask", replies=(answer(bad), answer(bad)))

    assert done.returncode == 0
    assert "asked twice, as the first answer did not fit; 50 tokens in" in done.stderr
    assert "what a model may not decide was left out: command" in done.stderr
    assert "there is no specialist" in done.stderr
    assert "\x1b" not in done.stderr + done.stdout
    assert "specialist" not in done.stdout


def test_it_is_written_and_told_what_is_missing(orchtui: Orchtui, project: Path) -> None:
    open_one = json.dumps({"tasks": [], "missing": ["Which topics?"]})
    words = ("plan", "-", "--ask", "-o", "plan.yaml", "--trust", "--timeout", "20s")

    done, _ = asked(orchtui, *words, replies=(answer(open_one),), stdin="Research it")

    assert (done.returncode, done.stdout) == (0, "")
    assert "0 tasks in plan.yaml" in done.stderr
    assert "missing: Which topics?" in done.stderr
    assert parse_plan((project / "plan.yaml").read_text()).missing == ("Which topics?",)
    refused, requests = asked(orchtui, *words, replies=(), stdin="Research it")
    assert refused.returncode == 2 and "--force" in refused.stderr
    assert requests == [], "told before anybody is asked"


@pytest.mark.parametrize(
    ("replies", "says"),
    [
        ((answer("No."), answer("No.")), "no plan: the answer is not the JSON"),
        ((answer(""), answer("")), "no plan: the answer is empty"),
        ((FAULTS["refusal"],), "no plan: the model refused to answer"),
        ((FAULTS["rate_limit"],), "rate limit"),
    ],
)
def test_no_plan_is_told_and_nothing_is_written(
    orchtui: Orchtui, project: Path, replies: tuple[Reply, ...], says: str
) -> None:
    done, _ = asked(orchtui, "plan", "X", "--ask", "-o", "plan.yaml", replies=replies)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert not (project / "plan.yaml").exists()

    done, _ = asked(orchtui, "plan", "X", "--ask", "--json", replies=replies)
    assert done.returncode == 1
    [error] = json.loads(done.stdout)["errors"]
    assert error["message"] and (says.removeprefix("no plan: ") in error["message"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["X", "--model", "opus"], "--model is only for --ask"),
        (["X", "--max-tasks", "5"], "--max-tasks is only for --ask"),
        (["X", "--trust"], "--trust is only for --ask"),
        (["X", "--timeout", "5s"], "--timeout is only for --ask"),
        (["X", "--ask", "--max-tasks", "101"], "is not in the range"),
        ([" ", "--ask"], "the request is empty"),
        (["X", "--ask"], "no backend is chosen"),
        (["X", "--ask", "--backend", "rehearsal"], "a planner needs a model"),
        (["X", "--ask", "--backend", "nobody"], "there is no 'nobody'"),
    ],
)
def test_what_can_not_be_asked(orchtui: Orchtui, words: list[str], says: str) -> None:
    done = orchtui("plan", *words, ORCHTUI_LOCAL_MODEL="/nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


@pytest.mark.parametrize(
    ("request_text", "told"),
    [
        ("Research [topic] from papers and from blogs", True),
        ("Say hello", True),
        ("Research bees from papers, blogs and books", False),
    ],
)
def test_the_offline_one_says_what_it_is(orchtui: Orchtui, request_text: str, told: bool) -> None:
    done = orchtui("plan", request_text)
    assert done.returncode == 0
    assert ("planned offline, by the request's own words" in done.stderr) == told


# refine


def test_a_task_is_split(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text(PLAN)

    done, [request] = asked(
        orchtui, "refine", "plan.yaml", "--split", "guide", replies=(answer(SPLIT),)
    )

    assert done.returncode == 0, done.stderr
    plan = parse_plan(done.stdout)
    assert [task.id for task in plan.tasks] == ["facts", "guide-summer", "guide-winter", "check"]
    assert plan.task("check").after == ("guide-summer", "guide-winter")
    assert "'guide' is split into guide-summer, guide-winter" in done.stderr
    assert (project / "plan.yaml").read_text() == PLAN
    assert "Collect ten facts" in request.prompt


def test_a_task_is_rewritten_in_the_file_itself(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text(PLAN)
    words = ("refine", "plan.yaml", "--rewrite", "guide", "--write")

    done, _ = asked(orchtui, *words, replies=(answer(WORDS),))

    assert (done.returncode, done.stdout) == (0, "")
    plan = parse_plan((project / "plan.yaml").read_text())
    assert plan.task("guide").prompt.endswith("of one page.")
    assert plan.task("guide").after == ("facts",)
    assert "'guide' is rewritten" in done.stderr


@pytest.mark.parametrize(
    ("reply", "told", "count"), [(MORE, "added: pictures", 4), ('{"tasks": []}', "nothing is", 3)]
)
def test_what_is_missing_is_added(orchtui: Orchtui, reply: str, told: str, count: int) -> None:
    words = ("refine", "-", "--missing", "--json")
    done, _ = asked(orchtui, *words, replies=(answer(reply),), stdin=PLAN)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["tasks"]) == count
    assert told in done.stderr


def test_an_answer_that_is_none_changes_no_file(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text(PLAN)
    words = ("refine", "plan.yaml", "--split", "guide", "--write")
    whole = json.dumps({"parts": [], "why_not": "it is one thought"})

    for replies in ((answer("No."), answer("No.")), (answer(whole),), (FAULTS["refusal"],)):
        done, _ = asked(orchtui, *words, replies=replies)
        assert (done.returncode, done.stdout) == (1, "")
        assert "planner: no plan: " in done.stderr
    assert (project / "plan.yaml").read_text() == PLAN


SHORT = """\
# mine
tasks:
  - id: guide
    languages: [German, French]
    prompt: "Write a guide to honey bees in {language}."
"""


def test_a_short_form_is_not_written_out_unasked(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text(SHORT)
    words = ("refine", "plan.yaml", "--missing", "--write")

    done, requests = asked(orchtui, *words, replies=())
    assert (done.returncode, done.stdout, requests) == (2, "", [])
    assert "stand for several tasks each (1)" in done.stderr and "--force" in done.stderr
    assert (project / "plan.yaml").read_text() == SHORT

    done, _ = asked(orchtui, *words, "--force", replies=(answer(MORE),))
    assert done.returncode == 0, done.stderr
    plan = parse_plan((project / "plan.yaml").read_text())
    assert [task.id for task in plan.tasks] == ["guide-german", "guide-french", "pictures"]


@pytest.mark.parametrize(("text", "more"), [(PLAN, ()), (SHORT, ("--force",))])
def test_what_is_not_changed_is_not_written(
    orchtui: Orchtui, project: Path, text: str, more: tuple[str, ...]
) -> None:
    (project / "plan.yaml").write_text(text)
    words = ("refine", "plan.yaml", "--missing", "--write", *more)

    done, _ = asked(orchtui, *words, replies=(answer('{"tasks": []}'),))

    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing is changed" in done.stderr and "tasks in plan.yaml" not in done.stderr
    assert (project / "plan.yaml").read_text() == text


def test_what_was_changed_while_the_model_worked_stays(orchtui: Orchtui, project: Path) -> None:
    file = project / "plan.yaml"
    file.write_text(PLAN)

    async def scene() -> Any:
        def script(received: object) -> Reply:
            file.write_text(PLAN + "  - {id: own, prompt: Draw a hive.}\n")
            return answer(MORE)

        async with MessagesServer(script) as server:
            keys = {"ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": server.url}
            return await asyncio.to_thread(
                orchtui, "refine", "plan.yaml", "--missing", "--write", stdin="", **keys
            )

    done = asyncio.run(scene())

    assert done.returncode == 1
    assert "was changed while the model worked" in done.stderr
    assert parse_plan(done.stdout).tasks[-1].id == "pictures", "what was paid for is not lost"
    assert "Draw a hive" in file.read_text() and "pictures" not in file.read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["plan.yaml"], "give one of --split TASK, --rewrite TASK and --missing"),
        (["plan.yaml", "--split", "guide", "--missing"], "give one of"),
        (["-", "--missing", "--write"], "--write is for a plan file, without -o"),
        (["plan.yaml", "--missing", "--write", "-o", "x.yaml"], "--write is for a plan file"),
        (["plan.yaml", "--missing", "-o", "plan.yaml"], "--force replaces it"),
        (["plan.yaml", "--missing", "-o", "no/where.yaml"], "its folder does not exist"),
        (["plan.yaml", "--split", "nobody"], "no task has the id 'nobody'; there are facts, guide"),
        (["gone.yaml", "--missing"], "gone.yaml"),
        (["plan.yaml", "--missing"], "no backend is chosen"),
        (["plan.yaml", "--missing", "--backend", "rehearsal"], "a planner needs a model"),
    ],
)
def test_what_can_not_be_refined(
    orchtui: Orchtui, project: Path, words: list[str], says: str
) -> None:
    (project / "plan.yaml").write_text(PLAN)
    done = orchtui("refine", *words, ORCHTUI_LOCAL_MODEL="/nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert (project / "plan.yaml").read_text() == PLAN


@pytest.mark.parametrize("words", [["plan", "X", "--ask"], ["refine", "plan.yaml", "--missing"]])
def test_a_server_that_the_project_names_is_asked_only_when_trusted(
    orchtui: Orchtui, project: Path, words: list[str]
) -> None:
    (project / "plan.yaml").write_text(PLAN)
    (project / "orchtui.yaml").write_text(
        "profiles: {theirs: {base_url: 'http://127.0.0.1:9', model: m}}\n"
    )
    done = orchtui(*words, "--backend", "theirs")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--trust" in done.stderr and "127.0.0.1:9" in done.stderr
    assert "no plan" not in done.stderr
    done = orchtui(*words, "--backend", "theirs", "--trust")
    assert done.returncode == 1, "asked, and nobody is there"
    assert "planner: no plan: " in done.stderr
