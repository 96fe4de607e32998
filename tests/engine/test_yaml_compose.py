"""YAML to nodes with places: the same with both parsers of PyYAML, and within bounds."""

from typing import Any

import pytest
import yaml

from orchtui.engine.errors import InputError
from orchtui.engine.yaml import yaml_compose
from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Problems, Scalar, compose

LOADERS = [
    pytest.param(yaml.SafeLoader, id="python"),
    pytest.param(
        getattr(yaml, "CSafeLoader", None),
        id="libyaml",
        marks=pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML without libyaml"),
    ),
]


def told(text: str, loader: Any = yaml_compose.DEFAULT_LOADER) -> str:
    problems = Problems("f")
    with pytest.raises(InputError) as caught:
        compose(text, problems, loader)
        problems.raise_any()
    return str(caught.value)


def short(node: Node | None) -> Any:
    """A node as `line:column text`, lists and pairs of these."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return f"{node.line}:{node.column} {node.text}"
    if isinstance(node, ListNode):
        return [f"{node.line}:{node.column}", *map(short, node.items)]
    return {short(key): short(value) for key, value in node.pairs}


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("", None),
        ("# nothing\n", None),
        ("---\n", "2:1 "),
        ("é: 1", {"1:1 é": "1:4 1"}),
        ("\ufeffa: 1", {"1:1 a": "1:4 1"}),
        ("😀x: b\n  c\nz: 'q'\n", {"1:1 😀x": "1:5 b c", "3:1 z": "3:4 q"}),
        ("a: 1\r\nb: 2\rc: 3\n", {"1:1 a": "1:4 1", "2:1 b": "2:4 2", "3:1 c": "3:4 3"}),
        ("a:\nb: ~", {"1:1 a": "1:3 ", "2:1 b": "2:4 ~"}),
        ("a:\n  - x\n  - [y, z]", {"1:1 a": ["2:3", "2:5 x", ["3:5", "3:6 y", "3:9 z"]]}),
        ('{"a": [1, null]}', {"1:2 a": ["1:7", "1:8 1", "1:11 null"]}),
        ("a: &x [1]\nb: *x", {"1:1 a": ["1:4", "1:8 1"], "2:1 b": ["1:4", "1:8 1"]}),
        ("a: |\n  x\n   y\n", {"1:1 a": "1:4 x\n y\n"}),
        ("no: 2024-01-01", {"1:1 no": "1:5 2024-01-01"}),
        ("%YAML 1.1\n---\na", "3:1 a"),
    ],
)
def test_nodes_know_their_places(text: str, nodes: Any, loader: Any) -> None:
    problems = Problems("f")
    assert short(compose(text, problems, loader)) == nodes
    problems.raise_any()


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", ["'null'", '"~"', "''", "|\n null", ">-\n null", "nullo", "!!str"])
def test_only_a_plain_null_is_null(text: str, loader: Any) -> None:
    node = compose(text, Problems("f"), loader)
    assert isinstance(node, Scalar)
    assert node.is_null == (text == "!!str")


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: b: c",
            "f:1:5: a ':' is not allowed here; put a text that contains ': ' in quotes, "
            "or check the indentation",
        ),
        ("a:\n\t- b", "f:2:1: a tab is not allowed here; indent with spaces"),
        ("a: 1\r\n\tb: 1", "f:2:1: a tab is not allowed here; indent with spaces"),
        ("a: @x", "f:1:4: a value can not start with '@'; put it in quotes"),
        ("a: - b", "f:1:4: a '- ' is not allowed here; a list starts on a line of its own"),
        ("a: [1,2", "f:1:8: the list in [ ] is not closed; expected ',' or ']'"),
        ("a: [", "f:1:5: a value is missing here, or a '[' or '{' above is not closed"),
        ("a: {b: 1\nc: 2", "f:2:2: the mapping in { } is not closed; expected ',' or '}'"),
        ("a: 1\nb: 'x\nc: y\n", "f:2:4: this quote is never closed"),
        ("a: 'b\n---\n", "f:1:4: this quote is not closed before the end of the document"),
        ("- a\n- b\nc", "f:3:1: expected ':' after this key"),
        ("- a\nb: c", "f:2:1: expected '- ' as in the items above; check the indentation"),
        (
            "a: {b: c}}",
            "f:1:10: this does not fit what stands above it; check the indentation, quotes and "
            "brackets",
        ),
        (
            "a: 1\n---\nb",
            "f:2:1: a second YAML document starts here; only one is allowed in a file",
        ),
        ("a: *x", "f:1:4: the alias *x has no &x before it"),
        ("a: &x [*x]", "f:1:8: the alias *x has no &x before it"),
        (
            "a: 1\nb: \x1b[31m",
            "f:2:4: the character U+001B is not allowed in YAML; "
            'write it as "\\u001b" in double quotes, or remove it',
        ),
        (
            "a: !!python/object:os.x y",
            "f:1:4: the tag !!python/object:os.x is not allowed; remove it",
        ),
        (
            "- !a 1\n- !!set {b}",
            "f:1:3: the tag !a is not allowed; remove it\n"
            "f:2:3: the tag !!set is not allowed; remove it",
        ),
        ("%A\n" * 101 + "---\n", "f: more than 100 lines start with '%'"),
        ("[" * 100_000, "f:1:65: nested too deeply; at most 64 levels are allowed"),
        ("- " * 1000, "f:1:129: nested too deeply; at most 64 levels are allowed"),
        ("{a: " * 1000, "f:1:257: nested too deeply; at most 64 levels are allowed"),
    ],
)
def test_what_is_not_allowed(text: str, message: str, loader: Any) -> None:
    assert told(text, loader) == message


@pytest.mark.parametrize("loader", LOADERS)
def test_an_unknown_escape_is_told_in_plain_words(loader: Any) -> None:
    assert r"write \\ for a backslash" in told('a: "\\q"', loader)


def test_any_other_error_keeps_the_words_of_the_parser() -> None:
    assert told("%YAML 3.0\n---\na").startswith("f:1:1: this is not YAML: found incompatible")


@pytest.mark.parametrize("loader", LOADERS)
def test_an_alias_bomb_is_refused_at_once(loader: Any) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert "aliases repeat more than 100,000 values; write them out" in told(
        "\n".join(lines), loader
    )


def test_aliases_within_the_bound_are_shared() -> None:
    node = compose("a: &x [1, 2]\nb: [*x, *x]", Problems("f"))
    assert isinstance(node, MapNode)
    (_, first), (_, second) = node.pairs
    assert isinstance(second, ListNode)
    assert second.items[0] is first is second.items[1]


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_compose, "MAX_NODES", 10)
    assert told("[" + "a, " * 10 + "]") == "f:1:29: more than 10 values in one file"


def test_problems_stand_in_the_order_of_the_text_and_have_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(yaml_compose, "MAX_PROBLEMS", 3)
    problems = Problems("f")
    problems.raise_any()
    for line in (3, 1, 2, 4, 5):
        problems.add(Scalar(line, 1, "", True), "wrong")
    with pytest.raises(InputError) as caught:
        problems.raise_any()
    assert str(caught.value).splitlines() == [
        "f:1:1: wrong",
        "f:2:1: wrong",
        "f:3:1: wrong",
        "f: 2 more problems, not shown",
    ]
