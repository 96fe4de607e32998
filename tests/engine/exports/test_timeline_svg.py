"""The timeline as SVG: well formed, everything within its edges, and the same in words."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.exports.timeline_marks import MOST_TICKS, rows
from orchtui.engine.exports.timeline_svg import timeline
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold, verdict
from orchtui.engine.runs.run import Run
from orchtui.engine.runs.time_axis import TimeAxis
from tests.engine.exports import subjects
from tests.engine.generated_runs import Telling, ended_runs, tellings
from tests.engine.told import Told

SVG = "{http://www.w3.org/2000/svg}"


def drawn(run: Run) -> ElementTree.Element:
    """The picture, read by a parser of XML."""
    return ElementTree.fromstring("".join(timeline(subjects.of(run), alone=True)))


@given(telling=tellings(), data=st.data())
def test_any_run_is_drawn_within_its_edges(telling: Telling, data: st.DataObject) -> None:
    run = fold.replay(telling.events[: data.draw(st.integers(1, len(telling.events)))])
    assert run is not None
    picture = drawn(run)
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    for box in picture.iter(f"{SVG}rect"):
        start, size = float(box.get("x", 0)), float(box.attrib["width"])
        assert 0 <= start <= start + size <= width + 1.5
        assert 0 <= float(box.get("y", 0)) <= height
    titles = [one.text or "" for one in picture.iter(f"{SVG}title")]
    for task in run.tasks.values():
        assert any(task.task.label in title for title in titles)


@given(run=ended_runs())
def test_every_stretch_lies_in_the_runs_time_and_none_is_over_another(run: Run) -> None:
    axis = TimeAxis.of(run, run.at)
    for row in rows(run, axis, run.at):
        ends = [0.0]
        for one in row.stretches:
            assert 0 <= one.start < one.end <= axis.length + 1e-6
            assert one.start >= ends[-1] - 1e-6
            ends.append(one.end)
    assert axis.length >= verdict.makespan(run) - 1e-6


def test_work_retries_waits_and_tools_stand_where_they_were() -> None:
    run = subjects.whole().run
    found = rows(run, TimeAxis.of(run, run.at), run.at)
    first = [(one.kind, one.start, one.end) for one in found[0].stretches]
    assert first == [("lost", 0, 3), ("server", 3, 6), ("work", 6, 8)]
    assert [(tick.at, tick.failed) for tick in found[0].ticks] == [(1, False), (1.5, False)]
    assert [(one.kind, one.start, one.end) for one in found[1].stretches] == [
        ("others", 0, 8),
        ("work", 8, 10),
    ]


def test_a_pause_between_sessions_takes_no_room_and_is_told() -> None:
    run = subjects.resumed().run
    axis = TimeAxis.of(run, run.at)
    assert axis.pauses() == [(4.0, 3596.0)]
    assert axis.length == pytest.approx(9.0)
    assert "resumed after 59m 56s" in "".join(timeline(subjects.of(run), alone=False))


def test_markup_in_every_text_stays_words(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = drawn(subjects.marked(monkeypatch))
    tags = {one.tag.removeprefix(SVG) for one in picture.iter()}
    assert tags <= {
        *("svg", "title", "desc", "style", "defs", "clipPath", "pattern", "line", "rect"),
        *("path", "g", "text", "tspan"),
    }
    names = {name for one in picture.iter() for name in one.attrib}
    assert not any(name.startswith("on") or "href" in name for name in names)
    words = "".join(one.text or "" for one in picture.iter(f"{SVG}title"))
    assert "<script>alert(1)</script>" in words


def test_it_is_told_to_those_who_do_not_see_it() -> None:
    picture = drawn(subjects.whole().run)
    words = picture.findtext(f"{SVG}desc") or ""
    assert words.startswith("COMPLETED: 2 of 2 tasks completed, over 10.0s.")
    assert "Task 1, First: completed, worked 5.0s, waited 3.0s, 2 attempts, 2 tools used." in words
    assert {"drawn-title", "drawn-words"} == set(picture.attrib["aria-labelledby"].split())


def test_uses_of_tools_are_bounded() -> None:
    told = Told(*subjects.whole().run.plan.tasks).starts("a", 0)
    for number in range(5 * MOST_TICKS):
        call = {"call": str(number), "name": "Read", "arguments": "{}"}
        told.tell(ev.ToolCalled, number / 100, task="a", attempt=1, **call)
    row = rows(told.run, TimeAxis.of(told.run, told.run.at), told.run.at)[0]
    assert len(row.ticks) <= MOST_TICKS


@pytest.mark.parametrize(
    ("length", "most"), [(0.05, 12), (3.0, 12), (59.0, 12), (4000.0, 12), (9e6, 12)]
)
def test_the_ruler_has_few_round_moments(length: float, most: int) -> None:
    run = Told(*subjects.whole().run.plan.tasks).starts("a", 0).completes("a", length, "x").run
    text = "".join(timeline(subjects.of(run), alone=False))
    assert 1 <= len(re.findall(r'<path class="grid"', text)) <= most
