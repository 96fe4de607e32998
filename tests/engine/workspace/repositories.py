"""Real git repositories in temporary folders, without anybody's configuration."""

import os
import subprocess
from pathlib import Path

import pytest

QUIET = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@localhost",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@localhost",
}


def no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let neither the user's nor the system's configuration count."""
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)


def git(folder: Path, *arguments: str, code: int | None = 0) -> str:
    """What a command of git prints."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert code is None or done.returncode == code, done.stderr
    return done.stdout


def repository(folder: Path, **files: str) -> Path:
    """A repository with one commit; files by name, `__` for a slash and `_` for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for name, text in files.items():
        write(folder, name.replace("__", "/").replace("_", "."), text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "first")
    return folder


def write(folder: Path, path: str, text: str | bytes) -> Path:
    """A file below a folder."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def state(folder: Path) -> tuple[str, ...]:
    """All of a repository that a person would miss: index, references, stash, what is checked
    out, worktrees, and what git says of the files."""
    asked = (
        ("ls-files", "--stage", "-v"),
        ("for-each-ref",),
        ("stash", "list"),
        ("symbolic-ref", "--quiet", "HEAD"),
        ("worktree", "list", "--porcelain"),
        ("status", "--porcelain=v2", "--branch", "--ignored"),
        ("config", "--local", "--list"),
    )
    return tuple(git(folder, *words, code=None) for words in asked)
