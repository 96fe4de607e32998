"""The form in which a task is edited.

What is typed is put into a plan file's words and read by `plan_file`, so that
the form allows what a file allows, with the same messages. This module never
changes the draft: it gives the new task back.
"""

import json
import re
import shlex
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static, TextArea
from textual.widgets.input import Selection as InputSelection
from textual.widgets.text_area import Document, Selection

from orchtui.engine.durations import format_duration
from orchtui.engine.errors import InputError
from orchtui.engine.independence.report import Evidence
from orchtui.engine.plan import Plan, Task
from orchtui.engine.plan_file import parse_plan
from orchtui.engine.text import clean, clean_line
from orchtui.ui.excerpt import field_text, place_of, span_in
from orchtui.ui.task_list import FitOf, nobody_fits

Form = Literal["text", "plain", "list", "argv"]


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form."""

    key: str
    """As in plan files."""
    form: Form
    hint: str


FIELDS = (
    Field("title", "text", "a few words; empty: the prompt's start"),
    Field("prompt", "text", "what the specialist is told"),
    Field("specialist", "text", "who does it; empty: the plan's"),
    Field("backend", "text", "anthropic, local, rehearsal; empty: the plan's"),
    Field("model", "text", "opus, sonnet, haiku or a full id"),
    Field("priority", "plain", "critical, normal or nice-to-have"),
    Field("after", "list", "ids of the tasks it waits for, with commas"),
    Field("timeout", "plain", "90s, 20m, 1h30m; empty: the plan's"),
    Field("max_tokens", "plain", "of one answer; empty: the plan's"),
    Field("accept_truncated", "plain", "true: an answer cut off there is good enough"),
    Field("command", "argv", "a program and its arguments, instead of a model"),
    Field("env", "list", "variables with secrets that the program gets, with commas"),
    Field("reads", "list", "paths below the project folder, with commas"),
    Field("writes", "list", "paths below the project folder, with commas"),
    Field("id", "text", "what other tasks call it"),
)
_PLAIN = re.compile(r"[\w.+-]+")


def written(task: Task, field: Field) -> str:
    """A field's value as the form shows it: without what could act on a terminal."""
    return clean(_written(task, field))


def _written(task: Task, field: Field) -> str:
    value = getattr(task, field.key)
    if field.form == "argv":
        return shlex.join(value)
    if field.form == "list":
        return ", ".join(value)
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    return format_duration(value) if field.key == "timeout" else str(value)


def read_form(
    plan: Plan, task: Task, values: dict[str, str]
) -> tuple[Task | None, dict[str, list[str]]]:
    """The task that the form describes, or what is wrong, by field ('' for none of them).

    Args:
        plan: The plan that the task belongs to, or will.
        task: As it was before; its fields that the form does not have are kept.
        values: What was typed, by key.
    """
    known = [other.id for other in plan.tasks]
    place = known.index(task.id) if task.id in known else len(known)
    lines = [f"backend: {_quoted(plan.backend)}"] if plan.backend else []
    lines += ["tasks:", *map(_brief, plan.tasks[:place])]
    keys: dict[int, str] = {}
    problems: dict[str, list[str]] = {}
    lines.append("  -")
    for field in FIELDS:
        try:
            value = _yaml(field, values.get(field.key, ""))
        except ValueError as error:
            problems.setdefault(field.key, []).append(f"{field.key}: {error}")
            continue
        if value is not None:
            lines.append(f"    {field.key}: {value}")
            keys[len(lines)] = field.key
    lines += map(_brief, plan.tasks[place + 1 :])
    try:
        parsed = parse_plan("\n".join(lines)).tasks[place]
    except InputError as error:
        for problem in error.problems:
            key = keys.get(problem.line, "")
            if "a prompt or a command" in problem.message:
                key = "prompt"  # it is told where the task begins
            problems.setdefault(key, []).append(problem.message)
    if problems:
        return None, problems
    kept = {
        key: getattr(task, key)
        for key in task.__struct_fields__
        if key not in {field.key for field in FIELDS}
    }
    shown = {field.key: getattr(parsed, field.key) for field in FIELDS}
    return Task(**(kept | shown)), {}


def _brief(task: Task) -> str:
    """Another task of the plan: what the checks between tasks look at."""
    return "  - " + _quoted({"id": task.id, "command": ["-"], "after": list(task.after)})


def _yaml(field: Field, value: str) -> str | None:
    """What stands behind the key; `None` for an empty field.

    Raises:
        ValueError: when quotes in a command are not closed.
    """
    if not value.strip():
        return None
    if field.form == "argv":
        return _quoted(shlex.split(value))
    if field.form == "list":
        return _quoted([item.strip() for item in value.split(",") if item.strip()])
    if field.form == "plain" and _PLAIN.fullmatch(value.strip()):
        return value.strip()
    return _quoted(value if field.key == "prompt" else value.strip())


def _quoted(value: object) -> str:
    """JSON on one line, which YAML reads too."""
    return json.dumps(value, ensure_ascii=False)


class TaskForm(ModalScreen[Task | None]):
    """Edits one task; gives the new one, or `None` when it is left as it was.

    Args:
        plan: The plan that the task belongs to, or will.
        task: As it is now.
        title: Stands above the form.
        words: What to go to, and to mark.
        fit: Whom a task gets that names nobody.
    """

    AUTO_FOCUS = ""  # `on_mount` says where it begins
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("ctrl+r,f3,f5", "done", "Done"),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(
        self,
        plan: Plan,
        task: Task,
        title: str,
        words: Evidence | None = None,
        fit: FitOf = nobody_fits,
    ) -> None:
        super().__init__()
        self._fit = fit
        self._words = words
        self._plan = plan
        self._edited = task
        self._title = title
        self._sure = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as dialog:
            dialog.border_title = Content(self._title)
            dialog.border_subtitle = "enter: done   esc: back   tab: next field"
            yield Static("", id="form-problem", classes="problem", markup=False)
            with VerticalScroll(can_focus=False):
                for field in FIELDS:
                    yield from self._field(field)
            with Horizontal(classes="answers"):
                yield Button("Done", id="form-done", compact=True)
                yield Button("Back", id="form-back", compact=True)

    def _field(self, field: Field) -> ComposeResult:
        value = written(self._edited, field)
        with Horizontal(classes="field"):
            yield Label(field.key, classes="field-name")
            if field.key == "prompt":
                yield TextArea(
                    value, id="field-prompt", tab_behavior="focus", compact=True, soft_wrap=True
                )
            else:
                yield Input(value, placeholder=field.hint, id=f"field-{field.key}", compact=True)
        yield Static("", id=f"problem-{field.key}", classes="problem field-problem", markup=False)

    @on(Input.Changed, "#field-title")
    @on(Input.Changed, "#field-writes")
    @on(Input.Changed, "#field-command")
    @on(TextArea.Changed)
    def _tell_who(self) -> None:
        """Say who does it while nobody is named."""
        typed = self.values
        words = f"who does it; empty: {self._plan.specialist}, as the plan says"
        if typed["command"].strip():
            words = "empty: nobody, the program does it"
        elif not self._plan.specialist:
            found = self._fit(typed["title"], typed["prompt"], typed["writes"].split())
            why = f", {found.why}" if found.why else ""
            words = f"empty: {found.specialist}{why}"
        self.query_one("#field-specialist", Input).placeholder = clean_line(words)

    def on_mount(self) -> None:
        self._tell_who()
        if self._words is None or not self._go_to(self._words):
            self.query_one("#field-title", Input).focus()

    def _go_to(self, words: Evidence) -> bool:
        """Focus the field of the words and mark them; False when the form has no such field."""
        place = place_of(words.field)
        if place.name not in {field.key for field in FIELDS}:
            return False
        entry = self.query_one(f"#field-{place.name}")
        whole = field_text(self._edited, words.field)
        start, end = (span_in(whole, words) if whole else None) or (0, 0)
        if whole:  # what the form shows is cleaned
            start, end = len(clean(whole[:start])), len(clean(whole[:end]))
        if isinstance(entry, TextArea):
            locate = Document(entry.text).get_location_from_index
            entry.selection = Selection(locate(start), locate(end))
        elif isinstance(entry, Input):
            ahead = getattr(self._edited, place.name)[: place.index] if place.index else ()
            offset = sum(len(clean(each)) + len(", ") for each in ahead)
            entry.select_on_focus = False
            entry.selection = InputSelection(offset + start, offset + end)
        self.call_after_refresh(entry.focus)
        return True

    @property
    def values(self) -> dict[str, str]:
        """What is typed, by key."""
        typed = {field.key: "" for field in FIELDS}
        for entry in self.query(Input):
            typed[(entry.id or "").removeprefix("field-")] = entry.value
        typed["prompt"] = self.query_one(TextArea).text
        return typed

    @on(Input.Submitted)
    @on(Button.Pressed, "#form-done")
    def action_done(self) -> None:
        task, problems = read_form(self._plan, self._edited, self.values)
        if task is not None:
            self.dismiss(task)
            return
        for field in FIELDS:
            shown = self.query_one(f"#problem-{field.key}", Static)
            shown.update("\n".join(problems.get(field.key, ())))
            shown.display = field.key in problems
        self.query_one("#form-problem", Static).update("\n".join(problems.get("", ())))
        first = next((field.key for field in FIELDS if field.key in problems), None)
        if first is not None:
            self.query_one(f"#field-{first}").focus()

    @on(Button.Pressed, "#form-back")
    def action_leave(self) -> None:
        typed = self.values
        changed = any(typed[field.key] != written(self._edited, field) for field in FIELDS)
        if changed and not self._sure:
            self._sure = True
            self.query_one("#form-problem", Static).update(
                "Press escape again to lose what you changed, or enter to keep it."
            )
            return
        self.dismiss(None)
