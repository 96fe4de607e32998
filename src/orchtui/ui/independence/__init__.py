"""What was found about the plan's independence, and what can be done about it.

Nothing here changes a plan.
"""
