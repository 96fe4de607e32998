"""An attempt's output as a document: its text, with tools, refused writes and files in their place.

Lines are added as the attempt goes on; what is there already is only touched where
a tool's answer comes in. A tool takes one row; its answer is folded away unless
wanted, an error is told below it. This module never draws.
"""

from functools import partial
from typing import NamedTuple

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Attempt, ToolUse
from orchtui.engine.telling.tool_words import call_words, result_words
from orchtui.engine.text import clean, clean_line
from orchtui.ui.looks.wrapping import even, fit, wrap
from orchtui.ui.output.blocks import Row, TextBlock
from orchtui.ui.output.document import Document

KINDS = ("tool", "tool-error", "tool-result", "refused", "files")
"""Kinds of rows that stand here beside those of text."""

_ERROR_ROWS = 3
"""Rows of an error that are told without unfolding."""
_RESULT_ROWS = 60
_RESULT_CHARACTERS = 6000
"""Of an unfolded answer, as much is shown."""
_MOST_FILES = 200


class _Station(NamedTuple):
    """Where a block begins, to go back to."""

    blocks: int
    """Before it."""
    is_text: bool
    """Whether it is one of text."""
    length: int
    """Characters that had been taken in."""
    tools: int
    refused: int


class AttemptLines:
    """The document of one attempt.

    Args:
        width: Cells in a row.
        unfolded: Whether the answers of tools are shown.
    """

    def __init__(self, width: int, unfolded: bool = False) -> None:
        self.document = Document(width)
        self._unfolded = unfolded
        self._length = 0
        """Characters that have been taken in."""
        self._tools = 0
        self._refused = 0
        self._ended = False
        self._attempt: Attempt | None = None
        """As it was taken in last."""
        self._stations: list[_Station] = []
        self._blocks: list[int] = []
        """In which block each tool stands."""
        self._open: dict[int, int] = {}
        """Tools that have not returned, with the blocks in which they stand."""

    def fold(self, unfolded: bool) -> None:
        """Show the answers of tools, or hide them."""
        self._unfolded = unfolded
        self.document.touch_marks()

    def take_in(self, attempt: Attempt) -> bool:
        """Add what is new; whether there was anything."""
        self._attempt = attempt
        changed = self._grown(attempt)
        if self._open:
            changed |= self._returned(attempt)
        return changed

    def turn_to(self, attempt: Attempt) -> bool:
        """Show the same attempt as it stood at another moment, earlier or later.

        What is the same in both stays as it is, so that going back costs what is taken away.

        Returns:
            Whether it is the same attempt; if not, nothing has changed.
        """
        before = self._attempt
        if before is None or (before.number, before.started) != (attempt.number, attempt.started):
            return False
        if not self._goes_on_in(attempt):
            self._go_back(attempt)
        self.take_in(attempt)
        return True

    def _goes_on_in(self, attempt: Attempt) -> bool:
        """Whether all that was taken in is in this state too."""
        if self._length > attempt.length or self._ended > (attempt.ended is not None):
            return False
        if self._tools > len(attempt.tools) or self._refused > len(attempt.refused):
            return False
        return all(
            tool.ok is not None or number in self._open
            for number, tool in enumerate(attempt.tools[: self._tools])
        )

    def _go_back(self, attempt: Attempt) -> None:
        """Take away all behind the last block that is in this state too."""
        while self._stations:
            # With its block it goes: both come anew where they are still wanted.
            blocks, is_text, length, tools, refused = self._stations.pop()
            fits = tools <= len(attempt.tools) and refused <= len(attempt.refused)
            # Text that ends where its block does ends in another row without the block behind it.
            if length + is_text <= attempt.length and fits:
                break
        else:
            blocks = length = tools = refused = 0
        self.document.shorten(blocks)
        self._length, self._tools, self._refused = length, tools, refused
        self._ended = False
        del self._blocks[tools:]
        self._open = {
            number: self._blocks[number]
            for number, tool in enumerate(attempt.tools[:tools])
            if tool.ok is None
        }
        self._attempt = attempt
        self.document.touch_marks()

    def _grown(self, attempt: Attempt) -> bool:
        ends = attempt.ended is not None and not self._ended
        seen = (self._length, self._tools, self._refused)
        if seen == (attempt.length, len(attempt.tools), len(attempt.refused)) and not ends:
            return False
        before = self._length
        text = attempt.since(before)

        def text_up_to(offset: int) -> None:
            self._text(text[self._length - before : offset - before])
            self._length = max(self._length, offset)

        while self._tools < len(attempt.tools) or self._refused < len(attempt.refused):
            if self._refusal_is_next(attempt):
                text_up_to(attempt.refused_at[self._refused])
                self._refusal(attempt)
            else:
                text_up_to(attempt.tools[self._tools].offset)
                self._tool(attempt)
        text_up_to(attempt.length)
        if ends:
            self._ended = True
            self._end(attempt)
        return True

    def _refusal_is_next(self, attempt: Attempt) -> bool:
        """Whether what was refused comes before the next tool."""
        if self._refused == len(attempt.refused):
            return False
        if self._tools == len(attempt.tools):
            return True
        tool = attempt.tools[self._tools]
        place = attempt.refused_at[self._refused], ev.seconds(attempt.refused[self._refused].at)
        return place < (tool.offset, tool.at)

    def _tool(self, attempt: Attempt) -> None:
        known = len(self.document.blocks)
        block = self.document.mark(partial(self._rows, self._tools))
        self._station(known)
        self._blocks.append(block)
        if attempt.tools[self._tools].ok is None:
            self._open[self._tools] = block
        self._tools += 1

    def _refusal(self, attempt: Attempt) -> None:
        one = attempt.refused[self._refused]
        words = f"{clean_line(one.path, 300)}: {clean_line(one.why, 300)}"
        known = len(self.document.blocks)
        self.document.line(f"⊘ {one.access} refused: {words}", "refused")
        self._station(known)
        self._refused += 1

    def _text(self, text: str) -> None:
        known = len(self.document.blocks)
        self.document.append(text, "text")
        self._station(known)

    def _station(self, known: int) -> None:
        """Note where blocks begin that are new, with what stands before them."""
        document = self.document
        for blocks, start in enumerate(document.starts[known:], known):
            if start is not None:
                is_text = isinstance(document.blocks[blocks], TextBlock)
                self._stations.append(_Station(blocks, is_text, start, self._tools, self._refused))

    def _returned(self, attempt: Attempt) -> bool:
        """Show the answers that came since."""
        done = [number for number in self._open if attempt.tools[number].ok is not None]
        for number in done:
            self.document.touch(self._open.pop(number))
        return bool(done)

    def _rows(self, number: int, width: int) -> list[Row]:
        assert self._attempt is not None  # its tools came with it
        tool = self._attempt.tools[number]
        below = [] if tool.ok is None else self._below(tool, width)
        return [_row(tool, width), *below]

    def _below(self, tool: ToolUse, width: int) -> list[Row]:
        """Rows of an answer: of errors always some, of others when they are unfolded."""
        if tool.ok and not self._unfolded:
            return []
        if tool.ok is False and not self._unfolded:
            told = wrap(even(result_words(tool)), max(1, width - 4))[:_ERROR_ROWS]
            return [Row(f"    {line.rstrip()}", "tool-error") for line in told]
        kind = "tool-result" if tool.ok else "tool-error"
        shown = clean(tool.text[:_RESULT_CHARACTERS]).rstrip().expandtabs(4).split("\n")
        rows: list[Row] = []
        for line in shown:
            if len(rows) >= _RESULT_ROWS:
                break
            pieces = wrap(even(line), max(1, width - 4))
            rows += (Row(f"  │ {piece.rstrip()}", kind) for piece in pieces)
        whole = len(rows) <= _RESULT_ROWS and len(tool.text) <= _RESULT_CHARACTERS
        del rows[_RESULT_ROWS:]
        if not whole:
            rows.append(Row(f"  └ … {len(tool.text)} characters in all", kind))
        return rows

    def _end(self, attempt: Attempt) -> None:
        if attempt.message:
            self.document.line(f"✗ {clean_line(attempt.message)}", "problem")
        files = attempt.files
        if files is None:
            return
        for change in files.written[:_MOST_FILES]:
            self.document.line(_change(change), "files")
        if (more := len(files.written) - _MOST_FILES) > 0:
            self.document.line(f"✎ and {more} more files", "files")
        if files.sight == "nothing":
            why = f": {clean_line(files.note)}" if files.note else ""
            self.document.line(f"✎ what it did to files was not observed{why}", "files")


def _row(tool: ToolUse, width: int) -> Row:
    sign = {None: "…", True: "✓", False: "✗"}[tool.ok]
    words = f"⚙ {sign} {call_words(tool.name, tool.arguments)}"
    if tool.ok:
        words += f" · {result_words(tool)}"
    kind = "tool-error" if tool.ok is False else "tool"
    return Row(fit(words, width).rstrip(), kind)


def _change(change: ev.FileChange) -> str:
    path = clean_line(change.path, 300)
    if change.deleted:
        return f"✎ deleted {path}"
    where = f"kept in {clean_line(change.kept, 300)}" if change.kept else "in the project"
    return f"✎ wrote {path} · {where}"
