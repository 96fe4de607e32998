"""A past run goes on, or runs again: what of it stands, and why the rest does not.

Nothing here runs a task; `opening` begins the session that does.
"""
