"""How much of several texts is read where there is not room for all of them.

Pure: this module never reads or shortens a text.
"""

from collections.abc import Sequence


def fair_share(lengths: Sequence[int], most: int) -> int:
    """Characters that each text may have, so that all together stay within the limit.

    Texts that are shorter are read whole, and leave what they do not need to the others.

    Args:
        lengths: Characters of each text; at least one.
        most: Characters for all of them.
    """
    left, share = most, 0
    for place, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - place)
        if length > share:
            return share
        left -= length
    return max(lengths)
