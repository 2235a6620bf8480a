"""The price book: declared in the file, kept with its past, never handed to those who ask for models."""

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from naxios.api import services as tokens
from naxios.catalogue import costs, queries, services
from naxios.catalogue.file import FileProblems, read
from naxios.domain.addresses import Reach
from naxios.domain.costs import Price
from naxios.keys import services as keys
from tests.browser.pages import PAGES
from tests.unit.accounts.people import person

pytestmark = pytest.mark.usefixtures("database")

PROVIDER = '[providers.p]\nkind = "openai"\nbase_url = "http://8.8.8.8/v1"\n'
TODAY = datetime.now(UTC).date()
LONG_AGO = date(2026, 1, 1)
CHEAP, DEAR = '{ input = "1", output = "4", currency = "usd" }', '{ input = "2", output = "8", currency = "usd" }'
CHEAP_PRICE, DEAR_PRICE = (Price(n * 10**6, n * 10**6, 4 * n * 10**6, "usd") for n in (1, 2))


def file(cost: str) -> str:
    written = f", cost = {cost}" if cost else ""
    return f'{PROVIDER}[models.m]\nroutes = [ {{ provider = "p", model = "x"{written} }} ]\n'


def apply(cost: str) -> dict[str, tuple[Any, Any]]:
    """Apply a file in which the route costs ``cost``; returns what changed of the price."""
    applied = services.apply(declared=read(file(cost), "c.toml", {}, frozenset()), reach=Reach.PUBLIC)
    changed = {name: told for change in applied.changes for name, told in change.fields.items()}
    return {name: told for name, told in changed.items() if name.startswith("cost")}


def price(day: date) -> Price | None:
    return costs.book().at("m", "p", day)


def test_a_price_counts_from_the_day_on_which_it_is_applied() -> None:
    told = apply('{ input = "1.25", cached = "0.125", output = "10", currency = "usd" }')

    written = f"input 1.25, cached 0.125, output 10 USD per million tokens since {TODAY}"
    assert told == {"cost at p": ("not known", written)}
    assert price(TODAY) == Price(1_250_000, 125_000, 10_000_000, "usd")
    assert price(TODAY - timedelta(days=1)) is None


def test_cached_input_costs_as_much_as_other_input_unless_told() -> None:
    apply(CHEAP)

    assert price(TODAY) == CHEAP_PRICE


def test_the_same_price_again_changes_nothing() -> None:
    apply(CHEAP)

    assert apply(CHEAP) == {}


def test_days_before_a_change_keep_their_price() -> None:
    apply(CHEAP.replace("}", ", since = 2026-01-01 }"))

    apply(DEAR)

    assert price(LONG_AGO) == price(TODAY - timedelta(days=1)) == CHEAP_PRICE
    assert price(TODAY) == DEAR_PRICE


def test_a_price_that_is_given_its_first_day_counts_from_then_on_and_again_changes_nothing() -> None:
    apply(DEAR)
    since = CHEAP.replace("}", ", since = 2026-01-01 }")

    assert apply(since)
    assert apply(since) == {}

    assert price(LONG_AGO) == price(TODAY) == CHEAP_PRICE


def test_a_price_of_the_future_waits_for_its_day() -> None:
    apply(CHEAP)
    later = TODAY + timedelta(days=9)

    apply(DEAR.replace("}", f", since = {later} }}"))

    assert price(later - timedelta(days=1)) == CHEAP_PRICE
    assert price(later) == DEAR_PRICE


def test_two_prices_on_one_day_are_the_last_one() -> None:
    apply(CHEAP)
    apply(DEAR)

    assert price(TODAY) == DEAR_PRICE


def test_a_route_without_a_price_is_not_known_from_then_on() -> None:
    apply(CHEAP.replace("}", ", since = 2026-01-01 }"))

    apply("")

    assert price(TODAY) is None
    assert price(LONG_AGO) == CHEAP_PRICE


def test_a_price_outlives_its_model() -> None:
    apply(CHEAP)

    services.apply(declared=read("", "c.toml", {}, frozenset()), reach=Reach.PUBLIC, prune=True)

    assert price(TODAY) == CHEAP_PRICE


@pytest.mark.parametrize(
    ("cost", "problem"),
    [
        ('{ input = "1", currency = "usd" }', "cost.output: is missing"),
        ('{ input = "1", output = "2" }', "cost.currency: is missing"),
        ('{ input = "1", output = "2", currency = "dollars" }', "cost.currency: string should match pattern"),
        ('{ input = "x", output = "2", currency = "usd" }', "cost.input: 'x' is not a decimal number"),
        ('{ input = "-1", output = "2", currency = "usd" }', "cost.input: a price of a million tokens is between 0"),
        ("{ input = true, output = 2, currency = 'usd' }", "cost.input: a price is a decimal such as"),
        ("{ input = 1, output = 2, currency = 'usd', extra = 1 }", "cost.extra: there is no such setting"),
        ("{ input = 1, output = 2, currency = 'usd', since = 'May' }", "cost.since: input should be a valid date"),
        ("1", "cost: input should be a valid dictionary"),
    ],
)
def test_a_mistake_in_a_price_is_named_with_its_line(cost: str, problem: str) -> None:
    with pytest.raises(FileProblems) as found:
        read(file(cost), "c.toml", {}, frozenset())

    assert len(found.value.problems) == 1
    assert found.value.problems[0].startswith(f"c.toml:5: models.m.routes[0].{problem}")


def test_routes_to_one_provider_cost_the_same_as_usage_cannot_tell_them_apart() -> None:
    routes = ", ".join(
        f'{{ provider = "p", model = "{name}", cost = {cost} }}' for name, cost in (("a", CHEAP), ("b", DEAR))
    )

    with pytest.raises(FileProblems, match="all routes to p have the same cost"):
        read(f"{PROVIDER}[models.m]\nroutes = [ {routes} ]\n", "c.toml", {}, frozenset())


# Never shown to those who ask for models

CANARY = "7731.429187"


def test_the_gateway_is_not_told_what_its_operator_pays() -> None:
    apply(f'{{ input = "{CANARY}", output = "{CANARY}", currency = "usd" }}')

    assert CANARY.replace(".", "") not in repr(queries.snapshot())


@pytest.mark.usefixtures("pages")
def test_no_page_for_users_and_no_answer_of_the_management_api_shows_what_the_operator_pays() -> None:
    apply(f'{{ input = "{CANARY}", output = "{CANARY}", currency = "usd" }}')
    owner = person("owner@example.com")
    key, _ = keys.create(user=owner, name="k")
    _, secret = tokens.create(user=owner, name="t", read_only=True)
    browser, program = Client(), Client(headers={"authorization": f"Bearer {secret}"})
    shown = ""
    for visit in PAGES:
        if visit.who in ("owner", "customer"):
            browser.force_login(owner)
        if visit.who != "staff":
            shown += browser.get(visit.path.format_map(defaultdict(lambda: key.pk)), follow=True).content.decode()
    for path in ("account", "limits", "keys", "usage"):
        answer = program.get(f"/api/{path}")
        assert answer.status_code == 200, path
        shown += answer.content.decode()

    assert not re.search(CANARY.replace(".", ".?"), shown.replace(",", ""))
