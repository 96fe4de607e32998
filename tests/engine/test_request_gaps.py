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
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
