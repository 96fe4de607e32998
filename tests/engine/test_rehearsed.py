"""What of a run is rehearsed, what builds on it, and how that is said."""

import pytest
from hypothesis import given

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import rehearsed
from orchtui.engine.runs.fold import start
from orchtui.engine.runs.run import Run
from tests.engine.generated_runs import ended_runs
from tests.engine.scripted import task
from tests.engine.told import Told


def run_of(*tasks: tuple[str, str, tuple[str, ...]], synthesis: str = "") -> Run:
    """A run of tasks: id, backend, and whom each comes after."""
    made = [task(name, backend=backend, after=after) for name, backend, after in tasks]
    more = {"aggregate": "synthesize", "backend": synthesis} if synthesis else {}
    return Told(*made, **more).run  # type: ignore[arg-type]


WHOLE = [("a", "rehearsal", ()), ("b", "rehearsal", ("a",))]
PART = [("a", "rehearsal", ()), ("b", "anthropic", ("a",)), ("c", "anthropic", ())]
NONE = [("a", "anthropic", ()), ("b", "local", ("a",))]


@pytest.mark.parametrize(
    ("tasks", "synthesis", "badge", "words"),
    [
        (NONE, "", "", ""),
        (NONE, "anthropic", "", ""),
        (WHOLE, "", "REHEARSAL", rehearsed.WHOLE),
        (WHOLE, "rehearsal", "REHEARSAL", rehearsed.WHOLE),
        (
            PART,
            "",
            "PART REHEARSAL",
            "Task 1 of 3 is made up, no model was called for it; Task 2 builds on what is made up.",
        ),
        (
            WHOLE,
            "anthropic",
            "PART REHEARSAL",
            "Task 1 and 2 of 2 are made up, no model was called for them; "
            "the synthesis is a model's, from what is made up.",
        ),
        (NONE, "rehearsal", "PART REHEARSAL", "the synthesis is made up, and only that."),
        (
            [*PART, ("d", "rehearsal", ())],
            "rehearsal",
            "PART REHEARSAL",
            "Task 1 and 4 of 4 are made up, no model was called for them; "
            "Task 2 builds on what is made up; the synthesis is made up too.",
        ),
    ],
)
def test_what_is_said_of_a_run(
    tasks: list[tuple[str, str, tuple[str, ...]]], synthesis: str, badge: str, words: str
) -> None:
    run = run_of(*tasks, synthesis=synthesis)

    assert (rehearsed.badge(run), rehearsed.words(run)) == (badge, words)
    assert run.rehearsal == bool(badge)


def test_what_is_made_up_reaches_whoever_builds_on_it_over_any_others() -> None:
    run = run_of(
        ("a", "rehearsal", ()),
        ("b", "anthropic", ("a",)),
        ("c", "anthropic", ("b",)),
        ("d", "rehearsal", ("c",)),
        ("e", "anthropic", ("c", "d")),
        ("f", "anthropic", ()),
    )
    told = {one.id: rehearsed.task_badge(run, one) for one in run.tasks.values()}

    assert told == {
        "a": "REHEARSAL",
        "b": "REHEARSED INPUT",
        "c": "REHEARSED INPUT",
        "d": "REHEARSAL",
        "e": "REHEARSED INPUT",
        "f": "",
    }
    assert rehearsed.task_words(run, run.tasks["e"]) == (
        "it was given what Task 1 and 4 came to, which were only rehearsed."
    )
    assert rehearsed.task_words(run, run.tasks["f"]) == ""


def test_a_journal_that_does_not_say_it_is_a_rehearsal_all_the_same() -> None:
    """The schedule knows, whatever an older version wrote into its first event."""
    first = Told(task("a"), backend="rehearsal").events[0]
    assert isinstance(first, ev.RunStarted)
    silent = ev.decode(ev.encode(first).replace(b'"rehearsal":true', b'"rehearsal":false'))
    assert isinstance(silent, ev.RunStarted) and not silent.rehearsal

    assert start(silent).rehearsal


def test_the_attempt_that_counts_says_who_made_it_up() -> None:
    """Whatever the schedule says: another session may have had another backend."""
    told = Told(task("a"), task("b", after=("a",))).starts("a", 0)
    assert rehearsed.badge(told.run) == ""
    told.fails("a", 1).resumes(10)
    told.tell(ev.TaskQueued, 10, task="a", attempt=1)
    own = {"task": "a", "attempt": 2, "specialist": "s", "instance": "s"}
    told.tell(ev.TaskStarted, 10, **own, backend="rehearsal").completes("a", 11, "made up")

    assert rehearsed.badge(told.run) == "PART REHEARSAL"
    badges = [rehearsed.task_badge(told.run, one) for one in told.run.tasks.values()]
    assert badges == ["REHEARSAL", "REHEARSED INPUT"]


@given(run=ended_runs())
def test_every_task_is_made_up_or_builds_on_it_or_has_nothing_to_do_with_it(run: Run) -> None:
    made = {one.id for one in run.tasks.values() if one.task.backend == "rehearsal"}
    for one in run.tasks.values():
        badge = rehearsed.task_badge(run, one)
        assert (badge == "REHEARSAL") == (one.id in made)
        assert (badge == "") == (rehearsed.task_words(run, one) == "")
        if badge == "":
            assert made.isdisjoint(one.task.after)
    assert (rehearsed.badge(run) == "") == (rehearsed.words(run) == "") == (not run.rehearsal)
