"""Requests with a list on lines of its own: one task for each item."""

from pathlib import Path

import pytest

from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

ROWS = [
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
            ("Research Python packaging – tools:\n- pip\n- uv\n\nKeep it under 200 words."),
            (
                "Research Python packaging – standards:\n"
                "- PEP 517\n"
                "- PEP 621\n"
                "\n"
                "Keep it under 200 words."
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
        text=("I. Research Rome\nII. Research Greece\nIII. Research Egypt"),
        prompts=(
            "Research Rome.",
            "Research Greece.",
            "Research Egypt.",
        ),
        who="researcher",
    ),
    Asked(
        text=("Compare these three databases:\n- Redis\n- Postgres\n- MySQL"),
        prompts=(("Compare these three databases:\n- Redis\n- Postgres\n- MySQL"),),
        who="analyst",
    ),
    Asked(
        text=(
            "Answer the following questions in parallel, using at most 100 words each:\n"
            "Q1: What is RAG?\n"
            "Q2: What is an agent?"
        ),
        prompts=(
            "Answer this question, using at most 100 words each. Q1: What is RAG?",
            "Answer this question, using at most 100 words each. Q2: What is an agent?",
        ),
        titles=(
            "Q1",
            "Q2",
        ),
        who="-",
    ),
    Asked(
        text=(
            "## Context\n"
            "We sell bikes.\n"
            "\n"
            "## Tasks\n"
            "- Research competitors\n"
            "- Draft a newsletter\n"
            "\n"
            "## Rules\n"
            "- Be concise\n"
            "- Cite sources"
        ),
        prompts=(
            (
                "Context:\n"
                "We sell bikes.\n"
                "\n"
                "Research competitors.\n"
                "\n"
                "Rules:\n"
                "- Be concise\n"
                "- Cite sources"
            ),
            (
                "Context:\n"
                "We sell bikes.\n"
                "\n"
                "Draft a newsletter.\n"
                "\n"
                "Rules:\n"
                "- Be concise\n"
                "- Cite sources"
            ),
        ),
        titles=(
            "Research competitors",
            "Draft a newsletter",
        ),
        who=("researcher", "writer"),
    ),
]


@pytest.mark.parametrize("asked", ROWS, ids=name_of)
def test_a_reader_would_make_the_same_plan(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))
