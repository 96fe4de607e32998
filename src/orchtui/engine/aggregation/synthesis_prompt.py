"""What a synthesizer is told: all results that it is to join, and what is missing.

Long results are first reduced in parts; each part's question stands here too. This
module never judges an answer.
"""

from collections.abc import Mapping, Sequence

from orchtui.engine.backends.handover import with_results
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run, TaskRun

ASKED = "Write one report from the results of several tasks that were worked on independently."
_INSTRUCTION = f"""\
{ASKED}

The request was:

{{request}}

Bring together what the results below say. Keep what matters from each of them, put related \
points side by side, and say where the results disagree. Use only what stands in the results: add \
no facts of your own, and do not write about tasks whose results are missing.

Use markdown headings. Every section names the tasks that it is made from: end it with a line \
such as `Tasks: 1, 3`, with the numbers from the list below. Every task of the list must be in \
some section. Do not describe your own work.

The tasks:
{{tasks}}"""

_ABSENT = "These tasks did not complete. Say that their part is missing and nothing else:"
_REDUCED = """\
The results together were too long to be read at once. So below stand summaries of them, part \
after part; each says which tasks it is made from."""

_PART = """\
Shorten a part of the results of several tasks, so that all parts together can be read at once. \
Another person will write the report; you only keep what that needs.

The request was:

{request}

Keep every finding, number, date, name and source, and each disagreement; leave out what is said \
twice and how it is said. Name the task that each statement comes from, by its title. Use only \
what stands below: add nothing. Write at most {words} words.

{tasks}"""

_FEWEST_WORDS = 60
_LETTERS = 6
"""Of a word with the space after it."""
_LONGEST_REQUEST = 1_000
"""Characters of the request in the question about a part; a local model has little room."""


def synthesis_prompt(run: Run, reduced: Mapping[str, str] | None = None) -> str:
    """The synthesizer's prompt, with every completed result.

    Args:
        run: Whose results.
        reduced: What stands in place of the results where they are too long: summaries, by what
            they are called.
    """
    done = run.with_status("completed")
    tasks = "\n".join(f"{task.task.position}. {task.task.label}" for task in done)
    prompt = _INSTRUCTION.format(request=request_of(run), tasks=tasks)
    if absent := verdict.missing(run):
        prompt += f"\n\n{_ABSENT}\n" + "\n".join(f"- {task.task.label}" for task in absent)
    if reduced is not None:
        labels = {name: name for name in reduced}
        return with_results(f"{prompt}\n\n{_REDUCED}", reduced, labels)
    return with_results(prompt, texts_of(done), labels_of(done))


def part_prompt(run: Run, texts: Mapping[str, str], labels: Mapping[str, str], room: int) -> str:
    """The question about one part.

    Args:
        run: Whose results.
        texts: What is shortened, by key.
        labels: What to call each.
        room: Characters that the summary may have.
    """
    words = max(_FEWEST_WORDS, room // _LETTERS)
    tasks = "Below stand: " + "; ".join(labels[key] for key in texts) + "."
    request = request_of(run)[:_LONGEST_REQUEST]
    return with_results(_PART.format(request=request, words=words, tasks=tasks), texts, labels)


def request_of(run: Run) -> str:
    """The words that the plan came from, or its tasks' titles."""
    return run.plan.request.strip() or "\n".join(
        f"- {task.task.label}" for task in run.with_status("completed")
    )


def texts_of(done: Sequence[TaskRun]) -> dict[str, str]:
    """Results by task."""
    return {task.id: task.text for task in done}


def labels_of(done: Sequence[TaskRun]) -> dict[str, str]:
    """Titles by task."""
    return {task.id: task.task.label for task in done}
