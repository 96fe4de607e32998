"""What went wrong with an Anthropic server, as BackendError: kind, advice, retryable, retry_after.

Every message names the server, says what to do, is one cleaned line, and never
contains a secret. Kinds and status:
https://docs.anthropic.com/en/api/errors . This module sees plain data only and
never imports the SDK.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from orchtui.engine.backends.anthropic_quota import moment_of
from orchtui.engine.errors import BackendError, ErrorKind
from orchtui.engine.text import clean, clean_line

_BY_TYPE: Mapping[str, ErrorKind] = {
    "authentication_error": "auth",
    "permission_error": "auth",
    "billing_error": "auth",
    "not_found_error": "bad_request",
    "request_too_large": "bad_request",
    "rate_limit_error": "rate_limit",
    "overloaded_error": "server",
    "timeout_error": "server",
}
"""Types that are more exact than the status, which an error in mid-stream does not have."""

_BY_STATUS: Mapping[int, ErrorKind] = {
    401: "auth",
    402: "auth",
    403: "auth",
    408: "connection",
    409: "server",
    429: "rate_limit",
}
"""Other 3xx and 4xx are `bad_request`, 5xx are `server`."""

SECRET_LENGTH = 6
"""Shorter keys are made up for servers that ask for none, and would blot out ordinary words."""

_RETRYABLE: frozenset[ErrorKind] = frozenset({"rate_limit", "server", "connection"})
_TOO_LONG = ("too long", "too large", "context size", "context window", "context length")


class Failures:
    """Makes the BackendErrors of one server.

    Args:
        url: Its address, without credentials.
        variable: The environment variable that holds its key.
        secrets: Texts that no message may contain.
        profile: Name of the profile in the configuration that names the server, if one does;
            `variable` is then what its key_env says, and empty where it says nothing.
    """

    def __init__(
        self,
        url: str,
        variable: str,
        secrets: tuple[str, ...],
        profile: str | None = None,
    ) -> None:
        self._address = url
        self._url = url if profile is None else f"{url} (profile '{profile}')"
        self._variable = variable
        self._profile = profile
        self._url_from = "ANTHROPIC_BASE_URL"
        if profile is not None:
            self._url_from = f"base_url of the profile '{profile}'"
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SECRET_LENGTH)

    def answered(
        self,
        status: int,
        kind: object,
        said: str,
        headers: Mapping[str, str],
        model: str,
    ) -> BackendError:
        """The server answered with an error.

        Args:
            status: HTTP status; 200 when the error came inside a stream.
            kind: The error's `type`, whatever form it has.
            said: The server's own words, or nothing.
            headers: Of the response, by lower-case name.
            model: The model that was asked for.
        """
        kind = clean_line(kind, 60) if isinstance(kind, str) else None
        sort = _sort(status, kind)
        retryable = sort in _RETRYABLE
        if (wish := headers.get("x-should-retry")) in ("true", "false"):
            retryable = wish == "true"
        text = f"{self._what(sort, status, kind, said)} ({kind or status})"
        if said:
            text += f": {said.strip().rstrip('.')}"
        advice = self._advice(sort, status, kind, said, model)
        return self._error(
            sort,
            f"{text}. {advice}",
            retryable,
            _retry_after(headers),
            throttled=sort == "rate_limit" or _is_overloaded(status, kind),
        )

    def unreachable(self, why: str) -> BackendError:
        """No connection, or it broke."""
        return self._error("connection", f"No connection to {self._url}: {why}", True)

    def broke_off(self, why: str) -> BackendError:
        """The answer began and did not come to its end."""
        return self._error("connection", f"{self._url} broke the answer off: {why}", True)

    def garbled(self, what: str) -> BackendError:
        """Something in the stream can not be read."""
        return self._error("server", f"{self._url} sent {what}", True)

    def too_much(self, limit: str) -> BackendError:
        """An answer without an end; the same again would be as long."""
        return self._error("server", f"{self._url} sent an answer of more than {limit}")

    def not_a_stream(self, content_type: str) -> BackendError:
        """A success that is no event stream, such as the web page of another server."""
        return self._error(
            "bad_request",
            f"{self._url} answered with {content_type} instead of an event stream. "
            f"The base URL ({self._url_from}) may be wrong.",
        )

    def bad_url(self) -> BackendError:
        """The base URL can not be used."""
        return self._error(
            "bad_request",
            f"The base URL {self._address!r} is not valid: {self._url_from} is an address such as "
            "https://api.anthropic.com",
        )

    def not_text(self) -> BackendError:
        """The request can not be encoded."""
        return self._error(
            "bad_request", "The prompt or the system prompt holds characters that are not text."
        )

    def no_key(self) -> BackendError:
        """There is nothing to identify with."""
        return self._error(
            "auth",
            f"No key for {self._url}: set {self._variable} "
            "(to any word, for a server that asks for none).",
        )

    def endless(self, turns: int) -> BackendError:
        """The model used tools in every turn that it had."""
        return self._error(
            "tool",
            f"the model went on calling tools after {turns} turns without an answer; "
            "raise maxTurns, or ask for less",
        )

    def bad_key(self) -> BackendError:
        """The key can not be sent in a header."""
        return self._error(
            "auth",
            f"The key in {self._variable} contains spaces, line ends or other characters that "
            "no key has: set it anew.",
        )

    def _what(self, sort: ErrorKind, status: int, kind: str | None, said: str) -> str:
        if sort == "rate_limit":
            return f"{self._url} asks to slow down"
        if _is_overloaded(status, kind):
            return f"{self._url} is overloaded"
        if sort == "server":
            return f"{self._url} failed"
        if status // 100 == 3:
            return f"{self._url} sends its callers elsewhere"
        return f"{self._url} refused the request"

    def _advice(self, sort: ErrorKind, status: int, kind: str | None, said: str, model: str) -> str:
        if kind == "billing_error" or status == 402:
            return "Check the account's credit and billing."
        if sort == "auth" and not self._variable:
            return f"Name the variable with its key: key_env of the profile '{self._profile}'."
        if sort == "auth":
            return f"Check that {self._variable} holds a valid key that may use the model."
        if sort != "bad_request":
            return ""
        if kind == "not_found_error" or status == 404:
            return f"Check the model's name ({model}) and the base URL."
        if status == 413 or any(words in said.lower() for words in _TOO_LONG):
            return "Shorten the prompt, or what the task is given from others."
        if status // 100 == 3:
            return f"Set the base URL ({self._url_from}) to the final address."
        return "Change the request: the same again will be refused again."

    def _error(
        self,
        kind: ErrorKind,
        message: str,
        retryable: bool = False,
        retry_after: float | None = None,
        *,
        throttled: bool = False,
    ) -> BackendError:
        text = clean(message)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return BackendError(
            kind,
            clean_line(text),
            retryable=retryable,
            retry_after=retry_after,
            throttled=throttled,
        )


def _is_overloaded(status: int, kind: str | None) -> bool:
    return kind == "overloaded_error" or status == 529


def _sort(status: int, kind: str | None) -> ErrorKind:
    if sort := _BY_TYPE.get(kind or "") or _BY_STATUS.get(status):
        return sort
    # `invalid_request_error` and `api_error` are used for everything: the status says more.
    if status == 200:
        return "bad_request" if kind == "invalid_request_error" else "server"
    return "server" if status >= 500 else "bad_request"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: `retry-after-ms`, or `retry-after` as seconds or as a date."""
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "")
        try:
            seconds = float(value) / scale
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    if (moment := moment_of(headers.get("retry-after"))) is None:
        return None
    now = moment_of(headers.get("date")) or datetime.now(UTC)
    return max(0.0, (moment - now).total_seconds())
