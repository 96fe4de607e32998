"""A journal opened for replay: the Run at every event is the one that folding would give."""

import os
from collections import deque
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.errors import StorageError
from orchtui.engine.journals import journal, whole_lines
from orchtui.engine.plans.plan import Task
from orchtui.engine.replay.checkpoints import Checkpoints
from orchtui.engine.replay.markers import MARKER_KINDS
from orchtui.engine.replay.recording import Recording, open_recording
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from tests.engine.generated_runs import Telling, tellings
from tests.engine.scripted import schedule_of, task
from tests.engine.told import START, Told

RUN = "20260115-100000-abcd"
_AT = "2026-01-15T10:00:09.000Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the run that `Told` tells."""
    place = tmp_path / RUN
    place.mkdir()
    return place


def lines_of(events: list[ev.RunEvent]) -> bytes:
    return b"".join(ev.encode(event) + b"\n" for event in events)


def recorded(folder: Path, data: bytes | Told, events: int = 3, most: int = 1 << 20) -> Recording:
    """A recording with many checkpoints, of a journal that is read in small pieces."""
    whole = lines_of(data.events) if isinstance(data, Told) else data
    (folder / journal.FILE).write_bytes(whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole_lines, "_AT_ONCE", 300)
        return open_recording(folder, checkpoints=Checkpoints(most, events))


def same(one: Run, other: Run) -> bool:
    """Whether two Runs are alike, in however many pieces their texts are."""
    for run in (one, other):
        for each in (*run.tasks.values(), *([run.aggregate] if run.aggregate else [])):
            for attempt in each.attempts:
                assert len(attempt.text) == attempt.length
                attempt.pieces = [attempt.text]
    return one == other


def two() -> Told:
    """Two sessions: one task fails in the first and is done in the second."""
    told = Told(task("a"), task("b")).starts("a", 0).starts("b", 1)
    told.says("a", 2, "one ").retries("a", 3).starts("a", 5).says("a", 6, "two ")
    told.tell(ev.ToolCalled, 6, task="a", attempt=2, call="1", name="Read", arguments="{}")
    told.completes("b", 7, "done").says("a", 8, "three").fails("a", 9)
    told.ends(10).resumes(1000).starts("a", 1001).completes("a", 1004, "whole")
    return told.ends(1005)


# The Run at each event


@settings(max_examples=25, deadline=None)
@given(tellings(), st.integers(1, 12), st.sampled_from([1 << 20, 6_000]))
def test_at_every_event_it_is_what_folding_gives(
    tmp_path_factory: pytest.TempPathFactory, telling: Telling, events: int, most: int
) -> None:
    place = tmp_path_factory.mktemp("runs") / RUN
    place.mkdir()
    recording = recorded(place, lines_of(telling.events), events, most)
    assert recording.count == len(telling.events)

    expected = fold.begin(telling.events[0])
    playhead = recording.playhead(1)
    for index, event in enumerate(telling.events, 1):
        if index > 1:
            fold.apply(expected, event)
            assert playhead.forward(1) == [event]
        assert same(recording.at(index), expected)
        assert same(playhead.run, expected)
    assert recording.whole


@settings(max_examples=40, deadline=None)
@given(tellings(), st.integers(1, 12), st.lists(st.integers(1, 200), min_size=2, max_size=12))
def test_going_to_and_fro_gives_what_folding_gives(
    tmp_path_factory: pytest.TempPathFactory, telling: Telling, events: int, places: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("runs") / RUN
    folder.mkdir()
    goes_to_and_fro(recorded(folder, lines_of(telling.events), events), telling.events, places)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.lists(st.integers(1, 45), min_size=2, max_size=20))
def test_all_that_grows_is_what_it_was_going_to_and_fro(
    tmp_path_factory: pytest.TempPathFactory, events: int, places: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("runs") / RUN
    folder.mkdir()
    told = with_everything()
    goes_to_and_fro(recorded(folder, told, events), told.events, places)


def goes_to_and_fro(recording: Recording, events: list[ev.RunEvent], places: list[int]) -> None:
    """Each Run is made of what is left of the one before it."""
    head = None
    for place in places:
        head = recording.playhead(place, head)
        expected = fold.replay(events[: head.index])
        assert expected is not None and same(head.run, expected)


def with_everything() -> Told:
    """A run with all that grows: texts, tools, refusals, attempts, tasks, and a synthesis."""
    told = Told(task("a"), task("b"), aggregate="synthesize").starts("a", 0).starts("b", 0)
    for at, call in enumerate(("1", "2", "1"), 1):
        told.says("a", at, f"before {call} ")
        told.tell(ev.ToolCalled, at, task="a", attempt=1, call=call, name="Read", arguments="{}")
    for at, call in enumerate(("2", "1", "1", "nobody's"), 4):  # one returns twice
        told.tell(ev.ToolReturned, at, task="a", attempt=1, call=call, ok=at != 5, text=f"at {at}")
        told.says("b", at, "text ")
    told.tell(ev.WriteRefused, 8, task="a", attempt=1, path="x", why="no")
    told.tell(ev.LimitChanged, 8, backend="scripted", lower=True, why="busy", concurrency=1)
    told.retries("a", 9).starts("a", 11).says("a", 12, "again ").completes("a", 13, "whole")
    new = Task(id="c", prompt="do c")
    told.tell(ev.TaskAdded, 14, scheduled=schedule_of(new).tasks[0], planned=new)
    told.starts("c", 15).says("c", 16, "c").tell(ev.Steered, 16, action="retry", task="a")
    told.starts("a", 17).completes("a", 18, "third").completes("c", 18).completes("b", 19, "b")
    synthesis = {"task": ev.AGGREGATE, "attempt": 1}
    told.tell(ev.TaskQueued, 20, **{**synthesis, "attempt": 0})
    told.tell(
        ev.TaskStarted, 20, **synthesis, specialist="synthesizer", instance="s", backend="scripted"
    )
    for at in (21, 22, 23):
        told.tell(ev.TextDelta, at, **synthesis, text=f"all {at} ")
    return told


@pytest.mark.parametrize("events", [1, 2, 3, 5])
def test_all_that_grows_is_as_long_as_it_was(folder: Path, events: int) -> None:
    told = with_everything()
    recording = recorded(folder, told, events)

    for index in range(1, recording.count + 1):
        expected = fold.replay(told.events[:index])
        assert expected is not None and same(recording.at(index), expected)
    whole = recording.at(recording.count)
    assert [tool.text for tool in whole.tasks["a"].attempts[0].tools] == ["", "at 4", "at 6"]
    assert whole.aggregate is not None and whole.aggregate.text == "all 21 all 22 all 23 "


def parts(one: object) -> dict[int, object]:
    """Everything in a Run that can be changed in its place, by its identity."""
    found: dict[int, object] = {}
    if is_dataclass(one) and not isinstance(one, type):
        if not type(one).__dataclass_params__.frozen:  # type: ignore[attr-defined]
            found[id(one)] = one
        for field in fields(one):
            found |= parts(getattr(one, field.name))
    elif isinstance(one, list | dict | deque):
        found[id(one)] = one
        for each in one.values() if isinstance(one, dict) else one:
            found |= parts(each)
    return found


@settings(max_examples=15, deadline=None)
@given(tellings(), st.data())
def test_no_two_of_its_runs_share_what_can_change(
    tmp_path_factory: pytest.TempPathFactory, telling: Telling, data: st.DataObject
) -> None:
    place = tmp_path_factory.mktemp("runs") / RUN
    place.mkdir()
    recording = recorded(place, lines_of(telling.events))
    index = data.draw(st.integers(1, recording.count))
    one, other = recording.at(index), recording.at(index)

    # What came from the journal itself is the same for all, and nobody changes it.
    of_events = parts(one.fingerprints) | parts([session.again for session in one.sessions])
    shared = parts(one).keys() & parts(other).keys() - of_events.keys()

    assert not [parts(one)[each] for each in shared]


def test_text_is_kept_once_however_many_checkpoints_there_are(folder: Path) -> None:
    told = Told(task("a")).starts("a", 0)
    for number in range(400):
        told.says("a", number, f"{number:03} words that go on ")
    text = told.run.tasks["a"].text

    many = recorded(folder, told, events=2, most=1 << 30)
    few = recorded(folder, told, events=300, most=1 << 30)

    assert many.at(many.count).tasks["a"].text == text
    assert sum(map(len, many.at(many.count).tasks["a"].attempts[0].pieces)) == len(text)
    frame = many._checkpoints[-2].frames[0]  # between two where nothing but text came
    assert all(one.frames[0] is frame for one in many._checkpoints[2:])
    assert len(few._checkpoints) < len(many._checkpoints)


def test_memory_is_bounded_and_told(folder: Path) -> None:
    told = Told(*(task(f"t{n}") for n in range(30)))
    for number in range(30):
        told.starts(f"t{number}", number)
    for number in range(600):
        told.says(f"t{number % 30}", 40 + number, "word ")

    bounded = recorded(folder, told, events=2, most=100_000)
    free = recorded(folder, told, events=2, most=1 << 30)

    assert bounded.bytes < 150_000 < free.bytes
    assert any("takes longer" in note for note in bounded.notes)
    assert not any("takes longer" in note for note in free.notes)
    assert all(same(bounded.at(at), free.at(at)) for at in range(1, bounded.count, 37))


# Time and markers


def test_the_pause_between_two_sessions_takes_no_playing_time(folder: Path) -> None:
    recording = recorded(folder, two())

    assert recording.length == 15
    assert recording.axis.length == 15
    assert recording.position_of(recording.count) == 15
    assert recording.axis.moment(12) == START + 1002
    resumed = next(marker for marker in recording.markers if marker.kind == "session")
    assert resumed.position == 10
    assert recording.at(recording.index_at(9.5)).tasks["a"].status == "failed"
    assert recording.at(recording.index_at(12.0)).tasks["a"].status == "running"
    assert recording.index_at(-5) == 1
    assert recording.index_at(99) == recording.count


def test_the_markers_say_where_what_happened(folder: Path) -> None:
    recording = recorded(folder, two())

    assert [(one.kind, one.task, one.position) for one in recording.markers] == [
        ("start", "a", 0),
        ("start", "b", 1),
        ("retry", "a", 3),
        ("start", "a", 5),
        ("end", "b", 7),
        ("failure", "a", 9),
        ("finish", "", 10),
        ("session", "", 10),
        ("start", "a", 11),
        ("end", "a", 14),
        ("finish", "", 15),
    ]
    for one in recording.markers:
        assert one.position == recording.position_of(one.index)
        assert one.kind in MARKER_KINDS
    start, end = recording.markers.start_of("a"), recording.markers.end_of("a")
    assert start is not None and end is not None
    assert recording.at(start.index).tasks["a"].status == "running"
    assert recording.at(start.index - 1).tasks["a"].status == "queued"
    assert recording.at(end.index).tasks["a"].status == "completed"
    assert recording.markers.start_of("nobody") is None


def test_races_and_questions_are_marked(folder: Path) -> None:
    told = Told(task("a"), task("b")).starts("a", 0).starts("b", 0)
    told.tell(ev.PermissionAsked, 1, task="a", attempt=1, question="q", what="run it")
    told.tell(
        ev.RaceDetected, 2, task="b", attempt=1, path="x.md", access="write", when=_AT, other="a",
        other_access="read", other_when=_AT,
    )  # fmt: skip

    found = [(one.kind, one.task) for one in recorded(folder, told).markers]

    assert found[-2:] == [("question", "a"), ("race", "b")]


def test_times_that_go_back_do_not_take_the_replay_back(folder: Path) -> None:
    told = Told(task("a")).starts("a", 5).says("a", 2, "x").says("a", 9, "y")
    recording = recorded(folder, told)

    positions = [recording.position_of(at) for at in range(1, recording.count + 1)]
    assert positions == sorted(positions)
    assert recording.length == 9


# What is wrong with a journal


def test_a_run_that_ended_and_is_as_it_was_has_nothing_to_be_told(folder: Path) -> None:
    recording = recorded(folder, two())

    assert recording.whole
    assert recording.notes == ()


def test_a_journal_that_was_cut_off_is_replayed_to_its_cut(folder: Path) -> None:
    told = two()
    whole = lines_of(told.events)
    for cut in range(len(lines_of(told.events[:1])), len(whole), 97):
        data = whole[:cut]
        recording = recorded(folder, data)
        assert recording.count == data.count(b"\n")
        expected = fold.replay(told.events[: recording.count])
        assert expected is not None and same(recording.at(recording.count), expected)
        unfinished = expected.finished is None
        assert any("interrupted" in note for note in recording.notes) == unfinished
        assert any("cut off" in note for note in recording.notes) == (not data.endswith(b"\n"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"not json", "not an event"),
        (b"", "not an event"),
        (b'{"kind":"text_delta","seq":99,"at":"soon","task":"a","attempt":1,"text":"x"}', "soon"),
        (b'{"kind":"run_started"}', "not an event"),
        (ev.encode(ev.TaskQueued(seq=99, at=_AT, task="b", attempt=1)), "while task 'b'"),
        (ev.encode(ev.TaskQueued(seq=99, at=_AT, task="x", attempt=1)), "not in the schedule"),
        (ev.encode(ev.TaskQueued(seq=3, at=_AT, task="a", attempt=1)), "comes after"),
    ],
)
@pytest.mark.parametrize("place", [5, 9, 13])
def test_an_event_that_does_not_fit_ends_the_replay_before_it_and_that_is_said(
    folder: Path, line: bytes, why: str, place: int
) -> None:
    told = two()
    before, after = lines_of(told.events[:place]), lines_of(told.events[place:])

    recording = recorded(folder, before + line + b"\n" + after)

    assert (recording.whole, recording.count) == (False, place)
    expected = fold.replay(told.events[:place])
    assert expected is not None and same(recording.at(99), expected)
    [note] = recording.notes
    assert f"up to event {place} only: line {place + 1}: " in note
    assert why in note


def test_a_newer_journal_is_replayed_as_far_as_it_is_known(folder: Path) -> None:
    told = two()
    new = b'{"kind":"dreamt","seq":17,"at":"%s","of":["sheep"]}\n' % _AT.encode()
    first, second = lines_of(told.events[:16]), lines_of(told.events[16:])
    later = b"".join(
        line.replace(b'"seq":%d,' % seq, b'"seq":%d,' % (seq + 1), 1) + b"\n"
        for seq, line in enumerate(second.split(b"\n")[:-1], 17)
    )
    data = first.replace(b'"format":1', b'"format":7', 1) + new + later

    recording = recorded(folder, data)

    assert (recording.whole, recording.count) == (True, len(told.events) + 1)
    assert recording.at(recording.count).finished is not None
    assert recording.notes == (
        "a newer orchtui wrote it (form 7, known here: 1)",
        "1 of its events is of a kind that this version does not know",
    )


@pytest.mark.parametrize(
    "data", [b"", b"half a line", b"{}\n", b"\n", b"[" * 10_000 + b"\n", b"\xff\xfe\n"]
)
def test_what_has_no_first_event_can_not_be_opened(folder: Path, data: bytes) -> None:
    with pytest.raises(StorageError):
        recorded(folder, data)


def test_a_journal_of_another_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(StorageError, match="of another run"):
        recorded(tmp_path / "elsewhere", two())


def test_no_journal_a_folder_and_a_pipe_are_refused(folder: Path) -> None:
    path = folder / journal.FILE
    with pytest.raises(StorageError):
        open_recording(folder)
    path.mkdir()
    with pytest.raises(StorageError):
        open_recording(folder)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(StorageError):
        open_recording(folder)


@pytest.mark.parametrize("how", ["gone", "shorter", "another", "other words"])
def test_a_journal_that_changes_meanwhile_is_noticed(folder: Path, how: str) -> None:
    recording = recorded(folder, two())
    path = folder / journal.FILE
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "shorter":
        os.truncate(path, 700)
    elif how == "another":
        path.rename(path.with_name("old"))
        path.write_bytes(data)
    else:
        path.write_bytes(data[:600] + b"x" * (len(data) - 600))

    with pytest.raises(StorageError):
        for at in range(1, recording.count + 1):
            recording.at(at)


def test_a_pass_can_be_watched_and_ended(folder: Path) -> None:
    recorded(folder, two())
    read: list[int] = []

    open_recording(folder, read.append)
    assert read[-1] == (folder / journal.FILE).stat().st_size

    def enough(read: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        open_recording(folder, enough)
