"""Variants set side by side: what is different, and what is recommended, and by whom."""

import pytest

from orchtui.engine.afterwards.choosing import chosen, rated
from orchtui.engine.aggregation import joining
from orchtui.engine.aggregation.variant_reading import MOST_VARIANTS, headings_of, read_variants
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.telling.run_result import result
from tests.engine.scripted import task
from tests.engine.told import Told, finished
from tests.hostile import HOSTILE

SHORT = "# Guide\n\n## Install\n\nRun the installer.\n"
LONG = "# Guide\n\n## Install\n\nSee [docs](http://x).\n\n## Errors\n\nHandle errors and retries.\n"


def ran(*texts: str, request: str = "Explain errors and retries", backend: str = "scripted") -> Run:
    names = "abcdefghijklmnopqrst"[: len(texts)]
    tasks = [task(name, title=f"Variant {name.upper()}") for name in names]
    told = Told(*tasks, aggregate="compare", request=request, backend=backend)
    for name, text in zip(names, texts, strict=True):
        told.starts(name, 0).completes(name, 2, text)
    read = joining.read_results(told.run, "compare")
    event = joining.aggregated(
        told.run, Stamp(lambda: 0.0, told.run.seq), "compare", None, read, "parallel-result.md"
    )
    fold.apply(told.run, event)
    return finished(told.run)


def section(run: Run, title: str) -> str:
    return result(run, ev.output_file).partition(f"\n## {title}\n\n")[2].partition("\n## ")[0]


def test_a_table_has_what_can_be_counted() -> None:
    lines = section(ran(SHORT, LONG), "Variants").splitlines()
    assert lines[0] == "| variant | words | headings | links | code blocks | time | tokens | file |"
    assert lines[2].startswith("| Variant A | 7 | 2 | 0 | 0 | 2.0s | - |")
    assert lines[3].startswith("| Variant B | 12 | 3 | 1 | 0 | 2.0s | - |")


def test_differences_are_how_alike_they_are_and_sections_that_only_one_has() -> None:
    text = section(ran(SHORT, LONG), "Differences")
    assert "| 1. Variant A | 100% | " in text
    assert "- Only Variant B has a section “Errors”." in text
    assert "Alike: 2 × the words and signs in both texts in the same order" in text
    assert "- All have the same sections." in section(ran(SHORT, SHORT), "Differences")


def test_headings_are_the_same_however_they_are_written() -> None:
    assert (
        headings_of("# The Errors\n\n## install it\n").keys()
        == headings_of("Error\n=====\n\n### Installing\n").keys()
    )
    assert len(headings_of("# 第一\n\n# 第二\n\n# The\n")) == 3


def test_many_variants_are_not_all_set_against_each_other() -> None:
    read = read_variants({f"v{number}": SHORT for number in range(MOST_VARIANTS + 3)})
    assert read is not None and len(read.tasks) == len(read.similarity) == MOST_VARIANTS
    assert read_variants({"a": SHORT}) is None
    text = section(ran(*[SHORT] * (MOST_VARIANTS + 2)), "Differences")
    assert "- 2 more were not set against the others: there are too many." in text


def test_figures_recommend_and_say_that_they_are_only_that() -> None:
    text = section(ran(SHORT, LONG), "Recommendation")
    assert text.startswith("**Variant B**. It speaks of 2 of 3 words of the request, and it has")
    assert "This is by plain figures only: nobody has read the texts." in text
    assert "You choose: `orchtui runs choose 20260115-100000-abcd:b`." in text


@pytest.mark.parametrize("texts", [(SHORT, SHORT), (LONG, LONG, LONG)])
def test_figures_that_set_nothing_apart_recommend_nothing(texts: tuple[str, ...]) -> None:
    text = section(ran(*texts), "Recommendation")
    assert text.startswith("The figures set none of them apart. This is by plain figures only")


def test_stars_stand_over_figures_and_a_judge_over_stars() -> None:
    run = ran(SHORT, LONG)
    fold.apply(run, rated("a", 4)(run, Stamp(lambda: 0.0, run.seq)))
    text = section(run, "Recommendation")
    assert text.startswith("**Variant A**. You gave it 4 stars, more than any other.")
    judged = Stamp(lambda: 0.0, run.seq)(
        ev.ResultsJudged, criteria=("short",), tasks=("a", "b"), best="b", why="It is whole."
    )
    fold.apply(run, judged)
    text = section(run, "Recommendation")
    assert text.startswith("**Variant B**. A judge would choose it: It is whole.\n")
    assert "plain figures" not in text


def test_once_a_person_has_chosen_nothing_is_recommended() -> None:
    run = ran(SHORT, LONG)
    fold.apply(run, chosen("a")(run, Stamp(lambda: 0.0, run.seq)))
    assert "## Recommendation" not in result(run, ev.output_file)
    assert "## Differences" in result(run, ev.output_file)


def test_made_up_texts_are_not_recommended() -> None:
    text = section(ran(SHORT, LONG, backend="rehearsal"), "Recommendation")
    assert text.startswith("Nothing is recommended: texts that are made up say nothing")


def test_one_variant_is_neither_compared_nor_recommended() -> None:
    text = result(ran(SHORT), ev.output_file)
    assert "## Differences" not in text and "## Recommendation" not in text


def test_what_variants_hold_does_not_act() -> None:
    run = ran(f"# {HOSTILE} [x](http://evil) `y`\n\ntext", SHORT)
    text = section(run, "Differences")
    assert "\x1b" not in text
    assert "\\[x\\](http://evil) \\`y\\`" in text
