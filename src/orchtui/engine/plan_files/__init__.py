"""Plan files: a Plan from YAML with every problem and its place, and back without loss.

Nothing here opens a file by itself but those that a plan's own entries name, as
`engine/generators` has it.
"""
