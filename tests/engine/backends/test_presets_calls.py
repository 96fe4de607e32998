"""How agent programs are called: what an agent file says is what they are told."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.base import Finished, Started, Text
from orchtui.engine.backends.preset_calls import SYSTEM_ARGUMENT_BYTES
from orchtui.engine.backends.presets import PRESETS
from orchtui.engine.plans.backend_names import PRESETS as NAMES
from tests.engine.backends.program_helpers import assignment, lines, nothing_left, play, preset, run

HERE = Path(__file__).parent
RESULT = {"type": "result", "subtype": "success", "is_error": False, "result": "ok"}


def options(name: str, **fields: Any) -> Sequence[str]:
    """The arguments beyond those that are always there."""
    always = PRESETS[name].call(assignment(HERE)).arguments
    arguments = PRESETS[name].call(assignment(HERE, **fields)).arguments
    assert [argument for argument in always if argument not in arguments] == []
    return [argument for argument in arguments if argument not in always]


def permission(**fields: Any) -> Any:
    """What opencode is allowed."""
    environment = PRESETS["opencode"].call(assignment(HERE, **fields)).environment
    return json.loads(environment.get("OPENCODE_PERMISSION", "null"))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (
            "claude",
            "-p --output-format=stream-json --verbose --include-partial-messages "
            "--no-session-persistence",
        ),
        ("codex", "exec --json --skip-git-repo-check --ephemeral"),
        ("gemini", "--output-format=stream-json --skip-trust"),
        ("opencode", "run --format=json"),
        ("llm", "prompt --no-log"),
    ],
)
def test_what_is_always_said(name: str, arguments: str) -> None:
    call = PRESETS[name].call(assignment(HERE, context="the context"))
    assert list(call.arguments) == arguments.split()
    assert call.standard_input == "the prompt\n\nthe context"
    assert not call.environment


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_and_what_it_builds_on_are_never_arguments(name: str) -> None:
    given = assignment(HERE, prompt="SECRET one", context="SECRET two", system="Be brief.")
    call = PRESETS[name].call(given)
    assert "SECRET" not in " ".join(call.arguments)
    assert "SECRET one\n\nSECRET two" in call.standard_input


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("claude", {"model": "opus"}, ["--model=opus"]),
        ("claude", {"effort": "high"}, ["--effort=high"]),
        ("claude", {"max_turns": 7}, ["--max-turns=7"]),
        ("claude", {"permission_mode": "plan"}, ["--permission-mode=plan"]),
        ("claude", {"system": "Be brief."}, ["--append-system-prompt=Be brief."]),
        ("codex", {"model": "o"}, ["--model=o"]),
        ("codex", {"effort": 'a"b'}, ['--config=model_reasoning_effort="a\\"b"']),
        ("gemini", {"model": "g"}, ["--model=g"]),
        ("opencode", {"model": "p/m", "effort": "max"}, ["--model=p/m", "--variant=max"]),
        ("llm", {"model": "m", "system": "Be brief."}, ["--model=m", "--system=Be brief."]),
    ],
)
def test_what_an_agent_file_says(name: str, fields: dict[str, Any], expected: list[str]) -> None:
    assert options(name, **fields) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"tools": ("*",)}, []),
        ({"tools": ()}, ["--tools=", "--strict-mcp-config"]),
        ({"tools": ("Read", "Grep")}, ["--tools=Read,Grep", "--strict-mcp-config"]),
        (
            {"tools": ("Read", "Write", "Edit")},
            ["--tools=Read,Write,Edit", "--strict-mcp-config", "--allowedTools=Edit(./**)"],
        ),
        (
            {"tools": ("Bash", "WebSearch")},
            ["--tools=Bash,WebSearch", "--strict-mcp-config", "--allowedTools=Bash,WebSearch"],
        ),
        (
            {"tools": ("Bash(git add:*)", "Bash(git log:*)", "Write(docs/**)")},
            [
                "--tools=Bash,Write",
                "--strict-mcp-config",
                "--allowedTools=Bash(git add:*),Bash(git log:*),Write(docs/**)",
            ],
        ),
        (
            {"tools": ("Read", "mcp__web__get")},
            ["--tools=Read", "--allowedTools=mcp__web__get"],
        ),
        ({"disallowed_tools": ("Bash", "Write")}, ["--disallowedTools=Bash,Write"]),
        ({"tools": ("--dangerously-skip-permissions",)}, None),
    ],
)
def test_the_tools_of_claude(fields: dict[str, Any], expected: list[str] | None) -> None:
    """Writing is allowed in the folder only; an option can not be smuggled in."""
    found = options("claude", **fields)
    if expected is None:
        assert all(
            argument.startswith(("--tools=", "--allowedTools=", "--s")) for argument in found
        )
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("fields", "codex", "gemini", "opencode"),
    [
        ({}, [], [], None),
        ({"tools": ("*",)}, [], [], None),
        ({"tools": ()}, "read-only", "default", ("deny", "deny")),
        ({"tools": ("Read", "Grep")}, "read-only", "default", ("deny", "deny")),
        ({"tools": ("Write",)}, "workspace-write", "auto_edit", ("allow", "deny")),
        ({"tools": ("Edit", "Bash")}, "workspace-write", "auto_edit run", ("allow", "allow")),
        ({"tools": ("Bash",)}, "workspace-write", "default run", ("deny", "allow")),
        ({"tools": ("Bash(git:*)",)}, "read-only", "default", ("deny", "deny")),
        ({"disallowed_tools": ("Bash",)}, "read-only", "default", ("deny", "deny")),
        ({"disallowed_tools": ("WebFetch",)}, [], [], None),
        ({"permission_mode": "default"}, "read-only", "default", ("deny", "deny")),
        ({"permission_mode": "acceptEdits"}, "workspace-write", "auto_edit", ("allow", "deny")),
        ({"permission_mode": "plan", "tools": ("Write",)}, "read-only", "plan", ("deny", "deny")),
        (
            {"permission_mode": "bypassPermissions", "tools": ("Read",)},
            "read-only",
            "default",
            ("deny", "deny"),
        ),
        (
            {"permission_mode": "bypassPermissions", "disallowed_tools": ("Bash",)},
            "workspace-write",
            "auto_edit",
            ("allow", "deny"),
        ),
    ],
)
def test_what_the_others_may_do(
    fields: dict[str, Any],
    codex: str | list[str],
    gemini: str | list[str],
    opencode: tuple[str, str] | None,
) -> None:
    assert options("codex", **fields) == ([f"--sandbox={codex}"] if codex else [])
    mode, _, runs = gemini.partition(" ") if isinstance(gemini, str) else ("", "", "")
    expected = [f"--approval-mode={mode}"] if mode else []
    assert options("gemini", **fields) == (
        [*expected, "--allowed-tools=run_shell_command"] if runs else expected
    )
    allowed = None if opencode is None else {"edit": opencode[0], "bash": opencode[1]}
    assert permission(**fields) == allowed


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("claude", "--permission-mode=bypassPermissions"),
        ("codex", "--dangerously-bypass-approvals-and-sandbox"),
        ("gemini", "--approval-mode=yolo"),
        ("opencode", "--auto"),
    ],
)
def test_only_the_agent_file_lifts_all_limits(name: str, option: str) -> None:
    assert options(name, permission_mode="bypassPermissions") == [option]
    for mode in (None, "default", "acceptEdits", "plan", "dontAsk", "auto"):
        for tools in (None, ("*",), ("Bash", "Write")):
            assert option not in options(name, permission_mode=mode, tools=tools)


def test_a_prompt_is_no_command_of_the_program() -> None:
    call = PRESETS["claude"].call(assignment(HERE, prompt="/tmp is full: why?"))
    assert call.standard_input == "Your task:\n\n/tmp is full: why?"


@pytest.mark.parametrize("name", ["codex", "gemini", "opencode"])
def test_instructions_come_before_the_prompt_where_there_is_no_option(name: str) -> None:
    call = PRESETS[name].call(assignment(HERE, system="Be brief.\n"))
    assert call.standard_input == "Be brief.\n\nYour task:\n\nthe prompt"


def test_long_instructions_do_not_go_into_an_argument() -> None:
    system = "ä" * (SYSTEM_ARGUMENT_BYTES // 2 + 1)
    call = PRESETS["claude"].call(assignment(HERE, system=system))
    assert (call.file_option, call.file_text) == ("--append-system-prompt-file", system)
    assert system not in " ".join(call.arguments)
    assert system in PRESETS["llm"].call(assignment(HERE, system=system)).standard_input


# Through a program


async def test_a_program_gets_all_of_it(tmp_path: Path) -> None:
    record = tmp_path / "record"
    script = play(tmp_path, lines(RESULT), record=str(record))
    given = assignment(tmp_path, *script, "--mine", prompt="é" * 300_000, model="m")
    assert await run(preset("claude"), given) == [Started(), Text("ok"), Finished("end_turn")]
    called = json.loads(record.read_text())
    assert called["arguments"] == ["--mine", *PRESETS["claude"].call(given).arguments]
    assert called["input"] == "é" * 300_000
    assert called["folder"] == str(tmp_path)


async def test_long_instructions_come_in_a_file_that_is_gone_afterwards(tmp_path: Path) -> None:
    record = tmp_path / "record"
    script = play(tmp_path, lines(RESULT), record=str(record))
    with nothing_left(tmp_path / "temporary"):
        await run(preset("claude"), assignment(tmp_path, *script, system="ö" * 100_000))
    ((option, text),) = json.loads(record.read_text())["files"].items()
    assert option.startswith(f"--append-system-prompt-file={tmp_path}/temporary/")
    assert text == "ö" * 100_000


async def test_the_environment_is_the_given_one_and_what_the_preset_adds(tmp_path: Path) -> None:
    record = tmp_path / "record"
    step = {"type": "step_finish", "part": {"reason": "stop"}}
    script = play(tmp_path, lines(step), record=str(record))
    backend = preset("opencode", {"GREETING": "hello"})
    await run(backend, assignment(tmp_path, *script, tools=("Read",)))
    environment = json.loads(record.read_text())["environment"]
    assert environment["GREETING"] == "hello"
    assert json.loads(environment["OPENCODE_PERMISSION"]) == {"edit": "deny", "bash": "deny"}
    assert "OPENCODE_PERMISSION" not in os.environ


async def test_the_program_is_found_on_the_path_of_its_environment(tmp_path: Path) -> None:
    program = tmp_path / "llm"
    program.write_text('#!/bin/sh\necho "$1:"; cat\n')
    program.chmod(0o755)
    backend = preset("llm", {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert PRESETS["llm"].lacking({"PATH": str(tmp_path)}) is None
    events = await run(backend, assignment(tmp_path))
    assert "".join(e.text for e in events if isinstance(e, Text)) == "prompt:\nthe prompt"


# The table


def test_the_table_has_the_names_that_there_are() -> None:
    assert tuple(PRESETS) == NAMES
    assert all(PRESETS[name].name == name for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_lacking_is_said_with_how_to_get_it(name: str, tmp_path: Path) -> None:
    lacking = PRESETS[name].lacking({"PATH": str(tmp_path)})
    assert lacking is not None
    assert f"'{name}'" in lacking
    assert "install" in lacking
    (tmp_path / name).write_text("not executable")
    assert PRESETS[name].lacking({"PATH": str(tmp_path)}) == lacking
    (tmp_path / name).chmod(0o755)
    assert PRESETS[name].lacking({"PATH": str(tmp_path)}) is None


def test_only_those_that_stream_may_be_taken_for_dead() -> None:
    timeouts = {name: PRESETS[name].idle_timeout for name in NAMES}
    assert timeouts == {"claude": 120, "codex": None, "gemini": 120, "opencode": None, "llm": None}


def test_names_that_claude_no_longer_has_become_what_it_has() -> None:
    """It would pass over them without a word."""
    given = assignment(Path("."), tools=("LS", "read", "MultiEdit", "Nonsense", "Bash(git:*)"))

    arguments = PRESETS["claude"].call(given).arguments

    assert "--tools=Glob,Read,Edit,Bash" in arguments
    assert "--allowedTools=Edit(./**),Bash(git:*)" in arguments
