"""What is a word, when two are the same, and where one stands."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.history.word_search import Term, folded, indexed, snippet, spans, words
from orchtui.engine.text import clean


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello, world", ["hello", "world"]),
        ("snake_case and kebab-case", ["snake", "case", "and", "kebab", "case"]),
        ("Émile Übergröße naïve", ["emile", "ubergrosse", "naive"]),
        ("e\u0301te\u0301", ["ete"]),
        ("ΣΊΣΥΦΟΣ σίσυφος", ["σισυφοσ", "σισυφοσ"]),
        ("漢字かな", ["漢", "字", "か", "な"]),
        ("GPT-4の結果", ["gpt", "4", "の", "結", "果"]),
        ("한국어 텍스트", ["한국어", "텍스트"]),
        ("ﬁne ① ½", ["fine", "1", "1", "2"]),
        ("🙂 … — !", []),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("term", "whole", "text", "stands"),
    [
        ("gard", False, "the Garden", True),
        ("gard", True, "the Garden", False),
        ("garden", True, "the GARDEN.", True),
        ("arden", False, "the garden", False),
        ("two words", True, "here two\nwords stand", True),
        ("two words", True, "two other words", False),
        ("strasse", True, "die Straße", True),
        ("字", False, "漢字", True),
        ("漢字", True, "古い漢字です", True),
        ("a.b", True, "see a-b there", True),
        ("a_b", True, "see a b there", True),
    ],
)
def test_where_a_term_stands(term: str, whole: bool, text: str, stands: bool) -> None:
    made = Term.of(term, whole=whole)
    assert made is not None
    assert made.stands_in(folded(text)) is stands


@pytest.mark.parametrize("text", ["", "  ", "!!", '"', "🙂", "\u0301", "*", "AND(", "\x00"])
def test_a_text_without_a_word_is_no_term(text: str) -> None:
    made = Term.of(text)
    assert (made is None) == (not words(text))


def test_spans_are_places_in_the_text_itself() -> None:
    text = "e\u0301te\u0301 ﬁne Straße straße"
    terms = [Term.of("strasse", whole=True), Term.of("ete"), Term.of("fine")]

    found = spans(text, [term for term in terms if term is not None])

    assert [text[a:b] for a, b in found] == ["e\u0301te", "ﬁne", "Straße", "straße"]


def test_spans_do_not_lie_over_each_other() -> None:
    terms = [Term.of("garden"), Term.of("gard"), Term.of("garden wall", whole=True)]

    found = spans("the garden wall", [term for term in terms if term is not None])

    assert found == ((4, 15),)


def test_a_snippet_shows_the_place_on_one_line() -> None:
    term = Term.of("needle")
    assert term is not None
    text = "some hay\n" * 100 + "and the\tneedle here\n" + "more hay\n" * 100

    shown = snippet(text, [term], 60)

    assert "\n" not in shown.text and "\t" not in shown.text
    assert shown.text.startswith("…") and shown.text.endswith("…")
    assert [shown.text[a:b] for a, b in shown.spans] == ["needle"]
    assert len(shown.text) <= 62


@given(st.text(), st.text(min_size=1), st.integers(1, 80))
def test_spans_of_a_snippet_lie_in_it(text: str, asked: str, width: int) -> None:
    term = Term.of(asked)
    if term is None:
        return
    shown = snippet(text, [term], width)
    assert len(shown.text) <= width + 2
    for start, end in shown.spans:
        assert 0 <= start < end <= len(shown.text)


@given(st.text(), st.text(min_size=1))
def test_every_span_is_what_was_searched_for(text: str, asked: str) -> None:
    term = Term.of(asked, whole=True)
    if term is None:
        return
    for start, end in spans(text, [term]):
        # A character such as ½ is several words, and is marked as a whole.
        assert set(term.words) <= set(words(text[start:end])) | set(
            words(text[max(0, start - 1) : end + 1])
        )


_NEAR = st.text(st.sampled_from("aBé漢の 字ß_-\u0301x\n½ﬁ\u0e01\u0e31"), max_size=12)


@given(
    st.lists(st.one_of(_NEAR, st.text(max_size=20)).map(clean), min_size=1, max_size=3),
    st.one_of(_NEAR, st.text(max_size=8)),
    st.booleans(),
)
def test_the_index_and_the_texts_agree(texts: list[str], asked: str, whole: bool) -> None:
    """What FTS5 finds is what stands there, for any text and any words."""
    term = Term.of(asked, whole=whole)
    if term is None:
        return
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE w USING fts5(x, content='', tokenize='ascii')")
    connection.execute("INSERT INTO w (rowid, x) VALUES (1, ?)", (indexed(texts),))
    found = connection.execute("SELECT rowid FROM w WHERE w MATCH ?", (term.query,)).fetchall()
    connection.close()

    assert bool(found) == any(term.stands_in(folded(text)) for text in texts)
