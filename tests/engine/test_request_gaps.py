"""Requests that leave something open: the plan says what, and still holds what could be read."""

from pathlib import Path

import pytest

from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text="Research 3-5 topics in parallel",
        prompts=("Research 3-5 topics.",),
        who="researcher",
        missing=("The request speaks of 3 to 5 topics but does not name them",),
    ),
    Asked(
        text="Research these five frameworks: Django, Flask, FastAPI and Starlette",
        prompts=(
            "Research this framework: Django.",
            "Research this framework: Flask.",
            "Research this framework: FastAPI.",
            "Research this framework: Starlette.",
        ),
        titles=(
            "Django",
            "Flask",
            "FastAPI",
            "Starlette",
        ),
        who="researcher",
        missing=("The request speaks of 5 frameworks but lists 4",),
    ),
    Asked(
        text="Research quantum computing from multiple perspectives",
        prompts=("Research quantum computing from multiple perspectives.",),
        who="researcher",
        missing=("The request leaves open which perspectives are meant and how many",),
    ),
    Asked(
        text="Generate 2 to 4 alternative headlines for the article",
        prompts=("Generate 2 to 4 alternative headlines for the article.",),
        who="writer",
        missing=("The request does not say how many headlines are wanted",),
    ),
    Asked(
        text="Find recent papers about X, Y, etc. in parallel",
        prompts=(
            "Find recent papers about X.",
            "Find recent papers about Y.",
        ),
        titles=(
            "X",
            "Y",
        ),
        who="researcher",
        missing=("The list is left open at its end",),
    ),
    Asked(
        text="Research [product] pricing, <company name> reviews and {{topic}} news",
        prompts=("Research [product] pricing, <company name> reviews and {{topic}} news.",),
        who="researcher",
        missing=("The request has placeholders, [product], <company name> and {{topic}}",),
    ),
    Asked(
        text="Research several databases in parallel",
        prompts=("Research several databases.",),
        who="researcher",
        missing=("The request leaves open which databases are meant and how many",),
    ),
    Asked(
        text="Analyze 4 startups in parallel",
        prompts=("Analyze 4 startups.",),
        who="analyst",
        missing=("The request speaks of 4 startups but does not name them",),
    ),
    Asked(
        text="Research from multiple sources",
        prompts=("Research from multiple sources.",),
        who="researcher",
        missing=(
            "The request leaves open which sources are meant and how many",
            "The request does not say what to research",
        ),
    ),
    Asked(
        text="Translate this page into 3 languages",
        prompts=("Translate this page into 3 languages.",),
        who="translator",
        missing=("The request speaks of 3 languages but does not name them",),
    ),
    Asked(
        text="Research these topics",
        prompts=("Research these topics.",),
        who="researcher",
        missing=("The request speaks of these topics but does not name them",),
    ),
    Asked(
        text="Review the following files:",
        prompts=("Review the following files.",),
        who="critic",
        missing=("The request speaks of these files but does not name them",),
    ),
    Asked(
        text="Summarize the 5 reports",
        prompts=("Summarize the 5 reports.",),
        who="analyst",
        missing=("The request speaks of 5 reports but does not name them",),
    ),
    Asked(
        text="Research at least 3 topics: caching, queues",
        prompts=(
            "Research this topic: caching.",
            "Research this topic: queues.",
        ),
        titles=(
            "Caching",
            "Queues",
        ),
        who="researcher",
        missing=("The request speaks of at least 3 topics but lists 2",),
    ),
    Asked(
        text="Research TBD from papers",
        prompts=("Research TBD from papers.",),
        who="researcher",
        missing=("The request has a placeholder, TBD",),
    ),
    Asked(
        text="Evaluate 3 tools from different angles in parallel",
        prompts=("Evaluate 3 tools from different angles.",),
        who="critic",
        missing=("The request speaks of 3 tools but does not name them",),
    ),
    Asked(
        text="Translate the [product name] page into German and French",
        prompts=(
            "Translate the [product name] page into German.",
            "Translate the [product name] page into French.",
        ),
        titles=(
            "German",
            "French",
        ),
        who="translator",
        missing=("The request has a placeholder, [product name]",),
    ),
    Asked(
        text="Write to <your name> about ___ [sic]",
        prompts=("Write to <your name> about ___ [sic].",),
        who="writer",
        missing=("The request has placeholders, <your name> and ___",),
    ),
    Asked(
        text="Research the following topics",
        prompts=("Research the following topics.",),
        who="researcher",
        missing=("The request speaks of these topics but does not name them",),
    ),
    Asked(
        text="Do three things in parallel",
        prompts=("Do three things.",),
        who="-",
        missing=("The request speaks of 3 things but does not name them",),
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
