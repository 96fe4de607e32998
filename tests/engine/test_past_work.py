"""What earlier runs used: from their summaries, and only where it is the same kind of work."""

import json
from pathlib import Path

import pytest

from orchtui.engine.estimates import past_work
from orchtui.engine.estimates.past_work import LOOKED_AT, PastWork, Worked
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.run_folders import summary
from orchtui.engine.runs.run import Run
from tests.engine.hedging.hedged import play
from tests.engine.scripted import says, task
from tests.engine.told import Told


def worked(**fields: object) -> Worked:
    usual = {
        "specialist": "writer",
        "backend": "api",
        "asked": "opus",
        "model": "claude-opus-5-5",
        "tasks": 2,
        "seconds": 30.0,
        "usage": Usage(input=101, output=20),
    }
    return Worked(**{**usual, **fields})  # type: ignore[arg-type]


def seen(past: PastWork, *kind: str | None) -> int:
    found = past.typical(*kind)  # type: ignore[arg-type]
    return found.seen if found is not None else 0


def test_the_mean_of_a_kind() -> None:
    more = worked(tasks=1, seconds=6.0, usage=Usage(input=1, output=1, web_searches=3))
    found = PastWork([worked(), more]).typical("writer", "api", "opus", "claude-opus-5-5")

    assert found is not None
    assert (found.seen, found.seconds) == (3, 12.0)
    assert found.usage == Usage(input=34, output=7, web_searches=1)


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (("writer", "api", "opus", "claude-opus-5-5"), 2),
        (("writer", "api", "another word", "claude-opus-5-5"), 2),  # it is the same model
        (("writer", "api", "opus", "claude-opus-5-5-20260101"), 2),
        (("writer", "api", "opus", "claude-opus-6"), 0),  # the word means another model now
        (("writer", "api", "opus", "opus"), 2),  # only the backend knows what it means
        (("writer", "api", None, None), 0),
        (("reader", "api", "opus", "claude-opus-5-5"), 0),
        (("writer", "proxy", "opus", "claude-opus-5-5"), 0),
    ],
)
def test_only_the_same_kind_of_work_counts(kind: tuple[str | None, ...], count: int) -> None:
    assert seen(PastWork([worked()]), *kind) == count


def test_what_a_backend_chooses_itself() -> None:
    past = PastWork([worked(backend="claude", asked=None, model="claude-opus-5-5")])

    assert seen(past, "writer", "claude", None, None) == 2


def a_run() -> Run:
    told = Told(task("a"), task("b"), task("c")).starts("a", 0).starts("b", 0).starts("c", 0)
    return told.completes("a", 4, "x").completes("b", 8, "x").fails("c", 9).ends(9).run


def test_a_run_leaves_the_figures_of_what_completed() -> None:
    (one,) = past_work.of(a_run())

    assert (one.specialist, one.backend, one.tasks, one.seconds) == (
        "researcher",
        "scripted",
        2,
        12,
    )


def test_the_time_of_two_attempts_at_once_counts_once() -> None:
    """Three tasks of 10 s; one of 25 s, in whose last 5 s a second attempt overtook the first."""
    ended = play([100.0, *says("too late")], says("second", 5.0))
    [found] = past_work.of(ended.run)
    assert found.tasks == 4
    assert found.seconds == pytest.approx(55.0, abs=0.1)


def test_a_rehearsal_leaves_none() -> None:
    told = Told(task("a"), backend="rehearsal").starts("a", 0).completes("a", 4, "x").ends(4)

    assert past_work.of(told.run) == ()


def test_they_stand_in_the_summary_and_lists_do_not_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "1"
    folder.mkdir()
    (folder / summary.FILE).write_text(summary.dump(a_run()))

    assert json.loads((folder / summary.FILE).read_text())["work"][0]["tasks"] == 2
    assert seen(past_work.load(tmp_path, summary.FILE), "researcher", "scripted", None, None) == 2
    assert not hasattr(summary.load(folder), "work")


def test_only_the_newest_runs_are_looked_at_and_broken_ones_say_nothing(tmp_path: Path) -> None:
    text = summary.dump(a_run())
    for number in range(LOOKED_AT + 5):
        folder = tmp_path / f"{number:03d}"
        folder.mkdir()
        (folder / summary.FILE).write_text("{" if number == LOOKED_AT else text)

    past = past_work.load(tmp_path, summary.FILE)

    assert seen(past, "researcher", "scripted", None, None) == 2 * (LOOKED_AT - 1)
    assert seen(past_work.load(tmp_path / "none", summary.FILE), "x", "y", None, None) == 0


def test_a_summary_of_before_says_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "1"
    folder.mkdir()
    fields = json.loads(summary.dump(a_run()))
    for key in ("work", "usage", "cost", "cost_at_least"):
        del fields[key]
    (folder / summary.FILE).write_text(json.dumps(fields))

    assert summary.load(folder) is not None
    assert seen(past_work.load(tmp_path, summary.FILE), "researcher", "scripted", None, None) == 0


def test_a_result_that_was_taken_over_is_no_measure() -> None:
    """It took no time and no tokens in this run."""
    told = Told(task("a"), task("b")).takes_over("a", 0)
    told.starts("b", 0, "claude-opus-5-5").completes("b", 30, "x", output=20)

    assert [(one.tasks, one.seconds) for one in past_work.of(told.run)] == [(1, 30.0)]
