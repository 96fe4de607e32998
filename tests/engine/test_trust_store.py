"""What is trusted is kept: in one file, by several processes, through faults of the disk."""

import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchtui.engine.errors import StorageError
from orchtui.engine.trusting.trust import Danger
from orchtui.engine.trusting.trust_store import TrustStore


def danger(fingerprint: str) -> Danger:
    return Danger("command", "plan.yaml: task a", "secret-looking command", fingerprint)


def test_what_was_trusted_is_known_to_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "trust.json"
    TrustStore(path).trust([danger("a"), danger("b")], tmp_path)
    TrustStore(path).trust([danger("c")], tmp_path)
    TrustStore(path).trust([danger("d")], tmp_path / "deep")

    assert TrustStore(path).known(tmp_path) == {"a", "b", "c"}
    assert TrustStore(path).known(tmp_path / "deep") == {"d"}
    assert TrustStore(path).known(tmp_path / "other") == frozenset()
    assert TrustStore(path).trouble() is None


def test_the_file_is_the_users_alone_and_holds_no_command(tmp_path: Path) -> None:
    path = tmp_path / "data" / "trust.json"
    TrustStore(path).trust([danger("a")], tmp_path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "secret" not in path.read_text()
    assert sorted(os.listdir(path.parent)) == ["trust.json", "trust.json.lock"]


def test_paid_is_noted_for_a_folder_and_trusts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    store = TrustStore(path)
    assert not store.paid_noted(tmp_path)
    store.note_paid(tmp_path)

    assert TrustStore(path).paid_noted(tmp_path)
    assert not TrustStore(path).paid_noted(tmp_path / "other")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"trusted": []}',
        b'{"trusted": {"/x": "all"}}',
        b'{"format": 1}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b" " * 17_000_000,
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_broken_file_knows_nothing_and_is_set_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trust.json"
    path.write_bytes(content)
    store = TrustStore(path)

    assert store.known(tmp_path) == frozenset()
    trouble = store.trouble()
    assert trouble is not None and str(path) in trouble

    store.trust([danger("a")], tmp_path)
    assert TrustStore(path).known(tmp_path) == {"a"}
    assert TrustStore(path).trouble() is None
    assert (tmp_path / "trust.json.broken").read_bytes() == content


def test_words_of_another_kind_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    path.write_text(json.dumps({"trusted": {os.path.realpath(tmp_path): [1, None, "a", ["b"]]}}))
    store = TrustStore(path)

    assert store.known(tmp_path) == {"a"}
    store.trust([danger("c")], tmp_path)
    assert TrustStore(path).known(tmp_path) == {"a", "c"}


@pytest.mark.parametrize("in_the_way", ["a file where the folder should be", "a folder"])
def test_what_can_not_be_written_is_told_and_holds_for_now(tmp_path: Path, in_the_way: str) -> None:
    path = tmp_path / "data" / "trust.json"
    if in_the_way == "a folder":
        path.mkdir(parents=True)
    else:
        path.parent.write_text("not a folder")
    store = TrustStore(path)

    with pytest.raises(StorageError, match="trust.json: can not be written: "):
        store.trust([danger("a")], tmp_path)

    assert store.known(tmp_path) == {"a"}
    assert TrustStore(path).known(tmp_path) == frozenset()
    assert TrustStore(path).trouble() is not None


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trust.json"
    TrustStore(path).trust([danger("a")], tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        TrustStore(path).trust([danger("b")], tmp_path)

    assert TrustStore(path).known(tmp_path) == {"a"}
    assert sorted(os.listdir(tmp_path)) == ["trust.json", "trust.json.lock"]


def test_a_file_that_is_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    path = tmp_path / "trust.json"
    path.symlink_to(tmp_path / "kept" / "mine.json")
    TrustStore(path).trust([danger("a")], tmp_path)

    assert path.is_symlink()
    assert TrustStore(tmp_path / "kept" / "mine.json").known(tmp_path) == {"a"}


def _trust_many(path: Path, folder: Path, name: str) -> None:
    for number in range(20):
        TrustStore(path).trust([danger(f"{name}{number}")], folder)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    path = tmp_path / "trust.json"
    names = ("a", "b", "c")
    writers = [context.Process(target=_trust_many, args=(path, tmp_path, name)) for name in names]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(50)

    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert TrustStore(path).known(tmp_path) == {f"{n}{i}" for n in names for i in range(20)}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("xyz"), st.text(min_size=1, max_size=5)), max_size=8))
def test_what_is_written_is_read(tmp_path: Path, said: list[tuple[str, str]]) -> None:
    path = tmp_path / "trust.json"
    path.unlink(missing_ok=True)
    expected: dict[str, set[str]] = {}
    for folder, word in said:
        TrustStore(path).trust([danger(word)], tmp_path / folder)
        expected.setdefault(folder, set()).add(word)

    for folder in "xyz":
        assert TrustStore(path).known(tmp_path / folder) == expected.get(folder, set())


def test_without_a_file_it_is_kept_in_memory(tmp_path: Path) -> None:
    store = TrustStore()
    store.trust([danger("a")], tmp_path)

    assert store.known(tmp_path) == {"a"}
    assert store.trouble() is None
    assert TrustStore().known(tmp_path) == frozenset()


def test_a_folder_whose_name_is_not_utf8_is_a_folder_too(tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    odd = tmp_path / os.fsdecode(b"odd\xff")
    TrustStore(path).trust([danger("a")], odd)

    assert TrustStore(path).known(odd) == {"a"}
