"""What goes past Textual to the terminal: its title and bell, the clipboard, programs in front.

Nothing here draws a pane.
"""
