"""Files and requests that were never meant well: an answer, or one of the project's own errors.

Plans, agent files, configurations, requests, a model's opinion, and what a run
leaves behind: random ones, and real ones spoilt. Whatever is accepted must also be
fit for what follows: written and read again, analysed, told.
"""

import os
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from orchtui.config import load_config
from orchtui.engine.agents import specialists
from orchtui.engine.backends import registry
from orchtui.engine.consulting.opinion_answer import read_answer
from orchtui.engine.errors import InputError, OrchtuiError
from orchtui.engine.journals import journal as journals
from orchtui.engine.plan_files.plan_file import dump_plan, load_plan, parse_plan
from orchtui.engine.plans.plan import Plan
from orchtui.engine.request import parse_request
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from orchtui.engine.runs import fold, verdict
from orchtui.engine.sessions.project import Project
from orchtui.engine.telling import execution_log, report, run_result
from orchtui.engine.trusting.trust_store import TrustStore
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.faults import ROOT
from tests.faults.forms import fuzz
from tests.faults.made_input import (
    as_bytes,
    as_json,
    json_values,
    spoilt,
    spoilt_lines,
    texts,
    words,
    yaml_texts,
)

_LIMITS = "concurrency timeout idle_timeout deadline retries max_tokens budget_usd budget_tokens"
_TASK = "id title prompt specialist backend model command priority estimate reads writes after"
_PLAN = f"name request limits aggregate missing tasks {_TASK} {_LIMITS} accepted enabled"
_AGENT = f"name description tools model color permissionMode maxTurns orchtui {_LIMITS}"
_CONFIG = f"backend models profiles base_url key_env limits agents theme tools web {_LIMITS}"
_OPINION = "dependencies conflicts duplicates not_self_contained before after tasks quote why kind"

PLANS = [path.read_bytes() for path in sorted((ROOT / "examples").glob("*.yaml"))]
AGENTS = [path.read_bytes() for path in sorted(specialists.BUILT_IN.rglob("*.md"))]
CONFIG = b"""backend: near
models: {fast: some-model-1, opus: other}
profiles:
  near: {base_url: "http://127.0.0.1:8080", models: {opus: big}, limits: {concurrency: 2}}
  far: {base_url: https://example.invalid, key_env: FAR_KEY, tools: no, web: true}
limits: {concurrency: 4, timeout: 10m, retries: 1, budget_usd: 2.5}
agents: [~/agents, more/agents]
theme: orchtui-dark
"""


def here(name: str, data: bytes) -> Path:
    """A file in the test's own home."""
    path = Path(os.environ["HOME"]) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def check_told(error: InputError, text: str) -> None:
    """Every problem is one safe line, at a place that is in the text."""
    lines = len(text.splitlines()) + 1
    assert error.problems
    for problem in error.problems:
        assert 0 <= problem.line <= lines and problem.column >= 0
        assert not acts(problem.message) and len(problem.message) < 2000


def acts(text: str) -> bool:
    return any(unicodedata.category(char) in ("Cc", "Cs") for char in text)


def check_plan(plan: Plan) -> None:
    """A plan that was accepted can be written, read again and analysed."""
    assert parse_plan(dump_plan(plan)) == plan
    one = project()
    found = one.check(plan)
    try:
        schedule = one.schedule(plan, found)
    except OrchtuiError:
        return
    assert len(schedule.tasks) == sum(each.enabled for each in plan.tasks)


def project(**fields: Any) -> Project:
    """A project in the test's own home."""
    home = Path(os.environ["HOME"])
    backends = registry.Backends({}, chosen="rehearsal")
    return Project(folder=home, out=home / "artifacts", backends=backends, **fields)


def yaml_of(keys: str) -> st.SearchStrategy[str]:
    return yaml_texts(*keys.split())


@fuzz(
    spoilt(PLANS) | st.binary(max_size=300) | yaml_of(_PLAN).map(as_bytes),
    short=40,
    known=((b"tasks: [{id: a, after: [a], prompt: x}]",),),
)
def test_plan_files(data: bytes) -> None:
    try:
        plan = load_plan(here("plan.yaml", data))
    except InputError as error:
        check_told(error, data.decode("utf-8", "replace"))
    else:
        check_plan(plan)


_tasks = st.lists(
    st.dictionaries(st.sampled_from(_TASK.split()), json_values(leaves=4), max_size=6)
    | st.fixed_dictionaries(
        {"prompt": texts | words}, optional={"id": words, "writes": st.lists(words)}
    ),
    max_size=6,
)


@fuzz(
    st.fixed_dictionaries({"tasks": _tasks}, optional={"name": words, "missing": _tasks}),
    short=40,
)
def test_plans_of_the_right_form_with_anything_in_them(value: object) -> None:
    text = as_json(value)
    try:
        plan = parse_plan(text)
    except InputError as error:
        check_told(error, text)
    else:
        check_plan(plan)


@fuzz(
    spoilt(AGENTS)
    | st.binary(max_size=300)
    | yaml_of(_AGENT).map(lambda text: as_bytes(f"---\n{text}\n---\n{text}")),
    short=60,
)
def test_agent_files(data: bytes) -> None:
    try:
        specialist, told = specialists.parse(data, Path("some-agent.md"))
    except ValueError as error:
        assert not acts(str(error))
        return
    if specialist is None:
        assert told
        return
    said = (specialist.name, specialist.description)
    assert not any(map(acts, (*said, *(one.message for one in specialist.diagnostics))))
    assert specialist.name
    one = project(specialists={specialist.name: specialist})
    one.card(specialist)
    one.check(Plan(tasks=(task("a", specialist=specialist.name), task("b"))))


@fuzz(spoilt([CONFIG]) | st.binary(max_size=200) | yaml_of(_CONFIG).map(as_bytes), short=60)
def test_configurations(data: bytes) -> None:
    folder = Path(os.environ["HOME"])
    try:
        settings = load_config(folder, here("other.yaml", data))
    except InputError as error:
        check_told(error, data.decode("utf-8", "replace"))
        return
    settings.own(folder)
    backends = registry.Backends(
        {}, chosen=settings.backend, models=settings.models, profiles=settings.profiles
    )
    backends.choices()
    for name in settings.profiles:
        backends.offers(name)
        backends.model_id(name, None)


@fuzz(
    texts
    | spoilt([b"Research A, B and C in parallel, max 5 minutes each, then write a report"]).map(
        lambda data: data.decode("utf-8", "surrogateescape")
    ),
    short=60,
)
def test_requests(text: str) -> None:
    try:
        plan = parse_request(text, Path(os.environ["HOME"]))
    except InputError as error:
        assert not acts(str(error))
    else:
        check_plan(plan)


TWO = Plan(tasks=(task("t1"), task("t2", writes=("docs/a.md",))))
_answers = json_values(*_OPINION.split()).map(as_json)


@fuzz(_answers | _answers.map(lambda said: f"Here:\n```json\n{said}\n```") | texts, short=40)
def test_a_models_opinion(text: str) -> None:
    opinion = read_answer(TWO, text)
    assert not any(map(acts, opinion.problems))
    assert not any(acts(finding.message) for finding in opinion.findings)


# What a run leaves


@cache
def histories() -> tuple[tuple[bytes, ...], ...]:
    """Journals of small runs, in lines; every kind of event is in one of them."""
    first = Told(task("t1"), task("t2", after=("t1",)), task("t3"))
    first.starts("t1", 0).says("t1", 1, "half").retries("t1", 2).starts("t1", 3)
    of = {"task": "t1", "attempt": 2}
    first.tell(ev.ToolCalled, 3, **of, call="c1", name="Read", arguments='{"path": "a"}')
    first.tell(ev.ToolReturned, 3, **of, call="c1", ok=True, text="words")
    first.tell(ev.WriteRefused, 3, **of, path="../x", why="outside")
    first.tell(ev.PermissionAsked, 3, **of, question="q1", what="run it")
    first.tell(ev.PermissionAnswered, 3, **of, question="q1", allowed=False, why="no")
    change = ev.FileChange(path="docs/a.md", kept="files/t1/docs/a.md", base=None)
    first.tell(ev.FilesSeen, 4, **of, sight="tools", read=("b.md",), written=(change,))
    first.completes("t1", 5, "all\n# of it", output=7)
    first.starts("t3", 0)
    first.tell(
        ev.RaceDetected, 5, task="t3", attempt=1, path="docs/a.md", access="read",
        when=ev.iso(5), other="t1", other_access="write", other_when=ev.iso(4),
    )  # fmt: skip
    first.fails("t3", 6).starts("t2", 5).cancels("t2", 7).tell(ev.Steered, 7, action="cancel_run")
    first.tell(ev.Steered, 7, action="extend", task="t1", value="60.0")
    first.tell(ev.Steered, 7, action="concurrency", value="3")
    first.ends(8).resumes(9).starts("t2", 10).completes("t2", 11, "more").starts("t3", 10)
    first.fails("t3", 12, error="auth").ends(13)
    second = Told(
        task("t1"), task("t2", after=("t1",)), aggregate="synthesize", backend="rehearsal"
    )
    second.starts("t1", 0).fails("t1", 1).skips("t2", 1, "it needs 't1', which failed").ends(
        2, "collect", "no task completed"
    )
    return tuple(tuple(ev.encode(e) + b"\n" for e in told.events) for told in (first, second))


journal_bytes = st.sampled_from([0, 1]).flatmap(lambda n: spoilt_lines(histories()[n])) | spoilt(
    [b"".join(lines) for lines in histories()]
)


@fuzz(journal_bytes, short=80, long=10_000)
def test_journals(data: bytes) -> None:
    path = here("runs/r/events.jsonl", data)
    try:
        run = fold.replay(journals.read(path.parent))
    except OrchtuiError as error:
        assert not acts(str(error))
        return
    if run is None:
        return
    # What is accepted can be told in all forms.
    verdict.verdict(run)
    summary.dump(run)
    run_result.result(run, ev.output_file)
    execution_log.log(run, task_output=ev.output_file, result_output="result.md")
    for one in run.tasks.values():
        report.task_file(run, one)


@fuzz(
    spoilt([summary.dump(Told(task("t1")).ends(1).run).encode()]) | st.binary(max_size=60), short=40
)
def test_summaries(data: bytes) -> None:
    path = here("runs/r/summary.json", data)
    found = summary.load(path.parent)
    assert found is None or not acts(found.name)


@fuzz(
    spoilt([b'{"format": 1, "trusted": {"/somewhere": ["abc", "paid"]}}']) | st.binary(max_size=60),
    short=40,
)
def test_what_is_trusted(data: bytes) -> None:
    path = here("trusted.json", data)
    store = TrustStore(path)
    store.trouble()
    store.known(Path("/somewhere"))
    store.note_paid(Path("/somewhere"))
    assert TrustStore(path).paid_noted(Path("/somewhere"))


def test_the_histories_have_every_kind_of_event() -> None:
    kinds = {ev.decode(line).__class__ for lines in histories() for line in lines}
    wanted = {*ev.AnyTaskEvent.__args__, ev.RunResumed, ev.Steered, ev.RunFinished}
    assert kinds >= wanted - {ev.TaskReused, ev.AccessRefused, ev.WorkerAwaited, ev.TaskPlaced}
