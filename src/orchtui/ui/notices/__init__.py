"""What a person is told without being asked: calls, problems, what is busy.

Nothing here asks a question.
"""
