"""A judge: a model reads results and rates them. The choice is a person's, `afterwards/choosing`.

Nothing here runs a task, and no judge ever chooses.
"""
