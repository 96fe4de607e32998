"""The three steps by which a front matter is read."""

import string

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.agents.front_matter import Head, plain_key, read_head
from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Scalar


def value(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, ListNode):
        return [value(item) for item in node.items]
    return {value(key): value(item) for key, item in node.pairs}


def head_of(text: str, first_line: int = 2) -> Head:
    head = read_head(text, first_line)
    assert head is not None
    return head


def values(head: Head) -> dict[str, object]:
    return {field.key: value(field.value) for field in head.fields.values()}


def told(head: Head) -> list[tuple[int, str]]:
    assert all(note.severity == "warning" for note in head.notes)
    return [(note.line, note.message) for note in head.notes]


def test_yaml_is_read_as_it_is_and_nothing_is_told() -> None:
    head = head_of(
        "name: no\ndescription: >\n  one\n  two\ntools: [Read, 'Bash(git:*)']\nmodel: 4.5"
    )

    assert values(head) == {
        "name": "no", "description": "one two\n", "tools": ["Read", "Bash(git:*)"], "model": "4.5",
    }  # fmt: skip
    assert {key: field.line for key, field in head.fields.items()} == {
        "name": 2, "description": 3, "tools": 6, "model": 7,
    }  # fmt: skip
    assert head.notes == ()


@pytest.mark.parametrize(
    ("text", "key", "read", "line", "why"),
    [
        ("name: a\ndescription: use it: now", "description", "use it: now", 3, "a ':' is not"),
        ("description: a: b\n  more: of it", "description", "a: b more: of it", 2, "a ':' is not"),
        ("name: a\ntools: *", "tools", "*", 3, "alias"),
        ("name: a\ntools: * # all", "tools", "* # all", 3, "alias"),
        ("name: @scope/a", "name", "@scope/a", 2, "can not start with '@'"),
        ('description: "x" and more', "description", '"x" and more', 2, ""),
        ('description: "a \\q b"', "description", "a \\q b", 2, "escape"),
        ("name: [a", "name", "[a", 2, "not closed"),
        ("name: a\ntools:\n- Read\n- @x", "tools", ["Read", "@x"], 3, "can not start"),
        ("name: %a", "name", "%a", 2, "can not start"),
        ("name: " + "[" * 5000, "name", "[" * 5000, 2, "nested too deeply"),
        ("a: &a x\nname: *b", "name", "*b", 3, "*b"),
    ],
)
def test_a_field_that_is_not_yaml_is_read_as_it_is_written(
    text: str, key: str, read: object, line: int, why: str
) -> None:
    head = head_of(text)

    assert value(head.fields[key].value) == read
    [(at, message)] = told(head)
    assert at == line
    assert f"'{key}' is read as it is written" in message
    assert why in message


def test_the_other_fields_keep_their_yaml() -> None:
    head = head_of(
        "description: a: b\ntools:\n  - Read\n  - 'x, y'\norchtui:\n  limits: {retries: 1}"
    )

    assert values(head)["tools"] == ["Read", "x, y"]
    assert values(head)["orchtui"] == {"limits": {"retries": "1"}}


@pytest.mark.parametrize("before", ["\t", "  ", "    "])
def test_a_field_that_is_swallowed_by_the_one_above_is_told_with_its_line(before: str) -> None:
    head = head_of(
        f"name: a\ndescription: Looks.\n{before}model: opus\n{before}note: more\ncolor: red"
    )

    assert values(head)["description"] == "Looks. model: opus note: more"
    swallowed = "'model' is indented, so it is a part of 'description' above and no field"
    assert [line for line, _ in told(head)] == [3, 4]
    assert swallowed in told(head)[1][1]


@pytest.mark.parametrize(
    "text",
    [
        "description: x: y\n  model: opus\nmodel: haiku",  # there is one
        "description: |\n  x: y\n  model: opus",  # it is YAML, and meant
        "description: x: y\n  user: opus",  # no field of agent files
    ],
)
def test_other_words_before_a_colon_are_no_swallowed_field(text: str) -> None:
    assert not any("is indented" in message for _, message in told(head_of(text)))


def test_a_scan_tells_swallowed_fields_too() -> None:
    head = head_of("name: a\ndescription: x: y\n<example>\n\ttools: Read\nuser: z\nmodel: opus")

    assert (5, "'tools'") in [(line, message.split()[0]) for line, message in told(head)]


def test_tabs_are_read_as_spaces() -> None:
    assert values(head_of("name: a\ntools:\n\t- Read\n\t- Write"))["tools"] == ["Read", "Write"]


_DIALOGUE = """name: scout
description: Looks around. Examples:

<example>
Context: Somebody asks.
user: "Where is it?"
assistant: "I send the scout: it looks."
name: not this one
</example>

<example>
user: "And there?"
</example>

model: sonnet
tools: ["Read", "Glob"]
color: green"""


def test_a_dialogue_belongs_to_the_field_above_it() -> None:
    head = head_of(_DIALOGUE)

    assert set(head.fields) == {"name", "description", "model", "tools", "color"}
    assert values(head)["name"] == "scout"
    assert values(head)["tools"] == ["Read", "Glob"]
    description = str(values(head)["description"])
    assert description.startswith("Looks around. Examples:")
    assert description.endswith("</example>")
    assert "name: not this one" in description
    [(line, message)] = told(head)
    assert line == 3
    assert "looking for the fields that are known" in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name:a\ndescription:b", {"name": "a", "description": "b"}),
        ("name:\u00a0a\ndescription:\u00a0b", {"name": "a", "description": "b"}),
        ("name: a\nno field at all\nmodel: b", {"name": "a", "model": "b"}),
        ("some words\nname: a\n: b", {"name": "a"}),
        ("  name: a\n  description: b: c", {"name": "a", "description": "b: c"}),
    ],
)
def test_fields_are_found_between_anything(text: str, expected: dict[str, str]) -> None:
    assert values(head_of(text)) == expected


@pytest.mark.parametrize("text", ["Some words.", "- a\n- b", "One.\n\nTwo: three: four."])
def test_text_without_fields_is_no_front_matter(text: str) -> None:
    assert read_head(text, 1) is None


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "  "])
def test_an_empty_front_matter_has_no_fields(text: str) -> None:
    assert head_of(text).fields == {}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("name: a\nName: b", 3, "'Name' stands here again; what counts is line 2"),
        ("name: a\ncolor: x\ncolor: y", 4, "what counts is line 3"),
        ("name: !!int x", 2, "tag !!int"),
        ("name: a\n? [b]\n: c", 3, "must be text"),
    ],
)
def test_odd_yaml_is_read_and_told(text: str, line: int, says: str) -> None:
    head = head_of(text)

    assert value(head.fields["name"].value) in ("a", "x")
    [(at, message)] = told(head)
    assert at == line
    assert says in message


def test_an_alias_bomb_is_harmless() -> None:
    bomb = ["a0: &a0 [x, x]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]

    head = head_of("\n".join([*bomb, "name: scout", "description: *a19"]))

    assert values(head)["name"] == "scout"
    assert values(head)["description"] == "*a19"


# Properties

_keys = st.text(string.ascii_letters, min_size=1, max_size=8)
_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co")),
    max_size=20,
)


@given(
    st.dictionaries(_keys, _texts | st.lists(_texts, max_size=3), min_size=1, max_size=5),
    st.integers(1, 9),
)
def test_whatever_yaml_writes_is_read_without_a_word(
    fields: dict[str, object], first_line: int
) -> None:
    if len({plain_key(key) for key in fields}) < len(fields):
        return
    text = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False)

    head = head_of(text, first_line)

    assert values(head) == yaml.load(text, Loader=yaml.BaseLoader)
    assert head.notes == ()


@given(st.dictionaries(st.sampled_from(["name", "description", "model", "x"]), _texts, min_size=1))
def test_unquoted_words_come_back_as_they_are_whichever_step_reads_them(
    fields: dict[str, str],
) -> None:
    lines = [f"{key}: {text}" for key, text in fields.items()]

    head = read_head("\n".join(lines), 1)

    try:
        strict = yaml.load("\n".join(lines), Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        assert head is None or head.notes, "what is not YAML is told"
    else:
        if isinstance(strict, dict) and head is not None:
            assert {k: v for k, v in values(head).items() if v} == {
                k: v for k, v in strict.items() if v
            }


@given(st.text("abn:\"'[]{}#&*!|>%@`,?- \n\t\u00a0", max_size=60))
def test_no_text_breaks(text: str) -> None:
    head = read_head(f"name: scout\n{text}", 2)

    assert head is not None
    assert "name" in head.fields
    for field in head.fields.values():
        assert isinstance(field.value, Scalar | ListNode | MapNode)
