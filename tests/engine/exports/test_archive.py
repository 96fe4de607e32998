"""A run goes into an archive and comes home whole; one that is not in order changes nothing."""

import fcntl
import hashlib
import io
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.exports import archive_import
from orchtui.engine.exports import archive_names as names
from orchtui.engine.exports.archive_import import import_run
from orchtui.engine.exports.export import save, write
from orchtui.engine.journals import journal
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import past_runs, summary
from orchtui.engine.runs import fold
from orchtui.engine.text import is_clean
from tests import hostile
from tests.engine.exports import subjects
from tests.engine.exports.zips import RUN, Made, journal_bytes
from tests.engine.generated_runs import Telling, tellings


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Another machine's artifacts folder."""
    return tmp_path / "home" / "artifacts"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def packed(told_events: list[ev.RunEvent], place: Path) -> Path:
    subject = subjects.kept(told_events, place / "artifacts")
    return save(subject, "zip", place / "run.zip").path


# There and back


@pytest.mark.parametrize(
    "make", [subjects.whole, subjects.resumed, subjects.rehearsed, subjects.broken_off]
)
def test_a_run_comes_home_as_it_was(make: Callable[[], object], tmp_path: Path, out: Path) -> None:
    told = make()
    events = told.events  # type: ignore[attr-defined]
    archive = packed(events, tmp_path)
    there = tmp_path / "artifacts" / "runs" / RUN

    found = import_run(archive, out)

    assert found.run == fold.replay(events)
    assert past_runs.open_run(out, RUN) == found.run
    before, after = files_of(there), files_of(found.folder)
    assert after.pop("plan.yaml")
    assert after == before
    # Rights are the user's alone, in whatever way it came.
    for path in [found.folder, *found.folder.rglob("*")]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077
    listed = summary.load_all(out / "runs")
    ended = found.run.finished is not None
    assert [one.verdict for one in listed] == [found.summary.verdict]
    assert found.summary.verdict == ("COMPLETED" if ended else "INTERRUPTED")


def test_the_same_run_is_the_same_bytes(tmp_path: Path) -> None:
    subject = subjects.kept(subjects.whole().events, tmp_path)
    digests = set()
    for moment in (1_000_000_000, 1_700_000_000):
        for path in subject.folder.rglob("*"):
            os.utime(path, (moment, moment))
            path.chmod(0o700 if path.is_dir() else 0o640)
        to = io.BytesIO()
        write(subject, "zip", to)
        digests.add(hashlib.sha256(to.getvalue()).hexdigest())
    assert len(digests) == 1


def test_an_archive_has_a_manifest_with_sizes_and_checksums(tmp_path: Path) -> None:
    with zipfile.ZipFile(packed(subjects.whole().events, tmp_path)) as archive:
        manifest = json.loads(archive.read(f"{RUN}/manifest.json"))
        for one in manifest["files"]:
            data = archive.read(f"{RUN}/{one['path']}")
            assert (one["size"], one["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert len(archive.namelist()) == len(manifest["files"]) + 1
        assert (manifest["format"], manifest["run"]) == (names.FORMAT, RUN)


def test_what_belongs_to_one_machine_or_to_none_stays_there(tmp_path: Path, out: Path) -> None:
    subject = subjects.kept(subjects.whole().events, tmp_path)
    folder = subject.folder
    for name in ("applied/x/kept", "saved-for.json", "labels.json", ".x.123.part", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")
    (folder / "files" / "a" / "link").symlink_to("/etc/passwd")
    (folder / "files" / "a" / "far").symlink_to("/etc")
    os.mkfifo(folder / "files" / "a" / "pipe")
    (folder / "files" / "a" / "NOTES.md").write_text("other")
    (folder / "files" / "a" / "run.sh").write_text("#!/bin/sh\n")
    (folder / "files" / "a" / "run.sh").chmod(0o755)

    saved = save(subject, "zip", tmp_path / "x.zip")
    found = import_run(saved.path, out)

    inside = files_of(found.folder)
    assert {one for one in inside if one.startswith("files/")} == {
        "files/a/NOTES.md",
        "files/a/run.sh",
    }
    assert not inside.keys() & {"saved-for.json", "labels.json", "notes.txt", "applied/x/kept"}
    assert os.access(found.folder / "files" / "a" / "run.sh", os.X_OK)
    told = "\n".join(saved.left_out)
    for name in ("link", "far", "pipe"):
        assert f"files/a/{name}: it is a link, or no plain file" in told
    assert "files/a/notes.md: some disks would take it for files/a/NOTES.md" in told


def test_what_packs_too_well_is_stored_so_that_it_can_come_home(tmp_path: Path, out: Path) -> None:
    subject = subjects.kept(subjects.whole().events, tmp_path)
    (subject.folder / "files" / "a" / "zeros").write_bytes(bytes(names.LARGE + 1))
    saved = save(subject, "zip", tmp_path / "x.zip")
    assert saved.size > names.LARGE
    assert (import_run(saved.path, out).folder / "files/a/zeros").stat().st_size == names.LARGE + 1


@given(telling=tellings(), data=st.data())
def test_any_run_comes_home(
    telling: Telling, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("any")
    events = telling.events[: data.draw(st.integers(1, len(telling.events)))]
    archive = packed(events, place)
    assert import_run(archive, place / "home").run == fold.replay(events)


def test_a_journal_that_is_a_strangers_is_cleaned(tmp_path: Path, out: Path) -> None:
    told = hostile.forged()
    data = b"".join(ev.encode(event) + b"\n" for event in told.events)
    made = Made(files={journal.FILE: data, "parallel-log.md": hostile.HOSTILE.encode()})
    made.files["parallel-result.md"] = b"\xff\xfe \x1b[31m"
    found = import_run(made.write(tmp_path / "x.zip"), out)
    assert all(is_clean(line) for line in found.summary.name.split("\n"))
    for name in ("parallel-log.md", "parallel-result.md", "plan.yaml", "summary.json"):
        for line in (found.folder / name).read_text("utf-8").split("\n"):
            assert is_clean(line), name


# What is refused


def refused(made: Made | bytes, tmp_path: Path, out: Path) -> str:
    """The words with which an archive is refused; and nothing has changed."""
    path = tmp_path / "bad.zip"
    if isinstance(made, bytes):
        path.write_bytes(made)
    else:
        made.write(path)
    out.mkdir(parents=True, exist_ok=True)
    before = files_of(out)
    with pytest.raises(InputError) as error:
        import_run(path, out)
    assert files_of(out) == before
    assert [one.name for one in out.iterdir() if one.name != "runs"] == []
    assert not (tmp_path / "evil").exists()
    message = str(error.value)
    assert message.startswith(f"{path}: can not be imported: ")
    return message


def entry(name: str, mode: int = stat.S_IFREG | 0o600, data: bytes = b"x") -> Made:
    return Made().add(name, data, mode=mode)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (Made(unlisted={"../evil": b"x"}), "leads out of the run's folder"),
        (Made(unlisted={f"{RUN}/../../evil": b"x"}), "leads out of the run's folder"),
        (entry("files/a/../../../evil"), "leads out of the run's folder"),
        (entry("files/a/./x"), "leads out of the run's folder"),
        (entry("files//x"), "leads out of the run's folder"),
        (Made(unlisted={"/etc/evil": b"x"}), "no path within"),
        (Made(unlisted={"C:/evil": b"x"}), "no path within"),
        (Made(unlisted={f"{RUN}/files/a/..\\..\\evil": b"x"}), "no path within"),
        (entry("files/a/x\x1b[31m"), "act on a terminal"),
        (entry("files/a/x\u202egnp"), "act on a terminal"),
        (entry("files/a/" + "x" * 300), "too long"),
        (entry("files/a/" + "/".join("abcdefg" * 10 for _ in range(20))), "too long"),
        (entry("files/a/link", stat.S_IFLNK | 0o777, b"/etc/passwd"), "is a link"),
        (entry("files/a/pipe", stat.S_IFIFO | 0o600), "no plain file"),
        (entry("files/a/tty", stat.S_IFCHR | 0o600), "no plain file"),
        (entry("files/a/disk", stat.S_IFBLK | 0o600), "no plain file"),
        (entry("files/a/socket", stat.S_IFSOCK | 0o600), "no plain file"),
        (entry("files/b/", stat.S_IFDIR | 0o700, b""), "leads out|no plain"),
        (entry("files/a/NOTES.MD"), "one file on some disks"),
        (entry("files/A/other"), "one file on some disks"),
        (entry("files/a/notes.md/x"), "one file on some disks"),
        (entry("files/a/\u00e9").add("files/a/e\u0301"), "one file on some disks"),
        (entry("applied/x/kept"), "does not belong"),
        (entry("saved-for.json"), "does not belong"),
        (entry("labels.json"), "does not belong"),
        (entry("inner.zip"), "does not belong"),
        (entry("files/loose"), "does not belong"),
        (entry(".hidden"), "does not belong"),
        (entry("parallel-x.md", data=b"PK\x03\x04rest"), "archive within the archive"),
        (Made(unlisted={f"{RUN}/files/a/more": b"x"}), "not in its manifest"),
        (Made(unlisted={"other/events.jsonl": b"x"}), "not in the run's folder"),
        (Made(gone=("files/a/notes.md",)), "is missing"),
        (Made(gone=(names.MANIFEST,)), "no manifest"),
        (Made(manifest={"files": []}), "not in its manifest"),
        (Made(manifest={"files": [{"path": "x"}]}), "manifest can not be read"),
        (Made(manifest={"format": names.FORMAT + 1}), "a newer orchtui wrote it"),
        (Made(manifest={"format": "x"}), "manifest can not be read"),
        (Made(manifest={"run": "20200101-000000-aaaa"}), "manifest is another run's"),
        (Made(changed={"files/a/notes.md": b"KEPT\n"}), "damaged or changed"),
        (Made(changed={"files/a/notes.md": b"much longer"}), "not as long as"),
        (Made(top="..", run=".."), "leads out|no run's folder"),
        (Made(top="x", run="x"), "no run's folder"),
        (Made(run="20200101-000000-aaaa", top="20200101-000000-aaaa"), "journal is of another run"),
        (Made(files={"parallel-log.md": b"x"}), "no journal"),
        (Made(files={journal.FILE: b""}), "empty or was cut off"),
        (Made(files={journal.FILE: journal_bytes()[:-5]}), "empty or was cut off"),
        (Made(files={journal.FILE: b"not an event\n"}), "journal is not in order"),
        (Made(files={journal.FILE: journal_bytes() * 2}), "journal is not in order"),
        (
            Made(files={journal.FILE: journal_bytes().replace(b'"format":1', b'"format":9', 1)}),
            "a newer orchtui wrote its journal",
        ),
        (Made(method=zipfile.ZIP_BZIP2), "packed in a way"),
        (entry("files/a/bomb", data=bytes(names.LARGE)), "looks like a bomb"),
    ],
)
def test_an_archive_that_is_not_in_order_is_refused(
    made: Made, words: str, tmp_path: Path, out: Path
) -> None:
    message = refused(made, tmp_path, out)
    assert any(word in message for word in words.split("|")), message


def test_a_file_that_is_in_it_twice_is_refused(tmp_path: Path, out: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        made = Made(unlisted={f"{RUN}/files/a/notes.md": b"other"})
        message = refused(made, tmp_path, out)
    assert "is in it twice" in message


def good(made: Made | None = None) -> bytes:
    """The bytes of an archive that is in order."""
    to = io.BytesIO()
    (made or Made()).write(to)
    return to.getvalue()


def test_too_many_files_are_refused(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "MOST_FILES", 3)
    assert "5 files" in refused(Made(), tmp_path, out)


@pytest.mark.parametrize(
    ("name", "most", "words"),
    [
        ("MOST_JOURNAL", 100, "'events.jsonl' is too large"),
        ("MOST_FILE", 4, "'files/a/notes.md' is too large"),
        ("MOST_IN_ALL", 200, "bytes; 200 are allowed"),
        ("MOST_MANIFEST", 10, "its manifest is too large"),
    ],
)
def test_what_is_too_large_is_refused(
    name: str, most: int, words: str, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(files={journal.FILE: journal_bytes(), "files/a/notes.md": b"kept\n"})
    monkeypatch.setattr(names, name, most)
    assert words in refused(made, tmp_path, out)


def test_an_encrypted_one_is_refused(tmp_path: Path, out: Path) -> None:
    data = bytearray(good())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "is encrypted" in refused(bytes(data), tmp_path, out)


def test_a_directory_that_lies_about_a_size_is_refused(tmp_path: Path, out: Path) -> None:
    """The manifest says what the directory says; what comes out is longer."""
    made = Made()
    made.files["files/a/notes.md"] = b"x" * 10
    made.changed["files/a/notes.md"] = b"x" * 1000
    data = bytearray(good(made))
    name = f"{RUN}/files/a/notes.md".encode()
    at = data.rindex(name) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = struct.pack("<L", 10)
    message = refused(bytes(data), tmp_path, out)
    assert "damaged" in message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"", "no zip archive"),
        (lambda data: b"not a zip at all, and long enough for one", "no zip archive"),
        (lambda data: data[:-1], "was cut off"),
        (lambda data: data[: len(data) // 2], "was cut off"),
        (lambda data: data + b"more", "something stands behind it"),
        (lambda data: b"#!/bin/sh\n" + data, "something stands before it"),
        (lambda data: data[:-14] + struct.pack("<H", 60_000) + data[-12:], "orchtui runs export"),
        (
            lambda data: data[:-14] + struct.pack("<2H", 60_000, 60_000) + data[-10:],
            "20,000 are allowed",
        ),
        (lambda data: data[:-10] + struct.pack("<L", 1 << 31) + data[-6:], "claims more"),
        (lambda data: data[:-22] + b"PK\x06\x07" + bytes(16) + data[-22:], "larger than any"),
        (lambda data: data[:-2] + b"\x04\x00" + b"note", "something stands behind"),
        (lambda data: data.replace(b"PK\x01\x02", b"PK\x01\x03", 1), "directory can not be read"),
        (lambda data: data.replace(b"PK\x03\x04", b"PK\x03\x05", 1), "is damaged"),
    ],
)
def test_a_damaged_one_is_refused(
    change: Callable[[bytes], bytes], words: str, tmp_path: Path, out: Path
) -> None:
    assert words in refused(change(good()), tmp_path, out)


@given(data=st.data())
def test_no_damage_gets_through(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever byte is changed: refused in words, or it did not matter."""
    place = tmp_path_factory.mktemp("damage")
    whole = bytearray(good())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    (place / "x.zip").write_bytes(whole)
    out = place / "artifacts"
    try:
        found = import_run(place / "x.zip", out)
    except InputError:
        assert not out.exists() or [one.name for one in out.rglob("*")] == ["runs"]
    else:
        assert found.run == fold.replay(subjects.whole().events)


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_refused(kind: str, tmp_path: Path, out: Path) -> None:
    path = tmp_path / "x.zip"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(InputError, match="can not be imported"):
        import_run(path, out)
    assert not out.exists()


# The place


def test_a_run_that_is_there_is_never_replaced(tmp_path: Path, out: Path) -> None:
    archive = Made().write(tmp_path / "x.zip")
    import_run(archive, out)
    (out / "runs" / RUN / "mine").write_text("mine")
    before = files_of(out)
    with pytest.raises(InputError, match=f"run {RUN} is in .* already.*--out FOLDER"):
        import_run(archive, out)
    assert files_of(out) == before


def test_a_run_that_comes_meanwhile_is_not_replaced(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Made().write(tmp_path / "x.zip")
    checked = archive_import._checked
    theirs = out / "runs" / RUN / "events.jsonl"

    def slowly(*arguments: object) -> object:
        run = checked(*arguments)  # type: ignore[arg-type]
        theirs.parent.mkdir(parents=True)
        theirs.write_text("theirs")
        return run

    monkeypatch.setattr(archive_import, "_checked", slowly)
    with pytest.raises(InputError, match="already"):
        import_run(archive, out)
    assert files_of(out) == {f"runs/{RUN}/events.jsonl": b"theirs"}


def test_a_disk_that_refuses_leaves_nothing(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Made().write(tmp_path / "x.zip")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(StorageError, match="No space left"):
        import_run(archive, out)
    assert [one.name for one in out.rglob("*")] == ["runs"]


def test_what_a_killed_import_left_goes_with_the_next(tmp_path: Path, out: Path) -> None:
    (out / ".importing-dead" / "files").mkdir(parents=True)
    (out / ".importing-file").write_text("no folder")
    (out / ".importing-alive").mkdir()
    lock = os.open(out / ".importing-alive", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        import_run(Made().write(tmp_path / "x.zip"), out)
    finally:
        os.close(lock)
    there = sorted(one.name for one in out.iterdir())
    assert there == [".importing-alive", ".importing-file", "runs"]


def test_an_artifacts_folder_keeps_its_rights(tmp_path: Path, out: Path) -> None:
    out.mkdir(parents=True, mode=0o755)
    out.chmod(0o755)
    import_run(Made().write(tmp_path / "x.zip"), out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o755
