"""What can be chosen in a session of an ACP agent, and what it is told of the agent file."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.acp_choices import match
from orchtui.engine.backends.base import Started, Text
from tests.engine.backends.acp_helpers import Script, failure, nothing_leaks, run, scripted, told


@pytest.fixture(autouse=True)
async def no_leaks() -> AsyncIterator[None]:
    async with nothing_leaks():
        yield


def option(number: str, category: str | None, current: str, *values: str) -> dict[str, Any]:
    options = [{"value": value, "name": value.title()} for value in values]
    return {
        "id": number,
        "name": number,
        "category": category,
        "type": "select",
        "currentValue": current,
        "options": options,
    }


MODELS = {"configOptions": [option("m", "model", "sonnet", "sonnet", "opus-4")]}
GROUPED = {
    "configOptions": [
        {
            **option("m", "model", "sonnet"),
            "options": [
                {
                    "group": "g",
                    "name": "G",
                    "options": [{"value": "opus-4", "name": "Opus"}, {"value": 5}],
                }
            ],
        }
    ]
}
OLD_MODELS = {
    "models": {
        "currentModelId": "sonnet",
        "availableModels": [{"modelId": "opus-4", "name": "Opus"}, {"modelId": 3}, 4],
    }
}
MODES = {
    "modes": {
        "currentModeId": "bypassPermissions",
        "availableModes": [
            {"id": "default", "name": "D"},
            {"id": "plan", "name": "P"},
            {"id": "acceptEdits", "name": "A"},
            {"id": "bypassPermissions", "name": "B"},
        ],
    }
}
EFFORT = {"configOptions": [option("e", "thought_level", "low", "low", "high")]}
SET_OPTION = "session/set_config_option"


@pytest.mark.parametrize(
    ("offer", "fields", "method", "said", "model"),
    [
        ({}, {"model": "opus"}, SET_OPTION, None, None),
        (MODELS, {}, SET_OPTION, None, "sonnet"),
        (MODELS, {"model": "sonnet"}, SET_OPTION, None, "sonnet"),
        (MODELS, {"model": "OPUS-4"}, SET_OPTION, {"configId": "m", "value": "opus-4"}, "opus-4"),
        (
            MODELS,
            {"model": "claude-opus-4"},
            SET_OPTION,
            {"configId": "m", "value": "opus-4"},
            "opus-4",
        ),
        (GROUPED, {"model": "opus"}, SET_OPTION, {"configId": "m", "value": "opus-4"}, "opus-4"),
        (OLD_MODELS, {"model": "opus"}, "session/set_model", {"modelId": "opus-4"}, "opus-4"),
        (MODES, {}, "session/set_mode", {"modeId": "default"}, None),
        (MODES, {"permission_mode": "plan"}, "session/set_mode", {"modeId": "plan"}, None),
        (
            MODES,
            {"permission_mode": "acceptEdits"},
            "session/set_mode",
            {"modeId": "default"},
            None,
        ),
        (
            MODES,
            {"permission_mode": "bypassPermissions"},
            "session/set_mode",
            {"modeId": "default"},
            None,
        ),
        (EFFORT, {"effort": "high"}, SET_OPTION, {"configId": "e", "value": "high"}, None),
        (EFFORT, {"effort": "absurd"}, SET_OPTION, None, None),
    ],
)
async def test_choices(
    tmp_path: Path,
    offer: dict[str, Any],
    fields: dict[str, str],
    method: str,
    said: dict[str, str] | None,
    model: str | None,
) -> None:
    """What is named and offered is set, and nothing that would stop an agent from asking."""
    script: Script = {
        "session/new": [{"answer": {"sessionId": "s1", **offer}}],
        method: [{"tell": "said"}, {"answer": {"configOptions": []}}],
    }
    events = await run(scripted(tmp_path, script, **fields))
    told = [json.loads(event.text) for event in events if isinstance(event, Text)]
    assert told == ([{"sessionId": "s1", **said}] if said else [])
    assert Started(model) in events


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({}, None),
        ({"tools": ("*",)}, None),
        ({"tools": ()}, {"tools": []}),
        (
            {"tools": ("Read", "Bash(git:*)", "Bash(ls)", "mcp__x__y")},
            {"tools": ["Read", "Bash"]},
        ),
        ({"disallowed_tools": ("Bash(rm:*)",)}, {"disallowedTools": ["Bash(rm:*)"]}),
        ({"max_turns": 3}, {"maxTurns": 3}),
    ],
)
async def test_what_the_agent_file_says_is_told_to_the_agents_that_have_a_word_for_it(
    tmp_path: Path, fields: dict[str, Any], options: dict[str, Any] | None
) -> None:
    script: Script = {"session/new": [{"tell": "said"}, {"answer": {"sessionId": "s1"}}]}
    said = json.loads(await told(scripted(tmp_path, script, **fields)))
    assert said.get("_meta") == (options and {"claudeCode": {"options": options}})


async def test_a_model_that_the_agent_does_not_have(tmp_path: Path) -> None:
    script = {"session/new": [{"answer": {"sessionId": "s1", **MODELS}}]}
    error = await failure(scripted(tmp_path, script, model="gpt-9"))
    assert error.kind == "bad_request"
    assert "'gpt-9'" in error.message
    assert "sonnet, opus-4" in error.message


@pytest.mark.parametrize(
    ("wanted", "offered", "expected"),
    [
        ("sonnet", ["sonnet", "opus"], "sonnet"),
        ("Sonnet", ["sonnet", "opus"], "sonnet"),
        ("claude-sonnet-5", ["sonnet", "opus"], "sonnet"),
        ("sonnet", ["claude-sonnet-5", "claude-opus-5"], "claude-sonnet-5"),
        ("sonnet", ["claude-sonnet-4", "claude-sonnet-5"], None),
        ("opus", ["sonnet"], None),
        ("son", ["sonnet"], None),
        ("", ["sonnet"], None),
        ("-", ["sonnet"], None),
        ("sonnet", [], None),
        ("sonnet", ["", "-"], None),
        ("opus 5", ["x-5"], None),
    ],
)
async def test_the_offered_word(wanted: str, offered: list[str], expected: str | None) -> None:
    assert match(wanted, [(value, value) for value in offered]) == expected
