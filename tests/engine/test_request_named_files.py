"""Requests that name files."""

from pathlib import Path

import pytest

from orchtui.engine.plans.plan import Limits
from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text="Translate README.md into German, French and Japanese",
        prompts=(
            "Translate README.md into German.",
            "Translate README.md into French.",
            "Translate README.md into Japanese.",
        ),
        titles=(
            "German",
            "French",
            "Japanese",
        ),
        who="translator",
        reads=(("README.md",), ("README.md",), ("README.md",)),
    ),
    Asked(
        text="Summarize each of a.md, b.md and c.md",
        prompts=(
            "Summarize a.md.",
            "Summarize b.md.",
            "Summarize c.md.",
        ),
        titles=(
            "a.md",
            "b.md",
            "c.md",
        ),
        who="analyst",
        reads=(("a.md",), ("b.md",), ("c.md",)),
    ),
    Asked(
        text="Summarize a.md, b.md and c.md",
        prompts=(
            "Summarize a.md.",
            "Summarize b.md.",
            "Summarize c.md.",
        ),
        titles=(
            "a.md",
            "b.md",
            "c.md",
        ),
        who="analyst",
        reads=(("a.md",), ("b.md",), ("c.md",)),
    ),
    Asked(
        text=(
            "Task 1: Research caching\n"
            "Task 2: Write a tutorial on queues\n"
            "Task 3: Review the README.md"
        ),
        prompts=(
            "Research caching.",
            "Write a tutorial on queues.",
            "Review the README.md.",
        ),
        who=("researcher", "writer", "critic"),
        reads=((), (), ("README.md",)),
    ),
    Asked(
        text=("# Plan\n\n- [ ] Research caching strategies\n- [x] Write tests for src.py"),
        prompts=(
            "Research caching strategies.",
            "Write tests for src.py.",
        ),
        who=("researcher", "writer"),
        reads=((), ("src.py",)),
    ),
    Asked(
        text="Translate README.md into several languages",
        prompts=("Translate README.md into several languages.",),
        who="translator",
        missing=("The request leaves open which languages are meant and how many",),
        reads=(("README.md",),),
    ),
    Asked(
        text=(
            "I need three things done at the same time:\n"
            "\n"
            "1. Summarize README.md in five bullets\n"
            "2. Proofread a.md\n"
            "3. Draft an announcement for our new release (nice to have)\n"
            "\n"
            "No more than 15 minutes each please. Combine everything into one document "
            "at the end."
        ),
        prompts=(
            "Summarize README.md in five bullets.",
            "Proofread a.md.",
            "Draft an announcement for our new release.",
        ),
        who=("analyst", "critic", "writer"),
        aggregate="synthesize",
        limits=Limits(timeout=900),
        priorities=("normal", "normal", "nice-to-have"),
        reads=(("README.md",), ("a.md",), ()),
    ),
    Asked(
        text="Create Spanish and French versions of README.md",
        prompts=(
            "Create a Spanish version of README.md.",
            "Create a French version of README.md.",
        ),
        titles=(
            "Spanish version",
            "French version",
        ),
        who="translator",
        reads=(("README.md",), ("README.md",)),
    ),
    Asked(
        text=(
            "Check src.py for bugs, style issues and missing tests, and merge the "
            "findings into a single report"
        ),
        prompts=(
            "Check src.py for bugs.",
            "Check src.py for style issues.",
            "Check src.py for missing tests.",
        ),
        titles=(
            "Bugs",
            "Style issues",
            "Missing tests",
        ),
        who="critic",
        aggregate="synthesize",
        reads=(("src.py",), ("src.py",), ("src.py",)),
    ),
    Asked(
        text="Refactor src.py and add tests",
        prompts=("Refactor src.py and add tests.",),
        who="writer",
        reads=(("src.py",),),
    ),
    Asked(
        text="Count the words in a.md, b.md, and c.md; max 1 minute per file",
        prompts=(
            "Count the words in a.md.",
            "Count the words in b.md.",
            "Count the words in c.md.",
        ),
        titles=(
            "a.md",
            "b.md",
            "c.md",
        ),
        who="analyst",
        limits=Limits(timeout=60),
        reads=(("a.md",), ("b.md",), ("c.md",)),
    ),
    Asked(
        text=(
            "Act as a team of experts: a lawyer, a doctor and an engineer. Each of you "
            "reviews README.md."
        ),
        prompts=(
            (
                "Act as a team of experts: a lawyer, a doctor and an engineer. Each of you "
                "reviews README.md."
            ),
        ),
        who="-",
        reads=(("README.md",),),
    ),
    Asked(
        text="Create unit tests for auth.py, billing.py and users.py",
        prompts=(
            "Create unit tests for auth.py.",
            "Create unit tests for billing.py.",
            "Create unit tests for users.py.",
        ),
        titles=(
            "auth.py",
            "billing.py",
            "users.py",
        ),
        who="writer",
        reads=(("auth.py",), ("billing.py",), ("users.py",)),
    ),
    Asked(
        text="Read README.md, then list its problems, then propose fixes",
        prompts=(
            "Read README.md.",
            "List its problems.",
            "Propose fixes.",
        ),
        who=("-", "writer", "writer"),
        reads=(("README.md",), (), ()),
        after=((), ("task-1",), ("task-2",)),
    ),
    Asked(
        text=(
            "Write unit tests for src.py\n"
            "Write docs for src.py\n"
            "Review src.py\n"
            "No more than two at a time, and retry failed tasks once."
        ),
        prompts=(
            "Write unit tests for src.py.",
            "Write docs for src.py.",
            "Review src.py.",
        ),
        who=("writer", "writer", "critic"),
        limits=Limits(concurrency=2, retries=1),
        reads=(("src.py",), ("src.py",), ("src.py",)),
    ),
    Asked(
        text="Analyze sales.csv by region, by product and by month",
        prompts=(
            "Analyze sales.csv by region.",
            "Analyze sales.csv by product.",
            "Analyze sales.csv by month.",
        ),
        titles=(
            "Region",
            "Product",
            "Month",
        ),
        who="analyst",
        reads=(("sales.csv",), ("sales.csv",), ("sales.csv",)),
    ),
    Asked(
        text="Look at README.md and a.md and tell me what is outdated",
        prompts=("Look at README.md and a.md and tell me what is outdated.",),
        who="researcher",
        reads=(("README.md", "a.md"),),
    ),
    Asked(
        text=("Simultaneously:\n– summarize a.md\n– summarize b.md\n– summarize c.md"),
        prompts=(
            "Summarize a.md.",
            "Summarize b.md.",
            "Summarize c.md.",
        ),
        who="analyst",
        reads=(("a.md",), ("b.md",), ("c.md",)),
    ),
    Asked(
        text="Summarize the differences between a.md and b.md",
        prompts=("Summarize the differences between a.md and b.md.",),
        who="analyst",
        reads=(("a.md", "b.md"),),
    ),
    Asked(
        text="Review a.md for grammar and b.md for tone",
        prompts=("Review a.md for grammar.", "Review b.md for tone."),
        titles=("a.md for grammar", "b.md for tone"),
        who="critic",
        reads=(("a.md",), ("b.md",)),
    ),
    Asked(
        text=(
            "Please analyze the attached datasets separately:\n1) sales_2023.csv\n2) sales_2024.csv"
        ),
        prompts=(
            "Analyze the attached datasets: sales_2023.csv.",
            "Analyze the attached datasets: sales_2024.csv.",
        ),
        titles=(
            "sales_2023.csv",
            "sales_2024.csv",
        ),
        who="analyst",
        reads=(("sales_2023.csv",), ("sales_2024.csv",)),
    ),
    Asked(
        text="Check the spelling of README.md, a.md and b.md",
        prompts=(
            "Check the spelling of README.md.",
            "Check the spelling of a.md.",
            "Check the spelling of b.md.",
        ),
        titles=(
            "README.md",
            "a.md",
            "b.md",
        ),
        who="critic",
        reads=(("README.md",), ("a.md",), ("b.md",)),
    ),
    Asked(
        text="Review src.py twice, independently",
        prompts=("Review src.py twice, independently.",),
        who="critic",
        reads=(("src.py",),),
    ),
    Asked(
        text="Add type hints to `src.py` [see PEP 484](https://peps.python.org/pep-0484/)",
        prompts=("Add type hints to `src.py` [see PEP 484](https://peps.python.org/pep-0484/).",),
        who="writer",
        reads=(("src.py",),),
    ),
    Asked(
        text="Find all TODO comments in src.py, really???",
        prompts=("Find all TODO comments in src.py, really???",),
        who="researcher",
        reads=(("src.py",),),
    ),
    Asked(
        text="Rewrite a.md in a formal tone, in a casual tone and in a humorous tone",
        prompts=(
            "Rewrite a.md in a formal tone.",
            "Rewrite a.md in a casual tone.",
            "Rewrite a.md in a humorous tone.",
        ),
        titles=(
            "Formal tone",
            "Casual tone",
            "Humorous tone",
        ),
        who="writer",
        reads=(("a.md",), ("a.md",), ("a.md",)),
    ),
    Asked(
        text='Translate "README.md" and "a.md" into Spanish',
        prompts=(
            "Translate README.md into Spanish.",
            "Translate a.md into Spanish.",
        ),
        titles=(
            "README.md",
            "a.md",
        ),
        who="translator",
        reads=(("README.md",), ("a.md",)),
    ),
    Asked(
        text="Review every .md file in parallel, 5m each",
        prompts=(
            "Review README.md.",
            "Review a.md.",
            "Review b.md.",
            "Review c.md.",
        ),
        titles=(
            "README.md",
            "a.md",
            "b.md",
            "c.md",
        ),
        who="critic",
        limits=Limits(timeout=300),
        reads=(("README.md",), ("a.md",), ("b.md",), ("c.md",)),
    ),
    Asked(
        text="Explain the code in src.py line by line",
        prompts=("Explain the code in src.py line by line.",),
        who="writer",
        reads=(("src.py",),),
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
