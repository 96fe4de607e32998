"""Timing: what a run's time went to, and what would have helped.

`time_use` and `time_report` read a Run, `stragglers` finds who took far longer than tasks like it,
and `time_words` says it for people. Nothing here starts or ends a task.
"""
