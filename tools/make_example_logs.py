"""Write the three logs in examples/logs: one simulated shop, one incident, seen from three sides.

    python3 tools/make_example_logs.py [FOLDER]

Everything is invented and follows from SEED, so that the files are the same each time. Requests
pass a gateway (api.log) and an application (app.log) to a database (db.log). For twelve minutes a
report that somebody runs by hand holds locks in the database: statements wait for it, then the
application runs out of connections, then the gateway gives up. Addresses are those that RFC 5737
keeps for documentation. Only `random()` itself is used of the random module: its sequence is the
same in every version of Python.
"""

import math
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEED = 20260114
START = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)
LENGTH_S = 90 * 60.0
INCIDENT_S = (52 * 60.0 + 11, 64 * 60.0 + 38)
REQUESTS = 3400
POOL = 20
LOCK_TIMEOUT_MS = 10_000.0
GATEWAY_TIMEOUT_MS = 15_000.0
REPORT_PID = 3988

NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
CLIENTS = ("shop-ios/4.2", "shop-android/4.1", "shop-web/118", "partner-sync/0.9")

Line = tuple[float, str]
"""Seconds since START, and one entry, which may have several lines."""


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    share: float
    statement: str
    database_ms: float
    """The usual time in the database."""
    writes: bool = False


ROUTES = (
    Route("GET", "/v1/products", 0.30, "SELECT id, name, price FROM products ORDER BY rank", 7),
    Route("GET", "/v1/products/{n}", 0.24, "SELECT * FROM products WHERE id = {n}", 4),
    Route("GET", "/v1/cart", 0.15, "SELECT * FROM cart_items WHERE cart_id = {n}", 5),
    Route("POST", "/v1/cart/items", 0.11, "INSERT INTO cart_items VALUES ({n}, 1)", 11, True),
    Route("POST", "/v1/orders", 0.08, "UPDATE stock SET held = held + 1 WHERE sku = {n}", 34, True),
    Route("GET", "/v1/orders/{n}", 0.08, "SELECT * FROM orders WHERE id = {n}", 8),
    Route("GET", "/healthz", 0.04, "", 0),
)


@dataclass(frozen=True)
class Request:
    """One request with all that happened to it, times in milliseconds."""

    at: float
    id: str
    route: Route
    number: int
    client: str
    agent: str
    node: str
    pid: int
    pool_ms: float
    database_ms: float
    app_ms: float
    status: int
    failure: str
    """`lock`, `pool`, `bug`, or nothing."""

    @property
    def path(self) -> str:
        return self.route.path.replace("{n}", str(self.number))

    @property
    def statement(self) -> str:
        return self.route.statement.replace("{n}", str(self.number)) + f" /* req={self.id} */"

    @property
    def total_ms(self) -> float:
        return self.pool_ms + self.database_ms + self.app_ms


class Chance:
    """A few distributions, made of nothing but `random()`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, limit: int) -> int:
        return int(self._random() * limit)

    def happens(self, probability: float) -> bool:
        return self._random() < probability

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random()

    def around(self, middle: float) -> float:
        """Mostly near the middle, sometimes several times as much, as latencies are."""
        spread = sum(self._random() for _ in range(12)) - 6
        return middle * math.exp(0.45 * spread)

    def route(self) -> Route:
        point = self._random() * sum(route.share for route in ROUTES)
        for route in ROUTES:
            point -= route.share
            if point < 0:
                return route
        return ROUTES[-1]

    def hexadecimal(self, digits: int) -> str:
        return "".join("0123456789abcdef"[self.below(16)] for _ in range(digits))


def severity(at: float) -> float:
    """How bad the incident is, from 0 to 1: it builds up over four minutes and ends at once."""
    begin, end = INCIDENT_S
    return min(1.0, (at - begin) / 240) if begin <= at < end else 0.0


def requests(chance: Chance) -> Iterator[Request]:
    """All requests; a little more come in the middle of the time."""
    at = 0.0
    while True:
        busy = 0.75 + 0.5 * math.sin(math.pi * at / LENGTH_S)
        at += -math.log(1 - chance.between(0, 0.999)) * LENGTH_S / REQUESTS / busy
        if at >= LENGTH_S:
            return
        yield request(at, chance)


def request(at: float, chance: Chance) -> Request:
    route = chance.route()
    bad = severity(at)
    database = chance.around(route.database_ms) if route.statement else 0.0
    pool, app, failure = 0.0, chance.around(9), ""
    status = 201 if route.writes else 200
    if route.writes and chance.happens(0.9 * bad):
        database = chance.between(900, 2500 + 14_000 * bad)
        if database > LOCK_TIMEOUT_MS:
            database, failure, status = LOCK_TIMEOUT_MS + chance.around(4), "lock", 503
    elif route.statement and chance.happens(0.55 * bad):
        pool = chance.between(200, 1000 + 17_000 * bad)
        if pool > GATEWAY_TIMEOUT_MS:
            pool, failure, status = GATEWAY_TIMEOUT_MS + chance.around(4), "pool", 504
    if route.statement and not failure and chance.happens(0.0012):
        failure, status = "bug", 500
    elif not failure and route.path.endswith("{n}") and chance.happens(0.03):
        status = 404
    elif not failure and route.writes and chance.happens(0.025):
        status = 422
    elif not failure and "products" not in route.path and chance.happens(0.01):
        status = 401 if route.statement else status
    return Request(
        at=at,
        id=chance.hexadecimal(8),
        route=route,
        number=1000 + chance.below(9000),
        client=f"{NETWORKS[chance.below(3)]}.{1 + chance.below(254)}",
        agent=CLIENTS[chance.below(len(CLIENTS))],
        node=f"app-{1 + chance.below(3)}",
        pid=4100 + chance.below(POOL * 3),
        pool_ms=pool,
        database_ms=0.0 if failure == "pool" else database,
        app_ms=app,
        status=status,
        failure=failure,
    )


# The gateway: one line in the common log format for each request


def api_lines(done: Request) -> Iterator[Line]:
    seconds = min(done.total_ms, GATEWAY_TIMEOUT_MS) / 1000
    size = 0 if done.status >= 500 else 180 + (done.number * 37) % 5200
    stamp = time_at(done.at).strftime("%d/%b/%Y:%H:%M:%S +0000")
    yield (
        done.at + seconds,
        f'{done.client} - - [{stamp}] "{done.route.method} {done.path} HTTP/1.1" {done.status} '
        f'{size} "-" "{done.agent}" rt={seconds:.3f} up={done.node}.internal:8080 req={done.id}',
    )


# The application: a line for each request, warnings, and stack traces

FRAMES = {
    "lock": (
        ("shop/web.py", 88, "dispatch", "return await handler(request)"),
        ("shop/orders.py", 141, "place", "await stock.hold(connection, items)"),
        ("shop/db.py", 57, "execute", "return await self._raw.execute(statement)"),
    ),
    "pool": (
        ("shop/web.py", 88, "dispatch", "return await handler(request)"),
        ("shop/db.py", 31, "acquire", "return await asyncio.wait_for(self._free.get(), 15)"),
    ),
    "bug": (
        ("shop/web.py", 88, "dispatch", "return await handler(request)"),
        ("shop/prices.py", 23, "discounted", "return price * rates[voucher.kind]"),
    ),
}
ERRORS = {
    "lock": "shop.db.LockTimeout: canceling statement due to lock timeout",
    "pool": f"shop.db.PoolExhausted: no connection within 15 s ({POOL} of {POOL} in use)",
    "bug": "KeyError: 'loyalty'",
}


def trace(failure: str) -> Iterator[str]:
    yield "Traceback (most recent call last):"
    for file, line, name, code in FRAMES[failure]:
        yield f'  File "{file}", line {line}, in {name}'
        yield f"    {code}"
    yield ERRORS[failure]


def app_lines(done: Request) -> Iterator[Line]:
    if not done.route.statement:
        return  # the application does not log health checks

    def entry(after_ms: float, level: str, text: str, *more: str) -> Line:
        at = done.at + after_ms / 1000
        head = f"{iso(at)} {level:<5} {done.node} [req={done.id}] {text}"
        return at, "\n".join((head, *more))

    if done.pool_ms and done.failure != "pool":
        yield entry(
            done.pool_ms,
            "WARN",
            f"shop.pool: waited {done.pool_ms:.0f} ms for a connection ({POOL} of {POOL} in use)",
        )
    if done.database_ms > 1000:
        text = f"shop.db: slow statement, {done.database_ms:.0f} ms in {done.route.path}"
        yield entry(done.pool_ms + done.database_ms, "WARN", text)
    words = f"shop.web: {done.route.method} {done.path} -> {done.status} in {done.total_ms:.0f} ms"
    if done.failure:
        yield entry(done.total_ms, "ERROR", words, *trace(done.failure))
    else:
        yield entry(done.total_ms, "INFO", words)
    if done.status == 201 and done.route.path == "/v1/orders":
        yield entry(done.total_ms + 1, "INFO", f"shop.orders: order {done.number + 40_000} placed")


def app_routine(chance: Chance) -> Iterator[Line]:
    for minute in range(0, int(LENGTH_S / 60), 5):
        for node in (1, 2, 3):
            at = minute * 60 + 7.0 * node + chance.between(0, 1)
            hits = chance.between(91, 97)
            yield at, f"{iso(at)} INFO  app-{node} [-] shop.cache: hit rate {hits:.1f} %, 512 MB"


# The database: statements from 4 ms on, lock waits, and its own housekeeping


def database_entry(at: float, pid: int, who: str, text: str, *more: str) -> Line:
    stamp = time_at(at).strftime("%Y-%m-%d %H:%M:%S.") + f"{int(at * 1000) % 1000:03d} UTC"
    lines = (f"{stamp} [{pid}] {who}{line}" for line in (text, *more))
    return at, "\n".join(lines)


def db_lines(done: Request) -> Iterator[Line]:
    user = "shop@orders "
    begin = done.at + (done.pool_ms + 2) / 1000
    end = begin + done.database_ms / 1000
    if done.database_ms > 1000:
        yield database_entry(
            begin + 1.0004,
            done.pid,
            user,
            f"LOG:  process {done.pid} still waiting for ShareLock on transaction 7718204 "
            "after 1000.412 ms",
            f"DETAIL:  Process holding the lock: {REPORT_PID}.",
            f"STATEMENT:  {done.statement}",
        )
    if done.failure == "lock":
        words = "ERROR:  canceling statement due to lock timeout"
        yield database_entry(end, done.pid, user, words, f"STATEMENT:  {done.statement}")
    elif done.database_ms >= 4:
        words = f"LOG:  duration: {done.database_ms:.3f} ms  statement: {done.statement}"
        yield database_entry(end, done.pid, user, words)
    if done.failure == "pool" and done.number % 3 == 0:
        words = "FATAL:  remaining connection slots are reserved for roles with SUPERUSER"
        yield database_entry(end, 9000 + done.number % 700, user, words)


def db_routine(chance: Chance) -> Iterator[Line]:
    """Checkpoints, vacuums, connections; and the report that caused it all."""
    for minute in range(2, int(LENGTH_S / 60), 5):
        at = minute * 60 + chance.between(0, 3)
        yield database_entry(at, 611, "", "LOG:  checkpoint starting: time")
        buffers, writing = 300 + chance.below(900), chance.between(12, 40)
        words = f"LOG:  checkpoint complete: wrote {buffers} buffers; write={writing:.3f} s"
        yield database_entry(at + writing, 611, "", words)
    for _ in range(60):
        at, pid = chance.between(0, LENGTH_S), 4200 + chance.below(60)
        words = "LOG:  connection authorized: user=shop database=orders"
        yield database_entry(at, pid, "shop@orders ", words)
    for _ in range(14):
        at, table = chance.between(0, LENGTH_S), ("cart_items", "stock", "orders")[chance.below(3)]
        pages = chance.below(4000)
        words = f'LOG:  automatic vacuum of table "orders.public.{table}": {pages} pages removed'
        yield database_entry(at, 640, "", words)
    begin, end = INCIDENT_S
    report = "UPDATE stock SET held = (SELECT count(*) FROM orders WHERE orders.sku = stock.sku)"
    words = "LOG:  connection authorized: user=report database=orders application_name=psql"
    yield database_entry(begin - 4.2, REPORT_PID, "report@orders ", words)
    yield database_entry(
        end,
        REPORT_PID,
        "report@orders ",
        "FATAL:  terminating connection due to administrator command",
        f"STATEMENT:  {report}",
    )


def time_at(at: float) -> datetime:
    return START + timedelta(seconds=at)


def iso(at: float) -> str:
    return time_at(at).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}Z"


def make_logs() -> dict[str, str]:
    """The three files by name."""
    chance = Chance(SEED)
    done = list(requests(chance))
    entries = {
        "app.log": [line for one in done for line in app_lines(one)] + list(app_routine(chance)),
        "db.log": [line for one in done for line in db_lines(one)] + list(db_routine(chance)),
        "api.log": [line for one in done for line in api_lines(one)],
    }
    return {
        name: "".join(f"{text}\n" for at, text in sorted(lines) if at < LENGTH_S)
        for name, lines in entries.items()
    }


def main() -> None:
    default = Path(__file__).resolve().parent.parent / "examples" / "logs"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in make_logs().items():
        (folder / name).write_text(text, encoding="utf-8")
        print(f"{folder / name}: {text.count(chr(10))} lines")


if __name__ == "__main__":
    main()
