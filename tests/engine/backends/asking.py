"""What the tests of AnthropicBackend share: an assignment, and ways to look at the answer."""

import pytest

from orchtui.engine.backends.base import Assignment, Backend, BackendEvent, Text
from orchtui.engine.errors import BackendError

KEY = "sk-ant-loopback-0123456789"


def assignment(prompt: str = "Hello", model: str | None = None, system: str = "") -> Assignment:
    return Assignment(
        task="task-1",
        attempt=1,
        specialist="researcher",
        system=system,
        prompt=prompt,
        model=model,
        max_tokens=321,
        folder="/",
    )


async def events_of(backend: Backend, prompt: str = "Hello") -> list[BackendEvent]:
    return [event async for event in backend.stream(assignment(prompt))]


def text_of(events: list[BackendEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Text))


async def failure_of(backend: Backend, prompt: str = "Hello") -> BackendError:
    with pytest.raises(BackendError) as caught:
        await events_of(backend, prompt)
    return caught.value
