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
        text="Create three different logos for a coffee shop",
        prompts=(
            "Create a logo for a coffee shop: variant 1 of 3.",
            "Create a logo for a coffee shop: variant 2 of 3.",
            "Create a logo for a coffee shop: variant 3 of 3.",
        ),
        titles=(
            "Logo 1",
            "Logo 2",
            "Logo 3",
        ),
        who="writer",
        aggregate="compare",
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
        who="translator",
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
        text=(
            "Evaluate three hosting options (AWS, Hetzner, Fly.io) for a small Django "
            "app and recommend the best one."
        ),
        prompts=(
            "Evaluate this hosting option for a small Django app: AWS.",
            "Evaluate this hosting option for a small Django app: Hetzner.",
            "Evaluate this hosting option for a small Django app: Fly.io.",
        ),
        titles=(
            "AWS",
            "Hetzner",
            "Fly.io",
        ),
        who="critic",
        aggregate="compare",
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
        text="Draft 2 versions of the email, one formal, one casual, and compare them",
        prompts=(
            "Draft a version of the email: formal.",
            "Draft a version of the email: casual.",
        ),
        titles=(
            "Formal",
            "Casual",
        ),
        who="writer",
        aggregate="compare",
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
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
