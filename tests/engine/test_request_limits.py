"""Requests that say how to run: limits, priorities, and what becomes of the results."""

from pathlib import Path

import pytest

from orchtui.engine.plan import Limits
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
        who="-",
        aggregate="none",
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
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
