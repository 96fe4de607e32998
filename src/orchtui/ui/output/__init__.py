"""What a task wrote, large or many at once.

Nothing here changes a run.
"""
