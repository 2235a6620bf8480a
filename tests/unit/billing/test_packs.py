"""Packs of tokens: paid once, given once, taken back."""

from datetime import timedelta

import pytest

from naxios.accounts.models import User
from naxios.billing import items, services
from naxios.billing.models import Payment, TokenPack
from naxios.errors import Refused
from naxios.plans.models import BonusGrant
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop


def test_who_pays_has_the_tokens_once(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy_pack(stripe, user)
    shop.hear(stripe, times=3, shuffle=1)

    bonus = BonusGrant.objects.get(user=user)
    assert (bonus.tokens, bonus.used, bonus.source) == (1_000_000, 0, "purchase")
    assert bonus.ends_at == Payment.objects.get().at + timedelta(days=365)
    assert bought.state == "paid"
    assert shop.happened(user) == ["payment_received"]


def test_two_packs_are_two_bonuses(stripe: StandInStripe, user: User) -> None:
    shop.buy_pack(stripe, user)
    shop.buy_pack(stripe, user)

    assert BonusGrant.objects.filter(user=user).count() == 2


def test_a_pack_can_be_bought_beside_a_plan(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    shop.buy_pack(stripe, user)

    assert shop.plan_of(user) == "pro"
    assert BonusGrant.objects.filter(user=user).count() == 1


def test_nobody_has_tokens_before_the_money_arrived(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy_pack(stripe, user, "bank")
    assert bought.state == "confirming"
    assert not BonusGrant.objects.exists()

    stripe.advance(days=5)
    shop.hear(stripe)

    bought.refresh_from_db()
    assert bought.state == "paid"
    assert BonusGrant.objects.get().tokens == 1_000_000


def test_a_refund_in_full_takes_back_what_is_left(stripe: StandInStripe, user: User) -> None:
    shop.buy_pack(stripe, user)
    BonusGrant.objects.update(used=400_000)

    services.refund(payment=Payment.objects.get(), actor=None)

    assert BonusGrant.objects.get().ended_at is not None


def test_a_partial_refund_takes_back_nothing(stripe: StandInStripe, user: User) -> None:
    shop.buy_pack(stripe, user)

    services.refund(payment=Payment.objects.get(), amount_minor=100, actor=None)

    assert BonusGrant.objects.get().ended_at is None


@pytest.mark.parametrize(("won", "left"), [(True, [600_000]), (False, [])])
def test_a_dispute_takes_the_rest_back_until_it_is_won(
    stripe: StandInStripe, user: User, won: bool, left: list[int]
) -> None:
    shop.buy_pack(stripe, user)
    BonusGrant.objects.update(used=400_000)
    dispute = stripe.open_dispute(Payment.objects.get().reference)
    shop.hear(stripe)
    assert [bonus.tokens for bonus in BonusGrant.objects.filter(ended_at=None)] == []

    stripe.close_dispute(dispute["id"], won=won)
    shop.hear(stripe, times=2)
    shop.hear(stripe)

    assert [bonus.tokens for bonus in BonusGrant.objects.filter(ended_at=None)] == left


def test_a_pack_that_is_sold_no_more_stays_with_those_who_have_it(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy_pack(stripe, user)

    services.delete_pack(name="million")

    bought.refresh_from_db()
    services.refresh(customer=bought.customer)
    assert (bought.pack, bought.title, bought.tokens) == (None, "A million", 1_000_000)
    assert BonusGrant.objects.get().tokens == 1_000_000
    with pytest.raises(Refused, match="There are: none"):
        items.pack_by_name("million")


def test_a_pack_that_changes_gives_what_was_shown_when_it_was_bought(stripe: StandInStripe, user: User) -> None:
    checkout = services.start_for_pack(user=user, pack_name="million", provider_name="stripe")
    services.put_pack(name="million", fields={"tokens": 5})
    stripe.pay(checkout.url)
    shop.hear(stripe)

    assert BonusGrant.objects.get().tokens == 1_000_000
    assert TokenPack.objects.get().tokens == 5
