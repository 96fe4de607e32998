"""Values below the pane of results: which there are, which are meant, the rows of a diff."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.comparison.difference import Options, Span
from orchtui.engine.comparison.sides import Side
from orchtui.engine.run_events import events as ev
from orchtui.ui.bars.tabs_bar import ORDER, PaneName, names_for
from orchtui.ui.compare.alike_grid import shade_of
from orchtui.ui.compare.compare_words import why_closed
from orchtui.ui.compare.diff_layout import Look, lay_out, opened_for, other_end, words_of
from orchtui.ui.compare.figures import Figures
from orchtui.ui.compare.prepared_diff import Form, Prepared, prepare
from orchtui.ui.compare.result_columns import Columns, Known, cells, percent
from orchtui.ui.compare.results import Results
from tests.engine.scripted import task
from tests.engine.told import Told

FORMS: tuple[Form, ...] = ("beside", "unified")
OLD = (
    "# One\n\nfirst line\nsecond line\n"
    + "same\n" * 12
    + "## Two\n\na block of some words\nof several long lines\nthat stands elsewhere\n\nlast\n"
)
NEW = OLD.replace("second", "other").replace(
    "## Two\n\na block of some words\nof several long lines\nthat stands elsewhere\n\n", ""
)
NEW = NEW.replace(
    "# One\n\n",
    "# One\n\n## Two\n\na block of some words\nof several long lines\nthat stands elsewhere\n\n",
)


def side(text: str, reference: str = "notes.md") -> Side:
    return Side(reference=reference, label=reference, text=text, origin=f"file {reference}")


def prepared(left: str = OLD, right: str = NEW) -> Prepared:
    return prepare(side(left), side(right), Options(by="line"))


def told() -> Told:
    """One that completed, one that failed with text, one without, one that goes on."""
    told = Told(*(task(name) for name in ("done", "lost", "silent", "busy")), aggregate="compare")
    told.starts("done", 0).completes("done", 2, "the first answer")
    told.starts("lost", 0).says("lost", 1, "half").fails("lost", 2)
    told.starts("silent", 0).fails("silent", 1)
    return told.starts("busy", 1).says("busy", 2, "so far")


# Which results


def test_all_that_has_text_is_there_and_what_goes_on_grows() -> None:
    told_run, results = told(), Results()
    assert results.follow(told_run.run)
    assert not results.follow(told_run.run)
    assert [(one.label, one.state, one.grows) for one in results.all] == [
        ("do done", "completed", False),
        ("do lost", "failed", False),
        ("do busy", "running", True),
    ]
    told_run.completes("busy", 3, " and no more")
    assert results.follow(told_run.run)
    assert [one.grows for one in results.all] == [False] * 3


def test_marks_are_given_in_turn_and_taken_away() -> None:
    results = Results()
    results.follow(told().run)
    one, two, three = results.all
    results.mark(one)
    results.mark(two)
    assert results.pair() == (one, two)
    results.mark(three)  # the second one is another one then
    assert results.pair() == (one, three)
    results.mark(one)
    results.mark(two)
    assert results.pair() == (two, three)


def test_with_one_mark_or_none_the_picked_one_is_meant() -> None:
    told_run, results = told(), Results()
    results.follow(told_run.run)
    one, two, three = results.all
    assert results.pair() == (one, two)  # the first is picked: the one after it
    results.pick(2)
    assert results.pair() == (one, three)
    results.mark(two)
    assert results.pair() == (two, three)


def test_what_was_chosen_is_what_others_are_set_against() -> None:
    told_run, results = told(), Results()
    told_run.completes("busy", 3).ends(4)
    told_run.tell(ev.ResultChosen, 5, task="busy", attempt=1)
    results.follow(told_run.run)
    assert results.chosen is results.all[2]
    assert results.pair() == (results.all[2], results.all[0])


def test_what_was_added_stays_when_another_run_is_shown_and_can_be_taken_out() -> None:
    results = Results()
    results.follow(told().run)
    added = results.add(side("words"))
    results.mark(added)
    results.follow(None)
    assert results.all == [added]
    assert results.marked == {"notes.md": "A"}
    assert results.pair() is None
    results.remove(added)
    assert (results.all, results.marked, results.here) == ([], {}, None)


def test_a_result_of_the_run_is_not_added_a_second_time() -> None:
    told_run, results = told(), Results()
    results.follow(told_run.run)
    results.add(side("x", f"{told_run.run.id}:lost"))
    assert len(results.all) == 3
    assert results.here is results.all[1]


def test_figures_are_made_bit_by_bit_and_anew_for_another_text() -> None:
    told_run, results, figures = told(), Results(), Figures()
    results.follow(told_run.run)
    found = results.all
    figures.freshen(found)
    pairs = [(found[1], found[0])]
    assert figures.wanted(found, pairs)
    while not figures.advance(found, pairs):
        pass
    assert not figures.wanted(found, pairs)
    counted = figures.measures(found[0])
    assert counted is not None and counted.words == 3
    assert figures.alike(found[0], found[1]) == figures.alike(found[1], found[0]) == 0.0
    told_run.says("busy", 3, " it grew")
    assert not figures.wanted(found, pairs)  # nothing is counted for each piece that arrives
    figures.freshen(found)
    assert figures.wanted(found, pairs)


@pytest.mark.parametrize("width", [*range(1, 40), 60, 76, 118, 200])
def test_the_table_is_as_wide_as_its_room(width: int) -> None:
    results = Results()
    results.follow(told().run)
    columns = Columns.of(width, judged=True)
    for result in results.all:
        row = "".join(text for text, _ in cells(result, Known(), columns))
        assert len(row) + 2 <= max(width, 5)
    if width >= 5:
        assert len(columns.head()) <= width


def test_what_was_broken_off_does_not_run() -> None:
    results, columns = Results(), Columns.of(118, judged=False)
    results.follow(told().run)
    rows = {
        one.label: "".join(text for text, _ in cells(one, Known(broken_off=True), columns))
        for one in results.all
    }
    assert "↯ do busy" in rows["do busy"] and " broken off " in rows["do busy"]
    assert "✓ do done" in rows["do done"] and " completed " in rows["do done"]


def test_a_badge_does_not_run_into_the_word_for_the_state() -> None:
    run, results = Told(task("a"), backend="rehearsal"), Results()
    results.follow(run.starts("a", 0).completes("a", 1, "made up").run)
    columns = Columns.of(118, judged=False)
    row = "".join(text for text, _ in cells(results.all[0], Known(), columns))
    assert "REHEARSAL completed" in row


@pytest.mark.parametrize(("share", "shown"), [(0, 0), (0.879, 87), (0.9999, 99), (1, 100)])
def test_only_what_is_the_same_is_a_hundred(share: float, shown: int) -> None:
    assert percent(share) == shown


def test_shades_rise() -> None:
    assert [shade_of(share) for share in (0, 0.3, 0.5, 0.8, 1)] == [" ", "░", "▒", "▓", "█"]


def test_choosing_waits_for_the_end() -> None:
    told_run = told()
    assert "its end" in why_closed(told_run.run, live=True, watched=False)
    assert "another process" in why_closed(told_run.run, live=False, watched=True)
    assert "broken off" in why_closed(told_run.run, live=False, watched=False)
    told_run.completes("busy", 3).ends(4)
    assert why_closed(told_run.run, live=False, watched=False) == ""


# The rows of a diff


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("width", [1, 7, 30, 200])
def test_every_row_fits_and_marks_lie_inside(form: Form, width: int) -> None:
    places = lay_out(prepared(), Look(form, width))
    assert [place.at for place in places] == sorted(place.at for place in places)
    for place in places:
        for part in (place.left, place.right):
            if part is not None:
                assert len(part.text.rstrip()) <= width
                assert all(0 <= mark.start < mark.end <= len(part.text) for mark in part.marks)


@pytest.mark.parametrize("form", FORMS)
def test_equal_stretches_are_folded_until_they_are_opened(form: Form) -> None:
    made = prepared()
    places = lay_out(made, Look(form, 80))
    [fold] = [place for place in places if place.what == "fold"]
    opened = opened_for(made, form, fold.at, frozenset())
    whole = lay_out(made, Look(form, 80, opened=opened))
    assert not [place for place in whole if place.what == "fold"]
    texts = [place.at for place in whole if place.what == "text"]
    assert texts == list(range(len(made.face(form).rows)))


@pytest.mark.parametrize("form", FORMS)
def test_what_was_moved_knows_its_other_end(form: Form) -> None:
    made = prepared()
    assert made.moved == 1
    rows = made.face(form).rows
    moved = [at for at, row in enumerate(rows) if row.kind == "moved"]
    there = [other_end(made, form, at) for at in moved]
    assert sorted(one for one in there if one is not None) == moved
    assert all(one != at for one, at in zip(there, moved, strict=True))
    assert other_end(made, form, 0) is None


def test_both_forms_have_the_same_hunks() -> None:
    made = prepared()
    assert len(made.beside.hunks) == len(made.unified.hunks)
    assert made.changed == len(made.unified.changes)


def test_the_search_sees_both_sides() -> None:
    made = prepared("one old word\n", "one new word\n")
    assert words_of(made, "beside") == ["one old word\n\none new word\n"]
    assert words_of(made, "unified") == ["one old word\n", "one new word\n"]


def test_a_word_that_differs_stays_marked_where_it_is_broken() -> None:
    made = prepared("start abcdefghij end\n", "start ABCDEFGHIJ end\n")
    [*places] = [one for one in lay_out(made, Look("beside", 6)) if one.what == "text"]
    parts = [one.left for one in places if one.left is not None and one.left.marks]
    marked = "".join(part.text[slice(*mark)] for part in parts for mark in part.marks)
    assert marked == "abcdefghij"


TEXTS = st.text(st.sampled_from("ab \n\t界e\u0301👍\u200d#`."), max_size=60)


@given(TEXTS, TEXTS, st.integers(1, 20), st.sampled_from(FORMS))
def test_any_texts_can_be_laid_out(left: str, right: str, width: int, form: Form) -> None:
    made = prepare(side(left), side(right), Options())
    for place in lay_out(made, Look(form, width)):
        for part in (place.left, place.right):
            for mark in part.marks if part is not None else ():
                assert isinstance(mark, Span)
                assert part is not None and mark.end <= len(part.text)


# The names of the panes


@pytest.mark.parametrize("view", ORDER)
def test_the_names_are_cut_down_where_there_is_little_room(view: PaneName) -> None:
    assert sum(2 + len(words) for words in names_for(71, view).values()) <= 71  # at 80 cells: whole
    assert names_for(71, view)["independence"] == "2 Independence"
    assert names_for(60, view)["independence"] == "2 Indep"
    few = names_for(30, view)
    assert [words[0] for words in few.values()] == list("123456")
    assert [name for name, words in few.items() if len(words) > 1] == [view]
