"""orchtui: run independent pieces of work at once, and be honest about all of it.

This package's root holds only the version, so that importing any part of the
engine stays cheap. It never imports a screen or an SDK.
"""

__version__ = "0.1.0"
