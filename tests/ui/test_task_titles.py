"""Titles that the list has no room for: those that begin alike are told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchtui.engine.plans.plan import Plan, Task
from orchtui.ui.compose.task_titles import own_titles
from orchtui.ui.compose.variants import Variant, make_variants
from tests.ui.conftest import MakeApp, sees


def tasks(*titles: str) -> list[Task]:
    return [Task(id=f"t{number}", title=title) for number, title in enumerate(titles, 1)]


@pytest.mark.parametrize(
    ("titles", "shown"),
    [
        # what fits, or reads differently when it is cut, is shown as ever
        (["Papers (a)", "Papers (b)"], {}),
        (["Read all of the papers there are", "Write a summary of what was read"], {}),
        # variants of one task
        (
            ["Case studies, then write a summary (a)", "Case studies, then write a summary (b)"],
            {"t1": "Case studies, then…(a)", "t2": "Case studies, then…(b)"},
        ),
        (
            [
                "Case studies, then write a summary (a: quick)",
                "Case studies, then write a summary (b: thorough, with many examples)",
            ],
            {"t1": "Case studie…(a: quick)", "t2": "Case st…(b: thorough,…"},
        ),
        # a word that differs in the middle
        (
            ["Review the module for parsing of plans", "Review the module for parsing of words"],
            {"t1": "Review the modul…plans", "t2": "Review the modul…words"},
        ),
        # a number at the end of a word begins earlier than where it differs
        (
            [
                "Look at every file below src/parser/part-001",
                "Look at every file below src/parser/part-002",
            ],
            {"t1": "Look at every…part-001", "t2": "Look at every…part-002"},
        ),
        # there is nothing to tell them apart
        (["Read all of the papers there are"] * 2, {}),
        # wide characters
        (
            ["日本語のとても長い題名です 一", "日本語のとても長い題名です 二"],
            {"t1": "日本語のとても長い…一", "t2": "日本語のとても長い…二"},
        ),
    ],
)
def test_what_is_shown(titles: list[str], shown: dict[str, str]) -> None:
    found = own_titles(tasks(*titles), 22)
    assert {name: text.rstrip() for name, text in found.items()} == shown


def test_a_narrow_list_has_no_room_for_two_parts() -> None:
    assert own_titles(tasks("Papers, all (a)", "Papers, all (b)"), 8) == {}


@given(
    st.lists(st.text("ab (日é…", min_size=0, max_size=40), max_size=6),
    st.integers(1, 30),
)
def test_nothing_is_wider_than_its_column(titles: list[str], cells: int) -> None:
    for text in own_titles(tasks(*titles), cells).values():
        assert cell_len(text) == cells


async def test_variants_of_one_task_look_different_in_a_small_window(make_app: MakeApp) -> None:
    plan = Plan(tasks=(Task(id="t", title="Case studies, then write a summary", prompt="Do."),))
    ways = [Variant(approach=way) for way in ("quick sketch", "thorough", "with examples")]
    app = make_app(make_variants(plan, "t", ways))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "(a: quick", "(b: thor", "(c: with")
