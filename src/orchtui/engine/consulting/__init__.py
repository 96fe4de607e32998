"""Models asked outside of any run: one question, one whole answer, read without trusting it.

Nothing here changes a plan.
"""
