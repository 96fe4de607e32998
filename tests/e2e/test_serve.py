"""`orchtui serve`: the app in a real browser, ended in order, and closed to everybody else."""

import asyncio
import contextlib
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import psutil
import pytest

from tests.e2e.browser import PROGRAM, Page, browser

pytestmark = pytest.mark.skipif(
    find_spec("textual_serve") is None, reason="needs the extra [web]: textual-serve"
)
in_browser = pytest.mark.skipif(PROGRAM is None, reason="needs chromium on the PATH")

PATIENCE = 30.0
PLAN = """\
tasks:
  - {id: one, title: First job, prompt: "Write [rehearse: 12 words, 5 ms]"}
  - {id: stuck, title: Stuck job, prompt: "Write [rehearse: stall]"}
"""


class Served:
    """One `orchtui serve`."""

    def __init__(self, process: Process, address: str) -> None:
        self.process = process
        self.address = address
        self.host = urlsplit(address).netloc

    @property
    def apps(self) -> list[psutil.Process]:
        """The processes that it has started and that still live."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in children if one.status() != psutil.STATUS_ZOMBIE]

    def socket(self, host: str = "") -> str:
        """Where a page's socket goes."""
        return f"ws://{host or self.host}{urlsplit(self.address).path}ws?width=80&height=24"


@contextlib.asynccontextmanager
async def served(folder: Path, *arguments: str) -> AsyncIterator[Served]:
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "orchtui", "serve", "--port", "0", *arguments],
        cwd=folder,
        stdout=PIPE,
        stderr=PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        address = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode().strip()
        assert address.startswith("http://127.0.0.1:"), await process.stderr.read()
        yield Served(process, address)
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.communicate(), PATIENCE)


async def until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.yaml").write_text(PLAN)
    return tmp_path


def result(folder: Path) -> str:
    path = folder / "artifacts" / "parallel-result.md"
    return path.read_text() if path.exists() else ""


async def opened(page: Page, server: Served) -> None:
    await page.open(server.address)
    await page.wait("First job")


# In the browser


@in_browser
async def test_a_plan_is_run_with_keys_and_the_tab_counts(folder: Path, tmp_path: Path) -> None:
    async with (
        served(folder, "plan.yaml", "--backend", "rehearsal") as server,
        browser(tmp_path / "profile") as tab,
    ):
        page = await tab()
        await opened(page, server)
        await page.press("r")
        await page.wait("RUNNING")
        await until(lambda: (folder / "artifacts" / "parallel-task-1.md").exists(), "a result")
        await page.press("X")
        await page.wait("Stop all tasks?")
        await page.called("orchtui 1/2")
        await page.press("s")
        await page.wait("CANCELLED")
        await page.called("■ 1/2 orchtui")
        # nothing in the page came from anywhere else, and nothing of it was refused
        assert {urlsplit(one).netloc for one in page.requested} == {server.host}
        assert page.complaints == []
        assert len(await page.picture()) > 10_000
        await page.press("q")
        await until(lambda: not server.apps, "the app has ended")
        shown = "getComputedStyle(document.getElementById('ended')).display"
        assert await page.script(shown) == "flex"


@in_browser
async def test_a_page_that_goes_takes_its_app_along_and_its_run_is_written(
    folder: Path, tmp_path: Path
) -> None:
    async with (
        served(folder, "plan.yaml", "--backend", "rehearsal") as server,
        browser(tmp_path / "profile") as tab,
    ):
        first, second = await tab(), await tab()
        await opened(first, server)
        await opened(second, server)
        assert len(server.apps) == 2
        await second.press("r")
        await second.wait("RUNNING")
        await until(lambda: (folder / "artifacts" / "parallel-task-1.md").exists(), "a result")
        await second.close()
        await until(lambda: "CANCELLED" in result(folder), "the run is written")
        await until(lambda: len(server.apps) == 1, "only the other app goes on")
        await first.press("f1")
        await first.wait("type to filter")


@in_browser
async def test_the_app_follows_the_size_of_the_page(folder: Path, tmp_path: Path) -> None:
    async with served(folder, "plan.yaml") as server, browser(tmp_path / "profile") as tab:
        page = await tab()
        await opened(page, server)
        await page.wait("2 Independence ─")
        for width, height in ((800, 500), (1400, 900)):
            await page.do(
                "Emulation.setDeviceMetricsOverride",
                width=width,
                height=height,
                deviceScaleFactor=1,
                mobile=False,
            )
            await page.until(partial(_beside, page, width > 1000), f"{width} pixels wide")


def _beside(page: Page, wanted: bool) -> bool:
    """Whether the findings stand beside the plan, or the plan has the row for itself."""
    rows = [line for line in page.text.splitlines() if "╭─ 1 Plan ─" in line]
    return bool(rows) and ("╮╭─ 2 Independence ─" in rows[0]) is wanted


# The server


async def test_ctrl_c_ends_every_app_in_order(folder: Path) -> None:
    async with served(folder, "plan.yaml", "--backend", "rehearsal") as server:
        async with aiohttp.ClientSession() as client:
            async with client.ws_connect(server.socket()) as socket:
                await _read_until(socket, b"First job")
                await socket.send_json(["stdin", "r"])
                first = folder / "artifacts" / "parallel-task-1.md"
                reading = asyncio.create_task(_read_on(socket))
                await until(first.exists, "a result")
                server.process.send_signal(signal.SIGINT)
                assert await asyncio.wait_for(server.process.wait(), PATIENCE) == 0
                await reading
    assert "CANCELLED" in result(folder)


async def test_a_server_that_is_killed_leaves_no_app_behind(folder: Path) -> None:
    async with served(folder, "plan.yaml", "--backend", "rehearsal") as server:
        async with aiohttp.ClientSession() as client:
            async with client.ws_connect(server.socket()) as socket:
                await _read_until(socket, b"First job")
                [app] = server.apps
                server.process.kill()
                await until(lambda: not app.is_running() or app.status() == "zombie", "it ends")


async def test_only_who_has_the_address_gets_in(folder: Path) -> None:
    async with served(folder, "plan.yaml") as server, aiohttp.ClientSession() as client:
        port = server.host.rpartition(":")[2]
        origin = f"http://{server.host}"

        async def status(address: str, **headers: str) -> int:
            async with client.get(address, headers=headers) as answer:
                return answer.status

        page = server.address
        assert await status(page) == 200
        assert await status(f"{origin}/") == 404
        assert await status(f"{origin}/ws") == 404
        assert await status(f"{origin}/{'A' * 43}/") == 404
        assert await status(f"{page}static/") in (403, 404)  # no list of files
        # a name that was made to lead here, and a page of somebody else's
        assert await status(page, Host=f"evil.example:{port}") == 403
        assert await status(page, Host=f"localhost:{port}") == 403
        assert await status(page, Origin="http://evil.example") == 403
        assert await status(page, Origin="null") == 403
        for headers in (
            {"Origin": "http://evil.example"},
            {"Origin": f"http://localhost:{port}"},
            {"Host": f"evil.example:{port}"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await client.ws_connect(server.socket(), headers=headers)
        assert server.apps == []
        async with client.ws_connect(server.socket(), headers={"Origin": origin}) as socket:
            await _read_until(socket, b"First job")


async def test_the_address_is_kept_from_others(folder: Path) -> None:
    async with served(folder, "plan.yaml") as server, aiohttp.ClientSession() as client:
        async with client.get(server.address) as answer:
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            text = await answer.text()
        assert "//fonts." not in text and "https://" not in text
    async with served(folder, "plan.yaml") as again:
        assert urlsplit(again.address).path != urlsplit(server.address).path


async def test_what_a_page_says_wrongly_ends_at_most_that_page(folder: Path) -> None:
    async with served(folder, "plan.yaml") as server, aiohttp.ClientSession() as client:
        for wrong in ("{", "[]", '["stdin", 7]', '["resize", {"width": -5, "height": "x"}]', "7"):
            async with client.ws_connect(server.socket()) as socket:
                await socket.send_str(wrong)
        async with client.ws_connect(server.socket()) as socket:
            await socket.send_json(["resize", {"width": 10**9, "height": 10**9}])
            await _read_until(socket, b"First job")
            assert server.process.returncode is None


async def _read_until(socket: aiohttp.ClientWebSocketResponse, words: bytes) -> None:
    seen = b""
    async with asyncio.timeout(PATIENCE):
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                seen += message.data
            if words in seen:
                return
    raise AssertionError(f"never {words!r}: {seen[-500:]!r}")


async def _read_on(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass
