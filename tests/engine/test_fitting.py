"""Which specialist fits a task's words: a table of tasks, and what holds for every text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.agents.specialists import BUILT_IN, Agents, Specialist
from orchtui.engine.plans.plan import Task
from orchtui.engine.scheduling.resolve import ORCHESTRATOR
from orchtui.engine.staff.fitting import NOTHING_FOUND, Fit, Fitter

BUILT_INS = Agents([BUILT_IN]).current()[0]


def made(name: str, description: str) -> Specialist:
    """An agent file of a project."""
    return Specialist(
        name=name, description=description, system="", path=Path("x.md"), source="project"
    )


OWN = [
    made(
        "security-auditor",
        "Audits code and systems for vulnerabilities. Use PROACTIVELY for security reviews.",
    ),
    made("python-pro", "Write idiomatic Python code with decorators, generators and async/await."),
    made("code-reviewer", "Expert code review specialist for quality and maintainability."),
    made("SQL_Pro", "Write complex SQL queries, optimize execution plans and schemas."),
    made("Debugger", "Debugging specialist for errors, test failures and unexpected behavior."),
    made("gardener", "Knows plants, soil, pruning and compost."),
    made(ORCHESTRATOR, "Translates, writes, researches and reviews security in parallel."),
]


def with_own(*cards: Specialist) -> dict[str, Specialist]:
    return {**BUILT_INS, **{card.name.lower(): card for card in cards}}


BUILT_IN_ONLY = Fitter(BUILT_INS)
WITH_OWN = Fitter(with_own(*OWN))

BY_VERB = [
    # what is written, who does it, the words that say so
    ("Research Python async/await from academic papers and PEPs", "researcher", "Research"),
    ("Find out who maintains the package", "researcher", "Find out"),
    ("Investigate the outage of last Monday", "researcher", "Investigate"),
    ("Look into the pricing of competitors", "researcher", "Look into"),
    ("Gather opinions on tabs and spaces", "researcher", "Gather"),
    ("Please search for prior art", "researcher", "search for"),
    ("Could you collect examples of good error messages?", "researcher", "collect"),
    ("Write a haiku about rain", "writer", "Write"),
    ("Draft an email to the board", "writer", "Draft"),
    ("Document the public functions of the parser", "writer", "Document"),
    ("Generate a tutorial on git bisect", "writer", "Generate"),
    ("I want you to describe the persistence model", "writer", "describe"),
    ("For Ruby, write a hello world program", "writer", "write"),
    ("1. Explain monads to a child", "writer", "Explain"),
    ("- Create three slogans", "writer", "Create"),
    ("Review the essay", "critic", "Review"),
    ("Critique the design of the cache", "critic", "Critique"),
    ("Find bugs in the date parser", "critic", "Find … bugs"),
    ("Look for known security holes in the packages", "critic", "Look … holes"),
    ("Identify any remaining typos in chapter two", "critic", "Identify … typos"),
    ("Do a security review", "critic", "review"),
    ("Proofread the letter", "critic", "Proofread"),
    ("Verify the claims of the article", "critic", "Verify"),
    ("Analyze the sales figures", "analyst", "Analyze"),
    ("Summarize the logs", "analyst", "Summarize"),
    ("Compare the numbers of both quarters", "analyst", "Compare"),
    ("Count the postcodes in data/census.csv", "analyst", "Count"),
    ("Now benchmark the three sorting functions", "analyst", "benchmark"),
    ("Translate the README into German", "translator", "Translate"),
    ("Localize the menu for Brazil", "translator", "Localize"),
    ("Put the handbook into French", "translator", "Put … French"),
    ("Make a German translation of the guide", "translator", "Make … translation"),
    ("Spanish version", "translator", "Spanish version"),
    ("Generate this tutorial: French version.", "translator", "French version"),
    ("Synthesize what the others found", "synthesizer", "Synthesize"),
    ("Merge the three drafts into one", "synthesizer", "Merge … drafts"),
    ("Join the results", "synthesizer", "Join … results"),
    ("Combine both reports", "synthesizer", "Combine … reports"),
    ("You are careful. Translate the letter.", "translator", "Translate"),
    ("Test database: Explain normal forms to interns", "writer", "Explain"),
    ("Survey waves: compute trust scores", "analyst", "compute"),
    ("Design\n\nCompare both layouts", "analyst", "Compare"),
    ("A tutorial on async", "writer", "tutorial"),
]


@pytest.mark.parametrize(("words", "who", "because"), BY_VERB)
def test_the_verb_says_who_does_it(words: str, who: str, because: str) -> None:
    found = BUILT_IN_ONLY.fit("", words)

    assert found == Fit(who, f"chosen for “{because}”", (because,))


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("Audit the login for security holes", "security-auditor"),
        ("Review the code of the parser", "code-reviewer"),
        ("Write a Python function that parses dates", "python-pro"),
        ("Optimize the slow SQL queries of the report", "SQL_Pro"),
        ("Debug why the login fails", "Debugger"),
        ("When should one prune apple trees in clay soil?", "gardener"),
        ("Make compost from plants and soil and pruning waste", "gardener"),
        # Not clearly theirs: the verb decides.
        ("Review the essay", "critic"),
        ("Research Python async from academic papers", "researcher"),
        ("Translate the chapter on security into German", "translator"),
        ("Translate the Python tutorial into German", "translator"),
        ("Write a poem about plants", "writer"),
        ("Summarize the logs", "analyst"),
        ("Join the results", "synthesizer"),
        ("Find out who invented the tin opener", "researcher"),
    ],
)
def test_a_projects_own_specialist_wins_where_its_subject_is_the_tasks(
    words: str, who: str
) -> None:
    assert WITH_OWN.fit("", words).specialist == who


@pytest.mark.parametrize("words", ["", " \n ", "日本語で要約してください", "…", "42", "Хочу чай"])
def test_where_nothing_speaks_for_anybody_it_says_so(words: str) -> None:
    assert WITH_OWN.fit("", words) == Fit("researcher", NOTHING_FOUND, ())


def test_the_title_speaks_where_the_prompt_does_not() -> None:
    assert BUILT_IN_ONLY.fit("Translate it", "The usual thing, as always.").words == ("Translate",)


def test_the_prompt_speaks_before_the_title() -> None:
    found = BUILT_IN_ONLY.fit("Review of the market", "Write about the market of 1929.")

    assert found.specialist == "writer"


def test_two_that_fit_as_well_as_each_other_leave_it_to_the_verb() -> None:
    twins = with_own(made("bee-keeper", "Knows honey."), made("bee-friend", "Knows honey."))

    assert Fitter(twins).fit("", "Write about bee honey").specialist == "writer"
    assert Fitter(twins).fit("", "Bee honey").why == NOTHING_FOUND


def test_rare_words_weigh_more_than_common_ones() -> None:
    crowd = [made(f"web-{word}", f"Web pages in {word}.") for word in ("vue", "react", "svelte")]
    crowd.append(made("web-forms", "Web pages in html with web forms."))

    assert Fitter(with_own(*crowd)).fit("", "web pages in svelte").specialist == "web-svelte"


def test_a_projects_own_file_takes_a_built_in_ones_place() -> None:
    cards = {**BUILT_INS, "writer": made("Writer", "House style.")}

    assert Fitter(cards).fit("", "Write a haiku").specialist == "Writer"


def test_the_orchestrator_never_does_a_task() -> None:
    only = {**BUILT_INS, "x": made("Parallel Orchestrator", "Prunes trees in clay soil.")}

    assert Fitter(only).fit("", "Prune trees in clay soil").why == NOTHING_FOUND


def test_a_fitter_answers_as_the_resolver_asks() -> None:
    task = Task(id="a", title="", prompt="Translate it into Welsh")

    assert BUILT_IN_ONLY(task) == ("translator", "chosen for “Translate”")


def test_nobody_there_is_the_default_all_the_same() -> None:
    assert Fitter({}).fit("", "Translate it") == Fit("researcher", NOTHING_FOUND, ())


TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from([words for words, *_ in BY_VERB] + ["Python", "security"])).map(
        ". ".join
    ),
)


@given(TEXTS, TEXTS)
def test_it_is_always_somebody_there_and_always_the_same(title: str, prompt: str) -> None:
    specialists = with_own(*OWN)
    found = WITH_OWN.fit(title, prompt)

    assert found.specialist in {card.name for card in specialists.values()} - {ORCHESTRATOR}
    assert found == Fitter(dict(reversed(list(specialists.items())))).fit(title, prompt)
    assert bool(found.words) == (found.why != NOTHING_FOUND)
    for word in found.words:
        first, _, last = word.partition(" … ")
        assert first in title + prompt and last in title + prompt


class Counted(str):
    """Says how much of it was read."""

    read = 0

    def __getitem__(self, key: object) -> str:
        piece = str.__getitem__(self, key)  # type: ignore[index]
        Counted.read = max(Counted.read, len(piece))
        return piece


@pytest.mark.parametrize("piece", ["x", "find ", "word \n", "日本語", "- 1. ", "please ", "in a "])
def test_of_a_huge_prompt_only_the_beginning_is_read(piece: str) -> None:
    """And among very many agent files whose descriptions say all the same."""
    crowd = [made(f"one-{n}", "common words of everybody " * 200 + f"own{n}") for n in range(500)]
    fitter = Fitter(with_own(*crowd))

    prompt = Counted("common " + piece * 300_000)
    assert fitter.fit("", prompt).specialist
    assert Counted.read <= 2_000
    assert sum(len(each) for each in fitter._roster._weights.values()) < 500 * 10
    assert max(len(each) for each in fitter._roster._weights.values()) <= 40


@pytest.mark.parametrize(
    ("words", "writes", "who"),
    [
        ("Research rust async", (), "researcher"),
        ("Research rust async", ("docs/rust.md",), "writer"),
        ("Review the code in src", ("docs/review.md",), "writer"),
        ("Translate the guide into French", ("docs/fr.md",), "translator"),
    ],
)
def test_who_is_to_write_a_file_has_a_tool_for_it(
    words: str, writes: tuple[str, ...], who: str
) -> None:
    found = BUILT_IN_ONLY.fit("", words, writes)

    assert found.specialist == who
    assert ("docs/" in found.why) == (who == "writer")
