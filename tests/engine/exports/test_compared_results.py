"""The page's comparison: variants with figures and differences, a run against its parent."""

import re
from pathlib import Path

from orchtui.engine.exports.compared_results import LONGEST, MOST_PAIRS, sections
from orchtui.engine.exports.export import text_of
from orchtui.engine.exports.subject import Subject
from orchtui.engine.run_events import events as ev
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.hostile import HOSTILE


def variants(*texts: str) -> Told:
    names = [f"v{number}" for number in range(len(texts))]
    told = Told(*(task(name, title=f"Variant {name}") for name in names), aggregate="compare")
    for name, text in zip(names, texts, strict=True):
        told.starts(name, 1)
        told.completes(name, 2, text, input=5, output=70) if text else told.fails(name, 2)
    return told.ends(3, "compare")


def html_of(told: Told) -> str:
    return "".join("".join(one.html) for one in sections(told.run))


def test_variants_are_set_side_by_side() -> None:
    told = variants("# One\n\nThe same words here.\n", "# One\n\nThe other words here.\n", "")
    (found,) = sections(told.run)
    html = "".join(found.html)
    assert (found.id, found.title) == ("variants", "Variants compared")
    assert "<td>1. Variant v0</td><td></td><td>6</td><td>1</td>" in html
    assert "<summary>Variant v0 → Variant v1</summary>" in html
    assert "<del>same</del>" in html and "<ins>other</ins>" in html
    assert "Variant v2" not in html, "what failed is no variant to choose"


def test_they_are_set_against_the_one_that_was_chosen() -> None:
    told = variants("a b c d", "a b c e", "a b c f").tell(ev.ResultChosen, 9, task="v1", why="<b>")
    told.tell(ev.ResultRated, 10, task="v2", stars=2)
    html = html_of(told)
    assert "Chosen by a person: Variant v1: &lt;b&gt;" in html.replace("\\", "")
    assert re.findall(r"<summary>(.*?) → ", html) == ["Variant v1", "Variant v1"]
    assert "★★☆☆☆" in html


def test_there_is_none_where_nothing_is_to_be_chosen() -> None:
    assert not sections(variants("only one", "").run)
    told = Told(task("a"), task("b")).starts("a", 1).completes("a", 2, "x")
    assert not sections(told.starts("b", 1).completes("b", 2, "y").ends(3).run)


def test_what_is_long_or_much_is_left_out_in_words() -> None:
    told = variants("short", "x" * (LONGEST + 1), *(f"text {n}" for n in range(MOST_PAIRS + 2)))
    html = html_of(told)
    assert "longer than 200,000 characters; <code>orchtui runs diff</code> does" in html
    assert "3 more are not compared here" in html


def test_a_run_is_set_against_the_one_whose_results_it_took_over() -> None:
    before = variants("first words", "other words").run
    again = Told(task("v0", title="A"), task("v1", title="B"))
    again.takes_over("v0", 0, "first words").starts("v1", 1).completes("v1", 2, "new words").ends(3)
    (found,) = sections(again.run, before)
    html = "".join(found.html)
    assert found.id == "parent" and before.id in found.title
    assert html.count("<details>") == 1 and "<ins>new</ins>" in html
    assert not sections(again.run, again.run)


def test_nothing_in_a_text_acts_on_the_page() -> None:
    markup = ("<script>alert(1)</script>", "</table><b onclick=x>", "&lt;i&gt; <style>*{}")
    for text in (HOSTILE, *markup):
        told = variants(f"{text} a", f"{text} b")
        html = html_of(told)
        assert "<script" not in html.lower() and " style=" not in html.lower()
        tags = set(re.findall(r"</?([a-z0-9]+)", html))
        assert tags <= {
            *("table", "caption", "br", "thead", "tbody", "tr", "th", "td", "del", "ins", "p"),
            *("details", "summary", "strong", "code"),
        }


def test_the_page_has_it_with_its_style(tmp_path: Path) -> None:
    told = variants("a b c", "a b d")
    subject = Subject.of(told.run, tmp_path)
    page = "".join(text_of(subject, "html", sections(told.run)))
    assert '<section id="variants"' in page and ".diff .gone" in page


def test_the_choice_is_the_result_of_page_and_document(tmp_path: Path) -> None:
    told = variants("first answer", "second answer").tell(ev.ResultChosen, 9, task="v1", why="a_b")
    subject = Subject.of(told.run, tmp_path)
    page = "".join(text_of(subject, "html"))
    result = page[page.index('id="result"') : page.index('id="timeline"')]
    assert "<b>Chosen by a person: Variant v1: a_b.</b>" in result
    assert "second answer" in result and "first answer" not in result
    document = "".join(text_of(subject, "md"))
    result = document[document.index("## Result") : document.index("## Tasks")]
    assert "> Chosen by a person: Variant v1: a\\_b." in result
    assert "second answer" in result and "first answer" not in result
