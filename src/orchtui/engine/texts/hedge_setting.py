"""`limits.hedge` as text: from when on a task may get a second attempt beside the first.

Everywhere inside orchtui it is a number: so many times the median time of finished tasks like it,
and 0 for never. This module never decides who gets one.
"""

import math
import re

ON = 1.5
"""Times the usual time where nobody says more; that of speculative execution in Spark."""
OFF = 0.0
"""No task gets one."""
MOST = 1000.0

ALLOWED = "on, off, or how many times the usual time a task may take, from 1 to 1000, such as 2"


def parse_hedge(text: str) -> float:
    """Read it.

    Args:
        text: `on` (1.5), `off`, or a number, 0 for off.

    Raises:
        ValueError: in words, when it is none of them.
    """
    word = text.strip().lower()
    if word in ("off", "0"):
        return OFF
    if word == "on":
        return ON
    found = re.fullmatch(r"[0-9]{1,4}(?:\.[0-9]{1,9})?", word)
    number = float(word) if found else math.nan
    if not 1 <= number <= MOST:
        raise ValueError(f"'{text.strip()[:40]}' is not {ALLOWED}")
    return number


def format_hedge(hedge: float) -> str:
    """Write it so that `parse_hedge` gives the same number again."""
    return repr(hedge).removesuffix(".0") if hedge else "off"
