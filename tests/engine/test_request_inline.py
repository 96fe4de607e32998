"""Requests with a list on one line: numbered, after a colon, or between semicolons."""

from pathlib import Path

import pytest

from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
    Asked(
        text="For each of Redis, Memcached and Hazelcast: describe the persistence model",
        prompts=(
            "For Redis: describe the persistence model.",
            "For Memcached: describe the persistence model.",
            "For Hazelcast: describe the persistence model.",
        ),
        titles=(
            "Redis",
            "Memcached",
            "Hazelcast",
        ),
        who="writer",
    ),
    Asked(
        text=(
            "Do this: 1) Research Kafka 2) Write about Pulsar 3) Test NATS. Keep each "
            "under 200 words."
        ),
        prompts=(
            "Research Kafka. Keep it under 200 words.",
            "Write about Pulsar. Keep it under 200 words.",
            "Test NATS. Keep it under 200 words.",
        ),
        titles=(
            "Research Kafka",
            "Write about Pulsar",
            "Test NATS",
        ),
        who=("researcher", "writer", "critic"),
    ),
    Asked(
        text="Research Kafka; write a post about Pulsar; test NATS",
        prompts=(
            "Research Kafka.",
            "Write a post about Pulsar.",
            "Test NATS.",
        ),
        who=("researcher", "writer", "critic"),
    ),
    Asked(
        text="• Research Go • Research Zig • Research Nim",
        prompts=(
            "Research Go.",
            "Research Zig.",
            "Research Nim.",
        ),
        who="researcher",
    ),
    Asked(
        text=("Investigate why the login page is slow; at the same time audit the password policy"),
        prompts=(
            "Investigate why the login page is slow.",
            "Audit the password policy.",
        ),
        who=("researcher", "critic"),
    ),
    Asked(
        text=(
            "Prepare (1) a market overview, (2) a list of competitors, and (3) a pricing "
            "proposal for an e-bike subscription"
        ),
        prompts=(
            "Prepare a market overview.",
            "Prepare a list of competitors.",
            "Prepare a pricing proposal for an e-bike subscription.",
        ),
        titles=(
            "A market overview",
            "A list of competitors",
            "A pricing proposal for an e-bike subscription",
        ),
        who="writer",
    ),
    Asked(
        text=(
            "Research: microservices vs. monoliths from the viewpoints of a startup CTO "
            "and an enterprise architect"
        ),
        prompts=(
            "Research: microservices vs. monoliths from the perspective of a startup CTO.",
            (
                "Research: microservices vs. monoliths from the perspective of an enterprise "
                "architect."
            ),
        ),
        titles=(
            "Startup CTO perspective",
            "Enterprise architect perspective",
        ),
        who="researcher",
    ),
    Asked(
        text=("Investigate these issues independently: slow startup, memory leak, flaky tests"),
        prompts=(
            "Investigate this issue: slow startup.",
            "Investigate this issue: memory leak.",
            "Investigate this issue: flaky tests.",
        ),
        titles=(
            "Slow startup",
            "Memory leak",
            "Flaky tests",
        ),
        who="researcher",
    ),
    Asked(
        text=(
            "I want you to write: a press release; a tweet; a LinkedIn post. All about "
            "our Series A."
        ),
        prompts=(
            "Write a press release. All about our Series A.",
            "Write a tweet. All about our Series A.",
            "Write a LinkedIn post. All about our Series A.",
        ),
        titles=(
            "A press release",
            "A tweet",
            "A LinkedIn post",
        ),
        who="writer",
    ),
    Asked(
        text="Evaluate passkeys from 3 perspectives: security, cost and usability",
        prompts=(
            "Evaluate passkeys from this perspective: security.",
            "Evaluate passkeys from this perspective: cost.",
            "Evaluate passkeys from this perspective: usability.",
        ),
        titles=(
            "Security",
            "Cost",
            "Usability",
        ),
        who="critic",
    ),
    Asked(
        text="Do two things: research competitors and write a positioning statement",
        prompts=(
            "Research competitors.",
            "Write a positioning statement.",
        ),
        who=("researcher", "writer"),
    ),
    Asked(
        text=(
            "Get three independent opinions on this architecture: a pessimist, an "
            "optimist and a realist"
        ),
        prompts=(
            "Get an opinion on this architecture: a pessimist.",
            "Get an opinion on this architecture: an optimist.",
            "Get an opinion on this architecture: a realist.",
        ),
        titles=(
            "A pessimist",
            "An optimist",
            "A realist",
        ),
        who="researcher",
    ),
    Asked(
        text=(
            "Write a cover letter for each of the following jobs: data engineer at Acme, "
            "ML engineer at Globex, and analyst at Initech"
        ),
        prompts=(
            "Write a cover letter for this job: data engineer at Acme.",
            "Write a cover letter for this job: ML engineer at Globex.",
            "Write a cover letter for this job: analyst at Initech.",
        ),
        titles=(
            "Data engineer at Acme",
            "ML engineer at Globex",
            "Analyst at Initech",
        ),
        who="writer",
    ),
    Asked(
        text="Research from blogs, papers and forums: how do people use LLM agents?",
        prompts=(
            "Research from blogs: how do people use LLM agents?",
            "Research from papers: how do people use LLM agents?",
            "Research from forums: how do people use LLM agents?",
        ),
        titles=(
            "Blogs",
            "Papers",
            "Forums",
        ),
        who="researcher",
    ),
    Asked(
        text="Research these: Redis, Kafka",
        prompts=(
            "Research Redis.",
            "Research Kafka.",
        ),
        titles=(
            "Redis",
            "Kafka",
        ),
        who="researcher",
    ),
    Asked(
        text=(
            "Need 3 things by tonight: agenda for the offsite, budget draft, and travel options."
        ),
        prompts=(
            "Need this by tonight: agenda for the offsite.",
            "Need this by tonight: budget draft.",
            "Need this by tonight: travel options.",
        ),
        titles=(
            "Agenda for the offsite",
            "Budget draft",
            "Travel options",
        ),
        who=("-", "writer", "-"),
    ),
    Asked(
        text=(
            "Research the following companies: Apple, Microsoft, and Google. For each "
            "company, find revenue and headcount."
        ),
        prompts=(
            "Research this company: Apple. For each company, find revenue and headcount.",
            ("Research this company: Microsoft. For each company, find revenue and headcount."),
            "Research this company: Google. For each company, find revenue and headcount.",
        ),
        titles=(
            "Apple",
            "Microsoft",
            "Google",
        ),
        who="researcher",
    ),
    Asked(
        text="Explain black holes to (1) a child, (2) a teenager, and (3) an adult.",
        prompts=(
            "Explain black holes to a child.",
            "Explain black holes to a teenager.",
            "Explain black holes to an adult.",
        ),
        titles=(
            "A child",
            "A teenager",
            "An adult",
        ),
        who="writer",
    ),
    Asked(
        text="For each of these languages, write a hello world program: Python, Ruby, Lua",
        prompts=(
            "For Python, write a hello world program.",
            "For Ruby, write a hello world program.",
            "For Lua, write a hello world program.",
        ),
        titles=(
            "Python",
            "Ruby",
            "Lua",
        ),
        who="writer",
    ),
    Asked(
        text=(
            "Research Kafka using 3 agents: one for internals, one for operations and "
            "one for pricing"
        ),
        prompts=(
            "Research Kafka: internals.",
            "Research Kafka: operations.",
            "Research Kafka: pricing.",
        ),
        titles=(
            "Internals",
            "Operations",
            "Pricing",
        ),
        who="researcher",
    ),
    Asked(
        text="1. Research topic A 2. Research topic B 3. Research topic C",
        prompts=(
            "Research topic A.",
            "Research topic B.",
            "Research topic C.",
        ),
        who="researcher",
    ),
    Asked(
        text="Research three to five topics: caching, queues, logs, tests",
        prompts=(
            "Research this topic: caching.",
            "Research this topic: queues.",
            "Research this topic: logs.",
            "Research this topic: tests.",
        ),
        titles=(
            "Caching",
            "Queues",
            "Logs",
            "Tests",
        ),
        who="researcher",
    ),
    Asked(
        text=(
            "Generate a slide deck for each of these audiences: executives, engineers "
            "and customers. Keep every deck under 10 slides."
        ),
        prompts=(
            (
                "Generate a slide deck for this audience: executives. Keep every deck under "
                "10 slides."
            ),
            (
                "Generate a slide deck for this audience: engineers. Keep every deck under "
                "10 slides."
            ),
            (
                "Generate a slide deck for this audience: customers. Keep every deck under "
                "10 slides."
            ),
        ),
        titles=(
            "Executives",
            "Engineers",
            "Customers",
        ),
        who="writer",
    ),
    Asked(
        text="Read the three RFCs (7230, 7231 and 7232) and summarize each",
        prompts=(
            "Read this RFC (7230) and summarize it.",
            "Read this RFC (7231) and summarize it.",
            "Read this RFC (7232) and summarize it.",
        ),
        titles=(
            "7230",
            "7231",
            "7232",
        ),
        who="-",
    ),
    Asked(
        text='Rate these slogans from 1 to 10: "Go far", "Go fast", "Go home"',
        prompts=(
            'Rate this slogan from 1 to 10: "Go far".',
            'Rate this slogan from 1 to 10: "Go fast".',
            'Rate this slogan from 1 to 10: "Go home".',
        ),
        titles=(
            '"Go far"',
            '"Go fast"',
            '"Go home"',
        ),
        who="critic",
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
