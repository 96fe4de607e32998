"""An HTTP server on loopback that speaks Anthropic's Messages streaming protocol, and breaks it.

`protocol` writes single events, `replies` joins them to whole answers and to
faults, `turns` to answers of any content blocks, `server` chooses a reply for
each request and plays it. `python -m tests.server` runs it as a program. It
listens on loopback only, checks no key and never calls a model.
"""

from tests.server.replies import FAULTS, Drop, Head, Pause, Reply, Send, Stall, Step
from tests.server.server import MessagesServer, Received

__all__ = [
    "FAULTS",
    "Drop",
    "Head",
    "MessagesServer",
    "Pause",
    "Received",
    "Reply",
    "Send",
    "Stall",
    "Step",
]
