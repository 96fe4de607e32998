"""The workspace: what a task may read and write, where it works, and what it really did to files.

`site` has the contract with the executor; the rooms beside it build the tools, the places for
programs, and the race detector. What paths may be used is `engine/paths`.
"""
