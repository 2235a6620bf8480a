"""Margins as staff see them: usage at the price of its day against what its day is due."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from naxios.accounts.services import create_user
from naxios.catalogue import costs
from naxios.catalogue.costs import CostEntry
from naxios.domain.moments import microseconds
from naxios.plans import services as plans
from naxios.usage import services as usage
from tests.unit.billing.sold import paid, payment, put, subscription
from tests.unit.entries import used

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def browser(database: Path, pages: None) -> Client:
    browser = Client()
    browser.force_login(create_user(email="staff@example.com", is_staff=True))
    return browser


@pytest.fixture
def payer(database: Path) -> Any:
    plans.put(name="pro", fields={"price_minor": 3_000, "currency": "usd"})
    return create_user(email="payer@example.com")


def use(*, by: Any, at: datetime = TODAY, **fields: Any) -> None:
    number = microseconds(at) + fields["input_tokens"] + by
    entry = used(number, account_id=by, admitted_at=microseconds(at), reasoning_tokens=0, **fields)
    usage.record(entries=[entry], segment="s", offset=number)


def ask(model: str, *, input: str, output: str, since: datetime = TODAY, cached: str | None = None) -> None:
    """The provider ``p`` asks so much for ``model``."""
    prices = {"input": input, "output": output, "cached": cached, "currency": "usd"}
    entry = CostEntry.model_validate({**prices, "since": since.date()})
    costs.put(model=model, entries=[("p", entry)])


def lines(browser: Client, period: str = "30d") -> list[dict[str, str]]:
    """The download."""
    answer = browser.get(f"/staff/margin.csv?period={period}")
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(answer.content.decode())))


def test_a_day_has_its_revenue_by_model_and_its_cost_at_its_price(browser: Client, payer: Any) -> None:
    bought = subscription(TODAY - 2 * DAY)
    put(payer, bought, paid(TODAY - 2 * DAY, 3_000, of=bought))
    ask("a", input="2", cached="1", output="10", since=TODAY - 9 * DAY)
    ask("b", input="1", output="1", since=TODAY - 9 * DAY)
    use(by=payer.pk, model="a", input_tokens=100_000, cached_tokens=50_000, output_tokens=0, standard_tokens=3)
    use(by=payer.pk, model="b", input_tokens=10, cached_tokens=0, output_tokens=90, standard_tokens=1)
    use(by=payer.pk + 1, model="b", input_tokens=1_000, cached_tokens=0, output_tokens=0, standard_tokens=9_000)

    found = lines(browser)

    today = TODAY.date().isoformat()
    assert [line for line in found if line["day"] == today] == [
        {"day": today, "model": "a", "currency": "usd", "revenue": "0.7500", "cost": "0.1500", "margin": "0.6000"},
        {"day": today, "model": "b", "currency": "usd", "revenue": "0.2500", "cost": "0.0011", "margin": "0.2489"},
    ]
    assert [(line["model"], line["revenue"]) for line in found if line["day"] != today] == [("", "1.0000")] * 2


def test_a_change_of_price_leaves_the_days_before_as_they_were(browser: Client, payer: Any) -> None:
    ask("a", input="2", output="0", since=TODAY - 9 * DAY)
    ask("a", input="4", output="0", since=TODAY)
    for at in (TODAY, TODAY - DAY):
        use(by=payer.pk, at=at, model="a", input_tokens=1_000_000, cached_tokens=0, output_tokens=0)

    assert [line["cost"] for line in lines(browser)] == ["2.0000", "4.0000"]


def test_the_page_adds_up_and_says_how(browser: Client, payer: Any) -> None:
    bought = paid(TODAY, 500)
    put(payer, bought, payment(bought))
    ask("a", input="2", output="0")
    use(by=payer.pk, model="a", input_tokens=1_000_000, cached_tokens=0, output_tokens=0)

    page = browser.get("/staff/margin/").content.decode()

    assert "$5.00" in page
    assert "$2.00" in page
    assert "$3.00" in page
    assert "How this is computed" in page
    assert "is not known" not in page.partition("How this is computed")[0]


def test_tokens_without_a_price_are_named_and_not_taken_for_free(browser: Client, payer: Any) -> None:
    use(by=payer.pk, model="unpriced", input_tokens=1_000, cached_tokens=0, output_tokens=500)

    page = browser.get("/staff/margin/").content.decode()

    assert "Some of the cost is not known" in page
    assert "<code>unpriced</code> of p (1,500 tokens)" in page
    assert "Nothing earned and nothing spent" in page


def test_the_demonstration_costs_nothing(browser: Client, payer: Any) -> None:
    use(by=payer.pk, model="naxios/echo", provider="naxios", input_tokens=9, cached_tokens=0, output_tokens=9)

    page = browser.get("/staff/margin/").content.decode()

    assert "Some of the cost is not known" not in page


@pytest.mark.parametrize("period", ["7d", "30d", "12m", "nonsense"])
def test_every_stretch_of_time_has_a_page(browser: Client, payer: Any, period: str) -> None:
    ask("a", input="2", output="0")
    use(by=payer.pk, model="a", input_tokens=1_000_000, cached_tokens=0, output_tokens=0)

    assert "$2.00" in browser.get(f"/staff/margin/?period={period}").content.decode()
    assert sum(float(line["cost"]) for line in lines(browser, period)) == 2


@pytest.mark.parametrize("path", ["/staff/margin/", "/staff/margin.csv", "/staff/revenue/"])
def test_others_see_nothing_of_it(database: Path, pages: None, path: str) -> None:
    browser = Client()
    assert browser.get(path).status_code == 302

    browser.force_login(create_user(email="dev@example.com"))

    assert browser.get(path).status_code == 403
