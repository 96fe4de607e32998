"""What every test gets: a home of its own, a clean environment, and no network but loopback."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.guard import sitecustomize as guard

CALLERS_ENVIRONMENT = dict(os.environ)
"""As `make test` was started; only tests/test_packaging.py needs it, to reach a registry."""

GUARD_FOLDER = Path(guard.__file__).parent

FOREIGN_PREFIXES = ("ANTHROPIC_", "ORCHTUI_", "XDG_")
FOREIGN_NAMES = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE")

# No deadline: absolute times say nothing on a busy machine. No database: it would stand in the
# repository. In CI the same examples every time.
settings.register_profile(
    "orchtui", deadline=None, database=None, derandomize="CI" in CALLERS_ENVIRONMENT
)
settings.load_profile("orchtui")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the app does."""
    return "asyncio"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder; no key, address, proxy or terminal setting of the caller's is left."""
    folder = tmp_path_factory.mktemp("home")
    for name in os.environ:
        if (
            name.startswith(FOREIGN_PREFIXES)
            or name in FOREIGN_NAMES
            or name.lower().endswith("_proxy")
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    for name, place in {
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
    }.items():
        monkeypatch.setenv(name, str(folder / place))
    return folder


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that tried to reach another machine, even where the error was swallowed."""
    monkeypatch.setenv("PYTHONPATH", str(GUARD_FOLDER), prepend=os.pathsep)
    guard.attempts.clear()
    yield
    if guard.attempts:
        pytest.fail(f"tried to leave this machine: {', '.join(guard.attempts)}")
