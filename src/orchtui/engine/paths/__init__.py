"""Paths of a project: what may be read and written, under which name, and what is a secret.

`fence` says yes or no, `path_names` gives each path one name, `open_files` opens it so that no
link leads elsewhere. Nothing here knows a task or a run, and nothing here writes.
"""
