"""The family of tasks that lean on what their specialist can not see.

`as discussed`, `continue`, `it`: each specialist gets its own prompt and
nothing else. Words that mean another task of the plan are a dependency
instead. This module never compares two tasks.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from orchtui.engine.independence.desk import Desk
from orchtui.engine.independence.findings import finding
from orchtui.engine.independence.groups import pronouns
from orchtui.engine.independence.lexicon import RESULT_NOUNS
from orchtui.engine.independence.phrases import Phrase
from orchtui.engine.independence.reading import Reading
from orchtui.engine.independence.report import Finding
from orchtui.engine.independence.signs import Span
from orchtui.engine.independence.words import READ_AT_MOST


class _Cue(NamedTuple):
    rule: str
    pattern: re.Pattern[str]
    missing: str
    """What the specialist would not know."""
    elsewhere: bool
    """Whether it can only mean something outside the plan."""


_RESULTS = (
    r"(?:suggestions?|findings?|answers?|analys[ei]s|recommendations?|proposals?|notes?|outputs?|"
    r"responses?|results?|ideas?|drafts?|versions?|research|work|reply|replies|reports?|"
    r"conclusions?|summar(?:y|ies)|changes|comments|feedback|reviews?|plans?|code|outline)"
)
_TALKED = (
    r"(?:discussed|agreed|talked|decided|mentioned|suggested|proposed|left off|stopped|gave|sent|"
    r"told|planned|started|did|wrote|came up with|looked at|spoke|chose|picked|settled)"
)


def _cue(rule: str, pattern: str, missing: str, *, elsewhere: bool = True) -> _Cue:
    return _Cue(rule, re.compile(pattern, re.IGNORECASE), missing, elsewhere)


_CUES = (
    _cue(
        "as_discussed",
        r"\b(?:as|like|the way)(?: (?:we|you|i|already|just|it was))* (?:previously |already )?"
        r"(?:discussed|agreed(?: (?:up)?on)?|mentioned|described|explained|requested|decided|noted|"
        r"outlined|planned|said)\b(?: (?:earlier|above|before|previously|last time|yesterday))?"
        r"(?! (?:in|by|at|under|on page|with)\b)",
        "what was said before",
    ),
    _cue(
        "talked_about",
        rf"\b(?:we|you|i)(?:'ve|’ve| have| had)? (?:already |just |last |both )?{_TALKED}\b"
        r"(?: (?:on|about|upon|earlier|before|last time|yesterday))*",
        "what was said or done before",
    ),
    _cue(
        "last_time",
        r"\b(?:(?:as|like|same as|from|than) (?:before|last time|usual|always)|last time|"
        r"like the (?:others|other ones?|ones? (?:from )?before)|"
        r"(?:our|the|my|your) (?:last|previous|earlier|prior) (?:chat|conversation|session|"
        r"discussion|message|call|thread|e-?mail|prompt))\b",
        "what happened before",
    ),
    _cue(
        "yours",
        rf"\byour (?:(?:previous|earlier|last|prior|first|own|initial) )?{_RESULTS}\b",
        "what it answered before",
    ),
    _cue(
        "ours",
        rf"\b(?:our|my) (?:previous|earlier|prior|last) {_RESULTS}\b",
        "what was worked out before",
    ),
    _cue(
        "previous",
        rf"\b(?:(?:the|these|those|any|all|all the) )?(?:previous|earlier|prior|preceding|"
        rf"aforementioned|above) {_RESULTS}\b(?! (?:of|by|from) (?:the )?[A-Z\d])",
        "which ones those are",
        elsewhere=False,
    ),
    _cue(
        "above",
        r"(?<!['\"“‘])\b(?:(?:all of )?the (?:above|foregoing|former|latter|"
        r"aforementioned)(?: \w+)?|"
        r"(?:mentioned|described|listed|shown|see|given) above|"
        rf"(?:the |these |this )?{_RESULTS} above)\b(?!['\"”’-])",
        "what stands above",
        elsewhere=False,
    ),
    _cue(
        "same_again",
        r"(?:\A|[.;:]\s*|\b(?:and|then|now|also|please) )(?:now )?(?:do|repeat|make|try)? ?"
        r"the same (?:thing |again )?(?:for|with|to|in|on|again)\b|\blikewise for\b|"
        r"\bsame (?:thing |again )?(?:for|as above)\b|\A(?:please )?(?:try|redo|do it) again\b|"
        r"\Aretry\b|\b(?:try|do) (?:it|that|this) again\b",
        "what is to be done again",
    ),
    _cue(
        "continue",
        r"\A(?:please |now |then |and )*(?:continue|resume|carry on|keep (?:going|on|working)|"
        r"proceed|go on|pick up)\b(?= *(?:\Z|[.,;!]|(?:with|on|the|this|that|where|working|from|it|"
        r"our|my|your|as)\b)|(?<=continue) +\w+ing\b)(?! the (?:phone|groceries))"
        r"(?: (?:with|on|the|this|that|where|working|from|it)\b)*",
        "what was begun, and how far it got",
        elsewhere=False,
    ),
    _cue(
        "which_one",
        r"\bthe other (?:one|ones|two|half|thread|chat|conversation|tab|window|session|channel|"
        r"e-?mail|ticket|doc|document)\b|\bthe rest(?= *(?:\Z|[.,;]| of (?:it|them)\b))|"
        r"\bthe remaining (?:ones?|parts?|tasks?|items?|steps?)\b|"
        r"\b(?:the|your) (?:first|second|third|last|other) (?:option|one|approach|suggestion|"
        r"alternative|proposal|idea|version)\b(?! (?:of|in|from|for) )",
        "which one is meant",
        elsewhere=False,
    ),
    _cue(
        "attached",
        r"\b(?:the|this|my) attached\b(?: \w+)?|"
        r"\bthe (?:file|screenshot|document|text|image) below\b|"
        r"\b(?:see|as) attached\b",
        "what is attached",
    ),
)
_QUOTED = re.compile(
    r"(?<!\w)'[^'\n]{1,200}'(?!\w)|\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|‘[^’\n]{1,200}’|`[^`\n]{1,400}`"
)
"""Words that are spoken about, rather than said."""
_HERE = frozenset(
    "repo repository project codebase folder directory machine computer week month year time way "
    "case quarter morning evening night day season spring summer autumn winter release purpose "
    "reason package library app application workspace plan run request task team company weekend "
    "sprint decade century context sense point end regard".split()
)
"""What `this` may mean without having been said: the place and the time."""


def find(desk: Desk, leaning: Mapping[int, list[Span]]) -> Iterator[Finding]:
    """Every cue that no other task explains.

    Args:
        leaning: For each task the words with which it points at other tasks.
    """
    ids = {task.id for task in desk.tasks}
    for reading in desk.readings:
        told: list[Span] = []
        words_told: set[tuple[str, str]] = set()
        # A result that is declared to be handed over is what such words can mean.
        handed = any(one in ids for one in desk.tasks[reading.index].after)
        explained = leaning.get(reading.index, [])
        for cue, span in _cues(desk, reading):
            if not cue.elsewhere and (handed or any(_overlap(span, other) for other in explained)):
                continue
            if any(_overlap(span, other) for other in told):
                continue
            told.append(span)
            said = desk.words(span)
            if (cue.rule, said) in words_told:
                continue
            words_told.add((cue.rule, said))
            label = desk.label(reading.index)
            yield finding(
                desk,
                kind="not_self_contained",
                severity="warning",
                tasks=(reading.index,),
                spans=(span,),
                message=f"'{label}' says “{said}”; its specialist sees only this task and would "
                f"not know {cue.missing}",
                rule=cue.rule,
            )


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _cues(desk: Desk, reading: Reading) -> Iterator[tuple[_Cue, Span]]:
    quoted = [match.span() for match in _QUOTED.finditer(reading.text, 0, READ_AT_MOST)]
    for cue in _CUES:
        for match in cue.pattern.finditer(reading.text, 0, READ_AT_MOST):
            start, end = match.span()
            if any(begin <= start < stop for begin, stop in quoted):
                continue
            text = match.group()
            start += len(text) - len(text.lstrip(" .;:"))
            yield cue, Span(reading.index, start, end)
    for phrase in pronouns(reading):
        if any(begin <= phrase.start < stop for begin, stop in quoted):
            continue
        yield _PRONOUN, Span(reading.index, phrase.start, phrase.end)
    for phrase in reading.phrases:
        if _unseen(desk, reading, phrase):
            yield _THIS, Span(reading.index, phrase.start, phrase.end)


_PRONOUN = _cue("pronoun", "", "what that is", elsewhere=False)
_THIS = _cue("this", "", "which one is meant", elsewhere=False)


def _unseen(desk: Desk, reading: Reading, phrase: Phrase) -> bool:
    """`this paragraph`, where no paragraph is to be seen."""
    if phrase.article != "this" or phrase.pronoun or phrase.words & _HERE:
        return False
    said = reading.text[phrase.start : phrase.start + 6].lower()
    if not said.startswith(("this", "these", "those", "that")):
        return False
    verb = reading.verb_of(phrase)
    if verb is None or not verb.main or not (phrase.object or phrase.preposition):
        return False
    rest = reading.text[phrase.end :]
    if re.search(r"[:\"“`\n]|https?://|\w/\w", rest):
        return False  # it follows
    earlier = [each for each in reading.phrases if each.start < phrase.start]
    return not any(each.head == phrase.head or phrase.head in each.words for each in earlier) and (
        phrase.head in RESULT_NOUNS or not earlier
    )
