"""What keys ask of the app: each desk joins panes, dialogs and the engine for one kind of work.

Nothing here is known to a pane.
"""
