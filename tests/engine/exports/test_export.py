"""The door: forms by name, files in one step, and every state that a run may be in."""

import errno
import fcntl
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.exports.export import FORMS, Form, form_of, pour, save, text_of, write
from orchtui.engine.exports.subject import Subject
from orchtui.engine.exports.trace_events import trace_text
from orchtui.engine.journals import journal
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from tests.engine.exports import subjects
from tests.engine.exports.trace_rules import problems
from tests.engine.generated_runs import Telling, tellings
from tests.engine.told import Told

TEXTS: tuple[Form, ...] = ("md", "html", "json", "svg", "log")

STATES = {
    "whole": subjects.whole,
    "resumed": subjects.resumed,
    "rehearsed": subjects.rehearsed,
    "broken off": subjects.broken_off,
}


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.md", "md"),
        ("a.MARKDOWN", "md"),
        ("a.html", "html"),
        ("a.b.htm", "html"),
        ("a.json", "json"),
        ("a.trace.json", "trace"),
        ("a.trace", "trace"),
        ("a.zip", "zip"),
        ("a.log", "log"),
        ("a.svg", "svg"),
        ("a", None),
        ("a.txt", None),
        ("md", None),
    ],
)
def test_a_name_asks_for_a_form(name: str, form: Form | None) -> None:
    assert form_of(name) == form


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("state", STATES)
def test_every_form_takes_a_run_in_every_state(form: Form, state: str, tmp_path: Path) -> None:
    subject = subjects.kept(STATES[state]().events, tmp_path)
    saved = save(subject, form, tmp_path / "x")
    assert saved.size == (tmp_path / "x").stat().st_size > 100
    poured = io.BytesIO()
    pour(subject, form, poured)
    assert poured.getvalue() == (tmp_path / "x").read_bytes()
    text = (tmp_path / "x").read_bytes()
    if form in ("md", "html", "json", "log"):
        word = {"rehearsed": b"REHEARSAL", "broken off": b"INTERRUPTED"}.get(state, b"first")
        told = {"log": b"the run has not ended"}.get(form, word) if state == "broken off" else word
        assert told in text or (form == "log" and state in ("whole", "resumed"))


@pytest.mark.parametrize("form", FORMS)
def test_a_live_run_is_written_as_it_stands(form: Form, tmp_path: Path) -> None:
    told = subjects.broken_off()
    subject = subjects.kept(told.events, tmp_path)
    path = subject.folder / journal.FILE
    with open(path, "ab") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        writer.write(b'{"kind":"text_delta","se')  # half of a line that is being written
        writer.flush()
        live = Subject.of(subject.run, subject.folder, at=subject.run.at + 60)
        assert (live.standing, live.now) == ("RUNNING", subject.run.at + 60)
        out = io.BytesIO()
        write(live, form, out)
    text = out.getvalue()
    if form in ("md", "html"):
        assert b"RUNNING" in text
        assert b"still going on" in text
    if form == "json":
        assert json.loads(text)["standing"] == "RUNNING"
    if form == "svg":
        assert b">now</text>" in text
    if form == "trace":
        [going] = [
            one
            for one in json.loads(text)["traceEvents"]
            if one["ph"] == "X" and one["args"]["task"] == "b"
        ]
        assert going["dur"] == 62_000_000  # up to now


def test_a_disk_without_hard_links_takes_a_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = subjects.kept(subjects.whole().events, tmp_path)
    path, late = tmp_path / "x.md", tmp_path / "y.md"

    def none(half: Path, target: Path) -> None:
        late.write_text("theirs")
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(target))

    monkeypatch.setattr(os, "link", none)

    assert save(subject, "md", path).size == path.stat().st_size > 0
    late.unlink()
    with pytest.raises(InputError, match="is there already"):
        save(subject, "md", late)
    assert late.read_text() == "theirs"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["runs", "x.md", "y.md"]


def test_a_file_that_is_there_is_replaced_only_where_that_is_said(tmp_path: Path) -> None:
    subject = subjects.kept(subjects.whole().events, tmp_path)
    path = tmp_path / "x.md"
    path.write_text("mine")
    with pytest.raises(InputError, match="--force"):
        save(subject, "md", path)
    assert path.read_text() == "mine"
    save(subject, "md", path, force=True)
    assert path.read_text().startswith("# Do it\n")


def test_a_file_that_comes_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = subjects.kept(subjects.whole().events, tmp_path)
    path = tmp_path / "x.md"
    link = os.link

    def late(half: Path, target: Path) -> None:
        path.write_text("theirs")
        link(half, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(InputError, match="is there already"):
        save(subject, "md", path)
    assert path.read_text() == "theirs"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["runs", "x.md"]


def test_what_fails_midway_leaves_nothing_and_harms_nothing(tmp_path: Path) -> None:
    subject = subjects.kept(subjects.whole().events, tmp_path)
    (subject.folder / journal.FILE).unlink()  # the trace reads it again
    path = tmp_path / "x.trace"
    path.write_text("mine")
    with pytest.raises(StorageError):
        save(subject, "trace", path, force=True)
    assert path.read_text() == "mine"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["runs", "x.trace"]


@pytest.mark.parametrize(
    ("name", "words"), [("runs", "is a folder"), ("missing/x.md", "no such folder")]
)
def test_a_place_that_is_none(tmp_path: Path, name: str, words: str) -> None:
    subject = subjects.kept(subjects.whole().events, tmp_path)
    with pytest.raises(InputError, match=words):
        save(subject, "md", tmp_path / name)


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    subject = subjects.kept(subjects.whole().events, tmp_path)
    (tmp_path / "target").write_text("mine")
    (tmp_path / "x.md").symlink_to("target")
    with pytest.raises(InputError):
        save(subject, "md", tmp_path / "x.md")
    save(subject, "md", tmp_path / "x.md", force=True)
    assert (tmp_path / "target").read_text() == "mine"
    assert not (tmp_path / "x.md").is_symlink()


def test_a_thousand_tasks_are_exported_in_every_form(tmp_path: Path) -> None:
    told: Told = subjects.many(1000)
    run = fold.replay(told.events)
    assert run is not None
    subject = subjects.kept(told.events, tmp_path)
    for form in FORMS:
        out = io.BytesIO()
        write(subject, form, out)
        assert out.tell() > 10_000


@given(telling=tellings(), data=st.data())
def test_a_journal_whose_times_are_nonsense_is_exported_all_the_same(
    telling: Telling, data: st.DataObject
) -> None:
    days = st.integers(-400_000, 400_000)
    events = [
        replace(event, at=ev.iso(ev.seconds(event.at) + data.draw(days)))
        if number % 3 == 0
        else event
        for number, event in enumerate(telling.events)
    ]
    run = fold.replay(events)
    assert run is not None
    subject = subjects.of(run)
    for form in TEXTS:
        assert "".join(text_of(subject, form))
    assert problems(json.loads("".join(trace_text(subject, events)))) == []


def test_a_race_whose_time_is_nonsense_is_drawn_all_the_same() -> None:
    told = subjects.whole()
    times = {"access": "read", "when": "soon", "other_access": "write", "other_when": "9" * 30}
    run = Told(*told.run.plan.tasks).starts("a", 0)
    run.tell(ev.RaceDetected, 1, task="a", attempt=1, path="x", other="b", **times)
    subject = subjects.of(run.run)
    for form in TEXTS:
        assert "".join(text_of(subject, form))


def test_an_attempt_that_began_before_its_run_is_drawn_all_the_same() -> None:
    told = Told(*subjects.whole().run.plan.tasks).takes_over("a", 1)
    told.tell(ev.RunResumed, 2, why="by hand", reused=(), again=tuple(told.run.tasks))
    told.starts("a", -100).completes("a", 3, "made again")
    subject = subjects.of(told.run)
    for form in TEXTS:
        assert "".join(text_of(subject, form))
