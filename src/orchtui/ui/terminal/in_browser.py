"""The app in a browser: whether it runs there, and the driver that speaks to the page's server.

`orchtui serve` starts the app and hands what it writes to the page. This module
never serves anything and imports nothing of Textual until the driver is wanted.
"""

import contextlib
import os
import signal
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.driver import Driver

VARIABLE = "TEXTUAL_DRIVER"
WEB_DRIVER = "textual.drivers.web_driver:WebDriver"
"""What textual-serve asks for."""


def in_browser(environment: Mapping[str, str]) -> bool:
    """Whether this process was started to be shown in a browser."""
    return environment.get(VARIABLE) == WEB_DRIVER


def browser_driver() -> "type[Driver]":
    """Textual's own; only that the app leaves in order when the page or its server is gone."""
    from textual.drivers.web_driver import WebDriver

    class BrowserDriver(WebDriver):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._write = self._write_all  # type: ignore[assignment]  # a partial of os.write

        def _write_all(self, data: bytes) -> int:
            """All of it; what nobody reads any more is dropped."""
            rest = memoryview(data)
            with contextlib.suppress(OSError):
                while rest:
                    rest = rest[os.write(self.fileno, rest) :]
            return len(data)

        def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
            if packet_type == "quit":
                _leave()  # Textual's own would leave a run behind that nobody cancelled
            else:
                super().on_meta(packet_type, payload)

        def run_input_thread(self) -> None:
            super().run_input_thread()
            if not self.exit_event.is_set():  # the server is gone, and did not say so
                _leave()

    return BrowserDriver


def _leave() -> None:
    """As when the system ends the app: what runs is cancelled and written."""
    os.kill(os.getpid(), signal.SIGTERM)
