"""Widgets that more than one pane or dialog is made of: rows, a grid, an input that offers words.

Nothing here knows what it shows.
"""
