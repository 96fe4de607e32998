"""Notices in passing: each is told once, and is out of the way when a person goes elsewhere.

This module never says anything by itself.
"""

import time

from textual.notifications import SeverityLevel

from orchtui.ui.looks.themed_app import ThemedApp

_STANDS, _READ = 4.0, 2.0
"""Seconds in which a notice still stands there, and after which it may go."""


class PassingApp(ThemedApp):
    """An app whose notices do not heap up."""

    _told, _told_at = ("", ""), 0.0
    """Title and words of the latest notice, and when it was told."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Tell something in passing. What was just told, and stands there, is not told again."""
        told, now = (title, message), time.monotonic()
        if told == self._told and now - self._told_at < _STANDS:
            return
        self._told, self._told_at = told, now
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def clear_notifications(self) -> None:
        """Take away what was told in passing."""
        self._told = ("", "")
        super().clear_notifications()

    def hush(self) -> None:
        """Take it away where there was time to read it: a person looks at something else now."""
        if time.monotonic() - self._told_at > _READ:
            self.clear_notifications()
