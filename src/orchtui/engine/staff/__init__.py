"""Who there is to do the work: which specialist fits a task, and what holds for each in a run.

Nothing here reads an agent file (`engine/agents`) or starts a program.
"""
