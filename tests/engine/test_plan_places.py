"""Where words stand in a plan file, for every way in which YAML can write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.plans.plan_places import PlanText
from orchtui.engine.yaml.yaml_compose import Place


def place_of(text: str, words: str, field: str = "prompt", position: int = 0) -> Place | None:
    """The place of words in a field of a plan."""
    task = parse_plan(text).tasks[position]
    name, _, index = field.partition("[")
    value = getattr(task, name)
    value = value[int(index[:-1])] if index else value
    return PlanText(text, "plan.yaml").place(position, field, value, value.index(words))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("tasks: [{prompt: see the report}]", (1, 26), id="plain"),
        pytest.param(
            "tasks:\n  - prompt: see\n      the\n      report\n", (4, 7), id="plain lines"
        ),
        pytest.param("tasks: [{prompt: 'it''s the report'}]", (1, 29), id="single quotes"),
        pytest.param('tasks: [{prompt: "the \\"1\\"\\treport"}]', (1, 30), id="double quotes"),
        pytest.param('tasks: [{prompt: "\\u00e9t\\xe9 report"}]', (1, 31), id="escapes"),
        pytest.param('tasks: [{prompt: "a \\\n  report"}]', (2, 3), id="escaped line end"),
        pytest.param("tasks:\n- prompt: |\n    see\n\n    the report\n", (5, 9), id="block"),
        pytest.param("tasks:\n- prompt: >2-\n    see\n    report\n", (4, 5), id="folded"),
        pytest.param("tasks:\n- prompt: | # ha!\n    a report\n", (3, 7), id="comment in a header"),
        pytest.param("tasks:\n- prompt: &a the report\n", (2, 18), id="anchor"),
        pytest.param("tasks:\r\n- prompt: |\r\n    see\r\n    report\r\n", (4, 5), id="crlf"),
        pytest.param("\ufefftasks: [{prompt: a report}]", (1, 20), id="byte order mark"),
        pytest.param("tasks: [{prompt: 日本 report}]", (1, 21), id="wide characters"),
        pytest.param("tasks: [{prompt: a \u200f\u202ereport}]", (1, 22), id="cleaned characters"),
        pytest.param('tasks: [{prompt: "a \\x1b[31mreport"}]', (1, 18), id="a cleaned sequence"),
    ],
)
def test_the_place_is_that_of_the_words(text: str, place: tuple[int, int]) -> None:
    assert place_of(text, "report") == Place(*place)


ALL_FIELDS = """\
tasks:
  - &one {id: first, prompt: apples}
  - id: second
    title: the second
    reads: a.md
    writes: [b.md, "c d.md"]
    after:
      - first
    prompt: pears
"""


@pytest.mark.parametrize(
    ("field", "words", "place"),
    [
        ("title", "second", (4, 16)),
        ("reads[0]", "a.md", (5, 12)),
        ("writes[0]", "b.md", (6, 14)),
        ("writes[1]", "d.md", (6, 23)),
        ("after[0]", "first", (8, 9)),
        ("prompt", "pears", (9, 13)),
    ],
)
def test_every_field_has_its_place(field: str, words: str, place: tuple[int, int]) -> None:
    assert place_of(ALL_FIELDS, words, field, 1) == Place(*place)


@pytest.mark.parametrize(
    ("position", "field"),
    [(0, "title"), (1, "writes[2]"), (1, "reads[1]"), (1, "nonsense"), (7, "prompt"), (0, "")],
)
def test_what_is_not_in_the_file_has_no_place(position: int, field: str) -> None:
    assert PlanText(ALL_FIELDS, "plan.yaml").place(position, field, "x", 0) is None


def test_words_that_the_file_has_not_are_placed_where_the_value_begins() -> None:
    assert PlanText(ALL_FIELDS, "p").place(1, "prompt", "something else", 3) == Place(9, 13)
    assert PlanText(ALL_FIELDS, "p").place(1, "prompt", "pears", 5) == Place(9, 13)


printable = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \n\"'\\#:|"))


@given(st.lists(printable.filter(str.strip), min_size=1, max_size=4), st.data())
def test_any_written_plan_shows_each_of_its_visible_characters(
    prompts: list[str], data: st.DataObject
) -> None:
    plan = Plan(tasks=tuple(Task(id=f"task-{n}", prompt=p) for n, p in enumerate(prompts, 1)))
    text = dump_plan(plan)
    position = data.draw(st.integers(0, len(prompts) - 1))
    value = parse_plan(text).tasks[position].prompt
    visible = [index for index, character in enumerate(value) if not character.isspace()]
    index = data.draw(st.sampled_from(visible))

    place = PlanText(text, "plan.yaml").place(position, "prompt", value, index)

    assert place is not None
    shown = text.split("\n")[place.line - 1][place.column - 1 :]
    assert shown.startswith((value[index], "\\"))
