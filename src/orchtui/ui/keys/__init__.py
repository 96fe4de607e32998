"""Keys: one table of them, their names, the help made of it, and a person's own.

Nothing here does what a key asks for.
"""
