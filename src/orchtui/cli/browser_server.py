"""The server behind `orchtui serve`: a page, and a process with the app for each one opened.

It listens on loopback alone. Its paths begin with a token that nobody can guess,
requests under another host's name are refused (a stranger's name may be made to
lead here), and so is a page of another origin. It does not encrypt, and is no
wall against root or against other programs of the same user. This module never
runs the app itself.
"""

import asyncio
import os
import secrets
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager
from textual_serve.server import Server

LEAVE_WITHIN = 25.0
"""Seconds that an app has to cancel its run and write it; as long as quitting may take."""

_OF_THE_TERMINAL = ("TMUX", "STY", "NO_COLOR")
"""What says something of the terminal in which the server runs, and nothing of the page."""
_MOST_COLUMNS, _MOST_ROWS = 1000, 500
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Session(AppService):
    """One app in one page.

    Args:
        program: How the app is started, without a shell.
        socket: Its page.
        downloads: Files that it hands out.
    """

    def __init__(
        self, program: Sequence[str], socket: web.WebSocketResponse, downloads: DownloadManager
    ) -> None:
        async def close() -> None:
            await socket.close()

        super().__init__(
            " ".join(program),
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            download_manager=downloads,
        )
        self._program = program

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environment = self._build_environment(width=width, height=height)
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in _OF_THE_TERMINAL:
            environment.pop(name, None)
        # A session of its own: ctrl+c is the server's, which then ends every app in order.
        self._process = process = await asyncio.create_subprocess_exec(
            *self._program,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=environment,
            start_new_session=True,
        )
        assert process.stdin is not None
        self._stdin = process.stdin
        return process

    async def end(self) -> None:
        """Let the app leave in order; one that does not is killed, with all it started."""
        try:
            async with asyncio.timeout(LEAVE_WITHIN):
                await self.stop()
                if self._process is not None:
                    await self._process.wait()
        except TimeoutError:
            if self._process is not None and self._process.returncode is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                await self._process.wait()


class BrowserServer:
    """Serves the app until a signal ends it.

    Args:
        program: How the app is started.
        host: A loopback address.
        port: 0 takes a free one.
    """

    def __init__(self, program: Sequence[str], host: str, port: int) -> None:
        self._program = program
        self._host = host
        self._port = port
        self._token = secrets.token_urlsafe(32)
        self._page = resources.files("orchtui.cli").joinpath("browser_page.html").read_text("utf-8")
        self._sessions: set[Session] = set()
        self._downloads = DownloadManager()
        self._ended = asyncio.Event()

    async def run(self, begun: Callable[[str], None]) -> None:
        """Serve until SIGINT or SIGTERM; then end every app in order.

        Args:
            begun: Told the address once it is served.

        Raises:
            OSError: when the port can not be had.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._ended.set)
        runner = web.AppRunner(self._make_app(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            self._port = runner.addresses[0][1]
            begun(f"http://{self._authority}/{self._token}/")
            await self._ended.wait()
            await asyncio.gather(*(session.end() for session in list(self._sessions)))
        finally:
            await runner.cleanup()

    @property
    def _authority(self) -> str:
        return f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"

    def _make_app(self) -> web.Application:
        statics = Server("", port=1).statics_path
        pages = web.Application()
        pages.router.add_get("/", self._index)
        pages.router.add_get("/ws", self._socket)
        pages.router.add_get("/download/{key}", self._download)
        pages.router.add_static("/static", statics)
        app = web.Application(middlewares=[self._guard])
        app.add_subapp(f"/{self._token}/", pages)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Only who was given the address, under its own name, from its own page."""
        if request.headers.get("Host") != self._authority:
            raise web.HTTPForbidden(text="open the very address that orchtui printed")
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{self._authority}":
            raise web.HTTPForbidden(text="another page has no business here")
        if request.headers.get("Sec-Fetch-Site") == "cross-site" and request.path.endswith("/ws"):
            raise web.HTTPForbidden(text="another page has no business here")
        return await handler(request)

    async def _index(self, request: web.Request) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        socket = f"ws://{self._authority}/{self._token}/ws"
        text = self._page.replace("{{nonce}}", nonce).replace("{{socket}}", socket)
        policy = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' "
            f"'unsafe-inline'; font-src 'self'; img-src 'self' data:; connect-src {socket}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        headers = {
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",  # the address is the key
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=15)
        if self._ended.is_set() or not socket.can_prepare(request):
            raise web.HTTPForbidden(text="this is for the page alone")
        await socket.prepare(request)
        session = Session(self._program, socket, self._downloads)
        self._sessions.add(session)
        try:
            width, height = (_cells(request.query.get(side)) for side in ("width", "height"))
            await session.start(width or 80, height or 24)
            await _hear(socket, session)
        finally:
            await asyncio.shield(self._let_go(session))
        return socket

    async def _let_go(self, session: Session) -> None:
        try:
            await session.end()
        finally:
            self._sessions.discard(session)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        server = Server("", port=1)
        server.download_manager = self._downloads
        return await server.handle_download(request)


async def _hear(socket: web.WebSocketResponse, session: Session) -> None:
    """Hand what the page says to its app, until one of the two is gone."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        match message.json():
            case ["stdin", str(keys)]:
                await session.send_bytes(keys.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                size = _cells(str(width)), _cells(str(height))
                if all(size):
                    await session.set_terminal_size(min(size[0], _MOST_COLUMNS), size[1])
            case ["ping", answer]:
                await socket.send_json(["pong", answer])
            case ["focus", *_]:
                await session.focus()
            case ["blur", *_]:
                await session.blur()


def _cells(written: str | None) -> int:
    """A number of columns or rows; 0 where it is none."""
    if written is None or not written.isdecimal() or len(written) > 4:
        return 0
    return min(int(written), _MOST_COLUMNS)
