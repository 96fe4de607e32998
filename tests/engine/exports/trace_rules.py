"""The rules of the Trace Event Format, as far as orchtui's traces use it.

From "Trace Event Format" (Google, 2016), as the chapters name them: every event has `ph` and
`name`; `ts` and `dur` are microseconds; complete events (`X`) of one thread nest or follow one
another; a nestable async event is opened by `b` and closed by `e` of the same `cat` and `id`;
counters (`C`) have numbers in `args`; instants (`i`) a scope `s` of `g`, `p` or `t`; metadata
(`M`) one of the names that viewers know. Perfetto's reader asks for the same.
"""

from collections import defaultdict
from typing import Any

METADATA = {"process_name": str, "thread_name": str, "process_sort_index": int}
_FIELDS = {"process_name": "name", "thread_name": "name", "process_sort_index": "sort_index"}


def problems(trace: Any) -> list[str]:
    """What is wrong with a trace; nothing where it is in order."""
    if not isinstance(trace, dict) or not isinstance(trace.get("traceEvents"), list):
        return ["this is no JSON object with traceEvents"]
    found = [] if trace.get("displayTimeUnit") in ("ms", "ns") else ["displayTimeUnit"]
    slices: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    opened: dict[tuple[str, str], int] = {}
    for event in trace["traceEvents"]:
        found += _of_all(event)
        match event.get("ph"):
            case "X":
                if not _whole(event.get("dur")):
                    found.append(f"a slice without a duration: {event}")
                else:
                    place = (event["pid"], event["tid"])
                    slices[place].append((event["ts"], event["ts"] + event["dur"]))
            case "b":
                key = (event.get("cat", ""), event.get("id", ""))
                if not all(key) or key in opened:
                    found.append(f"opened without a name of its own, or twice: {event}")
                opened[key] = event["ts"]
            case "e":
                began = opened.pop((event.get("cat", ""), event.get("id", "")), None)
                if began is None or began > event["ts"]:
                    found.append(f"closed before it was opened: {event}")
            case "C":
                values = event.get("args")
                if not values or not all(isinstance(one, int | float) for one in values.values()):
                    found.append(f"a counter without numbers: {event}")
            case "i":
                if event.get("s") not in ("g", "p", "t"):
                    found.append(f"an instant without a scope: {event}")
            case "M":
                name = event["name"]
                value = event.get("args", {}).get(_FIELDS.get(name, ""))
                if not isinstance(value, METADATA.get(name, bool)):
                    found.append(f"metadata that no viewer knows: {event}")
            case _:
                found.append(f"an unknown phase: {event}")
    found += [f"never closed: {key}" for key in opened]
    return found + [problem for each in slices.values() for problem in _nested(each)]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _of_all(event: Any) -> list[str]:
    if not isinstance(event, dict):
        return [f"no object: {event}"]
    wrong = [key for key in ("pid", "tid", "ts") if not _whole(event.get(key))]
    wrong += [key for key in ("ph", "name") if not event.get(key)]
    wrong += ["args"] if not isinstance(event.get("args", {}), dict) else []
    return [f"{', '.join(wrong)}: {event}"] if wrong else []


def _nested(slices: list[tuple[int, int]]) -> list[str]:
    """Slices of one thread that overlap, and none of which holds the other."""
    found, stack = [], list[tuple[int, int]]()
    for start, end in sorted(slices, key=lambda one: (one[0], -one[1])):
        while stack and stack[-1][1] <= start:
            stack.pop()
        if stack and end > stack[-1][1]:
            found.append(f"{(start, end)} overlaps {stack[-1]}")
        stack.append((start, end))
    return found
