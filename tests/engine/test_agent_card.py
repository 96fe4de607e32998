"""Cards: what an agent file comes to, run in one way."""

from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.agents.specialists import Specialist
from orchtui.engine.plans.backend_names import NAMES, WITHOUT_TOOLS
from orchtui.engine.staff.agent_card import Card, Ignored, card

MODELS = {None: "the-default", "opus": "opus-9", "opus-9": "opus-9"}


def card_of(backend: str = "anthropic", tools: bool = True, web: bool = True, **said: Any) -> Card:
    one = Specialist(name="scout", description="", system="", path=Path("scout.md"), **said)
    return card(one, resolve_model=MODELS.get, backend=backend, tools=tools, web=web)


@pytest.mark.parametrize(
    ("said", "backend", "model", "says"),
    [
        (None, "anthropic", "the-default", "the file names none"),
        ("opus", "anthropic", "opus-9", "'opus' of the file"),
        ("opus-9", "lan", "opus-9", "as the file says"),
        ("gpt", "anthropic", "the-default", "'anthropic' does not know 'gpt'"),
        ("opus", "local", None, "'opus' of the file is passed over"),
        (None, "local", None, "has no choice"),
        ("opus", "command", None, "a program's own choice"),
        ("opus", "claude", "opus-9", "'opus' of the file"),
    ],
)
def test_the_model_that_will_really_be_used(
    said: str | None, backend: str, model: str | None, says: str
) -> None:
    shown = card_of(backend, model=said)

    assert shown.model == model
    assert says in shown.model_from


def test_through_an_api_it_has_what_orchtui_has() -> None:
    shown = card_of(disallowed_tools=("Read(.env)",))
    named = Specialist(
        name="a", description="", system="", path=Path("a"),
        tools=("Read(docs/**)", "WebSearch", "Bash", "Task"), disallowed_tools=("Read(x)",),
    )  # fmt: skip
    named_card = card(named, resolve_model=MODELS.get, backend="anthropic")

    assert shown.tools == ("Read(not .env)", "Write", "Edit", "List_Files", "Glob", "Grep")
    assert "does not say" in shown.tools_from
    assert named_card.tools == ("Read(docs/**, not x)", "web_search")
    assert named_card.nobody == ("Bash", "Task")
    assert "nobody here has Bash, Task" in named_card.notes


def test_a_profile_may_have_less() -> None:
    said = ("Read", "WebSearch")
    one = Specialist(name="a", description="", system="", path=Path("a"), tools=said)
    without_web = card(one, resolve_model=MODELS.get, backend="lan", web=False)
    without_tools = card(one, resolve_model=MODELS.get, backend="lan", tools=False)

    assert (without_web.tools, without_web.nobody) == (("Read",), ("web_search",))
    assert (without_tools.tools, without_tools.nobody) == ((), said)


@pytest.mark.parametrize("backend", sorted(WITHOUT_TOOLS))
def test_what_has_no_tools_says_so_and_names_what_is_lost(backend: str) -> None:
    one = Specialist(name="a", description="", system="", path=Path("a"), tools=("Read",))
    shown = card(one, resolve_model=MODELS.get, backend=backend)

    assert (shown.tools, shown.nobody) == ((), ("Read",))
    assert "no tools" in shown.tools_from


@pytest.mark.parametrize(
    ("backend", "said", "tools", "about", "nobody"),
    [
        ("claude", {}, (), "all of the program's own", ()),
        ("claude", {"disallowed_tools": ("Bash",)}, (), "without Bash", ()),
        (
            "claude",
            {"tools": ("read", "LS", "MultiEdit", "Bash(git:*)", "Nonsense", "mcp__x__y")},
            ("Read", "Glob", "Edit", "Bash(git:*)", "mcp__x__y"),
            "the program's own",
            ("Nonsense",),
        ),
        (
            "claude",
            {"tools": ("Read", "WebSearch"), "disallowed_tools": ("WebSearch",)},
            ("Read",),
            "the program's own",
            (),
        ),
        ("acp", {"tools": ("Read",), "disallowed_tools": ("Write",)}, ("Read",), "out Write", ()),
        ("codex", {}, (), "as its settings have it", ()),
        ("codex", {"tools": ("Read", "Grep")}, (), "it may only read", ()),
        ("gemini", {"tools": ("Read", "Edit")}, (), "it may change files", ()),
        ("opencode", {"tools": ("Edit", "Bash")}, (), "change files and run commands", ()),
        ("codex", {"permission_mode": "bypassPermissions"}, (), "without asking", ()),
    ],
)
def test_an_agent_program_has_its_own(
    backend: str, said: dict[str, Any], tools: object, about: str, nobody: object
) -> None:
    """What the file names and the program does not have is never shown as had."""
    one = Specialist(name="a", description="", system="", path=Path("a"), **said)

    shown = card(one, resolve_model=MODELS.get, backend=backend)

    assert (shown.tools, shown.nobody) == (tools, nobody)
    assert about in shown.tools_from
    assert all(name in " ".join(shown.notes) for name in shown.nobody)


@pytest.mark.parametrize("backend", [*NAMES, "a-profile", ""])
def test_every_backend_gives_a_card(backend: str) -> None:
    shown = card_of(backend, effort="high", max_turns=3, isolation="worktree", command=("a",))

    assert shown.backend == backend
    assert shown.tools_from or shown.tools


@pytest.mark.parametrize(
    ("said", "backend", "note"),
    [
        ({"permission_mode": "plan"}, "anthropic", "changes no file"),
        ({"permission_mode": "bypassPermissions"}, "anthropic", "the workspace allows"),
        ({"permission_mode": "bypassPermissions"}, "claude", "does without asking"),
        ({"isolation": "worktree"}, "anthropic", "only programs"),
        ({"effort": "high"}, "local", "effort high"),
        ({"max_turns": 3}, "local", "one turn"),
        ({"command": ("prog",)}, "anthropic", "runs no program"),
    ],
)
def test_what_holds_differently_here_is_noted(
    said: dict[str, Any], backend: str, note: str
) -> None:
    assert any(note in one for one in card_of(backend, **said).notes)


@pytest.mark.parametrize(
    ("said", "backend"),
    [
        ({"permission_mode": "default"}, "anthropic"),
        ({"isolation": "worktree"}, "claude"),
        ({"effort": "high", "max_turns": 3}, "anthropic"),
        ({"command": ("prog",)}, "command"),
    ],
)
def test_what_is_obeyed_needs_no_note(said: dict[str, Any], backend: str) -> None:
    assert card_of(backend, **said).notes == ()


def test_what_is_ignored_says_why() -> None:
    shown = card_of(ignored=("hooks", "shoe-size"))

    assert shown.ignored == (
        Ignored("hooks", "no hooks are run here"),
        Ignored("shoe-size", "not known here"),
    )
