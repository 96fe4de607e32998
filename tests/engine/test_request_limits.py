"""Requests that say how to run: limits and priorities."""

from pathlib import Path

import pytest

from orchtui.engine.plans.plan import Limits
from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text=(
            "Please research the following topics, two at a time, retry twice, stop "
            "after 2 hours:\n"
            "1. **Caching** (must have)\n"
            "2. Sharding (optional)\n"
            "3. Replication"
        ),
        prompts=(
            "Research this topic: caching.",
            "Research this topic: sharding.",
            "Research this topic: replication.",
        ),
        titles=(
            "Caching",
            "Sharding",
            "Replication",
        ),
        who="researcher",
        limits=Limits(concurrency=2, deadline=7200, retries=2),
        priorities=("critical", "nice-to-have", "normal"),
    ),
    Asked(
        text=(
            "- Security\n"
            "- Performance\n"
            "\n"
            "Task 1 is critical, the last is optional. Run them in parallel."
        ),
        prompts=(
            "Security.",
            "Performance.",
        ),
        who="-",
        priorities=("critical", "nice-to-have"),
    ),
    Asked(
        text="Research each of these topics for 20 minutes max: GraphQL; gRPC; REST",
        prompts=(
            "Research this topic: GraphQL.",
            "Research this topic: gRPC.",
            "Research this topic: REST.",
        ),
        titles=(
            "GraphQL",
            "gRPC",
            "REST",
        ),
        who="researcher",
        limits=Limits(timeout=1200),
    ),
    Asked(
        text="Optional: research the weather. CRITICAL: research the road conditions.",
        prompts=(
            "Research the weather.",
            "Research the road conditions.",
        ),
        who="researcher",
        priorities=("nice-to-have", "critical"),
    ),
    Asked(
        text=(
            "Research the following three companies in parallel, 20m each, stop after "
            "1h:\n"
            "1) Siemens\n"
            "2) Bosch\n"
            "3) ABB\n"
            "Report revenue, headcount and main products for each. The first is the most "
            "important."
        ),
        prompts=(
            (
                "Research this company: Siemens. Report revenue, headcount and main products "
                "for each."
            ),
            ("Research this company: Bosch. Report revenue, headcount and main products for each."),
            ("Research this company: ABB. Report revenue, headcount and main products for each."),
        ),
        titles=(
            "Siemens",
            "Bosch",
            "ABB",
        ),
        who="researcher",
        limits=Limits(timeout=1200, deadline=3600),
        priorities=("critical", "normal", "normal"),
    ),
    Asked(
        text="Research A, B and C. Then write a summary. Max 5 minutes each.",
        prompts=(
            "Research A, B and C.",
            "Write a summary.",
        ),
        who=("researcher", "writer"),
        limits=Limits(timeout=300),
        after=((), ("task-1",)),
    ),
    Asked(
        text="Explain DNS, TCP and TLS separately, at most 5 minutes for each",
        prompts=(
            "Explain DNS.",
            "Explain TCP.",
            "Explain TLS.",
        ),
        titles=(
            "DNS",
            "TCP",
            "TLS",
        ),
        who="writer",
        limits=Limits(timeout=300),
    ),
    Asked(
        text=(
            "1. Research A (critical, max 10 minutes)\n"
            "2. Research B (low priority)\n"
            "3. Research C\n"
            "Deadline: 1 hour"
        ),
        prompts=(
            "Research A.",
            "Research B.",
            "Research C.",
        ),
        who="researcher",
        limits=Limits(deadline=3600),
        priorities=("critical", "nice-to-have", "normal"),
        timeouts=(600, None, None),
    ),
    Asked(
        text=("Task 1 (critical): Research the market\nTask 2 (nice-to-have): Draft a slogan"),
        prompts=(
            "Research the market.",
            "Draft a slogan.",
        ),
        who=("researcher", "writer"),
        priorities=("critical", "nice-to-have"),
    ),
    Asked(
        text=("Research the market [CRITICAL]; draft a slogan [optional]; review the homepage"),
        prompts=(
            "Research the market.",
            "Draft a slogan.",
            "Review the homepage.",
        ),
        who=("researcher", "writer", "critic"),
        priorities=("critical", "nice-to-have", "normal"),
    ),
    Asked(
        text=(
            "Generate test data for users, orders and invoices in parallel. Use JSON. "
            "Stop after 20 minutes."
        ),
        prompts=(
            "Generate test data for users. Use JSON.",
            "Generate test data for orders. Use JSON.",
            "Generate test data for invoices. Use JSON.",
        ),
        titles=(
            "Users",
            "Orders",
            "Invoices",
        ),
        who="writer",
        limits=Limits(deadline=1200),
    ),
    Asked(
        text=(
            "Research quantum error correction (surface codes, LDPC codes) from academic "
            "and industry perspectives; limit each to 15 minutes."
        ),
        prompts=(
            (
                "Research quantum error correction (surface codes, LDPC codes) from an "
                "academic perspective."
            ),
            (
                "Research quantum error correction (surface codes, LDPC codes) from an "
                "industry perspective."
            ),
        ),
        titles=(
            "Academic perspective",
            "Industry perspective",
        ),
        who="researcher",
        limits=Limits(timeout=900),
    ),
    Asked(
        text=(
            "Create a test plan and a rollout plan for the migration; run both in "
            "parallel; budget $5 total"
        ),
        prompts=(
            "Create a test plan for the migration.",
            "Create a rollout plan for the migration.",
        ),
        titles=(
            "Test plan",
            "Rollout plan",
        ),
        who="writer",
        limits=Limits(budget_usd=5),
    ),
    Asked(
        text=(
            "Perform the steps below one after another:\n"
            "1. Export the data\n"
            "2. Clean the data\n"
            "3. Plot the data"
        ),
        prompts=(
            "Export the data.",
            "Clean the data.",
            "Plot the data.",
        ),
        who=("-", "-", "analyst"),
        limits=Limits(concurrency=1),
    ),
    Asked(
        text=(
            "Write tests for the payment module, the auth module, and the search module "
            "in parallel, max 15 min each, retry once"
        ),
        prompts=(
            "Write tests for the payment module.",
            "Write tests for the auth module.",
            "Write tests for the search module.",
        ),
        titles=(
            "The payment module",
            "The auth module",
            "The search module",
        ),
        who="writer",
        limits=Limits(timeout=900, retries=1),
    ),
    Asked(
        text=(
            "Write a blog post, a tweet thread and a newsletter item about our launch; "
            "keep the tone casual; max 10 minutes each"
        ),
        prompts=(
            "Write a blog post about our launch. Keep the tone casual.",
            "Write a tweet thread about our launch. Keep the tone casual.",
            "Write a newsletter item about our launch. Keep the tone casual.",
        ),
        titles=(
            "Blog post",
            "Tweet thread",
            "Newsletter item",
        ),
        who="writer",
        limits=Limits(timeout=600),
    ),
    Asked(
        text=(
            "Prepare interview questions for a backend role, a frontend role and a data "
            "role; at most three in parallel"
        ),
        prompts=(
            "Prepare interview questions for a backend role.",
            "Prepare interview questions for a frontend role.",
            "Prepare interview questions for a data role.",
        ),
        titles=(
            "A backend role",
            "A frontend role",
            "A data role",
        ),
        who="writer",
        limits=Limits(concurrency=3),
    ),
    Asked(
        text="URGENT: find the root cause of the outage",
        prompts=("Find the root cause of the outage.",),
        who="researcher",
        priorities=("critical",),
    ),
    Asked(
        text=(
            "1. Research topic (most important)\n"
            "2. Summarize prior work — optional\n"
            "3. Draft outline, if time permits"
        ),
        prompts=(
            "Research topic.",
            "Summarize prior work.",
            "Draft outline.",
        ),
        who=("researcher", "analyst", "writer"),
        priorities=("critical", "nice-to-have", "nice-to-have"),
    ),
    Asked(
        text=(
            "Write a short story about a dragon, a long story about a knight, and a poem "
            "about a castle. The poem is nice-to-have."
        ),
        prompts=(
            "Write a short story about a dragon.",
            "Write a long story about a knight.",
            "Write a poem about a castle.",
        ),
        titles=(
            "Short story about a dragon",
            "Long story about a knight",
            "Poem about a castle",
        ),
        who="writer",
        priorities=("normal", "normal", "nice-to-have"),
    ),
    Asked(
        text="Write tests. Max 2 retries. Timeout 10m. Budget: $3.",
        prompts=("Write tests.",),
        who="writer",
        limits=Limits(timeout=600, retries=2, budget_usd=3),
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
