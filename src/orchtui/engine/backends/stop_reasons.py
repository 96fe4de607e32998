"""Why an answer ended: other providers' words in Anthropic's, which orchtui uses.

Servers that speak the Messages protocol for other models, and programs that
serve many providers, pass on the words of those. A word that is not known here
stays as it is. What a word means for a task is judged in `attempt` and
`answers`. This module never judges.

Sources: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons ,
the finish reasons of OpenAI's API and of Vercel's AI SDK.
"""

_SAME = {
    "stop": "end_turn",
    "length": "max_tokens",
    "max_output_tokens": "max_tokens",
    "content_filter": "refusal",
    "content-filter": "refusal",
    "tool_calls": "tool_use",
    "tool-calls": "tool_use",
}


def in_our_words(reason: str) -> str:
    """A stop reason as orchtui calls it."""
    return _SAME.get(reason, reason)
