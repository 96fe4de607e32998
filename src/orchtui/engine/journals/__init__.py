"""Bytes on a disk that may refuse: files written whole, journals only added to, in a thread.

Nothing here knows what an event means.
"""
