"""The ways in: a project, what would run in it, what it asks models, and one session of a run.

`project` is what the command line and the app have in hand; `orchestrator` is one session from the
first event to the published files. Nothing here draws.
"""
