"""Handing results to the task that comes after."""

import re

from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends.handover import with_results


def test_a_prompt_without_predecessors_is_left_as_it_is() -> None:
    assert with_results("  do it\n", {}, {}) == "  do it\n"


def test_the_prompt_comes_first_and_the_results_in_order() -> None:
    text = with_results("Write.", {"a": " one \n", "b": "two"}, {"a": "First", "b": "Second"})

    assert text == (
        "Write.\n\nThe results of the tasks that come before this one:\n\n"
        '<result task="a" title="First">\n\none\n\n</result>\n\n'
        '<result task="b" title="Second">\n\ntwo\n\n</result>'
    )


def test_an_empty_result_is_said_to_be_empty() -> None:
    assert "(the program printed nothing)" in with_results("x", {"a": " \n"}, {"a": "A"})


def test_a_program_without_a_prompt_gets_the_results_alone() -> None:
    assert with_results("", {"a": "one"}, {"a": "A"}).startswith("The results of")


@given(st.text(max_size=30))
def test_a_title_can_not_leave_its_quotes(label: str) -> None:
    text = with_results("x", {"a": "one"}, {"a": label})

    [head] = re.findall(r'<result task="a" title="[^"<]*">', text)
    assert text.partition(head)[2] == "\n\none\n\n</result>"


@given(st.text())
def test_a_result_is_never_shortened(result: str) -> None:
    assert result.strip() in with_results("x", {"a": result}, {"a": "A"})
