"""What a hold stops: requests on the free plan, and nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.abuse import reviews
from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.domain.journal import SharedKeyEntry
from naxios.domain.keys import digest
from naxios.domain.principal import Principal, Standing
from naxios.keys import queries, services
from naxios.plans import services as plans
from naxios.plans.models import Plan
from naxios.usage import services as usage
from naxios.usage.models import JournalPosition
from tests.unit.abuse.people import HOUR, review_of, reviewed


@pytest.fixture
def secret(ada: User, staff: User) -> str:
    """The secret of a key of Ada, whose free tier is held."""
    _, secret = services.create(user=ada, name="laptop")
    reviews.hold(review=reviewed(ada), actor=staff)
    return secret


def principal_of(secret: str) -> Principal:
    principal = queries.principal(digest(secret))
    assert principal is not None
    return principal


def test_on_the_free_plan_a_key_is_held_and_says_what_to_do(secret: str) -> None:
    principal = principal_of(secret)

    assert principal.standing is Standing.HELD
    assert "/dashboard/review/" in principal.why
    assert "Paid plans and codes are not affected" in principal.why


def test_on_another_plan_it_works_until_that_ends(ada: User, secret: str) -> None:
    pro = Plan.objects.create(name="pro")
    now = timezone.now()
    entitlement = plans.grant(user=ada, plan=pro, starts_at=now, ends_at=now + timedelta(days=1))
    assert principal_of(secret).standing is Standing.ACTIVE

    plans.end(entitlement=entitlement, at=now)

    assert principal_of(secret).standing is Standing.HELD


def test_released_it_works_again(ada: User, staff: User, secret: str) -> None:
    reviews.release(review=review_of(ada), actor=staff)

    assert principal_of(secret) == queries.principal(digest(secret))
    assert (principal_of(secret).standing, principal_of(secret).why) == (Standing.ACTIVE, "")


def test_a_suspended_account_is_told_that(ada: User, secret: str) -> None:
    accounts.suspend(user=ada)

    assert principal_of(secret).standing is Standing.SUSPENDED


def test_a_review_alone_holds_nothing(ada: User) -> None:
    _, secret = services.create(user=ada, name="laptop")
    reviewed(ada)

    assert principal_of(secret).standing is Standing.ACTIVE


def test_what_the_gateway_counts_arrives_with_the_journal_once(ada: User) -> None:
    usage.record(entries=[SharedKeyEntry(ada.pk, 7, HOUR, 20)], segment="one", offset=10)

    assert review_of(ada).score == 60
    assert JournalPosition.objects.get().offset == 10
