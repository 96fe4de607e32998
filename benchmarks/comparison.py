"""What comparing two texts costs: milliseconds from two texts to a Diff, and to its rows.

Texts are made of words of a fixed random vocabulary. `difflib` is the standard library's
`SequenceMatcher` over the same lines, without words, moves or headings. The best of five rounds, by
the processor's time, which other work on the machine changes little: there is only one thread.

    python -m benchmarks.comparison
"""

import difflib
import random
import time
from collections.abc import Callable

from orchtui.engine.comparison.comparing import compare
from orchtui.engine.comparison.difference import Diff, Options
from orchtui.engine.comparison.side_rows import changes, hunks, side_by_side
from orchtui.engine.comparison.similarity import matrix

LINES = 5_000
MEGABYTE = 1_000_000
ROUNDS = 5


def main() -> None:
    """Measure and print a table."""
    rng = random.Random(1)
    letters = "abcdefghijklmnop"
    words = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(3000)]

    def sentence() -> str:
        return " ".join(rng.choices(words, k=9)).capitalize() + "."

    lines = [sentence() for _ in range(LINES)]
    seventh = [line if at % 7 else f"{line[:-1]} changed." for at, line in enumerate(lines)]
    moved = [*lines[2000:], *lines[:2000]]
    other = [sentence() for _ in range(LINES)]
    long = " ".join(sentence() for _ in range(20_000))[:MEGABYTE]
    few = " ".join(word if at % 50 else "changed" for at, word in enumerate(long.split(" ")))
    unlike = " ".join(sentence() for _ in range(20_000))[:MEGABYTE]
    four, four_too = (" ".join(rng.choices("abcd", k=MEGABYTE // 2)) for _ in range(2))
    cases = {
        "5,000 lines, every seventh changed": ("\n".join(lines), "\n".join(seventh)),
        "5,000 lines, 2,000 of them moved": ("\n".join(lines), "\n".join(moved)),
        "5,000 lines, all others": ("\n".join(lines), "\n".join(other)),
        "1 MB in one line, every 50th word changed": (long, few),
        "1 MB in one line, unrelated": (long, unlike),
        "1 MB in one line, four words at random": (four, four_too),
    }
    print("| ms | by line | by sentence | rows and hunks | difflib | coarse |")
    print("|---|---|---|---|---|---|")
    for name, (left, right) in cases.items():
        by_line, diff = best(left, right, Options(by="line"))
        by_sentence, prose = best(left, right, Options())
        lined = "\n" in left
        plain = clocked(lambda: opcodes(left, right)) if lined else None  # noqa: B023  called here
        cells = [by_line, by_sentence, clocked(lambda: rows(diff)), plain]  # noqa: B023
        shown = " | ".join("" if cell is None else f"{cell:.0f}" for cell in cells)
        print(f"| {name} | {shown} | {'yes' if diff.coarse or prose.coarse else ''} |")
    variants = ["\n".join(rng.sample(lines, 550)) for _ in range(10)]
    print(f"\nSimilarity of ten texts of 5,000 words: {clocked(lambda: matrix(variants)):.0f} ms")


def best(left: str, right: str, options: Options) -> tuple[float, Diff]:
    """Milliseconds of the quickest round, and what came of it."""
    return clocked(lambda: compare(left, right, options)), compare(left, right, options)


def rows(diff: Diff) -> object:
    """What a screen needs."""
    shown = side_by_side(diff)
    return hunks(changes(shown), len(shown), 3)


def opcodes(left: str, right: str) -> object:
    """What the standard library has."""
    matcher = difflib.SequenceMatcher(None, left.split("\n"), right.split("\n"))
    return matcher.get_opcodes()


def clocked(work: Callable[[], object]) -> float:
    """Milliseconds of the quickest round."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took) * 1000


if __name__ == "__main__":
    main()
