"""Worktrees: the project as it is now, nothing of the user's touched, nothing left behind."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchtui.engine.errors import BackendError
from orchtui.engine.journals.disk import Disk
from orchtui.engine.paths.rules import Rules
from orchtui.engine.run_events.events import FileChange
from orchtui.engine.workspace.worktree import Worktree, Worktrees, default_place
from orchtui.engine.workspace.worktree_changes import collect
from tests.engine.workspace import repositories as repos


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    repos.no_configuration(monkeypatch)


class Room:
    """A project, its run folder, and where worktrees stand."""

    def __init__(self, tmp_path: Path, project: Path) -> None:
        self.project = project
        self.out = project / "artifacts"
        self.run = self.out / "runs" / "r1"
        self.run.mkdir(parents=True)
        (self.run / "plan.yaml").touch()
        self.place = tmp_path / "worktrees"
        self.trees = Worktrees(project, self.run, self.out, self.place)

    def collect(self, tree: Worktree, *declared: str) -> tuple[dict[str, FileChange], str]:
        rules = Rules.load(self.project, self.out)
        changes, note = collect(
            tree, self.run / "files" / "t", "files/t", self.project, rules.unreadable, declared
        )
        return {change.path: change for change in changes}, note


def sha(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".git"
    }


async def test_it_holds_the_project_as_it_is_now_and_touches_nothing(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", a="1", b="1", c="1", staged="1", _gitignore="hidden\n")
    room = Room(tmp_path, top)
    repos.write(top, "a", "changed")
    repos.write(top, "new/file", "new")
    repos.write(top, "hidden", "ignored")
    repos.write(top, "artifacts/parallel-result.md", "ours")
    repos.write(top, "staged", "2")
    repos.git(top, "add", "staged")
    repos.write(top, "staged", "3")
    (top / "c").unlink()
    before = repos.state(top)

    tree = await room.trees.make("t-1")

    assert files(tree.folder) == {
        **{".gitignore": "hidden\n", "a": "changed", "b": "1", "new/file": "new", "staged": "3"}
    }
    assert repos.git(tree.folder, "status", "--porcelain") == ""
    assert repos.git(tree.folder, "log", "--format=%s").split("\n")[1] == "first"
    await room.trees.remove(tree)
    assert repos.state(top) == before
    assert list(room.place.iterdir()) == []


async def test_what_a_program_changed_is_kept(tmp_path: Path) -> None:
    top = repos.repository(
        tmp_path / "r", changed="1", same="1", gone="1", moved="1", run="1", _gitignore="hid*\n"
    )
    room = Room(tmp_path, top)
    repos.write(top, "changed", "as the user has it")
    tree = await room.trees.make("t-1")
    place = tree.folder
    repos.write(place, "changed", b"\xff\x00 binary")
    repos.write(place, "deep/new", "new")
    repos.write(place, "hidden", "ignored by git")
    repos.write(place, "hid-declared", "declared")
    (place / "gone").unlink()
    (place / "moved").rename(place / "moved-to")
    (place / "run").chmod(0o755)
    repos.write(place, "tool.sh", "#!/bin/sh").chmod(0o755)
    (place / "link").symlink_to("/etc/passwd")
    repos.git(place, "add", "changed")
    repos.git(place, "commit", "--quiet", "-m", "a commit of its own")

    changes, note = await asyncio.to_thread(room.collect, tree, "hid-declared", "../out")

    kept = {path: change.kept for path, change in changes.items() if change.kept}
    assert kept == {
        path: f"files/t/{path}"
        for path in ("changed", "deep/new", "hid-declared", "moved-to", "tool.sh")
    }
    assert {path for path, change in changes.items() if change.deleted} == {"gone", "moved"}
    assert changes["changed"].base == sha("as the user has it")
    assert changes["gone"].base == sha("1")
    assert changes["deep/new"].base is None
    assert (room.run / "files/t/changed").read_bytes() == b"\xff\x00 binary"
    assert os.access(room.run / "files/t/tool.sh", os.X_OK)
    assert "symlinks were changed, not kept: link" in note
    assert "only the rights were changed, not kept: run" in note
    await room.trees.close()


async def test_secrets_are_named_and_neither_copied_nor_digested(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", _env="KEY=1", config__credentials_json="{}")
    room = Room(tmp_path, top)
    tree = await room.trees.make("t-1")
    repos.write(tree.folder, ".env", "KEY=2")
    repos.write(tree.folder, "deep/key.pem.bak", "a key")
    repos.write(tree.folder, "plain.txt", "3")
    (tree.folder / "config/credentials.json").unlink()

    changes, note = await asyncio.to_thread(room.collect, tree)

    assert set(changes) == {"plain.txt"}
    assert files(room.run / "files") == {"t/plain.txt": "3"}
    assert "not kept, as they may hold secrets: .env, config/credentials.json, deep/key" in note
    await room.trees.close()


async def test_what_git_ignores_is_told(tmp_path: Path) -> None:
    top = repos.repository(
        tmp_path / "r",
        sub__a="1",
        _gitignore="*.log\nout/\n.cache/\n__pycache__/\nnode_modules/\n",
    )
    room = Room(tmp_path, top / "sub")
    tree = await room.trees.make("t-1")
    for number in range(7):
        repos.write(tree.folder, f"{number}.log", "x")
    for path in ("out/deep/x", "out/y", "__pycache__/a.pyc", "node_modules/m/index.js", "out2/a"):
        repos.write(tree.folder, path, "x")
    repos.write(tree.root, "outside.log", "x")

    changes, note = await asyncio.to_thread(room.collect, tree, "6.log")

    assert set(changes) == {"6.log", "out2/a"}
    assert "git ignores them, not kept: 0.log, 1.log, 2.log, 3.log, 4.log and 3 more" in note
    assert "node_modules" not in note and "__pycache__" not in note
    await room.trees.close()


async def test_the_base_is_what_the_snapshot_held_though_the_project_went_on(
    tmp_path: Path,
) -> None:
    top = repos.repository(tmp_path / "r", a="1")
    room = Room(tmp_path, top)
    tree = await room.trees.make("t-1")
    repos.write(tree.folder, "a", "the program's")
    repos.write(top, "a", "the user's, meanwhile")

    changes, _ = await asyncio.to_thread(room.collect, tree)

    assert changes["a"].base == sha("1")
    await room.trees.close()


async def test_line_ends_that_git_changes_are_no_change_of_the_project(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", _gitattributes="*.txt text\n")
    repos.write(top, "a.txt", "one\r\ntwo\r\n")
    room = Room(tmp_path, top)
    tree = await room.trees.make("t-1")
    repos.write(tree.folder, "a.txt", "other\n")

    changes, _ = await asyncio.to_thread(room.collect, tree)

    assert changes["a.txt"].base == sha("one\r\ntwo\r\n")
    await room.trees.close()


async def test_a_project_below_the_top_gets_its_own_folder(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", a="1", sub__b="2")
    room = Room(tmp_path, top / "sub")
    tree = await room.trees.make("t-1")
    assert files(tree.folder) == {"b": "2"}
    repos.write(tree.folder, "b", "3")
    repos.write(tree.root, "a", "outside of the project")

    changes, note = await asyncio.to_thread(room.collect, tree)

    assert set(changes) == {"b"}
    assert "changed outside the project folder, not kept: a" in note
    await room.trees.close()


def no_commit(top: Path) -> None:
    top.mkdir()
    repos.git(top, "init", "--quiet")
    repos.write(top, "a", "1")


def detached(top: Path) -> None:
    repos.repository(top, a="1")
    repos.git(top, "checkout", "--quiet", "--detach")


def merging(top: Path) -> None:
    repos.repository(top, a="1")
    repos.git(top, "checkout", "--quiet", "-b", "other")
    repos.write(top, "a", "2")
    repos.git(top, "commit", "--quiet", "-am", "2")
    repos.git(top, "checkout", "--quiet", "main")
    repos.write(top, "a", "3")
    repos.git(top, "commit", "--quiet", "-am", "3")
    repos.git(top, "merge", "other", code=1)


def sparse(top: Path) -> None:
    repos.repository(top, a="1", far__b="2")
    repos.git(top, "sparse-checkout", "set", "near")


def nested(top: Path) -> None:
    repos.repository(top, a="1")
    repos.repository(top / "inner", b="2")


def unborn_inside(top: Path) -> None:
    repos.repository(top, a="1")
    (top / "inner").mkdir()
    repos.git(top / "inner", "init", "--quiet")


def ignored_out(top: Path) -> None:
    repos.repository(top, a="1", _gitignore="/artifacts\n")


def linked(top: Path) -> None:
    main = repos.repository(top.parent / "main", a="1")
    repos.git(main, "worktree", "add", "--quiet", str(top), "-b", "second")


@pytest.mark.parametrize(
    "made",
    [no_commit, detached, merging, sparse, nested, unborn_inside, ignored_out, linked],
)
async def test_odd_repositories_work(tmp_path: Path, made: Callable[[Path], None]) -> None:
    made(tmp_path / "r")
    room = Room(tmp_path, tmp_path / "r")
    before = repos.state(room.project)
    text = (room.project / "a").read_text()

    tree = await room.trees.make("t-1")
    assert (tree.folder / "a").read_text() == text
    assert not (tree.folder / "artifacts").exists()
    nothing, _ = await asyncio.to_thread(room.collect, tree)
    repos.write(tree.folder, "a", "by the program")
    changes, _ = await asyncio.to_thread(room.collect, tree)
    await room.trees.close()

    assert nothing == {}
    assert set(changes) == {"a"}
    assert changes["a"].base == sha(text)
    assert repos.state(room.project) == before


async def test_what_can_have_no_worktree_is_told(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    room = Room(tmp_path, plain)

    with pytest.raises(BackendError, match="git repository") as told:
        await room.trees.make("t-1")

    assert told.value.kind == "command"
    assert not told.value.retryable


async def test_a_filter_that_fails_is_told_and_one_that_is_missing_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's own filters run; those of the project's configuration never do."""
    top = repos.repository(tmp_path / "r", a="1", _gitattributes="*.big filter=large\n")
    repos.write(top, "b.big", "content")
    room = Room(tmp_path, top)
    before = repos.state(top)[:5]

    tree = await room.trees.make("t-1")  # a filter that nobody set up does nothing
    assert (tree.folder / "b.big").read_text() == "content"
    await room.trees.remove(tree)
    mine = tmp_path / "gitconfig"
    mine.write_text('[filter "large"]\n\tclean = false\n\trequired = true\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(mine))
    with pytest.raises(BackendError, match="filter 'false' failed"):
        await Worktrees(top, room.run, room.out, room.place).make("t-2")

    assert list(room.place.iterdir()) == []
    assert repos.state(top)[:5] == before


async def test_many_at_once_share_a_snapshot_and_none_is_left(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", a="1")
    room = Room(tmp_path, top)
    before = repos.state(top)

    trees = await asyncio.gather(*(room.trees.make(f"t{number}-1") for number in range(6)))

    assert len({tree.snapshot.commit for tree in trees}) == 1
    assert len({tree.folder for tree in trees}) == 6
    repos.write(top, "a", "2")
    later = await room.trees.make("later-1")
    assert (later.folder / "a").read_text() == "2"
    repos.write(top, "a", "1")
    await room.trees.close()
    await room.trees.close()
    assert repos.state(top) == before
    assert list(room.place.iterdir()) == []


def lock_up(tree: Worktree) -> None:
    repos.write(tree.folder, "deep/er/file", "x")
    (tree.folder / "deep" / "er").chmod(0)
    (tree.folder / "deep").chmod(0o500)


def forget_git(tree: Worktree) -> None:
    (tree.root / ".git").unlink()


def lock_with_git(tree: Worktree) -> None:
    repos.git(tree.root, "worktree", "lock", str(tree.root))


def remove_all(tree: Worktree) -> None:
    repos.git(tree.root, "worktree", "remove", "--force", str(tree.root))


@pytest.mark.parametrize("hurt", [lock_up, forget_git, lock_with_git, remove_all])
async def test_it_goes_however_it_was_left(
    tmp_path: Path, hurt: Callable[[Worktree], None]
) -> None:
    top = repos.repository(tmp_path / "r", a="1")
    room = Room(tmp_path, top)
    before = repos.state(top)
    tree = await room.trees.make("t-1")
    hurt(tree)

    await room.trees.remove(tree)

    assert repos.state(top) == before
    assert list(room.place.iterdir()) == []


async def test_one_that_nobody_waits_for_any_more_is_removed(tmp_path: Path) -> None:
    top = repos.repository(tmp_path / "r", a="1")
    room = Room(tmp_path, top)
    before = repos.state(top)
    making = asyncio.create_task(room.trees.make("t-1"))
    for _ in range(5):  # now git is at work in a thread
        await asyncio.sleep(0)

    making.cancel()
    await asyncio.wait([making])
    await room.trees.close()

    assert making.cancelled()
    assert repos.state(top) == before
    assert list(room.place.iterdir()) == []


async def test_leftovers_of_a_killed_run_go_and_those_of_a_live_one_stay(
    tmp_path: Path, disk: Disk
) -> None:
    from orchtui.engine.journals.journal import Journal

    top = repos.repository(tmp_path / "r", a="1")
    room = Room(tmp_path, top)
    dead = await Worktrees(top, room.out / "runs" / "dead", room.out, room.place).make("dead-1")
    live_run = room.out / "runs" / "live"
    live_run.mkdir()
    journal = await Journal.create(live_run, disk)
    live = await Worktrees(top, live_run, room.out, room.place).make("live-1")
    (room.place / "of somebody else").mkdir()

    await room.trees.make("t-1")

    assert not dead.home.exists()
    assert live.root.exists()
    assert (room.place / "of somebody else").exists()
    listed = repos.git(top, "worktree", "list")
    assert "dead-1" not in listed
    assert "live-1" in listed
    await journal.close()


def test_they_stand_in_the_users_cache_folder(home: Path) -> None:
    assert default_place().is_relative_to(home)
