"""All runs of an artifacts folder: listed, searched, brought up to date, whatever is broken."""

import os
import re
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.errors import StorageError
from orchtui.engine.history import labels, run_history, run_row, run_texts, upkeep
from orchtui.engine.history.index_file import index_path, lock
from orchtui.engine.history.run_history import History
from orchtui.engine.journals import journal
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.run_folders import past_runs, summary
from tests.engine.history.past import (
    completed,
    events_of,
    found,
    left,
    opened,
    run_id,
    told,
    written,
)  # fmt: skip
from tests.hostile import ACTS, HOSTILE

BOTH = pytest.mark.parametrize("fts", [True, False], ids=["fts5", "plain"])
"""With the index, and on a machine whose SQLite has no full-text search."""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


def ids(history: History, text: str = "") -> list[str]:
    return [row.id for row in history.listing(history.parse(text)).rows]


def test_no_folder_is_no_run(out: Path) -> None:
    with opened(out) as history:
        assert history.listing().rows == ()
        assert history.troubles == ()
        assert history.search(history.parse("word")).hits == ()


def test_runs_are_listed_the_newest_first(out: Path) -> None:
    for number in (2, 1, 3):
        left(out, completed(), number)

    with opened(out) as history:
        assert ids(history) == [run_id(3), run_id(2), run_id(1)]
        listing = history.listing(limit=2)
        assert (len(listing.rows), listing.total) == (2, 3)
        assert listing.rows[0].summary == summary.load(out / "runs" / run_id(3))
        assert not listing.rows[0].troubles


@BOTH
def test_words_are_found_wherever_they_stand(out: Path, fts: bool) -> None:
    left(out, completed("Many roses.", name="green"), 1)
    left(out, completed("Only weeds.", request="About gardens and harbours"), 2)
    labels.tagged(left(out, told().starts("one", 0).fails("one", 1, "no soil"), 3), ["herb/al"])
    labels.renamed(out / "runs" / run_id(3), "My Own Name")

    with opened(out, fts=fts) as history:
        for words, numbers in {
            "roses": [1],
            "green": [1],
            "gardens": [2],
            "garden": [1, 2, 3],  # stands in a prompt of all
            '"garden"': [1, 2, 3],
            "weeds harbours": [2],  # in two texts of one run
            '"weeds harbours"': [],
            "soil": [3],
            "herb": [3],
            "own": [3],
            "piece -roses": [2, 3],
            "piece -roses -weeds": [3],
            "piece verdict:completed": [1, 2],
            "nothing": [],
            "rosesx": [],
            "ose": [],
        }.items():
            assert found(history, words) == [run_id(n) for n in numbers], words
            assert sorted(ids(history, words)) == [run_id(n) for n in numbers], words
        assert ids(history, "-roses -weeds") == [run_id(3)]
        assert (run_history.PLAIN in history.notices) != fts


@BOTH
def test_a_hit_says_where_it_is(out: Path, fts: bool) -> None:
    left(out, completed("Roses — and thorns, ROSES again.", "No flower."), 1)

    with opened(out, fts=fts) as history:
        (hit,) = history.search(history.parse("rose thorns")).hits

    assert (hit.row.id, hit.field, hit.task) == (run_id(1), "result", "one")
    shown = hit.snippet
    assert [shown.text[a:b] for a, b in shown.spans] == ["Rose", "thorns", "ROSE"]


def test_a_search_shows_no_more_than_was_asked_for(out: Path) -> None:
    for number in range(1, 6):
        left(out, completed(), number)

    with opened(out) as history:
        search = history.search(history.parse("roses"), limit=2)

    assert (len(search.hits), search.total) == (2, 5)


def test_nothing_to_search_for_is_told(out: Path) -> None:
    left(out, completed())

    with opened(out) as history:
        for text in ("", "verdict:failed", "-roses", "!!"):
            search = history.search(history.parse(text))
            assert not search.hits
            assert "name a word" in search.told[-1]


def test_only_what_changed_is_read_again(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 4):
        left(out, completed(), number)
    read: list[str] = []
    texts, row = run_texts.read_texts, run_row.read

    def reads_texts(folder: Path, redact: Callable[[str], str]) -> object:
        read.append(f"journal {folder.name}")
        return texts(folder, redact)

    def reads_row(folder: Path, stamp: run_row.Stamp) -> object:
        read.append(f"summary {folder.name}")
        return row(folder, stamp)

    monkeypatch.setattr(upkeep, "read_texts", reads_texts)
    monkeypatch.setattr(upkeep, "read", reads_row)
    with opened(out) as history:
        assert len(read) == 6
        read.clear()
        history.refresh()
        assert read == []
        labels.tagged(out / "runs" / run_id(2), ["new"])
        history.refresh()
        assert read == [f"summary {run_id(2)}"]
        assert found(history, "new") == [run_id(2)]
        assert found(history, "roses") == [run_id(number) for number in (1, 2, 3)]
    read.clear()
    with opened(out):  # another process, later
        assert read == []
    left(out, completed("Fresh."), 4)
    with opened(out) as history:
        assert read == [f"summary {run_id(4)}", f"journal {run_id(4)}"]
        assert found(history, "fresh") == [run_id(4)]


def test_a_list_reads_no_journal(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left(out, completed())
    monkeypatch.setattr(journal, "read", lambda folder: pytest.fail("a journal was read"))
    monkeypatch.setattr(upkeep, "read_texts", lambda *_: pytest.fail("a journal was read"))

    with History(out) as history:
        history.refresh(texts=False)
        assert ids(history) == [run_id(1)]


@BOTH
def test_what_changed_is_found_and_what_is_gone_is_not(out: Path, fts: bool) -> None:
    left(out, completed("Roses."), 1)
    with opened(out, fts=fts) as history:
        labels.tagged(out / "runs" / run_id(1), ["old"])
        history.refresh()
        labels.tagged(out / "runs" / run_id(1), ["young"], remove=["old"])
        shutil.rmtree(left(out, completed("Tulips."), 2))
        left(out, completed("Violets."), 2)
        history.refresh()

        assert found(history, "young") == [run_id(1)]
        assert found(history, "old") == []
        assert found(history, "tulips") == []
        assert found(history, "violets") == [run_id(2)]
        shutil.rmtree(out / "runs" / run_id(2))
        history.refresh()
        assert ids(history) == [run_id(1)]
        assert found(history, "violets") == []


def grown(out: Path, steps: int) -> None:
    """The run's folder after so many of its tasks have ended."""
    story = told().starts("one", 0)
    if steps:
        story.completes("one", 2, "Dahlias.").starts("two", 2)
    folder = out / "runs" / run_id(1)
    shutil.rmtree(folder, ignore_errors=True)
    left(out, story)


def test_a_run_that_goes_on_is_found_by_what_has_ended(out: Path) -> None:
    grown(out, 0)
    with written(out / "runs" / run_id(1)), opened(out) as history:
        (row,) = history.listing().rows
        assert row.summary.verdict == "RUNNING"
        assert found(history, "harbour") == [run_id(1)]
    grown(out, 1)
    with written(out / "runs" / run_id(1)), opened(out) as history:
        assert found(history, "dahlias") == [run_id(1)]
        assert history.notices == ()
    with opened(out) as history:
        (row,) = history.listing().rows
        assert row.summary.verdict == "INTERRUPTED"


def test_a_long_run_that_goes_on_is_read_again_at_its_end(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "LONG", 10)
    grown(out, 0)
    with written(out / "runs" / run_id(1)), opened(out) as history:
        assert found(history, "harbour") == [run_id(1)]
    grown(out, 1)
    with written(out / "runs" / run_id(1)), opened(out) as history:
        assert found(history, "dahlias") == []
        assert history.listing().rows[0].summary.census.completed == 1
    with opened(out) as history:
        assert found(history, "dahlias") == [run_id(1)]


def test_a_run_that_was_killed_before_its_summary_was_written(out: Path) -> None:
    folder = left(out, told().starts("one", 0))
    (folder / journal.FILE).write_bytes(
        b"".join(ev.encode(event) + b"\n" for event in events_of(completed(), 1))
    )

    with opened(out) as history:
        assert history.listing().rows[0].summary.verdict == "COMPLETED"
    with opened(out) as history:
        assert history.listing().rows[0].summary.verdict == "COMPLETED"


# Bad folders


def spoil_summary(folder: Path) -> None:
    (folder / summary.FILE).write_text("{")


def lose_summary(folder: Path) -> None:
    (folder / summary.FILE).unlink()


def huge_summary(folder: Path) -> None:
    (folder / summary.FILE).write_bytes(b" " * (run_row.MOST_SUMMARY + 1))


def hostile_time(folder: Path) -> None:
    """A terminal would begin a sequence where the T stands."""
    path = folder / summary.FILE
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?<=-15)T(?=10:)", r"\\u001b", text), encoding="utf-8")


@pytest.mark.parametrize("spoil", [spoil_summary, lose_summary, huge_summary, hostile_time])
def test_the_journal_stands_for_a_summary_that_is_broken(
    out: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(left(out, completed()))
    left(out, completed(), 2)

    with opened(out) as history:
        assert ids(history) == [run_id(2), run_id(1)]
        row = history.listing().rows[1]
        assert row.summary.verdict == "COMPLETED"
        assert "the journal stands for it" in row.troubles
        assert found(history, "roses") == [run_id(1), run_id(2)]


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def edited(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([*lines[:5], b"not an event\n", *lines[5:]])


def disordered(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([*lines[:6], lines[2], *lines[6:]])


def newer(data: bytes) -> bytes:
    line = b'{"kind":"mood_changed","seq":999,"at":"2026-01-15T10:00:09.000Z","mood":"good"}\n'
    return data.replace(b'"format":1', b'"format":99', 1) + line


def timed(at: str) -> Callable[[bytes], bytes]:
    """With another time of its first event, which JSON can hold and a list can not show."""
    return lambda data: data.replace(b"2026-01-15T10:00:00.000Z", at.encode(), 1)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (timed("2026-01-15\\u001b10:00:00.000Z"), "line 1 is no event"),
        (timed("2026-01-15\\u202e10:00:00.000Z"), "line 1 is no event"),
        (timed("0001-01-01T00:00:00+23:00"), "line 1 is no event"),
        (timed("9999-12-31T23:59:59-23:00"), "line 1 is no event"),
        (edited, "line 6 is no event"),
        (disordered, "comes after event"),
        (newer, "a newer orchtui wrote it"),
        (lambda data: b"", "holds no whole event"),
        (lambda data: b"{}\n" + data, "line 1 is no event"),
        (cut, ""),
    ],
)
@pytest.mark.parametrize("whole", [True, False], ids=["with a summary", "without"])
def test_a_journal_is_read_as_far_as_it_can_be(
    out: Path, spoil: Callable[[bytes], bytes], why: str, whole: bool
) -> None:
    folder = left(out, completed())
    path = folder / journal.FILE
    path.write_bytes(spoil(path.read_bytes()))
    if not whole:
        lose_summary(folder)
    left(out, completed(), 2)
    before = sorted(path.name for path in folder.iterdir())

    with opened(out) as history:
        told_of = [row.troubles for row in history.listing().rows if row.id == run_id(1)]
        assert why in "".join([*told_of, *history.troubles])
        assert run_id(2) in ids(history)
        assert found(history, "roses")[-1] == run_id(2)
        begins = spoil in (edited, disordered, newer, cut)
        assert (run_id(1) in found(history, '"second piece" harbour')) == begins
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_run_half_deleted(out: Path) -> None:
    (left(out, completed(), 1) / journal.FILE).unlink()
    empty = left(out, completed(), 2)
    shutil.rmtree(empty)
    empty.mkdir()

    with opened(out) as history:
        assert ids(history) == [run_id(1)]
        assert "can be listed, but not opened" in history.listing().rows[0].troubles
        (trouble,) = history.troubles
        assert trouble == f"{run_id(2)}: neither a journal nor a summary is in it"
        assert found(history, "first piece") == [run_id(1)]


def test_what_is_no_run_is_told_and_left_alone(out: Path, tmp_path: Path) -> None:
    folder = left(out, completed())
    runs = folder.parent
    (runs / "notes.txt").write_text("mine")
    (runs / ".hidden").mkdir()
    (runs / "my notes").mkdir()
    shutil.copytree(folder, runs / "20260101-copy")
    outside = tmp_path / "outside"
    left(outside, completed("secret words"), 2)
    (runs / run_id(2)).symlink_to(outside / "runs" / run_id(2))
    linked = runs / run_id(3)
    linked.mkdir()
    (linked / journal.FILE).symlink_to(outside / "runs" / run_id(2) / journal.FILE)
    piped = runs / run_id(4)
    piped.mkdir()
    os.mkfifo(piped / journal.FILE)
    evil = runs / f"20{ACTS}".replace("/", "")
    evil.mkdir()

    with opened(out) as history:
        assert ids(history) == [run_id(1)]
        assert found(history, "secret") == []
        told_of = "\n".join(history.troubles)
        assert f"{run_id(2)}: it is a link, which is not followed" in told_of
        assert f"{run_id(3)}: {journal.FILE} is a link, which is not followed" in told_of
        assert f"{run_id(4)}: {journal.FILE} is no plain file" in told_of
        assert f"20260101-copy: what is in it is of another run, '{run_id(1)}'" in told_of
        assert "my notes: its name is none that orchtui gives a run" in told_of
        assert "notes.txt" not in told_of and ".hidden" not in told_of
        assert "\x1b" not in told_of


def test_broken_labels_are_told_and_the_run_is_shown(out: Path) -> None:
    folder = left(out, completed())
    (folder / labels.FILE).write_text("{")

    with opened(out) as history:
        assert "the labels can not be read" in history.listing().rows[0].troubles
    assert (folder / labels.FILE).read_text() == "{"


def test_hostile_texts_are_cleaned(out: Path) -> None:
    left(out, completed(f"needle {HOSTILE}", request=HOSTILE))

    with opened(out) as history:
        (hit,) = history.search(history.parse("needle")).hits

    assert "\x1b" not in hit.snippet.text and "\u202e" not in hit.snippet.text


def test_a_folder_that_can_not_be_read_is_told(out: Path) -> None:
    out.mkdir()
    (out / "runs").write_text("a file")

    with History(out) as history, pytest.raises(StorageError, match="runs"):
        history.refresh()


def test_a_journal_longer_than_the_bound_is_read_up_to_it(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(out, completed())
    length = (out / "runs" / run_id(1) / journal.FILE).stat().st_size
    monkeypatch.setattr(past_runs, "MOST_JOURNAL", length // 2)

    with opened(out) as history:
        assert "it is longer than" in history.listing().rows[0].troubles
        assert found(history, "garden") == [run_id(1)]


# The index


def test_the_index_is_its_users_alone_and_not_in_the_artifacts_folder(out: Path) -> None:
    left(out, completed())
    with opened(out) as history:
        assert history.notices == ()
        path = index_path(out)
        there = sorted(path.parent.iterdir())
        assert path in there
        assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in there)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(one.name for one in out.iterdir()) == ["runs"]


def test_the_index_holds_nothing_that_redaction_hides(out: Path) -> None:
    secret = "sk-very-secret-0123456789"
    labels.renamed(left(out, completed(f"It is {secret}.")), f"about {secret}")

    with History(out, redactor=Redactor({"KEY": secret})) as history:
        history.refresh()
        assert found(history, "secret") == []
        data = b"".join(path.read_bytes() for path in index_path(out).parent.iterdir())
    assert secret.encode() not in data
    assert b"It is ***." in data


def overwrite_all(path: Path) -> None:
    path.write_bytes(b"this is no database, whatever its name says" * 1000)


def overwrite_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def empty_file(path: Path) -> None:
    path.write_bytes(b"")


def other_version(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE about SET value = 'from tomorrow'")
    connection.commit()
    connection.close()


def foreign_rows(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE runs SET row = x'00ff00'")
    connection.commit()
    connection.close()


def words_gone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE words")
    connection.commit()
    connection.close()


SPOILS = [
    overwrite_all, overwrite_middle, cut_short, empty_file, other_version, foreign_rows,
    words_gone, Path.unlink,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_broken_index_is_made_anew(out: Path, spoil: Callable[[Path], None]) -> None:
    for number in (1, 2):
        left(out, completed(), number)
    with opened(out):
        pass
    spoil(index_path(out))

    for _ in range(2):
        with opened(out) as history:
            assert ids(history) == [run_id(2), run_id(1)]
            assert found(history, "roses") == [run_id(1), run_id(2)]
    assert history.notices == ()
    assert sqlite3.connect(index_path(out)).execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("spoil", [overwrite_middle, words_gone])
def test_an_index_that_breaks_while_it_is_open(out: Path, spoil: Callable[[Path], None]) -> None:
    for number in range(1, 9):
        left(out, completed("Roses. " * 2000), number)
    with opened(out):
        pass
    with opened(out) as history:
        history._index._run("PRAGMA cache_size = 1")
        spoil(index_path(out))

        assert len(found(history, "roses")) == 8
        assert len(ids(history)) == 8


def test_an_index_that_can_not_be_kept_is_a_temporary_one(out: Path, tmp_path: Path) -> None:
    left(out, completed())
    (tmp_path / "file").write_text("in the way")

    with opened(out, path=tmp_path / "file" / "index.sqlite") as history:
        assert found(history, "roses") == [run_id(1)]
        (notice,) = history.notices
        assert "the index of runs can not be kept" in notice
        assert "a temporary one is used" in notice


def test_an_index_that_can_not_be_locked_any_more(out: Path) -> None:
    left(out, completed())
    with opened(out):
        pass
    left(out, completed(), 2)
    locked = Path(f"{index_path(out)}.lock")
    locked.unlink()
    locked.mkdir()

    with opened(out) as history:
        assert found(history, "roses") == [run_id(1), run_id(2)]
        (notice,) = history.notices
        assert "the index of runs can not be used" in notice


def test_a_full_disk_takes_no_index_and_the_runs_are_found(out: Path) -> None:
    left(out, completed("Roses. " * 20_000))
    with History(out) as history:
        history._index._run("PRAGMA max_page_count = 1")  # as SQLite tells a full disk
        history.refresh()
        assert found(history, "roses") == [run_id(1)]
        (notice,) = history.notices
        assert "full" in notice and "a temporary one is used" in notice


def test_a_link_in_place_of_the_index_is_not_followed(out: Path, tmp_path: Path) -> None:
    left(out, completed())
    precious = tmp_path / "precious"
    precious.write_text("mine")
    path = tmp_path / "cache" / "index.sqlite"
    path.parent.mkdir()
    path.symlink_to(precious)

    with opened(out, path=path) as history:
        assert found(history, "roses") == [run_id(1)]
    assert precious.read_text() == "mine"


def test_a_folder_that_is_read_only_is_searched(out: Path) -> None:
    left(out, completed())
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}

    with opened(out) as history:
        assert found(history, "roses") == [run_id(1)]

    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_one_process_fills_the_index_at_a_time(out: Path) -> None:
    left(out, completed())
    with opened(out) as first:
        left(out, completed("Late tulips."), 2)
        with lock(index_path(out)) as held:
            assert held
            with opened(out) as second:  # the list is right, and it says what is not
                assert ids(second) == [run_id(2), run_id(1)]
                assert second.notices == (upkeep.BUSY,)
                assert found(second, "roses") == [run_id(1)]
        first.refresh()
        assert found(first, "tulips") == [run_id(2)]
        with opened(out) as second:
            assert second.notices == ()
            assert found(second, "tulips") == [run_id(2)]


def test_many_at_once_never_meet_an_error(out: Path) -> None:
    """As several processes would: each has a connection of its own."""
    for number in range(1, 9):
        left(out, completed(), number)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(4):
                with opened(out) as history:
                    assert len(ids(history)) == 8
                    history.search(history.parse("roses"))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 9):
        labels.tagged(out / "runs" / run_id(number), [f"tag{number}"])
    for thread in threads:
        thread.join()

    assert failed == []
    with opened(out) as history:
        assert found(history, "tag3") == [run_id(3)]
        assert len(found(history, "roses")) == 8


def test_one_history_is_used_by_several_threads(out: Path) -> None:
    for number in range(1, 9):
        left(out, completed(), number)
    failed: list[BaseException] = []
    with History(out) as history:

        def work(wish: Callable[[], object]) -> None:
            try:
                for _ in range(10):
                    wish()
            except BaseException as error:
                failed.append(error)

        wishes: list[Callable[[], object]] = [
            history.refresh, history.rebuild, history.listing,
            lambda: history.search(history.parse("roses")),
        ]  # fmt: skip
        threads = [threading.Thread(target=work, args=(wish,)) for wish in wishes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        history.refresh()
        assert failed == []
        assert len(found(history, "roses")) == 8
        assert history.notices == ()


def test_what_was_read_is_kept_when_a_look_is_stopped(out: Path) -> None:
    for number in range(1, 6):
        left(out, completed(), number)
    with History(out) as history:
        history.refresh(progress=lambda done, total: history.stop() if done == 2 else None)
        assert found(history, "roses") == [run_id(3), run_id(4), run_id(5)]
        history.refresh()
        assert len(found(history, "roses")) == 5


def test_nothing_is_read_again_once_it_is_closed(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads of an app that ends may still be on their way."""
    left(out, completed())
    history = History(out)
    history.refresh()
    history.close()
    left(out, completed(), 2)
    read: list[Path] = []
    monkeypatch.setattr(upkeep, "read_texts", lambda folder, redact: read.append(folder))

    history.refresh()
    history.rebuild()
    history.scrub()
    with pytest.raises(StorageError, match="was closed"):
        history.search(history.parse("roses"))
    assert [row.id for row in history.listing().rows] == [run_id(1)]
    assert read == []
    assert history.notices == ()


def test_progress_is_told(out: Path) -> None:
    for number in range(1, 4):
        left(out, completed(), number)
    seen: list[tuple[int, int]] = []
    with History(out) as history:
        history.refresh(progress=lambda done, total: seen.append((done, total)))
        history.rebuild()
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


@settings(max_examples=200)
@given(st.text(), st.booleans())
def test_no_query_is_an_error(
    tmp_path_factory: pytest.TempPathFactory, text: str, fts: bool
) -> None:
    """Whatever is typed, quotes and operators of FTS5 too."""
    histories = _shared(tmp_path_factory)
    history = histories[fts]
    query = history.parse(text)

    listing, search = history.listing(query), history.search(query)

    assert listing.total <= 2
    assert {hit.row.id for hit in search.hits} <= {row.id for row in history.rows}
    if any(not term.absent for term in query.terms):
        assert {row.id for row in listing.rows} == {hit.row.id for hit in search.hits}
    assert history.notices == (() if fts else (run_history.PLAIN,))


_SHARED: list[dict[bool, History]] = []


def _shared(places: pytest.TempPathFactory) -> dict[bool, History]:
    """Two histories of the same runs, for all examples."""
    if not _SHARED:
        place = places.mktemp("history")
        for number in (1, 2):
            left(place / "out", completed("a AND b OR NOT near* ^c -d", name=f"n{number}"), number)
        made = {}
        for fts in (True, False):
            made[fts] = History(place / "out", fts=fts, path=place / f"{fts}.sqlite")
            made[fts].refresh()
        _SHARED.append(made)
    return _SHARED[0]


@pytest.fixture(scope="module", autouse=True)
def _close_shared() -> object:
    yield
    for made in _SHARED:
        for history in made.values():
            history.close()
    _SHARED.clear()


def test_with_and_without_fts5_the_same_is_found(out: Path, tmp_path: Path) -> None:
    texts = ["Rosen und Straße", "naïve façade", "漢字の結果", "snake_case x-y", "a b a b c"]
    for number, text in enumerate(texts, 1):
        left(out, completed(text), number)
    with (
        opened(out, fts=True, path=tmp_path / "a") as index,
        opened(out, fts=False, path=tmp_path / "b") as plain,
    ):
        for words in (
            "strasse",
            "NAIVE",
            "漢",
            "結果",
            "case",
            '"x y"',
            '"a b c"',
            "b -strasse",
            "s",
        ):
            assert found(index, words) == found(plain, words), words
            assert found(index, words), words
