"""A run as one HTML page that needs nothing else: verdict, figures, timeline, texts, findings.

All text of the run is escaped here or rendered by `answer_html`. Sections that others
have rendered, such as a comparison, are put among its own. This module never writes a
file and never loads one.
"""

from collections.abc import Iterator, Sequence
from html import escape

from orchtui import __version__
from orchtui.engine.exports.answer_html import MOST, answer
from orchtui.engine.exports.page_findings import findings
from orchtui.engine.exports.page_frame import Section, frame
from orchtui.engine.exports.page_tasks import Room, task_card, variants_table
from orchtui.engine.exports.subject import SECRETS, Subject
from orchtui.engine.exports.timeline_svg import timeline
from orchtui.engine.run_events.events import iso, output_file
from orchtui.engine.runs import outcome_words, rehearsed, verdict
from orchtui.engine.runs.files_told import race_line
from orchtui.engine.runs.run import ENDED
from orchtui.engine.telling import choice_told, execution_log
from orchtui.engine.telling.report import status_word
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration

_CHIPS = {
    "COMPLETED": "good",
    "PARTIAL": "mid",
    "CANCELLED": "mid",
    "INTERRUPTED": "mid",
    "FAILED": "bad",
    "RUNNING": "going",
}
_OPEN_TASKS = 6
"""Up to so many tasks the cards are open at once."""
_LISTED = 30
"""Up to so many results are named above the tasks."""
_MOST_RACES = 50
_RESULT_FILE = "parallel-result.md"


def page(subject: Subject, more: Sequence[Section] = ()) -> Iterator[str]:
    """The page, piece by piece.

    Args:
        subject: The run.
        more: Sections that stand behind the tasks, such as a comparison of variants.
    """
    room = Room()
    sections = [Section("result", "Result", _result(subject, room))]
    absent = list(_missing(subject))
    if absent:
        sections.append(Section("missing", "What did not complete", absent))
    sections.append(Section("timeline", "Timeline", _timeline(subject)))
    sections.append(Section("tasks", "Tasks", _tasks(subject, room)))
    sections += more
    if races := list(_races(subject)):
        sections.append(Section("races", "Races", races))
    sections.append(Section("findings", "Independence", findings(subject.run)))
    sections.append(Section("log", "Execution log", _log(subject)))
    told = f"orchtui {escape(__version__)}, {iso(subject.now)[:19].replace('T', ' ')} UTC"
    foot = f"Run {escape(subject.run.id)}, exported by {told}. {escape(SECRETS)}"
    yield from frame(subject.title, "".join(_head(subject)), sections, foot)


def _head(subject: Subject) -> Iterator[str]:
    run = subject.run
    begun = iso(run.started)
    when = f'<time datetime="{begun}">{begun[:16].replace("T", " ")} UTC</time>'
    yield f'<p class="over">Run <code>{escape(run.id)}</code> · {when}</p>\n'
    yield f"<h1>{escape(subject.title)}</h1>\n"
    chips = f'<span class="chip {_CHIPS[subject.standing]}">{subject.standing}</span>'
    if badge := rehearsed.badge(run):
        chips += f'<span class="chip mid">{badge}</span>'
    yield f'<div class="verdict">{chips}<span>{escape(subject.outcome())}</span></div>\n'
    yield '<dl class="figures">'
    for figure in subject.figures():
        yield f"<div><dt>{escape(figure.name)}</dt><dd>{escape(figure.value)}</dd></div>"
    yield "</dl>\n"
    for note in subject.notes():
        yield f'<p class="note"><b>{escape(note.badge)}</b>{escape(note.words)}</p>\n'
    request = run.plan.request.strip()
    if request and " ".join(request.split()) != subject.title:
        yield "<details><summary>What was asked for</summary>"
        yield f'<div class="inside">{answer(request)}</div></details>\n'


def _result(subject: Subject, room: Room) -> Iterator[str]:
    run = subject.run
    done = run.with_status("completed")
    if line := choice_told.chosen_line(run, clean_line):
        yield f'<p class="about"><b>{escape(line)}</b></p>\n'
    if run.aggregated is None:
        yield "<p>There is no result yet; what each task came to stands below.</p>\n"
    elif run.aggregated.strategy == "synthesize" and run.aggregate is not None:
        took = f"Synthesis of {len(done)} results"
        if cut := outcome_words.cut_off(run.aggregate):
            took += f", {cut}"
        yield f'<p class="about">{escape(took)}</p>\n'
        yield f'<div class="answer">{room.answer(run.aggregate.text, levels=2)}</div>\n'
    elif not done:
        yield "<p>No task completed.</p>\n"
    elif run.aggregated.strategy == "compare":
        if run.choice is not None:
            yield f'<div class="answer">{room.answer(run.choice[1].text, levels=2)}</div>\n'
        yield from variants_table(run, done)
    elif len(done) == 1:
        yield f'<div class="answer">{room.answer(done[0].text, levels=2)}</div>\n'
    elif len(done) > _LISTED:
        words = f"The results of {len(done):,} tasks stand one by one below"
        yield f'<p>{words}, among <a href="#tasks">all tasks</a>.</p>\n'
    else:
        yield "<p>The results stand one by one below:</p>\n<ol>\n"
        for task in done:
            place = task.task.position
            yield f'<li><a href="#task-{place}">{escape(task.task.label)}</a></li>\n'
        yield "</ol>\n"


def _missing(subject: Subject) -> Iterator[str]:
    absent = [task for task in verdict.missing(subject.run) if task.status in ENDED]
    if not absent:
        return
    yield "<ul>\n"
    for task in absent:
        critical = " (critical)" if task.task.priority == "critical" else ""
        kind = f"{task.error}: " if task.error else ""
        why = escape(f"{kind}{outcome_words.why_missing(task)}")
        name = f'<a href="#task-{task.task.position}">{escape(task.task.label)}</a>'
        word = f'<span class="status {task.status}">{status_word(task)}</span>'
        yield f"<li>{name}{critical}: {word}, {why}</li>\n"
    yield "</ul>\n"


def _timeline(subject: Subject) -> Iterator[str]:
    yield '<div class="scroll" tabindex="0" role="group" aria-label="Timeline">\n'
    yield from timeline(subject, alone=False)
    yield "</div>\n"


def _tasks(subject: Subject, room: Room) -> Iterator[str]:
    tasks = list(subject.run.tasks.values())
    for task in tasks:
        is_open = len(tasks) <= _OPEN_TASKS
        yield from task_card(subject, task, room, is_open=is_open)


def _races(subject: Subject) -> Iterator[str]:
    races = subject.run.races
    if not races:
        return
    yield "<ul>\n"
    for race in races[:_MOST_RACES]:
        line = race_line(subject.run, race, lambda text: " ".join(text.split()))
        yield f"<li>{escape(line)}</li>\n"
    yield "</ul>\n"
    if (more := len(races) - _MOST_RACES) > 0:
        yield f'<p class="left">And {more} more: the exports as JSON and zip have all.</p>\n'


def _log(subject: Subject) -> Iterator[str]:
    text = execution_log.log(subject.run, task_output=output_file, result_output=_RESULT_FILE)
    took = show_duration(verdict.makespan(subject.run, subject.now))
    shown = answer(text, levels=2, most=4 * MOST, breaks=True)
    yield f"<details><summary>What ran when, by whom, and how it ended, over {took}</summary>\n"
    yield f'<div class="inside">{shown}</div></details>\n'
