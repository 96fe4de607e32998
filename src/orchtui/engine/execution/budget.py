"""Budget: how much of a run's money, tokens and time is used, and what follows.

It is told what attempts use, while they run and when they end, and answers what
a person should hear: once for each budget, when most of it is used. When one is
used up, `exhausted` says so. A budget holds for one session: who resumes a run
has decided to spend again. This module never stops anything and knows no clock.
"""

from typing import NamedTuple

from orchtui.engine.errors import BackendError, ErrorKind, InputError, Problem
from orchtui.engine.execution.shedding import Use
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.costs import Cost, of_attempt, of_usage, show_dollars
from orchtui.engine.scheduling.prices import ANY, PROVIDER, Prices, Resolve
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration

WARN_AT = 0.8
"""The part of a budget whose use is told."""


class Reached(NamedTuple):
    """Most of a budget is used."""

    budget: ev.Budgeted
    used: float
    limit: float
    """Both in tokens, dollars or seconds."""


class _Use(NamedTuple):
    """What one attempt, or several, used."""

    tokens: int = 0
    output: int = 0
    """Those of them that were answers."""
    usd: float = 0.0

    def plus(self, other: "_Use", sign: int = 1) -> "_Use":
        return _Use(
            self.tokens + sign * other.tokens,
            self.output + sign * other.output,
            self.usd + sign * other.usd,
        )


_NONE = _Use()


class Budget:
    """The budgets of one session of a run.

    Args:
        tokens: In and out, for all attempts together; `None` for no such limit.
        usd: Dollars, likewise.
        cuts: Whether what runs is to be cut off once one of them is used up.
        prices: What the models cost.
    """

    def __init__(
        self,
        *,
        tokens: int | None = None,
        usd: float | None = None,
        cuts: bool = False,
        prices: Prices | None = None,
    ) -> None:
        self.cuts = cuts
        self.exhausted: BackendError | None = None
        """Why nothing more may start; `None` while there is something left."""
        self._tokens, self._usd, self._prices = tokens, usd, prices
        self._used = _NONE
        """By what has ended and what runs."""
        self._running: dict[str, dict[int, _Use]] = {}
        """By the attempts that run, by task and number."""
        self._ended: dict[str, _Use] = {}
        """By the attempts that have ended, by task."""
        self._told: set[ev.Budgeted] = set()

    @classmethod
    def of(cls, schedule: Schedule) -> "Budget":
        """The budgets that a schedule sets."""
        return cls(
            tokens=schedule.budget_tokens,
            usd=schedule.budget_usd,
            cuts=schedule.on_budget == "cut",
            prices=schedule.prices,
        )

    def running(
        self, task: str, backend: str, model: str | None, usage: ev.Usage, *, attempt: int = 1
    ) -> list[Reached]:
        """Take in what a running attempt has used so far.

        Args:
            task: Id of its task.
            backend: Its name.
            model: The one that answers, or was asked for.
            usage: A total, as the backend reports it; rarely, and never for a piece of text.
            attempt: Its number: two of a task may run at once.

        Returns:
            What is to be told now, and was not before.
        """
        if not self._limited:
            return []
        price = self._prices.price(backend, model) if self._prices is not None else None
        return self._take(task, attempt, _use(usage, of_usage(price, usage)))

    def ended(
        self,
        task: str,
        backend: str,
        model: str | None,
        usage: ev.Usage,
        *,
        error: ErrorKind | None = None,
        stopped: bool = False,
        length: int = 0,
        attempt: int = 1,
    ) -> list[Reached]:
        """Take in what an attempt used that is over.

        The arguments are `costs.of_attempt`'s, and the attempt's number.

        Returns:
            What is to be told now, and was not before.
        """
        if not self._limited:
            return []
        cost = of_attempt(
            self._prices, backend, model, usage, error=error, stopped=stopped, length=length
        )
        return self._take(task, attempt, _use(usage, cost), over=True)

    def priced(self, backend: str, answering: str | None, asked: str | None) -> str | None:
        """The model whose price counts: the one that answers, or where nobody knows its price the
        one that was asked for. A gateway's other name must not switch the budget off."""
        prices = self._prices
        known = answering is not None and (prices is None or prices.knows(backend, answering))
        return answering if known else asked

    def passed(self, used: float, limit: float) -> list[Reached]:
        """Take in how much of the time is over, in seconds.

        Returns:
            What is to be told now, and was not before.
        """
        return self._reached("time", used, limit)

    def left(self) -> Use:
        """Tokens and dollars that are left; `None` for no such limit."""
        return Use(
            tokens=None if self._tokens is None else self._tokens - self._used.tokens,
            usd=None if self._usd is None else self._usd - self._used.usd,
        )

    def used_by(self, task: str) -> Use:
        """Tokens and dollars of all attempts of a task so far; nothing where nothing is limited."""
        used = self._ended.get(task, _NONE)
        for each in self._running.get(task, {}).values():
            used = used.plus(each)
        return Use(tokens=used.tokens, usd=used.usd)

    @property
    def _limited(self) -> bool:
        return self._tokens is not None or self._usd is not None

    def _take(self, task: str, attempt: int, use: _Use, *, over: bool = False) -> list[Reached]:
        """Put an attempt's newest figures in place of its earlier ones."""
        running = self._running.setdefault(task, {})
        before = running.pop(attempt, _NONE)
        self._used = self._used.plus(before, -1).plus(use)
        if over:
            self._ended[task] = self._ended.get(task, _NONE).plus(use)
        else:
            running[attempt] = use
        tokens, output, usd = self._used
        found: list[Reached] = []
        if self._tokens is not None:
            found += self._reached("tokens", tokens, self._tokens)
            if tokens >= self._tokens:
                words = f"{tokens - output:,} in, {output:,} out"
                self._exhaust(f"{self._tokens:,} tokens", words)
        if self._usd is not None:
            # Rounded: a sum of cents must not miss its limit by a rounding error.
            dollars = round(usd, 9)
            found += self._reached("usd", dollars, self._usd)
            if dollars >= self._usd:
                words = f"{show_dollars(dollars)} for {tokens:,} tokens"
                self._exhaust(show_dollars(self._usd), words)
        return found

    def _reached(self, budget: ev.Budgeted, used: float, limit: float) -> list[Reached]:
        if used < WARN_AT * limit or budget in self._told:
            return []
        self._told.add(budget)
        return [Reached(budget, used, limit)]

    def _exhaust(self, limit: str, used: str) -> None:
        if self.exhausted is None:
            why = f"the budget of {limit} is used up: {used}"
            self.exhausted = BackendError("budget", why)


def _use(usage: ev.Usage, cost: Cost) -> _Use:
    """As a budget counts it: by the upper bound where there is one, for it must not be passed."""
    most = cost.least if cost.most is None else cost.most
    return _Use(usage.total, usage.output, most)


def require_prices(schedule: Schedule, resolve: Resolve) -> None:
    """Let a schedule pass whose dollars can be counted, if they are limited.

    Args:
        schedule: What is about to run.
        resolve: What a backend makes of a model's name.

    Raises:
        InputError: with every model whose price is not known.
    """
    prices = schedule.prices or Prices()
    if schedule.budget_usd is None:
        return
    users: dict[tuple[str, str | None], list[str]] = {}
    for task in schedule.tasks:
        users.setdefault((task.backend, task.model), []).append(f"task '{task.id}'")
    if schedule.synthesizes:
        users.setdefault((schedule.backend, schedule.model), []).append("the synthesis")
    unknown = [
        Problem("", 0, 0, _unpriced(backend, resolve(backend, model), who, prices))
        for (backend, model), who in users.items()
        if not prices.knows(backend, model)
    ]
    if unknown:
        raise InputError(unknown)


def _unpriced(backend: str, model: str | None, users: list[str], prices: Prices) -> str:
    name = clean_line(model, 60) if model else f"the model that '{backend}' uses by itself"
    entry = f"prices: {{{backend}: {{{clean_line(model, 60) if model else ANY}: …}}}}"
    more = f" and {len(users) - 1} more" if len(users) > 1 else ""
    elsewhere = "" if backend != PROVIDER or prices.date else " at ANTHROPIC_BASE_URL"
    return (
        f"budget_usd needs a price for {name} ('{backend}', {users[0]}{more}), and none is known"
        f"{elsewhere}; set {entry} in orchtui.yaml, or use budget_tokens"
    )


def warning_words(warning: ev.BudgetWarning | Reached) -> str:
    """A warning in words: `82 % of the budget of $5.00 is used ($4.10)`."""
    share = f"{100 * warning.used / warning.limit:.0f} % of "
    if warning.budget == "usd":
        used, limit = show_dollars(warning.used), show_dollars(warning.limit)
    elif warning.budget == "tokens":
        used, limit = f"{warning.used:,.0f} tokens", f"{warning.limit:,.0f} tokens"
    else:
        return f"{share}the time for the tasks, {show_duration(warning.limit)}, is over"
    return f"{share}the budget of {limit} is used ({used})"
