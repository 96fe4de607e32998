"""Requests that are one task, however many commas they have."""

from pathlib import Path

import pytest

from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text="Compare X, Y and Z",
        prompts=("Compare X, Y and Z.",),
        who="analyst",
    ),
    Asked(
        text="Research research and development spending, pros and cons of A/B testing",
        prompts=("Research research and development spending, pros and cons of A/B testing.",),
        who="researcher",
    ),
    Asked(
        text="Describe black and white photography, film and digital",
        prompts=("Describe black and white photography, film and digital.",),
        who="writer",
    ),
    Asked(
        text="Write unit tests for the parser and the lexer",
        prompts=("Write unit tests for the parser and the lexer.",),
        who="writer",
    ),
    Asked(
        text="Generate 5 taglines for a coffee shop",
        prompts=("Generate 5 taglines for a coffee shop.",),
        who="writer",
    ),
    Asked(
        text="What is the capital of France?",
        prompts=("What is the capital of France?",),
        who="-",
    ),
    Asked(
        text="Research Go – generics, errors and modules",
        prompts=("Research Go – generics, errors and modules.",),
        titles=("Research Go",),
        who="researcher",
    ),
    Asked(
        text="Find five good restaurants in Berlin",
        prompts=("Find five good restaurants in Berlin.",),
        who="researcher",
    ),
    Asked(
        text="Research how to run tests in parallel",
        prompts=("Research how to run tests in parallel.",),
        who="researcher",
    ),
    Asked(
        text="Could you please research Redis, and write a summary of it?",
        prompts=("Research Redis, and write a summary of it.",),
        who="researcher",
    ),
    Asked(
        text="Explain recursion to a five-year-old, a college student and a professor",
        prompts=("Explain recursion to a five-year-old, a college student and a professor.",),
        who="writer",
    ),
    Asked(
        text="Find the capital, population and currency of Peru, Chile and Bolivia",
        prompts=("Find the capital, population and currency of Peru, Chile and Bolivia.",),
        who="researcher",
    ),
    Asked(
        text=("Research electric cars (battery, range, charging) and hybrid cars (fuel, cost)"),
        prompts=(
            ("Research electric cars (battery, range, charging) and hybrid cars (fuel, cost)."),
        ),
        who="researcher",
    ),
    Asked(
        text="Write 5 different opening lines for a novel set in Lisbon",
        prompts=("Write 5 different opening lines for a novel set in Lisbon.",),
        who="writer",
    ),
    Asked(
        text="Summarize the three most important papers on transformers",
        prompts=("Summarize the three most important papers on transformers.",),
        who="analyst",
    ),
    Asked(
        text="Plan a weekend trip to Rome, including food, museums and day trips",
        prompts=("Plan a weekend trip to Rome, including food, museums and day trips.",),
        who="writer",
    ),
    Asked(
        text="Test the login form with valid, invalid and empty passwords",
        prompts=("Test the login form with valid, invalid and empty passwords.",),
        who="critic",
    ),
    Asked(
        text="How do Redis and Memcached differ, and which one should I use?",
        prompts=("How do Redis and Memcached differ, and which one should I use?",),
        who="-",
    ),
    Asked(
        text="Review pull requests #12, #15 and #18",
        prompts=("Review pull requests #12, #15 and #18.",),
        who="critic",
    ),
    Asked(
        text=(
            "Write a blog post about parallel programming. Use simple words. Keep it "
            "under 800 words."
        ),
        prompts=(
            (
                "Write a blog post about parallel programming. Use simple words. Keep it "
                "under 800 words."
            ),
        ),
        who="writer",
    ),
    Asked(
        text="Write an email to sales, support and finance about the meeting",
        prompts=("Write an email to sales, support and finance about the meeting.",),
        who="writer",
    ),
    Asked(
        text="Research the top 3 CRMs",
        prompts=("Research the top 3 CRMs.",),
        who="researcher",
    ),
    Asked(
        text="Give me the weather in Paris, London and Berlin",
        prompts=("Give me the weather in Paris, London and Berlin.",),
        who="writer",
    ),
    Asked(
        text="Summarise chapters 1, 2 and 3 of the book",
        prompts=("Summarise chapters 1, 2 and 3 of the book.",),
        who="analyst",
    ),
    Asked(
        text="Research what happened in 1989, 1991 and 2001",
        prompts=("Research what happened in 1989, 1991 and 2001.",),
        who="researcher",
    ),
    Asked(
        text="Write documentation for the `parse(a, b)`, `format(x)` and `run()` functions",
        prompts=(
            ("Write documentation for the `parse(a, b)`, `format(x)` and `run()` functions."),
        ),
        who="writer",
    ),
    Asked(
        text=(
            "Write a function for sorting, a function for searching and a function for "
            "filtering lists in Python"
        ),
        prompts=(
            (
                "Write a function for sorting, a function for searching and a function for "
                "filtering lists in Python."
            ),
        ),
        who="writer",
    ),
    Asked(
        text="Get me a summary of today's AI news, sports news, and weather.",
        prompts=("Get me a summary of today's AI news, sports news, and weather.",),
        who="researcher",
    ),
    Asked(
        text="Research climate policy in Germany, France and Poland",
        prompts=("Research climate policy in Germany, France and Poland.",),
        who="researcher",
    ),
    Asked(
        text="Compare React, Vue and Svelte on performance, ecosystem and learning curve",
        prompts=("Compare React, Vue and Svelte on performance, ecosystem and learning curve.",),
        who="analyst",
    ),
    Asked(
        text="Evaluate passkeys (security, cost, usability)",
        prompts=("Evaluate passkeys (security, cost, usability).",),
        who="critic",
    ),
    Asked(
        text="Which is faster, Rust or Go?",
        prompts=("Which is faster, Rust or Go?",),
        who="-",
    ),
    Asked(
        text="Draft an email declining the offer, and a separate one accepting it",
        prompts=("Draft an email declining the offer, and a separate one accepting it.",),
        who="writer",
    ),
    Asked(
        text="Research Python 3.12, 3.13 and 3.14 features",
        prompts=("Research Python 3.12, 3.13 and 3.14 features.",),
        who="researcher",
    ),
    Asked(
        text=(
            "Write the intro, the methods section and the conclusion of a paper on bee navigation"
        ),
        prompts=(
            (
                "Write the intro, the methods section and the conclusion of a paper on bee "
                "navigation."
            ),
        ),
        who="writer",
    ),
    Asked(
        text="Give me five ideas for a birthday party. Make them cheap.",
        prompts=("Give me five ideas for a birthday party. Make them cheap.",),
        who="writer",
    ),
    Asked(
        text="Prepare a report on Tesla. Include revenue, margins and outlook.",
        prompts=("Prepare a report on Tesla. Include revenue, margins and outlook.",),
        who="writer",
    ),
    Asked(
        text="Proofread the attached letter",
        prompts=("Proofread the attached letter.",),
        who="critic",
    ),
    Asked(
        text="Summarize each chapter of the book",
        prompts=("Summarize each chapter of the book.",),
        who="analyst",
    ),
    Asked(
        text="Research various databases",
        prompts=("Research various databases.",),
        who="researcher",
    ),
    Asked(
        text="Find out why tests fail and fix them",
        prompts=("Find out why tests fail and fix them.",),
        who="researcher",
    ),
    Asked(
        text="Recherchiere Redis, Memcached und Hazelcast",
        prompts=("Recherchiere Redis, Memcached und Hazelcast.",),
        who="-",
    ),
    Asked(
        text="Write a Python script that reads logs and counts errors, warnings and infos",
        prompts=("Write a Python script that reads logs and counts errors, warnings and infos.",),
        who="writer",
    ),
    Asked(
        text="Two researchers should look into wind and solar energy",
        prompts=("Two researchers should look into wind and solar energy.",),
        who="-",
    ),
    Asked(
        text="Write 10 haikus",
        prompts=("Write 10 haikus.",),
        who="writer",
    ),
    Asked(
        text="What are the pros and cons of Rust, Go and Zig?",
        prompts=("What are the pros and cons of Rust, Go and Zig?",),
        who="-",
    ),
    Asked(
        text="Take the role of a historian, and write an essay on Rome",
        prompts=("Take the role of a historian, and write an essay on Rome.",),
        who="writer",
    ),
    Asked(
        text="Draft emails to customers, partners, and investors announcing the merger",
        prompts=("Draft emails to customers, partners, and investors announcing the merger.",),
        who="writer",
    ),
    Asked(
        text=(
            "Create a quiz, with 5 questions, about Rome and a quiz, with 5 questions, about Greece"
        ),
        prompts=(
            (
                "Create a quiz, with 5 questions, about Rome and a quiz, with 5 questions, "
                "about Greece."
            ),
        ),
        who="writer",
    ),
    Asked(
        text="Run the linter, the type checker and the tests",
        prompts=("Run the linter, the type checker and the tests.",),
        who="-",
    ),
    Asked(
        text="Build a CLI, document it and publish it",
        prompts=("Build a CLI, document it and publish it.",),
        who="writer",
    ),
    Asked(
        text="write a poem",
        prompts=("Write a poem.",),
        who="writer",
    ),
    Asked(
        text="Compare the three approaches: A, B, C",
        prompts=("Compare the three approaches: A, B, C.",),
        titles=("Compare the three approaches",),
        who="analyst",
    ),
    Asked(
        text="Use 3 agents to research Kafka",
        prompts=("Use 3 agents to research Kafka.",),
        who="researcher",
    ),
    Asked(
        text="Task: research Redis.",
        prompts=("Research Redis.",),
        who="researcher",
    ),
    Asked(
        text="Please can someone research x and y",
        prompts=("Research x and y.",),
        who="researcher",
    ),
    Asked(
        text=(
            "Use the researcher to look up tax rules in Spain and the writer to draft a "
            "blog post about Madrid"
        ),
        prompts=(
            (
                "Use the researcher to look up tax rules in Spain and the writer to draft a "
                "blog post about Madrid."
            ),
        ),
        who="writer",
    ),
    Asked(
        text="Find papers on topic modelling, e.g. LDA, NMF and BERTopic",
        prompts=("Find papers on topic modelling, e.g. LDA, NMF and BERTopic.",),
        who="researcher",
    ),
    Asked(
        text="Summarize the first, second and third chapter separately",
        prompts=("Summarize the first, second and third chapter separately.",),
        who="analyst",
    ),
    Asked(
        text="Draft a contract and then have it reviewed",
        prompts=("Draft a contract and then have it reviewed.",),
        who="writer",
    ),
    Asked(
        text=("Look up the population of Norway and the GDP of Sweden and the area of Finland"),
        prompts=(
            ("Look up the population of Norway and the GDP of Sweden and the area of Finland."),
        ),
        who="researcher",
    ),
    Asked(
        text="Create icons for home, search and profile, in dark and light versions",
        prompts=("Create icons for home, search and profile, in dark and light versions.",),
        who="writer",
    ),
    Asked(
        text="Can you give me 3 perspectives on AI safety?",
        prompts=("Give me 3 perspectives on AI safety.",),
        who="writer",
    ),
    Asked(
        text="Compare approaches A and B in parallel with approach C",
        prompts=("Compare approaches A and B in parallel with approach C.",),
        who="analyst",
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
