"""The letters: whatever is written is read again, and what is no letter is told as that."""

import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends import base
from orchtui.engine.backends.profiles import Profile
from orchtui.engine.cluster import wire
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage
from tests.engine.cluster.far_double import a_dispatch, asked

EVENTS: list[base.BackendEvent] = [
    base.Started("m"),
    base.Alive(),
    base.Text("\x1b[31m\u202eü"),
    base.Thinking("hm"),
    base.ToolCalled("1", "Read", "{}"),
    base.ToolReturned("1", False, "no"),
    base.UsageReported(Usage(input=1, output=2, cache_read=3, cache_write=4)),
    base.Quota(requests=base.Meter(10, 3, 1.5)),
    base.Throttled("busy", 3.0),
    base.FileLeft("a", "too large"),
    base.Finished("end_turn"),
]
OF_COORDINATOR: list[base.BackendEvent] = [base.Placed("w"), base.Queued(True)]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_arrives_as_it_was(event: base.BackendEvent) -> None:
    report = wire.Report("k", 1, (wire.happened(event),))
    (item,) = wire.report_of(wire.encode(report)).items
    assert isinstance(item, wire.Happened)
    assert wire.event_of(item) == event


def test_no_kind_of_event_is_missing() -> None:
    kinds = set(base.BackendEvent.__args__)
    assert {type(event) for event in (*EVENTS, *OF_COORDINATOR)} == kinds


@pytest.mark.parametrize("event", OF_COORDINATOR, ids=lambda event: type(event).__name__)
def test_what_only_the_coordinator_knows_means_nothing_from_a_worker(
    event: base.BackendEvent,
) -> None:
    """Else a worker could stop its attempt's clocks."""
    report = wire.Report("k", 1, (wire.happened(event),))
    (item,) = wire.report_of(wire.encode(report)).items
    assert isinstance(item, wire.Happened)
    assert wire.event_of(item) is None


def test_an_assignment_arrives_as_it_was() -> None:
    letter = wire.Dispatch(
        key="k",
        session="s",
        worker="w",
        lease=20.0,
        backend="claude",
        settings=wire.BackendSettings(
            models={"big": "big-1"},
            profiles={"here": Profile(base_url="http://127.0.0.1:1", key_env="KEY")},
            environment={"KEY": "k"},
        ),
        assignment=asked(
            command=("a", "b c"),
            env=("GH_TOKEN",),
            tools=("Read",),
            web=("web_search",),
            runs_on=("gpu",),
            schema={"type": "object", "properties": {"a": {"type": "integer"}}},
        ),
        specs=(base.ToolSpec("Read", "reads", {"type": "object"}),),
        files=(wire.SentFile("a/b", b"\0\xff", executable=True), wire.SentFile("gone", None)),
    )
    assert wire.dispatch_of(wire.encode(letter)) == letter


@pytest.mark.parametrize(
    "error",
    [
        BackendError("rate_limit", "later", retryable=True, retry_after=3.5),
        BackendError("server", "busy", retryable=True, throttled=True),
        BackendError("auth", "who are you"),
    ],
)
def test_a_failure_is_raised_as_it_was(error: BackendError) -> None:
    report = wire.Report("k", 1, (wire.Failed.of(error),))
    (item,) = wire.report_of(wire.encode(report)).items
    assert isinstance(item, wire.Failed)
    assert vars(item.error) == vars(error)


@given(st.binary(max_size=200))
def test_what_is_no_letter_is_told_as_that(data: bytes) -> None:
    for read in (wire.dispatch_of, wire.report_of, wire.order_of, wire.files_of, wire.settings_of):
        try:
            read(data)
        except wire.Garbled:
            continue


def test_an_event_of_a_later_version_is_no_event_and_a_garbled_one_is_told() -> None:
    raw = msgspec.Raw(msgspec.msgpack.encode({"text": 3}))
    assert wire.event_of(wire.Happened("Music", raw)) is None
    with pytest.raises(wire.Garbled):
        wire.event_of(wire.Happened("Text", raw))


def test_a_dispatch_in_other_letters_is_told_as_that() -> None:
    letter = a_dispatch(version=wire.VERSION + 1)
    with pytest.raises(wire.Garbled, match=f"{wire.VERSION + 1}, here {wire.VERSION}"):
        wire.dispatch_of(wire.encode(letter))


def test_a_refusal_is_neither_files_nor_nothing() -> None:
    refusal = wire.Refusal("why", garbled=True)
    files = wire.encode((wire.SentFile("a", b"b"),))
    assert wire.refusal_of(wire.encode(refusal)) == refusal
    assert wire.refusal_of(files) is None and wire.refusal_of(b"") is None
    with pytest.raises(wire.Garbled):
        wire.files_of(wire.encode(refusal))


def test_whoever_prints_a_letter_prints_nothing_of_it() -> None:
    data = wire.Sealed(wire.encode(wire.BackendSettings(environment={"TOKEN": "s3cret"})))
    again = pickle.loads(pickle.dumps(data))
    for one in (data, again):
        assert "s3cret" not in repr([one]) + str(one) + f"{one}" and b"s3cret" in one


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_a_letter_is_the_same_again_in_every_form_of_pickle(protocol: int) -> None:
    data = wire.Sealed(bytes(range(256)))
    again = pickle.loads(pickle.dumps(data, protocol=protocol))
    assert type(again) is wire.Sealed and again == data


def test_a_letter_goes_beside_a_pickle_where_there_is_a_place_for_it() -> None:
    data, beside = wire.Sealed(bytes(1000)), list[pickle.PickleBuffer]()
    pickled = pickle.dumps(data, protocol=5, buffer_callback=beside.append)
    assert len(pickled) < 200 and [one.raw().nbytes for one in beside] == [1000]
    again = pickle.loads(pickled, buffers=[memoryview(bytearray(one)) for one in beside])
    assert type(again) is wire.Sealed and again == data
