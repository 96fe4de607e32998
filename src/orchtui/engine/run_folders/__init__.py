"""The folder of one run: its files, kept in step with its Run, found again, and followed.

The journal is the truth, and all else can be made from it anew. Nothing here starts a task.
"""
