"""The command line of an agent program, before there is a prompt: what is shown to a person.

It is made by what really calls the program. What it decides by what the program
may do is `for_task`; `executed` is the whole line, with what allows nothing too
(the model, the number of turns, the instructions). The prompt stands on neither:
programs get it on their standard input. This module never starts a program.
"""

import os

from msgspec.structs import replace

from orchtui.engine.backends.base import Assignment
from orchtui.engine.backends.handover import assignment
from orchtui.engine.backends.program_keys import KEYS
from orchtui.engine.plans.backend_names import PRESETS, WITH_TOOLS_OF_THEIR_OWN
from orchtui.engine.scheduling.schedule import ScheduledTask

_ASKING_MODES = frozenset({"", "default", "plan", "manual"})
"""Permission modes in which an agent program does nothing more than it would by itself."""

_MOST_OWN = 3
"""Beginnings of names that are told; programs for all providers have two dozen."""

_LOOKING = frozenset(
    "read glob grep ls listfiles list_files notebookread todowrite todoread".split()
)
"""Tools with which nothing is changed and nothing leaves this machine."""


_TEXTS = ("--append-system-prompt=", "--system=")
"""Options with a specialist's instructions in them."""
_MOST_TEXT = 240
_SHOWN_TEXT = 160
"""Characters of instructions that are shown whole, and of longer ones."""


def plain(backend: str) -> tuple[str, ...]:
    """What this backend starts for a task about which nobody says anything more."""
    return _line(backend, (), _assignment())


def plain_executed(backend: str, model: str | None, system: str) -> tuple[str, ...]:
    """The same as it is executed, see `executed`."""
    told = replace(_assignment(), model=model, system=system)
    return _shortened(_line(backend, (), told, with_file=True))


def executed(task: ScheduledTask, system: str) -> tuple[str, ...]:
    """What is started for this task, word by word; long instructions are cut and counted.

    Args:
        task: The task.
        system: Its specialist's instructions.
    """
    told = assignment(task, 1, results={}, system=system, folder="")
    return _shortened(_line(task.backend, task.command, told, with_file=True))


def program(backend: str) -> tuple[str, ...]:
    """The name of the program alone, where no command says another."""
    if backend == "acp":
        return plain(backend)
    if backend not in PRESETS:
        return ()
    from orchtui.engine.backends import presets

    return (presets.PRESETS[backend].program,)


def for_task(task: ScheduledTask) -> tuple[str, ...]:
    """What is started for this task; its own `command` where no agent program stands behind it."""
    rights = (task.tools, task.disallowed_tools, task.permission_mode)
    return _line(task.backend, task.command, _assignment(*rights))


def loosened(task: ScheduledTask) -> bool:
    """Whether its program would do more without asking than it does by itself."""
    if task.backend not in WITH_TOOLS_OF_THEIR_OWN:
        return False
    if (task.permission_mode or "").strip().lower() not in _ASKING_MODES:
        return True
    return any(
        tool.strip().lower() not in _LOOKING for tool in task.tools or () if tool.strip() != "*"
    )


def beside(task: ScheduledTask) -> str:
    """What its program gets and the command line does not tell: secrets, and rights by protocol."""
    mode = tools = ""
    if task.backend == "acp" and loosened(task):
        mode = f"permission mode {task.permission_mode}" if task.permission_mode else ""
        tools = f"tools {', '.join(task.tools)}" if task.tools else ""
    return "; ".join(part for part in (mode, tools, _secrets(task)) if part)


def _secrets(task: ScheduledTask) -> str:
    """The variables that hold secrets and that its program gets."""
    own: tuple[str, ...] = ()
    if task.command and task.backend in PRESETS and task.command[0] not in KEYS:
        own = KEYS[task.backend]  # what its backend's own program would get
    names = [*(f"{beginning}*" for beginning in own[:_MOST_OWN]), *task.env]
    if len(own) > _MOST_OWN:
        names[_MOST_OWN:_MOST_OWN] = ["the keys of other providers of models"]
    return f"gets {', '.join(names)}" if names else ""


def obeyed(backend: str, command: tuple[str, ...]) -> tuple[str, ...]:
    """Names of files that the program obeys where it finds them in a project.

    A command of its own may stand for any agent where one must stand; another is known by its name.
    """
    if backend not in WITH_TOOLS_OF_THEIR_OWN and backend != "command":
        return ()
    from orchtui.engine.backends import presets

    known = {
        preset.program: preset.project_files
        for preset in presets.PRESETS.values()
        if preset.project_files
    }
    if backend in presets.PRESETS:
        return presets.PRESETS[backend].project_files
    if backend == "acp" and not command:
        return presets.PRESETS["claude"].project_files
    named = [known[name] for word in command if (name := os.path.basename(word)) in known]
    if backend == "acp" and not named:
        named = list(known.values())
    return tuple(dict.fromkeys(file for files in named for file in files))


def _assignment(
    tools: tuple[str, ...] | None = None,
    disallowed_tools: tuple[str, ...] = (),
    permission_mode: str | None = None,
) -> Assignment:
    return Assignment(
        task="",
        attempt=1,
        specialist="",
        prompt="",
        max_tokens=1,
        folder="",
        tools=tools,
        disallowed_tools=disallowed_tools,
        permission_mode=permission_mode,
    )


def _shortened(argv: tuple[str, ...]) -> tuple[str, ...]:
    """With the beginning of long instructions. What a person or a plan wrote is never cut."""
    found = []
    for argument in argv:
        option = next((text for text in _TEXTS if argument.startswith(text)), "")
        length = len(argument) - len(option)
        if option and length > _MOST_TEXT:
            argument = f"{argument[: len(option) + _SHOWN_TEXT]}… ({length:,} characters)"
        found.append(argument)
    return tuple(found)


def _line(
    backend: str,
    command: tuple[str, ...],
    told: Assignment,
    *,
    with_file: bool = False,
) -> tuple[str, ...]:
    if backend == "acp":
        from orchtui.engine.backends.acp_failures import ADAPTER

        return command or (ADAPTER,)
    if backend not in PRESETS:
        return command or (backend,)
    from orchtui.engine.backends import presets

    preset = presets.PRESETS[backend]
    call = preset.call(told)
    settings = tuple(f"{name}={value}" for name, value in call.environment.items())
    program = command or (preset.program,)
    file = (f"{call.file_option}=… (a file with {len(call.file_text):,} characters)",)
    more = file if with_file and call.file_option else ()
    return (*(("env", *settings) if settings else ()), *program, *call.arguments, *more)
