"""What response headers say of rate limits."""

from datetime import UTC, datetime, timedelta

import pytest

from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.anthropic_quota import quota
from orchtui.engine.backends.base import Meter, Quota
from orchtui.engine.errors import BackendError
from tests.engine.backends.asking import assignment
from tests.server import MessagesServer
from tests.server.replies import EVENT_STREAM, Head, answer, error

NOW = datetime(2026, 1, 15, 10, 0, 0, tzinfo=UTC)


def anthropic(kind: str, limit: str, left: str, reset: str) -> dict[str, str]:
    head = f"anthropic-ratelimit-{kind}"
    return {f"{head}-limit": limit, f"{head}-remaining": left, f"{head}-reset": reset}


def shared(kind: str, limit: str, left: str, reset: str) -> dict[str, str]:
    head = "x-ratelimit"
    return {
        f"{head}-limit-{kind}": limit,
        f"{head}-remaining-{kind}": left,
        f"{head}-reset-{kind}": reset,
    }


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"content-type": "text/event-stream"}, None),
        (
            anthropic("requests", "50", "49", "2026-01-15T10:00:01Z"),
            Quota(requests=Meter(50, 49, 1.0)),
        ),
        (
            anthropic("requests", "50", "0", "2026-01-15T11:01:00+01:00"),
            Quota(requests=Meter(50, 0, 60.0)),
        ),
        (
            anthropic("requests", "50", "0", "2026-01-15T09:00:00Z"),
            Quota(requests=Meter(50, 0, 0.0)),
        ),
        (
            {
                **anthropic("tokens", "1000", "900", "2026-01-15T10:00:06Z"),
                **anthropic("input-tokens", "500", "100", "2026-01-15T10:00:48Z"),
            },
            Quota(tokens=Meter(500, 100, 48.0)),
        ),
        (shared("requests", "100", "30", "6m0s"), Quota(requests=Meter(100, 30, 360.0))),
        (shared("requests", "100", "30", "1h2m3.5s"), Quota(requests=Meter(100, 30, 3723.5))),
        (shared("tokens", "100", "30", "20ms"), Quota(tokens=Meter(100, 30, 0.02))),
        (shared("tokens", "100", "30", "7"), Quota(tokens=Meter(100, 30, 7.0))),
        (shared("requests", "100", "130", "1s"), Quota(requests=Meter(100, 100, 1.0))),
        (shared("requests", "100", "-1", "1s"), None),
        (shared("requests", "0", "0", "1s"), None),
        (shared("requests", "nan", "1", "1s"), None),
        (shared("requests", "inf", "1", "1s"), None),
        (shared("requests", "many", "1", "1s"), None),
        (shared("requests", "5", "1", "soon"), None),
        (shared("requests", "5", "1", "1.2.3s"), None),
        (shared("requests", "5", "1", ""), None),
    ],
)
def test_headers(headers: dict[str, str], expected: Quota | None) -> None:
    assert quota(headers, NOW) == expected


async def test_they_come_with_an_answer(server: MessagesServer, backend: AnthropicBackend) -> None:
    told = shared("requests", "100", "30", "6m0s")
    _, *rest = answer()
    server.then((Head(200, {"content-type": EVENT_STREAM, **told}), *rest))

    events = [event async for event in backend.stream(assignment())]

    assert events[0] == Quota(requests=Meter(100, 30, 360.0))


async def test_and_with_a_refusal(server: MessagesServer, backend: AnthropicBackend) -> None:
    server.then(error(429, headers=shared("requests", "100", "0", "60s")))
    events = []

    with pytest.raises(BackendError) as raised:
        async for event in backend.stream(assignment()):
            events.append(event)  # noqa: PERF401  # what came before the error counts too

    assert events == [Quota(requests=Meter(100, 0, 60.0))]
    assert raised.value.throttled


def test_a_clock_that_is_an_hour_slow_does_not_make_a_server_an_hour_slow() -> None:
    """`reset` is a moment by the server's clock; its `date` header says what that clock shows."""
    server = datetime(2026, 1, 15, 12, 0, 0, tzinfo=UTC)
    headers = {
        "date": "Thu, 15 Jan 2026 12:00:00 GMT",
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": "2026-01-15T12:01:00Z",
    }

    found = quota(headers, now=server - timedelta(hours=1))

    assert found is not None and found.requests is not None
    assert found.requests.full_in == pytest.approx(60.0)
