"""What a task is, as far as it can change the answer: what counts, and what does not."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.scheduling.fingerprint import changed, fingerprint, fingerprints, unrecorded
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask

TASK = ScheduledTask(
    id="a",
    label="A",
    position=1,
    prompt="Say it.",
    specialist="writer",
    instance="writer-A",
    backend="anthropic",
    model="opus",
    after=("z",),
    timeout=60.0,
    retries=2,
    max_tokens=100,
    reads=("in.md",),
    writes=("out.md",),
    tools=("Read",),
)
BEFORE = fingerprint(TASK, instructions="Work well.", model="opus-5")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("prompt", {"prompt": "Say it. "}),
        ("backend", {"backend": "claude"}),
        ("command", {"command": ("echo", "hi")}),
        ("after", {"after": ()}),
        ("after", {"after": ("z", "y")}),
        ("files", {"reads": ()}),
        ("files", {"reads": ("out.md",), "writes": ("in.md",)}),
        ("agent", {"tools": ("Read", "Write")}),
        ("agent", {"tools": None}),
        ("agent", {"disallowed_tools": ("Bash",)}),
        ("agent", {"web": ("web_search",)}),
        ("agent", {"permission_mode": "plan"}),
        ("agent", {"max_turns": 3}),
        ("agent", {"effort": "high"}),
    ],
)
def test_what_can_change_the_answer_changes_its_part_and_no_other(
    part: str, change: dict[str, Any]
) -> None:
    task = msgspec.structs.replace(TASK, **change)

    assert changed(BEFORE, fingerprint(task, instructions="Work well.", model="opus-5")) == [part]


@pytest.mark.parametrize(
    "change",
    [
        {"timeout": 1.0, "idle_timeout": 5.0, "retries": 0, "max_tokens": 9, "estimate": 3.0},
        {"priority": "critical", "urgency": 0, "tail": 9.0, "position": 7, "behind": ("y",)},
        {"label": "B", "instance": "writer", "fits": "chosen for “say”", "worktree": True},
        {"accept_truncated": True},
        {"specialist": "author"},  # another name for the same file
        {"model": "claude-opus-5"},  # another name for the same model
    ],
)
def test_limits_and_names_are_no_part_of_it(change: dict[str, Any]) -> None:
    task = msgspec.structs.replace(TASK, **change)

    assert fingerprint(task, instructions="Work well.", model="opus-5") == BEFORE


def test_instructions_and_the_exact_model_count() -> None:
    other_words = fingerprint(TASK, instructions="Work better.", model="opus-5")
    other_model = fingerprint(TASK, instructions="Work well.", model="opus-6")
    nobody = fingerprint(TASK, instructions=None, model=None)

    assert changed(BEFORE, other_words) == ["agent"]
    assert changed(BEFORE, other_model) == ["model"]
    assert changed(BEFORE, nobody) == ["agent", "model"]
    assert changed(nobody, BEFORE) == ["agent", "model"]


def test_an_agent_file_that_says_nothing_is_not_none() -> None:
    assert fingerprint(TASK, instructions="").agent != fingerprint(TASK, instructions=None).agent


@pytest.mark.parametrize(("argument", "counts"), [("hello", False), ("{system}", True)])
def test_a_plain_program_gets_of_the_agent_file_what_its_command_asks_for(
    argument: str, counts: bool
) -> None:
    task = msgspec.structs.replace(TASK, backend="command", command=("echo", argument))

    parts = changed(fingerprint(task, instructions="Old."), fingerprint(task, instructions="New."))

    assert parts == (["agent"] if counts else [])


def test_what_was_not_written_down_counts_as_the_same() -> None:
    was = unrecorded(TASK)

    assert changed(was, BEFORE) == []
    other = msgspec.structs.replace(TASK, prompt="Sing it.")
    assert changed(was, fingerprint(other, instructions="Anything.", model="any")) == ["prompt"]


def test_all_of_a_schedule_by_id() -> None:
    other = msgspec.structs.replace(TASK, id="b", specialist="nobody", model=None)
    schedule = Schedule(tasks=(TASK, other), concurrency=1)

    found = fingerprints(schedule, {"writer": "Work well."}, lambda backend, model: model)

    assert found["a"] == fingerprint(TASK, instructions="Work well.", model="opus")
    assert (found["b"].agent, found["b"].model) == ("", "")


@given(st.lists(st.text()), st.lists(st.text()))
def test_words_are_not_taken_for_others_put_together_differently(
    one: list[str], other: list[str]
) -> None:
    prints = [
        fingerprint(msgspec.structs.replace(TASK, command=tuple(words))) for words in (one, other)
    ]

    assert (prints[0] == prints[1]) == (one == other)


def test_nothing_can_be_read_back_from_it_and_it_survives_json() -> None:
    data = msgspec.json.encode(BEFORE)

    assert b"Say" not in data and b"Work" not in data
    assert msgspec.json.decode(data, type=type(BEFORE)) == BEFORE
