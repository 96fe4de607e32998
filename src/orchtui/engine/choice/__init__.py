"""What comes after a run: results are rated, chosen and judged, and the choice becomes the result.

Nothing here runs a task, and no judge ever chooses.
"""
