"""A real browser without a window, driven over its DevTools protocol.

`Page` opens an address, types, and tells what its scripts see; what the page's
socket received is fed to a terminal, so that tests read rows and not pixels.
This module never decides what is right.
"""

import asyncio
import base64
import contextlib
import itertools
import os
import shutil
import signal
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pyte

_NAMES = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next(filter(None, map(shutil.which, _NAMES)), None)
"""The browser of this machine; `None` where there is none."""
PATIENCE = 40.0
"""Seconds; only something broken needs them."""
_COLUMNS, _ROWS = 240, 100
_CODES = {"f1": 112}
"""Keys that are no letters, and their codes."""


class Page:
    """One tab.

    Args:
        socket: The tab's DevTools.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.requested: list[str] = []
        """Every address that the page asked for."""
        self.complaints: list[str] = []
        """What its console said as an error."""
        self._screen = pyte.Screen(_COLUMNS, _ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told)
                continue
            details = told.get("params", {})
            match told["method"]:
                case "Network.requestWillBeSent":
                    self.requested.append(details["request"]["url"])
                case "Network.webSocketCreated":
                    self.requested.append(details["url"])
                case "Network.webSocketFrameReceived":
                    frame = details["response"]
                    if frame["opcode"] == 2:
                        self._stream.feed(base64.b64decode(frame["payloadData"]))
                case "Log.entryAdded" if details["entry"]["level"] == "error":
                    self.complaints.append(details["entry"]["text"])
                case "Runtime.exceptionThrown":
                    self.complaints.append(str(details["exceptionDetails"]))

    async def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol; its result."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        answer = await self._answers[number]
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    async def open(self, address: str) -> None:
        """Go to an address."""
        for part in ("Network", "Page", "Log", "Runtime"):
            await self.do(f"{part}.enable")
        await self.do("Emulation.setFocusEmulationEnabled", enabled=True)
        await self.do("Page.navigate", url=address)

    async def script(self, text: str) -> Any:
        """The value of an expression in the page."""
        answer = await self.do("Runtime.evaluate", expression=text, returnByValue=True)
        return answer["result"].get("value")

    async def press(self, key: str) -> None:
        """Press a key as a person does: a letter, or one of the named ones."""
        code = _CODES.get(key, 0)
        named = {"key": key.upper() if code else key, "windowsVirtualKeyCode": code}
        text = "" if code else key
        await self.do("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        await self.do("Input.dispatchKeyEvent", type="keyUp", **named)

    @property
    def text(self) -> str:
        """What stands on the screen of the app."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def wait(self, words: str) -> None:
        """Wait until the app shows these words."""
        await self.until(lambda: words in self.text, words)

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until something holds."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"never {what!r}:\n{self.text}\n{self.complaints}"
            await asyncio.sleep(0.05)

    async def called(self, title: str) -> None:
        """Wait until the tab is called so: the app says it a moment after its files are there."""
        end = time.monotonic() + PATIENCE
        while (found := await self.script("document.title")) != title:
            assert time.monotonic() < end, f"never called {title!r}, but {found!r}"
            await asyncio.sleep(0.05)

    async def picture(self) -> bytes:
        """The page as it is painted, a PNG."""
        return base64.b64decode((await self.do("Page.captureScreenshot"))["data"])

    async def close(self) -> None:
        """Close the tab."""
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(self.do("Page.close"), PATIENCE)
        await self._socket.close()
        await self._reading


@contextlib.asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Callable[[], Any]]:
    """A browser with a new profile; what is yielded opens a new tab."""
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        "--headless=new",
        "--no-sandbox",  # tests may run as root
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1200,800",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
    )
    try:
        port = await _port(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:

            async def tab() -> Page:
                async with session.put(f"http://127.0.0.1:{port}/json/new") as answer:
                    address = (await answer.json())["webSocketDebuggerUrl"]
                return Page(await session.ws_connect(address, max_msg_size=0))

            yield tab
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _port(file: Path) -> int:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if number := await asyncio.to_thread(_first_line, file):
            return int(number)
        await asyncio.sleep(0.05)
    raise AssertionError("the browser did not begin")


def _first_line(file: Path) -> str:
    """Of a file that may not be there yet."""
    return next(iter(file.read_text().splitlines()), "") if file.exists() else ""
