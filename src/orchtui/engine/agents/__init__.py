"""Agent files, in the form of Claude Code: found, read whatever their YAML is like, as specialists.

`specialists` is the way in. Who fits which task, and what a run makes of a file, is `engine/staff`.
Nothing here starts anything.
"""
