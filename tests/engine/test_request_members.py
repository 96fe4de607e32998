"""Requests whose marks, limits or counts for each show that an enumeration is several tasks."""

from pathlib import Path

import pytest

from orchtui.engine.plans.plan import Limits
from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text=(
            "Write the quick-start (CRITICAL), the reference and the FAQ (nice-to-have) for"
            " our CLI, 45 min each"
        ),
        prompts=(
            "Write the quick-start for our CLI.",
            "Write the reference for our CLI.",
            "Write the FAQ for our CLI.",
        ),
        titles=("The quick-start", "The reference", "The FAQ"),
        who="writer",
        limits=Limits(timeout=2700.0),
        priorities=("critical", "normal", "nice-to-have"),
    ),
    Asked(
        text="Research Redis (critical), Kafka and NATS (optional)",
        prompts=("Research Redis.", "Research Kafka.", "Research NATS."),
        titles=("Redis", "Kafka", "NATS"),
        who="researcher",
        priorities=("critical", "normal", "nice-to-have"),
    ),
    Asked(
        text=(
            "Write unit tests (critical), integration tests and load tests (optional) for "
            "the payment service, 2 at a time"
        ),
        prompts=(
            "Write unit tests for the payment service.",
            "Write integration tests for the payment service.",
            "Write load tests for the payment service.",
        ),
        titles=("Unit tests", "Integration tests", "Load tests"),
        who="writer",
        limits=Limits(concurrency=2),
        priorities=("critical", "normal", "nice-to-have"),
    ),
    Asked(
        text=(
            "Draft the invitation [critical], the agenda and the minutes template for the "
            "board meeting"
        ),
        prompts=(
            "Draft the invitation for the board meeting.",
            "Draft the agenda for the board meeting.",
            "Draft the minutes template for the board meeting.",
        ),
        titles=("The invitation", "The agenda", "The minutes template"),
        who="writer",
        priorities=("critical", "normal", "normal"),
    ),
    Asked(
        text=(
            "Evaluate PostgreSQL, MySQL and SQLite for an embedded analytics workload, at "
            "most 20 minutes each, and combine the findings into one report"
        ),
        prompts=(
            "Evaluate PostgreSQL for an embedded analytics workload.",
            "Evaluate MySQL for an embedded analytics workload.",
            "Evaluate SQLite for an embedded analytics workload.",
        ),
        titles=("PostgreSQL", "MySQL", "SQLite"),
        who="critic",
        aggregate="synthesize",
        limits=Limits(timeout=1200.0),
    ),
    Asked(
        text="Summarize Dune, Emma and Ulysses in 200 words each",
        prompts=(
            "Summarize Dune in 200 words.",
            "Summarize Emma in 200 words.",
            "Summarize Ulysses in 200 words.",
        ),
        titles=("Dune", "Emma", "Ulysses"),
        who="analyst",
    ),
    Asked(
        text="Describe Kafka, Pulsar and NATS, one task each",
        prompts=("Describe Kafka.", "Describe Pulsar.", "Describe NATS."),
        titles=("Kafka", "Pulsar", "NATS"),
        who="writer",
    ),
    Asked(
        text="Explain the difference between TCP and UDP, 5 minutes each",
        prompts=("Explain the difference between TCP and UDP.",),
        who="writer",
        limits=Limits(timeout=300.0),
    ),
    Asked(
        text="Compare Postgres and MySQL, 10 minutes each",
        prompts=("Compare Postgres and MySQL.",),
        who="analyst",
        limits=Limits(timeout=600.0),
    ),
    Asked(
        text=(
            "Draft three press releases about the merger, the layoffs and the new CEO, 500 "
            "words each"
        ),
        prompts=(
            "Draft a press release about the merger in 500 words.",
            "Draft a press release about the layoffs in 500 words.",
            "Draft a press release about the new CEO in 500 words.",
        ),
        titles=("The merger", "The layoffs", "The new CEO"),
        who="writer",
    ),
    Asked(
        text=(
            "Find three papers on retrieval augmented generation, three blog posts and "
            "three GitHub projects"
        ),
        prompts=(
            "Find three papers on retrieval augmented generation.",
            "Find three blog posts on retrieval augmented generation.",
            "Find three GitHub projects on retrieval augmented generation.",
        ),
        titles=("Three papers", "Three blog posts", "Three GitHub projects"),
        who="researcher",
    ),
    Asked(
        text="Collect two quotes on courage, two proverbs and two poems",
        prompts=(
            "Collect two quotes on courage.",
            "Collect two proverbs on courage.",
            "Collect two poems on courage.",
        ),
        titles=("Two quotes", "Two proverbs", "Two poems"),
        who="researcher",
    ),
    Asked(
        text="Find two papers, four blog posts and one video about Rust ownership",
        prompts=(
            "Find two papers about Rust ownership.",
            "Find four blog posts about Rust ownership.",
            "Find one video about Rust ownership.",
        ),
        titles=("Two papers", "Four blog posts", "One video"),
        who="researcher",
    ),
    Asked(
        text="Find three papers from arXiv and two posts from Hacker News",
        prompts=("Find three papers from arXiv.", "Find two posts from Hacker News."),
        titles=("Three papers from arXiv", "Two posts from Hacker News"),
        who="researcher",
    ),
    Asked(
        text="Analyze logs/app.log for errors and logs/db.log for slow queries",
        prompts=("Analyze logs/app.log for errors.", "Analyze logs/db.log for slow queries."),
        titles=("logs/app.log for errors", "logs/db.log for slow queries"),
        who="analyst",
        reads=(("logs/app.log",), ("logs/db.log",)),
    ),
    Asked(
        text="Check the README for typos and the changelog for missing entries",
        prompts=("Check the README for typos.", "Check the changelog for missing entries."),
        titles=("The README for typos", "The changelog for missing entries"),
        who="critic",
    ),
    Asked(
        text="Translate a.md into German and b.md into French",
        prompts=("Translate a.md into German.", "Translate b.md into French."),
        titles=("a.md into German", "b.md into French"),
        who="translator",
        reads=(("a.md",), ("b.md",)),
    ),
    Asked(
        text="Look up the flights for Rome and the hotels for Paris",
        prompts=("Look up the flights for Rome and the hotels for Paris.",),
        who="researcher",
    ),
    Asked(
        text=(
            "Create a landing page headline, a tagline and a call to action for a yoga "
            "studio, one each"
        ),
        prompts=(
            "Create a landing page headline for a yoga studio.",
            "Create a tagline for a yoga studio.",
            "Create a call to action for a yoga studio.",
        ),
        titles=("Landing page headline", "Tagline", "Call to action"),
        who="writer",
    ),
    Asked(
        text=(
            "Research WebAssembly from three independent perspectives: papers, blogs and "
            "case studies, 10 min each, AND synthesize into single report"
        ),
        prompts=(
            "Research WebAssembly from this perspective: papers.",
            "Research WebAssembly from this perspective: blogs.",
            "Research WebAssembly from this perspective: case studies.",
        ),
        titles=("Papers", "Blogs", "Case studies"),
        who="researcher",
        aggregate="synthesize",
        limits=Limits(timeout=600.0),
    ),
    Asked(
        text="Research Tesla, Ford & BMW separately; make each short",
        prompts=(
            "Research Tesla. Make it short.",
            "Research Ford. Make it short.",
            "Research BMW. Make it short.",
        ),
        titles=("Tesla", "Ford", "BMW"),
        who="researcher",
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
