"""`orchtui` as a process of its own, in a project folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Orchtui = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder in which the command runs."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def orchtui(project: Path) -> Orchtui:
    """Run the command and wait for its end."""

    def run(
        *arguments: str, stdin: str = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "orchtui", *arguments],
            cwd=project,
            env={**os.environ, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=50,
        )

    return run
