"""The pane of what is set against each other: results in a table, a matrix, and a diff of two.

It shows a run's results and what was added to them; it never reads a file and never chooses.
"""
