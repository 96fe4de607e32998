"""What the lines of `claude` become: each event once, words of subagents left out."""

import time
from typing import Any

import msgspec
import pytest

from orchtui.engine.backends.base import (
    BackendEvent,
    Finished,
    Started,
    Text,
    Thinking,
    ToolCalled,
    ToolReturned,
    UsageReported,
)
from orchtui.engine.backends.claude_output import ClaudeOutput
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage

Fields = dict[str, Any]


def streamed(kind: str, *, parent: str | None = None, **fields: Any) -> Fields:
    event = {"type": kind, **fields}
    return {"type": "stream_event", "event": event, "parent_tool_use_id": parent}


def begun(model: str = "m-1", **usage: int) -> Fields:
    return streamed("message_start", message={"model": model, "usage": usage})


def block(kind: str = "text") -> Fields:
    return streamed("content_block_start", content_block={"type": kind})


def delta(text: str, parent: str | None = None) -> Fields:
    return streamed(
        "content_block_delta", parent=parent, delta={"type": "text_delta", "text": text}
    )


def message(*blocks: Fields, model: str = "m-1", parent: str | None = None, **more: str) -> Fields:
    content = {"model": model, "content": list(blocks)}
    return {"type": "assistant", "message": content, "parent_tool_use_id": parent, **more}


def whole(text: str) -> Fields:
    return {"type": "text", "text": text}


def use(call: str, name: str, **arguments: str) -> Fields:
    return {"type": "tool_use", "id": call, "name": name, "input": arguments}


def returned(call: str, content: object, *, parent: str | None = None, **more: bool) -> Fields:
    answer = {"type": "tool_result", "tool_use_id": call, "content": content, **more}
    return {"type": "user", "message": {"content": [answer]}, "parent_tool_use_id": parent}


def result(**fields: Any) -> Fields:
    return {"type": "result", "subtype": "success", "is_error": False, **fields}


def read(*lines: Fields) -> list[BackendEvent]:
    output = ClaudeOutput("claude")
    events = [event for line in lines for event in output.read(line)]
    return [*events, output.finished] if output.finished else events


def said(*lines: Fields) -> str:
    return "".join(event.text for event in read(*lines) if isinstance(event, Text))


def failed(*lines: Fields) -> BackendError:
    with pytest.raises(BackendError) as caught:
        read(*lines)
    return caught.value


def test_a_turn_with_a_tool() -> None:
    assert read(
        {"type": "system", "subtype": "init", "model": "m-1"},
        begun(input_tokens=20, output_tokens=1, cache_read_input_tokens=5),
        block("thinking"),
        streamed("content_block_delta", delta={"type": "thinking_delta", "thinking": "hm"}),
        block(),
        delta("I "),
        delta("look."),
        message(whole("I look.")),
        message(use("t1", "Bash", command="ls")),
        streamed("message_delta", delta={"stop_reason": "tool_use"}, usage={"output_tokens": 9}),
        returned("t1", "a.txt"),
        begun(input_tokens=40, output_tokens=1),
        block(),
        delta("Done."),
        message(whole("Done.")),
        streamed("message_delta", delta={}, usage={"output_tokens": 3}),
        result(
            stop_reason="end_turn",
            result="Done.",
            modelUsage={
                "m-1": {"inputTokens": 60, "outputTokens": 12, "cacheReadInputTokens": 5},
                "small": {"inputTokens": 7, "outputTokens": 1, "cacheCreationInputTokens": 2},
            },
        ),
    ) == [
        Started("m-1"),
        Started("m-1"),
        UsageReported(Usage(20, 1, 5)),
        Thinking("hm"),
        Text("I "),
        Text("look."),
        ToolCalled("t1", "Bash", '{"command": "ls"}'),
        UsageReported(Usage(20, 9, 5)),
        ToolReturned("t1", True, "a.txt"),
        Started("m-1"),
        UsageReported(Usage(60, 10, 5)),
        Text("\n\n"),
        Text("Done."),
        UsageReported(Usage(60, 12, 5)),
        UsageReported(Usage(67, 13, 5, 2)),
        Finished("end_turn"),
    ]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        pytest.param([begun(), block(), delta("a"), message(whole("a"))], "a", id="streamed"),
        pytest.param([message(whole("a"))], "a", id="not streamed"),
        pytest.param([begun(), delta("a"), message(whole("ab"))], "ab", id="half streamed"),
        pytest.param(
            [begun(), block(), delta("a"), begun(), block(), delta("b"), message(whole("b"))],
            "a\n\nb",
            id="broken off and begun again",
        ),
        pytest.param(
            [begun(), block(), delta("half an ans"), message(whole("Another."))],
            "half an ans\n\nAnother.",
            id="broken off, then not streamed",
        ),
        pytest.param(
            [begun(), block(), delta("a"), block(), delta("b"), message(whole("a"), whole("b"))],
            "a\n\nb",
            id="two blocks in one message",
        ),
        pytest.param([message(whole("x"), model="<synthetic>")], "", id="the program's own"),
        pytest.param([delta("x", "t1"), message(whole("x"), parent="t1")], "", id="subagent"),
        pytest.param([result(result="a")], "a", id="only in the result"),
        pytest.param([message(whole("a")), result(result="a")], "a", id="in both"),
    ],
)
def test_text_is_given_once(lines: list[Fields], text: str) -> None:
    assert said(*lines) == text


def test_tools_of_a_subagent_are_shown() -> None:
    assert read(
        message(use("t2", "Read", file_path="a"), parent="t1"),
        returned("t2", "no such file", parent="t1", is_error=True),
    ) == [
        ToolCalled("t2", "Read", '{"file_path": "a"}'),
        ToolReturned("t2", False, "no such file"),
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb"),
        ([{"type": "image"}], '[{"type": "image"}]'),
        (None, ""),
    ],
)
def test_what_a_tool_answered(content: object, text: str) -> None:
    assert read(returned("t1", content)) == [ToolReturned("t1", True, text)]


@pytest.mark.parametrize(
    ("reason", "finished"),
    [("end_turn", "end_turn"), ("max_tokens", "max_tokens"), (None, "end_turn")]
    + [("pause_turn", "pause_turn")],
)
def test_why_it_ended(reason: str | None, finished: str) -> None:
    assert read(result(stop_reason=reason, result=""))[-1] == Finished(finished)


def test_a_tool_that_was_called_last_is_no_end_unless_there_are_words_at_it() -> None:
    """`claude -p` exits with 0 and calls it a success when a stream breaks off (issue 40432)."""
    error = failed(result(stop_reason="tool_use", result=""))
    assert (error.kind, error.retryable) == ("connection", True)
    assert read(result(stop_reason="tool_use", result="Done."))[-1] == Finished("end_turn")


@pytest.mark.parametrize(
    ("fields", "kind", "retryable", "words"),
    [
        ({"api_error_status": 401, "result": "Invalid key."}, "auth", False, "log in"),
        ({"api_error_status": 403, "result": "no"}, "auth", False, "ANTHROPIC_API_KEY"),
        ({"api_error_status": 429, "result": "slow"}, "rate_limit", True, "slow"),
        ({"api_error_status": 529, "result": "Overloaded"}, "server", True, "Overloaded"),
        ({"api_error_status": 500, "result": "oh"}, "server", True, "oh"),
        ({"api_error_status": 400, "result": "too long"}, "bad_request", False, "too long"),
        ({"api_error_status": 404, "result": "the model?"}, "bad_request", False, "another model"),
        ({"result": "Connection to the API was lost"}, "connection", True, "lost"),
        ({"result": "more than the output token maximum"}, "truncated", False, "maximum"),
        ({"stop_reason": "refusal", "result": "no"}, "refusal", False, "rephrase"),
        ({"subtype": "error_max_turns", "num_turns": 3}, "tool", False, "(3)"),
        ({"subtype": "error_during_execution", "errors": ["bad"]}, "command", False, "bad"),
        ({"subtype": "error_odd"}, "command", False, "error_odd"),
    ],
)
def test_a_result_that_is_an_error(fields: Fields, kind: str, retryable: bool, words: str) -> None:
    error = failed(result(**{"is_error": True, **fields}))
    assert (error.kind, error.retryable) == (kind, retryable)
    assert words in error.message


def test_a_result_that_does_not_say_that_it_is_good_is_not() -> None:
    assert failed({"type": "result"}).kind == "command"


def test_the_name_of_an_error_counts_more_than_its_words() -> None:
    own = message(whole("Odd words"), model="<synthetic>", error="authentication_failed")
    assert failed(own, result(is_error=True, result="Odd words")).kind == "auth"


def retry(attempt: int, status: int) -> Fields:
    return {"type": "system", "subtype": "api_retry", "attempt": attempt, "error_status": status}


def test_turned_away_twice_it_is_not_waited_for() -> None:
    assert read(retry(1, 401), retry(5, 529)) == []
    assert failed(retry(1, 401), retry(2, 401)).kind == "auth"


def test_while_it_waits_to_try_again_or_a_tool_runs_silence_is_normal() -> None:
    output = ClaudeOutput("claude")
    busy = []
    for line in (retry(3, 529), begun(), message(use("t1", "Bash")), returned("t1", "")):
        list(output.read(line))
        busy.append(bool(output.tools))
    assert busy == [True, False, True, False]


@pytest.mark.parametrize(("wait", "retryable"), [(60, True), (100_000, False)])
def test_a_used_up_allowance_says_when_it_comes_back(wait: int, retryable: bool) -> None:
    info = {"status": "rejected", "resetsAt": time.time() + wait}
    error = failed(
        {"type": "rate_limit_event", "rate_limit_info": info},
        result(is_error=True, api_error_status=429, result="usage limit"),
    )
    assert error.kind == "rate_limit"
    assert error.retryable is retryable
    assert error.retry_after is not None
    assert wait - 30 < error.retry_after <= wait


@pytest.mark.parametrize(
    ("said", "cost"),
    [(0.25, 0.25), (1, 1.0), (0, 0.0), (-1, 0.0), (None, None), ("1", None), (True, None)],
)
def test_what_it_has_cost_is_what_it_says(said: object, cost: float | None) -> None:
    models = {"m-1": {"inputTokens": 60, "outputTokens": 12, "webSearchRequests": 2}}
    line = result(result="Done.", modelUsage=models, total_cost_usd=said)
    (reported,) = (event for event in read(line) if isinstance(event, UsageReported))

    assert reported.usage == Usage(60, 12, 0, 0, 2, cost=msgspec.UNSET if cost is None else cost)


def test_what_was_used_is_not_forgotten_for_what_it_cost() -> None:
    lines = [
        begun(input_tokens=20),
        streamed("message_delta", delta={}, usage={"output_tokens": 9}),
    ]
    reported = [
        one for one in read(*lines, result(total_cost_usd=0.5)) if isinstance(one, UsageReported)
    ]

    assert reported[-1].usage == Usage(20, 9, cost=0.5)


def test_a_run_that_failed_has_cost_something_too() -> None:
    output = ClaudeOutput("claude")
    line = result(is_error=True, subtype="error_max_turns", num_turns=3, total_cost_usd=0.5)
    events = output.read(line)

    assert next(events) == UsageReported(Usage(cost=0.5))
    with pytest.raises(BackendError, match="all its turns"):
        next(events)


def test_what_is_not_known_is_passed_over() -> None:
    assert read({}, {"type": "novel"}, {"type": 7}, {"type": "system", "subtype": "novel"}) == []
