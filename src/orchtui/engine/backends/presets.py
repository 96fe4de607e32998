"""The agent programs that are known here: how to find, call and read each of them.

A preset is data; `agent_program` runs it. This module never starts a program.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import defpath
from types import MappingProxyType

from orchtui.engine.backends import (
    claude_output,
    codex_output,
    gemini_output,
    opencode_output,
    preset_calls,
)
from orchtui.engine.backends.agent_output import Output
from orchtui.engine.backends.base import Assignment

_STREAMING_S = 120.0
"""Silence of a program that streams, in seconds, after which it counts as dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One agent program."""

    name: str
    """The word that plans, agent files and flags use."""
    summary: str
    """What it is, in a few words."""
    program: str
    """The file that is looked for on the PATH."""
    install: str
    """How to install it, as half a sentence."""
    call: Callable[[Assignment], preset_calls.Call]
    """How it is started for an assignment."""
    output: Callable[[str], Output] | None
    """Makes a reader of its output, given the program's name; `None` where all that it prints is
    the answer."""
    login: str
    """What to do when it can not log in."""
    project_files: tuple[str, ...] = ()
    """Files and folders of a project that the program obeys by itself when it is started there, and
    that can name more programs to run (hooks, MCP servers, plugins). Those of programs that ask
    for trust themselves, also without a screen, are not listed."""
    idle_timeout: float | None
    """Seconds; `None` for those that print only whole items, and are silent meanwhile."""

    def lacking(self, environment: Mapping[str, str]) -> str | None:
        """What is missing to use it, and what to do about it; `None` when it is there.

        Args:
            environment: Its `PATH` is where the program is looked for.
        """
        if shutil.which(self.program, path=environment.get("PATH", defpath)):
            return None
        return f"the program '{self.program}' is not on the PATH; {self.install}"


_ALL = (
    Preset(
        name="claude",
        summary="Claude Code, the program",
        program="claude",
        install="install it with: npm install -g @anthropic-ai/claude-code",
        call=preset_calls.claude,
        output=claude_output.ClaudeOutput,
        login=claude_output.LOGIN,
        # Commands and skills can say that programs are run without asking.
        project_files=(
            ".claude/settings.json",
            ".claude/settings.local.json",
            ".mcp.json",
            ".claude/commands",
            ".claude/skills",
        ),
        idle_timeout=_STREAMING_S,
    ),
    Preset(
        name="codex",
        summary="Codex, OpenAI's coding agent",
        program="codex",
        install="install it with: npm install -g @openai/codex",
        call=preset_calls.codex,
        output=codex_output.CodexOutput,
        login=codex_output.LOGIN,
        idle_timeout=None,
    ),
    Preset(
        name="gemini",
        summary="Gemini CLI, Google's agent",
        program="gemini",
        install="install it with: npm install -g @google/gemini-cli",
        call=preset_calls.gemini,
        output=gemini_output.GeminiOutput,
        login=gemini_output.LOGIN,
        project_files=(".gemini", ".env"),
        idle_timeout=_STREAMING_S,
    ),
    Preset(
        name="opencode",
        summary="opencode, an agent for many providers",
        program="opencode",
        install="install it with: npm install -g opencode-ai",
        call=preset_calls.opencode,
        output=opencode_output.OpencodeOutput,
        login=opencode_output.LOGIN,
        project_files=("opencode.json", "opencode.jsonc", ".opencode"),
        idle_timeout=None,
    ),
    Preset(
        name="llm",
        summary="llm, one prompt to any model, without tools",
        program="llm",
        install="install it with: pipx install llm",
        call=preset_calls.llm,
        output=None,
        login="run `llm keys set` for its provider",
        idle_timeout=None,
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in _ALL})
"""By name."""
