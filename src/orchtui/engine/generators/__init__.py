"""One entry of a plan file becomes many tasks: variants, lists, files, tables, pipelines.

It happens when the file is read, on the nodes of its YAML, so that everything behind sees
ordinary tasks. Nothing here starts a task, and nothing here changes a plan that has no such entry.
"""
