"""What every test gets: a home of its own, a clean environment, and no network but loopback."""

import gc
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from orchtui.engine import garbage
from tests.guard import sitecustomize as guard

CALLERS_ENVIRONMENT = dict(os.environ)
"""As `make test` was started; only tests/test_packaging.py needs it, to reach a registry."""

GUARD_FOLDER = Path(guard.__file__).parent

MEMORY = Path("/dev/shm")
"""Files in memory, on Linux."""
ENOUGH = 2 * 2**30
"""Bytes that must be free there."""


def in_memory() -> Path | None:
    """Where files cost no disk, if this machine has such a place and programs may run there.

    Most tests write files, and a run waits for the disk at each task's end: on a busy disk that is
    most of the suite's time.
    """
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return None
    system = os.statvfs(MEMORY)
    free = system.f_bavail * system.f_frsize
    return None if system.f_flag & os.ST_NOEXEC or free < ENOUGH else MEMORY


if "PYTEST_DEBUG_TEMPROOT" not in os.environ and (place := in_memory()) is not None:
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(place)  # where tmp_path is

FOREIGN_PREFIXES = ("ANTHROPIC_", "ORCHTUI_", "XDG_")
FOREIGN_NAMES = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE")

# No deadline: absolute times say nothing on a busy machine. No database: it would stand in the
# repository. In CI the same examples every time.
settings.register_profile(
    "orchtui", deadline=None, database=None, derandomize="CI" in CALLERS_ENVIRONMENT
)
settings.load_profile("orchtui")


def pytest_collection_finish() -> None:
    """No collection of garbage looks again at what is loaded by now: that takes 0.2 s each time."""
    gc.collect()
    garbage.seldom()
    garbage.settle()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the app does."""
    return "asyncio"


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New home folders. Not `mktemp`, which looks through all there are for each new one."""
    base = tmp_path_factory.mktemp("homes")
    return (base / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder; no key, address, proxy or terminal setting of the caller's is left."""
    folder = next(homes)
    folder.mkdir()
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
