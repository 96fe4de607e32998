"""The tools of an agent file, by the names that Claude Code has for them today.

Files were written for several programs and for older versions: `LS` and
`MultiEdit` are gone, and the program passes over a name that it does not know
without a word. So names are turned into its own here, and what it does not have
is kept apart, to be told. This module never decides what is allowed.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

_TODAY = {
    "Read": "read readfile view notebookread",
    "Write": "write writefile createfile",
    "Edit": "edit editfile multiedit strreplace replace",
    "Glob": "glob ls list listfiles listdir listdirectory",
    "Grep": "grep ripgrep searchfilecontent",
    "NotebookEdit": "notebookedit",
    "Bash": "bash shell runshellcommand",
    "WebFetch": "webfetch",
    "WebSearch": "websearch googlewebsearch",
    "Task": "task agent",
    "TodoWrite": "todowrite",
    "Skill": "skill",
    "BashOutput": "bashoutput",
    "KillShell": "killshell killbash",
    "SlashCommand": "slashcommand",
    "ExitPlanMode": "exitplanmode",
    "AskUserQuestion": "askuserquestion",
    "LSP": "lsp",
}
NAMES = tuple(_TODAY)
"""What the program calls its own tools."""
_NAMES = {word: name for name, words in _TODAY.items() for word in words.split()}
_ENTRY = re.compile(r"\s*([\w .-]*?)\s*(\(.*\))?\s*", re.DOTALL)


class ClaudeTools(NamedTuple):
    """An agent file's tools."""

    known: tuple[str, ...]
    """Such as `Read` or `Bash(git:*)`, once each; names of MCP tools as they are."""
    unknown: tuple[str, ...]
    """As written."""


def claude_tools(entries: Iterable[str]) -> ClaudeTools:
    """Which of these the program has.

    Args:
        entries: As the agent file names them.
    """
    known: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for entry in entries:
        if entry.strip().startswith("mcp__"):
            known[entry.strip()] = None
            continue
        match = _ENTRY.fullmatch(entry)
        key = "".join(filter(str.isalnum, match[1].lower())) if match else ""
        if match and key in _NAMES:
            known[f"{_NAMES[key]}{match[2] or ''}"] = None
        elif entry.strip():
            unknown[entry.strip()] = None
    return ClaudeTools(tuple(known), tuple(unknown))
