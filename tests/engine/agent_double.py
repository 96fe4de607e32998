"""A stand-in for the `claude` program: does what its script says and tells it as a stream of JSON.

Run with a JSON object as its first argument: `write` (texts by path), `delete` (paths), `read` (a
path), `wait` (seconds, at the end), `meet` (a folder outside, in which it waits for another
double), `exit` (a code before any result), `once` (a file outside; without it, it is made and the
program fails) and `say`. What stands in other arguments is only noted.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

PATIENCE = 10.0


def show(**fields: Any) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def use(name: str, path: str) -> None:
    """A tool of the program's own, as it tells it."""
    call = {"type": "tool_use", "id": f"{name}-{path}", "name": name, "input": {"file_path": path}}
    show(type="assistant", message={"model": "double-1", "content": [call]})
    answer = {"type": "tool_result", "tool_use_id": f"{name}-{path}", "content": "done"}
    show(type="user", message={"content": [answer]})


def meet(place: Path) -> bool:
    """Wait until two are there; False where the other one never comes."""
    place.mkdir(exist_ok=True)
    (place / str(os.getpid())).touch()
    end = time.monotonic() + PATIENCE
    while len(list(place.iterdir())) < 2:
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def main() -> None:
    script = json.loads(sys.argv[1])
    prompt = sys.stdin.read()
    show(type="system", subtype="init", model="double-1")
    words = [f"In {os.getcwd()}."]
    if "meet" in script:
        place = script["meet"]
        words.append("Together." if meet(Path(place)) else "Alone.")
    for path, text in script.get("write", {}).items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
        use("Write", path)
    for path in script.get("delete", []):
        Path(path).unlink()
    if "read" in script:
        path = Path(script["read"])
        words.append(f"Read: {path.read_text() if path.exists() else 'nothing'}")
    if "note" in script:
        noted = {"arguments": sys.argv[2:], "prompt": prompt, "environment": dict(os.environ)}
        Path(script["note"]).write_text(json.dumps(noted))
    time.sleep(script.get("wait", 0.0))
    if "exit" in script or ("once" in script and not Path(script["once"]).exists()):
        Path(script.get("once", os.devnull)).touch()
        sys.exit(script.get("exit", 1))
    text = script.get("say", "") or " ".join(words)
    show(
        type="assistant", message={"model": "double-1", "content": [{"type": "text", "text": text}]}
    )
    usage = {"input_tokens": 7, "output_tokens": 3}
    show(type="result", subtype="success", is_error=False, result=text, usage=usage)


if __name__ == "__main__":
    main()
