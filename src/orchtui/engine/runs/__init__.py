"""A Run, as its events make it: folded, and what is computed from it and said of it.

Only `fold` and `task_fold` change a Run. Nothing here opens a file or starts a task.
"""
