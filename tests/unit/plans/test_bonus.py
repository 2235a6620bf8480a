"""Bonus tokens: given once, drawn exactly, taken back without what was used."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.domain.entitlements import BonusSource
from naxios.domain.moments import microseconds
from naxios.errors import Refused
from naxios.invalidation import queries as invalidation
from naxios.plans import queries, services
from naxios.plans.models import BonusGrant

NOW = timezone.now() - timedelta(hours=1)
LATER = NOW + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def user(database: object) -> User:
    return accounts.create_user(email="dev@example.com")


def give(user: User, tokens: int, *, reference: str = "", ends_at: datetime | None = None) -> BonusGrant:
    return services.grant_bonus(
        user=user, tokens=tokens, source=BonusSource.PURCHASE, reference=reference, ends_at=ends_at, at=NOW
    )


def figures(user: User, at: datetime = NOW) -> tuple[int, int, int]:
    """Total, used and left."""
    bonus = queries.bonus_of(user.pk, microseconds(at))
    return bonus.total, bonus.used, bonus.left


def used(*grants: BonusGrant) -> list[int]:
    for grant in grants:
        grant.refresh_from_db()
    return [grant.used for grant in grants]


def told(since: int) -> list[tuple[str, int]]:
    """Topic and subject of every change after ``since``."""
    return [(topic, subject) for _, topic, subject in invalidation.since(since) or ()]


def test_an_account_without_a_bonus_has_none(user: User) -> None:
    assert queries.bonus_of(user.pk) == queries.Bonus(0, 0, [], None)


def test_a_bonus_counts_at_once_and_is_told(user: User) -> None:
    before = invalidation.latest()

    bonus = give(user, 100)

    assert figures(user) == (100, 0, 100)
    assert queries.bonus_of(user.pk).grants == [bonus]
    assert told(before) == [("account", user.pk)]


def test_the_same_reference_told_again_gives_nothing_more(user: User) -> None:
    bonus = give(user, 100, reference="session 1")
    before = invalidation.latest()

    assert give(user, 100, reference="session 1") == bonus

    assert figures(user) == (100, 0, 100)
    assert told(before) == []
    assert queries.bonus_by_reference(BonusSource.PURCHASE, "session 1") == bonus


def test_a_reference_that_gave_something_else_is_refused(user: User) -> None:
    give(user, 100, reference="session 1")

    with pytest.raises(Refused, match="another bonus already"):
        give(user, 101, reference="session 1")
    with pytest.raises(Refused, match="another bonus already"):
        give(accounts.create_user(email="other@example.com"), 100, reference="session 1")


@pytest.mark.parametrize("tokens", [0, -1, 10**15 + 1])
def test_a_bonus_of_no_tokens_or_too_many_is_refused(user: User, tokens: int) -> None:
    with pytest.raises(Refused, match="A bonus has 1 to"):
        give(user, tokens)


def test_a_bonus_that_ends_before_it_begins_is_refused(user: User) -> None:
    with pytest.raises(Refused, match="ends after it begins"):
        give(user, 1, ends_at=NOW)


def test_of_a_bonus_that_has_ended_only_what_was_used_counts(user: User) -> None:
    give(user, 100, ends_at=LATER)
    services.draw_bonus(user_id=user.pk, tokens=30, at=NOW)

    assert queries.bonus_of(user.pk, microseconds(NOW)).changes_at == microseconds(LATER)
    assert figures(user, LATER - timedelta(microseconds=1)) == (100, 30, 70)
    assert figures(user, LATER) == (30, 30, 0)
    assert queries.bonus_of(user.pk, microseconds(LATER)).changes_at is None


def test_what_is_taken_back_is_what_was_not_used(user: User) -> None:
    bonus = give(user, 100)
    services.draw_bonus(user_id=user.pk, tokens=30, at=NOW)
    before = invalidation.latest()

    services.end_bonus(bonus=bonus)
    services.end_bonus(bonus=bonus)

    assert figures(user, timezone.now()) == (30, 30, 0)
    assert told(before) == [("account", user.pk)]


def test_what_ends_first_is_drawn_first(user: User) -> None:
    open_end, late, soon = (
        give(user, 100),
        give(user, 50, ends_at=LATER),
        give(user, 20, ends_at=NOW + timedelta(hours=1)),
    )

    assert services.draw_bonus(user_id=user.pk, tokens=15, at=NOW) == 15
    assert used(soon, late, open_end) == [15, 0, 0]
    assert services.draw_bonus(user_id=user.pk, tokens=60, at=NOW) == 60
    assert used(soon, late, open_end) == [20, 50, 5]


def test_what_was_taken_before_a_bonus_ended_is_drawn_from_it_afterwards(user: User) -> None:
    """The journal takes a moment to the database; what happened meanwhile does not change what was used."""
    refunded, other = give(user, 100), give(user, 100)
    services.end_bonus(bonus=refunded, at=NOW + timedelta(seconds=1))
    before = invalidation.latest()

    services.draw_bonus(user_id=user.pk, tokens=40, at=NOW)

    assert used(refunded, other) == [40, 0]
    assert told(before) == [("account", user.pk)]


def test_what_was_taken_from_a_bonus_that_had_just_ended_is_drawn_from_others_first(user: User) -> None:
    refunded, other = give(user, 100), give(user, 30)
    services.end_bonus(bonus=refunded, at=NOW)

    services.draw_bonus(user_id=user.pk, tokens=40, at=NOW + timedelta(milliseconds=1))

    assert used(refunded, other) == [10, 30]


def test_no_more_is_drawn_than_there_ever_was(user: User) -> None:
    bonus = give(user, 100)

    assert services.draw_bonus(user_id=user.pk, tokens=101, at=NOW) == 100
    assert services.draw_bonus(user_id=user.pk + 1, tokens=1, at=NOW) == 0

    assert used(bonus) == [100]


def test_a_bonus_is_not_drawn_by_another_account(user: User) -> None:
    bonus = give(user, 100)

    services.draw_bonus(user_id=accounts.create_user(email="other@example.com").pk, tokens=1, at=NOW)

    assert used(bonus) == [0]


def test_the_database_itself_refuses_what_cannot_be(user: User) -> None:
    bonus = give(user, 100, reference="session 1")

    for change in ({"used": 101}, {"tokens": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BonusGrant.objects.filter(pk=bonus.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        BonusGrant.objects.create(user=user, tokens=1, source=BonusSource.PURCHASE, reference="session 1")
