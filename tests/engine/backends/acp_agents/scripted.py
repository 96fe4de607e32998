"""An agent that does in each step what its arguments say, however wrong; it knows no library.

Run as a program: python scripted.py '{"initialize": …, "session/new": …, "session/prompt": …}'

What stands for a method is a list of steps, done when a request of that method comes; a step is
the name of one of the methods below, without its stroke, and what it is given.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

GOOD: dict[str, list[dict[str, Any]]] = {
    "initialize": [{"answer": {"protocolVersion": 1, "agentCapabilities": {}}}],
    "session/new": [{"answer": {"sessionId": "s1"}}],
    "session/prompt": [{"answer": {"stopReason": "end_turn"}}],
}
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


class Scripted:
    """One run of the agent."""

    def __init__(self, script: dict[str, list[dict[str, Any]]]) -> None:
        self._script = {**GOOD, **script}
        self._number = 1000

    def run(self) -> None:
        while line := sys.stdin.readline():
            self._handle(json.loads(line))

    def _handle(self, message: dict[str, Any]) -> None:
        method = message.get("method", "")
        for step in self._script.get(method, [{"answer": {}}]):
            ((what, value),) = step.items()
            getattr(self, f"_{what}")(value, message)

    def _send(self, **message: Any) -> None:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        sys.stdout.flush()

    def _text(self, text: str) -> None:
        content = {"type": "text", "text": text}
        self._update({"sessionUpdate": "agent_message_chunk", "content": content}, {})

    def _print(self, text: str, message: dict[str, Any]) -> None:
        """A line as it is."""
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\n")
        sys.stdout.flush()

    def _update(self, update: Any, message: dict[str, Any]) -> None:
        self._send(method="session/update", params={"sessionId": "s1", "update": update})

    def _answer(self, result: Any, message: dict[str, Any]) -> None:
        self._send(id=message["id"], result=result)

    def _refuse(self, error: Any, message: dict[str, Any]) -> None:
        self._send(id=message["id"], error=error)

    def _tell(self, what: str, message: dict[str, Any]) -> None:
        """Say a text; for `said` what the request says."""
        self._text(json.dumps(message["params"]) if what == "said" else what)

    def _ask(self, said: Any, message: dict[str, Any]) -> None:
        self._request(["session/request_permission", {"sessionId": "s1", **said}], message)

    def _request(self, said: list[Any], message: dict[str, Any]) -> None:
        """Ask for something, and tell the answer."""
        self._number += 1
        self._send(id=self._number, method=said[0], params=said[1])
        while line := sys.stdin.readline():
            answer = json.loads(line)
            if answer.get("id") == self._number and "method" not in answer:
                self._text(json.dumps(answer.get("result") or answer.get("error")))
                break

    def _ask_forever(self, said: Any, message: dict[str, Any]) -> None:
        while True:
            self._ask(said, message)

    def _ask_at_once(self, said: list[Any], message: dict[str, Any]) -> None:
        """Ask so many times without reading an answer."""
        for _ in range(said[0]):
            self._number += 1
            params = {"sessionId": "s1", **said[1]}
            self._send(id=self._number, method="session/request_permission", params=params)

    def _flood(self, size: list[Any], message: dict[str, Any]) -> None:
        count, length, kind = size
        content = {"type": "text", "text": "x" * length}
        update = {"sessionUpdate": kind, "content": content}
        note = {"sessionId": "s1", "update": update}
        line = json.dumps({"jsonrpc": "2.0", "method": "session/update", "params": note})
        data = line.encode() + b"\n"
        for _ in range(count):
            sys.stdout.buffer.write(data)

    def _endless_line(self, megabytes: int, message: dict[str, Any]) -> None:
        for _ in range(megabytes):
            sys.stdout.buffer.write(b"x" * 2**20)
        sys.stdout.flush()
        time.sleep(600)

    def _numbers(self, file: str, message: dict[str, Any]) -> None:
        """Start a child that ignores SIGTERM, and write both process numbers."""
        child = subprocess.Popen([sys.executable, "-c", STUBBORN])
        temporary = Path(file + ".new")
        temporary.write_text(f"{os.getpid()} {child.pid}")
        temporary.replace(file)

    def _stderr(self, text: str, message: dict[str, Any]) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def _noise(self, length: int, message: dict[str, Any]) -> None:
        self._stderr("x" * length, message)

    def _many_calls(self, count: int, message: dict[str, Any]) -> None:
        for number in range(count):
            call = {"toolCallId": f"c{number}", "title": "T", "status": "completed"}
            self._update({"sessionUpdate": "tool_call", **call}, message)

    def _sleep(self, seconds: float, message: dict[str, Any]) -> None:
        time.sleep(seconds)

    def _until(self, method: str, message: dict[str, Any]) -> None:
        while line := sys.stdin.readline():
            if json.loads(line).get("method") == method:
                break

    def _write(self, said: list[str], message: dict[str, Any]) -> None:
        Path(said[0]).write_text(said[1])

    def _deaf(self, yes: bool, message: dict[str, Any]) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def _close(self, yes: bool, message: dict[str, Any]) -> None:
        os.close(1)
        os.close(2)

    def _exit(self, code: int, message: dict[str, Any]) -> None:
        os._exit(code)


if __name__ == "__main__":
    Scripted(json.loads(sys.argv[1])).run()
