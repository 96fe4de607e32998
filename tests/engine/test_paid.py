"""The estimate before a paid run: counted, and each figure says what it leaves out."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.paid import Estimate, estimate, told
from orchtui.engine.schedule import Schedule, ScheduledTask


@dataclass(frozen=True)
class Server:
    key_env: str | None


PROFILES = {"proxy": Server("PROXY_KEY"), "ollama": Server(None), "claude": Server(None)}


def task(name: str, backend: str = "anthropic", **fields: Any) -> ScheduledTask:
    usual: dict[str, Any] = {
        "label": name,
        "position": 1,
        "prompt": "12345678",
        "specialist": "writer",
        "instance": "writer",
        "timeout": 1.0,
        "retries": 2,
        "max_tokens": 100,
    }
    return ScheduledTask(id=name, backend=backend, **{**usual, **fields})


def schedule(*tasks: ScheduledTask, **fields: Any) -> Schedule:
    return Schedule(tasks=tasks, concurrency=1, **fields)


@pytest.mark.parametrize(
    ("backend", "paid"),
    [
        ("anthropic", True),
        ("proxy", True),
        ("codex", True),
        ("gemini", True),
        ("acp", True),
        ("ollama", False),
        ("claude", False),  # here the name of a profile without a key
        ("local", False),
        ("command", False),
        ("rehearsal", False),
    ],
)
def test_what_costs_money(backend: str, paid: bool) -> None:
    found = estimate(schedule(task("a", backend)), {}, profiles=PROFILES)

    assert (found is not None) == paid


def test_the_figures_are_those_of_the_paid_tasks() -> None:
    plan = schedule(
        task("a", model="opus", max_tokens=1000),
        task("b", model="opus", specialist="quiet"),
        task("c"),
        task("d", "codex", max_tokens=7777),
        task("e", "command", prompt="x" * 1000),
        task("f", "local", prompt="x" * 1000),
        task("g", max_tokens=5555),
    )

    assert estimate(plan, {"writer": "1234"}, done={"g"}) == Estimate(
        tasks=4,
        by_programs=1,
        requests=4,
        input_tokens=11,  # 4 × 8 characters of prompt, 3 × 4 of instructions
        output_tokens=1200,
        models=(("opus", 2), ("the default of anthropic", 1), ("the default of codex", 1)),
        cost=None,
    )


@pytest.mark.parametrize(
    ("backend", "expected"),
    [("anthropic", (2, 0, 400)), ("codex", (2, 1, 100)), ("rehearsal", (1, 0, 100))],
)
def test_the_synthesis_is_counted(backend: str, expected: tuple[int, int, int]) -> None:
    plan = schedule(
        task("a"),
        task("free", "local", max_tokens=300),
        aggregate="synthesize",
        backend=backend,
        model="opus",
    )

    found = estimate(plan, {"synthesizer": "1234"})

    assert found is not None
    assert (found.tasks, found.by_programs, found.output_tokens) == expected
    assert found.input_tokens == (2 if backend == "rehearsal" else 3)
    assert (("opus", 1) in found.models) == (backend != "rehearsal")


def test_only_the_synthesis_may_be_paid() -> None:
    plan = schedule(task("a", "local"), aggregate="synthesize", backend="anthropic")
    found = estimate(plan, {})

    assert found is not None
    assert (found.tasks, found.requests) == (1, 1)
    free = schedule(task("a", "local"), aggregate="collect", backend="anthropic")
    assert estimate(free, {}) is None


def test_a_price_that_is_not_known_is_called_unknown() -> None:
    found = estimate(schedule(task("a"), task("b", "codex")), {})
    assert found is not None
    text = "\n".join(told(found))

    assert "unknown" in text
    for words in ("at least 2", "about 4", "a guess", "at most 100", "more with tools"):
        assert words in text
    assert "1, which limit their own" in text


def test_only_what_there_is_is_told() -> None:
    api, program = (
        estimate(schedule(task("a", name)), {}, profiles={}) for name in ("anthropic", "codex")
    )
    assert api is not None and program is not None

    assert not any("by programs" in line for line in told(api))
    assert not any("output tokens" in line for line in told(program))


def test_a_models_name_can_do_nothing_to_a_terminal() -> None:
    found = estimate(schedule(task("a", model="\x1b[2Jopus\nfake: 0")), {})
    assert found is not None

    assert all(line.isprintable() for line in told(found))


@given(
    st.lists(
        st.builds(
            task,
            st.text(max_size=3),
            st.sampled_from(["anthropic", "codex", "local", "command"]),
            prompt=st.text(max_size=50),
            max_tokens=st.integers(1, 10_000),
            model=st.sampled_from([None, "opus", "haiku"]),
        ),
        max_size=6,
    )
)
def test_nothing_is_lost_or_counted_twice(tasks: list[ScheduledTask]) -> None:
    paid = [one for one in tasks if one.backend in ("anthropic", "codex")]
    found = estimate(schedule(*tasks), {})

    assert (found is None) == (not paid)
    if found is not None:
        assert found.tasks == found.requests == len(paid)
        assert sum(count for _, count in found.models) == len(paid)
        characters = sum(len(one.prompt) for one in paid)
        assert 4 * found.input_tokens - 4 < characters <= 4 * found.input_tokens
