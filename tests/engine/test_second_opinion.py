"""A second opinion: a model may add guesses, and nothing that it does takes a finding away."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchtui.engine.agents.specialists import Specialist
from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.base import Alive, Finished
from orchtui.engine.backends.registry import Backends
from orchtui.engine.consulting import second_opinion
from orchtui.engine.consulting.opinion_answer import MAX_ANSWER
from orchtui.engine.consulting.second_opinion import Opinion, ask, with_opinion
from orchtui.engine.errors import NoBackendError
from orchtui.engine.execution import attempt
from orchtui.engine.independence import Finding, IndependenceReport
from orchtui.engine.independence.report import FindingKind
from orchtui.engine.independence.verdicts import judge
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events.events import Usage
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.sessions.project import Project
from tests.engine import virtual_time
from tests.engine.backends.asking import KEY
from tests.engine.scripted import Scripted, Step, fails
from tests.server import FAULTS, MessagesServer, Reply
from tests.server.replies import answer

PLAN = Plan(
    tasks=(
        Task(id="a", prompt="Count the apples"),
        Task(id="b", prompt="Sell what was counted"),
        Task(id="c", prompt="Count the pears"),
    )
)
NEEDS = {"before": "a", "after": "b", "quote": "what was counted", "why": "it sells them"}
ANSWER = json.dumps({"dependencies": [NEEDS]})


def kinds_of(report: IndependenceReport) -> list[tuple[str, str]]:
    return [(one.kind, one.source) for one in report.findings]


# Through the real SDK


async def test_a_good_answer(server: MessagesServer, backend: AnthropicBackend) -> None:
    server.then(
        answer(f"```json\n{ANSWER}\n```", model="loopback-9", final_usage={"output_tokens": 55})
    )

    opinion = await ask(backend, PLAN, folder="/", model="opus", instructions="Be brief.")

    assert [(one.kind, one.before, one.after) for one in opinion.findings] == [
        ("dependency", "a", "b")
    ]
    assert opinion.problems == ()
    assert (opinion.model, opinion.usage) == ("loopback-9", Usage(input=25, output=55))
    [request] = server.requests
    assert request.model.startswith("claude-opus")
    assert request.body["system"].startswith("Be brief.\n\nYou judge whether")
    assert '{"id": "b", "prompt": "Sell what was counted"}' in request.prompt
    assert request.body["max_tokens"] == second_opinion.MAX_TOKENS


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        pytest.param(answer("They are fine."), "not the JSON that was asked for", id="prose"),
        pytest.param(answer(""), "the answer is empty", id="empty"),
        pytest.param(answer(ANSWER[:30]), "not the JSON that was asked for", id="half an object"),
        pytest.param(
            answer(ANSWER, stop_reason="max_tokens"), "was cut off at 4,000 tokens", id="cut off"
        ),
        pytest.param(answer(ANSWER, stop_reason="refusal"), "the model refused", id="refused"),
        pytest.param(
            answer(ANSWER, tool=("read", "{}"), stop_reason="tool_use"),
            "called a tool instead of answering",
            id="tool",
        ),
        pytest.param(FAULTS["rate_limit"], "rate limit", id="429"),
        pytest.param(FAULTS["server_error"], "Internal server error", id="500"),
        pytest.param(FAULTS["unauthorized"], "ANTHROPIC_API_KEY", id="401"),
        pytest.param(FAULTS["overloaded_midway"], "", id="overloaded in the middle"),
        pytest.param(FAULTS["drop"], "", id="dropped"),
        pytest.param(FAULTS["ends_early"], "", id="ends early"),
        pytest.param(FAULTS["garbage"], "", id="garbage"),
        pytest.param(FAULTS["html"], "", id="a web page"),
    ],
)
async def test_whatever_goes_wrong_is_one_problem_in_words(
    server: MessagesServer, backend: AnthropicBackend, reply: Reply, says: str
) -> None:
    server.then(reply)

    opinion = await ask(backend, PLAN, folder="/")

    assert opinion.findings == ()
    [problem] = opinion.problems
    assert problem and says in problem
    assert KEY not in problem
    assert len(server.requests) == 1, "nothing is asked twice"


@pytest.mark.parametrize("fault", ["stall_first", "stall_headers", "stall"])
async def test_a_server_that_hangs_is_given_up(
    server: MessagesServer, backend: AnthropicBackend, fault: str
) -> None:
    server.then(FAULTS[fault])

    opinion = await ask(backend, PLAN, folder="/", limit=0.3)

    assert opinion.findings == ()
    assert opinion.problems == ("stopped after its 0.3s timeout",)
    await server.wait_until(lambda it: it.open == 0)


async def test_who_asked_may_leave(server: MessagesServer, backend: AnthropicBackend) -> None:
    server.then(FAULTS["stall"])
    asking = asyncio.create_task(ask(backend, PLAN, folder="/"))
    await server.wait_until(lambda it: it.open == 1)

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    await server.wait_until(lambda it: it.open == 0)
    names = {getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()}
    assert attempt.read.__qualname__ not in names


async def test_hostile_text_in_an_answer_is_made_safe(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    why = "\x1b]0;title\x07[/bold] \u202eevil"
    entries = [{**NEEDS, "why": why}, {**NEEDS, "before": "\x1b[2Jx"}]
    server.then(answer(json.dumps({"dependencies": entries}), model="m\x1b[31m\nx"))

    opinion = await ask(backend, PLAN, folder="/")

    report = with_opinion(PLAN, judge(PLAN.tasks, []), opinion)
    shown = " ".join([*opinion.problems, *(one.message for one in report.findings)])
    assert len(report.findings) == len(opinion.problems) == 1
    assert "[/bold] evil" in shown
    assert not set("\x1b\x07\u202e\n") & set(shown + str(opinion.model))


# On a clock of their own


def asked(script: list[Step], limit: float = 60.0, **fields: Any) -> Opinion:
    backend = Scripted({"@second-opinion": [script]}, **fields)
    opinion = virtual_time.run(ask(backend, PLAN, folder="/", limit=limit))
    [assignment] = backend.assignments
    assert assignment.tools == (), "a program with tools of its own only answers"
    return opinion


@pytest.mark.parametrize(
    ("script", "fields", "says"),
    [
        ([61.0, ANSWER, Finished("end_turn")], {}, "stopped after its 1m 00s timeout"),
        ([59.0, ANSWER, Finished("end_turn")], {"deaf": True}, None),
        ([90.0, ANSWER, Finished("end_turn")], {"deaf": True}, "stopped after its 1m 00s timeout"),
        ([9.0, ANSWER], {"idle_timeout": 5.0}, "no sign of life for 5.0s"),
        ([4.0, Alive(), 4.0, ANSWER, Finished("end_turn")], {"idle_timeout": 5.0}, None),
        ([ANSWER], {}, "the stream ended before the answer was whole"),
        (fails("rate_limit"), {}, "a rate_limit error"),
        (["x" * 50_000] * 9 + [100.0], {}, f"longer than {MAX_ANSWER:,} characters"),
    ],
)
def test_time_and_size_are_bounded(
    script: list[Step], fields: dict[str, Any], says: str | None
) -> None:
    opinion = asked(script, **fields)

    if says is None:
        assert (len(opinion.findings), opinion.problems) == (1, ())
    else:
        assert opinion.findings == ()
        assert says in opinion.problems[0]


def test_a_bug_in_a_backend_is_a_problem_too() -> None:
    class Broken(Scripted):
        def stream(self, assignment: object, toolbox: object = None) -> Any:
            raise RuntimeError("oh\x1b[31m no")

    opinion = asyncio.run(ask(Broken(), PLAN, folder="/"))

    assert opinion.problems == ("RuntimeError: oh no",)


def test_a_plan_that_is_too_large_is_not_sent() -> None:
    backend = Scripted()
    plan = Plan(tasks=tuple(Task(id=f"t{n}", prompt="x") for n in range(500)))

    opinion = asyncio.run(ask(backend, plan, folder="/"))

    assert "500 tasks" in opinion.problems[0]
    assert backend.assignments == []


# The report

RULE = Finding(
    id="dependency:a:b",
    kind="dependency",
    severity="warning",
    before="a",
    after="b",
    tasks=("a", "b"),
    message="",
)


def guess(kind: FindingKind, *tasks: str) -> Finding:
    """What the model says of these tasks."""
    ordered = kind == "dependency"
    return Finding(
        id=f"model:{kind}:{':'.join(tasks)}",
        kind=kind,
        severity="warning",
        before=tasks[0] if ordered else None,
        after=tasks[1] if ordered else None,
        tasks=tasks,
        message="the model says that …",
        source="model",
    )


def opinion_of(*findings: Finding) -> Opinion:
    return Opinion(findings=findings)


def test_a_models_finding_is_added_and_stages_the_run() -> None:
    report = with_opinion(PLAN, judge(PLAN.tasks, []), opinion_of(guess("dependency", "a", "b")))

    assert (report.verdict, report.stages) == ("unsure", (("a", "c"), ("b",)))
    assert [edge.finding for edge in report.edges] == ["model:dependency:a:b"]
    assert "run_after" in [fix.id for fix in report.findings[0].fixes]


def test_a_models_finding_is_accepted_by_its_id() -> None:
    accepting = replace(PLAN.tasks[1], accepted=("model:dependency:a:b",))
    plan = replace(PLAN, tasks=(PLAN.tasks[0], accepting, PLAN.tasks[2]))

    report = with_opinion(plan, judge(plan.tasks, []), opinion_of(guess("dependency", "a", "b")))

    assert [one.accepted for one in report.findings] == [True]
    assert (report.verdict, len(report.stages)) == ("independent", 1)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        pytest.param(RULE, guess("dependency", "a", "b"), id="the same"),
        pytest.param(
            replace(RULE, kind="declared", severity="error"),
            guess("dependency", "a", "b"),
            id="declared already",
        ),
        pytest.param(RULE, guess("dependency", "b", "a"), id="the other way round"),
        pytest.param(
            replace(guess("duplicate", "a", "c"), id="duplicate:a:c", source="rules"),
            guess("duplicate", "a", "c"),
            id="the same duplicate",
        ),
    ],
)
def test_what_the_rules_say_stands(found: Finding, says: Finding) -> None:
    report = judge(PLAN.tasks, [found])

    assert with_opinion(PLAN, report, opinion_of(says)) == report


def test_what_a_person_accepted_is_not_brought_back_by_a_model() -> None:
    accepting = replace(PLAN.tasks[1], accepted=(RULE.id,))
    plan = replace(PLAN, tasks=(PLAN.tasks[0], accepting, PLAN.tasks[2]))
    report = judge(plan.tasks, [RULE])

    again = with_opinion(plan, report, opinion_of(guess("dependency", "a", "b")))

    assert again.verdict == "independent"
    assert kinds_of(again) == [("dependency", "rules")]


def test_an_answer_can_not_remove_a_finding() -> None:
    report = judge(PLAN.tasks, [RULE])
    says = {
        "remove": [RULE.id],
        "findings": [],
        "verdict": "independent",
        "accepted": [RULE.id],
        "dependencies": [
            {"before": "b", "after": "c", "quote": "pears", "why": ""},
            {"before": "c", "after": "a", "quote": "apples", "why": ""},
            {"id": RULE.id, "severity": "info", "accepted": True, **NEEDS},
        ],
    }

    opinion = second_opinion.read_answer(PLAN, json.dumps(says))
    again = with_opinion(PLAN, report, opinion)

    kept = again.finding(RULE.id)
    assert kept is not None and replace(kept, fixes=()) == RULE
    assert again.verdict == "unsure"
    added = [one for one in again.findings if one.source == "model"]
    assert [(one.before, one.after) for one in added] == [("b", "c")]


IDS = [f"t{number}" for number in range(6)]
pairs = st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda one: one[0] != one[1])
some_kind = st.sampled_from(["dependency", "write_conflict", "read_write", "duplicate"])
models = st.builds(lambda kind, pair: guess(kind, *pair), some_kind, pairs)


@st.composite
def of_rules(draw: st.DrawFn) -> Finding:
    finding = draw(models)
    severity = draw(st.sampled_from(["error", "warning"]))
    return replace(finding, id=finding.id.removeprefix("model:"), severity=severity, source="rules")


def found_by_rules(report: IndependenceReport) -> list[Finding]:
    """All but the advice, which follows from what all findings come to."""
    return [one for one in report.findings if one.source == "rules" and one.kind != "pattern"]


@given(st.lists(of_rules(), max_size=8), st.lists(models, max_size=12), st.data())
def test_every_finding_of_the_rules_stays_as_it_is(
    found: list[Finding], says: list[Finding], data: st.DataObject
) -> None:
    ids = [one.id for one in [*found, *says]]
    accepted = data.draw(st.lists(st.sampled_from(ids), max_size=4)) if ids else []
    plan = Plan(
        tasks=tuple(
            Task(id=task_id, prompt=task_id, accepted=tuple(accepted) if task_id == "t0" else ())
            for task_id in IDS
        )
    )
    report = judge(plan.tasks, {one.id: one for one in found}.values())

    more = with_opinion(plan, report, Opinion(findings=tuple(says)))

    assert found_by_rules(more) == found_by_rules(report)
    rank = ["independent", "unsure", "dependent"]
    assert rank.index(more.verdict) >= rank.index(report.verdict)
    assert len(more.stages) >= 1
    assert sorted(task for stage in more.stages for task in stage) == IDS


# Who is asked


def project_in(folder: Path, *, environment: dict[str, str], **fields: Any) -> Project:
    nowhere = {"ORCHTUI_LOCAL_MODEL": str(folder / "no-such-model.gguf")}
    backends = Backends({**nowhere, **environment}, chosen=fields.pop("chosen", None))
    return Project(folder=folder, out=folder / "artifacts", backends=backends, **fields)


CARD = Specialist(
    name="parallel-orchestrator", description="", system="Be strict.", path=Path(), model="opus"
)
CARDS = {"parallelorchestrator": CARD}
WITH_KEY = {"ANTHROPIC_API_KEY": KEY}


@pytest.mark.parametrize(
    ("plan", "fields", "who"),
    [
        (PLAN, {}, ("anthropic", None)),
        (PLAN, {"specialists": CARDS}, ("anthropic", "opus")),
        (replace(PLAN, model="haiku"), {}, ("anthropic", "haiku")),
        (replace(PLAN, model="haiku"), {"specialists": CARDS}, ("anthropic", "opus")),
        (replace(PLAN, backend="local"), {}, ("local", None)),
        (replace(PLAN, backend="command"), {}, ("anthropic", None)),
        (replace(PLAN, backend="rehearsal"), {"chosen": "local"}, None),
        (PLAN, {"chosen": "rehearsal"}, None),
        (PLAN, {"overrides": Overrides(backend="rehearsal")}, None),
        (
            replace(PLAN, backend="rehearsal"),
            {"overrides": Overrides(backend="anthropic", model="sonnet"), "specialists": CARDS},
            ("anthropic", "sonnet"),
        ),
    ],
)
def test_the_orchestrators_own_model_is_asked(
    tmp_path: Path, plan: Plan, fields: dict[str, Any], who: tuple[str, str | None] | None
) -> None:
    project = project_in(tmp_path, environment=WITH_KEY, **fields)

    if who is not None:
        assert project.opinion_backend(plan) == who
    else:
        with pytest.raises(NoBackendError, match="choose anthropic or local"):
            project.opinion_backend(plan)


def test_without_a_backend_the_choices_are_named(tmp_path: Path) -> None:
    project = project_in(tmp_path, environment={})

    with pytest.raises(NoBackendError, match="no backend is chosen"):
        asyncio.run(project.second_opinion(PLAN))


async def test_the_project_asks_with_the_orchestrators_instructions(
    tmp_path: Path, server: MessagesServer
) -> None:
    server.then(answer(ANSWER))
    environment = {**WITH_KEY, "ANTHROPIC_BASE_URL": server.url}
    project = project_in(tmp_path, environment=environment, specialists=CARDS)

    opinion = await project.second_opinion(PLAN)
    await project.close()

    assert len(opinion.findings) == 1
    assert server.requests[0].body["system"].startswith("Be strict.")
