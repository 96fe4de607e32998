"""What stands over the panes until it is answered or left.

Nothing here acts: an answer goes back to who asked.
"""
