"""Plans as files: the form, every error with its place, and nothing lost on the way out and in."""

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchtui.engine.errors import InputError, Problem, StorageError
from orchtui.engine.plan_files import plan_file
from orchtui.engine.plan_files.plan_file import dump_plan, load_plan, parse_plan, save_plan
from orchtui.engine.plans.plan import (
    ON_BUDGET,
    PRIORITIES,
    STRATEGIES,
    Limits,
    Plan,
    Task,
    numbered,
)
from orchtui.engine.text import clean

FULL = """\
name: async-research
request: Research Python async/await from three perspectives
specialist: researcher
backend: anthropic
model: opus
limits: {concurrency: 8, timeout: 30m, idle_timeout: 2m, deadline: 2h, retries: 3, \
max_tokens: 8000, budget_usd: 2.5, budget_tokens: 2000000, on_budget: cut}
aggregate: synthesize
missing: [which topics]
tasks:
  - id: academic
    title: Academic research
    prompt: |
      Research Python async/await:

        - academic papers
        - PEPs
    expected_output: One page, with sources
    rationale: Papers are a perspective of their own
    specialist: librarian
    backend: local
    model: haiku
    priority: critical
    timeout: 1h30m
    idle_timeout: 0
    retries: 0
    max_tokens: 500
    estimate: 500ms
    reads: [docs/spec.md, "a, b.md"]
    writes: [docs/academic.md]
    accepted: [dependency-1a]
    accept_truncated: true
    enabled: false
  - prompt: "no"
    after: [academic]
  - title: Lines
    command: [wc, -l, "{prompt}"]
    env: [GH_TOKEN]
"""

FULL_PLAN = Plan(
    name="async-research",
    request="Research Python async/await from three perspectives",
    specialist="researcher",
    backend="anthropic",
    model="opus",
    limits=Limits(
        concurrency=8,
        timeout=1800.0,
        idle_timeout=120.0,
        deadline=7200.0,
        retries=3,
        max_tokens=8000,
        budget_usd=2.5,
        budget_tokens=2_000_000,
        on_budget="cut",
    ),
    aggregate="synthesize",
    missing=("which topics",),
    tasks=(
        Task(
            id="academic",
            title="Academic research",
            prompt="Research Python async/await:\n\n  - academic papers\n  - PEPs\n",
            expected_output="One page, with sources",
            rationale="Papers are a perspective of their own",
            specialist="librarian",
            backend="local",
            model="haiku",
            priority="critical",
            timeout=5400.0,
            idle_timeout=0.0,
            retries=0,
            max_tokens=500,
            estimate=0.5,
            reads=("docs/spec.md", "a, b.md"),
            writes=("docs/academic.md",),
            accepted=("dependency-1a",),
            accept_truncated=True,
            enabled=False,
        ),
        Task(id="task-2", prompt="no", after=("academic",)),
        Task(id="task-3", title="Lines", command=("wc", "-l", "{prompt}"), env=("GH_TOKEN",)),
    ),
)


def problems(text: str) -> list[str]:
    """Everything that is told about a plan that is not allowed."""
    with pytest.raises(InputError) as caught:
        parse_plan(text, "p")
    placed = [problem for problem in caught.value.problems if problem.line]
    assert placed == sorted(placed)
    return [str(problem) for problem in caught.value.problems]


# --- the form -----------------------------------------------------------------------------------


def test_every_key_is_read_and_written_in_the_documented_form() -> None:
    assert parse_plan(FULL) == FULL_PLAN
    assert dump_plan(FULL_PLAN) == FULL


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("tasks: [{prompt: x}]", Plan(tasks=(Task(id="task-1", prompt="x"),))),
        ('{"tasks": [{"prompt": "\\u00e9\\n"}]}', Plan(tasks=(Task(id="task-1", prompt="é\n"),))),
        (
            "\ufeffname: ~\nlimits:\nmissing: null\ntasks:\r\n- prompt: x\r\n  after:\r\n",
            Plan(tasks=(Task(id="task-1", prompt="x"),)),
        ),
        (
            "tasks:\n- {prompt: x, reads: a.md, writes: b.md, accepted: f1}\n"
            "- {prompt: y, after: task-1}",
            Plan(
                tasks=(
                    Task(
                        id="task-1", prompt="x", reads=("a.md",), writes=("b.md",), accepted=("f1",)
                    ),
                    Task(id="task-2", prompt="y", after=("task-1",)),
                )
            ),
        ),
        (
            "tasks:\n- &t {prompt: 1:30, title: no, timeout: 90, enabled: No}\n- *t\n",
            Plan(
                tasks=tuple(
                    Task(id=id, prompt="1:30", title="no", timeout=90.0, enabled=False)
                    for id in ("task-1", "task-2")
                )
            ),
        ),
        (
            'tasks: [{title: "\\e[31mred\\e[0m\\nline", prompt: "\\e]0;x\\a\\tok\\n"}]',
            Plan(tasks=(Task(id="task-1", title="red line", prompt="\tok\n"),)),
        ),
        (
            "tasks: [{prompt: x, reads: [a/../b, ./c, '...', ' d', 'e\u00a0f', 'src/**/*.py']}]",
            Plan(
                tasks=(
                    Task(
                        id="task-1",
                        prompt="x",
                        reads=("a/../b", "./c", "...", " d", "e\u00a0f", "src/**/*.py"),
                    ),
                )
            ),
        ),
        ("missing: which topics\ntasks: []", Plan(missing=("which topics",))),
        ("missing: [which topics]", Plan(missing=("which topics",))),
    ],
)
def test_forms_that_are_allowed(text: str, plan: Plan) -> None:
    assert parse_plan(text) == plan


# --- errors -------------------------------------------------------------------------------------

TASK_KEYS = (
    "id, title, prompt, expected_output, rationale, specialist, backend, model, command, env, "
    "runs_on, priority, timeout, idle_timeout, connect_timeout, first_token_timeout, retries, "
    "max_tokens, estimate, reads, writes, after, accepted, accept_truncated, enabled, "
    "variants, approaches, languages, subjects, files, table, stages"
)
PLAN_KEYS = "name, request, specialist, backend, model, limits, aggregate, missing, tasks"
SLUG = "a name of letters, digits, '-', '_' and '.', starting with a letter or digit, at most 64"
DURATION = "a duration such as 90s, 20m, 1h30m or 500ms, or a whole number of seconds"
EMPTY = "the plan is empty; it needs at least one task under 'tasks'"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # nothing in it, or something else
        ("", f"p: {EMPTY}"),
        ("# only a comment\n", f"p: {EMPTY}"),
        ("~", f"p: {EMPTY}"),
        ("name: a", f"p:1:1: {EMPTY}"),
        ("name: a\ntasks:\n", f"p:1:1: {EMPTY}"),
        ("name: a\ntasks: []", f"p:2:8: {EMPTY}"),
        ("just text", f"p:1:1: the plan must be a mapping ({PLAN_KEYS}), not text"),
        ("- prompt: x", f"p:1:1: the plan must be a mapping ({PLAN_KEYS}), not a list"),
        ("tasks: x", "p:1:8: tasks must be a list of tasks, not text"),
        ("tasks: {a: {prompt: x}}", "p:1:8: tasks must be a list of tasks, not a mapping"),
        ("tasks: [x]", f"p:1:9: item 1 of tasks must be a mapping ({TASK_KEYS}), not text"),
        # keys
        (
            "tasks:\n  - prompt: x\n    promt: y",
            "p:3:5: unknown key 'promt' in item 1 of tasks; did you mean 'prompt'?; "
            f"allowed are {TASK_KEYS}",
        ),
        (
            "task: []\ntasks: [{prompt: x}]",
            "p:1:1: unknown key 'task' in the plan; did you mean 'tasks'?; "
            f"allowed are {PLAN_KEYS}",
        ),
        (
            "limits: {zzz: 1}\ntasks: [{prompt: x}]",
            "p:1:10: unknown key 'zzz' in limits; allowed are concurrency, timeout, idle_timeout, "
            "connect_timeout, first_token_timeout, deadline, retries, max_tokens, budget_usd, "
            "budget_tokens, rate, hedge, on_budget, max_tasks",
        ),
        ("tasks: [{prompt: x, prompt: y}]", "p:1:21: duplicate key 'prompt', first on line 1"),
        (
            "tasks: [&t {prompt: x}, {<<: *t, prompt: y}]",
            "p:1:26: merge keys (<<) are not supported; write the keys out",
        ),
        (
            "tasks: [{prompt: x, [a]: b}]",
            "p:1:21: a key of item 1 of tasks must be text, not a list",
        ),
        # types
        ("tasks: [{prompt: [x]}]", "p:1:18: prompt must be text, not a list"),
        ("tasks: [{prompt: x, title: {a: b}}]", "p:1:28: title must be text, not a mapping"),
        (
            "tasks: [{prompt: x, retries: two}]",
            "p:1:30: retries must be a whole number from 0 to 100, not 'two'",
        ),
        (
            "tasks: [{prompt: x, retries: -1}]",
            "p:1:30: retries must be a whole number from 0 to 100, not '-1'",
        ),
        (
            "limits: {concurrency: 0}\ntasks: [{prompt: x}]",
            "p:1:23: concurrency must be a whole number from 1 to 10,000, not '0'",
        ),
        (
            "limits: {budget_usd: -5}\ntasks: [{prompt: x}]",
            "p:1:22: budget_usd must be a number greater than 0, at most 1,000,000, not '-5'",
        ),
        (
            "limits: {max_tokens: 99999999999}\ntasks: [{prompt: x}]",
            "p:1:22: max_tokens must be a whole number from 1 to 10,000,000, not '99999999999'",
        ),
        (
            "limits: 5\ntasks: [{prompt: x}]",
            "p:1:9: limits must be a mapping (concurrency, "
            "timeout, idle_timeout, connect_timeout, first_token_timeout, deadline, retries, "
            "max_tokens, budget_usd, budget_tokens, rate, hedge, on_budget, max_tasks), "
            "not text",
        ),
        ("tasks: [{prompt: x, timeout: soon}]", f"p:1:30: timeout: 'soon' is not {DURATION}"),
        (
            "tasks: [{prompt: x, timeout: 0}]",
            "p:1:30: timeout: '0' is out of range: more than 0, at most ten years",
        ),
        (
            "tasks: [{prompt: x, estimate: 99999h}]",
            "p:1:31: estimate: '99999h' is out of range: more than 0, at most ten years",
        ),
        (
            "tasks: [{prompt: x, enabled: 'yes'}]",
            "p:1:30: enabled must be true or false, not the text 'yes'; remove the quotes",
        ),
        (
            "tasks: [{prompt: x, priority: hgih}]",
            "p:1:31: priority must be one of critical, normal, nice-to-have, not 'hgih'",
        ),
        (
            "aggregate: colect\ntasks: [{prompt: x}]",
            "p:1:12: aggregate must be one of collect, synthesize, compare, none, not 'colect'; "
            "did you mean 'collect'?",
        ),
        (
            "specialist: ''\ntasks: [{prompt: x}]",
            "p:1:13: specialist must be a name on one line, not ''",
        ),
        # names
        ("name: a b\ntasks: [{prompt: x}]", f"p:1:7: name must be {SLUG}, not 'a b'"),
        (
            "name: Result\ntasks: [{prompt: x}]",
            "p:1:7: name must not be one of log, result, task, nor begin with result-: "
            "orchtui's own files use these names",
        ),
        ("tasks: [{id: ../a, prompt: x}]", f"p:1:14: id must be {SLUG}, not '../a'"),
        ("tasks: [{id: '', prompt: x}]", f"p:1:14: id must be {SLUG}, not ''"),
        (
            "tasks:\n- {id: a, prompt: x}\n- {id: a, prompt: y}",
            "p:3:8: duplicate id 'a', first on line 2",
        ),
        (
            "tasks:\n- {id: task-2, prompt: x}\n- {prompt: y}",
            "p:2:8: duplicate id 'task-2': the task on line 3 has it by default",
        ),
        (
            "tasks:\n- {prompt: y}\n- {id: task-1, prompt: x}",
            "p:3:8: duplicate id 'task-1': the task on line 2 has it by default",
        ),
        # paths
        *(
            (
                f"tasks: [{{prompt: x, writes: ['{path}']}}]",
                "p:1:30: item 1 of writes must be a path below the project folder, "
                f"not '{path.strip()}'",
            )
            for path in ("/etc/passwd", "../a", "a/../../b", "..", "", " ", "~", "~/a")
        ),
        (
            'tasks: [{prompt: x, reads: "a\\e[31mb"}]',
            "p:1:28: reads must not contain control characters: 'ab'",
        ),
        # prompt, command, backend
        ("tasks:\n  - title: x", "p:2:5: a task needs a prompt or a command"),
        ("tasks:\n  - prompt: ' '", "p:2:13: a task needs a prompt or a command"),
        ("tasks:\n  - prompt: ~", "p:2:5: a task needs a prompt or a command"),
        ("tasks: [{command: []}]", "p:1:9: a task needs a prompt or a command"),
        (
            "tasks: [{command: wc -l}]",
            "p:1:19: command must be an argv list, never a shell; write [prog, arg], not text",
        ),
        ("tasks: [{command: ['', a]}]", "p:1:19: command must start with the name of a program"),
        (
            'tasks: [{command: [a, "\\0"]}]',
            "p:1:23: item 2 of command must not contain control characters: ''",
        ),
        (
            "tasks: [{command: [a], backend: local}]",
            "p:1:33: a task with a command needs a backend that runs programs "
            "(acp, claude, codex, command, gemini, llm, opencode), not 'local'; "
            "remove one of the two",
        ),
        (
            "tasks: [{prompt: x, backend: command}]",
            "p:1:30: the backend 'command' needs a command: [prog, arg]",
        ),
        (
            "backend: command\ntasks: [{prompt: x}]",
            "p:2:9: the plan's backend is 'command', so this task needs a command: [prog, arg], "
            "or a backend of its own",
        ),
        # after
        (
            "tasks:\n- {id: first, prompt: x}\n- {id: b, prompt: y, after: [frist]}",
            "p:3:30: no task has the id 'frist'; did you mean 'first'?; there are first, b",
        ),
        ("tasks: [{id: a, prompt: x, after: a}]", "p:1:35: a task can not come after itself"),
        (
            "tasks: [{id: a, prompt: x}, {prompt: y, after: [a, a]}]",
            "p:1:52: 'a' is listed twice",
        ),
        (
            "tasks:\n- {id: a, prompt: x, after: c}\n- {id: b, prompt: x, after: a}\n"
            "- {id: c, prompt: x, after: [b]}",
            "p:2:29: tasks wait for each other in a circle: a → b → c → a; "
            "remove one of these from 'after'",
        ),
        # YAML that is refused
        (
            "a: 1\n---\nb: 1",
            "p:2:1: a second YAML document starts here; only one is allowed in a file",
        ),
        ("tasks:\n\t- prompt: x", "p:2:1: a tab is not allowed here; indent with spaces"),
        (
            "tasks: [{prompt: !!python/object:os.x {}}]",
            "p:1:18: prompt must be text, not a mapping\n"
            "p:1:18: the tag !!python/object:os.x is not allowed; remove it",
        ),
    ],
)
def test_errors(text: str, told: str) -> None:
    assert problems(text) == told.splitlines()


def test_all_errors_are_told_at_once_in_the_order_of_the_text() -> None:
    text = """\
name: task
colour: red
limits: {retries: x}
tasks:
  - id: a
    prompt: x
    after: [b, zz]
  - id: b
    timeout: never
    after: [a]
  - id: b
    prompt: x
    priority: low
"""
    assert [problem.split(": ")[0] for problem in problems(text)] == [
        "p:1:7",
        "p:2:1",
        "p:3:19",
        "p:7:12",
        "p:7:16",
        "p:8:5",
        "p:9:14",
        "p:11:9",
        "p:13:15",
    ]


def test_one_mistake_is_told_once() -> None:
    # Nothing is said about the prompt, the backend or the ids that follow from the mistake.
    assert len(problems("tasks: [{prompt: [x]}]")) == 1
    assert len(problems("tasks: [{command: ls}, {prompt: x, after: task-1}]")) == 1
    assert len(problems("tasks: [{id: a b, prompt: x}, {prompt: y, after: 'a b'}]")) == 2
    assert len(problems("tasks: [x, {prompt: y}, {prompt: z, after: task-2}]")) == 1


def test_several_circles_are_told() -> None:
    text = "tasks:\n" + "".join(
        f"- {{id: {task}, prompt: x, after: {other}}}\n"
        for task, other in [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]
    )
    assert [p.partition(";")[0] for p in problems(text)] == [
        "p:2:29: tasks wait for each other in a circle: a → b → a",
        "p:4:29: tasks wait for each other in a circle: c → d → c",
    ]


def test_a_long_circle_is_told_in_short() -> None:
    text = "tasks:\n" + "".join(f"- {{prompt: x, after: task-{n or 3000}}}\n" for n in range(3000))
    (told,) = problems(text)
    assert "a circle: task-1 → task-2 → " in told
    assert " → task-10 → … → task-1; " in told


def test_too_many_tasks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert plan_file.MAX_TASKS == 20_000
    monkeypatch.setattr(plan_file, "MAX_TASKS", 2)
    assert problems("tasks: [{}, {}, {}]") == ["p:1:8: too many tasks: 3; at most 2"]


def test_a_file_that_is_something_else_is_told_in_short() -> None:
    told = problems("".join(f"package-{n}: {{version: 1}}\n" for n in range(20_000)))
    assert len(told) == 1001
    assert told[-1] == "p: 19,001 more problems, not shown"


def test_ten_thousand_tasks() -> None:
    # Anything that grows with the square of the tasks meets the time limit of the test.
    plan = Plan(
        tasks=tuple(
            Task(
                id=f"t{n}", title=f"T {n}", prompt=f"Do {n}.\nThen stop.", after=(f"t{n - 1}",)[:n]
            )
            for n in range(10_000)
        )
    )
    assert parse_plan(dump_plan(plan)) == plan


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", EMPTY),
        (b"tasks: \0", "is not a text file: byte 8 is a NUL"),
        (b"tasks: \xff", "is not UTF-8: byte 8 is 0xff; save it as UTF-8"),
        ("tasks: []".encode("utf-16"), "is UTF-16 or UTF-32; save it as UTF-8"),
        (b"#" * 50_000_000, "is too large: 50,000,000 bytes; at most 5,000,000 are allowed"),
    ],
)
def test_files_that_are_no_plan(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        load_plan(path)
    assert caught.value.problems == (Problem(str(path), 0, 0, told),)


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, told in [
        (tmp_path, "is a folder, not a file"),
        (tmp_path / "no.yaml", "there is no such file"),
        (tmp_path / "fifo", "is not a regular file"),
    ]:
        with pytest.raises(InputError) as caught:
            load_plan(path)
        assert str(caught.value) == f"{path}: {told}"


def test_errors_of_a_file_carry_its_name(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("tasks: [\n")
    with pytest.raises(InputError) as caught:
        load_plan(path)
    assert str(caught.value).startswith(f"{path}:2:1: ")


def test_saving_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path, link = tmp_path / "plan.yaml", tmp_path / "link.yaml"
    save_plan(FULL_PLAN, path)
    assert load_plan(path) == FULL_PLAN
    path.chmod(0o640)
    link.symlink_to(path.name)
    other = msgspec.structs.replace(FULL_PLAN, name="other")
    save_plan(other, link)
    assert link.is_symlink()
    assert load_plan(path) == other
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.yaml", "plan.yaml"]


def test_what_can_not_be_saved(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "no" / "plan.yaml", tmp_path / "folder", tmp_path / ("n" * 300)):
        with pytest.raises(StorageError, match="can not be saved: "):
            save_plan(FULL_PLAN, path)
    assert [file.name for file in tmp_path.rglob("*")] == ["folder"]


# --- out and in again ---------------------------------------------------------------------------

PIECES = [
    *("no", "1:30", "2024-01-01", "null", "~", "0x10", "007", "#", " #", ":", ": ", "- ", "---"),
    *(" ", "  ", "\n", "\n\n", "\t", "\xa0", "'", '"', "\\", "[", "{", "}", ",", "|", "&a", "*a"),
    *("é", "😀", "👩‍💻", "{prompt}", "x" * 300, "a b " * 300, "!t", "%", "@", "`", "..."),
]
printable = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
).map(clean)
lines = printable.map(lambda text: text.replace("\n", "").replace("\t", ""))
names = lines.map(lambda text: " ".join(text.split())).filter(bool)
slugs = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", fullmatch=True)
paths = lines.filter(lambda path: path.strip() and path[0] not in "/~" and ".." not in path)
durations = st.integers(1, 10**9).map(lambda ms: round(ms / 1000, 3))
maybe_tokens = st.none() | st.integers(1, 10_000_000)
maybe_name = st.none() | names
limits = st.builds(
    Limits,
    concurrency=st.none() | st.integers(1, 10_000),
    timeout=st.none() | durations,
    idle_timeout=st.none() | st.just(0.0) | durations,
    deadline=st.none() | durations,
    retries=st.none() | st.integers(0, 100),
    max_tokens=maybe_tokens,
    budget_usd=st.none() | st.floats(0, 1e6, exclude_min=True, allow_subnormal=False),
    budget_tokens=st.none() | st.integers(1, 10**12),
    on_budget=st.sampled_from([None, *ON_BUDGET]),
    max_tasks=st.none() | st.integers(1, 20_000),
)
tasks = st.builds(
    Task,
    id=slugs,
    title=lines,
    prompt=printable.filter(str.strip),
    expected_output=printable,
    rationale=printable,
    specialist=maybe_name,
    backend=maybe_name.filter(lambda backend: backend != "command"),
    model=maybe_name,
    priority=st.sampled_from(PRIORITIES),
    timeout=st.none() | durations,
    idle_timeout=st.none() | st.just(0.0) | durations,
    retries=st.none() | st.integers(0, 100),
    max_tokens=maybe_tokens,
    estimate=st.none() | durations,
    reads=st.lists(paths, max_size=3).map(tuple),
    writes=st.lists(paths, max_size=3).map(tuple),
    accepted=st.lists(names, max_size=3).map(tuple),
    accept_truncated=st.booleans(),
    enabled=st.booleans(),
)
commands = st.lists(printable, max_size=3).map(lambda rest: ("prog", *rest))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    made = draw(st.lists(tasks, max_size=4, unique_by=lambda task: task.id))
    defaults = set(numbered(len(made)))
    whole: list[Task] = []
    for default, task in zip(numbered(len(made)), made, strict=True):
        if task.id in defaults or draw(st.booleans()):
            task = msgspec.structs.replace(task, id=default)
        if draw(st.booleans()):
            prompt = draw(st.just("") | st.just(task.prompt))
            task = msgspec.structs.replace(
                task, command=draw(commands), prompt=prompt, backend=None
            )
        before = [other.id for other in whole]
        after = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        whole.append(msgspec.structs.replace(task, after=tuple(after)))
    missing = draw(st.lists(printable, min_size=0 if whole else 1, max_size=2))
    return Plan(
        name=draw(st.none() | slugs.filter(lambda s: s.lower() not in ("task", "result", "log"))),
        request=draw(printable),
        specialist=draw(maybe_name),
        backend=draw(maybe_name.filter(lambda backend: backend != "command")),
        model=draw(maybe_name),
        limits=draw(limits),
        aggregate=draw(st.sampled_from(STRATEGIES)),
        missing=tuple(missing),
        tasks=tuple(whole),
    )


@given(plans())
@example(FULL_PLAN)
def test_a_plan_comes_back_as_it_was(plan: Plan) -> None:
    written = dump_plan(plan)
    assert parse_plan(written) == plan
    assert dump_plan(parse_plan(written)) == written


def test_a_plan_that_is_not_whole_can_be_written_too() -> None:
    assert dump_plan(Plan()) == "tasks: []\n"
    assert dump_plan(Plan(tasks=(Task(id="task-1"),))) == "tasks:\n  - {}\n"
