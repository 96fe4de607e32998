"""Dependencies found in words: which task needs another, which words say so, and what is none."""

import pytest

from orchtui.engine.independence import check
from orchtui.engine.plans.plan import Plan, Task
from tests.engine.prose import asked, needs, of_kind, ordering, quoted, told
from tests.engine.scripted import task

POINTERS = [
    ("Compare caching libraries", "Write a summary of task 1", "task 1"),
    ("Interview five bakers", "Draft a poster from the output of step 1", "step 1"),
    ("Interview five bakers", "Draft a poster from the results of the first task", "first task"),
    ("Interview five bakers", "Draft a poster from the previous task's output", "previous task"),
    ("Interview five bakers", "Erstelle ein Plakat aus dem Ergebnis von Aufgabe 1", "Aufgabe 1"),
]
RESULTS = [
    ("Research beekeeping", "Write an article using previous findings", "previous findings"),
    ("Research beekeeping", "Summarize the findings", "the findings"),
    ("Analyze the logs of last week", "Write a memo about the results", "the results"),
    ("Research solar panels", "Once that is done, write a buyer's guide", "Once that is done"),
]
THINGS = [
    ("Write the tutorial", "Review the tutorial", "the tutorial"),
    ("Write a tutorial about asyncio", "Review the tutorial for mistakes", "the tutorial"),
    ("Write a parser for INI files", "Test the parser", "the parser"),
    ("Clean the customer data", "Plot the cleaned data by month", "the cleaned data"),
    ("Draft a press release about the merger", "Translate the press release", "press release"),
    ("Design a database schema for a library", "Implement the schema", "the schema"),
    ("Write the code of the login form", "Test the code", "the code"),
    ("Write a blog post about tea", "Publish it", "it"),
]
FILES = [
    ("Write the survey results to out/survey.md", "Summarize out/survey.md", "out/survey.md"),
    ("Generate data/users.csv with 50 users", "Plot data/users.csv by age", "data/users.csv"),
]
ORDER_OF_WORK = [
    ("Research electric bicycles", "Write an article about electric bicycles", ""),
    ("Design the billing service", "Build the billing service", ""),
    ("Build the billing service", "Deploy the billing service", ""),
    ("Deploy the billing service", "Verify the billing service in production", ""),
]


@pytest.mark.parametrize(
    ("first", "second", "words"), [*POINTERS, *RESULTS, *THINGS, *FILES, *ORDER_OF_WORK]
)
def test_a_task_that_needs_the_one_before(first: str, second: str, words: str) -> None:
    report = told(first, second)

    assert needs(report) == {("a", "b")}
    [found] = of_kind(report, "dependency")
    assert words in quoted(found, "b")
    assert quoted(found, "b")
    assert report.stages == (("a",), ("b",))
    assert report.verdict in ("dependent", "unsure")
    assert [one.independent for one in report.tasks] == [True, False]
    assert report.pattern == "sequential"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Review the tutorial", "Write the tutorial"),
        ("Summarize out/survey.md", "Write the survey results to a new file out/survey.md"),
        ("Draft a poster from the output of task 2", "Interview five bakers"),
    ],
)
def test_the_order_in_the_plan_does_not_decide_who_waits(first: str, second: str) -> None:
    assert needs(told(first, second)) == {("b", "a")}


@pytest.mark.parametrize(
    ("first", "second", "third", "words"),
    [
        ("Research caching", "Research queues", "Write a summary of both reports", "both"),
        ("Draft a logo", "Draft a slogan", "Compare these and pick the best one", "these"),
        ("Research caching", "Research queues", "Synthesize the findings", "the findings"),
        ("Research tea in Japan", "Research tea in India", "Combine the results", "the results"),
        ("Interview five bakers", "Count the mills", "Merge the outputs of tasks 1 and 2", "tasks"),
        ("Interview five bakers", "Count the mills", "Write a poster from all of it", ""),
    ],
)
def test_a_closing_task_needs_all_before(first: str, second: str, third: str, words: str) -> None:
    report = told(first, second, third)

    assert needs(report) == {("a", "c"), ("b", "c")}
    assert all(words in quoted(one, "c") for one in of_kind(report, "dependency"))
    assert report.stages == (("a", "b"), ("c",))


def test_titles_and_ids_are_names() -> None:
    tasks = (
        asked("survey-2", "Interview five bakers", title="Baker interviews"),
        asked("x", "Draw a poster from survey-2"),
        asked("y", "Draw a postcard based on 'Baker interviews'"),
    )

    report = check(Plan(tasks=tasks))

    assert needs(report) == {("survey-2", "x"), ("survey-2", "y")}
    words = {one.after: quoted(one, one.after) for one in of_kind(report, "dependency")}
    assert "survey-2" in words["x"]
    assert "Baker interviews" in words["y"]


def test_declared_reads_of_declared_writes_are_certain() -> None:
    tasks = (
        asked("a", "Interview five bakers", writes=("out/notes.md",)),
        asked("b", "Draw a poster", reads=("./out/notes.md",)),
    )

    report = check(Plan(tasks=tasks))

    [found] = of_kind(report, "dependency")
    assert (found.before, found.after, found.severity) == ("a", "b", "error")
    assert {one.field for one in found.evidence} == {"reads[0]", "writes[0]"}
    assert report.verdict == "dependent"


NEGATIVES = [
    ("Write the Spanish version of the manual", "Write the French version of the manual"),
    ("Write the Spanish version", "Write the French version"),
    ("Translate README.md into Spanish", "Translate README.md into Japanese"),
    ("Compare product A and product B on price", "Compare product A and product B on support"),
    ("Compare Redis and Memcached", "Compare Kafka and RabbitMQ", "Compare SQLite and DuckDB"),
    ("Research asyncio in academic papers", "Research asyncio in forums", "Research asyncio docs"),
    ("Review the findings of the 2023 IPCC report", "Research carbon taxes in Sweden"),
    ("Research carbon taxes in Sweden", "Summarize the findings of the 2023 IPCC report"),
    ("Research sourdough", "Explain what the word 'it' means in grammar"),
    ("Write a poem about the sea", "Explain why people say 'the above' in contracts"),
    ("Write a story about a reviewer of reports", "Write a report about the history of stories"),
    ("Test the brakes of a bicycle", "Write a poem about a bicycle"),
    ("Find hotels in Rome", "Find restaurants in Rome", "Find museums in Rome"),
    ("Write a haiku about spring", "Write a limerick about winter"),
    ("Explain how Git stores objects", "Explain how Mercurial stores changes"),
    ("Describe step 1 of the Krebs cycle", "List the moons of Jupiter"),
]


@pytest.mark.parametrize("prompts", NEGATIVES)
def test_tasks_that_only_look_as_if_they_needed_each_other(prompts: tuple[str, ...]) -> None:
    for order in (prompts, prompts[::-1]):
        report = told(*order)
        assert ordering(report) == []
        assert report.verdict == "independent"
        assert report.stages == (tuple(one.id for one in report.tasks),)


def test_declared_facts_win_over_guesses() -> None:
    """What the words say the other way round is dropped."""
    tasks = (
        asked("a", "Write the tutorial", after=("b",)),
        asked("b", "Review the tutorial"),
    )

    report = check(Plan(tasks=tasks))

    assert needs(report) == {("b", "a")}
    assert [one.kind for one in report.findings if one.kind != "pattern"] == ["declared"]


def circle(*pairs: tuple[str, str]) -> Plan:
    return Plan(tasks=tuple(task(one, after=(needed,)) for one, needed in pairs))


@pytest.mark.parametrize(
    "plan",
    [
        circle(("a", "b"), ("b", "a")),
        circle(("a", "a")),
        circle(("a", "b"), ("b", "c"), ("c", "a")),
        circle(("a", "nobody")),
    ],
)
def test_a_plan_that_is_being_written_may_wait_in_a_circle(plan: Plan) -> None:
    report = check(plan)

    assert sorted(one for stage in report.stages for one in stage) == [t.id for t in plan.tasks]


def test_words_that_point_in_a_circle_keep_one_direction() -> None:
    report = told("Draw a poster from the output of task 2", "Interview the maker of task 1")

    assert len(needs(report)) == 1
    assert len(report.stages) == 2


def test_an_accepted_dependency_frees_the_pair() -> None:
    prompts = ("Write the tutorial", "Review the tutorial")
    [found] = of_kind(told(*prompts), "dependency")
    tasks = (
        asked("a", prompts[0]),
        asked("b", prompts[1], accepted=(found.id,)),
    )

    report = check(Plan(tasks=tasks))

    assert [one.accepted for one in of_kind(report, "dependency")] == [True]
    assert (report.verdict, report.stages, report.edges) == ("independent", (("a", "b"),), ())


def test_what_says_nothing_is_no_step_of_a_procedure() -> None:
    """A finding quotes words; where no task says what is done there are none."""
    tasks = (
        Task(id="a", command=("make", "docs")),
        Task(id="b", prompt="0", command=("make", "docs")),
        Task(id="c", prompt="1", command=("make", "all")),
    )

    report = check(Plan(request="How to make tea", tasks=tasks))

    assert [one for one in report.findings if one.kind == "dependency"] == []
