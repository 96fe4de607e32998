"""Requests for parallel work as people write them, and what holds for every request."""

from pathlib import Path

import pytest

from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Limits
from orchtui.engine.request import parse_request
from tests.engine.asked import FILES, Asked, compare, folder_with, name_of

WRITTEN = [
    Asked(
        text='"Research Python async/await from three independent perspectives:\n'
        "1. Academic papers and PEPs\n"
        "2. Tutorial and blog content\n"
        '3. Production case studies and GitHub examples"',
        prompts=(
            "Research Python async/await: academic papers and PEPs.",
            "Research Python async/await: tutorial and blog content.",
            "Research Python async/await: production case studies and GitHub examples.",
        ),
        titles=(
            "Academic papers and PEPs",
            "Tutorial and blog content",
            "Production case studies and GitHub examples",
        ),
        who="researcher",
    ),
    Asked(
        text='"Analyze these three log files independently and provide summary for each"',
        prompts=(
            "Analyze logs/api.log and provide summary.",
            "Analyze logs/app.log and provide summary.",
            "Analyze logs/db.log and provide summary.",
        ),
        titles=("api.log", "app.log", "db.log"),
        who="analyst",
        reads=(("logs/api.log",), ("logs/app.log",), ("logs/db.log",)),
    ),
    Asked(
        text='"Generate 3 different tutorial approaches for beginners:\n'
        "1. Code-first approach with lots of examples\n"
        "2. Concept-first approach with theory\n"
        '3. Project-based approach building real app"',
        prompts=(
            "Generate a tutorial approach for beginners: "
            "code-first approach with lots of examples.",
            "Generate a tutorial approach for beginners: concept-first approach with theory.",
            "Generate a tutorial approach for beginners: project-based approach building real app.",
        ),
        titles=(
            "Code-first approach with lots of examples",
            "Concept-first approach with theory",
            "Project-based approach building real app",
        ),
        who="writer",
        aggregate="compare",
    ),
    Asked(
        text='"Research async/await from 3 sources"',
        prompts=("Research async/await from 3 sources.",),
        who="researcher",
        missing=("The request speaks of 3 sources but does not name them",),
    ),
    Asked(
        text='"Research X, write Y, test Z"',
        prompts=("Research X.", "Write Y.", "Test Z."),
        who=("researcher", "writer", "critic"),
    ),
    Asked(
        text='"Research A from papers"',
        prompts=("Research A from papers.",),
        who="researcher",
    ),
    Asked(
        text='"Research B from web"',
        prompts=("Research B from web.",),
        who="researcher",
    ),
    Asked(
        text='"Synthesize A and B"',
        prompts=("Synthesize A and B.",),
        who="synthesizer",
    ),
    Asked(
        text='"Research A from papers" - Independent ✓\n'
        '"Research B from web" - Independent ✓\n'
        '"Synthesize A and B" - DEPENDS on A & B ✗',
        prompts=("Research A from papers.", "Research B from web.", "Synthesize A and B."),
        who=("researcher", "researcher", "synthesizer"),
    ),
    Asked(
        text='"Research using previous findings"',
        prompts=("Research using previous findings.",),
        who="researcher",
    ),
    Asked(
        text='"Research async/await error handling from official docs"',
        prompts=("Research async/await error handling from official docs.",),
        who="researcher",
    ),
    Asked(
        text='"Research from 3 sources AND synthesize into single report"',
        prompts=("Research from 3 sources.",),
        who="researcher",
        aggregate="synthesize",
        missing=(
            "The request speaks of 3 sources but does not name them",
            "The request does not say what to research",
        ),
    ),
    Asked(
        text='"Research from as many relevant perspectives as needed"',
        prompts=("Research from as many relevant perspectives as needed.",),
        who="researcher",
        missing=(
            "The request leaves open which perspectives are meant and how many",
            "The request does not say what to research",
        ),
    ),
    Asked(
        text='"Research from academic papers (CRITICAL) and blogs (nice-to-have)"',
        prompts=("Research from academic papers.", "Research from blogs."),
        titles=("Academic papers", "Blogs"),
        who="researcher",
        priorities=("critical", "nice-to-have"),
    ),
    Asked(
        text='"Research these 5 topics in parallel, max 30 minutes each"',
        prompts=("Research these 5 topics.",),
        who="researcher",
        limits=Limits(timeout=1800),
        missing=("The request speaks of 5 topics but does not name them",),
    ),
    Asked(
        text='"Research these 5 competitor products in parallel:\n'
        "- Product A features\n"
        "- Product B pricing\n"
        "- Product C user reviews\n"
        "- Product D technical specs\n"
        '- Product E market position"',
        prompts=(
            "Research this competitor product: Product A features.",
            "Research this competitor product: Product B pricing.",
            "Research this competitor product: Product C user reviews.",
            "Research this competitor product: Product D technical specs.",
            "Research this competitor product: Product E market position.",
        ),
        titles=(
            "Product A features",
            "Product B pricing",
            "Product C user reviews",
            "Product D technical specs",
            "Product E market position",
        ),
        who="researcher",
    ),
    Asked(
        text='"Generate this tutorial in 3 languages simultaneously:\n'
        "- English version\n"
        "- Spanish version\n"
        '- French version"',
        prompts=(
            "Generate this tutorial: English version.",
            "Generate this tutorial: Spanish version.",
            "Generate this tutorial: French version.",
        ),
        titles=("English version", "Spanish version", "French version"),
        who="translator",
    ),
    Asked(
        text='"Create 3 different homepage designs in parallel:\n'
        "- Minimalist design\n"
        "- Feature-rich design\n"
        '- Visual/artistic design"',
        prompts=(
            "Create a homepage design: minimalist design.",
            "Create a homepage design: feature-rich design.",
            "Create a homepage design: visual/artistic design.",
        ),
        titles=("Minimalist design", "Feature-rich design", "Visual/artistic design"),
        who="writer",
        aggregate="compare",
    ),
    Asked(
        text='"Research [topic] from academic, tutorial, and production perspectives in parallel"',
        prompts=(
            "Research [topic] from an academic perspective.",
            "Research [topic] from a tutorial perspective.",
            "Research [topic] from a production perspective.",
        ),
        titles=("Academic perspective", "Tutorial perspective", "Production perspective"),
        who="researcher",
        missing=("The request has a placeholder, [topic]",),
    ),
]


@pytest.mark.parametrize("asked", WRITTEN, ids=name_of)
def test_requests_parse_as_a_reader_would(asked: Asked, tmp_path: Path) -> None:
    compare(asked, folder_with(tmp_path, *FILES))


@pytest.mark.parametrize("asked", [row for row in WRITTEN if row.text.count('"') == 2], ids=name_of)
@pytest.mark.parametrize(
    "wrap",
    ["{}", "“{}”", "```\n{}\n```", "  {}\n\n", "Please {}"],
    ids=["bare", "curly", "fenced", "spaced", "polite"],
)
def test_the_wrapping_of_a_request_changes_nothing(asked: Asked, wrap: str, tmp_path: Path) -> None:
    words = asked.text.strip('"')
    said = wrap.format(words[0].lower() + words[1:] if wrap.startswith("Please") else words)
    plan = parse_request(said, folder_with(tmp_path, *FILES))
    assert tuple(task.prompt for task in plan.tasks) == asked.prompts


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\n\n"], ids=repr)
@pytest.mark.parametrize(
    "mark",
    ["- ", "* ", "+ ", "• ", "– ", "— ", "●", "\t- ", "  - ", "- [ ] ", "🚀 ", "✅ ", "→ ", "> "],
)
def test_every_bullet_makes_the_same_items(mark: str, line_end: str, tmp_path: Path) -> None:
    items = ["Academic papers", "Tutorial content", "Production case studies"]
    text = line_end.join(["Research Python async/await:", *(mark + item for item in items)])
    plan = parse_request(text, tmp_path)
    assert [task.prompt for task in plan.tasks] == [
        "Research Python async/await: academic papers.",
        "Research Python async/await: tutorial content.",
        "Research Python async/await: production case studies.",
    ]


@pytest.mark.parametrize(
    "marks",
    [
        ("1. ", "2. ", "3. "),
        ("1) ", "2) ", "3) "),
        ("(1) ", "(2) ", "(3) "),
        ("1: ", "2: ", "3: "),
        ("1 - ", "2 - ", "3 - "),
        ("1.", "2.", "3."),
        ("1. ", "1. ", "1. "),
        ("4. ", "5. ", "6. "),
        ("1️⃣ ", "2️⃣ ", "3️⃣ "),
        ("a) ", "b) ", "c) "),
        ("A. ", "B. ", "C. "),
        ("(a) ", "(b) ", "(c) "),
        ("i. ", "ii. ", "iii. "),
        ("I) ", "II) ", "III) "),
        ("Task 1: ", "Task 2: ", "Task 3: "),
        ("**Task 1:** ", "**Task 2:** ", "**Task 3:** "),
        ("### Task 1: ", "### Task 2: ", "### Task 3: "),
        ("Topic A - ", "Topic B - ", "Topic C - "),
        ("- Task 1: ", "- Task 2: ", "- Task 3: "),
    ],
    ids=lambda marks: marks[0],
)
def test_every_count_makes_the_same_items(marks: tuple[str, ...], tmp_path: Path) -> None:
    items = ["Research Kafka", "Write a post about Pulsar", "Test NATS"]
    text = "\n".join(mark + item for mark, item in zip(marks, items, strict=True))
    plan = parse_request(text, tmp_path)
    assert [task.prompt for task in plan.tasks] == [f"{item}." for item in items]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("!!! ---", "empty"),
        ("\x1b[31m\x1b[0m", "empty"),
        ("research\x00redis", "binary"),
        ("\x01\x02\x03\x04 data", "binary"),
        ("x" * 1_000_001, "1 MB"),
        ("ü" * 500_001, "1 MB"),
    ],
    ids=["nothing", "blank", "no words", "escapes", "NUL", "control", "long", "long in bytes"],
)
def test_what_is_no_request_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        parse_request(text, tmp_path)


def test_the_plan_keeps_the_original_words(tmp_path: Path) -> None:
    plan = parse_request(
        '  "Research \x1b[1mRedis\x1b[0m (CRITICAL), max 5 minutes each"\r\n', tmp_path
    )
    assert plan.request == '"Research Redis (CRITICAL), max 5 minutes each"'
    assert plan.name is None
