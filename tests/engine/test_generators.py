"""An entry of a plan file that stands for many tasks: what it may say, and what becomes of it."""

from pathlib import Path

import pytest

from orchtui.engine import independence
from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import dump_plan, parse_placed, parse_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.yaml.yaml_compose import Place


def tasks(entry: str) -> dict[str, Task]:
    """The tasks of a plan with one entry, by id; the plan that is written gives the same again."""
    plan = parse_plan(f"tasks:\n- {entry}\n")
    assert parse_plan(dump_plan(plan)) == plan
    return {task.id: task for task in plan.tasks}


def problems(text: str, project: Path | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_plan(text, "p", project)
    return [str(problem) for problem in caught.value.problems]


# --- which tasks there are ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "ids"),
    [
        ("{id: poem, variants: 3, prompt: x}", ["poem-1", "poem-2", "poem-3"]),
        ("{variants: 2, prompt: x}", ["task-1-1", "task-1-2"]),
        ("{id: a, variants: 1, prompt: x}", ["a-1"]),
        ("{id: a, languages: [French, Português], prompt: x}", ["a-french", "a-portugues"]),
        ("{id: a, languages: French, prompt: x}", ["a-french"]),
        # Numbers where words can not be read, or not be told from each other.
        ("{id: a, languages: [日本語, French], prompt: x}", ["a-1", "a-2"]),
        ("{id: a, subjects: [C, C++, C#], prompt: x}", ["a-1", "a-2", "a-3"]),
        ("{id: a, subjects: [a word, a  Word], prompt: x}", ["a-1", "a-2"]),
        # Long ones end at a word.
        (
            "{id: a, approaches: [Code first with lots of examples, Theory], prompt: x}",
            ["a-code-first-with-lots-of", "a-theory"],
        ),
        (f"{{id: a, subjects: [{'x' * 25}, b], prompt: x}}", ["a-1", "a-2"]),
        # Several keys multiply; the first one written changes last.
        (
            "{id: a, variants: 2, languages: [en, fr], prompt: x}",
            ["a-1-en", "a-1-fr", "a-2-en", "a-2-fr"],
        ),
        (
            "{id: a, languages: [en, fr], variants: 2, prompt: x}",
            ["a-en-1", "a-en-2", "a-fr-1", "a-fr-2"],
        ),
        # Words that would give one id twice.
        ("{id: a, subjects: [b, b-c], approaches: [c-d, d], prompt: x}", ["a-1-1", "a-1-2", "a-2-1",
         "a-2-2"]),
        (f"{{id: {'i' * 50}, subjects: [a long subject], prompt: x}}", [f"{'i' * 50}-1"]),
        ("{id: a, variants: , prompt: x}", ["a"]),
    ],
)  # fmt: skip
def test_ids(entry: str, ids: list[str]) -> None:
    assert list(tasks(entry)) == ids


def test_other_tasks_keep_the_ids_that_their_place_gives_them() -> None:
    plan = parse_plan("tasks: [{variants: 2, prompt: x}, {prompt: y}, {prompt: z, after: task-2}]")
    assert [task.id for task in plan.tasks] == ["task-1-1", "task-1-2", "task-2", "task-3"]
    assert plan.task("task-3").after == ("task-2",)
    assert parse_plan(dump_plan(plan)) == plan


def test_an_id_that_another_task_has_is_not_taken() -> None:
    text = "tasks: [{id: a, languages: [en], prompt: x}, {id: a-EN, prompt: y}]"
    assert [task.id for task in parse_plan(text).tasks] == ["a-1", "a-EN"]


def test_a_plan_without_such_an_entry_is_read_as_it_stands() -> None:
    text = "tasks: [{prompt: 'a {subject} {{x}} {n}', title: '{x}'}]"
    (task,) = parse_plan(text).tasks
    assert (task.prompt, task.title) == ("a {subject} {{x}} {n}", "{x}")


# --- placeholders -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "filled"),
    [
        ("On {subject}.", "On Oslo."),
        ("{subject} {subject}", "Oslo Oslo"),
        ("{n}: {subject}", "1: Oslo"),
        ("{subject} {{subject}} {{", "Oslo {subject} {"),
        ('{"a": {"b": 1}} {subject}', '{"a": {"b": 1}} Oslo'),
        ("{{ .Name }} { subject } {} ${1} {subject}", "{ .Name } { subject } {} ${1} Oslo"),
        # Said by a line where the prompt does not name it.
        ("Write.", "Write.\n\nSubject: Oslo"),
        ("Write {{subject}}", "Write {subject}\n\nSubject: Oslo"),
        ("Write {n}", "Write 1\n\nSubject: Oslo"),
    ],
)
def test_prompts(prompt: str, filled: str) -> None:
    found = tasks(f"{{id: a, subjects: [Oslo], prompt: '{prompt}'}}")
    assert found["a-oslo"].prompt == filled


def test_what_a_value_says_is_no_placeholder() -> None:
    text = (
        "{id: a, subjects: ['{language}'], languages: ['{{', '{x}'], prompt: '{subject}{language}'}"
    )
    assert [task.prompt for task in tasks(text).values()] == ["{language}{{", "{language}{x}"]


def test_all_that_is_not_named_is_told_in_one_paragraph() -> None:
    entry = "{id: a, approaches: [quick], languages: [French], variants: 2, prompt: 'Write.'}"
    first, _ = tasks(entry).values()
    assert first.prompt == "Write.\n\nApproach: quick\nLanguage: French\nVariant: 1 of 2"


def test_variants_are_not_asked_for_the_same_word_for_word() -> None:
    plan = parse_plan("tasks: [{variants: 3, prompt: Write a poem about the sea.}]")
    assert plan.tasks[1].prompt == "Write a poem about the sea.\n\nVariant: 2 of 3"
    assert not independence.check(plan).findings


def test_variants_of_a_program_are_told_nothing() -> None:
    found = tasks("{id: a, variants: 2, command: [prog]}")
    assert [(task.command, task.prompt) for task in found.values()] == [(("prog",), "")] * 2


def test_every_key_that_holds_text_is_filled() -> None:
    (task,) = tasks(
        '{id: a, subjects: [x1], title: "T {subject}", prompt: "P {subject}",'
        ' specialist: "s-{subject}",'
        ' model: "m-{n}", estimate: "{n}m", timeout: "{n}h", retries: "{n}", max_tokens: "1{n}",'
        ' reads: ["r/{subject}"], writes: "w/{subject}.md"}'
    ).values()
    assert task == Task(
        id="a-x1",
        title="T x1",
        prompt="P x1",
        specialist="s-x1",
        model="m-1",
        estimate=60,
        timeout=3600,
        retries=1,
        max_tokens=11,
        reads=("r/x1",),
        writes=("w/x1.md",),
    )


def test_the_prompt_of_a_command_keeps_its_meaning() -> None:
    entry = (
        '{id: a, subjects: [x], command: [prog, "{prompt}", "{system}", "-{subject}"], prompt: p}'
    )
    (task,) = tasks(entry).values()
    assert task.command == ("prog", "{prompt}", "{system}", "-x")
    assert task.prompt == "p"  # the command names the subject
    (task,) = tasks("{id: a, subjects: [x], command: [prog]}").values()
    assert (task.command, task.prompt) == (("prog",), "Subject: x")


# --- titles -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "titles"),
    [
        ("variants: 2, title: Poem, prompt: x", ["Poem (1)", "Poem (2)"]),
        ("variants: 2, title: 'Poem {n}', prompt: x", ["Poem 1", "Poem 2"]),
        ("variants: 2, prompt: A poem", ["A poem (1)", "A poem (2)"]),
        ("languages: [fr, en], title: 'In {language}', prompt: x", ["In fr", "In en"]),
        ("languages: [fr, en], title: In, prompt: x", ["In (fr)", "In (en)"]),
        (
            "subjects: [A, B], prompt: Assess A and all",
            ["Assess A and all (A)", "Assess A and all (B)"],
        ),
        # A prompt that says it is title enough.
        ("subjects: [Oslo], prompt: 'On {subject}'", [""]),
        ("subjects: [Oslo], prompt: 'Write.'", ["Write. (Oslo)"]),
        ("subjects: [Oslo], variants: 1, prompt: 'On {subject}'", ["On Oslo (1)"]),
        ("languages: [fr], subjects: [x], title: '{subject}', prompt: x", ["x (fr)"]),
    ],
)
def test_titles(keys: str, titles: list[str]) -> None:
    assert [task.title for task in tasks(f"{{{keys}}}").values()] == titles


# --- files that tasks write ---------------------------------------------------------------------


def test_tasks_of_one_entry_write_files_of_their_own() -> None:
    plan = parse_plan(
        """
tasks:
- id: a
  languages: [en, fr]
  prompt: Save it to docs/a.md, not to docs/a.md.bak. {language}
  command: [prog, docs/a.md]
  reads: docs/a.md
  writes: [docs/a.md, "{language}.md", "all/*.md"]
- {id: b, prompt: x, reads: [docs/a.md, c.md]}
"""
    )
    task = plan.task("a-fr")
    assert task.writes == ("docs/a-fr.md", "fr.md", "all/*.md")
    assert task.reads == ("docs/a-fr.md",)
    assert task.command == ("prog", "docs/a-fr.md")
    assert task.prompt == "Save it to docs/a-fr.md, not to docs/a.md.bak. fr"
    assert plan.task("b").reads == ("docs/a-en.md", "docs/a-fr.md", "c.md")


def test_one_task_alone_keeps_its_file() -> None:
    (task,) = tasks("{id: a, languages: [en], prompt: x, writes: a.md}").values()
    assert task.writes == ("a.md",)


def test_a_name_that_is_taken_is_no_name_for_a_file() -> None:
    plan = parse_plan(
        "tasks: [{id: a, variants: 2, prompt: x, writes: a.md}, {prompt: y, writes: a-1.md}]"
    )
    assert [task.writes for task in plan.tasks] == [("a-12.md",), ("a-2.md",), ("a-1.md",)]


# --- who waits for whom -------------------------------------------------------------------------


def test_who_waits_for_an_entry_waits_for_all_of_its_tasks() -> None:
    plan = parse_plan(
        "tasks: [{id: c, prompt: x, after: [a, b]}, {id: a, variants: 2, prompt: x, after: d},"
        " {id: b, prompt: x}, {id: d, languages: [en, fr], prompt: x}]"
    )
    after = {task.id: task.after for task in plan.tasks if task.after}
    assert after == {
        "c": ("a-1", "a-2", "b"),
        "a-1": ("d-en", "d-fr"),
        "a-2": ("d-en", "d-fr"),
    }


def test_a_task_named_twice_is_waited_for_once() -> None:
    plan = parse_plan(
        "tasks: [{id: a, variants: 2, prompt: x}, {prompt: y, after: [a-2, a]},"
        " {variants: 1, prompt: z, after: [a-2, a]}]"
    )
    assert [task.after for task in plan.tasks[2:]] == [("a-2", "a-1"), ("a-2", "a-1")]
    plan = parse_plan(
        "tasks: [{id: a, variants: 2, stages: [{prompt: x}, {prompt: x}]},"
        " {prompt: y, after: [a-1, a, a.2]}, {variants: 1, prompt: z, after: [a-1, a, a.2]}]"
    )
    assert [task.after for task in plan.tasks[4:]] == [("a-1.2", "a-2.2")] * 2


# --- what is wrong ------------------------------------------------------------------------------

NUMBER = "variants must be a whole number from 1 to 20,000"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{variants: 0, prompt: x}", [f"1:20: {NUMBER}, not '0'"]),
        ("{variants: many, prompt: x}", [f"1:20: {NUMBER}, not 'many'"]),
        ("{variants: [1], prompt: x}", [f"1:20: {NUMBER}, not a list"]),
        ("{languages: [], prompt: x}", ["1:21: languages must have at least one item"]),
        ("{languages: {a: b}, prompt: x}", ["1:21: languages must be a list, not a mapping"]),
        (
            "{languages: [a, '', [b], a], prompt: x}",
            [
                "1:25: an item of languages must not be empty",
                "1:29: an item of languages must be text, not a list",
                "1:34: 'a' is listed twice in languages",
            ],
        ),
        (
            "{subjects: [a, b, c], prompt: 'On {subjekt}'}",
            ["1:43: unknown placeholder '{subjekt}'; did you mean 'subject'?; "
             "there are {n}, {subject}; write {{ for a brace"],
        ),
        (
            '{subjects: [a, b], prompt: x, writes: [ok, "{zz}"]}',
            ["1:53: unknown placeholder '{zz}'; there are {n}, {subject}; write {{ for a brace"],
        ),
        (
            "{subjects: [a], prompt: {subject}}",
            ['1:33: write "{subject}" in quotes; without them YAML takes it for a mapping'],
        ),
        (
            "{subjects: [a], prompt: x, reads: [{subject}]}",
            ['1:44: write "{subject}" in quotes; without them YAML takes it for a mapping'],
        ),
        ("{variants: 2, variants: 3, prompt: x}",
         ["1:23: duplicate key 'variants', first on line 1"]),
        ("{variants: 2, id: a b, prompt: x}", ["1:27: id must be a name of letters, digits, '-', "
         "'_' and '.', starting with a letter or digit, at most 64, not 'a b'"]),
        ("{variants: 2, id: [x], prompt: x}", ["1:27: id must be a name of letters, digits, '-', "
         "'_' and '.', starting with a letter or digit, at most 64, not a list"]),
        # What is wrong with each of the tasks is told once.
        ("{variants: 9}", ["1:9: a task needs a prompt or a command"]),
        ("{variants: 9, prompt: x, retries: x}",
         ["1:43: retries must be a whole number from 0 to 100, not 'x'"]),
        ("{variants: 9, prompt: x, after: [zz]}",
         ["1:42: no task has the id 'zz'; there are task-1-1, task-1-2, task-1-3, task-1-4, "
          "task-1-5, task-1-6, task-1-7, task-1-8, task-1-9"]),
        ("{id: a, variants: 2, prompt: x, after: [a]}", ["1:49: a task can not come after itself"]),
        # But what a value makes wrong is told of each value.
        ("{subjects: ['/a', b, ../c], prompt: '{subject}', reads: '{subject}'}",
         ["1:65: reads must be a path below the project folder, not '../c'",
          "1:65: reads must be a path below the project folder, not '/a'"]),
        (f"{{id: {'i' * 63}, variants: 2, prompt: x}}",
         [f"1:14: a task of this entry would be '{'i' * 63}-1': an id has at most 64 letters; "
          "rename one"]),
    ],
)  # fmt: skip
def test_errors(entry: str, told: list[str]) -> None:
    assert problems(f"tasks: [{entry}]") == [f"p:{one}" for one in told]


def test_what_is_wrong_with_other_tasks_is_told_by_their_own_numbers() -> None:
    told = problems("tasks:\n- {variants: 3, prompt: x}\n- {prompt: x, zz: 1}\n- 5\n")
    assert told[0].startswith("p:3:15: unknown key 'zz' in item 2 of tasks")
    assert told[1].startswith("p:4:3: item 3 of tasks must be a mapping")


def test_one_mistake_is_told_once() -> None:
    after = ", {prompt: y, after: [a, a-en, a.2, b-1]}, {variants: 2, prompt: y, after: a.2}"
    text = f"tasks: [{{id: a, languages: [], prompt: x}}, {{id: b, variants: 2, prompt: x}}{after}]"
    assert problems(text) == ["p:1:28: languages must have at least one item"]
    assert len(problems(f"limits: {{max_tasks: 1}}\n{text.replace('[]', '[en]')}")) == 1
    assert problems(text.replace("languages: []", "subjects: {}")) == [
        "p:1:27: subjects must be a list, not a mapping"
    ]
    assert len(problems("tasks: [{id: a, stages: x}, {prompt: y, after: [a, a.1, b]}]")) == 2
    assert problems("tasks: [{variants: 2, title: [x], prompt: y}]") == [
        "p:1:30: title must be text, not a list"
    ]


def test_entries_of_one_id() -> None:
    text = "tasks:\n- {id: a, variants: 2, prompt: x}\n- {id: a, prompt: x}\n"
    assert problems(text) == ["p:3:8: duplicate id 'a', first on line 2"]


def test_an_id_that_can_not_be_found_is_told() -> None:
    text = "tasks:\n- {id: a, variants: 2, prompt: x}\n- {id: a-2, prompt: x}\n"
    assert problems(text) == [
        "p:2:8: a task of this entry would be 'a-2': there is another one of this id; rename one"
    ]


# --- how many -----------------------------------------------------------------------------------

MANY = "{id: a, variants: 30, languages: [a, b, c, d, e, f, g], prompt: x}"


def test_too_many_tasks_are_told_before_one_is_made() -> None:
    assert problems(f"tasks:\n- {{prompt: x}}\n- {MANY}\n") == [
        "p:3:3: the plan would have 211 tasks, 210 of them from here; at most 200 are allowed: "
        "make its lists shorter, or allow it with limits: {max_tasks: 211}"
    ]
    huge = ", ".join(f"{key}: [{', '.join(map(str, range(500)))}]" for key in
                     ("languages", "subjects", "approaches"))  # fmt: skip
    assert problems(f"tasks: [{{{huge}, variants: 20000, prompt: x}}]") == [
        "p:1:9: the plan would have 2,500,000,000,000 tasks, 2,500,000,000,000 of them from here; "
        "at most 200 are allowed: make its lists shorter; no plan may have more than 20,000"
    ]


def test_very_many_items_are_refused_before_they_fill_the_memory() -> None:
    entries = "- {variants: 20000, prompt: x}\n" * 10_000
    (told,) = problems(f"tasks:\n{entries}")
    assert told == (
        "p:8:14: the plan would have more than 20,000 tasks, which no plan may have; make its "
        "lists shorter"
    )


@pytest.mark.parametrize(("most", "fits"), [("210", True), ("209", False), ("20000", True)])
def test_max_tasks_says_how_many_may_be_made(most: str, fits: bool) -> None:
    text = f"limits: {{max_tasks: {most}}}\ntasks: [{MANY}]"
    if fits:
        plan = parse_plan(text)
        assert len(plan.tasks) == 210
        assert parse_plan(dump_plan(plan)) == plan
    else:
        assert "at most 209 are allowed" in problems(text)[0]


TWICE = "{subject}" * 500


@pytest.mark.parametrize(
    "entry",
    [
        f"{{variants: 50, prompt: {'x' * 90_000}}}",
        f"{{subjects: [{'x' * 4_000}], prompt: '{'{subject}' * 1_000}'}}",
        f"{{subjects: [{'x' * 4_000}], title: '{TWICE}', prompt: '{TWICE}'}}",
    ],
)
def test_tasks_that_no_plan_file_could_hold_are_not_made(entry: str) -> None:
    assert problems(f"tasks:\n- {entry}\n") == [
        "p:2:3: the tasks would have more than 4,000,000 characters, which is more than a plan "
        "file can hold; make its texts or its lists shorter"
    ]


def test_a_limit_that_is_wrong_is_told_as_such() -> None:
    told = problems("limits: {max_tasks: 20001}\ntasks: [{variants: 2, prompt: x}]")
    assert told == ["p:1:21: max_tasks must be a whole number from 1 to 20,000, not '20001'"]


def test_a_plan_that_is_written_out_is_not_limited() -> None:
    tasks = tuple(Task(id=f"task-{number}", prompt="x") for number in range(1, 302))
    plan = Plan(tasks=tasks)
    assert parse_plan(dump_plan(plan)) == plan
    assert len(parse_plan("limits: {max_tasks: 1}\n" + dump_plan(plan)).tasks) == 301


# --- where words stand --------------------------------------------------------------------------


def test_words_of_made_tasks_have_places_in_the_file() -> None:
    text = (
        "tasks:\n- id: a\n  subjects: [x, y]\n  prompt: see the report on {subject} here\n"
        "- prompt: b c\n"
    )
    plan, places = parse_placed(text, "p")
    first = plan.task("a-x").prompt
    assert places.place(0, "prompt", first, first.index("report")) == Place(4, 19)
    assert places.place(1, "prompt", plan.task("a-y").prompt, 8) == Place(4, 19)
    assert places.place(0, "prompt", first, first.index("here")) == Place(4, 11)  # behind a value
    assert places.place(2, "prompt", "b c", 2) == Place(5, 13)
