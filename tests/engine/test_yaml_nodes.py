"""Values, lists and mappings of YAML: read by what is expected, every misfit with its place."""

import re
from typing import Any

import msgspec
import pytest

from orchtui.engine.errors import InputError
from orchtui.engine.yaml import yaml_values as v
from orchtui.engine.yaml.yaml_compose import Problems, compose
from orchtui.engine.yaml.yaml_nodes import Record, list_of, mapping_of, read_whole, record, struct

SLUG = v.matching(re.compile("[a-z]+"), "small letters")


def read(reader: v.Reader[Any], text: str) -> Any:
    """What `reader` makes of the value of `key: …`, in a record."""
    problems = Problems("f")
    root = compose(text, problems)
    assert root is not None
    value = read_whole(root, reader, problems, "it")
    problems.raise_any()
    return value


def misfit(reader: v.Reader[Any], text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(reader, text)
    return str(caught.value)


@pytest.mark.parametrize("text", ["no", "1:30", "2024-01-01", "007", "0x10", "1e3", "true", ".inf"])
@pytest.mark.parametrize("reader", [v.text, v.line, v.exact, v.name])
def test_text_is_text_as_written(reader: v.Reader[str], text: str) -> None:
    assert read(reader, text) == text


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (v.text, '"null"', "null"),
        (v.text, '""', ""),
        (v.text, '" a\\n\\tb "', " a\n\tb "),
        (v.text, '"\\e[31mred\\e[0m\\u202e"', "red"),
        (v.line, '"  two  spaces "', "  two  spaces "),
        (v.line, '"two\\nlines\\there"', "two lines here"),
        (v.line, "|\n two\n lines\n", "two lines"),
        (v.exact, '"a\\tb\\n"', "a\tb\n"),
        (v.name, "claude-3:é 😀", "claude-3:é 😀"),
        (SLUG, "abc", "abc"),
        (v.choice(["on", "off"]), "off", "off"),
        (v.whole(0, 10), "0", 0),
        (v.whole(-5, 10), "-5", -5),
        (v.whole(0, 10), "10", 10),
        (v.amount(100), "5", 5.0),
        (v.amount(100), "0.25", 0.25),
        (v.amount(100), "1e-05", 1e-05),
        (v.duration, "90", 90.0),
        (v.duration, '"20m"', 1200.0),
        (v.duration, "1h2m3s4ms", 3723.004),
        (v.duration, "3723004ms", 3723.004),
        (v.duration_or_zero, "0", 0.0),
        (v.duration_or_zero, "1s", 1.0),
        (v.flag, "true", True),
        (v.flag, "YES", True),
        (v.flag, "No", False),
        (v.flag, "False", False),
    ],
)
def test_values_that_fit(reader: v.Reader[Any], text: str, value: Any) -> None:
    result = read(reader, text)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("reader", "text", "message"),
    [
        (v.text, "[a]", "it must be text, not a list"),
        (v.text, "{a: b}", "it must be text, not a mapping"),
        (v.text, "~", "it must be text, not null"),
        (v.text, "null", "it must be text, not null; put it in quotes if you mean the word"),
        (v.exact, '"a\\0b"', "it must not contain control characters: 'ab'"),
        (v.exact, '"\\e[31mred"', "it must not contain control characters: 'red'"),
        (v.name, '""', "it must be a name on one line, not ''"),
        (v.name, '" a"', "it must be a name on one line, not 'a'"),
        (v.name, '"a\\nb"', "it must be a name on one line, not 'a b'"),
        (SLUG, "A b", "it must be small letters, not 'A b'"),
        (SLUG, '"abc\\n"', "it must be small letters, not 'abc'"),
        (v.choice(["on", "off"]), "of", "it must be one of on, off, not 'of'; did you mean 'off'?"),
        (v.choice(["on", "off"]), "x", "it must be one of on, off, not 'x'"),
        (v.whole(1, 5000), "0", "it must be a whole number from 1 to 5,000, not '0'"),
        (v.whole(1, 5000), "-1", "it must be a whole number from 1 to 5,000, not '-1'"),
        (v.whole(1, 5000), "5001", "it must be a whole number from 1 to 5,000, not '5001'"),
        (v.whole(1, 5000), "1.0", "it must be a whole number from 1 to 5,000, not '1.0'"),
        (v.whole(1, 5000), "010", "it must be a whole number from 1 to 5,000, not '010'"),
        (v.whole(1, 5000), "٣", "it must be a whole number from 1 to 5,000, not '٣'"),
        (
            v.whole(1, 5000),
            "9" * 5000,
            f"it must be a whole number from 1 to 5,000, not '{'9' * 39}…'",
        ),
        (
            v.whole(1, 5),
            "'3'",
            "it must be a whole number from 1 to 5, not the text '3'; remove the quotes",
        ),
        (v.amount(10), "0", "it must be a number greater than 0, at most 10, not '0'"),
        (v.amount(10), "-1", "it must be a number greater than 0, at most 10, not '-1'"),
        (v.amount(10), "10.5", "it must be a number greater than 0, at most 10, not '10.5'"),
        (v.amount(10), ".nan", "it must be a number greater than 0, at most 10, not '.nan'"),
        (v.amount(10), "1e999", "it must be a number greater than 0, at most 10, not '1e999'"),
        (
            v.duration,
            "5 min",
            "it: '5 min' is not a duration such as 90s, 20m, 1h30m or 500ms, "
            "or a whole number of seconds",
        ),
        (v.duration, "0", "it: '0' is out of range: more than 0, at most ten years"),
        (v.flag, "maybe", "it must be true or false, not 'maybe'"),
        (v.flag, "1", "it must be true or false, not '1'"),
        (v.flag, "'yes'", "it must be true or false, not the text 'yes'; remove the quotes"),
    ],
)
def test_values_that_do_not_fit(reader: v.Reader[Any], text: str, message: str) -> None:
    assert misfit(reader, text) == f"f:1:1: {message}"


WORDS = list_of(v.text)
ARGV = list_of(v.text, single=False, wanted="a list; write [prog, arg]")


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (WORDS, "[a, 1]", ("a", "1")),
        (WORDS, "[]", ()),
        (WORDS, "a b", ("a b",)),
        (ARGV, "- a\n- b", ("a", "b")),
        (mapping_of(v.whole(0, 9)), "{b: 1, a: 2}", {"b": 1, "a": 2}),
        (mapping_of(WORDS), "{1: x}", {"1": ("x",)}),
    ],
)
def test_several_values(reader: v.Reader[Any], text: str, value: Any) -> None:
    assert read(reader, text) == value


@pytest.mark.parametrize(
    ("reader", "text", "problems"),
    [
        (WORDS, "{a: b}", ["f:1:1: it must be a list, not a mapping"]),
        (
            WORDS,
            "[a, [b],\n ~, c]",
            [
                "f:1:5: item 2 of it must be text, not a list",
                "f:2:2: item 3 of it must be text, not null",
            ],
        ),
        (ARGV, "ls -l", ["f:1:1: it must be a list; write [prog, arg], not text"]),
        (mapping_of(v.flag), "[a]", ["f:1:1: it must be a mapping, not a list"]),
        (
            mapping_of(v.flag),
            "a: yes\na: no\n<<: {}\n[b]: yes\n' c': yes\nd: 7",
            [
                "f:2:1: duplicate key 'a', first on line 1",
                "f:3:1: merge keys (<<) are not supported; write the keys out",
                "f:4:1: a key of it must be text, not a list",
                "f:5:1: a key of it must be a name on one line, not 'c'",
                "f:6:4: it.d must be true or false, not '7'",
            ],
        ),
    ],
)
def test_all_misfits_of_several_values(
    reader: v.Reader[Any], text: str, problems: list[str]
) -> None:
    assert misfit(reader, text).splitlines() == problems


TABLE: dict[str, v.Reader[Any]] = {"name": v.text, "size": v.whole(1, 9), "tags": WORDS}


def test_a_record_holds_what_was_said_and_where() -> None:
    result = read(record(TABLE, required=["name"]), "name: a\nsize:\ntags: [x]")
    assert isinstance(result, Record)
    assert result.values == {"name": "a", "tags": ("x",)}
    assert list(result.nodes) == ["name", "tags"]
    assert (result.place("tags").line, result.place("tags").column) == (3, 7)
    assert (result.place("size").line, result.place("size").column) == (1, 1)


def test_a_record_tells_all_misfits() -> None:
    text = "nmae: a\n? {}\n: 1\n~: 1\nsize: 10\ntags: {}\nsize: 1\n<<: *x\n"
    text = "x: &x {}\n" + text
    allowed = "allowed are name, size, tags"
    assert misfit(record(TABLE, required=["name"]), text).splitlines() == [
        "f:1:1: it needs the key 'name'",
        f"f:1:1: unknown key 'x' in it; {allowed}",
        f"f:2:1: unknown key 'nmae' in it; did you mean 'name'?; {allowed}",
        "f:3:3: a key of it must be text, not a mapping",
        "f:5:1: a key of it must be text, not null",
        "f:6:7: size must be a whole number from 1 to 9, not '10'",
        "f:7:7: tags must be a list, not a mapping",
        "f:8:1: duplicate key 'size', first on line 6",
        "f:9:1: merge keys (<<) are not supported; write the keys out",
    ]


def test_a_record_keeps_the_place_of_what_does_not_fit() -> None:
    problems = Problems("f")
    root = compose("size: 10", problems)
    assert root is not None
    result = read_whole(root, record(TABLE), problems, "it")
    assert (list(result.nodes), result.values) == (["size"], {})


def test_a_required_key_that_is_null_was_not_said() -> None:
    assert misfit(record(TABLE, required=["name"]), "name: ~") == "f:1:1: it needs the key 'name'"


def test_a_record_is_a_mapping() -> None:
    assert (
        misfit(record(TABLE), "[a]") == "f:1:1: it must be a mapping (name, size, tags), not a list"
    )


class Box(msgspec.Struct):
    name: str = "-"
    size: int = 1
    tags: tuple[str, ...] = ()


def test_a_struct_is_made_of_what_was_said() -> None:
    assert read(struct(Box, TABLE), "tags: a") == Box(tags=("a",))
    assert misfit(struct(Box, TABLE), "size: a").startswith("f:1:7: size must be a whole number")
