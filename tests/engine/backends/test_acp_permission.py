"""What an ACP agent asks to be allowed, as wishes, and the answers that it gets."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.base import NO_TOOLS, Alive, ToolBox, ToolCalled, Wish
from tests.engine.backends.acp_helpers import (
    NobodyAnswers,
    Rules,
    failure,
    nothing_leaks,
    prompt_steps,
    run,
    scripted,
    told,
)


@pytest.fixture(autouse=True)
async def no_leaks() -> AsyncIterator[None]:
    async with nothing_leaks():
        yield


OPTIONS = ["allow_always", "allow_once", "reject_always", "reject_once"]


def ask(options: list[str] = OPTIONS, **call: Any) -> dict[str, Any]:
    offered = [{"optionId": f"id-{kind}", "name": kind, "kind": kind} for kind in options]
    return {"ask": {"toolCall": {"toolCallId": "c1", **call}, "options": offered}}


class Broken(Rules):
    """A ToolBox that fails."""

    async def permit(self, wish: Wish) -> bool:
        raise RuntimeError("no rules today")


@pytest.mark.parametrize(
    ("call", "wish"),
    [
        (
            {"kind": "read", "title": "Read a.py", "locations": [{"path": "/w/a.py"}]},
            Wish(kind="read", paths=("/w/a.py",), what="read: Read a.py /w/a.py"),
        ),
        ({"kind": "search", "title": "Find x"}, Wish(kind="read", what="read: Find x")),
        (
            {
                "kind": "edit",
                "title": "Edit",
                "locations": [{"path": "/w/a"}],
                "content": [{"type": "diff", "path": "/w/b", "newText": ""}],
                "rawInput": {"file_path": "/w/c", "path": 5},
            },
            Wish(kind="write", paths=("/w/a", "/w/b", "/w/c"), what="write: Edit /w/a /w/b /w/c"),
        ),
        (
            {"kind": "delete", "locations": [{"path": "x"}]},
            Wish(kind="write", paths=("x",), what="write: x"),
        ),
        (
            {"kind": "move", "locations": [{"path": "x"}, {"path": "y"}]},
            Wish(kind="write", paths=("x", "y"), what="write: x y"),
        ),
        (
            {"kind": "execute", "title": "Tidy up", "rawInput": {"command": "rm -rf \x1b[8m/"}},
            Wish(kind="run", what="run: Tidy up rm -rf /"),
        ),
        (
            {"kind": "execute", "title": "`ls`", "rawInput": {"command": ["ls", "-l"]}},
            Wish(kind="run", what="run: `ls` ls -l"),
        ),
        ({"kind": "fetch", "title": "Fetch u"}, Wish(kind="fetch", what="fetch: Fetch u")),
        ({"kind": "think", "title": "T"}, Wish(kind="other", what="do: T")),
        ({"kind": "switch_mode", "title": "Ready?"}, Wish(kind="other", what="do: Ready?")),
        ({"kind": "juggle", "title": "J"}, Wish(kind="other", what="do: J")),
        ({}, Wish(kind="other", what="do: not said")),
    ],
)
async def test_wishes(tmp_path: Path, call: dict[str, Any], wish: Wish) -> None:
    rules = Rules()
    await run(scripted(tmp_path, prompt_steps(ask(**call))), rules)
    assert rules.wishes == [wish]


async def test_a_wish_knows_what_the_call_said_before(tmp_path: Path) -> None:
    rules = Rules()
    known = {
        "sessionUpdate": "tool_call",
        "toolCallId": "c1",
        "title": "Write it",
        "kind": "edit",
        "locations": [{"path": "/etc/passwd"}],
    }
    events = await run(scripted(tmp_path, prompt_steps({"update": known}, ask())), rules)
    assert rules.wishes == [
        Wish(kind="write", paths=("/etc/passwd",), what="write: Write it /etc/passwd")
    ]
    assert sum(isinstance(event, ToolCalled) for event in events) == 1


@pytest.mark.parametrize(
    "paths", [[*(f"/w/{number}" for number in range(300)), "/etc/passwd"], ["/w/a", "/" * 5000]]
)
async def test_a_path_is_never_lost(tmp_path: Path, paths: list[str]) -> None:
    """More files than are kept: then it is no longer a write of those few, and a person decides."""
    rules = Rules()
    places = [{"path": path} for path in paths]
    await run(scripted(tmp_path, prompt_steps(ask(kind="edit", locations=places))), rules)
    assert rules.wishes[0].kind == "other"


async def test_a_call_that_is_asked_for_is_told(tmp_path: Path) -> None:
    events = await run(scripted(tmp_path, prompt_steps(ask(kind="execute", title="make"))), Rules())
    assert ToolCalled("c1", "execute", "make") in events
    assert Alive() in events


@pytest.mark.parametrize(
    ("options", "allowed", "expected"),
    [
        (OPTIONS, True, "id-allow_once"),
        (OPTIONS, False, "id-reject_once"),
        (["allow_always", "reject_always"], True, "id-allow_always"),
        (["allow_always", "reject_always"], False, "id-reject_always"),
        (["allow_always", "allow_once"], False, None),
        (["reject_once"], True, None),
        ([], True, None),
        ([], False, None),
    ],
)
async def test_answers(
    tmp_path: Path, options: list[str], allowed: bool, expected: str | None
) -> None:
    given = scripted(tmp_path, prompt_steps(ask(options, kind="edit")))
    outcome = json.loads(await told(given, Rules(lambda wish: allowed)))["outcome"]
    if expected is None:
        assert outcome == {"outcome": "cancelled"}
    else:
        assert outcome == {"outcome": "selected", "optionId": expected}


async def test_without_a_toolbox_nothing_is_allowed(tmp_path: Path) -> None:
    answer = await told(scripted(tmp_path, prompt_steps(ask(kind="read"))), NO_TOOLS)
    assert "reject_once" in answer


@pytest.mark.parametrize(
    "said",
    [
        {"toolCall": {}, "options": []},
        {"toolCall": {"toolCallId": "c"}},
        {"toolCall": 5, "options": 5},
        {"options": [{"optionId": "x", "name": "x", "kind": "perhaps"}], "toolCall": {}},
    ],
)
async def test_a_request_that_does_not_fit(tmp_path: Path, said: dict[str, Any]) -> None:
    rules = Rules()
    answer = await told(scripted(tmp_path, prompt_steps({"ask": said})), rules)
    assert '"code": -32602' in answer
    assert rules.wishes == []


async def test_rules_that_fail(tmp_path: Path) -> None:
    error = await failure(scripted(tmp_path, prompt_steps(ask(), {"sleep": 600})), Broken())
    assert error.kind == "internal"
    assert "no rules today" in error.message


async def test_the_agent_dies_while_it_is_asked_about(tmp_path: Path) -> None:
    nobody: ToolBox = NobodyAnswers()
    given = scripted(
        tmp_path,
        {"session/prompt": [{"ask_at_once": [1, ask(kind="edit")["ask"]]}, {"exit": 4}]},
    )
    assert "exit code 4" in (await failure(given, nobody)).message
