"""The words of a request without their wrapping: quotes, fences, bold, politeness.

`read` refuses what is not text; `unwrap` and `plain` take away what only says
"here is a request". This module never interprets the words.
"""

import re

from orchtui.engine.errors import InputError
from orchtui.engine.request.clauses import has_words
from orchtui.engine.text import clean

MAX_BYTES = 1_000_000
"""A request larger than this is refused: it is data, not a request."""

_ODD = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_CLOSING = {'"': '"', "“": "”", "„": "“”", "«": "»", "‘": "’", "'": "'", "`": "`", "「": "」"}
_FENCE = re.compile(r"[ \t]*(?:```|~~~)[\w-]*[ \t]*")
_BLOCKQUOTE = re.compile(r"[ \t]{0,3}>[ ]?")
_NOTED = re.compile(r"[\"“]([^\"“”\n]{3,400})[\"”](?: (?:[-–—→✓✗]|->) ?[^\n]{0,80})?")
_QUOTES = re.compile(r'"[^"\n]{2,400}"(?:(?:,? and|,|;|,? &|\n)[ \n]?"[^"\n]{2,400}")+')
_BOLD = re.compile(r"\*\*(?=[^\s*])([^*\n]{1,400}?)(?<=[^\s*])\*\*")
_ITALIC = re.compile(r"(?<![\w/*.\\])\*(?=[^\s*./])([^*\n]{1,400}?)(?<=[^\s*/])\*(?![\w/*.])")
_UNDERLINED = re.compile(r"(?<!\w)__(?=\S)([^_\n]{1,200} [^_\n]{1,200}?)(?<=\S)__(?!\w)")
_POLITE = re.compile(
    r"(?:(?:hi|hello|hey)(?: there| claude| all)?[,!.]? |please[,]? |kindly |"
    r"(?:can|could|would|will) (?:you|someone|anyone|we) (?:please |kindly )?(?!be\b)|"
    r"i(?:'d| would) like you to |i (?:want|need) you to |i'd like to (?=have you )|"
    r"(?:your|the) (?:task|job) is to |let'?s |let us |help me (?:to )?|go ahead and |"
    r"(?:request|prompt|task|todo|goal|query|instructions?): )",
    re.IGNORECASE,
)


def read(text: str) -> str:
    """The words, cleaned.

    Raises:
        InputError: when there are none, more than 1 MB, or the text is binary.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InputError.of("the request is larger than 1 MB: give the data as files and name them")
    if "\x00" in text:
        raise InputError.of("the request contains NUL characters: it is binary data, not text")
    if len(_ODD.findall(text)) * 10 > len(text):
        raise InputError.of("the request is binary data, not text")
    words = clean(text).strip()
    if not has_words(words):
        raise InputError.of("the request is empty: say in plain words what is to be done")
    return words


def unwrap(text: str) -> str:
    """Without quotes, fences or a quotation mark on each line around the whole."""
    for _ in range(4):
        before = text
        text = text.strip()
        lines = text.split("\n")
        if len(lines) > 2 and _FENCE.fullmatch(lines[0]) and _FENCE.fullmatch(lines[-1]):
            text = "\n".join(lines[1:-1])
        elif all(_BLOCKQUOTE.match(line) or not line.strip() for line in lines):
            text = "\n".join(_BLOCKQUOTE.sub("", line, count=1) for line in lines)
        elif _is_quoted(text):
            text = text[1:-1]
        elif len(lines) > 1 and all(_is_quoted(s) for line in lines if (s := line.strip(" \t,;"))):
            text = "\n".join(line.strip(" \t,;")[1:-1] for line in lines)
        elif len(lines) > 1 and all(_NOTED.fullmatch(s) for line in lines if (s := line.strip())):
            text = "\n".join(m[1] for line in lines if (m := _NOTED.fullmatch(line.strip())))
        elif _QUOTES.fullmatch(text):
            text = "\n".join(re.findall(r'"([^"\n]+)"', text))
        if text == before or not has_words(text):
            return before
    return text


def _is_quoted(text: str) -> bool:
    closing = _CLOSING.get(text[:1])
    if closing is None or len(text) < 3 or text[-1] not in closing:
        return False
    inner = text[1:-1]
    if text[0] == "'":
        return not re.search(r"(?<!\w)'|'(?!\w)", inner)
    return not any(mark in inner for mark in closing + text[0])


def without_emphasis(text: str) -> str:
    """Bold and italic words without their stars; globs and `__names__` are kept."""
    for pattern in (_BOLD, _ITALIC, _UNDERLINED):
        text = pattern.sub(r"\1", text)
    return text


def without_politeness(text: str) -> str:
    """`Could you please research X?` as `research X`, with a full stop."""
    rest = text
    while match := _POLITE.match(rest):
        if not has_words(rest[match.end() :]):
            break
        rest = rest[match.end() :]
    if rest != text:
        if rest.endswith("?") and "." not in rest:
            rest = rest[:-1] + "."
        rest = re.sub(r",? please(?=[.!?]?\Z)", "", rest)
    return rest
