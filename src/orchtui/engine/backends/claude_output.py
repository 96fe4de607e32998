"""The lines of `claude -p --output-format stream-json`, with partial messages.

Text and thinking come from the stream events; a whole message follows, and
gives its text only where it was not streamed. Messages of subagents (those
with a `parent_tool_use_id`) show which tools they use, but their words are no
part of the answer. This module never runs the program.
"""

import time
from collections.abc import Iterator

from msgspec.structs import replace

from orchtui.engine.backends import program_trouble
from orchtui.engine.backends.agent_output import Line, amount, as_json, number, part, parts, text
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
from orchtui.engine.backends.stop_reasons import in_our_words
from orchtui.engine.errors import BackendError, ErrorKind
from orchtui.engine.run_events.events import Usage
from orchtui.engine.text import clean_line

LOGIN = "run `claude` once and log in, or set ANTHROPIC_API_KEY"

_SYNTHETIC = "<synthetic>"
"""The model of messages that the program writes itself, such as its errors."""
_AUTH_TRIES = 2
"""How often it may be turned away before that counts: a token that has run out is renewed once."""
_PATIENCE = 600.0
"""Seconds until a used-up allowance comes back that are still worth waiting for."""
_WAITING = "(waiting to try again)"
"""Stands among the running tools while it waits for its provider: silence is normal then, too."""
_ERRORS: dict[str, ErrorKind] = {
    "authentication_failed": "auth",
    "billing_error": "auth",
    "rate_limit": "rate_limit",
    "invalid_request": "bad_request",
    "server_error": "server",
    "max_output_tokens": "truncated",
}
"""Names of errors on its own messages."""

_WHOLE = frozenset({"completed", "stop_hook_prevented"})
"""Reasons for its own end (`terminal_reason`) with which the model had come to its own; the second
one is a person's hook that lets nothing more be added."""
_EARLY: dict[str, ErrorKind] = {
    "aborted": "connection",
    "api_error": "server",
    "model_error": "server",
    "prompt_too_long": "bad_request",
    "blocking_limit": "bad_request",
    "image_error": "bad_request",
    "budget": "budget",
    "hook_stopped": "tool",
    "tool_deferred": "tool",
    "malformed_tool_use": "tool",
}
"""What others mean, by how they begin."""


class ClaudeOutput:
    """Reads one run of `claude`."""

    def __init__(self, program: str) -> None:
        self.tools: set[str] = set()
        self.finished: Finished | None = None
        self._program = program
        self._spoken = False
        """Whether any text was given."""
        self._blocks: list[list[str]] = []
        """The pieces of the text blocks that were streamed and whose message has not come yet."""
        self._used = Usage()
        self._now_used = Usage()
        """Of the message that is streamed now."""
        self._error = ""
        self._resets_at = 0

    def read(self, line: Line) -> Iterator[BackendEvent]:
        """What one line says.

        Raises:
            BackendError: when the line says that the work failed.
        """
        own = not line.get("parent_tool_use_id")
        self.tools.discard(_WAITING)
        match line.get("type"):
            case "stream_event" if own:
                yield from self._streamed(part(line, "event"))
            case "assistant":
                yield from self._message(line, own)
            case "user":
                yield from self._returned(line)
            case "system":
                yield from self._system(line)
            case "rate_limit_event":
                info = part(line, "rate_limit_info")
                if text(info, "status") == "rejected":
                    self._resets_at = number(info, "resetsAt")
            case "result":
                yield from self._result(line)

    def _system(self, line: Line) -> Iterator[BackendEvent]:
        match line.get("subtype"):
            case "init":
                yield Started(text(line, "model") or None)
            case "api_retry":
                status, tries = number(line, "error_status"), number(line, "attempt")
                if status in (401, 403) and tries >= _AUTH_TRIES:
                    raise self._failed(f"its provider answered {status}", status=status)
                self.tools.add(_WAITING)

    def _streamed(self, event: Line) -> Iterator[BackendEvent]:
        match event.get("type"):
            case "message_start":
                message = part(event, "message")
                self._blocks.clear()
                self._now_used = _usage(part(message, "usage"))
                if model := text(message, "model"):
                    yield Started(model)
                yield UsageReported(self._used + self._now_used)
            case "content_block_start":
                if text(part(event, "content_block"), "type") == "text":
                    self._blocks.append([])
            case "content_block_delta":
                delta = part(event, "delta")
                if thought := text(delta, "thinking"):
                    yield Thinking(thought)
                if piece := text(delta, "text"):
                    if not self._blocks:
                        self._blocks.append([])
                    yield from self._say(piece, begins=not self._blocks[-1])
                    self._blocks[-1].append(piece)
            case "message_delta":
                self._now_used = _newer(self._now_used, part(event, "usage"))
                self._used += self._now_used
                self._now_used = Usage()
                yield UsageReported(self._used)

    def _message(self, line: Line, own: bool) -> Iterator[BackendEvent]:
        message = part(line, "message")
        synthetic = text(message, "model") == _SYNTHETIC
        if synthetic and own:
            self._error = text(line, "error")
        for block in parts(message, "content"):
            kind = block.get("type")
            if kind == "tool_use":
                call = text(block, "id")
                self.tools.add(call)
                yield ToolCalled(call, text(block, "name"), as_json(block.get("input")))
            elif kind == "text" and own and not synthetic:
                yield from self._whole(text(block, "text"))

    def _whole(self, whole: str) -> Iterator[BackendEvent]:
        """What of a whole text was not streamed."""
        given = "".join(self._blocks.pop(0)) if self._blocks else ""
        if given and whole.startswith(given):
            if rest := whole[len(given) :]:
                yield Text(rest)
        elif whole:
            yield from self._say(whole, begins=True)

    def _returned(self, line: Line) -> Iterator[BackendEvent]:
        for block in parts(part(line, "message"), "content"):
            if block.get("type") == "tool_result":
                call = text(block, "tool_use_id")
                self.tools.discard(call)
                answer = "\n".join(text(item, "text") for item in parts(block, "content"))
                yield ToolReturned(
                    call, block.get("is_error") is not True, answer or as_json(block.get("content"))
                )

    def _result(self, line: Line) -> Iterator[BackendEvent]:
        total, dollars = _total(line), amount(line, "total_cost_usd")
        if dollars is not None:
            # It reckons in list prices, also where a subscription pays.
            total = replace(total or self._used, cost=dollars)
        if total:
            yield UsageReported(total)
        said = text(line, "result")
        reason = text(line, "stop_reason")
        if line.get("is_error") is not False or text(line, "subtype") not in ("success", ""):
            raise self._failure(line, said, reason)
        ended = text(line, "terminal_reason")
        if ended and ended not in _WHOLE:
            raise self._ended_early(line, ended)
        if said and not self._spoken:
            yield from self._say(said, begins=True)
        # It also calls a success what broke off in the middle of the model's work (issue 40432).
        if reason == "tool_use" and not said:
            raise BackendError(
                "connection",
                f"'{self._program}' ended in the middle: the last thing that the model did was to "
                "call a tool",
                retryable=True,
            )
        # With words at its end it has come to one, whatever stood beside them.
        self.finished = Finished("end_turn" if reason in ("", "tool_use") else in_our_words(reason))

    def _ended_early(self, line: Line, ended: str) -> BackendError:
        """What a run came to that the program ended before the model did."""
        if ended == "max_turns":
            return self._out_of_turns(line)
        kind: ErrorKind = next(
            (kind for word, kind in _EARLY.items() if ended.startswith(word)), "command"
        )
        retryable = kind in program_trouble.RETRYABLE
        why = clean_line(ended, 60)
        return BackendError(
            kind, f"'{self._program}' ended before the model did: {why}", retryable=retryable
        )

    def _out_of_turns(self, line: Line) -> BackendError:
        return BackendError(
            "tool",
            f"'{self._program}' used all its turns ({number(line, 'num_turns')}) without coming"
            " to an end; raise maxTurns in the agent file, or make the task smaller",
        )

    def _failure(self, line: Line, said: str, reason: str) -> BackendError:
        subtype = text(line, "subtype")
        if subtype == "error_max_turns":
            return self._out_of_turns(line)
        if reason == "refusal":
            return BackendError("refusal", "the model refused to answer; rephrase the task")
        if not said:
            errors = line.get("errors")
            said = "; ".join(map(str, errors)) if isinstance(errors, list) else ""
        status, kind = number(line, "api_error_status"), _ERRORS.get(self._error)
        if kind == "server":  # it also calls a broken connection so
            kind = program_trouble.of_words(said) or kind
        return self._failed(said or subtype, status=status, kind=kind)

    def _failed(self, said: str, *, status: int = 0, kind: ErrorKind | None = None) -> BackendError:
        error = program_trouble.provider_error(
            self._program, said, status=status, kind=kind, login=LOGIN
        )
        if error.kind == "rate_limit" and self._resets_at:
            error.retry_after = max(0.0, self._resets_at - time.time())
            error.retryable = error.retry_after <= _PATIENCE
        return error

    def _say(self, piece: str, *, begins: bool) -> Iterator[BackendEvent]:
        """Text, set apart from what was said before."""
        if begins and self._spoken:
            yield Text("\n\n")
        self._spoken = True
        yield Text(piece)


def _usage(fields: Line) -> Usage:
    return Usage(
        number(fields, "input_tokens"),
        number(fields, "output_tokens"),
        number(fields, "cache_read_input_tokens"),
        number(fields, "cache_creation_input_tokens"),
    )


def _newer(used: Usage, fields: Line) -> Usage:
    """What a message has used, with what its end says of it."""
    latest = _usage(fields)
    return Usage(
        latest.input or used.input,
        latest.output or used.output,
        latest.cache_read or used.cache_read,
        latest.cache_write or used.cache_write,
    )


def _total(line: Line) -> Usage | None:
    """All that a run has used, subagents and side calls too; `None` where it does not say."""
    models = [model for model in part(line, "modelUsage").values() if isinstance(model, dict)]
    total = Usage()
    for model in models:
        total += Usage(
            number(model, "inputTokens"),
            number(model, "outputTokens"),
            number(model, "cacheReadInputTokens"),
            number(model, "cacheCreationInputTokens"),
            number(model, "webSearchRequests"),
        )
    return total if total.total else _usage(part(line, "usage")) if "usage" in line else None
