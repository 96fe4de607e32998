"""Past runs as a whole: found again, labelled, thrown away and brought back, compared over time.

Run folders are the truth. `run_history.History` is the way in; the index below it
is derived, and nothing here changes a journal.
"""
