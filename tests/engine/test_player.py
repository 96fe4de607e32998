"""A replay is played by a clock that it is given: what came due, and never more than that."""

import math
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.journals import journal
from orchtui.engine.replay import player as players
from orchtui.engine.replay.markers import MarkerKind
from orchtui.engine.replay.player import SPEEDS, Player, checked_speed, place_of
from orchtui.engine.replay.recording import Recording
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run, Status
from tests.engine.scripted import task
from tests.engine.test_recording import RUN, recorded, same, two
from tests.engine.told import START, Told


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    """Two sessions, fifteen seconds of working time; see `two`."""
    folder = tmp_path / RUN
    folder.mkdir()
    return recorded(folder, two())


def status(player: Player, task_id: str) -> Status:
    return player.run.tasks[task_id].status


def run_at(index: int) -> Run:
    run = fold.replay(two().events[:index])
    assert run is not None
    return run


# Playing


def test_what_came_due_is_folded_at_the_speed_that_is_set(recording: Recording) -> None:
    player = Player(recording, 2.0)
    assert player.index == 1

    player.advance(100.0)
    assert player.index == 1  # nobody plays it yet

    player.play()
    player.advance(100.0)
    player.advance(101.2)  # 2.4 s of the run
    assert player.position == pytest.approx(2.4)
    assert player.run.tasks["a"].text == "one "
    assert status(player, "a") == "running"
    assert player.moment == START + 2.4
    player.advance(101.6)
    assert status(player, "a") == "retrying"
    assert same(player.run, run_at(player.index))


def test_a_pause_of_whoever_looks_is_no_playing_time(recording: Recording) -> None:
    player = Player(recording)
    player.play()
    player.advance(0.0)
    player.advance(4.0)
    player.pause()
    player.advance(50.0)
    player.play()
    player.advance(100.0)
    player.advance(101.0)

    assert player.position == pytest.approx(5.0)


def test_a_clock_that_goes_back_does_not_take_the_replay_back(recording: Recording) -> None:
    player = Player(recording)
    player.play()
    for now in (10.0, 13.0, 5.0, 6.0):
        player.advance(now)

    assert player.position == pytest.approx(4.0)


def test_it_stops_at_the_end_and_begins_again_from_the_start(recording: Recording) -> None:
    player = Player(recording, 1000.0)
    player.play()
    player.advance(0.0)
    player.advance(1.0)

    assert (player.at_end, player.playing, player.fraction) == (True, False, 1.0)
    assert player.run.finished is not None
    player.play()
    assert (player.index, player.playing, player.fraction) == (1, True, 0.0)


@pytest.mark.parametrize("skips", [True, False])
def test_a_tick_costs_no_more_than_so_many_events(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, skips: bool
) -> None:
    monkeypatch.setattr(players, "AT_ONCE", 3)
    player = Player(recording, math.inf, skips=skips)
    player.play()
    seen = []
    while player.playing:
        player.advance(0.0)
        assert len(player.events) <= 3
        seen += player.events

    assert same(player.run, run_at(recording.count))
    if skips:
        assert len(seen) < recording.count - 1  # it jumped
    else:
        assert seen == two().events[1:]


def test_the_speeds_go_from_one_to_a_thousand(recording: Recording) -> None:
    player = Player(recording)
    seen = [player.speed]
    for _ in range(len(SPEEDS)):
        player.faster()
        seen.append(player.speed)
    assert seen == [*SPEEDS, 1000]
    player.set_speed(7.0)
    player.slower()
    assert player.speed == 5
    for _ in range(9):
        player.slower()
    assert player.speed == 1


@pytest.mark.parametrize("speed", [0.0, -1.0, 0.05, 1000.5, math.nan, -math.inf])
def test_no_other_speed_can_be_played(speed: float) -> None:
    with pytest.raises(InputError, match="or at max"):
        checked_speed(speed)
    assert checked_speed(math.inf) == math.inf


# Going somewhere


def test_jumps_go_to_what_happened(recording: Recording) -> None:
    player = Player(recording)

    assert player.to_next({"failure"}) is not None
    assert status(player, "a") == "failed"
    assert player.to_next({"failure"}) is None
    assert status(player, "a") == "failed"
    assert player.to_previous({"retry"}) is not None
    assert status(player, "a") == "retrying"
    assert player.to_task_end("a") is not None
    assert player.run.tasks["a"].text == "whole"
    assert player.to_task_start("b") is not None
    assert (player.position, status(player, "b")) == (1.0, "running")
    assert player.to_task_start("nobody") is None
    player.to_end()
    assert player.at_end
    player.to_start()
    assert (player.index, player.position) == (1, 0.0)


def test_steps_pause_and_stop_at_the_ends(recording: Recording) -> None:
    player = Player(recording)
    player.play()
    player.step()
    assert (player.index, player.playing) == (2, False)
    player.step(-1)
    player.step(-1)
    assert player.index == 1
    player.step(99)
    assert player.index == recording.count


def test_a_place_between_two_events_is_kept(recording: Recording) -> None:
    player = Player(recording)
    player.to_fraction(0.3)  # 4.5 s: between the retry and the next attempt

    assert player.position == pytest.approx(4.5)
    assert status(player, "a") == "retrying"
    assert player.moment == pytest.approx(START + 4.5)
    player.to_position(-3.0)
    assert player.position == 0.0
    player.to_fraction(2.0)
    assert player.at_end


def test_a_journal_that_goes_away_is_told_once(recording: Recording) -> None:
    player = Player(recording)
    player.to_end()
    (recording.folder / journal.FILE).unlink()

    with pytest.raises(StorageError):
        player.to_index(6)
    assert player.at_end
    assert same(player.run, run_at(recording.count))
    player.play()  # the start is in memory
    with pytest.raises(StorageError):
        player.advance(0.0)
    assert not player.playing
    assert player.advance(10.0) is player.run


def test_a_run_of_one_event_can_be_played(tmp_path: Path) -> None:
    folder = tmp_path / RUN
    folder.mkdir()
    player = Player(recorded(folder, Told(task("a"))))

    assert player.at_end
    player.play()
    player.advance(0.0)
    assert (player.playing, player.fraction, player.index) == (False, 1.0, 1)
    player.step(-1)
    player.to_fraction(0.5)
    assert player.to_next() is None


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("0", 0.0), ("4s", 4.0), ("15s", 15.0), ("50%", 7.5), ("100%", 15.0), ("a", 0.0), ("b", 1.0)],
)
def test_a_place_to_begin_at(recording: Recording, words: str, seconds: float) -> None:
    assert place_of(recording, words) == seconds


@pytest.mark.parametrize("words", ["16s", "5h", "-3s", "101%", "x%", "nan%", "nobody", "", "\x1b["])
def test_what_is_no_place_is_told(recording: Recording, words: str) -> None:
    with pytest.raises(InputError) as caught:
        place_of(recording, words)
    assert "\x1b" not in str(caught.value)


# Whatever a person does


class Replay(RuleBasedStateMachine):
    """However it is moved about, the Run is the one that folding gives."""

    @initialize()
    def begin(self) -> None:
        import tempfile

        self._place = tempfile.TemporaryDirectory()
        folder = Path(self._place.name) / RUN
        folder.mkdir()
        self.player = Player(recorded(folder, two(), events=4))
        self.now = 0.0

    @rule(speed=st.sampled_from([*SPEEDS, math.inf]))
    def plays(self, speed: float) -> None:
        self.player.set_speed(speed)
        self.player.play()

    @rule(seconds=st.floats(0, 5))
    def waits(self, seconds: float) -> None:
        before = 0 if self.player.at_end else self.player.index
        self.now += seconds
        self.player.advance(self.now)
        assert self.player.index >= before

    @rule()
    def pauses(self) -> None:
        self.player.pause()

    @rule(count=st.integers(-5, 5))
    def steps(self, count: int) -> None:
        self.player.step(count)

    @rule(fraction=st.floats(-0.5, 1.5))
    def scrubs(self, fraction: float) -> None:
        self.player.to_fraction(fraction)

    @rule(forward=st.booleans(), kinds=st.sampled_from([{"failure"}, {"start"}, {"end", "finish"}]))
    def looks_for(self, forward: bool, kinds: set[MarkerKind]) -> None:
        (self.player.to_next if forward else self.player.to_previous)(kinds)

    @invariant()
    def is_what_folding_gives(self) -> None:
        if hasattr(self, "player"):
            assert same(self.player.run, run_at(self.player.index))
            assert 0.0 <= self.player.position <= self.player.recording.length
            assert 0.0 <= self.player.fraction <= 1.0

    def teardown(self) -> None:
        if hasattr(self, "_place"):
            self._place.cleanup()


TestReplay = Replay.TestCase
TestReplay.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
