"""Requests whose words say an order."""

from pathlib import Path

import pytest

from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text="First research Kafka. Then write a tutorial. Finally, review the tutorial.",
        prompts=(
            "Research Kafka.",
            "Write a tutorial.",
            "Review the tutorial.",
        ),
        who=("researcher", "writer", "critic"),
        after=((), ("task-1",), ("task-2",)),
    ),
    Asked(
        text="Research X, then write Y",
        prompts=(
            "Research X.",
            "Write Y.",
        ),
        who=("researcher", "writer"),
        after=((), ("task-1",)),
    ),
    Asked(
        text="Research X and then write Y",
        prompts=(
            "Research X.",
            "Write Y.",
        ),
        who=("researcher", "writer"),
        after=((), ("task-1",)),
    ),
    Asked(
        text=("Step 1: Research Kafka\nStep 2: Write the guide\nStep 3: Review the guide"),
        prompts=(
            "Research Kafka.",
            "Write the guide.",
            "Review the guide.",
        ),
        who=("researcher", "writer", "critic"),
        after=((), ("task-1",), ("task-2",)),
    ),
    Asked(
        text=("1. Research A\n2. Research B\n3. Synthesize the results of 1 and 2 (after 1 and 2)"),
        prompts=(
            "Research A.",
            "Research B.",
            "Synthesize the results of 1 and 2.",
        ),
        who=("researcher", "researcher", "synthesizer"),
        after=((), (), ("task-1", "task-2")),
    ),
    Asked(
        text="Compare PostgreSQL and MySQL, then write a migration guide for our team",
        prompts=(
            "Compare PostgreSQL and MySQL.",
            "Write a migration guide for our team.",
        ),
        who=("analyst", "writer"),
        after=((), ("task-1",)),
    ),
    Asked(
        text=("- research A\n- research B\n- then combine A and B into one overview"),
        prompts=(
            "Research A.",
            "Research B.",
            "Combine A and B into one overview.",
        ),
        who=("researcher", "researcher", "synthesizer"),
        after=((), (), ("task-1", "task-2")),
    ),
    Asked(
        text=(
            "1. Collect the data\n2. Clean the data (after step 1)\n3. Plot the data (depends on 2)"
        ),
        prompts=(
            "Collect the data.",
            "Clean the data.",
            "Plot the data.",
        ),
        who=("researcher", "-", "analyst"),
        after=((), ("task-1",), ("task-2",)),
    ),
    Asked(
        text="Research Tokyo, Kyoto and Osaka independently and then write an itinerary",
        prompts=(
            "Research Tokyo.",
            "Research Kyoto.",
            "Research Osaka.",
            "Write an itinerary.",
        ),
        titles=(
            "Tokyo",
            "Kyoto",
            "Osaka",
            "Write an itinerary",
        ),
        who=("researcher", "researcher", "researcher", "writer"),
        after=((), (), (), ("task-1", "task-2", "task-3")),
    ),
    Asked(
        text=("Summarize the news in English, then translate the summary into German and French"),
        prompts=(
            "Summarize the news in English.",
            "Translate the summary into German.",
            "Translate the summary into French.",
        ),
        titles=(
            "Summarize the news in English",
            "German",
            "French",
        ),
        who=("analyst", "translator", "translator"),
        after=((), ("task-1",), ("task-1",)),
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
