"""What was asked for: Plan and Task, their graph, and where a task's words stand in a file.

Templates only. Nothing here knows a specialist, a limit's default or a run.
"""
