"""What a project has to offer to who writes a plan: specialists, models, backends, paths.

Asked anew each time, so that agent files that change are followed. This module
shows nothing and changes nothing.
"""

from collections.abc import Sequence
from functools import partial

from orchtui.engine.agents.specialists import find
from orchtui.engine.sessions.project import Project
from orchtui.ui.parts.completion import Candidate, Catalog, described, paths_below


def catalog_of(project: Project) -> Catalog:
    """What there is in this project."""
    return Catalog(
        specialists=partial(_specialists, project),
        models=partial(_models, project),
        backends=partial(_backends, project),
        paths=partial(paths_below, project.folder),
        stranger=partial(_stranger, project),
    )


def _specialists(project: Project) -> Sequence[Candidate]:
    cards = sorted(project.specialists.values(), key=lambda card: card.name.lower())
    return [described(card.name, card.description) for card in cards]


def _models(project: Project) -> Sequence[Candidate]:
    """Aliases with what they stand for, then the ids that have a known price."""
    from orchtui.engine.backends.anthropic_api import ALIASES
    from orchtui.engine.estimates.price_list import published

    aliases = {**ALIASES, **project.backends.models}
    found = [Candidate(name, f"= {model}") for name, model in aliases.items()]
    for name, profile in project.backends.profiles.items():
        found += [Candidate(alias, f"= {model}, {name}") for alias, model in profile.models.items()]
        if profile.model:
            found.append(Candidate(profile.model, f"the model of {name}"))
    priced = {**published().models}
    for table in project.prices.values():
        priced |= table
    found += [
        Candidate(model, f"${price.input:g} in, ${price.output:g} out for a million tokens")
        for model, price in priced.items()
    ]
    return list({one.text: one for one in reversed(found)}.values())[::-1]


def _backends(project: Project) -> Sequence[Candidate]:
    choices = [
        Candidate(one.name, f"{one.summary} ({one.lacking})" if one.lacking else one.summary)
        for one in project.backends.choices()
    ]
    return [*choices, Candidate("command", "a program, as the task's command says")]


def _stranger(project: Project, name: str) -> str:
    if not project.specialists or find(project.specialists, name) is not None:
        return ""
    return f"there is no agent file of this name{project.meant(name)}"
