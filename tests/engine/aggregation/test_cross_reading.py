"""What results say twice, and where they seem to disagree: quoted, a guess, and never too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.aggregation.cross_reading import (
    LISTED,
    MOST_CHARACTERS,
    contradicts,
    cross_read,
)
from orchtui.engine.aggregation.statements import statement, statements
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.joined_events import Contradiction, CrossReading, Overlap
from orchtui.engine.telling import run_result
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.hostile import HOSTILE


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("Python 3.5 added the await keyword.", "Python 3.4 added the await keyword.", "numbers"),
        ("The new API came in March 2015.", "The new API came in May 2015.", "dates"),
        ("The parser needs twelve seconds for it.", "The parser needs 30 seconds for it.", "n"),
        ("The cache is thread safe.", "The cache is not thread safe.", "negated"),
        ("It can block the event loop.", "It can't block the event loop.", "negated"),
        # The same number, in other words.
        ("The parser needs 12 seconds for it.", "The parser needs twelve seconds for it.", ""),
        ("The run reads 3,400 lines of input.", "The run reads 3400 lines of input.", ""),
        ("The run takes 2.50 seconds on it.", "The run takes 2.5 seconds on it.", ""),
        # Not meant exactly.
        ("The parser needs about 12 seconds.", "The parser needs 13 seconds.", ""),
        ("It may block the event loop.", "It does not block the event loop.", ""),
        # About something else.
        ("The parser needs 12 seconds for it.", "The lexer needs 30 seconds for it.", ""),
        ("The cache on Linux is thread safe.", "The cache is not thread safe.", ""),
        ("It takes 5.", "It takes 6.", ""),
        ("Step 1 builds the old parser.", "Step 2 builds the old parser.", ""),
        ("The cache is thread safe.", "The cache is thread safe.", ""),
        # Twice negated is not negated.
        ("Nothing is not thread safe here.", "Thread safe here.", ""),
    ],
)
def test_what_counts_as_a_contradiction(one: str, other: str, rule: str) -> None:
    found = contradicts(statement("a", one), statement("b", other))
    assert bool(found) == bool(rule)
    assert ("negated" in found) == (rule == "negated")
    assert contradicts(statement("b", other), statement("a", one)) == found


def test_both_sentences_are_quoted_with_their_tasks() -> None:
    seen = cross_read(
        {
            "a": "# History\n\nMuch was said. The **await** keyword came with Python 3.5.",
            "b": "- The await keyword came with Python 3.6.\n- Other things came too.",
        }
    )
    [odds] = seen.contradictions
    assert odds.tasks == ("a", "b")
    assert odds.quotes == (
        "The await keyword came with Python 3.5.",
        "The await keyword came with Python 3.6.",
    )
    assert not seen.overlaps, "what contradicts each other is not said twice"


def test_who_says_both_contradicts_nobody() -> None:
    both = "The old parser needs 12 seconds for it.\n\nThe old parser needs 30 seconds for it."
    assert not cross_read({"a": both, "b": both}).contradictions
    one = "The old parser needs 30 seconds for it."
    assert not cross_read({"a": both, "b": one}).contradictions


ALIKE = "An event loop runs one coroutine at a time and switches only where a coroutine awaits."
REWORDED = "An event loop runs one coroutine at once and switches only where the coroutine awaits."


def test_alike_sentences_of_two_results_are_quoted_with_how_many_more_there_are() -> None:
    also = "Blocking calls inside of a coroutine hold up everything else in that loop."
    seen = cross_read({"a": f"{ALIKE} {also}", "b": f"First. {REWORDED}\n\n{also}", "c": "Else."})
    [same] = seen.overlaps
    assert (same.tasks, same.more) == (("a", "b"), 1)
    assert same.quotes in ((ALIKE, REWORDED), (also, also))


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{ALIKE}\n```",
        f"# {ALIKE}",
        f"| a | b |\n|---|---|\n| {ALIKE} | x |",
        "Two tasks can say this.",
    ],
)
def test_code_headings_tables_and_short_sentences_are_not_compared(text: str) -> None:
    assert cross_read({"a": text, "b": text}) == CrossReading()


def test_a_result_is_not_compared_with_itself() -> None:
    assert cross_read({"a": f"{ALIKE}\n\n{REWORDED}\n\n{ALIKE}"}) == CrossReading()
    assert cross_read({"a": f"{ALIKE} {ALIKE}", "b": ""}) == CrossReading()


def test_what_many_results_all_say_is_found_and_the_list_is_short() -> None:
    seen = cross_read({f"t{number}": f"{ALIKE} And {number}." for number in range(40)})
    assert len(seen.overlaps) == LISTED and seen.more_overlaps >= 29
    years = {f"t{n}": f"The await keyword was added in {2000 + n}." for n in range(30)}
    seen = cross_read(years)
    assert len(seen.contradictions) == LISTED and seen.more_contradictions > 0


def test_of_very_long_results_only_the_beginnings_are_read_and_that_is_said() -> None:
    filler = "".join(f"Line {n} tells of item {n * 7} in the great archive. " for n in range(9_000))
    late = f"{filler}\n\n{ALIKE}"
    seen = cross_read({name: late for name in ("a", "b", "c")})
    assert len(late) * 3 > MOST_CHARACTERS
    assert "only the first 200,000 characters" in seen.left_out


@given(st.dictionaries(st.sampled_from("abcd"), st.text(max_size=300), max_size=4))
def test_whatever_results_hold_it_is_read(texts: dict[str, str]) -> None:
    seen = cross_read(texts)
    found: list[Overlap | Contradiction] = [*seen.overlaps, *seen.contradictions]
    for one in found:
        assert set(one.tasks) <= texts.keys() and one.tasks[0] != one.tasks[1]
        assert all(len(quote) <= 240 for quote in one.quotes)


def test_statements_are_the_sentences_of_prose() -> None:
    text = "# Head\n\nOne thing. Another *one*, see [docs](http://x).\n\n- An item.\n\n"
    text += "```\ncode.\n```\n"
    found = [one.quote for one in statements("a", text)]
    assert found == ["One thing.", "Another one, see docs.", "An item."]


def test_it_stands_in_the_result_as_a_guess_and_does_not_act_as_markdown() -> None:
    hostile = f"{HOSTILE} **The** [parser](http://evil) needs %d seconds `now`."
    told = Told(task("a", title="A | [x](y)"), task("b", title="B"))
    told.starts("a", 0).starts("b", 0).completes("a", 1, "x").completes("b", 1, "y")
    seen = cross_read({"a": hostile % 12, "b": hostile % 30})
    assert len(seen.contradictions) == 1
    told.tell(ev.Aggregated, 2, strategy="collect", asked="collect", seen=seen)
    text = run_result.result(told.run, ev.output_file)
    section = text.partition("## Possible Contradictions\n")[2]
    assert "> A guess, made by rules and without a model." in section
    assert "A \\| \\[x\\](y) and B: the same words with other numbers or dates" in section
    assert "](http://evil)" not in section and "\x1b" not in section
