"""How things look and read: themes, inks, signs, widths, the words of verdicts.

Nothing here knows a pane.
"""
