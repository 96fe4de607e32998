"""Tasks that must not run at once: the same output, a file that changes, a shared resource."""

from itertools import combinations

import pytest

from orchtui.engine.independence import check
from orchtui.engine.plans.plan import Plan
from tests.engine.prose import asked, kinds_of, of_kind, ordering, quoted, told
from tests.engine.scripted import task

WRITES = [
    ("Write the intro to out/a.md", "Write a poem to out/a.md", "out/a.md"),
    ("Save the list of birds in ./notes.md", "Save the list of trees in notes.md", "notes.md"),
    ("Create docs/faq.md about refunds", "Create docs/faq.md about shipping", "docs/faq.md"),
    ("Refactor src/app.py", "Add logging to src/app.py", "src/app.py"),
    ("Rename the variables in src/app.py", "Refactor all files in src/", "src/"),
    ("Fix the headings in docs/*.md", "Fix the links in docs/intro.md", "docs/intro.md"),
]


@pytest.mark.parametrize(("first", "second", "path"), WRITES)
def test_two_tasks_that_write_one_file(first: str, second: str, path: str) -> None:
    report = told(first, second)

    [found] = of_kind(report, "write_conflict")
    assert path in quoted(found)
    assert {one.task for one in found.evidence} == {"a", "b"}
    assert found.severity == "error"
    assert report.verdict == "dependent"
    assert report.stages == (("a",), ("b",))
    assert not any(one.independent for one in report.tasks)


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ("Explain the current src/app.py", "Refactor src/app.py", "src/app.py"),
        ("Review the existing docs/guide.md", "Rewrite docs/guide.md", "docs/guide.md"),
        ("Count the words of README.md", "Fix the typos in README.md", "README.md"),
    ],
)
def test_a_task_that_reads_what_another_changes(first: str, second: str, path: str) -> None:
    report = told(first, second)

    assert kinds_of(report) & {"read_write", "dependency"}
    assert path in quoted(of_kind(report, "read_write", "dependency")[0])
    assert len(report.stages) == 2


@pytest.mark.parametrize(
    ("reads", "writes"),
    [
        ("docs/spec.md", "docs/spec.md"),
        ("docs", "docs/spec.md"),
        ("docs/*.md", "./docs/spec.md"),
        ("docs/spec.md", "docs/"),
    ],
)
def test_a_declared_hazard_is_certain(reads: str, writes: str) -> None:
    tasks = (
        asked("a", "List the open questions", reads=(reads,)),
        asked("b", "Count the mills of Holland", writes=(writes,)),
    )

    report = check(Plan(tasks=tasks))

    [found] = of_kind(report, "read_write", "dependency")
    assert found.severity == "error"
    assert {(one.task, one.text) for one in found.evidence} == {("a", reads), ("b", writes)}


@pytest.mark.parametrize(
    ("first", "second", "rule", "words"),
    [
        ("Start the API on port 8080", "Start the docs server on port 8080", "port", "8080"),
        (
            "Deploy the API to staging",
            "Run the load test of the shop against staging",
            "environment",
            "staging",
        ),
        (
            "Rebase the login work onto main",
            "Push the hotfix to the main branch",
            "branch",
            "main",
        ),
        (
            "Migrate the orders database to UTF-8",
            "Reset the orders database",
            "database",
            "orders database",
        ),
        (
            "Post the news from the company's Twitter account",
            "Change the password of the company's Twitter account",
            "account",
            "Twitter account",
        ),
    ],
)
def test_two_tasks_that_change_one_thing(first: str, second: str, rule: str, words: str) -> None:
    report = told(first, second)

    [found] = of_kind(report, "shared_resource")
    assert words in quoted(found, "a")
    assert words in quoted(found, "b")
    assert (found.rule, found.severity) == (rule, "warning")
    assert report.verdict == "unsure"
    assert len(report.stages) == 2


NEGATIVES = [
    ("Write the intro to out/a.md", "Write a poem to out/b.md"),
    ("Summarize docs/spec.md", "Translate docs/spec.md into French"),
    ("Read notes.txt and count the words", "Read notes.txt and list the names"),
    ("Save the list to out/birds.md", "Save the list to output/birds.md"),
    ("Start the API on port 8080", "Start the docs server on port 9090"),
    ("Deploy the API to staging", "Deploy the API to production"),
    ("Explain what port 80 is for", "Explain what port 443 is for"),
    ("Explain what port 443 is for", "Write a poem about port 443"),
    ("Research the main branches of Buddhism", "Research the main branches of physics"),
    ("Compare the databases Redis and MySQL", "Compare the databases Neo4j and Postgres"),
    ("Review src/app.py for style", "Review src/app.py for security"),
]


@pytest.mark.parametrize("prompts", NEGATIVES)
def test_tasks_that_do_not_get_in_each_others_way(prompts: tuple[str, ...]) -> None:
    for order in (prompts, prompts[::-1]):
        assert ordering(told(*order)) == []


def test_every_pair_of_a_group_is_told() -> None:
    tasks = [task(f"t{place}", writes=("out.md",)) for place in range(5)]

    report = check(Plan(tasks=tuple(tasks)))

    pairs = {one.tasks for one in of_kind(report, "write_conflict")}
    assert pairs == set(combinations([one.id for one in tasks], 2))
    assert report.stages == tuple((one.id,) for one in tasks)


def test_a_declared_order_makes_the_same_output_no_conflict() -> None:
    tasks = (task("a", writes=("out.md",)), task("b", writes=("out.md",), after=("a",)))

    assert kinds_of(check(Plan(tasks=tasks))) == {"declared"}


def test_words_that_contradict_the_declaration() -> None:
    one = asked("a", "Write the summary to out/summary.md", writes=("out/report.md",))

    report = check(Plan(tasks=(one, task("b"))))

    [found] = [each for each in report.findings if each.rule == "contradicts_declaration"]
    assert found.tasks == ("a",)
    assert {each.text for each in found.evidence} == {"out/summary.md", "out/report.md"}
    assert report.verdict == "independent"


@pytest.mark.parametrize(
    ("prompt", "writes"),
    [
        ("Write the summary to out/summary.md", ("out/summary.md",)),
        ("Write the summary to ./out/summary.md", ("out/",)),
        ("Write the summary to out/summary.md", ("out/*.md",)),
        ("Write a summary of docs/spec.md", ("out/summary.md",)),
        ("Write the summary", ("out/summary.md",)),
        ("Write the summary to out/summary.md", ()),
    ],
)
def test_words_that_agree_with_the_declaration(prompt: str, writes: tuple[str, ...]) -> None:
    one = asked("a", prompt, writes=writes)

    report = check(Plan(tasks=(one, task("b"))))

    assert not [each for each in report.findings if each.rule == "contradicts_declaration"]


def test_what_is_switched_off_is_in_nobodys_way() -> None:
    tasks = (task("a", writes=("out.md",), enabled=False), task("b", writes=("out.md",)))

    assert ordering(check(Plan(tasks=tasks))) == []
