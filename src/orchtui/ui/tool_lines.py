"""A task's output as rows: its text, with tools, refused writes and files where they belong.

Rows are added as the task goes on; what is there already is only touched where
a tool's answer comes in. A tool takes one row; its answer is folded away unless
wanted, an error is told below it. This module never draws.
"""

from dataclasses import dataclass

from orchtui.engine import events as ev
from orchtui.engine.run import Attempt, TaskRun, ToolUse
from orchtui.engine.text import clean, clean_line
from orchtui.engine.tool_words import call_words, result_words
from orchtui.ui.wrapping import Row, Wrapped, fit, wrap

KINDS = ("tool", "tool-error", "tool-result", "refused", "files")
"""Kinds of rows that stand here beside those of text."""

_ERROR_ROWS = 3
"""Rows of an error that are told without unfolding."""
_RESULT_ROWS = 60
_RESULT_CHARACTERS = 6000
"""Of an unfolded answer, as much is shown."""
_MOST_FILES = 200


@dataclass(slots=True)
class _Taken:
    """How far an attempt has been taken in."""

    length: int = 0
    tools: int = 0
    refused: int = 0
    ended: bool = False


class TaskRows:
    """The rows of one task.

    Args:
        width: Cells in a row.
        unfolded: Whether the answers of tools are shown.
    """

    def __init__(self, width: int, unfolded: bool = False) -> None:
        self.wrapped = Wrapped(width)
        self._unfolded = unfolded
        self._taken: list[_Taken] = []
        self._open: dict[tuple[int, int], int] = {}
        """Rows of tools that have not returned, by attempt and tool."""

    def take_in(self, task: TaskRun) -> bool:
        """Add what is new; whether there was anything."""
        changed = False
        for place, attempt in enumerate(task.attempts):
            changed |= self._attempt(place, attempt)
        if self._open:
            changed |= self._returned(task)
        return changed

    def _attempt(self, place: int, attempt: Attempt) -> bool:
        if place == len(self._taken):
            self._taken.append(_Taken())
            if place:
                self.wrapped.line(f"── attempt {attempt.number} ", "separator")
        taken = self._taken[place]
        now = _Taken(
            attempt.length, len(attempt.tools), len(attempt.refused), attempt.ended is not None
        )
        if taken == now:
            return False
        text = attempt.text if now.length > taken.length else ""
        for number in range(taken.tools, now.tools):
            tool = attempt.tools[number]
            if number:  # what the tool before was refused stands by it
                self._refusals(taken, attempt, before=tool.at)
            self._text(text[taken.length : tool.offset])
            taken.length = max(taken.length, tool.offset)
            self._refusals(taken, attempt, before=tool.at)
            self._call(place, number, tool)
        if attempt.tools:
            self._refusals(taken, attempt)
        self._text(text[taken.length :])
        self._refusals(taken, attempt)
        if now.ended and not taken.ended:
            self._end(attempt)
        self._taken[place] = now
        return True

    def _text(self, text: str) -> None:
        if text:
            self.wrapped.append(clean(text), "text")

    def _refusals(self, taken: _Taken, attempt: Attempt, before: float | None = None) -> None:
        for one in attempt.refused[taken.refused :]:
            if before is not None and ev.seconds(one.at) >= before:
                break
            taken.refused += 1
            self.wrapped.line(
                f"⊘ {one.access} refused: {clean_line(one.path, 300)}: {clean_line(one.why, 300)}",
                "refused",
            )

    def _call(self, place: int, number: int, tool: ToolUse) -> None:
        self.wrapped.close()
        self.wrapped.rows.append(self._row(tool))
        if tool.ok is None:
            self._open[place, number] = len(self.wrapped.rows) - 1
        else:
            self.wrapped.rows += self._below(tool)

    def _returned(self, task: TaskRun) -> bool:
        """Put in the answers that came since."""
        done = [key for key in self._open if task.attempts[key[0]].tools[key[1]].ok is not None]
        for key in done:
            row = self._open.pop(key)
            tool = task.attempts[key[0]].tools[key[1]]
            self.wrapped.rows[row] = self._row(tool)
            if below := self._below(tool):
                self.wrapped.rows[row + 1 : row + 1] = below
                for other, at in self._open.items():
                    if at > row:
                        self._open[other] = at + len(below)
        return bool(done)

    def _row(self, tool: ToolUse) -> Row:
        sign = {None: "…", True: "✓", False: "✗"}[tool.ok]
        words = f"⚙ {sign} {call_words(tool.name, tool.arguments)}"
        if tool.ok:
            words += f" · {result_words(tool)}"
        kind = "tool-error" if tool.ok is False else "tool"
        return Row(fit(words, self.wrapped.width).rstrip(), kind)

    def _below(self, tool: ToolUse) -> list[Row]:
        """Rows of an answer: of errors always some, of others when they are unfolded."""
        if tool.ok and not self._unfolded:
            return []
        if tool.ok is False and not self._unfolded:
            told = wrap(result_words(tool), max(1, self.wrapped.width - 4))[:_ERROR_ROWS]
            return [Row(f"    {line.rstrip()}", "tool-error") for line in told]
        kind = "tool-result" if tool.ok else "tool-error"
        shown = clean(tool.text[:_RESULT_CHARACTERS]).rstrip().expandtabs(4).split("\n")
        rows: list[Row] = []
        for line in shown:
            if len(rows) >= _RESULT_ROWS:
                break
            rows += (
                Row(f"  │ {piece.rstrip()}", kind, False)
                for piece in wrap(line, max(1, self.wrapped.width - 4))
            )
        whole = len(rows) <= _RESULT_ROWS and len(tool.text) <= _RESULT_CHARACTERS
        del rows[_RESULT_ROWS:]
        if not whole:
            rows.append(Row(f"  └ … {len(tool.text)} characters in all", kind, False))
        return rows

    def _end(self, attempt: Attempt) -> None:
        if attempt.message:
            self.wrapped.line(f"✗ {clean_line(attempt.message)}", "problem")
        files = attempt.files
        if files is None:
            return
        for change in files.written[:_MOST_FILES]:
            self.wrapped.line(_change(change), "files")
        if (more := len(files.written) - _MOST_FILES) > 0:
            self.wrapped.line(f"✎ and {more} more files", "files")
        if files.sight == "nothing":
            why = f": {clean_line(files.note)}" if files.note else ""
            self.wrapped.line(f"✎ what it did to files was not observed{why}", "files")


def _change(change: ev.FileChange) -> str:
    path = clean_line(change.path, 300)
    if change.deleted:
        return f"✎ deleted {path}"
    where = f"kept in {clean_line(change.kept, 300)}" if change.kept else "in the project"
    return f"✎ wrote {path} · {where}"
