"""Quoted words in their place: marked as they are, whatever stands around them."""

from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.independence.report import Evidence
from orchtui.engine.plans.plan import Task
from orchtui.engine.text import clean
from orchtui.ui.looks.excerpt import field_text, marked_rows, pieces, span_in


def quote(start: int, end: int, text: str, field: str = "prompt") -> Evidence:
    return Evidence(task="t", field=field, start=start, end=end, text=text[start:end])


def shown(task: Task, evidence: Evidence, room: int) -> str:
    return "".join(f"[{text}]" if marked else text for text, marked in pieces(task, evidence, room))


def test_what_is_far_away_is_left_out() -> None:
    text = "Take your time and read it all. Then use the notes of the others, and write it down."
    task = Task(id="t", prompt=text)
    found = quote(text.index("the notes"), text.index(" of the"), text)
    assert shown(task, found, 200) == text.replace("the notes", "[the notes]")
    assert shown(task, found, 40) == "…it all. Then use [the notes] of the…"
    assert shown(task, found, 0) == "…[the notes]…"


def test_lines_become_one() -> None:
    text = "first\n\n  second   line\n third"
    task = Task(id="t", prompt=text)
    assert shown(task, quote(9, 15, text), 80) == "first [second] line third"


def test_entries_of_lists_and_fields_that_are_not_there() -> None:
    task = Task(id="t", title="T", reads=("a.md", "b.md"))
    assert field_text(task, "reads[1]") == "b.md"
    assert field_text(task, "reads[2]") is None
    assert field_text(task, "nonsense") is None
    assert field_text(task, "retries") is None
    assert shown(task, quote(0, 4, "a.md", "reads[7]"), 20) == "[a.md]"


def test_words_that_stand_elsewhere_are_found_there() -> None:
    moved = Evidence(task="t", field="prompt", start=0, end=5, text="notes")
    assert span_in("use the notes", moved) == (8, 13)
    assert span_in("nothing", moved) is None


@given(text=st.text(max_size=300), data=st.data(), width=st.integers(1, 60))
def test_the_marked_words_are_the_quoted_ones(text: str, data: st.DataObject, width: int) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    task = Task(id="t", prompt=text)
    parts = pieces(task, quote(start, end, text), width * 2)
    marked = "".join(part for part, mark in parts if mark)
    assert marked.split() == clean(text[start:end]).split()
    rows = marked_rows(parts, width, 1000)
    again = "".join(part for row in rows for part, mark in row if mark)
    assert "".join(again.split()) == "".join(marked.split())
