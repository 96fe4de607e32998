"""The two forms of every fault: short in `make test`, long in `make faults`.

`form(short, long)` parametrizes a test with a number, such as of moments or
examples; `fuzz` makes a test of a property of random input.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

Check = Callable[..., None]


def form(name: str, short: object, long: object, *, minutes: float = 10) -> pytest.MarkDecorator:
    """Run a test twice: as part of the suite, and as one of the faults.

    Args:
        name: The argument that gets the form.
        short: What the suite gives it.
        long: What `make faults` gives it.
        minutes: How long the long form may take before it counts as hanging.
    """
    marks = [pytest.mark.faults, pytest.mark.timeout(minutes * 60)]
    params = [pytest.param(short, id="short"), pytest.param(long, id="long", marks=marks)]
    return pytest.mark.parametrize(name, params)


def fuzz(
    *inputs: st.SearchStrategy[Any],
    short: int = 20,
    long: int = 3000,
    known: tuple[tuple[object, ...], ...] = (),
) -> Callable[[Check], Check]:
    """Make a test of a property that holds for any input.

    Args:
        inputs: What the property's arguments are drawn from, in their order.
        short: Examples in the suite.
        long: Examples in `make faults`.
        known: Inputs that are tried every time.
    """

    def decorate(check: Check) -> Check:
        @form("examples", short, long)
        def test(examples: int) -> None:
            tried = settings(max_examples=examples)(given(*inputs)(check))
            for values in known:
                tried = example(*values)(tried)
            tried()

        test.__name__, test.__doc__, test.__module__ = (
            check.__name__,
            check.__doc__,
            check.__module__,
        )
        return test

    return decorate
