"""Words that say how to treat a task rather than what to do: "(CRITICAL)", "in parallel".

`take_marks` takes limits and priorities out of a text and gives what they
said; `take_apart` takes out the words that ask for separate tasks. This module
never looks at the structure of a request.
"""

import re

from orchtui.engine.plans.plan import Priority
from orchtui.engine.request.clauses import has_words, tidy
from orchtui.engine.request.limits import Marks, take_limits

_CRITICAL = (
    r"critical|crucial|urgent|must[- ]have|required|mandatory|essential|vital|top priority|"
    r"(?:high|highest|critical) priority|priority:? (?:high|highest|critical|1)|most important|"
    r"important|very important|p0|blocker"
)
_NICE = (
    r"nice[- ]to[- ]haves?|optional|low priority|lowest priority|least important|bonus|"
    r"priority:? (?:low|lowest|optional|nice[- ]to[- ]have)|if (?:time|there is time|there's time)"
    r"(?: permits| allows)?|if possible|not urgent|not critical|less important|p3|stretch(?: goal)?"
)
_NORMAL = r"normal|normal priority|medium priority|priority:? (?:normal|medium)"
_PRIORITY_WORD = re.compile(
    rf"(?:this (?:one )?is |it'?s )?(?:(?P<c>{_CRITICAL})|(?P<o>{_NICE})|(?P<n>{_NORMAL}))[!.]?",
    re.IGNORECASE,
)
_BRACKET = re.compile(r" ?(?:\(([^()\n]{2,60})\)|\[([^\[\]\n]{2,60})\])")
_LEADING = re.compile(
    rf"(?:(?P<c>{_CRITICAL})|(?P<o>{_NICE})|(?P<n>{_NORMAL}))(?: task)?(?::| [-–—]) ?(?=\S)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    rf"(?:,| [-–—]|[.;:]) ?(?:this (?:one )?is )?(?:(?P<c>{_CRITICAL})|(?P<o>{_NICE})|"
    rf"(?P<n>{_NORMAL}))"
    r"[.!]?\Z",
    re.IGNORECASE,
)
_SHOUTED = re.compile(
    r" (?:(?P<c>CRITICAL|URGENT|MUST[- ]HAVE)|(?P<o>OPTIONAL|NICE[- ]TO[- ]HAVE))\Z"
)

_APART_WORDS = (
    r"in parallel(?: with (?:each|one an)other)?|simultaneously|concurrently|side by side|"
    r"independently(?: (?:of|from) (?:each|one an)other)?|separately|individually|"
    r"(?:all )?at (?:the same time|once)|(?:in|as) separate (?:tasks|agents)|one task (?:each|for "
    r"each|per [\w-]+)|parallelly"
)
_GUARD = (
    r"(?:\b(?:how|why|whether|when|that|which|what|who|where|can|cannot|must|works?)|"
    r"(?<=\w )(?<!and )(?<!then )(?:running|runs?|executing|executes?))"
)
_APART = re.compile(
    rf"(?:(?:[,;] ?|\b)(?:and )?(?:run|do|execute|start) (?:them|both|all|these|everything|it)(?: "
    rf"all)? "
    rf"(?:{_APART_WORDS})(?=\s*(?:$|[.;!]))|,? ?\b(?:all |and )?(?:{_APART_WORDS})(?=\s*(?:$|"
    rf"[,;:.)!?–—]| (?:and|then|with|from|using|for|by|in|into|on) ))"
    rf"|^(?:{_APART_WORDS})[,:]? (?=\w))",
    re.IGNORECASE | re.MULTILINE,
)
_GUARDED = re.compile(rf"{_GUARD}\b[^.:;\n]{{0,120}}\Z", re.IGNORECASE)


def take_marks(text: str, *, of_item: bool) -> tuple[str, Marks]:
    """Take limits and priority out of a text; the rest is empty when nothing else was there.

    Args:
        of_item: Whether the text is one task's own: then every time is its
            timeout, and a priority may also stand without brackets.
    """
    rest, taken = take_limits(text)
    if of_item and taken.deadline is not None:
        taken = Marks(timeout=taken.timeout or taken.deadline, retries=taken.retries)
    rest, priority = take_priority(rest, bare=of_item)
    taken = Marks(priority=priority).over(taken)
    if rest == text:
        return text, taken
    rest = tidy(rest)
    return (rest if has_words(rest) else ""), taken


def take_priority(text: str, *, bare: bool) -> tuple[str, Priority | None]:
    """Take `(CRITICAL)` and its like out of a text.

    Args:
        bare: Whether a word at the start (`Optional: …`) or the end (`…, optional`) counts too.
    """
    found: list[Priority] = []

    def drop(match: re.Match[str]) -> str:
        inner = match[1] or match[2]
        left = []
        for part in re.split(r"[,;/] ?", inner):
            if word := _PRIORITY_WORD.fullmatch(part.strip()):
                found.append(_priority(word))
            else:
                left.append(part.strip())
        if len(left) == len(re.split(r"[,;/] ?", inner)):
            return match.group()
        left = [part for part in left if has_words(part)]
        return f" ({', '.join(left)})" if left else ""

    text = _BRACKET.sub(drop, text)
    if bare:
        for pattern in (_LEADING, _TRAILING, _SHOUTED):
            match = pattern.match(text) if pattern is _LEADING else pattern.search(text)
            if match and has_words(text[: match.start()] + text[match.end() :]):
                found.append(_priority(match))
                text = text[: match.start()] + text[match.end() :]
    return text, found[0] if found else None


def _priority(match: re.Match[str]) -> Priority:
    groups = match.groupdict()
    if groups.get("c"):
        return "critical"
    return "nice-to-have" if groups.get("o") else "normal"


def take_apart(text: str) -> tuple[str, bool]:
    """Take out "in parallel" and its like, unless they are part of what is asked about."""
    kept = True

    def drop(match: re.Match[str]) -> str:
        nonlocal kept
        if _GUARDED.search(text, max(0, match.start() - 160), match.start()):
            return match.group()
        kept = False
        return ""

    rest = _APART.sub(drop, text)
    return (text, False) if kept else (tidy(rest), True)
