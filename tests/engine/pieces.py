"""Plans put together from pieces of sentences that requests are made of."""

from hypothesis import strategies as st

from orchtui.engine.plans.plan import Plan, Task

DOING = (
    "Write",
    "Review",
    "Research",
    "Compare",
    "Summarize",
    "Test",
    "Publish",
    "Deploy",
    "Translate",
    "Refactor",
    "Design",
    "Please build",
    "Then synthesize",
    "Once that is done, update",
    "Continue",
    "How do I clean",
    "Escribe",
    "Vergleiche",
    "总结",
)
OBJECTS = (
    "the tutorial",
    "a tutorial about tea",
    "the findings",
    "both reports",
    "it",
    "these",
    "the cleaned data",
    "src/app.py",
    "the results of task 2",
    "tasks 1 and 3",
    "all of the above",
    "this paragraph",
    "the orders database",
    "caching in Redis",
    "the Spanish version",
    "product A and product B",
    "den Bericht",
    "两份报告",
)
TAILS = (
    "",
    ".",
    " to out/a.md",
    " and save it to ./out/a.md",
    " into out/*.md",
    " from docs/spec.md",
    " on port 8080",
    " to staging",
    " as discussed",
    " using previous findings",
    " in three “short” sentences",
    ", then review it.\n\nMention the first task",
    " 'in quotes'",
    "\x00\u202e\x1b[31m",
)
PATHS = ("out/a.md", "./out/a.md", "out", "out/*.md", "docs/spec.md", "docs", "data/x.csv")

sentences = st.builds(
    "{} {}{}".format, st.sampled_from(DOING), st.sampled_from(OBJECTS), st.sampled_from(TAILS)
)
any_text = st.text(st.characters(exclude_categories=()), max_size=80)
prompts = st.one_of(sentences, sentences, st.lists(sentences, max_size=3).map(". ".join), any_text)


@st.composite
def plans(draw: st.DrawFn, *, most: int = 6) -> Plan:
    """Plans as they may look while a person writes them: circles and strangers in `after` too."""
    ids = [f"t{place}" for place in range(1, draw(st.integers(0, most)) + 1)]
    some_paths = st.lists(st.sampled_from(PATHS), max_size=2, unique=True).map(tuple)
    rarely = st.integers(0, 4).map(lambda number: number == 0)
    tasks = []
    for task_id in ids:
        needed = st.lists(st.sampled_from([*ids, "nobody"]), max_size=2, unique=True)
        program = draw(rarely)
        tasks.append(
            Task(
                id=task_id,
                title=draw(st.sampled_from(("", "", "Baker interviews", "Review it"))),
                prompt=draw(prompts),
                command=("make", "docs") if program else (),
                specialist=draw(st.sampled_from((None, "writer", "researcher"))),
                estimate=draw(st.sampled_from((None, 10.0, 600.0))),
                reads=draw(some_paths) if draw(rarely) else (),
                writes=draw(some_paths) if draw(rarely) else (),
                after=tuple(draw(needed)) if draw(rarely) else (),
                enabled=not draw(rarely),
            )
        )
    request = draw(st.sampled_from(("", "How to make tea", "What is the best tea?")))
    return Plan(request=request, tasks=tuple(tasks))
