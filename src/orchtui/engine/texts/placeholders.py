"""Answers that are nothing but a placeholder: text that stands where an answer should.

Conservative: a short true answer (`42`, `Paris`, `No.`) passes, what was asked
for is looked at, and in doubt an answer is one. An apology is an answer. What
is said in words is known in English only; the rest (dots, an echo, a heading
alone) in every language. Pure: texts in, a few words out. This module never
calls a model.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable

LONGEST = 4000
"""Characters; nobody writes a longer placeholder, but one made of filler."""

_FEW_WORDS = 4
"""A prompt with fewer words says too little to tell what is too little of an answer."""
_ANNOUNCEMENT_WORDS = 45
_HEADINGS = 6


def placeholder_in(answer: str, asked: str, *, worked: bool = False) -> str | None:
    """Why an answer is only a placeholder, such as `only a heading`; `None` when it may be one.

    Args:
        answer: All that was answered; of a long one its beginning is enough.
        asked: The task's own words. Without any only what never is an answer is found.
        worked: Whether tools were used: then the answer may be in files, and its text short.
    """
    text = answer.strip()
    if len(asked) > LONGEST:  # what is wanted of an answer stands at one of its ends
        asked = f"{asked[: LONGEST // 2]}\n{asked[-LONGEST // 2 :]}"
    if not text or len(text) > LONGEST or _said_so(text, asked):
        return None
    rules = [(why, holds) for why, holds in _RULES if not (worked and holds in _OF_TEXT_ALONE)]
    return next((why for why, holds in rules if holds(text, asked)), None)


# What was asked for

_LITTLE = re.compile(
    r"\b(?:one|single|1)[ -](?:word|letter|character|char|number|digit|symbol|sign|line|token)\b"
    r"|\b(?:yes|true)\b\W{0,4}(?:or\b\W{0,4})?(?:no|false)\b"
    r"|\b(?:only|just|exactly|nothing but|nothing else)\b[^.\n]{0,40}"
    r"\b(?:word|letter|character|number|name|value|answer|symbol|sign|option|id|date|placeholder)\b"
    r"|\b(?:say|reply|respond|answer|print|output|return|write)\b[^.\n]{0,12}"
    r"\b(?:only|just|exactly|with one)\b"
    r"|\bhow (?:many|much|old|far|long)\b|\bwhich (?:option|letter|one|of|word|character)\b"
    r"|\bmultiple[ -]choice\b|^\s*\(?[a-d][).] .*$|\bname (?:the|one|a|an)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Signs that a word, a letter or a sign may be all that was asked for."""
_SAY = r"\b(?:say|reply|respond|answer|print|write|output|echo|return|type|repeat)\b"


def _asks_little(asked: str) -> bool:
    words = asked.split()
    short_question = len(words) <= 12 and asked.rstrip().endswith("?")
    return len(words) < _FEW_WORDS or short_question or _LITTLE.search(asked) is not None


def _said_so(text: str, asked: str) -> bool:
    """Whether the prompt itself says that this is to be the answer."""
    words = _plain(text)
    if not words or len(text) > 200:
        return False
    quoted = re.findall(r"[\"'`“‘«]([^\"'`”’»\n]{1,200})[\"'`”’»]", asked)
    if any(_plain(one) == words for one in quoted):
        return True
    low = asked.casefold()
    if any(word not in low for word in words.split()):
        return False  # before a pattern is made for this one answer
    told = r"\W+".join(map(re.escape, words.split()))
    between = r"(?:\W+(?:only|just|exactly|with|back|the|word|text|following))*"
    said = rf"{_SAY}{between}\W+{told}\W*(?:$|[.,;!?\n])"
    return re.search(said, low) is not None


def _mentions(asked: str, words: str) -> bool:
    return re.search(rf"\b(?:{words})", asked, re.IGNORECASE) is not None


def _plain(text: str) -> str:
    """Lower case words with one space between them."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _bare(text: str) -> str:
    """A text's first two signs that are neither white space nor punctuation; no more is asked."""
    signs = (
        sign
        for sign in text
        if not (sign.isspace() or sign == "`" or unicodedata.category(sign).startswith("P"))
    )
    return "".join(itertools.islice(signs, 2))


# What a placeholder is

_TRIVIAL = frozenset(
    "test|testing|test test|this is a test|foo|bar|baz|foo bar|foobar|foo bar baz|asdf|qwerty|xxx"
    "|blah|blah blah|blah blah blah|dummy|dummy text|sample text|example text|text here".split("|")
)
_NEVER = frozenset(
    "placeholder|placeholder text|this is a placeholder|to be determined|to be done|to be written"
    "|to be added|to be filled in|to be completed|coming soon|object object|insert text here"
    "|your text here|your answer here|answer here|answer goes here|content here|content goes here"
    "|work in progress|write here|lorem ipsum".split("|")
)
_MARK = re.compile(r"\W*(?:TODO|TBD|TBA|FIXME|WIP)\b\s*(?:\W*$|[:.\-–—(].{0,60}$)", re.IGNORECASE)
_THING = (
    r"(?:answer|content|contents|response|reply|summary|report|text|result|results|output"
    r"|description|title|name|code|analysis|essay|section|paragraph|details|data|article)"
)
_FILL_IN = re.compile(
    r"\W*(?:"
    rf"(?:please )?(?:insert|enter|fill in|put|add|paste|write)\b[^\n]{{1,60}}\bhere"
    rf"|(?:your|the|my)(?: [\w'-]+){{0,3}} (?:goes |comes |will be |should be )?here"
    rf"|your(?: [\w'-]+){{0,3}} {_THING}|{_THING}(?: goes| comes)?(?: here)?"
    r"|placeholder[^\n]{0,40}"
    r")\W*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[\s*_`]*([\[<{(]{1,2})[^\[\]<>{}()\n]{1,90}[\]>})]{1,2}[\s*_`.]*")
_BARE_FILL_IN = re.compile(
    rf"\W*(?:insert|enter|fill in|put|paste) (?:your |the |a )?(?:[\w-]+ ){{0,2}}{_THING} here\W*"
    rf"|\W*(?:your|the) (?:[\w-]+ ){{0,2}}{_THING} (?:goes |comes |will be )?here\W*",
    re.IGNORECASE,
)

_LOREM = frozenset(
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut "
    "labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris "
    "nisi aliquip ex ea commodo consequat duis aute irure in reprehenderit voluptate velit esse "
    "cillum eu fugiat nulla pariatur excepteur sint occaecat cupidatat non proident sunt culpa qui "
    "officia deserunt mollit anim id est laborum".split()
)

_OPENER = re.compile(
    r"(?:sure|certainly|of course|ok|okay|alright|all right|absolutely|great|got it|understood"
    r"|yes|no problem|happy to help|i(?:'d| would) be (?:happy|glad) to(?: help(?: with that)?)?"
    r"|(?:this is )?(?:a )?(?:great|good) (?:question|request|task)"
    r"|i (?:now )?(?:understand|see)(?: the (?:task|request|question))?"
    r"|i (?:now )?have (?:a (?:clear|good|full)|enough|all) [^.!?]{1,60})\b\W*",
    re.IGNORECASE,
)
_DOING = (
    r"(?:start|begin|proceed|look|take a look|check|read|search|explore|examine|gather|analy[sz]e"
    r"|research|investigate|review|inspect|see what|find out|think|work on|prepare|draft|compile"
    r"|write (?:the|a|this|it|up)|create|summari[sz]e|provide|use the|run|fetch|dive|get started)"
)
_INTENTION = re.compile(
    rf"(?:(?:now|first|next|then)[, ]+)?(?:let me|let's|let us)(?: (?:now|first|just|quickly))*"
    rf" {_DOING}\b.*"
    rf"|(?:(?:now|first|next|then)[, ]+)?i(?:'ll| will| am going to|'m going to| am about to"
    rf"|'m about to| shall)(?: (?:now|first|then|just))* {_DOING}\b.*"
    rf"|i(?: am|'m) (?:now )?(?:starting|beginning|working on|going through|looking into)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_HERE_IS = re.compile(
    r"(?:here (?:is|are|comes|follows)|here's|here you go|below (?:is|are|you(?: will|'ll) find)"
    r"|the following is|this is)\b[^\n]{0,200}:\s*(?:[-*_`#~]+\s*)*",
    re.IGNORECASE,
)
_MESSAGES = (
    r"reply|replies|respond|messages?|e-?mails?|tweets?|sentences?|notes?|lines?|dialogues?|quotes?"
    r"|commit|speech|letters?|story|promise|announce|translate|role|first person|diary|chat"
)
"""Words of prompts that may ask for words which somebody else would only announce with."""
_STRUCTURE = r"outlines?|headings?|headers?|titles?|headlines?|tables? of contents|toc|structure"
_STRUCTURE += r"|skeletons?|sections?|agenda|chapters?|template|name|slogan"


def _is_only_signs(text: str, asked: str) -> bool:
    return not _bare(text) and not (asked and _asks_little(asked))


def _is_a_mark(text: str, asked: str) -> bool:
    marks = _mentions(asked, "todo|tbd|tba|fixme|wip|placeholder|template")
    return _MARK.fullmatch(text) is not None and not marks


def _is_a_gap(text: str, asked: str) -> bool:
    """`[insert report here]`, `<your answer>`, `{{answer}}`."""
    if _mentions(asked, "placeholder|template|tag|element|bracket|variable|syntax"):
        return False
    if _BRACKETS.fullmatch(text):
        return _FILL_IN.fullmatch(text) is not None
    return _BARE_FILL_IN.fullmatch(text) is not None


def _is_trivial(text: str, asked: str) -> bool:
    words = _plain(text)
    if words in _NEVER:
        return not _mentions(asked, "placeholder|lorem|filler|template")
    bare = _bare(text)
    letter = len(bare) == 1 and bare.isascii() and bare.isalpha()
    return bool(asked) and (letter or words in _TRIVIAL) and not _asks_little(asked)


def _is_filler(text: str, asked: str) -> bool:
    words = _plain(text).split()
    known = sum(word in _LOREM for word in words)
    return (
        words[:2] == ["lorem", "ipsum"]
        and known >= 0.6 * len(words)
        and not _mentions(asked, "lorem|filler|dummy|placeholder|sample")
    )


def _is_echo(text: str, asked: str) -> bool:
    words = _plain(asked)
    return (
        len(words.split()) >= _FEW_WORDS
        and _plain(text) == words
        and not _mentions(asked, "repeat|echo|copy|verbatim|quote|unchanged|as it is|back to me")
    )


def _is_only_headings(text: str, asked: str) -> bool:
    """Headings with nothing below them, made of the prompt's own words or of general ones."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    heads = [line.lstrip("# ") for line in lines if re.match(r"#{1,6}(\s|$)", line)]
    if len(heads) != len(lines) or len(heads) > _HEADINGS:
        return False
    if not asked or _asks_little(asked) or _mentions(asked, _STRUCTURE):
        return False
    known = {*_plain(asked).split(), *_GENERAL}
    words = _plain(" ".join(heads)).split()
    return 2 * sum(word in known for word in words) >= len(words)


_GENERAL = frozenset(
    "the a an of on for in and to with about report summary analysis findings finding introduction "
    "conclusion conclusions results result answer overview research review notes background task "
    "response document draft final untitled recommendations details".split()
)


def _is_announcement(text: str, asked: str) -> bool:
    """`I will now look into it.`, `Here is the report:`, and nothing after it."""
    if "\n\n" in text or len(text.split()) > _ANNOUNCEMENT_WORDS or not asked:
        return False
    if _asks_little(asked) or _mentions(asked, _MESSAGES):
        return False
    plain = text.replace("’", "'")
    if opener := _OPENER.match(plain):
        plain = plain[opener.end() :] or plain
    if _HERE_IS.fullmatch(plain):
        return True
    sentences = [one for one in re.split(r"(?<=[.!?…:])\s+", plain) if one.strip()]
    return all(_OPENER.fullmatch(one) or _INTENTION.fullmatch(one) for one in sentences) and any(
        _INTENTION.fullmatch(one) for one in sentences
    )


_RULES: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("only signs", _is_only_signs),
    ("a mark for later", _is_a_mark),
    ("a gap to be filled in", _is_a_gap),
    ("no answer to this", _is_trivial),
    ("filler", _is_filler),
    ("the prompt again", _is_echo),
    ("only a heading", _is_only_headings),
    ("only an announcement", _is_announcement),
)
"""In a few words what it is, and how it is known."""
_OF_TEXT_ALONE = (_is_trivial, _is_only_headings)
"""Too little only where the text is all there is."""
