"""What breaks the tools that people use now, done to orchtui on purpose.

`kill -9`, servers that lie, input that was never meant well, and days on end. Every
test has a short form in `make test`; the long one is run by `make faults`.
"""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
"""The repository."""
