"""Text and figures as people write them: compared, shortened, and read within bounds.

Nothing here knows of a plan, a task or a run. `engine.text`, which makes text from outside safe,
stands above all packages.
"""
