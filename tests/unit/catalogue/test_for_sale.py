"""What the file says is for sale: prices, trials and packs of tokens."""

from typing import Any

import pytest

from naxios.billing import queries as billing
from naxios.catalogue import services
from naxios.catalogue.file import FileProblems, read
from naxios.catalogue.services import Applied
from naxios.domain.addresses import Reach
from naxios.plans import queries as plans

PLAN = """
[plans.pro]
price_minor = 1500
currency = "usd"
trial_days = 7
stripe_price = "price_1AbC"
"""
PACK = """
[token_packs.million]
display_name = "A million"
tokens = 1_000_000
price_minor = 500
currency = "usd"
expires_days = 365
"""


def apply(text: str, **how: Any) -> Applied:
    return services.apply(declared=read(text, "c.toml", {}, frozenset()), reach=Reach.PUBLIC, **how)


def test_a_plan_has_its_trial_and_the_operators_own_price(database: object) -> None:
    apply(PLAN)

    pro = plans.by_name("pro")
    assert (pro.price_minor, pro.trial_days, pro.stripe_price) == (1500, 7, "price_1AbC")


def test_a_pack_is_made_changed_and_left_alone(database: object) -> None:
    (made,) = apply(PACK).changes
    assert (made.action, made.kind, made.name) == ("create", "token pack", "million")
    assert apply(PACK).changes == []

    (changed,) = apply(PACK.replace("500", "600")).changes
    assert changed.fields == {"price_minor": (500, 600)}
    (pack,) = billing.packs()
    assert (str(pack), pack.tokens, pack.price_minor, pack.expires_days) == ("A million", 1_000_000, 600, 365)


def test_a_pack_that_is_not_in_the_file_stays_unless_it_is_pruned(database: object) -> None:
    apply(PACK)

    assert "token pack million" in apply(PLAN).not_in_file
    assert apply(PLAN, dry_run=True, prune=True).changes[-1].name == "million"
    assert billing.packs()
    apply(PLAN, prune=True)
    assert not billing.packs()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("tokens = 1_000_000", "tokens = 0", "million.tokens: input should be greater than or equal to 1"),
        ("tokens = 1_000_000\n", "", "million.tokens: is missing"),
        ('"usd"', '"USD"', "million.currency: a currency is three lower-case letters"),
        ("price_minor = 500", 'price_minor = "500"', "million.price_minor: input should be a valid integer"),
        ("expires_days = 365", "expires_days = 0", "million.expires_days: input should be greater"),
        ("expires_days = 365", "expires = 3", "million.expires: there is no such setting"),
        ("token_packs.million", 'token_packs."a b"', "this is not a name"),
        ("expires_days = 365", 'stripe_price = "prod_1"', "million.stripe_price: string should match"),
    ],
)
def test_what_is_wrong_with_a_pack_is_said(old: str, new: str, problem: str) -> None:
    with pytest.raises(FileProblems) as problems:
        read(PACK.replace(old, new), "c.toml", {}, frozenset())

    assert any(problem in found for found in problems.value.problems), problems.value.problems


@pytest.mark.parametrize("line", ["trial_days = 7", 'stripe_price = "price_1"'])
def test_a_trial_and_a_price_at_stripe_are_for_plans_with_a_price(line: str) -> None:
    with pytest.raises(FileProblems, match="are for plans with a price_minor"):
        read(f"[plans.pro]\n{line}\n", "c.toml", {}, frozenset())
