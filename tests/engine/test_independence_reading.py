"""What is read out of prompts, and prompts that were never meant to be read."""

import time
from itertools import pairwise

import pytest
from hypothesis import given

from orchtui.engine.independence import check
from orchtui.engine.independence.reading import read
from orchtui.engine.independence.words import READ_AT_MOST, noun, verb, words
from orchtui.engine.plans.plan import Plan
from tests.engine.pieces import prompts
from tests.engine.prose import asked, assert_quotes, kinds_of, needs, ordering, told
from tests.engine.scripted import task


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("Write a poem", "write"),
        ("Please review the code", "review"),
        ("writing the report", "write"),
        ("Then publish it", "publish"),
        ("A poem about the sea", None),
        ("", None),
        ("42", None),
    ],
)
def test_the_verb_that_a_task_begins_with(text: str, base: str | None) -> None:
    main = read(0, text).main

    assert (main.base if main else None) == base


def test_noun_phrases_have_their_article_and_their_place() -> None:
    text = "Review the tutorial about asyncio and a draft"
    phrases = {text[each.start : each.end]: each for each in read(0, text).phrases}

    assert phrases["the tutorial"].article == "the"
    assert phrases["the tutorial"].head == "tutorial"
    assert phrases["a draft"].article == "a"


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("reports", "report"),
        ("studies", "study"),
        ("findings", "finding"),
        ("tutorial", "tutorial"),
    ],
)
def test_base_forms_of_nouns(form: str, base: str) -> None:
    assert noun(form) == noun(base)


@pytest.mark.parametrize(
    ("form", "base"),
    [
        *[("writing", "write"), ("written", "write"), ("writes", "write"), ("built", "build")],
        *[("publishes", "publish"), ("tested", "test"), ("table", None), ("übersetze", None)],
    ],
)
def test_base_forms_of_verbs(form: str, base: str | None) -> None:
    assert verb(form) == base


@given(prompts)
def test_what_is_read_stands_in_the_text(text: str) -> None:
    reading = read(0, text)

    for word in words(text):
        assert text[word.start : word.end] == word.text
    places = [(each.start, each.end) for each in reading.verbs]
    places += [(each.start, each.end) for each in reading.phrases]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(one.start < two.start for one, two in pairwise(reading.words))


BAD = [
    "",
    " \n\t ",
    "\x00\x01\x1b[31m\x7f",
    "\ud800 the findings \udfff",
    "\u202eWrite the report\u202c",
    "اكتب التقرير عن القهوة",
    "כתוב את הדוח",
    "🦆" * 50,
    "a" * 5000,
    "the " * 1000,
    "(" * 1000,
    "." * 1000,
    "task 99999999999999999999",
    "¹ ² ½",
    "Write ² poems about task ²",
    "tasks ١ and ٢",
    "task 0",
    "tasks 1-1000000",
    "'" * 999,
    "[" * 500 + "*" * 500 + "/",
    "Write to " + "../" * 200 + "x.md",
    "e\u0301" * 100,
    "I\u0307 \u0130 \u0149 \ufb01",
]


@pytest.mark.parametrize("prompt", BAD)
def test_bad_prompts_get_an_answer(prompt: str) -> None:
    plan = Plan(tasks=(asked("a", prompt), asked("b", "Write a poem"), asked("c", prompt)))

    report = check(plan)

    assert_quotes(report, plan)
    assert report == check(plan)
    assert sorted(one for group in report.stages for one in group) == ["a", "b", "c"]


@pytest.mark.parametrize("prompt", ["", "   ", "\n"])
def test_empty_prompts_say_nothing(prompt: str) -> None:
    report = told(prompt, prompt, prompt)

    assert kinds_of(report) == set()
    assert report.verdict == "independent"


@pytest.mark.parametrize(
    "piece",
    [
        "Write a poem about the sea. ",
        "the findings of both reports ",
        "Save it to out/a.md and ",
        "task 1, ",
        "(((",
        "a/",
        "as discussed ",
        "x" * 99 + " ",
        "'",
        "“",
        "\n",
        "报告",
    ],
)
def test_prompts_of_100_kb_get_an_answer(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    plan = Plan(tasks=(asked("a", text), asked("b", "Write a poem"), asked("c", text[:-1])))

    report = check(plan)

    assert_quotes(report, plan)
    assert len(report.findings) < 50


@pytest.mark.parametrize("line", ["*", "# x\n"], ids=["stars", "headings"])
def test_no_prompt_takes_quadratic_time(line: str) -> None:
    """A line of stars took 1.3 s, and 5,000 short headings 2 s."""

    def seconds(length: int) -> float:
        text = line * (length // len(line))
        plan = Plan(tasks=(asked("a", text), asked("b", "Write a poem")))
        began = time.thread_time()
        check(plan)
        return time.thread_time() - began

    part, whole = (min(seconds(READ_AT_MOST // n) for _ in range(3)) for n in (4, 1))
    assert whole < 9 * part


def test_what_stands_very_late_is_not_read_for_its_meaning() -> None:
    assert words("x " * READ_AT_MOST)[-1].end <= READ_AT_MOST


LANGUAGES = [
    (
        "Schreibe ein Gedicht über das Meer",
        "Vergleiche drei Datenbanken für Zeitreihen",
        "Erkläre, wie Impfstoffe wirken",
    ),
    (
        "Recherchiere Hotels in Rom",
        "Recherchiere Restaurants in Rom",
        "Recherchiere Museen in Rom",
    ),
    (
        "Escribe un poema sobre el mar",
        "Compara tres bases de datos",
        "Explica cómo funcionan las vacunas",
    ),
    (
        "Traduce el manual al francés",
        "Traduce el manual al alemán",
        "Traduce el manual al japonés",
    ),
    ("写一首关于大海的诗", "比较三种数据库", "解释疫苗的工作原理"),
    ("研究日本的茶文化", "研究印度的茶文化", "研究英国的茶文化"),
    ("海についての詩を書く", "三つのデータベースを比較する", "ワクチンの仕組みを説明する"),
    ("日本の茶を調べる", "インドの茶を調べる", "英国の茶を調べる"),
    ("Écris un poème sur la mer", "Compare trois bases de données", "Explique les vaccins"),
    ("اكتب قصيدة عن البحر", "قارن بين ثلاث قواعد بيانات", "اشرح كيف تعمل اللقاحات"),
]


@pytest.mark.parametrize("prompts", LANGUAGES, ids=lambda prompts: prompts[0])
def test_other_languages_give_no_nonsense(prompts: tuple[str, ...]) -> None:
    for order in (prompts, prompts[::-1]):
        report = told(*order)
        assert kinds_of(report) == set()
        assert report.verdict == "independent"


@pytest.mark.parametrize(
    "prompt",
    [
        "Fasse das Ergebnis von Aufgabe 1 zusammen",
        "Resume el resultado de la tarea 1",
        "总结任务1的结果",
        "タスク1の結果を要約する",
    ],
)
def test_numbers_of_tasks_are_understood_in_other_languages(prompt: str) -> None:
    assert needs(told("Interview five bakers", prompt)) == {("a", "b")}


def test_a_thousand_tasks_get_an_answer() -> None:
    nouns = ("poem", "story", "song", "letter", "speech")
    tasks = tuple(
        asked(f"t{place}", f"Write a {nouns[place % 5]} about river number {place}")
        for place in range(1000)
    )

    report = check(Plan(tasks=tasks))

    assert sum(len(group) for group in report.stages) == 1000
    assert ordering(report) == []


def test_a_thousand_tasks_in_each_others_way_run_one_by_one() -> None:
    tasks = tuple(task(f"t{place}", writes=("out.md",)) for place in range(1000))

    report = check(Plan(tasks=tasks))

    assert report.stages == tuple((one.id,) for one in tasks)
    assert report.verdict == "dependent"


@pytest.mark.parametrize(
    "prompt",
    [
        "Review the findings of task 3",
        "Review the findings",
        "Research tea in region {}, then summarize the findings",
        "Write the tutorial",
        "Compare both reports and test the code",
    ],
)
def test_hundreds_of_tasks_that_point_get_an_answer(prompt: str) -> None:
    tasks = tuple(asked(f"t{place}", prompt.format(place)) for place in range(250))

    report = check(Plan(tasks=tasks))

    assert sum(len(group) for group in report.stages) == 250
