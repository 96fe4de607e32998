"""Requests that say what becomes of the results, or ask for variants to compare."""

from pathlib import Path

import pytest

from orchtui.engine.plans.plan import Limits
from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text=(
            "Research Redis, Memcached and Hazelcast in parallel, max 20 minutes each, "
            "and combine the findings into one report"
        ),
        prompts=(
            "Research Redis.",
            "Research Memcached.",
            "Research Hazelcast.",
        ),
        titles=(
            "Redis",
            "Memcached",
            "Hazelcast",
        ),
        who="researcher",
        aggregate="synthesize",
        limits=Limits(timeout=1200),
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
        text=(
            "Research the following in parallel, at most 10 minutes per topic and within "
            "1 hour in total:\n"
            "* Redis\n"
            "* Postgres (max 5 minutes)\n"
            "\n"
            "Then compare the results."
        ),
        prompts=(
            "Research Redis.",
            "Research Postgres.",
        ),
        titles=(
            "Redis",
            "Postgres",
        ),
        who="researcher",
        aggregate="compare",
        limits=Limits(timeout=600, deadline=3600),
        timeouts=(None, 300),
    ),
    Asked(
        text=(
            "Hi! Can you please look into these three libraries in parallel and tell me "
            "which is best?\n"
            "- httpx\n"
            "- aiohttp\n"
            "- requests"
        ),
        prompts=(
            "Look into this library: httpx.",
            "Look into this library: aiohttp.",
            "Look into this library: requests.",
        ),
        titles=(
            "Httpx",
            "Aiohttp",
            "Requests",
        ),
        who="researcher",
        aggregate="compare",
    ),
    Asked(
        text=(
            "Please do the following, in parallel:\n"
            "  • Gather customer feedback from app stores\n"
            "  • Gather customer feedback from support tickets\n"
            "  • Gather customer feedback from social media\n"
            "When done, synthesize the findings into an executive summary."
        ),
        prompts=(
            "Gather customer feedback from app stores.",
            "Gather customer feedback from support tickets.",
            "Gather customer feedback from social media.",
        ),
        who="researcher",
        aggregate="synthesize",
    ),
    Asked(
        text=(
            "Evaluate three hosting options (AWS, Hetzner, Fly.io) for a small Django "
            "app and recommend the best one."
        ),
        prompts=(
            "Evaluate this hosting option (AWS) for a small Django app.",
            "Evaluate this hosting option (Hetzner) for a small Django app.",
            "Evaluate this hosting option (Fly.io) for a small Django app.",
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
        text="Draft three versions of the apology letter: formal, casual and humorous",
        prompts=(
            "Draft a version of the apology letter: formal.",
            "Draft a version of the apology letter: casual.",
            "Draft a version of the apology letter: humorous.",
        ),
        titles=(
            "Formal",
            "Casual",
            "Humorous",
        ),
        who="writer",
        aggregate="compare",
    ),
    Asked(
        text=("Create three landing page variants: one playful, one corporate and one minimal"),
        prompts=(
            "Create a landing page variant: playful.",
            "Create a landing page variant: corporate.",
            "Create a landing page variant: minimal.",
        ),
        titles=(
            "Playful",
            "Corporate",
            "Minimal",
        ),
        who="writer",
        aggregate="compare",
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
        text=("Critique our homepage, our pricing page and our docs in parallel and synthesize"),
        prompts=(
            "Critique our homepage.",
            "Critique our pricing page.",
            "Critique our docs.",
        ),
        titles=(
            "Our homepage",
            "Our pricing page",
            "Our docs",
        ),
        who="critic",
        aggregate="synthesize",
    ),
    Asked(
        text=(
            "Research wind power. Research solar power. Research nuclear power. Then "
            "combine all findings into a two-page brief."
        ),
        prompts=(
            "Research wind power.",
            "Research solar power.",
            "Research nuclear power.",
        ),
        who="researcher",
        aggregate="synthesize",
    ),
    Asked(
        text=(
            "Our app has three problems:\n"
            "1. Slow startup\n"
            "2. High memory use\n"
            "3. Crashes on Android\n"
            "\n"
            "Find the cause of each. Do not combine the results."
        ),
        prompts=(
            "Our app has a problem: Slow startup. Find the cause of each.",
            "Our app has a problem: High memory use. Find the cause of each.",
            "Our app has a problem: Crashes on Android. Find the cause of each.",
        ),
        titles=(
            "Slow startup",
            "High memory use",
            "Crashes on Android",
        ),
        who="researcher",
        aggregate="none",
    ),
    Asked(
        text="Generate three parallel research plans",
        prompts=(
            "Generate a research plan: variant 1 of 3.",
            "Generate a research plan: variant 2 of 3.",
            "Generate a research plan: variant 3 of 3.",
        ),
        titles=(
            "Research plan 1",
            "Research plan 2",
            "Research plan 3",
        ),
        who="writer",
        aggregate="compare",
    ),
    Asked(
        text=(
            "Research LLM evals from academic papers, industry blogs, and open-source "
            "repos (critical) within 45 minutes each and synthesize the results into a "
            "single summary"
        ),
        prompts=(
            "Research LLM evals from academic papers.",
            "Research LLM evals from industry blogs.",
            "Research LLM evals from open-source repos.",
        ),
        titles=(
            "Academic papers",
            "Industry blogs",
            "Open-source repos",
        ),
        who="researcher",
        aggregate="synthesize",
        limits=Limits(timeout=2700),
        priorities=("normal", "normal", "critical"),
    ),
    Asked(
        text=(
            "Research Kubernetes networking: CNI plugins; service meshes; ingress "
            "controllers. Synthesize the results into one overview."
        ),
        prompts=(
            "Research Kubernetes networking: CNI plugins.",
            "Research Kubernetes networking: service meshes.",
            "Research Kubernetes networking: ingress controllers.",
        ),
        titles=(
            "CNI plugins",
            "Service meshes",
            "Ingress controllers",
        ),
        who="researcher",
        aggregate="synthesize",
    ),
    Asked(
        text=(
            "Get the latest prices for gold, silver and platinum in parallel and then compare them"
        ),
        prompts=(
            "Get the latest prices for gold.",
            "Get the latest prices for silver.",
            "Get the latest prices for platinum.",
        ),
        titles=(
            "Gold",
            "Silver",
            "Platinum",
        ),
        who="researcher",
        aggregate="compare",
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
