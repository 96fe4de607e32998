"""Whom a project's own roster sends to which task: a table over specialists as people have them.

Their names and descriptions have the shape that public collections have; none is a copy.
"""

from pathlib import Path

import pytest

from orchtui.engine.agents.specialists import BUILT_IN, Agents, Specialist, name_key
from orchtui.engine.staff.fitting import Fitter

BUILT_INS = Agents([BUILT_IN]).current()[0]
READS = ("Read", "Grep", "Glob")


def made(name: str, description: str, tools: tuple[str, ...] | None = None) -> Specialist:
    return Specialist(
        name=name,
        description=description,
        system="",
        path=Path(f"{name}.md"),
        source="project",
        tools=tools,
    )


ROSTER = [
    made(
        "debugger",
        "Debugging specialist for errors, test failures and unexpected behavior. Use "
        "PROACTIVELY when something breaks.",
    ),
    made(
        "test-automator",
        "Creates unit, integration and end-to-end suites. Use when coverage is thin, or "
        "before a release.",
    ),
    made(
        "code-reviewer",
        "Reviews changes for correctness, readability and maintainability. MUST BE USED "
        "after each change.",
        READS,
    ),
    made(
        "security-auditor",
        "Finds vulnerabilities, weak authentication and leaked secrets; knows OWASP.",
        READS,
    ),
    made(
        "python-pro",
        "Writes idiomatic Python with type hints, generators and async code.",
    ),
    made(
        "typescript-pro",
        "Advanced TypeScript: generics, strict typing and build configuration.",
    ),
    made(
        "frontend-developer",
        "Builds React components, responsive layouts and client-side state.",
    ),
    made(
        "backend-architect",
        "Designs REST APIs, service boundaries and data flows for systems that must scale.",
    ),
    made(
        "database-optimizer",
        "Tunes slow SQL queries, designs indexes and plans schema changes.",
    ),
    made(
        "devops-engineer",
        "Docker images, Kubernetes manifests, Terraform and CI pipelines.",
    ),
    made(
        "performance-engineer",
        "Profiles applications, removes bottlenecks and tunes caching.",
    ),
    made(
        "api-documenter",
        "Writes OpenAPI specifications, SDK guides and developer documentation.",
    ),
    made(
        "legacy-modernizer",
        "Refactors old codebases, migrates frameworks and pays down technical debt.",
    ),
    made(
        "data-scientist",
        "Statistical analysis, BigQuery and machine learning on tables.",
    ),
    made(
        "ux-researcher",
        "Plans user interviews, usability studies and personas.",
    ),
    made(
        "seo-writer",
        "Writes search-optimised blog posts and landing pages.",
    ),
    made(
        "legal-advisor",
        "Drafts privacy policies, terms of service and licence texts.",
    ),
    made(
        "incident-responder",
        "Leads the response to production outages, and writes postmortems.",
    ),
]


def fitter(*names: str) -> Fitter:
    """The built-in ones with all of the roster, or with these of it."""
    cards = [card for card in ROSTER if not names or card.name in names]
    return Fitter({**BUILT_INS, **{name_key(card.name): card for card in cards}})


WHOLE = fitter()
THREE = fitter("debugger", "test-automator", "code-reviewer")

WITH_ALL = [
    # errors and their causes
    ("Fix the failing tests in src/x.py", "debugger"),
    ("Find the cause of the error in login", "debugger"),
    ("Debug why the websocket closes after a minute", "debugger"),
    ("Find out why the build hangs", "debugger"),
    ("Figure out the root cause of the crash in the parser", "debugger"),
    ("Investigate the NullPointerException in checkout", "debugger"),
    ("Fix the bug in src/cart/total.rb", "debugger"),
    ("Why does the import crash on empty files?", "debugger"),
    ("Track down the memory leak in the worker", "debugger"),
    # tests
    ("Write tests for the parser", "test-automator"),
    ("Add unit tests to src/money.py", "test-automator"),
    ("Raise the test coverage of the payment module", "test-automator"),
    ("Write end-to-end tests for the signup flow", "test-automator"),
    ("Create regression tests for issue 41", "test-automator"),
    # reviews
    ("Review the module src/m.py for bugs", "code-reviewer"),
    ("Review the pull request", "code-reviewer"),
    ("Review the code of the scheduler", "code-reviewer"),
    ("Check the functions in utils.go for readability", "code-reviewer"),
    ("Audit the login for security holes", "security-auditor"),
    ("Check the API endpoints for injection vulnerabilities", "security-auditor"),
    ("Look for leaked secrets in the configuration", "security-auditor"),
    # making things
    ("Write a Python function that parses dates", "python-pro"),
    ("Implement the retry decorator in src/retry.py with type hints", "python-pro"),
    ("Write a generator in src/stream.py that yields lines", "python-pro"),
    ("Type the event bus in src/bus.ts strictly", "typescript-pro"),
    ("Make the helpers in lib/pick.ts generic", "typescript-pro"),
    ("Build a React component for the settings page", "frontend-developer"),
    ("Implement a responsive layout for the dashboard", "frontend-developer"),
    ("Design the REST API of the order service", "backend-architect"),
    ("Plan the service boundaries of the shop backend", "backend-architect"),
    # data and speed
    ("Optimize the slow SQL queries of the report", "database-optimizer"),
    ("Design indexes for the orders table in the database", "database-optimizer"),
    ("Make the image resizer faster", "performance-engineer"),
    ("Reduce the latency of the search endpoint", "performance-engineer"),
    ("Profile the application and remove its bottlenecks", "performance-engineer"),
    ("Analyze the churn tables with machine learning", "data-scientist"),
    # running things
    ("Write a Dockerfile for the worker", "devops-engineer"),
    ("Set up a CI pipeline with caching", "devops-engineer"),
    ("Write Kubernetes manifests for the API", "devops-engineer"),
    ("Write the postmortem of the production outage", "incident-responder"),
    # old code, words about code
    ("Refactor the billing module", "legacy-modernizer"),
    ("Migrate the old framework to the new version", "legacy-modernizer"),
    ("Write the OpenAPI specification of the users API", "api-documenter"),
    ("Write developer documentation for the SDK", "api-documenter"),
    # not code at all
    ("Draft a privacy policy for the newsletter", "legal-advisor"),
    ("Write the terms of service of the shop", "legal-advisor"),
    ("Write a blog post about landing pages that rank", "seo-writer"),
    ("Plan usability interviews about the onboarding", "ux-researcher"),
    # nobody's of the roster: the verb decides
    ("Review the essay", "critic"),
    ("Proofread the letter to the mayor", "critic"),
    ("Write a poem about rain", "writer"),
    ("Fix the typos in the letter", "writer"),
    ("Write a tutorial on baking bread", "writer"),
    ("Translate the README into German", "translator"),
    ("Translate the chapter on security into French", "translator"),
    ("Translate the Python tutorial into Polish", "translator"),
    ("Research Python async from academic papers", "researcher"),
    ("Research the history of unit testing", "researcher"),
    ("Research how banks approach security", "researcher"),
    ("Find out who maintains the package", "researcher"),
    ("Compare the prices of three hosting companies", "analyst"),
    ("Summarize the meeting notes", "analyst"),
    ("Count the words of each chapter", "analyst"),
    ("Join the results", "synthesizer"),
    ("Test the recipe with two kinds of flour", "critic"),
]


@pytest.mark.parametrize(("words", "who"), WITH_ALL)
def test_a_whole_roster(words: str, who: str) -> None:
    found = WHOLE.fit("", words)

    assert found.specialist == who, found
    for word in found.words:
        first, _, last = word.partition(" … ")
        assert first in words and last in words
    assert all(f"“{word}”" in found.why for word in found.words)


def test_there_are_enough_of_them() -> None:
    assert len({words for words, _ in WITH_ALL}) >= 60


OTHERS = [
    made("bug-hunter", "Hunts down and mends faults in any language. Give it a stack trace."),
    made("qa-engineer", "Writes test plans, test cases and automated checks for web apps."),
    made("reviewer", "Judges pull requests for correctness and style.", READS),
    made("docs-writer", "Keeps README, guides and API docs up to date."),
    made("db-admin", "PostgreSQL administration, backups, replication and query tuning."),
    made("ui-designer", "Designs screens, colour systems and accessible components."),
    made("prompt-engineer", "Improves prompts for language models and measures the effect."),
    made("git-expert", "Branches, rebases, bisects and untangles histories."),
    made("accessibility-tester", "Checks pages against WCAG with screen readers and keyboards."),
    made("market-researcher", "Market sizes, competitors and pricing."),
    made("copy-editor", "Polishes grammar, style and tone of English prose."),
    made("ml-engineer", "Trains and serves machine learning models with PyTorch."),
]
SMALL_SHOP = Fitter({**BUILT_INS, **{name_key(card.name): card for card in OTHERS}})


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("Fix the flaky test in tests/test_cart.py", "bug-hunter"),
        ("Investigate why memory grows in the worker", "bug-hunter"),
        ("Write test cases for the checkout page", "qa-engineer"),
        ("Review the open pull request", "reviewer"),
        ("Review src/lib.rs", "reviewer"),
        ("Find bugs in the date parser", "reviewer"),
        ("Update the README", "docs-writer"),
        ("Write API docs for the payment service", "docs-writer"),
        ("Set up nightly backups for PostgreSQL", "db-admin"),
        ("Speed up the orders query in PostgreSQL", "db-admin"),
        ("Design the settings screen", "ui-designer"),
        ("Improve the prompt of the support bot", "prompt-engineer"),
        ("Rebase the feature branch and untangle its history", "git-expert"),
        ("Check the landing page with a screen reader", "accessibility-tester"),
        ("Test whether the form works with a keyboard", "accessibility-tester"),
        ("Research competitors and their pricing", "market-researcher"),
        ("Polish the grammar of the blog post", "copy-editor"),
        ("Train a model on the click data with PyTorch", "ml-engineer"),
        ("Write a haiku", "writer"),
        ("Draft an email to the board", "writer"),
        ("Summarize the interview notes", "analyst"),
        ("Translate the guide into Dutch", "translator"),
        ("Find out who invented the zip", "researcher"),
        ("Refactor the cart module", "writer"),
    ],
)
def test_another_roster(words: str, who: str) -> None:
    assert SMALL_SHOP.fit("", words).specialist == who


@pytest.mark.parametrize(
    ("words", "who", "because"),
    [
        ("Fix the failing tests in src/x.py", "debugger", "Fix"),
        ("Write tests for the parser", "test-automator", "Write tests"),
        ("Find the cause of the error in login", "debugger", "Find … cause"),
        ("Review the module src/m.py for bugs", "code-reviewer", "Review"),
        ("Review the essay", "critic", "Review"),
        ("Test the recipe", "critic", "Test"),
        ("Write a letter", "writer", "Write"),
        ("Translate the README into German", "translator", "Translate"),
    ],
)
def test_a_small_roster(words: str, who: str, because: str) -> None:
    found = THREE.fit("", words)

    assert (found.specialist, found.words[:1]) == (who, (because,))


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("Fix the failing tests in src/x.py", "writer"),
        ("Implement the login", "writer"),
        ("Refactor src/m.py into two modules", "writer"),
        ("Rename the function parse in src/p.py", "writer"),
        ("Add a --json flag to the command in cli.py", "writer"),
        ("Write tests for the parser", "writer"),
        ("Update the changelog", "writer"),
        ("Find the cause of the error in login", "researcher"),
        ("Review the module src/m.py for bugs", "critic"),
        ("Add two and two", "researcher"),
        ("Deploy the app", "researcher"),
    ],
)
def test_without_a_roster_who_is_to_change_files_can(words: str, who: str) -> None:
    found = fitter("nobody").fit("", words)

    assert found.specialist == who
    card = BUILT_INS[who]
    assert who != "writer" or card.tools is None or "Edit" in card.tools


def test_who_is_named_for_one_language_is_not_sent_to_another() -> None:
    cards = [
        made("go-developer", "Go services, goroutines, channels and the standard library."),
        made("rust-expert", "Idiomatic Rust, ownership and lifetimes."),
    ]
    both = Fitter({**BUILT_INS, **{name_key(card.name): card for card in cards}})

    found = both.fit("", "Implement a bounded channel in src/queue.rs")
    assert (found.specialist, found.words[0]) == ("rust-expert", "src/queue.rs")
    assert both.fit("", "Implement a channel in worker.go").specialist == "go-developer"
    assert both.fit("", "Research the history of Rust").specialist == "researcher"


def test_who_can_only_read_is_not_sent_to_change_files() -> None:
    """The reviewer's words fit, but it has nothing to write with."""
    reading = made("bug-fixer", "Fixes bugs and failing tests.", READS)
    writing = made("bug-fixer", "Fixes bugs and failing tests.")

    for card, who in ((reading, "writer"), (writing, "bug-fixer")):
        only = Fitter({**BUILT_INS, "bugfixer": card})
        assert only.fit("", "Fix the failing tests in src/x.py").specialist == who


def test_a_project_s_own_wins_over_a_built_in_one_of_its_kind() -> None:
    own = Fitter({**BUILT_INS, "reviewer": made("reviewer", "Reviews whatever there is.")})

    assert own.fit("", "Review the essay").specialist == "reviewer"
    assert own.fit("", "Write the essay").specialist == "writer"
