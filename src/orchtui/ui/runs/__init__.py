"""The runs there are.

Nothing here opens or changes a run.
"""
