"""A Run in words: the files that people read, and the words that they and the screen share.

Nothing here decides anything, and nothing here writes to a disk.
"""
