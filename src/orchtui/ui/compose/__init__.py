"""The plan as it is written: draft, task list, form.

Nothing here runs a plan.
"""
