"""The Messages server on loopback, and the real backend that speaks to it; a disk.

Nobody looks at running programs but where a test wants it.
"""

from collections.abc import AsyncIterator

import pytest

from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.footprints import FOOTPRINTS
from orchtui.engine.journals.disk import Disk
from tests.engine.backends.asking import KEY
from tests.server import MessagesServer


@pytest.fixture(autouse=True)
def nobody_looks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks at running programs has a file open at any moment, and many tests count them."""
    monkeypatch.setattr(FOOTPRINTS, "_begin_to_look", lambda: None)


@pytest.fixture
async def server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer() as running:
        yield running


@pytest.fixture
async def backend(server: MessagesServer) -> AsyncIterator[AnthropicBackend]:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url)
    yield backend
    await backend.close()


@pytest.fixture
async def disk() -> AsyncIterator[Disk]:
    disk = Disk()
    yield disk
    disk.close()
