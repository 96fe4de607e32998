"""Which files a task reads and writes: what is declared, and what its words say."""

import pytest

from orchtui.engine.independence.claims import Claim, of_all
from orchtui.engine.independence.desk import lay_out
from tests.engine.made_findings import plan_of
from tests.engine.scripted import task


def claims(prompt: str) -> list[Claim]:
    return of_all(lay_out(plan_of(prompt).tasks))


@pytest.mark.parametrize(
    ("prompt", "path"),
    [
        ("Write the summary to out/summary.md", "out/summary.md"),
        ("Save a list of tools as tools.txt", "tools.txt"),
        ("Save the results in ./results/b.json.", "results/b.json"),
        ("Research caching and write your notes to notes/caching.md", "notes/caching.md"),
        ("Create docs/guide.md with three sections", "docs/guide.md"),
        ("Update README.md", "README.md"),
        ("Fix the typos in docs/intro.md", "docs/intro.md"),
        ("Refactor src/app.py", "src/app.py"),
        ("Append a section to CHANGELOG.md", "CHANGELOG.md"),
        ("Generate config/app.yaml", "config/app.yaml"),
        ("Remove the dead code from src/old.py", "src/old.py"),
        ("Put the table into `out/table.csv`", "out/table.csv"),
    ],
)
def test_words_that_write(prompt: str, path: str) -> None:
    assert path in {one.path for one in claims(prompt) if one.writes}


@pytest.mark.parametrize(
    ("prompt", "path"),
    [
        ("Read docs/spec.md and list the open questions", "docs/spec.md"),
        ("Summarize notes.txt in three sentences", "notes.txt"),
        ("Review src/app.py for security problems", "src/app.py"),
        ("Analyze the sales in data/sales.csv", "data/sales.csv"),
        ("Write a summary of docs/spec.md", "docs/spec.md"),
        ("Translate README.md into French", "README.md"),
        ("Write a limerick based on notes.txt", "notes.txt"),
        ("Count the lines of src/main.rs", "src/main.rs"),
        ("Explain what src/parser.py does", "src/parser.py"),
        ("Compare a.json to b.json", "b.json"),
    ],
)
def test_words_that_only_read(prompt: str, path: str) -> None:
    found = [one for one in claims(prompt) if one.path == path]

    assert found
    assert not any(one.writes for one in found)


def test_words_that_read_one_file_and_write_another() -> None:
    found = {(one.path, one.writes) for one in claims("Convert data/in.csv to data/out.json")}

    assert found == {("data/in.csv", False), ("data/out.json", True)}


def test_a_list_of_paths_is_treated_alike() -> None:
    found = claims("Update src/a.py, src/b.py and src/c.py")

    assert [(one.path, one.writes) for one in found] == [
        ("src/a.py", True),
        ("src/b.py", True),
        ("src/c.py", True),
    ]


def test_what_is_declared_is_claimed_in_its_normal_form() -> None:
    one = task("a", reads=("./docs//spec.md",), writes=("out/",))

    found = of_all(lay_out([one]))

    assert [(each.path, each.writes, each.declared) for each in found] == [
        ("docs/spec.md", False, True),
        ("out", True, True),
    ]
    assert [each.span.field for each in found] == ["reads[0]", "writes[0]"]


def test_the_words_of_a_claim_are_the_path() -> None:
    prompt = "Write the summary to out/summary.md."
    [claim] = claims(prompt)

    assert prompt[claim.span.start : claim.span.end] == "out/summary.md"
    assert not claim.declared


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "   ",
        "Compare Node.js and/or Deno over HTTP/3",
        "Read https://example.org/docs/guide.md",
        "Write a poem",
        "Write an e-mail to me@example.org",
    ],
)
def test_prompts_without_a_file(prompt: str) -> None:
    assert claims(prompt) == []


def test_empty_declarations_claim_nothing() -> None:
    assert of_all(lay_out([task("a", reads=("",), writes=("  ",))])) == []
