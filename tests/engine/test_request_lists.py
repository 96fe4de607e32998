"""Requests with a list, on lines or inline: one task for each item."""

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
        text=("Research Rust:\na) ownership\nb) lifetimes\nc) async"),
        prompts=(
            "Research Rust: ownership.",
            "Research Rust: lifetimes.",
            "Research Rust: async.",
        ),
        titles=(
            "Ownership",
            "Lifetimes",
            "Async",
        ),
        who="researcher",
    ),
    Asked(
        text=(
            "Do this: 1) Research Kafka 2) Write about Pulsar 3) Test NATS. Keep each "
            "under 200 words."
        ),
        prompts=(
            "Research Kafka. Keep each under 200 words.",
            "Write about Pulsar. Keep each under 200 words.",
            "Test NATS. Keep each under 200 words.",
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
        text=(
            "Research Python packaging:\n"
            "- Tools\n"
            "  - pip\n"
            "  - uv\n"
            "- Standards\n"
            "  - PEP 517\n"
            "  - PEP 621\n"
            "\n"
            "Keep each under 200 words."
        ),
        prompts=(
            ("Research Python packaging – tools:\n- pip\n- uv\n\nKeep each under 200 words."),
            (
                "Research Python packaging – standards:\n"
                "- PEP 517\n"
                "- PEP 621\n"
                "\n"
                "Keep each under 200 words."
            ),
        ),
        titles=(
            "Tools",
            "Standards",
        ),
        who="researcher",
    ),
    Asked(
        text=(
            "## Research databases\n"
            "Look at Postgres and MySQL.\n"
            "\n"
            "## Write a migration guide\n"
            "For beginners."
        ),
        prompts=(
            "Research databases. Look at Postgres and MySQL.",
            "Write a migration guide. For beginners.",
        ),
        who=("researcher", "writer"),
    ),
    Asked(
        text=("Research A from papers\nResearch B from web\nSynthesize A and B"),
        prompts=(
            "Research A from papers.",
            "Research B from web.",
            "Synthesize A and B.",
        ),
        who=("researcher", "researcher", "synthesizer"),
    ),
    Asked(
        text=(
            "Erforsche Python async aus drei Perspektiven:\n"
            "1. Akademische Arbeiten\n"
            "2. Tutorials\n"
            "3. Produktion"
        ),
        prompts=(
            "Erforsche Python async aus drei Perspektiven: Akademische Arbeiten.",
            "Erforsche Python async aus drei Perspektiven: Tutorials.",
            "Erforsche Python async aus drei Perspektiven: Produktion.",
        ),
        titles=(
            "Akademische Arbeiten",
            "Tutorials",
            "Produktion",
        ),
        who="-",
    ),
    Asked(
        text=("研究以下三个主题:\n1、缓存\n2、分片\n3、复制"),
        prompts=(
            "研究以下三个主题: 缓存",
            "研究以下三个主题: 分片",
            "研究以下三个主题: 复制",
        ),
        titles=(
            "缓存",
            "分片",
            "复制",
        ),
        who="-",
    ),
    Asked(
        text=("🚀 Research Go\n🚀 Research Zig\n🚀 Research Nim"),
        prompts=(
            "Research Go.",
            "Research Zig.",
            "Research Nim.",
        ),
        who="researcher",
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
            "Write product descriptions for the following items:\n"
            "* Wool scarf - warm, grey, handmade\n"
            "* Leather wallet - slim, brown\n"
            "* Ceramic mug - blue glaze, 300 ml\n"
            "Tone: friendly. Max 50 words each."
        ),
        prompts=(
            (
                "Write product descriptions for this item: Wool scarf - warm, grey, "
                "handmade. Tone: friendly. Max 50 words each."
            ),
            (
                "Write product descriptions for this item: Leather wallet - slim, brown. "
                "Tone: friendly. Max 50 words each."
            ),
            (
                "Write product descriptions for this item: Ceramic mug - blue glaze, 300 ml. "
                "Tone: friendly. Max 50 words each."
            ),
        ),
        titles=(
            "Wool scarf",
            "Leather wallet",
            "Ceramic mug",
        ),
        who="writer",
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
            "Audit the codebase:\n"
            "A. Authentication flow\n"
            "B. Input validation\n"
            "C. Secrets handling\n"
            "Focus on high-risk issues only."
        ),
        prompts=(
            "Audit the codebase: Authentication flow. Focus on high-risk issues only.",
            "Audit the codebase: Input validation. Focus on high-risk issues only.",
            "Audit the codebase: Secrets handling. Focus on high-risk issues only.",
        ),
        titles=(
            "Authentication flow",
            "Input validation",
            "Secrets handling",
        ),
        who="critic",
    ),
    Asked(
        text=(
            "**Goal:** Improve onboarding docs\n"
            "\n"
            "**Tasks:**\n"
            "1. **Research** how competitors onboard users\n"
            "2. **Write** a quick-start guide\n"
            "3. **Review** the existing FAQ"
        ),
        prompts=(
            "Improve onboarding docs. Research how competitors onboard users.",
            "Improve onboarding docs. Write a quick-start guide.",
            "Improve onboarding docs. Review the existing FAQ.",
        ),
        titles=(
            "Research how competitors onboard users",
            "Write a quick-start guide",
            "Review the existing FAQ",
        ),
        who=("researcher", "writer", "critic"),
    ),
    Asked(
        text=(
            "Task A - find recent papers on RAG evaluation\n"
            "Task B - find open-source RAG benchmarks\n"
            "Task C - find industry blog posts on RAG"
        ),
        prompts=(
            "Find recent papers on RAG evaluation.",
            "Find open-source RAG benchmarks.",
            "Find industry blog posts on RAG.",
        ),
        who="researcher",
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
        text=("Recherche les trois sujets suivants :\n- le climat\n- l'énergie\n- l'eau"),
        prompts=(
            "Recherche les trois sujets suivants: le climat.",
            "Recherche les trois sujets suivants: l'énergie.",
            "Recherche les trois sujets suivants: l'eau.",
        ),
        titles=(
            "le climat",
            "l'énergie",
            "l'eau",
        ),
        who="-",
    ),
    Asked(
        text=(
            "Investigate the following bugs in parallel. For each, write a short "
            "root-cause note:\n"
            "- #101 crash on startup\n"
            "- #117 wrong totals\n"
            "- #123 slow search"
        ),
        prompts=(
            (
                "Investigate this bug: #101 crash on startup. For each, write a short "
                "root-cause note."
            ),
            ("Investigate this bug: #117 wrong totals. For each, write a short root-cause note."),
            ("Investigate this bug: #123 slow search. For each, write a short root-cause note."),
        ),
        titles=(
            "#101 crash on startup",
            "#117 wrong totals",
            "#123 slow search",
        ),
        who="researcher",
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
        text=(
            "Here are my tasks:\n"
            "\n"
            "(a) Outline chapter one\n"
            "(b) Outline chapter two\n"
            "(c) Outline chapter three\n"
            "\n"
            "Each outline should have 10 bullets."
        ),
        prompts=(
            "Outline chapter one. Each outline should have 10 bullets.",
            "Outline chapter two. Each outline should have 10 bullets.",
            "Outline chapter three. Each outline should have 10 bullets.",
        ),
        titles=(
            "Outline chapter one",
            "Outline chapter two",
            "Outline chapter three",
        ),
        who="writer",
    ),
    Asked(
        text=(
            "Please translate the following sentences to Spanish:\n"
            "1. Where is the station?\n"
            "2. I would like a coffee.\n"
            "3. Thank you very much."
        ),
        prompts=(
            "Translate this sentence to Spanish: Where is the station?",
            "Translate this sentence to Spanish: I would like a coffee.",
            "Translate this sentence to Spanish: Thank you very much.",
        ),
        titles=(
            "Where is the station?",
            "I would like a coffee",
            "Thank you very much",
        ),
        who="translator",
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
        text=(
            "Summarize these articles:\n"
            "https://example.com/a,b\n"
            "https://example.com/c\n"
            "https://example.com/d"
        ),
        prompts=(
            "Summarize this article: https://example.com/a,b.",
            "Summarize this article: https://example.com/c.",
            "Summarize this article: https://example.com/d.",
        ),
        titles=(
            "https://example.com/a,b",
            "https://example.com/c",
            "https://example.com/d",
        ),
        who="analyst",
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
            "Find 3 sources for each of the following claims:\n"
            "- Coffee improves memory\n"
            "- Tea reduces stress"
        ),
        prompts=(
            "Find 3 sources for this claim: Coffee improves memory.",
            "Find 3 sources for this claim: Tea reduces stress.",
        ),
        titles=(
            "Coffee improves memory",
            "Tea reduces stress",
        ),
        who="researcher",
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
        who="-",
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
        text=("Investiga los siguientes temas:\n1. Energía solar\n2. Energía eólica"),
        prompts=(
            "Investiga los siguientes temas: Energía solar.",
            "Investiga los siguientes temas: Energía eólica.",
        ),
        titles=(
            "Energía solar",
            "Energía eólica",
        ),
        who="-",
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
        who="-",
    ),
    Asked(
        text=(
            "Investigate:\n- why the build is slow\n- why the tests are flaky\n\nAnswer in German."
        ),
        prompts=(
            "Investigate why the build is slow. Answer in German.",
            "Investigate why the tests are flaky. Answer in German.",
        ),
        titles=(
            "Why the build is slow",
            "Why the tests are flaky",
        ),
        who="researcher",
    ),
    Asked(
        text=('Translate the following into French:\n"Good morning, everyone."'),
        prompts=('Translate the following into French: "Good morning, everyone."',),
        who="translator",
    ),
    Asked(
        text=("* Research the market\n\n  Look at Europe only.\n\n* Draft the pitch"),
        prompts=(
            ("Research the market:\nLook at Europe only."),
            "Draft the pitch.",
        ),
        titles=(
            "Research the market",
            "Draft the pitch",
        ),
        who=("researcher", "writer"),
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
        text=("I. Research Rome\nII. Research Greece\nIII. Research Egypt"),
        prompts=(
            "Research Rome.",
            "Research Greece.",
            "Research Egypt.",
        ),
        who="researcher",
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
