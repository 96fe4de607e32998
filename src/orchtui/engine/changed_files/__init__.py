"""What tasks wrote, as changes that a person may put into the project and take back.

Nothing here applies anything by itself.
"""
