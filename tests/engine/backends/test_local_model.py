"""The local backend with the real thing: xllamacpp and SmolLM2, short runs."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from orchtui.engine.backends.base import Finished, Started, Text, UsageReported
from orchtui.engine.backends.local import LocalBackend
from orchtui.engine.backends.local_server import program
from orchtui.engine.backends.weights import find_weights, local_available
from tests.engine.backends.local_helpers import (
    ask,
    assignment,
    ends_with_the_app,
    failure,
    holding,
    lives,
)

UNAVAILABLE = local_available()
pytestmark = pytest.mark.skipif(UNAVAILABLE is not None, reason=f"no local model: {UNAVAILABLE}")


async def test_three_tasks_at_once(tmp_path: Path) -> None:
    backend = LocalBackend(arguments=holding(tmp_path / "lock", program()))
    try:
        answers = await asyncio.gather(
            *(ask(backend, f"Count to {n}.", system="Be brief.") for n in (3, 4, 5))
        )
        too_long = await failure(backend, "word " * 3000)
    finally:
        await backend.close()
    for events in answers:
        assert Started("SmolLM2-135M-Instruct (local)") in events
        assert "".join(e.text for e in events if isinstance(e, Text)).strip()
        usage = [event.usage for event in events if isinstance(event, UsageReported)][-1]
        assert 0 < usage.output <= 20
        assert usage.input + usage.cache_read > 0
        assert isinstance(events[-1], Finished)
    assert too_long.kind == "bad_request"
    assert "2048" in too_long.message
    assert not lives(tmp_path / "lock")


async def test_leaving_early_frees_the_slot() -> None:
    backend = LocalBackend(slots=1)
    try:
        endless = assignment("Write a very long story.", max_tokens=1500)
        async with aclosing(backend.stream(endless)) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, Text):
                    break
        async with asyncio.timeout(20):
            events_after = await ask(backend, "Say yes.", max_tokens=3)
    finally:
        await backend.close()
    assert isinstance(events_after[-1], Finished)


async def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    backend = LocalBackend(broken)
    error = await failure(backend)
    assert (error.kind, error.retryable) == ("server", False)
    assert "did not start" in error.message
    assert "broken.gguf" in error.message


async def test_it_ends_when_the_app_is_killed(tmp_path: Path) -> None:
    weights = find_weights()
    assert weights
    assert await ends_with_the_app(weights, tmp_path / "lock", program())
