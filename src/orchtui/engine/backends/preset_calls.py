"""How each known agent program is called for one assignment: arguments, input, environment.

The prompt goes to standard input: it has no length limit there, and nobody
sees it in the list of processes. Values stand in one argument with their
option (`--model=x`), so that no value is read as an option. What an agent file
says about tools becomes what the program allows without asking; what is not
allowed it refuses by itself, since nobody is there to be asked. This module
never runs a program, and never lifts a program's own limits unless the agent
file says `bypassPermissions`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchtui.engine.backends.base import Assignment
from orchtui.engine.backends.claude_tools import claude_tools

SYSTEM_ARGUMENT_BYTES = 60_000
"""Longer instructions do not go into an argument: Linux allows 128 KiB in one."""

_TASK = "Your task:\n\n"

_READ = frozenset({"read", "glob", "grep", "ls", "notebookread"})
_EDIT = frozenset({"write", "edit", "multiedit", "notebookedit"})
_RUN = frozenset({"bash"})
_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Call:
    """How a program is started; its name comes before the arguments."""

    arguments: tuple[str, ...]
    standard_input: str
    environment: Mapping[str, str] = field(default_factory=dict)
    """What is added to the environment."""
    file_option: str = ""
    """An option that takes a file with `file_text` in it; nothing where none is needed."""
    file_text: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """What an agent file allows, for programs that know no names of tools."""

    said: bool
    """Whether it says anything; if not, the program's own settings decide."""
    edit: bool
    run: bool
    plan: bool
    everything: bool


def claude(assignment: Assignment) -> Call:
    """`claude -p`, as a stream of JSON."""
    options = ["--output-format=stream-json", "--verbose", "--include-partial-messages"]
    options.append("--no-session-persistence")
    if assignment.model:
        options.append(f"--model={assignment.model}")
    options += _claude_tools(assignment)
    if assignment.permission_mode:
        options.append(f"--permission-mode={assignment.permission_mode}")
    if assignment.max_turns:
        options.append(f"--max-turns={assignment.max_turns}")
    if assignment.effort:
        options.append(f"--effort={assignment.effort}")
    file_option = ""
    if _long(assignment.system):
        file_option = "--append-system-prompt-file"
    elif assignment.system:
        options.append(f"--append-system-prompt={assignment.system}")
    prompt = assignment.whole_prompt
    if prompt.startswith("/"):  # else the program takes it for a command of its own
        prompt = f"{_TASK}{prompt}"
    return Call(
        ("-p", *options),
        prompt,
        file_option=file_option,
        file_text=assignment.system if file_option else "",
    )


def codex(assignment: Assignment) -> Call:
    """`codex exec`, as lines of JSON; it keeps no session."""
    options = ["--json", "--skip-git-repo-check", "--ephemeral"]
    if assignment.model:
        options.append(f"--model={assignment.model}")
    if assignment.effort:
        options.append(f"--config=model_reasoning_effort={json.dumps(assignment.effort)}")
    rights = rights_of(assignment.tools, assignment.disallowed_tools, assignment.permission_mode)
    if rights.everything:
        options.append("--dangerously-bypass-approvals-and-sandbox")
    elif rights.said:
        may_write = (rights.edit or rights.run) and not rights.plan
        options.append(f"--sandbox={'workspace-write' if may_write else 'read-only'}")
    return Call(("exec", *options), _with_instructions(assignment))


def gemini(assignment: Assignment) -> Call:
    """`gemini` without a screen, as a stream of JSON."""
    options = ["--output-format=stream-json", "--skip-trust"]
    if assignment.model:
        options.append(f"--model={assignment.model}")
    rights = rights_of(assignment.tools, assignment.disallowed_tools, assignment.permission_mode)
    if rights.everything:
        options.append("--approval-mode=yolo")
    elif rights.plan:
        options.append("--approval-mode=plan")
    elif rights.said:
        options.append(f"--approval-mode={'auto_edit' if rights.edit else 'default'}")
        if rights.run:
            options.append("--allowed-tools=run_shell_command")
    return Call(tuple(options), _with_instructions(assignment))


def opencode(assignment: Assignment) -> Call:
    """`opencode run`, as lines of JSON."""
    options = ["--format=json"]
    if assignment.model:
        options.append(f"--model={assignment.model}")
    if assignment.effort:
        options.append(f"--variant={assignment.effort}")
    rights = rights_of(assignment.tools, assignment.disallowed_tools, assignment.permission_mode)
    environment = {}
    if rights.everything:
        options.append("--auto")
    elif rights.said:
        allowed = {
            "edit": rights.edit and not rights.plan,
            "bash": rights.run and not rights.plan,
        }
        words = {name: "allow" if yes else "deny" for name, yes in allowed.items()}
        environment["OPENCODE_PERMISSION"] = json.dumps(words)
    return Call(("run", *options), _with_instructions(assignment), environment)


def llm(assignment: Assignment) -> Call:
    """`llm prompt`: plain text, and nothing in its log."""
    options = ["--no-log"]
    if assignment.model:
        options.append(f"--model={assignment.model}")
    if not assignment.system or _long(assignment.system):
        return Call(("prompt", *options), _with_instructions(assignment))
    return Call(("prompt", *options, f"--system={assignment.system}"), assignment.whole_prompt)


def _claude_tools(assignment: Assignment) -> list[str]:
    """The tools that there are, and those that it may use without asking.

    Reading below the folder needs no permission. For a tool that writes files only the folder is
    allowed, not the whole machine, which the bare name would mean. A name with a rule in
    parentheses is passed on as it is.
    """
    options = []
    named = _named(assignment.tools)
    if named is not None:
        named = claude_tools(named).known
        built_in = [_base(name) for name in named if not name.startswith("mcp__")]
        options.append(f"--tools={','.join(dict.fromkeys(built_in))}")
        if len(built_in) == len(named):
            options.append("--strict-mcp-config")
        allowed = [rule for name in named if (rule := _claude_rule(name))]
        if allowed:
            options.append(f"--allowedTools={','.join(dict.fromkeys(allowed))}")
    if assignment.disallowed_tools:
        known, unknown = claude_tools(assignment.disallowed_tools)
        options.append(f"--disallowedTools={','.join((*known, *unknown))}")
    return options


def _claude_rule(name: str) -> str:
    plain = name.lower()
    if plain in _READ:
        return ""
    return "Edit(./**)" if plain in _EDIT else name


def _named(tools: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The tools of the agent file; `None` where it leaves them open."""
    if tools is None or "*" in tools:
        return None
    return tuple(name.strip() for name in tools if name.strip())


def _base(name: str) -> str:
    """A tool's name without the rule in parentheses."""
    match = _NAME.match(name)
    return match.group() if match else name


def rights_of(
    tools: tuple[str, ...] | None, disallowed: tuple[str, ...], mode: str | None
) -> Rights:
    """What an agent file allows, for programs that know no names of tools.

    `Bash(git:*)` allows nothing here: a program that knows no such rules would take it for all.
    """
    named = _named(tools)
    denied = {name.strip().lower() for name in disallowed}
    names = {name.lower() for name in named or ()}
    everything = mode == "bypassPermissions" and not denied and named is None
    return Rights(
        said=named is not None or bool(denied & (_EDIT | _RUN)) or mode is not None,
        edit=not denied & _EDIT and (bool(names & _EDIT) or (named is None and mode in _MAY_EDIT)),
        run=not denied & _RUN
        and (bool(names & _RUN) or (named is None and mode == "bypassPermissions")),
        plan=mode == "plan",
        everything=everything,
    )


_MAY_EDIT = frozenset({"acceptEdits", "bypassPermissions"})


def _long(system: str) -> bool:
    return len(system.encode(errors="replace")) > SYSTEM_ARGUMENT_BYTES


def _with_instructions(assignment: Assignment) -> str:
    """The prompt, for programs that take no instructions apart from it."""
    if not assignment.system:
        return assignment.whole_prompt
    return f"{assignment.system.strip()}\n\n{_TASK}{assignment.whole_prompt}"
