"""Random input of the kinds that come from outside: bytes, YAML, JSON, and real things spoilt.

Strategies only; what must hold of the input is said where they are used.
"""

import json
from collections.abc import Sequence

from hypothesis import strategies as st

_NASTY = st.sampled_from(
    [
        *("\x00", "\x1b", "\x1b[", "\x1b]0;", "\x9b", "\x07", "\r", "\r\n", "\n", "\t", " "),
        *("\u2028", "\ufeff", "\u202e", "\ud800", "\udfff", "\U000e0041", "e\u0301", "漢", "🌲"),
        *("İ", "ß", "ﬁ", "'", '"', "`", "```", "{", "}", "[", "]", "(", ")", "<", ">", "|", "&a"),
        *("*a", "!", "!!python/", "%", "@", "#", "- ", "? ", ": ", ":", ",", "---\n", "...\n"),
        *("<<: ", "~", "null", "\\", "\\u", "\\ud800", "0", "-1", "1e999", "9" * 400, "0x10"),
        *("1:30", ".inf", "nan", "true", "no", "2026-01-15", "../", "/", "~/", "//", "C:\\"),
        *(".git", "$HOME", "{prompt}", "*" * 40, "(" * 40, "a" * 300),
    ]
)
texts = st.lists(st.text(max_size=8) | _NASTY, max_size=30).map("".join)
"""Any text, full of what has a meaning somewhere."""

words = st.sampled_from(
    "a t1 t2 task-1 name prompt researcher local 5 30m x.md docs/a.md critical none".split()
)


def json_values(*keys: str, leaves: int = 25) -> st.SearchStrategy[object]:
    """Values of JSON, objects mostly with these keys."""
    scalars = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | texts
        | words
        | (st.sampled_from(keys) if keys else words)
    )
    names = st.sampled_from(keys) if keys else words
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=5) | st.dictionaries(names | words, inner, max_size=8)
        ),
        max_leaves=leaves,
    )


def as_json(value: object) -> str:
    """One line; NaN and half characters as Python writes them."""
    return json.dumps(value, ensure_ascii=False)


def as_bytes(text: str) -> bytes:
    """UTF-8, but for half characters, which become bytes that are none."""
    return text.encode("utf-8", "surrogatepass")


def json_lines(*keys: str) -> st.SearchStrategy[bytes]:
    """A line of JSON, mostly an object with these keys."""
    names = st.sampled_from(keys) | words
    objects = st.dictionaries(names, json_values(*keys), max_size=8)
    return (objects | json_values(*keys)).map(
        lambda value: json.dumps(value).encode("utf-8", "surrogatepass")
    )


def yaml_texts(*keys: str) -> st.SearchStrategy[str]:
    """YAML that looks like a file of ours, in block or flow style, or nearly so."""
    values = json_values(*keys)
    names = st.sampled_from(keys) | words
    lines = st.tuples(
        st.sampled_from(["", "  ", "- ", "  - ", "    ", "\t"]), names, values | texts
    )
    block = st.lists(lines, max_size=12).map(
        lambda found: "\n".join(
            f"{indent}{name}: {value if isinstance(value, str) else as_json(value)}"
            for indent, name, value in found
        )
    )
    return values.map(as_json) | block | texts


@st.composite
def spoilt(draw: st.DrawFn, real: Sequence[bytes]) -> bytes:
    """Something real of which a few places are cut, doubled, swapped or overwritten."""
    data = draw(st.sampled_from(real))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        piece = data[start:end]
        made = draw(
            st.just(b"")
            | st.just(piece * 2)
            | st.just(piece[::-1])
            | st.binary(max_size=6)
            | texts.map(as_bytes)
        )
        data = data[:start] + made + data[end:]
    return data


@st.composite
def spoilt_lines(draw: st.DrawFn, real: Sequence[bytes]) -> bytes:
    """Lines of JSON of which a few are left out, doubled, moved, changed in a field, or spoilt."""
    lines = list(real)
    for _ in range(draw(st.integers(1, 3))):
        if not lines:
            break
        place = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from([*["change"] * 8, "drop", "double", "move", "spoil", "cut"])):
            case "drop":
                del lines[place]
            case "double":
                lines.insert(place, lines[place])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(place))
            case "change":
                lines[place] = _changed(lines[place], draw)
            case "spoil":
                lines[place] = draw(spoilt([lines[place]]))
            case "cut":
                lines[place] = lines[place][: draw(st.integers(0, len(lines[place])))]
    return b"".join(lines)


def _changed(line: bytes, draw: st.DrawFn) -> bytes:
    """A line of JSON with another value in one of its fields, however deep it is."""
    try:
        value = json.loads(line)
    except ValueError:
        return line
    inner = value
    while isinstance(inner, dict | list) and inner:
        places = sorted(inner) if isinstance(inner, dict) else list(range(len(inner)))
        place = draw(st.sampled_from(places))
        if isinstance(inner[place], dict | list) and draw(st.booleans()):
            inner = inner[place]
            continue
        if draw(st.integers(0, 4)) == 0:
            del inner[place]
        else:
            inner[place] = draw(_like(inner[place]))
        break
    return json.dumps(value).encode() + b"\n"


def _like(value: object) -> st.SearchStrategy[object]:
    """Another value, mostly of the same type: what is of another is refused at once."""
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, int):
        return st.integers(-1, 20) | st.integers()
    if isinstance(value, str):
        others = ["t1", "t2", "t3", "@aggregate", "", "completed", "collect", "synthesize", "none"]
        times = ["2026-01-15T10:00:00.000Z", "0001-01-01T00:00:00", "9999-12-31T23:59:59.999Z"]
        return st.sampled_from([*others, *times]) | texts
    if isinstance(value, list):
        return st.lists(words, max_size=3)
    return json_values("task", "attempt", "kind", "seq")


def in_pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The same bytes, cut at these places (of any size)."""
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]


cuts = st.lists(st.integers(0, 10_000), max_size=12)
