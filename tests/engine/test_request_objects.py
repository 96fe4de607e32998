"""Requests that name several objects, or several pieces of work, in one sentence."""

from pathlib import Path

import pytest

from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text="Write a haiku, a limerick and a sonnet about autumn",
        prompts=(
            "Write a haiku about autumn.",
            "Write a limerick about autumn.",
            "Write a sonnet about autumn.",
        ),
        titles=(
            "Haiku",
            "Limerick",
            "Sonnet",
        ),
        who="writer",
    ),
    Asked(
        text="First, research Kafka. Second, write a summary of Pulsar. Third, test NATS.",
        prompts=(
            "Research Kafka.",
            "Write a summary of Pulsar.",
            "Test NATS.",
        ),
        who=("researcher", "writer", "critic"),
    ),
    Asked(
        text="Write three haikus about autumn, winter and spring",
        prompts=(
            "Write a haiku about autumn.",
            "Write a haiku about winter.",
            "Write a haiku about spring.",
        ),
        titles=(
            "Autumn",
            "Winter",
            "Spring",
        ),
        who="writer",
    ),
    Asked(
        text="Research three topics – generics, errors and modules",
        prompts=(
            "Research this topic: generics.",
            "Research this topic: errors.",
            "Research this topic: modules.",
        ),
        titles=(
            "Generics",
            "Errors",
            "Modules",
        ),
        who="researcher",
    ),
    Asked(
        text=(
            "We run a small bakery. Research flour prices. Write a newsletter about "
            "bread. Keep it friendly."
        ),
        prompts=(
            "We run a small bakery. Research flour prices.",
            "We run a small bakery. Write a newsletter about bread. Keep it friendly.",
        ),
        titles=(
            "Research flour prices",
            "Write a newsletter about bread",
        ),
        who=("researcher", "writer"),
    ),
    Asked(
        text=(
            "Research the history of jazz, the physics of guitars and the economics of "
            "streaming in parallel"
        ),
        prompts=(
            "Research the history of jazz.",
            "Research the physics of guitars.",
            "Research the economics of streaming.",
        ),
        titles=(
            "The history of jazz",
            "The physics of guitars",
            "The economics of streaming",
        ),
        who="researcher",
    ),
    Asked(
        text="Create a README, a CONTRIBUTING guide and a changelog",
        prompts=(
            "Create a README.",
            "Create a CONTRIBUTING guide.",
            "Create a changelog.",
        ),
        titles=(
            "README",
            "CONTRIBUTING guide",
            "Changelog",
        ),
        who="writer",
    ),
    Asked(
        text="Do a security review. Do a performance review. Do an accessibility review.",
        prompts=(
            "Do a security review.",
            "Do a performance review.",
            "Do an accessibility review.",
        ),
        who="critic",
    ),
    Asked(
        text="Simultaneously research vitamin D and write a sleep guide",
        prompts=(
            "Research vitamin D.",
            "Write a sleep guide.",
        ),
        who=("researcher", "writer"),
    ),
    Asked(
        text=(
            "research how other companies price their api, draft three pricing pages and "
            "review our current one"
        ),
        prompts=(
            "Research how other companies price their api.",
            "Draft three pricing pages.",
            "Review our current one.",
        ),
        who=("researcher", "writer", "critic"),
    ),
    Asked(
        text="Test the API against staging, production and local environments in parallel",
        prompts=(
            "Test the API against staging.",
            "Test the API against production.",
            "Test the API against local environments.",
        ),
        titles=(
            "Staging",
            "Production",
            "Local environments",
        ),
        who="critic",
    ),
    Asked(
        text=("Run a security audit, a performance audit and an accessibility audit of the site"),
        prompts=(
            "Run a security audit of the site.",
            "Run a performance audit of the site.",
            "Run an accessibility audit of the site.",
        ),
        titles=(
            "Security audit",
            "Performance audit",
            "Accessibility audit",
        ),
        who="critic",
    ),
    Asked(
        text="Review the design docs in docs/ and the code in src/ separately",
        prompts=(
            "Review the design docs in docs/.",
            "Review the code in src/.",
        ),
        titles=(
            "The design docs in docs/",
            "The code in src/",
        ),
        who="critic",
    ),
    Asked(
        text="Write a limerick about a cat and a limerick about a dog",
        prompts=(
            "Write a limerick about a cat.",
            "Write a limerick about a dog.",
        ),
        titles=(
            "Limerick about a cat",
            "Limerick about a dog",
        ),
        who="writer",
    ),
    Asked(
        text='"Research Redis" and "Research Kafka"',
        prompts=(
            "Research Redis.",
            "Research Kafka.",
        ),
        who="researcher",
    ),
    Asked(
        text="Research A/B testing tools & feature flag tools in parallel",
        prompts=(
            "Research A/B testing tools.",
            "Research feature flag tools.",
        ),
        titles=(
            "A/B testing tools",
            "Feature flag tools",
        ),
        who="researcher",
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
