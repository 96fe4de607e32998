"""Sizes of memory for a reader. A MB is 2**20 bytes here, as system monitors count memory.

Files and disks are counted in powers of 1000, see `history.amounts`. This module
never measures anything.
"""

_MB, _GB = 2**20, 2**30


def show_memory(size: int) -> str:
    """`412 MB`, `1.4 GB`, `36 GB`; below 10 MB with a digit more, below 0.1 MB as `0.1 MB`."""
    if size >= 9.95 * _GB:
        return f"{size / _GB:,.0f} GB"
    if size >= 1000 * _MB:
        return f"{size / _GB:.1f} GB"
    if size >= 9.95 * _MB:
        return f"{size / _MB:.0f} MB"
    return f"{max(0.1, size / _MB):.1f} MB"
