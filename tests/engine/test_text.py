"""clean() and Cleaner: nothing acts on a terminal, and nothing that can be seen is lost."""

import json
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchtui.engine.text import Cleaner, clean, clean_line, escaped_in_json, is_clean

# What sequences are made of, so that random texts are full of them.
_PIECES = st.sampled_from(
    [
        *("\x1b", "[", "]", "\\", "P", "X", "^", "_", "m", "0", "31", ";", " ", "(", "B", "c"),
        *("\x07", "\r", "\n", "\r\n", "\t", "\x0b", "\x0c", "\x00", "\x7f", "\ud83d", "\ude00"),
        *("\x85", "\x90", "\x98", "\x9b", "\x9c", "\x9d", "\x9e", "\x9f", "\u2028", "\u202e"),
        *("\ufeff", "\u200b", "é", "漢", "👩\u200d💻", "word", "a" * 4094, "7" * 300, " " * 9),
    ]
)
_TEXTS = st.lists(_PIECES, max_size=12).map("".join) | st.text()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("tabs\tand\nlines stay", "tabs\tand\nlines stay"),
        ("naïve 漢字 👩\u200d💻 العربية", "naïve 漢字 👩\u200d💻 العربية"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d0;title\x9ctext", "text"),
        ("\x1bPq#0\x1b\\sixel", "sixel"),
        ("\x1b(Bset", "set"),
        ("\x1bcreset", "reset"),
        ("\x1b[2J\x1b[H", ""),
        ("a\r\nb\rc\x85d\u2028e\x0bf", "a\nb\nc\nd\ne\nf"),
        ("10%\r20%\r\n", "10%\n20%\n"),
        ("ring\x07 back\x08space \x00null", "ring backspace null"),
        ("gnp\u202e.exe", "gnp.exe"),
        ("\ufeffmark", "mark"),
        ("half \ud800 of a pair", "half \ufffd of a pair"),
        ("\x1b]0;never ends", "]0;never ends"),
        ("\x1b]0;cut\x1b[31m off", "]0;cut off"),
        ("\x1b]" + "t" * 5000 + "\x07", "]" + "t" * 5000),
        ("\x1b[" + "1" * 500 + "m", "[" + "1" * 500 + "m"),
        ("\x1b", ""),
    ],
)
def test_what_acts_is_removed_and_what_is_seen_stays(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@given(_TEXTS)
def test_nothing_that_is_left_acts_on_a_terminal(text: str) -> None:
    cleaned = clean(text)

    assert all(c in "\t\n" or unicodedata.category(c) not in ("Cc", "Cs") for c in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert clean(cleaned) == cleaned


@given(_TEXTS | st.text(max_size=1))
def test_whether_there_is_anything_to_clean_is_known_before(text: str) -> None:
    assert is_clean(text) == (clean(text) == text)
    assert is_clean(clean(text))


def test_every_single_character_is_kept_or_known_to_act() -> None:
    assert all(is_clean(char) == (clean(char) == char) for char in map(chr, range(0x110000)))


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_visible_text_is_never_changed(text: str) -> None:
    assert clean(text) == text


@given(_TEXTS, st.lists(st.integers(0, 12_000), max_size=8))
@example("a\r\x1b[0m\nb", [7])
@example("line\r\nline", [5])
@example("\x1b" + " " * 9 + "F", [10])
@example("\x1b]0;a\x1b\\b", [7])
@example("\x1b[" + "1" * 5000 + "m", [4500])
@example("\x9d" + "a" * 4096 + "\x1b\\b", [4098])
def test_a_stream_that_is_split_anywhere_reads_as_the_whole(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    cleaner = Cleaner()

    shown = [cleaner.feed(text[a:b]) for a, b in zip(edges, edges[1:], strict=False)]

    assert "".join(shown) + cleaner.finish() == clean(text)


@given(_TEXTS)
def test_a_stream_of_single_characters_reads_as_the_whole(text: str) -> None:
    text = text[:600]
    cleaner = Cleaner()

    assert "".join(map(cleaner.feed, text)) + cleaner.finish() == clean(text)


def test_text_is_not_held_back_without_need() -> None:
    cleaner = Cleaner()

    assert cleaner.feed("shown at once, \x1b[3") == "shown at once, "
    assert cleaner.feed("1mred") == "red"
    assert cleaner.feed("\x1b]" + "x" * 5000).endswith("x" * 5000)


def test_a_cleaner_is_empty_after_its_end() -> None:
    cleaner = Cleaner()
    cleaner.feed("a\r")

    assert cleaner.finish() == "\n"
    assert cleaner.finish() == ""


@pytest.mark.parametrize("bad", ["\x9d", "\x1b]", "\x1b[", "\x9b", "\x1b", "\x1b ", "\r\x1b]0;"])
def test_no_text_takes_quadratic_time(bad: str) -> None:
    def seconds(text: str) -> float:
        began = time.perf_counter()
        clean(text)
        return time.perf_counter() - began

    usual = min(seconds("é\r\n" * 50_000) for _ in range(3))
    assert min(seconds(bad * 50_000) for _ in range(3)) < 20 * usual


@pytest.mark.parametrize(
    ("raw", "limit", "line"),
    [
        ("  two\n words ", 500, "two words"),
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd efg", 6, "abcd…"),
        ("\x1b[31mred", 500, "red"),
        ("x" * 10_000, 5, "xxxx…"),
    ],
)
def test_a_line_for_lists(raw: str, limit: int, line: str) -> None:
    assert clean_line(raw, limit) == line


@given(_TEXTS)
def test_json_with_escapes_is_exact_and_harmless(text: str) -> None:
    line = escaped_in_json(json.dumps(text, ensure_ascii=False))

    assert is_clean(line)
    # Two halves of a pair that were apart are one character when they are read again.
    read = json.loads(line).encode("utf-16", "surrogatepass")
    assert read == text.encode("utf-16", "surrogatepass")


@given(_TEXTS, st.integers(1, 50))
def test_a_line_is_one_line_and_not_too_long(text: str, limit: int) -> None:
    line = clean_line(text, limit)

    assert len(line) <= limit
    assert not set(line) & set("\r\n\t\x1b")
