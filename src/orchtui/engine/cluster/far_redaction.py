"""FarRedaction: what an attempt on a worker says, without the worker's secrets.

The coordinator knows its own secrets alone; what the worker's environment holds has to be hidden
before it leaves. Everything that is told goes through here: events, uses of tools, wishes, and
what went wrong. Text that comes in pieces is held back at its end as long as that may become a
secret, as it is in a run here. This module never sends anything.
"""

from collections.abc import Callable

from orchtui.engine.backends import base
from orchtui.engine.cluster import wire
from orchtui.engine.run_events.event_texts import with_texts
from orchtui.engine.run_events.redaction import NOTHING
from orchtui.engine.text import Cleaner

_WORDS = frozenset({"kind"})
"""Fields that are orchtui's own words."""


class FarRedaction:
    """Of one attempt.

    Args:
        put: Takes what may leave this machine.
    """

    def __init__(self, put: Callable[[wire.Item], None]) -> None:
        self.redactor = NOTHING
        """Knows the secrets of this machine; to be set before anything of it is told."""
        self._put = put
        self._text: Cleaner | None = None
        self._thinking: Cleaner | None = None

    def event(self, event: base.BackendEvent) -> None:
        """Tell an event; before the last one, what was held back of those before it."""
        try:
            self._event(event)
        except UnicodeEncodeError:
            self._event(with_texts(event, _whole))

    def item(self, item: wire.Called | wire.Wished | wire.Failed) -> None:
        """Tell anything else that has text in it."""
        whole = with_texts(item, _whole, _WORDS)
        self._put(self.redactor.struct(whole, _WORDS))

    def _event(self, event: base.BackendEvent) -> None:
        if not self.redactor:
            self._put(wire.happened(event))
        elif isinstance(event, base.Text):
            self._text = self._text or self.redactor.cleaner()
            if text := self._text.feed(event.text):
                self._put(wire.happened(base.Text(text)))
        elif isinstance(event, base.Thinking):
            self._thinking = self._thinking or self.redactor.cleaner()
            # A sign of life also where nothing of it can be shown yet.
            self._put(wire.happened(base.Thinking(self._thinking.feed(event.text))))
        else:
            if isinstance(event, base.Finished):
                self.rest()
            self._put(wire.happened(self.redactor.struct(event)))

    def rest(self) -> None:
        """Tell what was held back: nothing comes any more that could make a secret of it."""
        if self._thinking is not None and (thought := self._thinking.finish()):
            self._put(wire.happened(base.Thinking(thought)))
        if self._text is not None and (text := self._text.finish()):
            self._put(wire.happened(base.Text(text)))

    def changes(self, text: str) -> bool:
        """Whether this is told otherwise than it is."""
        return self.redactor.text(_whole(text)) != text


def _whole(text: str) -> str:
    """Without halves of characters, which can not be sent; here they are cleaned away too."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
