"""``naxios billing``: what each verb prints, and how it refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from naxios import config
from naxios.accounts.models import User
from naxios.billing import services
from naxios.billing.models import Payment
from naxios.cli import cli
from naxios.staff import audit
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop

Run = Callable[..., Result]


@pytest.fixture
def run(database: object) -> Run:
    return lambda *arguments: CliRunner().invoke(cli, ["billing", *arguments])


@pytest.fixture
def done(run: Run) -> Callable[..., Any]:
    """What a verb prints with ``--json``; it has to succeed."""

    def it(*arguments: str) -> Any:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return it


def test_reconcile_prints_differences_and_puts_them_right(stripe: StandInStripe, user: User, run: Run) -> None:
    checkout = services.start_for_plan(user=user, plan_name="pro", provider_name="stripe")
    stripe.pay(checkout.url)

    foretold = run("reconcile", "--dry-run")
    assert foretold.exit_code == 0
    assert "active" in foretold.stdout and "1 customers compared" in foretold.stdout
    assert shop.plan_of(user) == "free"

    assert run("reconcile").exit_code == 0
    assert shop.plan_of(user) == "pro"
    assert "Nothing differs." in run("reconcile").stdout


def test_reconcile_as_json_names_provider_and_differences(
    stripe: StandInStripe, user: User, done: Callable[..., Any]
) -> None:
    stripe.pay(services.start_for_plan(user=user, plan_name="pro", provider_name="stripe").url)

    told = done("reconcile", "--dry-run")

    assert told["dry_run"] is True
    assert told["providers"][0]["provider"] == "stripe" and told["providers"][0]["trouble"] == ""
    assert {row["what"] for row in told["differences"]} == {"subscription", "invoice", "payment", "checkout"}


def test_reconcile_refuses_while_stripe_is_down_and_without_a_provider(
    stripe: StandInStripe, user: User, run: Run, configure: pytest.MonkeyPatch
) -> None:
    shop.buy(stripe, user)
    stripe.faults.fail(times=1000)
    result = run("reconcile")
    assert result.exit_code == 1 and "stripe: Stripe cannot be reached" in result.output

    configure.setenv("NAXIOS_STRIPE_SECRET_KEY", "")
    config.load.cache_clear()
    result = run("reconcile")
    assert result.exit_code == 1 and "No payment provider is configured" in result.output


def test_replay_prints_each_event(stripe: StandInStripe, user: User, done: Callable[..., Any], run: Run) -> None:
    shop.buy(stripe, user)
    event = stripe.event("invoice.paid")["id"]

    assert done("replay", "--event", event) == [{"event": event, "type": "invoice.paid", "state": "done", "error": ""}]
    assert len(done("replay", "--since", "2020-01-01")) == len(shop.events())
    assert done("replay", "--since", "2099-01-01") == []
    assert run("replay", "--since", "2099-01-01").stdout == "No event to replay.\n"
    assert run("replay", "--event", "evt_none").exit_code == 1


def test_replay_refuses_when_an_event_cannot_be_processed(stripe: StandInStripe, user: User, run: Run) -> None:
    shop.buy(stripe, user)
    stripe.faults.fail(times=1000)

    result = run("replay", "--event", stripe.event("invoice.paid")["id"])

    assert result.exit_code == 1
    assert "1 of 1 events could not be processed" in result.output


def test_an_invoice_is_listed_paid_and_given_back(manual: None, user: User, done: Callable[..., Any], run: Run) -> None:
    number = services.start_for_plan(user=user, plan_name="pro", provider_name="manual").reference
    assert [(row["number"], row["amount"], row["state"]) for row in done("invoices")] == [(number, "$15", "open")]

    paid = done("paid", number, "--note", "seen")
    assert (paid["state"], paid["for"]) == ("paid", "Pro") and paid["counts_until"]
    assert done("invoices") == []
    assert [row["state"] for row in done("invoices", "--all")] == ["paid"]
    assert shop.plan_of(user) == "pro"

    assert done("refund", number, "--amount-minor", "500", "--why", "half")["given_back"] == "$5"
    assert shop.plan_of(user) == "pro"
    assert done("refund", number)["given_back"] == "$15"
    assert shop.plan_of(user) == "free"
    assert Payment.objects.get().is_refunded
    acts = list(audit.events().values_list("act", "actor_name"))
    assert acts == [
        ("payment_refunded", "command line"),
        ("payment_refunded", "command line"),
        ("invoice_paid", "command line"),
    ]
    assert run("void", number).exit_code == 1


def test_an_invoice_can_be_void(manual: None, user: User, done: Callable[..., Any]) -> None:
    number = services.start_for_plan(user=user, plan_name="pro", provider_name="manual").reference

    assert done("void", number, "--note", "not wanted")["state"] == "void"


@pytest.mark.parametrize("words", [("paid", "2026-1"), ("void", "2026-1"), ("refund", "ch_none")])
def test_what_there_is_not_is_refused(manual: None, run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)

    assert result.exit_code == 1
    assert "There is no" in result.output
