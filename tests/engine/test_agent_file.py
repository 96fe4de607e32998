"""Agent files as they are found: other encodings, odd fences, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.agents.agent_file import AgentText, split
from orchtui.engine.text import clean

HEAD, BODY = "name: scout\ndescription: Looks around.", "You look around.\n\n---\n\nThen tell."
FILE = f"---\n{HEAD}\n---\n\n{BODY}\n"


def told(text: AgentText) -> list[tuple[int, str, str]]:
    return [(note.line, note.severity, note.message) for note in text.notes]


@pytest.mark.parametrize(
    "data",
    [
        FILE.encode(),
        b"\xef\xbb\xbf" + FILE.encode(),
        FILE.replace("\n", "\r\n").encode(),
        FILE.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode(),
        ("\n\n" + FILE).encode(),
        FILE.replace("---\n", "--- \t\n", 2).encode(),
        FILE.replace("---\nname", "-----\nname").encode(),
        ("<!-- a licence\nin two lines -->\n" + FILE).encode(),
        f"---\n{HEAD}\n...\n{BODY}".encode(),
        "\n".join("    " + line if line else "" for line in FILE.split("\n")).encode(),
    ],
    ids=[
        "plain", "byte order mark", "windows", "old mac", "both", "blank lines before",
        "blanks behind", "more dashes", "comment before", "dots", "all of it indented",
    ],
)  # fmt: skip
def test_all_of_these_are_the_same_file_and_nothing_is_told(data: bytes) -> None:
    text = split(data)

    assert (text.head, text.body) == (HEAD, BODY)
    assert text.notes == ()


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (FILE.encode("utf-16"), 0, "UTF-16"),
        (f"```markdown\n{FILE}\n```\n".encode(), 1, "code block"),
        (f"```yaml\n---\n{HEAD}\n---\n```\n{BODY}".encode(), 1, "code block"),
        (f"{HEAD}\n---\n{BODY}".encode(), 1, "does not begin with a line ---"),
        (f"---\n{HEAD}\n   ---\n{BODY.split('---')[0]}".encode(), 4, "indented ---"),
    ],
)
def test_what_had_to_be_overlooked_is_told_with_its_line(data: bytes, line: int, says: str) -> None:
    text = split(data)

    assert text.head == HEAD
    assert text.body.startswith("You look around.")
    assert "```" not in text.body
    [(at, severity, message)] = told(text)
    assert (at, severity) == (line, "warning")
    assert says in message


@pytest.mark.parametrize(
    ("text", "head_lines", "body"),
    [
        ("---\nname: a\ncolor: red\n\n# Who you are\nText.", 2, "# Who you are\nText."),
        ("---\nname: a\ntools:\n  - Read\nYou are it.", 3, "You are it."),
        ("---\nname: a\n\n# Role\nNote: text\n\n---\nMore", 1, "# Role\nNote: text\n\n---\nMore"),
        ("---\nname: a\n\nYou are it.\n---\nMore", 1, "You are it.\n---\nMore"),
        ("---\nname: a\n\ntools: Read\n\nSteps: do it", 3, "Steps: do it"),
        ("---\nname: a", 1, ""),
    ],
)
def test_a_front_matter_that_is_never_closed_ends_where_its_fields_end(
    text: str, head_lines: int, body: str
) -> None:
    found = split(text.encode())

    assert found.head is not None
    assert len(found.head.rstrip().split("\n")) == head_lines
    assert found.body == body
    [(line, severity, message)] = told(found)
    assert (line, severity) == (1, "warning")
    assert "never closed" in message
    assert f"line {head_lines + 1}" in message


@pytest.mark.parametrize(
    "between", ["# Notes", "# Notes\ntools: Read", "\n# A comment\n\nmodel: x"]
)
def test_a_comment_inside_the_front_matter_does_not_end_it(between: str) -> None:
    text = f"---\nname: a\n{between}\n---\nBody"

    assert split(text.encode()).body == "Body"


@pytest.mark.parametrize(
    "text", ["Just text.\n", "# A heading\n\n---\n\ntext", "- a\n- b", "\n\nx"]
)
def test_a_file_without_front_matter_is_all_body(text: str) -> None:
    found = split(text.encode())

    assert (found.head, found.body, found.notes) == (None, text.strip(), ())


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"   \r\n\t"])
def test_nothing_is_nothing(data: bytes) -> None:
    assert split(data) == (None, 0, "", "", ())


@pytest.mark.parametrize(
    ("data", "line", "severity", "says"),
    [
        (b"---\nname: a\n---\n\ncaf\xe9 \x93x\x94", 5, "warning", "Windows-1252"),
        (b"---\nname: a\n---\n\ncaf\xe9 \x81", 5, "warning", "Latin-1"),
        (b"---\nname: a\0\n---\nBody", 2, "warning", "1 NUL"),
        (b"---\nname: a\n---\nBo\x1b[31mdy", 4, "info", "control characters"),
        ("---\nname: a\n---\nBo\u202edy".encode(), 0, "info", "nobody would see"),
    ],
)
def test_what_is_removed_or_guessed_is_told(
    data: bytes, line: int, severity: str, says: str
) -> None:
    found = split(data)

    assert found.head == "name: a"
    assert found.body.startswith(("caf\u00e9", "Body"))
    assert any(
        (at, how) == (line, severity) and says in message for at, how, message in told(found)
    )


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", bytes(range(256)) * 9, b"\x7fELF" + b"\0" * 99],
)
def test_what_is_not_text_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not text"):
        split(data)


def test_a_front_matter_without_end_is_read_in_part() -> None:
    found = split(f"---\nname: a\ndescription: {'x' * 200_000}\n---\nBody".encode())

    assert found.head is not None and len(found.head) == 100_000
    assert [line for line, _, _ in told(found)] == [2]


_pieces = st.sampled_from(
    ["---", "...", "name: a", "description: b", "\n", "\n", "\r\n", " ", "```", "<!--", "-->",
     "# x", "You are it.", "- Read", "\0", "\x1b[1m", "\ufeff", "é", "\u2028"]
)  # fmt: skip


@given(st.lists(_pieces, max_size=25).map("".join))
def test_no_arrangement_of_lines_breaks_and_all_is_clean(text: str) -> None:
    try:
        found = split(text.encode())
    except ValueError as error:
        assert str(error) == "this is not text"
        return

    for part in (found.head or "", found.body, found.whole):
        assert clean(part) == part
    if found.head is None:
        assert found.body == found.whole


@given(st.binary(max_size=200))
def test_no_bytes_break(data: bytes) -> None:
    try:
        split(data)
    except ValueError as error:
        assert "\n" not in str(error)
