"""A judge's answer, read without trusting it: whatever does not fit is told in words, left out.

No answer raises. This module never calls a model and never chooses.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from orchtui.engine.run_events.choice_events import Score
from orchtui.engine.text import clean_line
from orchtui.engine.texts.json_answer import object_in

MAX_ANSWER = 200_000
"""Characters of an answer that are read."""
MOST_POINTS = 10
_MOST_WHY = 400
_MOST_ENTRIES = 400
_MOST_PROBLEMS = 12


class Reading(NamedTuple):
    """What of an answer could be used."""

    scores: tuple[Score, ...] = ()
    best: str = ""
    why: str = ""
    problems: tuple[str, ...] = ()


class _Unfit(Exception):
    """An entry can not be used; the argument says why."""


def read_answer(text: str, letters: Mapping[str, str], criteria: Sequence[str]) -> Reading:
    """The scores of an answer. A code fence or words around its JSON object do not matter.

    Args:
        text: The answer, as it came.
        letters: The tasks' ids by the letters they were given.
        criteria: What was asked for, in the order of their numbers from 1.
    """
    if not text.strip():
        return Reading(problems=("the answer is empty",))
    said = object_in(text, ("scores", "best"))
    if said is None:
        words = f"the answer is not the JSON that was asked for: '{clean_line(text, 60)}'"
        return Reading(problems=(words,))
    scores, problems = _scores(said.get("scores"), letters, criteria)
    best = said.get("best")
    named = letters.get(best.strip().upper(), "") if isinstance(best, str) else ""
    if best and not named:
        problems.append(f"it would choose '{clean_line(str(best), 40)}', which is none of them")
    missing = len(letters) * len(criteria) - len(scores)
    if missing:
        problems.append(f"{missing} of {len(letters) * len(criteria)} scores are missing")
    if len(problems) > _MOST_PROBLEMS:
        more = len(problems) - _MOST_PROBLEMS + 1
        problems[_MOST_PROBLEMS - 1 :] = [f"and {more} more like these"]
    return Reading(tuple(scores.values()), named, _words(said.get("why")), tuple(problems))


def _scores(
    said: object, letters: Mapping[str, str], criteria: Sequence[str]
) -> tuple[dict[tuple[str, str], Score], list[str]]:
    scores: dict[tuple[str, str], Score] = {}
    problems: list[str] = []
    if not isinstance(said, list):
        return scores, ["'scores' is not a list"]
    for number, entry in enumerate(said[:_MOST_ENTRIES], 1):
        try:
            score = _score(entry, letters, criteria)
            if (score.task, score.criterion) in scores:
                raise _Unfit("that was scored already")
        except _Unfit as why:
            problems.append(f"score {number} was ignored: {why}")
        else:
            scores[score.task, score.criterion] = score
    return scores, problems


def _score(entry: object, letters: Mapping[str, str], criteria: Sequence[str]) -> Score:
    if not isinstance(entry, dict):
        raise _Unfit("it is not an object")
    result = entry.get("result")
    task = letters.get(result.strip().upper()) if isinstance(result, str) else None
    if task is None:
        raise _Unfit(f"there is no result '{clean_line(str(result), 20)}'")
    return Score(
        task=task,
        criterion=_criterion(entry.get("criterion"), criteria),
        points=_points(entry.get("points")),
        why=_words(entry.get("why")),
    )


def _points(said: object) -> int:
    if isinstance(said, float) and said.is_integer():
        said = int(said)
    if isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= MOST_POINTS:
        return said
    shown = clean_line(str(said), 20)
    raise _Unfit(f"'{shown}' is no whole number from 0 to {MOST_POINTS}")


def _criterion(said: Any, criteria: Sequence[str]) -> str:
    """By its number, as asked for, or by its words."""
    text = str(said).strip()
    if text.isdecimal() and 1 <= int(text[:4]) <= len(criteria):
        return criteria[int(text[:4]) - 1]
    for one in criteria:
        if one.casefold() == text.casefold():
            return one
    raise _Unfit(f"there is no criterion '{clean_line(text, 40)}'")


def _words(said: object) -> str:
    return clean_line(said, _MOST_WHY) if isinstance(said, str) else ""
