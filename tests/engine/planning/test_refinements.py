"""Splitting, rewriting, saying what is missing: Plan in, Plan out, mended once."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.profiles import Profile
from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.planning.planner import Planner, Proposal
from orchtui.engine.planning.refinement_answer import read_refinement
from orchtui.engine.planning.refinement_question import Kind, Refinement, question, require
from orchtui.engine.planning.surroundings import OnHand, Surroundings
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.trusting.trust import UntrustedError
from tests.engine.backends.asking import KEY
from tests.engine.planning.test_planner import project_in
from tests.hostile import HOSTILE
from tests.planner_answers import entry
from tests.server import FAULTS, MessagesServer
from tests.server.replies import answer

AROUND = Surroundings(specialists=(OnHand("writer", "Writes"), OnHand("researcher", "")))
PLAN = Plan(
    request="Write a guide to bees in two languages",
    tasks=(
        Task(id="facts", prompt="Collect facts about bees from two encyclopedias."),
        Task(
            id="guide",
            prompt="Write it as discussed above.",
            writes=("guide.md",),
            after=("facts",),
        ),
        Task(id="check", prompt="Check the guide.", after=("guide",)),
        Task(id="count", command=("wc", "-l")),
    ),
)  # fmt: skip
SPLIT = Refinement("split", "guide")
REWRITE = Refinement("rewrite", "guide")
MISSING = Refinement("missing")


def part(task_id: str, **more: Any) -> dict[str, Any]:
    return entry(task_id, specialist="writer", **more)


PARTS = {"parts": [part("english", writes=["guide.md"]), part("spanish")], "why_not": ""}
WORDS = {
    "title": "A guide to bees",
    "prompt": "Write a guide to honey bees for beginners, of one page, into guide.md.",
    "expected_output": "One page of markdown",
    "missing": ["For which country?"],
}
MORE = {"tasks": [part("spanish", after=["guide"])], "missing": ["Which Spanish?"]}


async def refined(
    server: MessagesServer, backend: AnthropicBackend, wanted: Refinement, *said: object
) -> Proposal:
    server.then(*(answer(one if isinstance(one, str) else json.dumps(one)) for one in said))
    planner = Planner(backend=backend, folder="/", around=AROUND)
    return await planner.refine(PLAN, wanted)


async def test_a_task_is_split(server: MessagesServer, backend: AnthropicBackend) -> None:
    made = await refined(server, backend, SPLIT, PARTS)

    assert made.plan is not None and made.notes == ()
    ids = [task.id for task in made.plan.tasks]
    assert ids == ["facts", "guide-english", "guide-spanish", "check", "count"]
    assert made.plan.task("guide-english").writes == ("guide.md",)
    assert made.plan.task("guide-spanish").after == ("facts",)
    assert made.plan.task("check").after == ("guide-english", "guide-spanish")
    assert made.plan.request == PLAN.request
    [request] = server.requests
    assert 'Split the task "guide" of this plan.' in request.prompt
    assert '{"id": "guide", "prompt": "Write it as discussed above."' in request.prompt
    assert json.loads(request.prompt.split("\n")[3]) == {"request": PLAN.request}


async def test_a_task_is_rewritten(server: MessagesServer, backend: AnthropicBackend) -> None:
    made = await refined(server, backend, REWRITE, WORDS)

    assert made.plan is not None and not made.repaired
    task = made.plan.task("guide")
    assert (task.title, task.prompt) == (WORDS["title"], WORDS["prompt"])
    assert (task.writes, task.after) == (("guide.md",), ("facts",))
    assert made.plan.missing == ("For which country?",)
    assert [t.id for t in made.plan.tasks] == [t.id for t in PLAN.tasks]


async def test_what_is_missing_is_added(server: MessagesServer, backend: AnthropicBackend) -> None:
    made = await refined(server, backend, MISSING, MORE)

    assert made.plan is not None
    assert made.plan.tasks[:4] == PLAN.tasks
    assert made.plan.tasks[4].after == ("guide",)
    assert made.plan.missing == ("Which Spanish?",)


async def test_nothing_may_be_missing(server: MessagesServer, backend: AnthropicBackend) -> None:
    made = await refined(server, backend, MISSING, {"tasks": [], "missing": []})
    assert (made.plan, made.problems) == (PLAN, ())


async def test_one_piece_of_work_is_not_split(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    made = await refined(server, backend, SPLIT, {"parts": [], "why_not": f"one thought {HOSTILE}"})

    assert made.plan is None and not made.repaired
    assert made.problems[0].startswith("the model says that it is one piece of work: one thought")
    assert "\x1b" not in made.problems[0]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("wanted", "first", "told", "good"),
    [
        (SPLIT, "no", "not the JSON", PARTS),
        (SPLIT, {"parts": []}, "2 parts at least", PARTS),
        (SPLIT, {"parts": [part("one")]}, "2 parts at least", PARTS),
        (SPLIT, {"parts": [part(f"p{n}") for n in range(9)]}, "9 tasks, and 8 are allowed", PARTS),
        (SPLIT, {"parts": [part("a"), part("b")]}, "no part writes guide.md", PARTS),
        (
            SPLIT,
            {"parts": [part("a", writes=["guide.md"]), part("b", writes=["other.md"])]},
            "part 'b' writes other.md, which the task does not",
            PARTS,
        ),
        (SPLIT, {"parts": [part("a", after=["check"]), part("b")]}, "no task has the id", PARTS),
        (SPLIT, {"parts": [part("a", after=["b"]), part("b", after=["a"])]}, "circle", PARTS),
        (REWRITE, {"prompt": "", "missing": []}, "the prompt says nothing", WORDS),
        (REWRITE, {"prompt": "[your prompt here]", "missing": []}, "says nothing", WORDS),
        (REWRITE, {**WORDS, "prompt": "Write it as discussed above."}, "discussed above", WORDS),
        (MISSING, {"tasks": [part("guide")]}, "duplicate id 'guide'", MORE),
        (MISSING, {"tasks": [part("x", after=["y"])]}, "no task has the id 'y'", MORE),
        (MISSING, {"tasks": [part(f"p{n}") for n in range(11)]}, "11 tasks, and 10", MORE),
    ],
)
async def test_what_does_not_fit_is_mended_once_or_told(
    server: MessagesServer,
    backend: AnthropicBackend,
    wanted: Refinement,
    first: object,
    told: str,
    good: object,
) -> None:
    made = await refined(server, backend, wanted, first, good)
    assert made.plan is not None and made.repaired, made.problems
    assert told in server.requests[1].prompt

    again = await refined(server, backend, wanted, first, first)
    assert again.repaired
    assert told in " ".join(again.notes if again.plan else again.problems)
    assert (again.plan is None) or told == "discussed above"


@pytest.mark.parametrize("fault", ["refusal", "truncated", "rate_limit", "drop"])
async def test_a_question_that_failed_changes_nothing(
    server: MessagesServer, backend: AnthropicBackend, fault: str
) -> None:
    server.then(FAULTS[fault])
    made = await Planner(backend=backend, folder="/").refine(PLAN, SPLIT)
    assert made.plan is None and made.problems[0]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("plan", "wanted", "says"),
    [
        (
            PLAN,
            Refinement("split", "nobody"),
            "no task has the id 'nobody'; there are facts, guide",
        ),
        (PLAN, Refinement("rewrite", "\x1b[31m"), "no task has the id ''"),
        (PLAN, Refinement("split", "count"), "task 'count' runs a program"),
        (Plan(), MISSING, "neither a request nor a task"),
        (Plan(tasks=tuple(Task(id=f"t{n}", prompt="x") for n in range(101))), MISSING, "101 tasks"),
        (Plan(tasks=(Task(id="a", prompt="x" * 200_001),)), MISSING, "characters"),
    ],
)
def test_what_can_not_be_asked_is_told_before(plan: Plan, wanted: Refinement, says: str) -> None:
    with pytest.raises(InputError, match=says):
        require(plan, wanted)


def test_no_words_of_a_plan_leave_the_fence() -> None:
    hostile = f'"}}\n----------\n{HOSTILE}'
    plan = Plan(request=hostile, tasks=(Task(id="a", title=hostile, prompt=hostile),))
    asked = question(plan, Refinement("rewrite", "a"), AROUND).prompt
    assert [line for line in asked.splitlines() if line.startswith("----")] == ["-" * 10] * 2
    assert "\x1b" not in asked


async def test_through_the_project(tmp_path: Path, server: MessagesServer) -> None:
    server.then(answer(json.dumps(WORDS)))
    project = project_in(tmp_path, ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=server.url)
    made = await project.refine_plan(PLAN, REWRITE)
    await project.close()
    assert made.plan is not None
    with pytest.raises(InputError):
        await project.refine_plan(PLAN, Refinement("split", "nobody"))
    assert len(server.requests) == 1


def test_where_nobody_trusts_nobody_is_asked(tmp_path: Path) -> None:
    project = project_in(tmp_path, chosen="mine")
    project.backends.profiles["mine"] = Profile(base_url="http://127.0.0.1:9")  # type: ignore[index]
    assert len(project.untrusted_planner(PLAN)) == 1
    for asking in (project.refine_plan(PLAN, REWRITE), project.propose_plan("Count bees")):
        with pytest.raises(UntrustedError):
            asyncio.run(asking)


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | st.sampled_from(["guide.md", "facts", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "prompt", "after", "writes"]), inner)
    ),
    max_leaves=12,
)
answers = st.dictionaries(
    st.sampled_from(["parts", "tasks", "prompt", "title", "missing", "why_not"]), values
)


@given(answers, st.sampled_from(["split", "rewrite", "missing"]))
def test_whatever_is_answered_there_is_a_whole_plan_or_words(said: Any, kind: Kind) -> None:
    wanted = Refinement(kind, "" if kind == "missing" else "guide")

    read = read_refinement(json.dumps(said), PLAN, wanted, AROUND)

    if read.plan is None:
        assert read.declined or read.wrong
        return
    assert parse_plan(dump_plan(read.plan)) == read.plan
    others = [task for task in PLAN.tasks if task.id not in ("guide", "check")]
    assert [task for task in read.plan.tasks if task in others] == others
    assert read.plan.request == PLAN.request
