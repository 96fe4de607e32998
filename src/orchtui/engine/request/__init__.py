"""Request text in plain words → Plan, offline.

Read the modules in this order: `parse` (the steps), `markup`, `outline`,
`inline_lists`, `limits`, `marks`, `closing`, `references`, `counting`,
`from_list`, `from_text` with `chains` and `frames`, `meant_files`, `prompts`,
`gaps`. This package never calls a model and never opens a file.
"""

from orchtui.engine.request.parse import parse_request

__all__ = ["parse_request"]
