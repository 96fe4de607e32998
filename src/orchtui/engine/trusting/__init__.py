"""What runs only when a person has said so: programs, servers and files of a project's choice.

Nothing here starts what it describes.
"""
