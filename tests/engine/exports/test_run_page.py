"""The page: well formed, without anything alive, and telling what every other place tells."""

import base64
import hashlib
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.exports import page_tasks
from orchtui.engine.exports.answer_html import MOST, answer, as_it_is
from orchtui.engine.exports.page_frame import Section
from orchtui.engine.exports.run_page import page
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run
from tests.engine.exports import subjects
from tests.engine.generated_runs import ended_runs
from tests.engine.scripted import task
from tests.engine.told import Told

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer"),
    *("nav", "div", "span", "p", "a", "ul", "ol", "li", "dl", "dt", "dd", "details", "summary"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "b", "q", "code", "pre", "table", "thead", "tbody"),
    *("tr", "th", "td", "strong", "em", "s", "blockquote", "hr", "br", "time"),
    *("svg", "desc", "defs", "clippath", "pattern", "rect", "line", "path", "g", "text", "tspan"),
}
"""All that a page is made of: nothing that runs, loads, embeds or sends."""
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "href", "rel", "id", "open"),
    *("aria-labelledby", "aria-label", "role", "tabindex", "datetime", "start", "xmlns"),
    *("viewbox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "d", "rx", "fill"),
    *("clip-path", "patternunits", "patterntransform"),
}
VOID = {"meta", "br", "hr", "rect", "line", "path"}


class Reader(HTMLParser):
    """Reads a page as strictly as it was written."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.style = ""
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.wrong += [f"<{tag}>"] if tag not in TAGS else []
        self.wrong += [f"<{tag} {name}>" for name in given if name not in ATTRIBUTES]
        self.ids += [given["id"] or ""] if "id" in given else []
        if "href" in given:
            self.links.append(given["href"] or "")
            if not (given["href"] or "").startswith("#") and "noopener" not in str(
                given.get("rel")
            ):
                self.wrong.append(f"a link without noopener: {given['href']}")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.wrong == []
    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)
    for link in reader.links:
        known = link.startswith(("http://", "https://", "mailto:"))
        assert known or link[1:] in reader.ids, link
    return reader


def read_page(run: Run, *more: Section) -> Reader:
    reader = read("".join(page(subjects.of(run), more)))
    digest = base64.b64encode(hashlib.sha256(reader.style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in reader.policy
    assert reader.policy.startswith("default-src 'none';")
    assert "unsafe" not in reader.policy
    assert not re.search(r"url\(|@import|</", reader.style)
    return reader


@settings(max_examples=60)
@given(run=ended_runs())
def test_any_run_is_a_whole_page_that_tells_what_is_true(run: Run) -> None:
    reader = read_page(run)
    count = verdict.census(run)
    assert verdict.verdict(run) in reader.text
    assert f"{count.completed} of {count.total} completed" in reader.text
    for task_run in run.tasks.values():
        assert f"task-{task_run.task.position}" in reader.ids
        assert " ".join(task_run.task.label.split()) in reader.text


def test_markup_in_every_text_stays_words(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = read_page(subjects.marked(monkeypatch))
    assert "<script>alert(1)</script>" in reader.text
    assert "*{color:red}" not in reader.style


@given(text=st.text(st.sampled_from("<>\"'&[]()!*`#|-_~\n\t ahjs:/.\\"), max_size=200))
def test_no_answer_becomes_alive(text: str) -> None:
    read(answer(text))
    read(as_it_is(text))


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("[a](https://b.invalid/c)", ["https://b.invalid/c"]),
        ("<mailto:a@b.invalid>", ["mailto:a@b.invalid"]),
        ("[a](javascript:alert(1))", []),
        ("[a](JaVaScRiPt:alert(1))", []),
        ("[a](&#106;avascript:alert(1))", []),
        ("[a](data:text/html,x)", []),
        ("[a](vbscript:x)", []),
        ("[a](file:///etc/passwd)", []),
        ("[a](//b.invalid)", []),
        ("[a](../../x.md)", []),
        ("[a](#log)", []),
        ("![a](https://b.invalid/c.png)", ["https://b.invalid/c.png"]),
        ("![a](data:image/png;base64,x)", []),
        ('[a](https://b.invalid/"onclick="x)', ["https://b.invalid/%22onclick=%22x"]),
        ("[a][1]\n\n[1]: javascript:alert(1)", []),
        ('<a href="https://b.invalid">x</a>', []),
    ],
)
def test_links_lead_to_the_web_and_to_mail_alone(text: str, links: list[str]) -> None:
    assert read(answer(text)).links == links


def test_an_answers_headings_and_tables_are_made_to_fit() -> None:
    made = answer("# One\n\n| a | b |\n|--:|:-:|\n| 1 | 2 |\n")
    assert "<h4>One</h4>" in made
    assert '<td class="num">1</td>' in made
    assert '<td class="center">2</td>' in made


def test_what_is_left_out_is_said() -> None:
    made = answer("word " * MOST)
    assert f"Only the first {MOST:,} of {5 * MOST:,} characters" in made
    assert len(made) < 2 * MOST


def test_a_page_has_room_for_so_much_text() -> None:
    room = page_tasks.Room(1000)
    assert [room.take("x" * 600), room.take("x" * 600), room.take("x")] == [1000, 400, 0]


def test_what_is_too_much_to_render_is_shown_as_it_was_written() -> None:
    room = page_tasks.Room(10_000, to_render=100)
    assert "<h4>One</h4>" in room.answer("# One " + " " * 50)
    later = room.answer("# Two " + " " * 50)
    assert "# Two" in later
    assert "too much text" in later
    assert "<h4>Three</h4>" in room.answer("# Three")


def test_sections_of_others_stand_among_its_own() -> None:
    more = Section("diff", "Old & new", ["<p>", "changed</p>"], ".diff{color:red}")
    reader = read_page(subjects.whole().run, more)
    assert "#diff" in reader.links
    assert "Old & new" in reader.text
    assert reader.style.endswith(".diff{color:red}")


def test_findings_quote_their_words() -> None:
    text = "".join(page(subjects.of(subjects.whole().run)))
    assert "<b>First</b>" not in text  # names are ids there
    told = Told(task("a"), task("b", after=("a",))).starts("a", 0).completes("a", 1, "x")
    reader = read_page(told.starts("b", 1).completes("b", 2, "y").ends(3).run)
    assert "The rules call this plan dependent" in reader.text
    assert re.search(r"<q>[^<]+</q>", unescape("".join(page(subjects.of(told.run)))))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (subjects.broken_off(), "INTERRUPTED"),
        (subjects.rehearsed(), "REHEARSAL no model was called."),
        (subjects.resumed(), "Sessions2"),
    ],
)
def test_a_run_is_called_what_it_is(told: Told, words: str) -> None:
    text = read_page(told.run).text
    assert words in text or words.replace(" ", "") in text.replace(" ", "")


def test_many_tasks_are_folded_and_all_there() -> None:
    reader = read_page(subjects.many(400).run)
    assert sum(one.startswith("task-") for one in reader.ids) == 400
    assert "The rules are not asked again about more than 300 tasks" in reader.text
