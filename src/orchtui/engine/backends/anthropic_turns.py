"""The loop of a model that uses tools: what is asked next, and when it is over.

A Conversation makes the request of each turn and takes in its answer: it runs
the tools that were called, puts call and result into the history, and counts
turns and tokens. What a tool does is the ToolBox's; sending is the backend's.
This module never opens a connection, never retries and never imports the SDK.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from orchtui.engine.backends.anthropic_blocks import TurnStream
from orchtui.engine.backends.anthropic_errors import Failures
from orchtui.engine.backends.anthropic_request import (
    Abilities,
    Json,
    opening,
    settings,
    tools_for,
    with_moving_mark,
)
from orchtui.engine.backends.anthropic_stream import MessageStream
from orchtui.engine.backends.base import (
    Alive,
    Assignment,
    BackendEvent,
    ToolAnswer,
    ToolBox,
    ToolCalled,
    ToolReturned,
)
from orchtui.engine.run_events.events import Usage

MAX_TURNS = 50
"""Requests of one attempt where its agent file says nothing."""

SIGN_OF_LIFE_S = 1.0
"""Seconds between two signs of life while a tool works."""

_CALLING = frozenset({"tool_use", "end_turn"})
"""Stop reasons with which calls are meant to be answered: not every server says `tool_use`."""

_READING = frozenset({"Read", "List_Files", "Glob", "Grep"})
"""Tools that change nothing: several of them run at once."""


class Conversation:
    """One attempt at one task, in as many turns as it takes.

    Args:
        assignment: What is to be done.
        toolbox: The tools that the model may use.
        model: Full id of the model.
        can: What the server understands.
        failures: Makes the errors.
    """

    def __init__(
        self,
        assignment: Assignment,
        toolbox: ToolBox,
        model: str,
        can: Abilities,
        failures: Failures,
    ) -> None:
        tools = tools_for(assignment, toolbox, can)
        self.stop_reason: str | None = None
        """Why it is over; `None` while it is not."""
        self._with_tools = bool(tools)
        self._settings = settings(assignment, tools, can)
        self._messages: list[Json] = [opening(assignment, can, blocks=self._with_tools)]
        self._moving_mark = can.cache and self._with_tools
        self._model = model
        self._failures = failures
        self._toolbox = toolbox
        self._max_turns = max(1, assignment.max_turns or MAX_TURNS)
        self._max_tokens = assignment.max_tokens
        self._turns = 0
        self._used = Usage()
        self._said = False

    def body(self) -> Json:
        """The next request."""
        messages = self._messages
        return {
            "model": self._model,
            "max_tokens": self._left,
            "messages": with_moving_mark(messages) if self._moving_mark else list(messages),
            **self._settings,
        }

    def answer(self) -> MessageStream:
        """What reads the next answer."""
        self._turns += 1
        if not self._with_tools:
            return MessageStream(self._failures, self._model)
        return TurnStream(
            self._failures, self._model, before=self._used, turn=self._turns, said=self._said
        )

    def asked_again(self) -> bool:
        """Whether the same request may be sent once more after the server has only asked to come
        back later: what earlier turns have done is not to be lost. Its turn is then taken back."""
        if self._turns < 2:
            return False
        self._turns -= 1
        return True

    async def follow(self, answer: MessageStream) -> AsyncIterator[BackendEvent]:
        """Do what a whole answer asks for; sets `stop_reason` when it was the last one.

        Raises:
            BackendError: when it is not whole, or asks for more turns than there are.
        """
        reason = answer.finish()
        if not isinstance(answer, TurnStream):
            self.stop_reason = reason
            return
        self._used += answer.usage
        self._said = answer.said
        calls = answer.calls if reason in _CALLING else []
        if not calls and reason != "pause_turn":
            self.stop_reason = reason
            for call in answer.calls:
                yield ToolReturned(call.call, False, f"not run: the answer ended with {reason}")
            return
        if self._left <= 0:
            self.stop_reason = "max_tokens"
        if self.stop_reason or self._turns >= self._max_turns:
            for call in calls:
                yield ToolReturned(call.call, False, "not run: there is no turn left to use it in")
            if not self.stop_reason:
                raise self._failures.endless(self._turns)
            return
        content = answer.content()
        if not content:
            self.stop_reason = reason
            return
        self._messages.append({"role": "assistant", "content": content})
        if calls:
            async with aclosing(self._use(calls)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield event

    @property
    def _left(self) -> int:
        return self._max_tokens - self._used.output

    async def _use(self, calls: Sequence[ToolCalled]) -> AsyncIterator[BackendEvent]:
        """Run the tools and put their results, in the order of the calls, into the history."""
        results: list[Json] = []
        at_once = all(call.name in _READING for call in calls)
        for group in [calls] if at_once else [[call] for call in calls]:
            work = [
                asyncio.ensure_future(self._toolbox.call(call.name, call.arguments))
                for call in group
            ]
            try:
                for call, task in zip(group, work, strict=True):
                    while not (await asyncio.wait({task}, timeout=SIGN_OF_LIFE_S))[0]:
                        yield Alive()
                    given = _sendable(task.result())
                    results.append(_result(call, given))
                    yield ToolReturned(call.call, given.ok, given.text)
            finally:
                await _end(work)
        self._messages.append({"role": "user", "content": results})


async def _end(work: Sequence["asyncio.Future[ToolAnswer]"]) -> None:
    """Cancel what still runs and wait until it is gone."""
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)


def _sendable(answer: ToolAnswer) -> ToolAnswer:
    """The answer, without halves of characters, which no request can hold."""
    text = answer.text.encode("utf-8", "replace").decode("utf-8")
    return ToolAnswer(answer.ok, text)


def _result(call: ToolCalled, answer: ToolAnswer) -> Json:
    result: Json = {"type": "tool_result", "tool_use_id": call.call, "content": answer.text}
    if not answer.ok:
        result["is_error"] = True
    return result
