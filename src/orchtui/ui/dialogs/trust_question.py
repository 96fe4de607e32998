"""The questions before a run that is not only the user's own word: trust, and money.

What a project names is shown in full and to the letter; it scrolls when it is
long. The answer that changes nothing has the focus, and every other way out is
a no. This module never remembers an answer.
"""

from collections.abc import Collection, Sequence

from textual.app import App
from textual.content import Content

from orchtui.engine.estimates.estimate_words import told
from orchtui.engine.estimates.estimates import Estimate
from orchtui.engine.trusting.trust import Danger
from orchtui.ui.dialogs.long_question import LongQuestion

_ABOUT_PROGRAMS = "Programs run as you, and may do all that you may do."
_ABOUT_SERVERS = "A server gets the prompts, and the key whose variable is named."
_ABOUT_TRUST = (
    "This is new here, or has changed. It is remembered for this folder until it changes."
)

_BACK = ("b", "no", "back")

_Parts = Sequence[Content | str | tuple[str, str]]


class TrustQuestion(LongQuestion):
    """Whether what a project names may be started and used.

    Args:
        dangers: What nobody has trusted yet.
    """

    def __init__(self, dangers: Collection[Danger]) -> None:
        kinds = {danger.kind for danger in dangers}
        runs = "command" in kinds
        title = f"This project wants to {'run programs' if runs else 'use a server'}"
        parts: list[Content | str | tuple[str, str]] = []
        for danger in dangers:
            verb = "runs" if danger.kind == "command" else "sends to"
            parts += [(f"{danger.where} {verb}", "$foreground-muted"), "\n"]
            parts += [(danger.shown, "b"), "\n\n"]
        about = [_ABOUT_PROGRAMS] if runs else []
        about += [_ABOUT_SERVERS] if "address" in kinds else []
        parts.append((" ".join([*about, _ABOUT_TRUST]), "$foreground-muted"))
        super().__init__(title, _assembled(parts), [_BACK, ("t", "yes", "trust and run")])


class PaidQuestion(LongQuestion):
    """Whether a run that costs money may start, the first time in a folder.

    Args:
        estimate: What it uses.
    """

    def __init__(self, estimate: Estimate) -> None:
        parts: list[Content | str | tuple[str, str]] = []
        for line in told(estimate):
            name, _, figures = line.partition(":")
            parts += [(f"{name}: ", "b"), f"{figures.strip()}\n"]
        parts.append(("\nThis is asked once for this folder.", "$foreground-muted"))
        title = "The first run here that costs money"
        super().__init__(title, _assembled(parts), [_BACK, ("r", "yes", "run")])


async def ask_trust(app: App[int], dangers: Collection[Danger]) -> bool:
    """Whether the person trusts all of these; must be called from a worker."""
    return await app.push_screen_wait(TrustQuestion(dangers)) == "yes"


async def ask_paid(app: App[int], estimate: Estimate) -> bool:
    """Whether the person wants to pay for this run; must be called from a worker."""
    return await app.push_screen_wait(PaidQuestion(estimate)) == "yes"


def _assembled(parts: _Parts) -> Content:
    # Pieces with a style of their own, never markup: what a project writes styles nothing.
    return Content.assemble(*parts)
