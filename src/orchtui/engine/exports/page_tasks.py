"""The cards of tasks in an exported page: how each went, what it was asked and what it answered.

All text of the run is escaped here or rendered by `answer_html`. This module never
shows more text than the page has room for, and says what it leaves out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from orchtui.engine.exports.answer_html import MOST, answer, as_it_is
from orchtui.engine.exports.run_document import asked, heading
from orchtui.engine.exports.subject import Subject
from orchtui.engine.runs import rehearsed, verdict
from orchtui.engine.runs.files_told import file_line, refused_words
from orchtui.engine.runs.run import Attempt, Run, TaskRun
from orchtui.engine.telling import report
from orchtui.engine.telling.program_told import peak_words
from orchtui.engine.telling.tool_words import call_words, result_words
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration

MOST_IN_A_PAGE = 10_000_000
"""Characters of all texts together: what a browser still opens at once."""
MOST_RENDERED = 2_000_000
"""Characters of markdown that are rendered, a second or two for each million; what comes behind
them is shown as it was written."""
_AS_WRITTEN = "Shown as it was written: there is too much text in this page to render all of it."
_MOST_TOOLS = 100
_MOST_PROMPT = 20_000
_LONG_PROMPT = 600
"""Characters of a prompt that is folded."""


@dataclass(slots=True)
class Room:
    """How much text the page still takes."""

    left: int = MOST_IN_A_PAGE
    to_render: int = MOST_RENDERED

    def answer(self, text: str, *, levels: int = 3) -> str:
        """A text in markdown as HTML, as well as the page has room for it."""
        most = self.take(text)
        length = min(len(text), most)
        if length > self.to_render:
            return f'<p class="about">{_AS_WRITTEN}</p>\n{as_it_is(text, most)}'
        self.to_render -= length
        return answer(text, levels=levels, most=most)

    def take(self, text: str, most: int = MOST) -> int:
        """How many characters of a text are shown; they are taken from what is left."""
        granted = min(most, self.left)
        self.left -= min(len(text), granted)
        return granted


def task_card(subject: Subject, task: TaskRun, room: Room, *, is_open: bool) -> Iterator[str]:
    """One task, that can be folded.

    Args:
        subject: The run.
        task: The task.
        room: What the page still takes.
        is_open: Whether it is unfolded at first.
    """
    run, place = subject.run, task.task.position
    opened = " open" if is_open else ""
    yield f'<details class="task" id="task-{place}"{opened}><summary><span class="row">'
    yield f'<span class="name">{place}. {escape(task.task.label)}</span>'
    yield f'<span class="facts">{escape(_facts(subject, task))}</span>'
    yield f'<span class="status {task.status}">{report.status_word(task)}</span>'
    yield '</span></summary>\n<div class="inside">\n'
    about = report.provenance(run, task, shown=_plain)
    yield f'<p class="about">{escape(about)}</p>\n'
    if badge := rehearsed.task_badge(run, task):
        words = escape(rehearsed.task_words(run, task))
        yield f'<p class="note"><b>{badge}</b>{words}</p>\n'
    if task.task.waits_for:
        names = ", ".join(task.task.waits_for)
        yield f'<p class="about">Waited for: {escape(names)}</p>\n'
    if files := _files(task):
        yield f'<p class="about">Files: {escape(files)}</p>\n'
    if task.status != "completed" and task.why:
        kind = f"{task.error}: " if task.error else ""
        yield f'<p class="why">{escape(f"{kind}{task.why}")}</p>\n'
    yield from _prompt(task, room)
    yield from _attempts(subject, task, room)
    if task.text or task.status == "completed":
        yield f'<div class="answer" aria-label="{heading(task)}">\n'
        if task.status != "completed":
            yield f'<p class="left">{heading(task)}. It is not a whole answer.</p>\n'
        yield room.answer(task.text)
        yield "</div>\n"
    yield "</div></details>\n"


def variants_table(run: Run, done: Sequence[TaskRun]) -> Iterator[str]:
    """A table to choose by."""
    yield "<table><thead><tr><th>Variant</th>"
    for name in ("Words", "Headings", "Code blocks", "Time", "Tokens"):
        yield f'<th class="num">{name}</th>'
    yield "</tr></thead><tbody>\n"
    for task in done:
        text = task.text
        link = f'<a href="#task-{task.task.position}">{escape(task.task.label)}</a>'
        badge = rehearsed.task_badge(run, task)
        took = "taken over" if task.reused else show_duration(task.seconds(run.at))
        cells = (
            f"{len(text.split()):,}",
            str(len(re.findall(r"^#{1,6} ", text, re.MULTILINE))),
            str(len(re.findall(r"^(?:```|~~~)", text, re.MULTILINE)) // 2),
            took,
            str(task.usage.output or "-"),
        )
        yield f"<tr><td>{link}{f' ({badge})' if badge else ''}</td>"
        yield "".join(f'<td class="num">{cell}</td>' for cell in cells) + "</tr>\n"
    yield "</tbody></table>\n"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _facts(subject: Subject, task: TaskRun) -> str:
    parts = []
    if task.reused is not None:
        parts.append("taken over")
    elif task.made:
        parts.append(show_duration(task.seconds(subject.now)))
    if task.made > 1:
        parts.append(f"{task.made} attempts")
    if task.usage.output:
        parts.append(f"{task.usage.output:,} tokens")
    if peak := peak_words(task.program):
        parts.append(peak)
    if cost := verdict.cost_words(subject.run, task):
        parts.append(cost)
    if task.task.priority != "normal":
        parts.append(task.task.priority)
    return " · ".join(parts)


def _files(task: TaskRun) -> str:
    """What it did to files; the line is markdown, so its escapes are taken out again."""
    return re.sub(r"\\([\\`*_\[\]<>|#])", r"\1", file_line(task))


def _prompt(task: TaskRun, room: Room) -> Iterator[str]:
    text = asked(task)
    opened = " open" if len(text) <= _LONG_PROMPT else ""
    what = "Prompt" if task.task.prompt else "Command"
    yield f"<details{opened}><summary>{what}</summary>"
    yield f'<div class="inside">{as_it_is(text, room.take(text, _MOST_PROMPT))}</div></details>\n'


def _attempts(subject: Subject, task: TaskRun, room: Room) -> Iterator[str]:
    """The attempts before the one whose text counts, and the tools of that one."""
    for attempt in task.attempts:
        if attempt is task.kept and not attempt.tools:
            continue
        counts = attempt is task.kept
        took = show_duration(attempt.seconds(subject.now))
        tools = f"{len(attempt.tools)} tool{'' if len(attempt.tools) == 1 else 's'} used"
        name = "Tools" if counts else f"Attempt {attempt.number}"
        told = tools if counts else f"{took}, {clean_line(attempt.outcome)}"
        yield f'<details><summary><span class="row"><span class="name">{name}</span>'
        yield f'<span class="facts">{escape(told)}</span></span></summary><div class="inside">\n'
        yield from _tools(attempt)
        if not counts and attempt.text:
            yield as_it_is(attempt.text, room.take(attempt.text, _MOST_PROMPT))
        yield "</div></details>\n"
    if refused := refused_words([task]):
        yield f'<p class="about">{escape(refused)}</p>\n'


def _tools(attempt: Attempt) -> Iterator[str]:
    if not attempt.tools:
        return
    yield "<ol>\n"
    for tool in attempt.tools[:_MOST_TOOLS]:
        what = escape(call_words(tool.name, tool.arguments))
        came = escape(result_words(tool))
        sign = "✗ " if tool.ok is False else ""
        yield f"<li><code>{what}</code>{f' → {sign}{came}' if came else ''}</li>\n"
    yield "</ol>\n"
    if (more := len(attempt.tools) - _MOST_TOOLS) > 0:
        yield f'<p class="left">And {more} more: the exports as JSON and zip have all.</p>\n'
