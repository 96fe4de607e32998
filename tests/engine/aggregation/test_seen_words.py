"""What is told in short of how results were joined."""

import msgspec
import pytest

from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.joined_events import (
    Contradiction,
    CrossReading,
    Overlap,
    PartReduced,
    ReductionBegun,
)
from orchtui.engine.runs.run import Run
from orchtui.engine.telling.joined_told import reduced_parts
from orchtui.engine.telling.seen_words import Line, joined_lines, reducing_words
from tests.engine.scripted import task
from tests.engine.told import Told

HEAD = {"seq": 99, "at": "2026-01-15T10:00:00.000Z"}
PAIR = {"tasks": ("a", "b"), "quotes": ("x", "y")}


def joined(**fields: object) -> Run:
    run = Told(task("a"), task("b")).run
    done = ev.Aggregated(strategy="collect", asked="collect", **HEAD)  # type: ignore[arg-type]
    run.aggregated = msgspec.structs.replace(done, **fields)
    return run


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({}, [Line("collected, one after the other")]),
        (
            {"asked": "synthesize", "fallback": "its answer is [b]only[/] a\x07 placeholder."},
            [
                Line(
                    "collected, not synthesize as asked: its answer is [b]only[/] a placeholder",
                    "warning",
                )
            ],
        ),
        (
            {"strategy": "synthesize", "asked": "synthesize", "problems": ("One lacks.",)},
            [Line("synthesized into one text"), Line("One lacks.", "warning")],
        ),
        (
            {
                "seen": CrossReading(
                    overlaps=(Overlap(**PAIR),),  # type: ignore[arg-type]
                    contradictions=(Contradiction(why="numbers", **PAIR),),
                    more_contradictions=2,
                )
            },
            [
                Line("collected, one after the other"),
                Line("3 possible contradictions between results", "warning"),
                Line("1 pair of results says the same"),
            ],
        ),
    ],
)
def test_what_is_loud_is_told(fields: dict[str, object], lines: list[Line]) -> None:
    assert joined_lines(joined(**fields)) == lines


def test_nothing_is_told_before_there_is_a_result() -> None:
    run = joined()
    run.aggregated = None
    assert joined_lines(run) == [] and reducing_words(run) == ""


def test_parts_are_listed_in_order_whichever_was_done_first() -> None:
    run = Told(task("a"), task("b")).run
    ends = [(1, 3), (1, 1), (1, 2), (2, 2), (2, 1)]
    run.reductions = [
        PartReduced(round=round_, part=part, parts=3, **HEAD)  # type: ignore[arg-type]
        for round_, part in ends
    ]
    listed = [line.split(" (")[0] for line in reduced_parts(run)]
    firsts = [f"- Part {number} of 3" for number in (1, 2, 3)]
    assert listed == [*firsts, "- Part 1 of 3, round 2", "- Part 2 of 3, round 2"]


def test_how_far_a_reduction_is() -> None:
    run = joined()
    run.reducing = ReductionBegun(parts=3, **HEAD)  # type: ignore[arg-type]
    assert reducing_words(run) == "0 of 3 parts summarized"
    run.reductions = [PartReduced(part=2, parts=3, **HEAD)]  # type: ignore[arg-type]
    assert reducing_words(run) == "1 of 3 parts summarized"
    run.reducing = ReductionBegun(parts=2, round=2, **HEAD)  # type: ignore[arg-type]
    assert reducing_words(run) == "0 of 2 parts summarized, round 2"
