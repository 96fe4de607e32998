"""The form in which a task is edited: every field, with what may stand there offered as one types.

A mistake is told below its field as soon as the field is left. This module never
changes the draft: it gives the new task back.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Input, Label, Static, TextArea
from textual.widgets.input import Selection as InputSelection
from textual.widgets.text_area import Document, Selection

from orchtui.engine.independence.report import Evidence
from orchtui.engine.plans.plan import PRIORITIES, Plan, Task
from orchtui.engine.text import clean, clean_line
from orchtui.ui.compose.task_columns import FitOf, nobody_fits
from orchtui.ui.compose.task_fields import FIELDS, Field, read_form, written
from orchtui.ui.compose.unfinished import FormTyped
from orchtui.ui.keys import keymap
from orchtui.ui.keys.hints import hint
from orchtui.ui.looks.excerpt import field_text, place_of, span_in
from orchtui.ui.notices.trouble import TellsTrouble
from orchtui.ui.parts.completing_input import Completing, Source
from orchtui.ui.parts.completion import Candidate, Catalog
from orchtui.ui.terminal import outside, own_editor

CHECK_AFTER = 0.3
"""Seconds after the last key until the fields that were left are looked at again."""
_NOTHING = Catalog()


class TaskForm(ModalScreen[Task | None], TellsTrouble):
    """Edits one task; gives the new one, or `None` when it is left as it was.

    Args:
        plan: The plan that the task belongs to, or will.
        task: As it is now.
        title: Stands above the form.
        words: What to go to, and to mark.
        fit: Whom a task gets that names nobody.
        catalog: What is offered.
        typed: What stood in its fields already, by key, where it was left open once.
    """

    AUTO_FOCUS = ""  # `on_mount` says where it begins
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("form")]

    def __init__(
        self,
        plan: Plan,
        task: Task,
        title: str,
        words: Evidence | None = None,
        fit: FitOf = nobody_fits,
        catalog: Catalog = _NOTHING,
        typed: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._fit = fit
        self._catalog = catalog
        self._words = words
        self._plan = plan
        self._edited = task
        self._title = title
        self._before = typed or {}
        self._sure = False
        self._left: set[str] = set()
        """Fields that a person has been in: only those are told about before they are done."""
        self._soon: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as dialog:
            dialog.border_title = Content(self._title)
            back, keys = hint(self, "form.leave"), hint(self, "form.help")
            dialog.border_subtitle = Content(
                f"enter: done   {back}: back   tab: next or complete   {keys}: all keys"
            )
            yield Static("", id="form-problem", classes="problem -empty", markup=False)
            with VerticalScroll(can_focus=False):
                for field in FIELDS:
                    yield from self._field(field)
            with Horizontal(classes="answers"):
                yield Button("Done", id="form-done", compact=True)
                yield Button("Back", id="form-back", compact=True)

    def _field(self, field: Field) -> ComposeResult:
        name = f"field-{field.key}"
        value = clean(self._before.get(field.key, written(self._edited, field)))
        if field.group:
            yield Static(field.group, classes="field-group", markup=False)
        with Horizontal(classes="field"):
            yield Label(field.key, classes="field-name")
            if field.form == "long":
                yield TextArea(
                    value,
                    id=name,
                    classes="" if field.key == "prompt" else "-brief",
                    tab_behavior="focus",
                    compact=True,
                    soft_wrap=True,
                    placeholder="" if field.key == "prompt" else field.hint,
                )
            elif (source := self._source(field)) is not None:
                several = field.form == "list"
                yield Completing(value, source, field.hint, name, several=several)
            else:
                yield Input(value, placeholder=field.hint, id=name, compact=True)
        yield Static("", id=f"problem-{field.key}", classes="problem field-problem", markup=False)

    def _source(self, field: Field) -> Source | None:
        """What the line of a field offers."""
        offered: dict[str, Sequence[Candidate]] = {
            "priorities": [Candidate(one) for one in PRIORITIES],
            "tasks": [
                Candidate(task.id, task.label)
                for task in self._plan.tasks
                if task.id != self._edited.id
            ],
        }
        if field.offers is None:
            return None
        if field.offers == "paths":
            return self._catalog.paths
        if (known := offered.get(field.offers)) is not None:
            return lambda typed: known
        ask = {
            "specialists": self._catalog.specialists,
            "models": self._catalog.models,
            "backends": self._catalog.backends,
        }[field.offers]
        return lambda typed: ask()

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
        for area in self.query(TextArea):
            typed[(area.id or "").removeprefix("field-")] = area.text
        return typed

    @property
    def typed(self) -> dict[str, str] | None:
        """The same; nothing before the form stands there, and when it goes."""
        whole = len(self.query(Input)) + len(self.query(TextArea)) == len(FIELDS)
        return self.values if whole else None

    @property
    def changed(self) -> bool:
        """Whether something stands there that the task does not say."""
        typed = self.values
        return any(typed[field.key] != written(self._edited, field) for field in FIELDS)

    # What is wrong

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._sure = False
        self.post_message(FormTyped())
        if self._left:
            self._check_soon()

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """A field was left: what stands there is meant."""
        if (name := event.widget.id or "").startswith("field-"):
            self._left.add(name.removeprefix("field-"))
            self._check_soon()

    def _check_soon(self) -> None:
        if self._soon is not None:
            self._soon.stop()
        self._soon = self.set_timer(CHECK_AFTER, self._check)

    @work(exclusive=True, group="check", exit_on_error=False)
    async def _check(self) -> None:
        """Tell what is wrong in the fields that were left."""
        typed = self.values
        _, problems = await asyncio.to_thread(read_form, self._plan, self._edited, typed)
        told = {key: lines for key, lines in problems.items() if key in self._left}
        if not typed["prompt"].strip() and not typed["command"].strip():
            told.pop("prompt", None)  # nobody has to begin with it
        self._tell(told)
        name = typed["specialist"].strip()
        stranger = await asyncio.to_thread(self._catalog.stranger, name) if name else ""
        if stranger and "specialist" not in told and "specialist" in self._left:
            self._tell_one("specialist", stranger, "-warning")

    def _tell(self, problems: dict[str, list[str]]) -> None:
        for field in FIELDS:
            self._tell_one(field.key, "\n".join(problems.get(field.key, ())))
        self._tell_above("\n".join(problems.get("", ())))

    def _tell_above(self, words: str) -> None:
        shown = self.query_one("#form-problem", Static)
        shown.update(words)
        shown.set_class(not words, "-empty")

    def _tell_one(self, key: str, words: str, look: str = "") -> None:
        shown = self.query_one(f"#problem-{key}", Static)
        shown.update(words)
        shown.set_class(look == "-warning", "-warning")
        shown.display = bool(words)

    # Leaving

    @on(Input.Submitted)
    @on(Button.Pressed, "#form-done")
    def action_done(self) -> None:
        if self._soon is not None:
            self._soon.stop()
        self.workers.cancel_group(self, "check")
        task, problems = read_form(self._plan, self._edited, self.values)
        if task is not None:
            self.dismiss(task)
            return
        self._left.update(problems)
        self._tell(problems)
        first = next((field.key for field in FIELDS if field.key in problems), None)
        if first is not None:
            self.query_one(f"#field-{first}").focus()

    @on(Button.Pressed, "#form-back")
    def action_leave(self) -> None:
        if self.changed and not self._sure:
            self._sure = True
            again = hint(self, "form.leave")
            self._tell_above(f"{again} again loses what you changed, enter keeps it.")
            return
        self.dismiss(None)

    @work(exclusive=True, group=outside.GROUP, exit_on_error=False)
    async def action_outside(self) -> None:
        """Write the prompt in an editor of one's own."""
        area = self.query_one("#field-prompt", TextArea)
        code, left = await own_editor.write(self.app, area.text, "prompt.md")
        if code:
            self._tell_one("prompt", f"the {own_editor.refused(code)}", "-warning")
        else:
            area.load_text(left.rstrip("\n"))
