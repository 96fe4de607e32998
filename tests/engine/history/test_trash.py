"""Deleted runs: moved whole, brought back, and gone only when somebody says so."""

import errno
import fcntl
import os
import shutil
import time
from pathlib import Path

import pytest

from orchtui.engine.errors import InputError, RunAliveError, RunNotFoundError, StorageError
from orchtui.engine.history import labels, trash
from orchtui.engine.history.disk_use import measure
from orchtui.engine.journals import journal
from tests.engine.history.past import completed, left, opened, run_id, told, written


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_run_goes_and_comes_back_as_it_was(out: Path) -> None:
    folder = left(out, completed())
    before = files(folder)

    thrown = trash.throw_away(out, folder)

    assert not folder.exists()
    assert trash.trashed(out) == [thrown]
    assert (out / trash.TRASH).stat().st_mode & 0o777 == 0o700
    with opened(out) as history:
        assert history.listing().rows == ()
        assert trash.restore(out, run_id(1)[:8]).id == run_id(1)
        history.refresh()
        assert len(history.listing().rows) == 1
    assert files(folder) == before
    assert trash.trashed(out) == []


def test_what_was_published_stays(out: Path) -> None:
    folder = left(out, completed())
    (out / "parallel-result.md").write_text("the result")

    trash.throw_away(out, folder)

    assert (out / "parallel-result.md").read_text() == "the result"


def test_a_run_that_goes_on_is_never_deleted(out: Path) -> None:
    folder = left(out, told().starts("one", 0))

    with written(folder), pytest.raises(RunAliveError):
        trash.throw_away(out, folder)
    assert folder.is_dir()

    trash.throw_away(out, folder)
    assert not folder.exists()


def test_nobody_begins_to_write_a_run_while_it_is_moved(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = left(out, completed())
    alive = []
    move = os.rename

    def moves(source: Path, target: Path) -> None:
        alive.append(journal.is_alive(source))
        move(source, target)

    monkeypatch.setattr(os, "rename", moves)
    trash.throw_away(out, folder)

    assert alive == [True]


def test_whoever_only_looks_whether_it_is_alive_does_not_keep_it(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = left(out, completed())
    looking = os.open(folder / journal.FILE, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    monkeypatch.setattr(time, "sleep", lambda seconds: os.close(looking))

    trash.throw_away(out, folder)

    assert not folder.exists()


def test_what_says_nothing_of_a_run_does_not_let_it_go(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = left(out, completed())

    def full(path: str, flags: int) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), path)

    monkeypatch.setattr(trash, "no_link", full)
    with pytest.raises(StorageError, match="Too many open files"):
        trash.throw_away(out, folder)
    assert folder.exists()


def test_what_is_pinned_meanwhile_stays_where_that_counts(out: Path) -> None:
    folder = left(out, completed())
    labels.pinned(folder, True)

    with pytest.raises(StorageError, match="is pinned by now"):
        trash.throw_away(out, folder, unless_pinned=True)
    (folder / labels.FILE).write_text("{")
    with pytest.raises(StorageError, match="labels can not be read"):
        trash.throw_away(out, folder, unless_pinned=True)
    assert folder.exists()
    trash.throw_away(out, folder)
    assert not folder.exists()


def test_half_of_a_run_never_comes_back(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = trash.throw_away(out, left(out, completed()))
    other = trash.throw_away(out, left(out, completed(), 2))

    def killed(folder: Path) -> None:
        (folder / journal.FILE).unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(shutil, "rmtree", killed)
        trash.empty(out, [gone])
    assert [one.id for one in trash.trashed(out)] == [other.id]
    with pytest.raises(RunNotFoundError):
        trash.restore(out, gone.place)

    trash.empty(out, [other])
    assert list((out / trash.TRASH).iterdir()) == []


def test_two_who_empty_the_trash_at_once_leave_nothing(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = trash.throw_away(out, left(out, completed()))
    delete = shutil.rmtree
    seen: list[Path] = []

    def interrupted(folder: Path) -> None:
        seen.append(folder)
        if len(seen) == 1:
            (folder / journal.FILE).unlink()
            raise FileNotFoundError(folder)
        delete(folder)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    trash.empty(out, [gone])

    assert list((out / trash.TRASH).iterdir()) == []


def test_a_run_half_deleted_is_found_by_its_whole_id(out: Path) -> None:
    folder = left(out, completed())
    (folder / journal.FILE).unlink()

    with pytest.raises(RunNotFoundError):
        trash.find_run(out, run_id(1)[:8])
    trash.throw_away(out, trash.find_run(out, run_id(1)))
    assert trash.restore(out, "last").id == run_id(1)


@pytest.mark.parametrize("name", ["", "..", "../trash", "/etc", ".", "nope", "\x00"])
def test_what_is_no_run_is_not_found(out: Path, name: str) -> None:
    left(out, completed())

    with pytest.raises(RunNotFoundError):
        trash.find_run(out, name)
    with pytest.raises(RunNotFoundError):
        trash.restore(out, name)


def test_two_runs_of_one_id_have_their_own_places(out: Path) -> None:
    trash.throw_away(out, left(out, completed("first")))
    trash.throw_away(out, left(out, completed("second")))

    places = [one.place for one in trash.trashed(out)]
    assert sorted(places) == [run_id(1), f"{run_id(1)}~2"]
    with pytest.raises(RunNotFoundError, match="fits 2 in the trash"):
        trash.restore(out, run_id(1)[:6])
    assert trash.restore(out, f"{run_id(1)}~2").id == run_id(1)
    with pytest.raises(StorageError, match="a run of that id is there"):
        trash.restore(out, run_id(1))
    assert b"second" in (out / "runs" / run_id(1) / journal.FILE).read_bytes()
    assert len(trash.trashed(out)) == 1


def test_what_cannot_be_moved_is_where_it_was(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = left(out, completed())

    def other_disk(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", other_disk)
    with pytest.raises(StorageError, match="is on another disk"):
        trash.throw_away(out, folder)
    assert folder.is_dir()


def test_links_are_left_alone(out: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    target = left(outside, completed())
    (out / "runs").mkdir(parents=True)
    link = out / "runs" / run_id(1)
    link.symlink_to(target)
    with pytest.raises(StorageError, match="this is a link"):
        trash.throw_away(out, link)
    (out / "runs" / "elsewhere").symlink_to(tmp_path)  # where no run lies
    with pytest.raises(StorageError, match="this is a link; remove it yourself"):
        trash.find_run(out, "elsewhere")

    link.unlink()
    folder = left(out, completed())
    (out / trash.TRASH).symlink_to(outside)
    with pytest.raises(StorageError, match="this is a link"):
        trash.throw_away(out, folder)
    with pytest.raises(StorageError, match="this is a link"):
        trash.trashed(out)
    assert target.is_dir() and folder.is_dir()


def test_the_trash_is_emptied_of_what_was_named_alone(out: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "mine").write_text("mine")
    first = left(out, completed(), 1)
    (first / "link").symlink_to(precious)
    thrown = [trash.throw_away(out, first), trash.throw_away(out, left(out, completed(), 2))]
    (out / trash.TRASH / "my notes").mkdir()

    trash.empty(out, thrown[:1])

    assert [one.id for one in trash.trashed(out)] == [run_id(2)]
    assert (precious / "mine").exists()
    assert (out / trash.TRASH / "my notes").is_dir()
    trash.empty(out, thrown)
    assert trash.trashed(out) == []


@pytest.mark.parametrize("place", ["..", ".", "../runs", "/"])
def test_nothing_outside_of_the_trash_is_emptied(out: Path, place: str) -> None:
    folder = left(out, completed())
    with pytest.raises(InputError, match="no place in the trash"):
        trash.empty(out, [trash.Trashed(id="x", place=place, at=0.0)])
    assert folder.is_dir()


def test_when_it_was_deleted_is_known_without_the_note(out: Path) -> None:
    thrown = trash.throw_away(out, left(out, completed()))
    (out / trash.TRASH / thrown.place / trash.NOTE).write_text("{")

    (found,) = trash.trashed(out)
    assert abs(found.at - thrown.at) < 60


def test_disk_use_counts_every_file_once(out: Path, tmp_path: Path) -> None:
    small, large = left(out, completed(), 1), left(out, completed("x" * 100_000), 2)
    (small / "files").mkdir()
    (small / "files" / "kept").write_bytes(b"x" * 1000)
    big = tmp_path / "big"
    big.write_bytes(b"x" * 1_000_000)
    (small / "link").symlink_to(big)

    use = measure(out)

    assert [run.id for run in use.runs] == [run_id(2), run_id(1)]
    assert use.runs[1].bytes == sum(
        path.stat().st_size for path in small.rglob("*") if path.is_file() and path.name != "link"
    )
    assert use.total == sum(run.bytes for run in use.runs)
    assert (use.trash, use.unread) == (0, ())
    trash.throw_away(out, large)
    after = measure(out)
    assert after.total == use.runs[1].bytes
    assert after.trash >= use.runs[0].bytes


def test_disk_use_of_nothing(out: Path) -> None:
    use = measure(out)
    assert (use.runs, use.total, use.trash) == ((), 0, 0)
