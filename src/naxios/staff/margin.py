"""The page of margins put together: what was earned, what it cost, and what is left, by model and day."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from naxios.billing import earnings
from naxios.billing.earnings import Kind
from naxios.catalogue import costs
from naxios.catalogue.file import BUILT_IN_PROVIDER
from naxios.domain import money
from naxios.domain.costs import cost
from naxios.domain.margins import NO_USE, Cell, Margins, Sums, margins
from naxios.usage import by_route
from naxios.usage.by_route import RouteDay
from naxios.usage.charts import Chart, Row, step_label
from naxios.usage.downloads import Table
from naxios.usage.periods import Window, floor

EPOCH = date(1970, 1, 1)
NO_USE_LABEL = "no model was used"


class ModelMargin(NamedTuple):
    """One line of the table."""

    label: str
    sums: Sums


@dataclass(frozen=True)
class CurrencyMargin:
    """Everything in one currency."""

    currency: str
    total: Sums
    models: list[ModelMargin]
    chart: Chart


class Unpriced(NamedTuple):
    """Tokens of which it is not known what they cost."""

    model: str
    provider: str
    tokens: int


@dataclass(frozen=True)
class MarginPage:
    """The page. ``margins`` has every cell, for the download."""

    window: Window
    margins: Margins
    currencies: list[CurrencyMargin]
    unpriced: list[Unpriced]


def margin_page(window: Window) -> MarginPage:
    """Revenue and cost of the days of ``window``."""
    used = by_route.by_route(window.start, window.end)
    spent, unpriced = _spent(used)
    earned, tokens = _earned(window.start, window.end)
    found = margins(earned=earned, tokens=tokens, costs=spent)
    return MarginPage(window, found, [_of_currency(found, currency, window) for currency in found.currencies], unpriced)


def as_table(page: MarginPage) -> Table:
    """Every day and model, as decimals of the currency's unit."""
    return Table(("day", "model", "currency", "revenue", "cost", "margin"), _lines(page.margins))


def _lines(found: Margins) -> Iterator[tuple[str, ...]]:
    for (currency, day, model), sums in sorted(found.cells.items(), key=lambda cell: (cell[0][1], cell[0])):
        amounts = (money.decimal_of_fine(amount, currency) for amount in (*sums, sums.margin))
        yield day.isoformat(), model, currency, *amounts


def _earned(
    start: datetime, end: datetime
) -> tuple[Mapping[tuple[str, date], int], Mapping[tuple[str, date], Mapping[str, int]]]:
    """What each day was due, and the tokens by model of those who paid for it."""
    amounts: dict[tuple[str, int], int] = defaultdict(int)
    payers: dict[str, set[tuple[int, int]]] = defaultdict(set)  # by currency: days and accounts
    for number, currency, kind, user_id, amount in earnings.earned(start, end):
        amounts[currency, number] += amount
        if user_id is not None and kind is not Kind.GIVEN_BACK:
            payers[currency].add((number, user_id))
    tokens: dict[tuple[str, date], dict[str, int]] = defaultdict(lambda: defaultdict[str, int](int))
    for use in by_route.by_account(start, end, {user_id for paid in payers.values() for _, user_id in paid}):
        on = ((use.day - EPOCH).days, use.user_id)
        for currency, paid in payers.items():
            if on in paid:
                tokens[currency, use.day][use.model] += use.standard_tokens
    return {(currency, EPOCH + timedelta(days=day)): amount for (currency, day), amount in amounts.items()}, tokens


def _spent(used: list[RouteDay]) -> tuple[dict[Cell, int], list[Unpriced]]:
    book, spent, unpriced = costs.book(), defaultdict[Cell, int](int), defaultdict[tuple[str, str], int](int)
    for use in used:
        tokens = use.input_tokens + use.output_tokens
        price = book.at(use.model, use.provider, use.day)
        if price is not None:
            spent[price.currency, use.day, use.model] += cost(
                price,
                input_tokens=use.input_tokens,
                cached_tokens=use.cached_tokens,
                output_tokens=use.output_tokens,
            )
        elif tokens and use.provider != BUILT_IN_PROVIDER:
            unpriced[use.model, use.provider] += tokens
    ranked = sorted(unpriced.items(), key=lambda found: (-found[1], found[0]))
    return dict(spent), [Unpriced(model, provider, tokens) for (model, provider), tokens in ranked]


def _of_currency(found: Margins, currency: str, window: Window) -> CurrencyMargin:
    steps: dict[datetime, Sums] = defaultdict(Sums)
    for day, sums in found.by_day(currency).items():
        step = floor(window.by, datetime(day.year, day.month, day.day, tzinfo=window.start.tzinfo))
        steps[step] = steps[step].plus(sums)
    rows = [
        Row(step, step_label(step, window.by), (steps[step].revenue, steps[step].cost, steps[step].margin))
        for step in window.steps
    ]
    title = f"Revenue, cost and margin, {currency.upper()}"
    series = ("Revenue", "Cost", "Margin")
    return CurrencyMargin(
        currency=currency,
        total=found.total(currency),
        models=[ModelMargin(NO_USE_LABEL if model == NO_USE else model, s) for model, s in found.by_model(currency)],
        chart=Chart(f"margin-{currency}", title, "lines", "", series, rows, currency=currency),
    )
