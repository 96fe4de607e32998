"""The closing clause of a request: "AND synthesize into single report", "then compare them".

Such a clause speaks of what all tasks together have produced, so it is no task
of its own: it says how the results are put together. "Synthesize A and B"
names its objects and stays a task. This module never looks at list items.
"""

import re

from orchtui.engine.plans.plan import AggregateStrategy
from orchtui.engine.request.clauses import HIDDEN, mask, sentences, tidy

_LEAD = (
    r"(?:\A|(?P<tie>,? ?(?:[-–—;] |, )|,? (?=and |then |& |AND |plus |before |so |finally )))"
    r"(?:(?:and|then|finally|lastly|afterwards?|after (?:that|this)|at the end|in the end|once "
    r"done|"
    r"when (?:all (?:are )?)?(?:done|finished)|&|plus|also|please|now|next),? ){0,4}"
)
_UNITING = (
    r"(?:synthesi[sz](?:e|ing)|combin(?:e|ing)|merg(?:e|ing)|consolidat(?:e|ing)|unify|unifying|"
    r"aggregat(?:e|ing)|integrat(?:e|ing)|fus(?:e|ing)|unit(?:e|ing)|collat(?:e|ing)|"
    r"compil(?:e|ing)|join(?:ing)?|assembl(?:e|ing)|bring(?:ing)?|put(?:ting)?|pull(?:ing)?|"
    r"roll(?:ing)?|gather(?:ing)?|collect(?:ing)?)"
)
_RESULTS = (
    r"(?:everything|them(?: all)?|it(?: all)?|all|these|those|both|"
    r"(?:(?:all|all of|the|these|those|their|your|its|both|three|two|four|five|of|individual|"
    r"separate|resulting|research|different|partial) ){0,4}"
    r"(?:results?|findings|answers?|outputs?|reports?|summaries|reviews|analyses|insights|pieces|"
    r"parts|perspectives|sources|responses|notes|conclusions|drafts|sections|translations))"
)
_ONE = (
    r"(?:(?:a|an|one|the|single|unified|final|combined|coherent|short|brief|common|joint|overall|"
    r"consolidated|comprehensive|concise|clear|markdown|executive|integrated|cohesive|merged|"
    r"shared) ){1,4}"
)
_DOCUMENT = (
    r"(?:[\w-]+ )?(?:report|document|summary|overview|answer|article|paper|text|file|table|"
    r"conclusion|brief|briefing|page|guide|piece|comparison|whole|result|analysis|memo|"
    r"recommendation|post|matrix|list|deliverable|synthesis|doc|presentation|picture)"
)
_REST = r"(?P<rest>[^.!?;]{0,200})[.!?]?\Z"

_SYNTHESIZE = re.compile(
    rf"{_LEAD}(?:{_UNITING}(?: up)?(?: {_RESULTS})?(?: together| up)? (?:in|into|to|as|for) "
    rf"(?:{_ONE})?{_DOCUMENT}\b|(?<=and )(?:synthesi[sz]e|combine|merge|aggregate|"
    rf"consolidate)(?=[.!]?\Z)|"
    rf"{_UNITING} {_RESULTS}(?: together)?(?= (?:at|in|for|with|by)\b|[.!]?\Z)|"
    rf"(?:summari[sz]e|sum up|wrap up) (?:everything|them all|it all|all (?:of )?(?:the "
    rf")?(?:results|findings|"
    rf"reports|answers)|the (?:results|findings) (?:in|into) (?:one|a single))\b|"
    rf"(?:write|create|produce|make|prepare|provide|give me|deliver|present|return) "
    rf"(?:a |an |one |me )?(?:single|combined|unified|joint|consolidated|merged|overall|"
    rf"integrated|synthesi[sz]ed) "
    rf"{_DOCUMENT}\b|(?:into|as|in) (?:one|a (?:single|unified|combined|joint|consolidated)) "
    rf"{_DOCUMENT}\b)"
    rf"{_REST}",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    rf"{_LEAD}(?:(?:compar(?:e|ing)|contrast|rank(?:ing)?|rate) (?:and (?:contrast|rank) )?"
    r"(?:them|both|everything|all(?: of them)?|(?:all |the |these |those )+"
    r"(?:(?:two|three|four|five|six|\d{1,2}|different|resulting) ){0,2}(?:results|outputs|answers|"
    r"approaches|designs|variants|versions|options|drafts|findings|outcomes|proposals|solutions|"
    r"alternatives|two|three|four|five|six)|results|the results)\b|"
    r"(?:pick|choose|select|recommend|tell me|say|decide|show me|point out) (?:which(?: one)?\b|"
    r"the "
    r"(?:best|strongest|winner|better)|a (?:winner|favou?rite)|the one)|"
    r"so (?:that )?(?:I|we|the user|users) can (?:compare|choose|pick|decide))"
    rf"{_REST}",
    re.IGNORECASE,
)
_NONE = re.compile(
    rf"{_LEAD}(?:(?:do not|don't|no need to|without|never) {_UNITING}(?: {_RESULTS})?|"
    rf"(?:keep|leave|deliver) {_RESULTS} (?:separate|apart|as they are)|no (?:aggregation|"
    rf"synthesis|"
    r"combined report))[.!]?\Z",
    re.IGNORECASE,
)
_STRATEGIES: tuple[tuple[re.Pattern[str], AggregateStrategy], ...] = (
    (_NONE, "none"),
    (_SYNTHESIZE, "synthesize"),
    (_COMPARE, "compare"),
)
_MAX_SENTENCE = 1500


def take_closing(text: str, *, alone: bool) -> tuple[str, AggregateStrategy | None]:
    """Take the clause out of a text.

    Args:
        alone: Whether a whole first sentence may be the clause. Not in a
            request's only sentence: there it is the work itself.
    """
    paragraphs = text.split("\n\n")
    kept: list[str] = []
    strategy: AggregateStrategy | None = None
    for paragraph in paragraphs:
        for sentence in sentences(paragraph):
            rest, found = _clause(sentence, alone=alone or bool(kept))
            strategy = strategy or found
            if rest:
                kept.append(rest)
        if kept and paragraph is not paragraphs[-1]:
            kept[-1] += "\n\n"
    if strategy is None:
        return text, None
    return " ".join(kept).replace("\n\n ", "\n\n").strip(), strategy


def _clause(sentence: str, *, alone: bool) -> tuple[str, AggregateStrategy | None]:
    if len(sentence) > _MAX_SENTENCE:
        return sentence, None
    colon = ":" if sentence.endswith(":") else ""
    words = sentence.removesuffix(":")
    masked = mask(words).replace(HIDDEN, "x")
    for pattern, strategy in _STRATEGIES:
        match = pattern.search(masked)
        if match is None or (match.start() == 0 and not alone):
            continue
        rest = tidy(words[: match.start()])
        if not rest:
            return "", strategy
        ended = rest[-1] in ".!?" or colon
        return rest + (colon or ("" if ended else ".")), strategy
    return sentence, None
