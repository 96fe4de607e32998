"""What the output shows of a synthesis while the results are still reduced in parts.

Pure: a Run in, words out. This module never draws.
"""

from orchtui.engine.runs.run import Run
from orchtui.engine.telling.joined_told import reduced_parts, reduction_words
from orchtui.engine.telling.seen_words import reducing_words


def reduction_text(run: Run) -> tuple[str, str]:
    """A text, and its title.

    Args:
        run: While its results are reduced.
    """
    begun = run.reducing
    assert begun is not None
    words = reduction_words(begun)
    lines = [f"{words[:1].upper()}{words[1:]}.", "", f"So far: {reducing_words(run)}.", ""]
    return "\n".join([*lines, *reduced_parts(run)]), "The synthesis, while the results are reduced"
