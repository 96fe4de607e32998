"""Replay: a past run, shown again as it went, forwards, backwards and from anywhere.

`recording` opens a journal, `player` plays it. Nothing here writes a file, starts a task or asks
a server.
"""
