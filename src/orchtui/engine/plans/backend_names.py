"""The names of the ways to run a specialist. This module never makes one."""

PRESETS = ("claude", "codex", "gemini", "opencode", "llm")
"""Agent programs that are known here; see `presets`."""

NAMES = ("anthropic", "local", "command", "acp", *PRESETS, "rehearsal")
"""All but the profiles of a configuration, whose names are backends too."""

PROGRAMS = frozenset({"command", "acp", *PRESETS})
"""Backends that run a program on this machine: those with which a `command` has a meaning."""

WITH_TOOLS_OF_THEIR_OWN = PROGRAMS - {"command", "llm"}
"""Agent programs: what their specialists may use is the program's, not orchtui's."""

OF_OTHER_MODELS = frozenset({"codex", "gemini", "opencode", "llm"})
"""Programs to which the names of Claude's families mean nothing."""

WITHOUT_TOOLS = frozenset({"local", "rehearsal", "command", "llm"})
"""What runs through these has no tools, neither orchtui's nor its own."""

WITHOUT_MODEL_CHOICE = frozenset({"command", "local", "rehearsal"})
"""A named model means nothing to these: a file that showed it would lie."""

REPORTING = frozenset({"claude"})
"""These say themselves what an attempt has cost, once it is over."""
