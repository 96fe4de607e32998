"""What is loaded after the first paint is taken for good too, once, so that no key waits for it."""

from types import SimpleNamespace

import pytest

from orchtui.ui import frame
from tests.ui.conftest import QUICK, MakeApp, plan_of, until


async def test_what_a_run_loads_is_not_searched_again(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen: list[bool] = []
    monkeypatch.setattr(
        frame,
        "garbage",
        SimpleNamespace(settle=lambda: frozen.append(True)),
    )
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: frozen, "the first paint")
        before = len(frozen)
        app._frozen_with -= 2 * frame._MANY  # as if an SDK had been loaded since
        app._measure()
        await until(pilot, lambda: len(frozen) > before, "it is noticed")
        seen = len(frozen)
        app._measure()
        await until(pilot, lambda: app.main.memory is not None, "memory is measured")
        await pilot.pause()
        assert len(frozen) == seen
