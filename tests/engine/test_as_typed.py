"""Command lines as typed: exact, and nothing in them hides."""

import shutil
import subprocess
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.text import clean
from orchtui.engine.texts.as_typed import address, command_line, visible

HIDING = (
    "\x00\x01\x07\x08\x0b\x1b\x7f\x80\x9b\x9f\u00a0\u00ad\u034f\u061c\u115f\u180e\u200b\u200e"
    "\u200f\u2028\u2029\u202a\u202e\u2066\u2069\u2800\u3000\u3164\ufe0f\ufeff\uffa0\ufff9"
    "\U000e0041\U000e0100\ud800\udc80"
)


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["make", "-j8", "all"], "make -j8 all"),
        (["sh", "-c", "echo hi; rm -rf x"], "sh -c 'echo hi; rm -rf x'"),
        (["say", "it's", ""], "say 'it'\"'\"'s' ''"),
        (["cat", "日本語.txt", "é"], "cat '日本語.txt' 'é'"),
        (["printf", "\x1b[2J"], r"printf $'\e[2J'"),
        (["printf", r"\e[2J"], r"printf '\e[2J'"),
        (["sh", "-c", "true\n\trm it's\\"], r"sh -c $'true\n\trm it\'s\\'"),
        (["x", "a\u202eb", "c\u00a0d"], r"x $'a\u202eb' $'c\u00a0d'"),
        (["x", "\U000e0041"], r"x $'\U000e0041'"),
        (["x", "\udcff"], r"x $'\xff'"),
        (["x", "e\u0301\u0301\u0301\u0301"], "x $'e\u0301\u0301\\u0301\\u0301'"),
        (["x", "\u0301"], r"x $'\u0301'"),
        (["x", "a" + " " * 13 + "b"], "x $'a" + r"\x20" * 13 + "b'"),
        (["x", "a" + " " * 12 + "b"], "x 'a" + " " * 12 + "b'"),
    ],
)
def test_as_a_person_would_type_it(argv: list[str], line: str) -> None:
    assert command_line(argv) == line


@pytest.mark.parametrize("character", HIDING, ids=lambda character: f"{ord(character):04x}")
def test_what_hides_is_an_escape(character: str) -> None:
    text = f"a{character}b"

    for shown in (command_line([text]), visible(text), address(f"http://h/{text}")):
        assert character not in shown
        assert "\\" in shown
        assert shown.isprintable()


ARGV = st.lists(
    st.text(
        st.one_of(
            st.characters(),
            st.sampled_from(HIDING + " \\'\"$`x0e\n\u0301"),
        ),
        max_size=12,
    ),
    min_size=1,
    max_size=4,
)


@given(ARGV)
def test_a_line_acts_on_no_terminal(argv: list[str]) -> None:
    line = command_line(argv)

    assert clean(line) == line
    assert line.isprintable()
    assert not any(unicodedata.category(c) in ("Cf", "Cc", "Zl", "Zp", "Cs") for c in line)


@given(ARGV, ARGV)
def test_different_command_lines_never_look_the_same(one: list[str], other: list[str]) -> None:
    assert (command_line(one) == command_line(other)) == (one == other)


def bash_that_knows_unicode() -> str | None:
    bash = shutil.which("bash")
    if bash is None:
        return None
    asked = [bash, "-c", r"LC_ALL=C.UTF-8; printf %s $'\u00e9'"]
    return bash if subprocess.run(asked, capture_output=True).stdout == "é".encode() else None


@pytest.mark.skipif(bash_that_knows_unicode() is None, reason="needs a bash with \\u in $'…'")
@settings(max_examples=80)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10),
        min_size=1,
        max_size=5,
    )
)
def test_a_shell_reads_exactly_these_arguments(argv: list[str]) -> None:
    script = f"LC_ALL=C.UTF-8\nprintf '%s\\0' {command_line(argv)}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)

    assert done.stdout == "".join(f"{argument}\0" for argument in argv).encode()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("https://\u0430pi.example/", r"https://\u0430pi.example/"),
        (
            "https://api.anthropic.com@evil.example/v1",
            "https://api.anthropic.com@evil.example/v1 (the host is evil.example)",
        ),
        ("http://[::1", "http://[::1"),
        ("not an address", "not an address"),
    ],
)
def test_an_address_says_who_is_asked(url: str, shown: str) -> None:
    assert address(url) == shown
