"""What is added to a run behind its end: results chosen, aggregated again.

Nothing here runs a task of the plan.
"""
