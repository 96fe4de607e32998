"""A run over time, a row for each task.

Nothing here changes a run.
"""
