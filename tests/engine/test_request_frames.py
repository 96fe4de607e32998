"""Requests whose words frame an enumeration: from … perspectives, in … languages, for each of …."""

from pathlib import Path

import pytest

from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text=(
            "For each of Redis, Memcached and Hazelcast, describe the persistence model "
            "and its costs"
        ),
        prompts=(
            "For Redis, describe the persistence model and its costs.",
            "For Memcached, describe the persistence model and its costs.",
            "For Hazelcast, describe the persistence model and its costs.",
        ),
        titles=(
            "Redis",
            "Memcached",
            "Hazelcast",
        ),
        who="writer",
    ),
    Asked(
        text="Review the code for security, performance and readability",
        prompts=(
            "Review the code for security.",
            "Review the code for performance.",
            "Review the code for readability.",
        ),
        titles=(
            "Security",
            "Performance",
            "Readability",
        ),
        who="critic",
    ),
    Asked(
        text=("Research Rust from the perspective of a beginner, a C++ developer and a manager"),
        prompts=(
            "Research Rust from the perspective of a beginner.",
            "Research Rust from the perspective of a C++ developer.",
            "Research Rust from the perspective of a manager.",
        ),
        titles=(
            "Beginner perspective",
            "C++ developer perspective",
            "Manager perspective",
        ),
        who="researcher",
    ),
    Asked(
        text="Write hello world in Python, Rust and Go",
        prompts=(
            "Write hello world in Python.",
            "Write hello world in Rust.",
            "Write hello world in Go.",
        ),
        titles=(
            "Python",
            "Rust",
            "Go",
        ),
        who="writer",
    ),
    Asked(
        text=(
            "Research solar panels from a cost perspective, an environmental perspective "
            "and a legal perspective"
        ),
        prompts=(
            "Research solar panels from a cost perspective.",
            "Research solar panels from an environmental perspective.",
            "Research solar panels from a legal perspective.",
        ),
        titles=(
            "Cost perspective",
            "Environmental perspective",
            "Legal perspective",
        ),
        who="researcher",
    ),
    Asked(
        text=("Draft a cover letter, a CV summary, and a LinkedIn bio for a junior data analyst"),
        prompts=(
            "Draft a cover letter for a junior data analyst.",
            "Draft a CV summary for a junior data analyst.",
            "Draft a LinkedIn bio for a junior data analyst.",
        ),
        titles=(
            "Cover letter",
            "CV summary",
            "LinkedIn bio",
        ),
        who="writer",
    ),
    Asked(
        text="Write a bedtime story in English, Spanish and Brazilian Portuguese",
        prompts=(
            "Write a bedtime story in English.",
            "Write a bedtime story in Spanish.",
            "Write a bedtime story in Brazilian Portuguese.",
        ),
        titles=(
            "English",
            "Spanish",
            "Brazilian Portuguese",
        ),
        who="writer",
    ),
    Asked(
        text='Translate "Hello, world, and good night" into Italian & Dutch',
        prompts=(
            'Translate "Hello, world, and good night" into Italian.',
            'Translate "Hello, world, and good night" into Dutch.',
        ),
        titles=(
            "Italian",
            "Dutch",
        ),
        who="translator",
    ),
    Asked(
        text="Brainstorm names for a bakery, a bookshop and a bike repair shop",
        prompts=(
            "Brainstorm names for a bakery.",
            "Brainstorm names for a bookshop.",
            "Brainstorm names for a bike repair shop.",
        ),
        titles=(
            "A bakery",
            "A bookshop",
            "A bike repair shop",
        ),
        who="writer",
    ),
    Asked(
        text='make a logo and a slogan for "Black & White, Inc."',
        prompts=(
            'Make a logo for "Black & White, Inc."',
            'Make a slogan for "Black & White, Inc."',
        ),
        titles=(
            "Logo",
            "Slogan",
        ),
        who="writer",
    ),
    Asked(
        text="From the perspectives of security, cost and usability, evaluate passkeys",
        prompts=(
            "Evaluate passkeys from the perspective of security.",
            "Evaluate passkeys from the perspective of cost.",
            "Evaluate passkeys from the perspective of usability.",
        ),
        titles=(
            "Security perspective",
            "Cost perspective",
            "Usability perspective",
        ),
        who="critic",
    ),
    Asked(
        text="Collect statistics on unemployment from Eurostat, OECD and the World Bank",
        prompts=(
            "Collect statistics on unemployment from Eurostat.",
            "Collect statistics on unemployment from OECD.",
            "Collect statistics on unemployment from the World Bank.",
        ),
        titles=(
            "Eurostat",
            "OECD",
            "The World Bank",
        ),
        who="researcher",
    ),
    Asked(
        text="For Q1, Q2 and Q3, compute revenue growth",
        prompts=(
            "Compute revenue growth for Q1.",
            "Compute revenue growth for Q2.",
            "Compute revenue growth for Q3.",
        ),
        titles=(
            "Q1",
            "Q2",
            "Q3",
        ),
        who="analyst",
    ),
    Asked(
        text="Write docs for modules auth, billing and search, one task each",
        prompts=(
            "Write docs for modules auth.",
            "Write docs for billing.",
            "Write docs for search.",
        ),
        titles=(
            "Modules auth",
            "Billing",
            "Search",
        ),
        who="writer",
    ),
    Asked(
        text="Write release notes for v2.1, v2.2 and v2.3",
        prompts=(
            "Write release notes for v2.1.",
            "Write release notes for v2.2.",
            "Write release notes for v2.3.",
        ),
        titles=(
            "v2.1",
            "v2.2",
            "v2.3",
        ),
        who="writer",
    ),
    Asked(
        text="Collect quotes from Einstein, Curie and Feynman about curiosity",
        prompts=(
            "Collect quotes from Einstein about curiosity.",
            "Collect quotes from Curie about curiosity.",
            "Collect quotes from Feynman about curiosity.",
        ),
        titles=(
            "Einstein",
            "Curie",
            "Feynman",
        ),
        who="researcher",
    ),
    Asked(
        text="Review this PR for bugs and style",
        prompts=(
            "Review this PR for bugs.",
            "Review this PR for style.",
        ),
        titles=(
            "Bugs",
            "Style",
        ),
        who="critic",
    ),
    Asked(
        text=(
            "Investigate three incidents — the March outage, the April data loss, the "
            "May latency spike — and write a post-mortem for each"
        ),
        prompts=(
            "Investigate this incident and write a post-mortem: the March outage.",
            "Investigate this incident and write a post-mortem: the April data loss.",
            "Investigate this incident and write a post-mortem: the May latency spike.",
        ),
        titles=(
            "The March outage",
            "The April data loss",
            "The May latency spike",
        ),
        who="researcher",
    ),
    Asked(
        text=(
            "Research pros and cons of remote work from the employee's, the manager's "
            "and the company's point of view"
        ),
        prompts=(
            "Research pros and cons of remote work from the employee's point of view.",
            "Research pros and cons of remote work from the manager's point of view.",
            "Research pros and cons of remote work from the company's point of view.",
        ),
        titles=(
            "Employee's point of view",
            "Manager's point of view",
            "Company's point of view",
        ),
        who="researcher",
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
