"""The lines around the panes: tabs, the run, the keys, the search.

Nothing here knows a pane.
"""
