"""Single values of a plan, changed as a person names them and checked as a plan file would be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_set import changed, read_settings
from orchtui.engine.plans.plan import Limits, Plan, Task

PLAN = Plan(
    name="guide",
    model="sonnet",
    limits=Limits(timeout=60.0),
    tasks=(
        Task(id="a", prompt="Write a", model="opus"),
        Task(id="b.c", prompt="Write b", after=("a",)),
        Task(id="limits", prompt="Find the limits"),
        Task(id="run", command=("echo", "x")),
    ),
)


def with_set(*written: str) -> Plan:
    return changed(PLAN, read_settings(PLAN, written))


def test_nothing_set_is_the_same_plan() -> None:
    assert with_set() == PLAN


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("concurrency=4", lambda plan: plan.limits == Limits(timeout=60.0, concurrency=4)),
        ("limits.retries=0", None),
        ("timeout=20m", lambda plan: plan.limits.timeout == 1200),
        ("rate=60/m", lambda plan: plan.limits.rate == 1),
        ("timeout=", lambda plan: plan.limits == Limits()),
        ("limits={concurrency: 2}", lambda plan: plan.limits == Limits(concurrency=2)),
        ("model=haiku", lambda plan: (plan.model, plan.task("a").model) == ("haiku", "opus")),
        ("aggregate=synthesize", lambda plan: plan.aggregate == "synthesize"),
        ("a.model=haiku", lambda plan: plan.task("a").model == "haiku"),
        ("tasks.a.model=haiku", lambda plan: plan.task("a").model == "haiku"),
        ("a.model=", lambda plan: plan.task("a").model is None),
        ("*.retries=1", lambda plan: [task.retries for task in plan.tasks] == [1] * 4),
        ("b.c.timeout=90s", lambda plan: plan.task("b.c").timeout == 90),
        ("limits.timeout=5s", lambda plan: plan.task("limits").timeout == 5),
        ("b.c.after=limits", lambda plan: plan.task("b.c").after == ("limits",)),
        ("b.c.after=[a, limits]", lambda plan: plan.task("b.c").after == ("a", "limits")),
        ("b.c.after=", lambda plan: plan.task("b.c").after == ()),
        ("run.command=[echo, 'a: b']", lambda plan: plan.task("run").command == ("echo", "a: b")),
        ("a.enabled=no", lambda plan: not plan.task("a").enabled),
        ("a.prompt=[x]: {y} = \"z\" # all", lambda plan: "= \"z\" # all" in plan.task("a").prompt),
        ("a.prompt=12:30", lambda plan: plan.task("a").prompt == "12:30"),
    ],
)  # fmt: skip
def test_what_can_be_set(written: str, found: object) -> None:
    if found is None:  # `limits` is a task here, which wins over the plan's limits
        assert with_set(written).task("limits").retries == 0
        return
    assert callable(found) and found(with_set(written))


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("concurrency", "write KEY=VALUE"),
        ("=4", "write KEY=VALUE"),
        ("", "write KEY=VALUE"),
        ("concurency=4", "did you mean"),
        ("concurrency=0", "must be a whole number"),
        ("concurrency=x", "must be a whole number"),
        ("prompt=x", "'prompt' is a task's"),
        ("tasks=[]", "one by one"),
        ("x.model=opus", "there is no task 'x'"),
        ("a.modle=opus", "did you mean 'model'?"),
        ("a.priority=high", "priority"),
        ("a.writes=../x", "below the project folder"),
        ("run.command=echo x", "argv list"),
        ("run.command=[echo", "run.command=[echo: "),
        ("a.prompt=", "needs a prompt or a command"),
        ("a.id=limits", "limits"),
        ("a.after=b.c", "circle"),
        ("b.c.after=nobody", "nobody"),
        ("a.model=\x1b[2J", "model"),
        ("limits={concurrency: x, retries: -1}", "retries"),
    ],
)
def test_what_a_plan_file_could_not_say_is_refused_in_its_words(written: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        with_set(written)
    assert why in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        with_set("a.model=opus", "concurrency=x", "b.d=1", "timeout=-1")
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("a.model=haiku", "a.model: haiku instead of opus"),
        ("*.model=haiku", "*.model: haiku instead of what each has"),
        ("concurrency=4", "concurrency: 4 instead of nothing"),
        ("timeout=90s", "timeout: 1m30s instead of 1m"),
        ("a.enabled=false", "a.enabled: false instead of true"),
        ("b.c.after=", "b.c.after: nothing instead of a"),
    ],
)
def test_a_change_is_told_with_what_was_there(written: str, told: str) -> None:
    [setting] = read_settings(PLAN, [written])
    assert setting.told(PLAN) == told


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_whatever_is_written_is_taken_or_told(text: str) -> None:
    for written in (text, f"a.prompt={text}", f"b.c.after={text}", f"limits={text}", f"{text}=1"):
        try:
            with_set(written)
        except InputError as error:
            assert str(error)
