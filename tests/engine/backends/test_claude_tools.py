"""Names of tools, turned into those that Claude Code has."""

import pytest

from orchtui.engine.backends.claude_tools import claude_tools


@pytest.mark.parametrize(
    ("written", "known", "unknown"),
    [
        (("Read", "read", "READ"), ("Read",), ()),
        (("LS", "List_Files", "Glob"), ("Glob",), ()),
        (("MultiEdit", "Edit"), ("Edit",), ()),
        (("Bash(git:*)", "Bash(npm test)"), ("Bash(git:*)", "Bash(npm test)"), ()),
        (("mcp__github__search",), ("mcp__github__search",), ()),
        (("Raed", "Nonsense(x)"), (), ("Raed", "Nonsense(x)")),
        (("", "  ", " Read "), ("Read",), ()),
        (("Task(a, b)", "WebFetch(domain:x.org)"), ("Task(a, b)", "WebFetch(domain:x.org)"), ()),
        (("(", "a)b(", "--tools=Bash"), (), ("(", "a)b(", "--tools=Bash")),
    ],
)
def test_names(written: tuple[str, ...], known: tuple[str, ...], unknown: tuple[str, ...]) -> None:
    assert claude_tools(written) == (known, unknown)
