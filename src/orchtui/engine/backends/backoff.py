"""How long to wait before the next attempt where nobody says it. This module never waits."""

import random

LONGEST = 60.0
"""Seconds."""


def backoff(failures: int) -> float:
    """Seconds to wait after the n-th failure: 1, 2, 4, … at most 60, the upper half at random."""
    longest = min(LONGEST, 2.0 ** (min(failures, 60) - 1))
    return float(longest) * random.uniform(0.5, 1.0)
