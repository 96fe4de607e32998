"""Runs that leave as a file, and come in as one. Nothing is replaced without a question.

This module never changes a run, and never lists them.
"""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from orchtui.engine.errors import InputError
from orchtui.engine.sessions.project import Project
from orchtui.engine.text import clean_line
from orchtui.ui.dialogs.ask_path import AskPath
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.notices.busy import Busy
from orchtui.ui.parts.completion import paths_below
from orchtui.ui.runs.export_dialog import ExportDialog
from orchtui.ui.runs.run_entry import RunEntry

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.exports.archive_import import Imported
    from orchtui.engine.exports.export import Form, Saved


async def ask_and_export(
    app: App[int], project: Project, entry: RunEntry, busy: Busy
) -> "Saved | None":
    """Write a run where a person says; `None` when it was not written after all.

    Raises:
        StorageError: when the run can not be read, or the file not be written.
    """
    from orchtui.engine.exports import export  # not before the first paint

    source = partial(paths_below, project.folder)
    chosen: tuple[str, str] | None = None
    error = ""
    while True:
        dialog = ExportDialog(f"run-{entry.id}", source, chosen, error)
        chosen = await app.push_screen_wait(dialog)
        if chosen is None:
            return None
        name, answer = chosen
        form = next(one for one in export.FORMS if one == name)
        path, force = await asyncio.to_thread(_look, project.folder, answer)
        if force:
            answers = [("b", "back", "back"), ("r", "replace", "replace it")]
            question = Ask(f"Replace {clean_line(path.name)}?", clean_line(str(path)), answers)
            if await app.push_screen_wait(question) != "replace":
                continue
        try:
            with busy.doing(f"writing {clean_line(path.name, 40)}"):
                return await asyncio.to_thread(_export, project, entry.id, form, path, force)
        except InputError as found:
            error = found.problems[0].message


def _export(project: Project, run_id: str, form: "Form", path: Path, force: bool) -> "Saved":
    from orchtui.engine.exports import export
    from orchtui.engine.exports.subject import Subject

    run, damage = project.open_as_far(run_id)
    subject = Subject.of(run, project.run_folder(run_id), damage=damage)
    saved = export.save(subject, form, path, force=force)
    if damage:
        left = f"what its journal tells from where it can not be read: {damage}"
        saved = replace(saved, left_out=(left, *saved.left_out))
    return saved


async def ask_and_import(app: App[int], project: Project, busy: Busy) -> "Imported | None":
    """Take in a run from an archive that a person names; what is wrong with it is told there.

    Raises:
        StorageError: when the disk refuses.
    """
    from orchtui.engine.exports.archive_import import import_run  # not before the first paint

    source = partial(paths_below, project.folder, endings=(".zip",))
    named = error = ""
    while True:
        title = "Take in a run that was exported as a zip"
        question = AskPath(title, named, "takes it in", source, error, "run.zip")
        answer = await app.push_screen_wait(question)
        if answer is None:
            return None
        named = answer
        path, _ = await asyncio.to_thread(_look, project.folder, answer)
        try:
            with busy.doing("looking at all of the archive"):
                return await asyncio.to_thread(import_run, path, project.out)
        except InputError as found:
            error = "\n".join(clean_line(line, 200) for line in found.lines(3))


def _look(folder: Path, answer: str) -> tuple[Path, bool]:
    """The path that is meant, and whether a file is there."""
    path = folder / Path(answer).expanduser()
    return path, path.is_file()
