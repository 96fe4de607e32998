"""The JSON in a model's answer: found among words, never trusted, never an exception."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.texts.json_answer import object_in, objects_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"tasks": []}', {"tasks": []}),
        ('Sure!\n```json\n{"tasks": [1]}\n```\nDone.', {"tasks": [1]}),
        ('{"plan": {"tasks": [1]}}', {"tasks": [1]}),
        ('{"other": 1} {"tasks": 2}', {"tasks": 2}),
        ('{"tasks": "two\nlines"}', {"tasks": "two\nlines"}),
        ("{}", {}),
        ("{} or so", None),
        ('{"tasks": [', None),
        ("[" * 5000 + "{" * 5000, None),
        ('{"tasks": ' + "9" * 5000 + "}", None),
        ("", None),
    ],
)
def test_an_object(text: str, found: dict[str, Any] | None) -> None:
    assert object_in(text, ("tasks",)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[{"id": "a"}, "b"]', [{"id": "a"}, "b"]),
        ('See [1] and [2]:\n[{"id": "a"}]', [{"id": "a"}]),
        ("[1, 2]", None),
        ('[{"id": ', None),
        ("", None),
    ],
)
def test_a_list_of_objects(text: str, found: list[Any] | None) -> None:
    assert objects_in(text) == found


@given(st.text(st.sampled_from('{}[]",:\\ \nab1'), max_size=60))
def test_no_text_raises(text: str) -> None:
    assert isinstance(object_in(text, ("a",)), dict | None)
    assert isinstance(objects_in(text), list | None)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), values), st.sampled_from(["", "Here:\n```json\n"]))
def test_what_was_written_is_found(said: dict[str, Any], before: str) -> None:
    said["tasks"] = 1
    assert object_in(f"{before}{json.dumps(said)}\n```", ("tasks",)) == said
