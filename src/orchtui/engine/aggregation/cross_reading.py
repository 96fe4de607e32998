"""Results read against each other: where they say the same, and where they seem to disagree.

Rules only, no model. What is called a contradiction is a guess that is quoted: two
sentences with the same subject words and other numbers or dates, or one of them
negated. The work is counted, so the same results give the same answer. Blocks the
thread it is called in, for a second at most. This module never decides who is right and
never holds anything up.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from orchtui.engine.aggregation.statements import Statement, statements
from orchtui.engine.run_events.joined_events import (
    NOTHING_SEEN,
    Contradiction,
    CrossReading,
    Overlap,
)
from orchtui.engine.texts.fair_share import fair_share

MOST_CHARACTERS = 600_000
"""Of all results together that are read."""
MOST_PAIRS = 40_000
"""Pairs of sentences that are compared word by word."""
LISTED = 10
"""Pairs of results that are told, of overlaps and of contradictions each."""
ALIKE = 0.8
"""Share of the words of two sentences that stand in both, in order, from which on they are alike.
Sentences on one subject that say different things share less."""
_FEWEST_STEMS = 6
"""Words of a sentence that say something, below which likeness is chance."""
_SUBJECT = 3
"""The same for sentences that contradict each other, which have to have all of them in common."""
_COMMON = 12
"""Sentences in which a word may stand to bring them together: a rarer one says more."""
_IN_BUCKET = 12
"""Sentences on the same subject that are set against each other."""

_NUMBER = "the same words with other numbers or dates"
_NEGATION = "the same words, and only one of them is negated"


def cross_read(texts: Mapping[str, str]) -> CrossReading:
    """Read results against each other.

    Args:
        texts: Results by task, in the plan's order.
    """
    if len(texts) < 2:
        return NOTHING_SEEN
    reading = _Reading(texts)
    odds = reading.contradictions()
    alike = reading.overlaps()
    return CrossReading(
        overlaps=tuple(alike[:LISTED]),
        contradictions=tuple(odds[:LISTED]),
        more_overlaps=max(0, len(alike) - LISTED),
        more_contradictions=max(0, len(odds) - LISTED),
        left_out=reading.left_out,
    )


class _Reading:
    def __init__(self, texts: Mapping[str, str]) -> None:
        share = fair_share([len(text) for text in texts.values()], MOST_CHARACTERS)
        self._all: list[Statement] = []
        for task, text in texts.items():
            self._all += statements(task, text[:share])
        self.left_out = ""
        """What was not looked at."""
        if cut := sum(len(text) > share for text in texts.values()):
            results = "1 long result" if cut == 1 else f"{cut} long results"
            self.left_out = f"of {results} only the first {share:,} characters were read"

    def contradictions(self) -> list[Contradiction]:
        """Sentences on the same subject that can not both hold, as far as rules can tell."""
        buckets: dict[frozenset[str], list[Statement]] = defaultdict(list)
        for one in self._all:
            if len(one.subject) >= _SUBJECT:
                buckets[one.subject].append(one)
        found: list[Contradiction] = []
        seen: set[tuple[str, str, str]] = set()
        for bucket in buckets.values():
            said = {(one.task, one.figures, one.negated) for one in bucket}
            for one, other in combinations(bucket[:_IN_BUCKET], 2):
                tasks = (one.task, other.task)
                # Whoever says what the other says too does not contradict it.
                both = (one.task, other.figures, other.negated) in said
                both |= (other.task, one.figures, one.negated) in said
                why = "" if both else contradicts(one, other)
                if one.task != other.task and why and (*tasks, why) not in seen:
                    seen.add((*tasks, why))
                    quotes = (one.quote, other.quote)
                    found.append(Contradiction(tasks=tasks, quotes=quotes, why=why))
        return found

    def overlaps(self) -> list[Overlap]:
        """Pairs of results with sentences that are alike, those with the most first."""
        from rapidfuzz.distance import Indel  # not before results are joined

        pairs: dict[tuple[str, str], list[tuple[float, Statement, Statement]]] = defaultdict(list)
        for one, other in self._candidates():
            if contradicts(one, other):
                continue
            share = Indel.normalized_similarity(one.stems, other.stems, score_cutoff=ALIKE)
            if share >= ALIKE and one.figures == other.figures:
                pairs[one.task, other.task].append((share, one, other))
        found = []
        for tasks, alike in pairs.items():
            _, one, other = max(alike, key=lambda pair: (pair[0], len(pair[1].stems)))
            more = len({pair[1].quote for pair in alike}) - 1
            found.append(Overlap(tasks=tasks, quotes=(one.quote, other.quote), more=more))
        return sorted(found, key=lambda overlap: -overlap.more)

    def _candidates(self) -> Iterable[tuple[Statement, Statement]]:
        """Pairs of sentences of two tasks that share a word which is rare among all sentences."""
        known = [one for one in self._all if len(one.stems) >= _FEWEST_STEMS]
        often = Counter(word for one in known for word in one.subject)
        holders: dict[str, list[int]] = defaultdict(list)
        same: dict[tuple[str, ...], int] = {}
        looked = 0
        for place, one in enumerate(known):
            near: dict[int, None] = {}
            if (first := same.setdefault(one.stems, place)) != place:
                near[first] = None
            for word in sorted(one.subject, key=lambda word: (often[word], word))[:4]:
                if often[word] <= _COMMON:
                    near.update(dict.fromkeys(holders[word]))
            for word in one.subject:
                if often[word] <= _COMMON:
                    holders[word].append(place)
            for other in near:
                if known[other].task == one.task:
                    continue
                looked += 1
                if looked > MOST_PAIRS:
                    self.left_out = self.left_out or "not all sentences were compared"
                    return
                yield known[other], one


def contradicts(one: Statement, other: Statement) -> str:
    """Which rule says that two sentences can not both hold; empty where none does."""
    if one.stems != other.stems or one.hedged or other.hedged or len(one.subject) < _SUBJECT:
        return ""
    if one.negated != other.negated:
        return _NEGATION if one.figures == other.figures else ""
    differ = len(one.figures) == len(other.figures) and one.figures != other.figures
    return _NUMBER if differ else ""
