"""Requests that mean files of the working folder without naming each."""

from pathlib import Path

import pytest

from orchtui.engine.plans.plan import Limits
from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text="Analyze logs/*.log and count errors by hour",
        prompts=(
            "Analyze logs/api.log and count errors by hour.",
            "Analyze logs/app.log and count errors by hour.",
            "Analyze logs/db.log and count errors by hour.",
        ),
        titles=(
            "api.log",
            "app.log",
            "db.log",
        ),
        who="analyst",
        reads=(("logs/api.log",), ("logs/app.log",), ("logs/db.log",)),
    ),
    Asked(
        text="Analyze these log files",
        prompts=(
            "Analyze logs/api.log.",
            "Analyze logs/app.log.",
            "Analyze logs/db.log.",
        ),
        titles=(
            "api.log",
            "app.log",
            "db.log",
        ),
        who="analyst",
        reads=(("logs/api.log",), ("logs/app.log",), ("logs/db.log",)),
    ),
    Asked(
        text="Analyze these two log files",
        prompts=(
            "Analyze logs/api.log.",
            "Analyze logs/app.log.",
            "Analyze logs/db.log.",
        ),
        titles=(
            "api.log",
            "app.log",
            "db.log",
        ),
        who="analyst",
        missing=(
            (
                "The request speaks of two log files, but the working folder has 3 "
                "(logs/api.log, logs/app.log and logs/db.log)"
            ),
        ),
        reads=(("logs/api.log",), ("logs/app.log",), ("logs/db.log",)),
    ),
    Asked(
        text="Analyze these 4 log files",
        prompts=(
            "Analyze logs/api.log.",
            "Analyze logs/app.log.",
            "Analyze logs/db.log.",
        ),
        titles=(
            "api.log",
            "app.log",
            "db.log",
        ),
        who="analyst",
        missing=(
            (
                "The request speaks of 4 log files, but the working folder has 3 "
                "(logs/api.log, logs/app.log and logs/db.log)"
            ),
        ),
        reads=(("logs/api.log",), ("logs/app.log",), ("logs/db.log",)),
    ),
    Asked(
        text="Compare these three log files",
        prompts=("Compare these three log files (logs/api.log, logs/app.log and logs/db.log).",),
        who="analyst",
        reads=(("logs/api.log", "logs/app.log", "logs/db.log"),),
    ),
    Asked(
        text="Analyze app.log, db.log and api.log separately, at most 2 at once",
        prompts=(
            "Analyze app.log.",
            "Analyze db.log.",
            "Analyze api.log.",
        ),
        titles=(
            "app.log",
            "db.log",
            "api.log",
        ),
        who="analyst",
        limits=Limits(concurrency=2),
        reads=(("logs/app.log",), ("logs/db.log",), ("logs/api.log",)),
    ),
    Asked(
        text="For every markdown file, write a one-sentence summary",
        prompts=(
            "For README.md, write a one-sentence summary.",
            "For a.md, write a one-sentence summary.",
            "For b.md, write a one-sentence summary.",
            "For c.md, write a one-sentence summary.",
        ),
        titles=(
            "README.md",
            "a.md",
            "b.md",
            "c.md",
        ),
        who="writer",
        reads=(("README.md",), ("a.md",), ("b.md",), ("c.md",)),
    ),
    Asked(
        text=("- [ ] Fix typo in README.md\n- [ ] Add license\n- [x] Update changelog"),
        prompts=(
            "Fix typo in README.md.",
            "Add license.",
            "Update changelog.",
        ),
        who=("writer", "-", "writer"),
        reads=(("README.md",), (), ()),
    ),
    Asked(
        text="Summarize *.md",
        prompts=(
            "Summarize README.md.",
            "Summarize a.md.",
            "Summarize b.md.",
            "Summarize c.md.",
        ),
        titles=(
            "README.md",
            "a.md",
            "b.md",
            "c.md",
        ),
        who="analyst",
        reads=(("README.md",), ("a.md",), ("b.md",), ("c.md",)),
    ),
    Asked(
        text="Summarize docs/*.rst",
        prompts=("Summarize docs/*.rst.",),
        who="analyst",
        missing=("No file in the working folder matches docs/*.rst",),
    ),
    Asked(
        text="Summarize the logs",
        prompts=(
            "Summarize logs/api.log.",
            "Summarize logs/app.log.",
            "Summarize logs/db.log.",
        ),
        titles=(
            "api.log",
            "app.log",
            "db.log",
        ),
        who="analyst",
        reads=(("logs/api.log",), ("logs/app.log",), ("logs/db.log",)),
    ),
    Asked(
        text="Analyze each log file in logs/ and report the top 5 errors",
        prompts=(
            "Analyze logs/api.log and report the top 5 errors.",
            "Analyze logs/app.log and report the top 5 errors.",
            "Analyze logs/db.log and report the top 5 errors.",
        ),
        titles=(
            "api.log",
            "app.log",
            "db.log",
        ),
        who="analyst",
        reads=(("logs/api.log",), ("logs/app.log",), ("logs/db.log",)),
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
