"""An agent program that plays a script: run with the script's path, then any arguments.

The script is JSON: `record` (a file for what it was called with), `read` (whether it reads its
input), `steps` and `exit`. A step is a list: `out` or `err` with text, `bytes` with hex, `many`
with a text and how often, `kill` with a signal's number, `close`, `wait` (for ever), `until` with a
file, `stubborn` (SIGTERM is ignored), `child` with a file for the process id of one that holds the
output open, in a session of its own when `apart` follows.
"""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

CHILD = "import os, sys, time; print(os.getpid(), file=open(sys.argv[1], 'w')); time.sleep(600)"


def step(kind: str, *rest: Any) -> None:
    match kind:
        case "out":
            os.write(1, rest[0].encode())
        case "err":
            os.write(2, rest[0].encode())
        case "bytes":
            os.write(1, bytes.fromhex(rest[0]))
        case "many":
            piece = rest[0].encode()
            for _ in range(rest[1]):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        case "kill":
            os.kill(os.getpid(), rest[0])
        case "close":
            os.close(1)
            os.close(2)
        case "wait":
            time.sleep(600)
        case "until":
            while not os.path.exists(rest[0]):
                time.sleep(0.01)
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case "child":
            apart = "apart" in rest
            subprocess.Popen([sys.executable, "-c", CHILD, rest[0]], start_new_session=apart)
            while not os.path.exists(rest[0]) or not os.path.getsize(rest[0]):
                time.sleep(0.01)


def main() -> None:
    with open(sys.argv[1]) as file:
        script = json.load(file)
    read = sys.stdin.buffer.read().decode() if script.get("read", True) else ""
    if "record" in script:
        files = {
            argument: open(path).read()
            for argument in sys.argv[2:]
            if (path := argument.partition("-file=")[2]) and os.path.isfile(path)
        }
        called = {
            "arguments": sys.argv[2:],
            "input": read,
            "environment": dict(os.environ),
            "folder": os.getcwd(),
            "files": files,
        }
        with open(script["record"], "w") as file:
            json.dump(called, file)
    for each in script.get("steps", []):
        step(*each)
    os._exit(script.get("exit", 0))


if __name__ == "__main__":
    main()
