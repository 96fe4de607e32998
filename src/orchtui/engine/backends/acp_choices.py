"""What can be chosen in a session of an ACP agent: its model, its mode, how hard it thinks.

Agents offer it in three forms: options of a session, which is the current one,
and the older lists of modes and of models. This module only finds the offered
word that stands for the wanted one; it never sets it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from acp.schema import NewSessionResponse

Aspect = Literal["model", "mode", "thought_level"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen, and how."""

    method: str
    key: str
    """The parameter that carries the choice."""
    option: str | None
    """The option's id, for agents that offer options."""
    current: str | None
    offered: tuple[tuple[str, str], ...]
    """Each value with its name."""

    def parameters(self, session: str, value: str) -> dict[str, Any]:
        """What a request that chooses `value` says."""
        said = {"sessionId": session, self.key: value}
        return said if self.option is None else {**said, "configId": self.option}


def choice_of(aspect: Aspect, answer: "NewSessionResponse", raw: Any) -> Choice | None:
    """What the agent offers for this; `None` where it offers nothing.

    Args:
        aspect: What is to be chosen.
        answer: The agent's answer to session/new.
        raw: The same, as it came.
    """
    from acp.schema import SessionConfigOptionSelect, SessionConfigSelectGroup

    for option in answer.config_options or []:
        if not isinstance(option, SessionConfigOptionSelect):
            continue
        if aspect not in (option.category, option.id):
            continue
        offered: list[tuple[str, str]] = []
        for entry in option.options:
            flat = entry.options if isinstance(entry, SessionConfigSelectGroup) else [entry]
            offered += [(one.value, one.name) for one in flat]
        current = option.current_value
        return Choice("session/set_config_option", "value", option.id, current, tuple(offered))
    if aspect == "mode" and answer.modes is not None:
        modes = tuple((mode.id, mode.name) for mode in answer.modes.available_modes)
        return Choice("session/set_mode", "modeId", None, answer.modes.current_mode_id, modes)
    if aspect == "model":
        return _models(raw)
    return None


def match(wanted: str, offered: Sequence[tuple[str, str]], *, exactly: bool = False) -> str | None:
    """The offered value that a word stands for: the same, or the only one that shares its words.

    So `sonnet` finds `claude-sonnet-5`, and the other way round.

    Args:
        wanted: As a person wrote it.
        offered: Each value with its name.
        exactly: Whether only the same word will do.
    """
    for value, name in offered:
        if wanted.casefold() in (value.casefold(), name.casefold()):
            return value
    words = _words(wanted)
    if exactly or not words:
        return None
    theirs = [(value, _words(value)) for value, _ in offered]
    near = [value for value, own in theirs if own and (own <= words or words <= own)]
    return near[0] if len(near) == 1 else None


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", text.casefold()))


def _models(raw: Any) -> Choice | None:
    """The older list of models, which the library's schema no longer has."""
    models = raw.get("models") if isinstance(raw, dict) else None
    if not isinstance(models, dict) or not isinstance(models.get("availableModels"), list):
        return None
    offered = [
        (model["modelId"], str(model.get("name") or model["modelId"]))
        for model in models["availableModels"]
        if isinstance(model, dict) and isinstance(model.get("modelId"), str)
    ]
    current = models.get("currentModelId")
    known = current if isinstance(current, str) else None
    return Choice("session/set_model", "modelId", None, known, tuple(offered)) if offered else None
