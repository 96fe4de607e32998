"""Whether a text that came to its end is an answer: what an attempt's judgement asks last.

Only what can be known from the end itself and from the text: a stop reason that
does not mean the end, a text that is only a placeholder. What a program printed
(`exit`) is never judged: its exit code is its word. This module never reads a
stream.
"""

from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line
from orchtui.engine.texts.placeholders import placeholder_in

ENDS = frozenset({"end_turn", "stop_sequence", "max_tokens", "model_context_window_exceeded"})
"""Stop reasons with which a text may be taken, the last two where its plan accepts that."""

_QUOTED = 80
"""Characters of an answer that a message quotes."""


def cut_short(stop_reason: str, max_tokens: int) -> BackendError:
    """What to do about an answer that is not whole.

    Args:
        stop_reason: Why it ended.
        max_tokens: What the task may use; a program or a model may have a limit of its own.
    """
    where, what = f"at its limit of tokens (max_tokens is {max_tokens})", "raise max_tokens"
    if stop_reason == "model_context_window_exceeded":
        where, what = "where the model's context was full", "shorten what the task is given"
    return BackendError(
        "truncated",
        f"the answer was cut off {where}; {what}, or set accept_truncated to take it as it is",
    )


def flaw(
    stop_reason: str | None, answer: str, asked: str, *, worked: bool = False
) -> BackendError | None:
    """Why this is no answer; `None` when it is one.

    Args:
        stop_reason: Why it ended, in the provider's word.
        answer: All that was answered; of a long one its beginning is enough. Nothing where the
            answer is no text.
        asked: The task's own words.
        worked: Whether tools were used meanwhile.
    """
    if stop_reason == "exit":
        return None
    if stop_reason == "pause_turn":
        return BackendError(
            "server", "the provider paused the answer and did not go on with it", retryable=True
        )
    if stop_reason not in ENDS:
        word = clean_line(stop_reason or "no reason", 60)
        return BackendError(
            "server", f"the answer ended with '{word}', which does not say that it is whole"
        )
    if why := placeholder_in(answer, asked, worked=worked):
        said = clean_line(answer, _QUOTED)
        return BackendError(
            "empty", f"the answer is only a placeholder ({why}): '{said}'", retryable=True
        )
    return None
