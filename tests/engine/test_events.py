"""The event vocabulary: names, times, and what survives JSON."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.scheduling.fingerprint import Fingerprint
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.text import clean
from tests.engine.told import Scenario, begun, play, scenarios

_KINDS = {
    *(
        "run_started",
        "task_reused",
        "task_queued",
        "task_started",
        "worker_awaited",
        "task_placed",
        "text_delta",
        "tool_called",
        "tool_returned",
    ),
    *(
        "write_refused",
        "access_refused",
        "files_seen",
        "race_detected",
        "permission_asked",
        "permission_answered",
        "task_hedged",
        "hedge_ended",
        "task_retrying",
        "task_completed",
        "task_failed",
        "task_cancelled",
        "task_skipped",
    ),
    *("steered", "task_added", "limit_changed", "budget_warning"),
    *("aggregated", "aggregation_asked", "aggregation_stopped", "reduction_begun"),
    *("part_reduced", "run_resumed", "run_finished"),
    *("storage_lost", "storage_regained", "storage_moved"),
    *("result_rated", "result_chosen", "results_judged"),
}
_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(clean)
_USAGE = st.builds(
    ev.Usage, *[st.integers(0, 10**9)] * 5, cost=st.just(msgspec.UNSET) | st.floats(0, 10**6)
)
_HEAD = {"seq": st.integers(1, 10**9), "at": st.just("2026-01-15T10:00:00.123Z")}
_TASK = {**_HEAD, "task": _WORDS, "attempt": st.integers(0, 99)}
_EVENTS = st.one_of(
    st.builds(
        ev.TaskReused,
        **_TASK,
        run=_WORDS,
        text=_WORDS,
        specialist=_WORDS,
        instance=_WORDS,
        backend=_WORDS,
        took_s=st.floats(0, 1e6),
        files=st.none() | st.builds(ev.FilesSeen, **_TASK, sight=st.just("tools")),
    ),
    st.builds(ev.TaskQueued, **_TASK),
    st.builds(
        ev.TaskStarted,
        **_TASK,
        specialist=_WORDS,
        instance=_WORDS,
        backend=_WORDS,
        model=st.none() | _WORDS,
    ),
    st.builds(ev.WorkerAwaited, **_TASK, waited_s=st.floats(0, 1e6)),
    st.builds(ev.TaskPlaced, **_TASK, worker=_WORDS),
    st.builds(ev.TextDelta, **_TASK, text=_WORDS),
    st.builds(ev.ToolCalled, **_TASK, call=_WORDS, name=_WORDS, arguments=_WORDS),
    st.builds(ev.ToolReturned, **_TASK, call=_WORDS, ok=st.booleans(), text=_WORDS),
    st.builds(ev.WriteRefused, **_TASK, path=_WORDS, why=_WORDS),
    st.builds(
        ev.AccessRefused,
        **_TASK,
        access=st.sampled_from(["read", "run", "fetch", "use"]),
        path=_WORDS,
        why=_WORDS,
    ),
    st.builds(
        ev.TaskRetrying,
        **_TASK,
        error=st.sampled_from(["server", "idle"]),
        why=_WORDS,
        wait_s=st.floats(0, 1e6),
        usage=_USAGE,
        overtaken=st.booleans(),
    ),
    st.builds(
        ev.TaskHedged,
        **_TASK,
        specialist=_WORDS,
        instance=_WORDS,
        backend=_WORDS,
        after_s=st.floats(0, 1e6),
        usual_s=st.floats(0, 1e6),
    ),
    st.builds(
        ev.HedgeEnded,
        **_TASK,
        how=st.sampled_from(["won", "lost", "failed"]),
        why=_WORDS,
        error=st.none() | st.just("server"),
        usage=_USAGE,
        length=st.integers(0, 10**9),
    ),
    st.builds(
        ev.TaskCompleted, **_TASK, usage=_USAGE, output=_WORDS, stop_reason=_WORDS, model=st.none()
    ),
    st.builds(
        ev.TaskFailed,
        **_TASK,
        error=st.sampled_from(["timeout", "internal"]),
        message=_WORDS,
        kept=st.integers(0, 10**9),
        output=_WORDS,
        usage=_USAGE,
    ),
    st.builds(ev.TaskCancelled, **_TASK, why=_WORDS, usage=_USAGE),
    st.builds(ev.TaskSkipped, **_TASK, why=_WORDS),
    st.builds(ev.StorageLost, **_HEAD, what=st.sampled_from(["journal", "files"]), why=_WORDS),
    st.builds(
        ev.StorageRegained,
        **_HEAD,
        seconds=st.floats(0, 1e6),
        missing=st.lists(_WORDS).map(tuple),
    ),
    st.builds(ev.StorageMoved, **_HEAD, out=_WORDS, resumable=st.booleans()),
    st.builds(ev.Steered, **_HEAD, action=st.sampled_from(["cancel", "retry"]), task=_WORDS),
    st.builds(
        ev.LimitChanged,
        **_HEAD,
        backend=_WORDS,
        concurrency=st.none() | st.integers(1, 99),
        rate=st.none() | st.floats(0, 1e6),
        hold_s=st.floats(0, 1e6),
        lower=st.booleans(),
        why=_WORDS,
    ),
    st.builds(
        ev.BudgetWarning,
        **_HEAD,
        budget=st.sampled_from(["tokens", "usd", "time"]),
        used=st.floats(0, 1e9),
        limit=st.floats(0, 1e9),
    ),
    st.builds(
        ev.Aggregated,
        **_HEAD,
        strategy=st.just("collect"),
        asked=st.just("synthesize"),
        fallback=st.none() | _WORDS,
        included=st.lists(_WORDS).map(tuple),
        absent=st.lists(_WORDS).map(tuple),
    ),
    st.builds(
        ev.RunResumed,
        **_HEAD,
        why=_WORDS,
        reused=st.lists(_WORDS).map(tuple),
        again=st.lists(_WORDS).map(tuple),
        reasons=st.dictionaries(_WORDS, _WORDS, max_size=3),
        fingerprints=st.dictionaries(
            _WORDS, st.builds(Fingerprint, prompt=_WORDS, backend=_WORDS), max_size=3
        ),
        overrides=st.none() | st.builds(Overrides, backend=_WORDS),
    ),
    st.builds(
        ev.RunFinished,
        **_HEAD,
        verdict=st.sampled_from(["COMPLETED", "PARTIAL", "FAILED", "CANCELLED"]),
        rehearsal=st.booleans(),
        census=st.builds(ev.Census, *[st.integers(0, 99)] * 6),
        makespan_s=st.floats(0, 1e6),
        sequential_s=st.floats(0, 1e6),
        speedup=st.none() | st.floats(0, 99),
        bottleneck=st.none() | _WORDS,
        usage=_USAGE,
        cost=st.none(),
    ),
)


@given(_EVENTS)
def test_every_event_survives_json(event: ev.RunEvent) -> None:
    line = ev.encode(event)

    assert b"\n" not in line
    assert ev.decode(line) == event
    assert json.loads(line)["kind"] == ev.kind_of(event)


@given(_EVENTS, st.dictionaries(st.text("xyz", min_size=3), st.integers()))
def test_unknown_keys_are_passed_over(event: ev.RunEvent, more: dict[str, int]) -> None:
    newer = json.dumps({**json.loads(ev.encode(event)), **more})

    assert ev.decode(newer) == event


@given(st.text(max_size=30))
def test_what_could_act_on_a_terminal_is_gone_when_a_strangers_journal_is_read(text: str) -> None:
    event = ev.ToolReturned(
        seq=1, at="2026-01-15T10:00:00.123Z", task=text, attempt=1, call="c", ok=True, text=text
    )
    line = json.dumps(json.loads(ev.encode(event)), ensure_ascii=len(text) % 2 == 0)

    read = ev.decode(line.encode(errors="surrogatepass") if text.isascii() else line)

    assert isinstance(read, ev.ToolReturned)
    assert (read.task, read.text) == (clean(text), clean(text))


@given(scenarios())
def test_the_events_of_whole_runs_survive_json(scenario: Scenario) -> None:
    for event in [begun(scenario[0]), *play(scenario)[0]]:
        assert ev.decode(ev.encode(event)) == event


def test_the_kinds_are_those_of_the_contract() -> None:
    kinds = {str(kind.__struct_config__.tag) for kind in ev.RunEvent.__args__}

    assert kinds == _KINDS


def test_an_unknown_kind_keeps_its_number_and_time() -> None:
    line = '{"seq": 7, "at": "2026-01-15T10:00:00.000Z", "kind": "telepathy", "task": 3}'

    assert ev.decode(line) == ev.UnknownEvent(seq=7, at="2026-01-15T10:00:00.000Z")


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe", b'{"kind": "telepathy"}'),
        b'{"kind": "task_queued", "seq": 1, "at": "x"}',
        b'{"kind": "task_queued", "seq": "1", "at": "x", "task": "a", "attempt": 0}',
        b'{"kind": "telepathy", "seq": 1, "at": "\xff"}',
        b'{"kind": "telepathy", "seq": 1, "at": "x"}',
        b'{"kind": "telepathy", "seq": 1, "at": "0001-01-01T00:00:00"}',
    ],
)
def test_what_is_not_an_event_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        ev.decode(line)


# Numbers and times


@given(st.integers(0, 4_102_444_800_000))
def test_times_survive_to_the_millisecond(milliseconds: int) -> None:
    text = ev.iso(milliseconds / 1000)

    assert abs(ev.seconds(text) - milliseconds / 1000) < 0.0011
    assert ev.iso(ev.seconds(text)) == text


def test_a_time_has_the_form_of_the_contract() -> None:
    assert ev.iso(1768471200.123) == "2026-01-15T10:00:00.123Z"


@given(st.lists(st.floats(0, 1000), min_size=1), st.integers(0, 1000))
def test_a_stamp_counts_without_gaps_and_keeps_the_clocks_distances(
    steps: list[float], seq: int
) -> None:
    now = 5000.0
    stamp = Stamp(lambda: now, seq)
    first = stamp(ev.TaskQueued, task="a", attempt=0)
    for step in steps:
        now += step
        last = stamp(ev.TaskQueued, task="a", attempt=0)

    assert (first.seq, last.seq) == (seq + 1, seq + 1 + len(steps))
    passed = ev.seconds(last.at) - ev.seconds(first.at)
    assert passed == pytest.approx(sum(steps), abs=0.003)


def test_a_stamp_begins_at_the_wall_clocks_time() -> None:
    before = datetime.now(UTC).timestamp()
    stamped = Stamp(lambda: 12.5).now()

    assert before <= stamped + 0.001 and stamped <= datetime.now(UTC).timestamp() + 0.001


def test_usage_adds_up() -> None:
    total = ev.Usage(1, 2, 3, 4) + ev.Usage(10, 20, 30, 40)

    assert (total, total.total) == (ev.Usage(11, 22, 33, 44), 110)


def test_a_plan_in_an_event_survives_with_its_empty_fields() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Plan()), type=Plan) == Plan()
