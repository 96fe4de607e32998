"""Git as orchtui calls it: bounded, quiet, and not led astray by the environment."""

import os
from pathlib import Path

import pytest

from orchtui.engine.workspace.git import (
    GitError,
    NoRepositoryError,
    attempt,
    find,
    git,
    is_repository,
)
from tests.engine.workspace import repositories as repos


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    repos.no_configuration(monkeypatch)


def test_a_folder_is_found_in_its_repository(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", a="1", sub__deep__b="2")

    whole, inner = find(top), find(top / "sub" / "deep")

    assert (whole.top, whole.prefix) == (top, "")
    assert (inner.top, inner.prefix, inner.head) == (top, "sub/deep/", whole.head)
    assert inner.index.is_file()
    assert is_repository(top / "sub")


def test_without_a_commit_there_is_no_head(tmp_path: Path) -> None:
    repos.git(tmp_path, "init", "--quiet")

    assert find(tmp_path).head is None


def test_what_is_no_repository_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare, plain = tmp_path / "bare", tmp_path / "plain"
    plain.mkdir()
    repos.git(tmp_path, "init", "--quiet", "--bare", "bare")
    top = repos.repository(tmp_path / "r")

    assert not is_repository(plain)
    assert not is_repository(bare)
    assert not is_repository(top / ".git")
    assert not is_repository(tmp_path / "missing")
    monkeypatch.setenv("PATH", str(plain))
    assert not is_repository(top)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_is_none_and_git_says_why(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r")
    for path in (top, top / ".git"):
        os.chown(path, 12345, 12345)

    with pytest.raises(NoRepositoryError, match="dubious ownership"):
        find(top)


def test_the_environment_can_not_point_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top, other = repos.repository(tmp_path / "r"), repos.repository(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))

    assert find(top).top == top
    assert find(top).index == top / ".git" / "index"


def test_hooks_do_not_run(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", a="1")
    hook = repos.write(top, ".git/hooks/post-checkout", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)

    git(top, "checkout", "--quiet", "-b", "other")

    assert not (tmp_path / "ran").exists()


def test_a_failure_and_a_slow_command_are_told(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r")

    assert attempt(top, "rev-parse", "--verify", "--quiet", "nothing")[0] == 1
    with pytest.raises(GitError, match=r"git rev-parse: .*single revision"):
        git(top, "rev-parse", "--verify", "nothing")
    with pytest.raises(GitError, match=r"longer than 0\.2 s"):
        git(top, "-c", "alias.slow=!sleep 30", "slow", timeout=0.2)
    with pytest.raises(GitError, match="can not be started"):
        git(tmp_path / "missing", "status")


def test_filters_of_the_repositorys_own_configuration_do_not_run(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", a="1")
    repos.write(top, ".gitattributes", "* filter=evil=x\n")
    ran = tmp_path / "ran"
    for what in ("clean", "smudge", "process"):
        key = f"filter.evil=x.{what}"
        with open(top / ".git" / "config", "a") as file:
            file.write(f'[{key.split(".")[0]} "evil=x"]\n\t{what} = "touch {ran}; cat"\n')

    git(top, "add", "--all")
    git(top, "hash-object", "a")
    git(top, "-c", "user.name=a", "worktree", "add", "--detach", str(tmp_path / "tree"), "HEAD")

    assert not ran.exists()


def test_filters_of_the_users_configuration_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = repos.repository(tmp_path / "r", a="1")
    repos.write(top, ".gitattributes", "a filter=up\n")
    mine = tmp_path / "mine"
    mine.write_text('[filter "up"]\n\tclean = tr a-z A-Z\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(mine))
    repos.write(top, "a", "words")

    git(top, "add", "a")

    assert git(top, "cat-file", "blob", ":a") == b"WORDS"


def test_nothing_is_fetched_by_a_program_that_the_repository_names(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", a="1")
    ran = tmp_path / "ran"
    repos.git(top, "config", "core.repositoryFormatVersion", "1")
    repos.git(top, "config", "extensions.partialClone", "far")
    repos.git(top, "config", "remote.far.promisor", "true")
    repos.git(top, "config", "remote.far.url", f"ext::sh -c touch% {ran}")
    repos.git(top, "config", "protocol.ext.allow", "always")

    attempt(top, "cat-file", "-p", "1" * 40)

    assert not ran.exists()
