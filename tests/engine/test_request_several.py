"""Requests for several of a kind: open counts, the best of something, and remarks on each."""

from pathlib import Path

import pytest

from orchtui.engine.plans.plan import Limits
from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text="Give me several different introductions for my talk",
        prompts=("Give me several different introductions for my talk.",),
        who="writer",
        missing=("The request leaves open which introductions are meant and how many",),
    ),
    Asked(
        text="Draft a few different taglines for the bakery",
        prompts=("Draft a few different taglines for the bakery.",),
        who="writer",
        missing=("The request leaves open which taglines are meant and how many",),
    ),
    Asked(
        text="Write some different headlines for the article",
        prompts=("Write some different headlines for the article.",),
        who="writer",
        missing=("The request leaves open which headlines are meant and how many",),
    ),
    Asked(
        text="Write multiple variants of the landing page headline",
        prompts=("Write multiple variants of the landing page headline.",),
        who="writer",
        missing=("The request leaves open which variants are meant and how many",),
    ),
    Asked(
        text="Research various topics in machine learning",
        prompts=("Research various topics in machine learning.",),
        who="researcher",
        missing=("The request leaves open which topics are meant and how many",),
    ),
    Asked(
        text="Explain various approaches to caching",
        prompts=("Explain various approaches to caching.",),
        who="writer",
    ),
    Asked(
        text="Research the top 3 JavaScript frameworks in parallel",
        prompts=("Research the top 3 JavaScript frameworks.",),
        who="researcher",
        missing=("The request speaks of 3 JavaScript frameworks but does not name them",),
    ),
    Asked(
        text="Analyze the best 4 CRMs separately",
        prompts=("Analyze the best 4 CRMs.",),
        who="analyst",
        missing=("The request speaks of 4 CRMs but does not name them",),
    ),
    Asked(
        text="Analyze three popular message queues in parallel",
        prompts=("Analyze three popular message queues.",),
        who="analyst",
        missing=("The request speaks of 3 popular message queues but does not name them",),
    ),
    Asked(
        text="Investigate the four largest data breaches of 2023 in parallel",
        prompts=("Investigate the four largest data breaches of 2023.",),
        who="researcher",
        missing=("The request speaks of 4 largest data breaches but does not name them",),
    ),
    Asked(
        text="Research the 5 best note-taking apps",
        prompts=("Research the 5 best note-taking apps.",),
        who="researcher",
    ),
    Asked(
        text=(
            "Research Postgres from docs (critical), from blogs (optional) and from "
            "conference talks, 15 minutes each, and synthesize"
        ),
        prompts=(
            "Research Postgres from docs.",
            "Research Postgres from blogs.",
            "Research Postgres from conference talks.",
        ),
        titles=("Docs", "Blogs", "Conference talks"),
        who="researcher",
        aggregate="synthesize",
        limits=Limits(timeout=900.0),
        priorities=("critical", "nice-to-have", "normal"),
    ),
    Asked(
        text=(
            "Research battery recycling from academic papers, from industry reports, and from news"
        ),
        prompts=(
            "Research battery recycling from academic papers.",
            "Research battery recycling from industry reports.",
            "Research battery recycling from news.",
        ),
        titles=("Academic papers", "Industry reports", "News"),
        who="researcher",
    ),
    Asked(
        text="Find statistics on tourism from Eurostat and from the World Bank",
        prompts=(
            "Find statistics on tourism from Eurostat.",
            "Find statistics on tourism from the World Bank.",
        ),
        titles=("Eurostat", "The World Bank"),
        who="researcher",
    ),
    Asked(
        text=(
            "Review the API from a security perspective (critical), a performance "
            "perspective and a usability perspective (optional)"
        ),
        prompts=(
            "Review the API from a security perspective.",
            "Review the API from a performance perspective.",
            "Review the API from a usability perspective.",
        ),
        titles=("Security perspective", "Performance perspective", "Usability perspective"),
        who="critic",
        priorities=("critical", "normal", "nice-to-have"),
    ),
    Asked(
        text="Write three short poems about the sea in parallel, max 1 minute each",
        prompts=(
            "Write a short poem about the sea: variant 1 of 3.",
            "Write a short poem about the sea: variant 2 of 3.",
            "Write a short poem about the sea: variant 3 of 3.",
        ),
        titles=("Short poem 1", "Short poem 2", "Short poem 3"),
        who="writer",
        aggregate="compare",
        limits=Limits(timeout=60.0),
    ),
    Asked(
        text="Write four haikus about winter in parallel, two at a time",
        prompts=(
            "Write a haiku about winter: variant 1 of 4.",
            "Write a haiku about winter: variant 2 of 4.",
            "Write a haiku about winter: variant 3 of 4.",
            "Write a haiku about winter: variant 4 of 4.",
        ),
        titles=("Haiku 1", "Haiku 2", "Haiku 3", "Haiku 4"),
        who="writer",
        aggregate="compare",
        limits=Limits(concurrency=2),
    ),
    Asked(
        text="Compose two funny birthday songs for a child separately",
        prompts=(
            "Compose a funny birthday song for a child: variant 1 of 2.",
            "Compose a funny birthday song for a child: variant 2 of 2.",
        ),
        titles=("Funny birthday song 1", "Funny birthday song 2"),
        who="writer",
        aggregate="compare",
    ),
    Asked(
        text=(
            "Review the authentication module for security issues, performance problems, "
            "and code style"
        ),
        prompts=(
            "Review the authentication module for security issues.",
            "Review the authentication module for performance problems.",
            "Review the authentication module for code style.",
        ),
        titles=("Security issues", "Performance problems", "Code style"),
        who="critic",
    ),
    Asked(
        text="Test the checkout flow for race conditions, read errors and test coverage",
        prompts=(
            "Test the checkout flow for race conditions.",
            "Test the checkout flow for read errors.",
            "Test the checkout flow for test coverage.",
        ),
        titles=("Race conditions", "Read errors", "Test coverage"),
        who="critic",
    ),
    Asked(
        text="Draft release notes for v2.0 in English, German and Japanese",
        prompts=(
            "Draft release notes for v2.0 in English.",
            "Draft release notes for v2.0 in German.",
            "Draft release notes for v2.0 in Japanese.",
        ),
        titles=("English", "German", "Japanese"),
        who="writer",
    ),
    Asked(
        text="Profile the server for memory leaks, lock contention and read latency",
        prompts=(
            "Profile the server for memory leaks.",
            "Profile the server for lock contention.",
            "Profile the server for read latency.",
        ),
        titles=("Memory leaks", "Lock contention", "Read latency"),
        who="analyst",
    ),
    Asked(
        text="Research Rust, Go and Zig separately. Keep each short and cite sources.",
        prompts=(
            "Research Rust. Keep it short and cite sources.",
            "Research Go. Keep it short and cite sources.",
            "Research Zig. Keep it short and cite sources.",
        ),
        titles=("Rust", "Go", "Zig"),
        who="researcher",
    ),
    Asked(
        text="Summarize a.md, b.md and c.md. Keep each under 300 words.",
        prompts=(
            "Summarize a.md. Keep it under 300 words.",
            "Summarize b.md. Keep it under 300 words.",
            "Summarize c.md. Keep it under 300 words.",
        ),
        titles=("a.md", "b.md", "c.md"),
        who="analyst",
        reads=(("a.md",), ("b.md",), ("c.md",)),
    ),
    Asked(
        text="Write two haikus. Keep each under 10 words.",
        prompts=("Write two haikus. Keep each under 10 words.",),
        who="writer",
    ),
    Asked(
        text="Describe Rome and Athens separately. Keep each section under 300 words.",
        prompts=(
            "Describe Rome. Keep each section under 300 words.",
            "Describe Athens. Keep each section under 300 words.",
        ),
        titles=("Rome", "Athens"),
        who="writer",
    ),
    Asked(
        text="Generate three catchy slogans for the bakery in parallel",
        prompts=(
            "Generate a catchy slogan for the bakery: variant 1 of 3.",
            "Generate a catchy slogan for the bakery: variant 2 of 3.",
            "Generate a catchy slogan for the bakery: variant 3 of 3.",
        ),
        titles=("Catchy slogan 1", "Catchy slogan 2", "Catchy slogan 3"),
        who="writer",
        aggregate="compare",
    ),
    Asked(
        text="Prepare German and French translations of the menu",
        prompts=(
            "Prepare a German translation of the menu.",
            "Prepare a French translation of the menu.",
        ),
        titles=("German translation", "French translation"),
        who="translator",
    ),
    Asked(
        text="Summarize the incident in English, French and Arabic",
        prompts=(
            "Summarize the incident in English.",
            "Summarize the incident in French.",
            "Summarize the incident in Arabic.",
        ),
        titles=("English", "French", "Arabic"),
        who="analyst",
    ),
    Asked(
        text=(
            "Investigate the outage from the network side (critical), the database side and"
            " the client side"
        ),
        prompts=(
            "Investigate the outage from the network side.",
            "Investigate the outage from the database side.",
            "Investigate the outage from the client side.",
        ),
        titles=("Network side", "Database side", "Client side"),
        who="researcher",
        priorities=("critical", "normal", "normal"),
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
