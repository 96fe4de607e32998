"""What a run will use, and how long it still takes: by prices, and by what like work has used.

No price is guessed: it is found by exact words or unknown. Nothing here limits anything.
"""
