"""Signs that come at the same moment open one review an account, and a link that is opened twice releases once.

On the embedded database and on a real PostgreSQL, where two who lock the same rows in another order would fail.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from django.core.management import call_command

from naxios.abuse import challenge, queries, reviews, services
from naxios.abuse.models import Review, Signal
from naxios.accounts.models import User
from naxios.accounts.services import create_user
from naxios.domain.journal import SharedKeyEntry
from naxios.errors import Refused
from naxios.mail.models import OutboxMail
from tests.integration.operation.postgres import connected
from tests.integration.operation.test_free_tier_races import at_once

PEOPLE = 5
SIGN_INS = 25


@pytest.fixture(params=["sqlite", "postgresql"])
def people(request: pytest.FixtureRequest) -> Iterator[list[User]]:
    """Five accounts at a provider of addresses to throw away, in a database of this kind."""
    if request.param == "sqlite":
        request.getfixturevalue("database")
        yield _people()
        return
    with connected(request.getfixturevalue("postgres_url")):
        call_command("migrate", verbosity=0)
        yield _people()
        User.objects.all().delete()


def _people() -> list[User]:
    return [create_user(email=f"person{number}@mailinator.com") for number in range(PEOPLE)]


def test_one_review_an_account_and_no_sign_in_fails(people: list[User]) -> None:
    def sign_in(number: int) -> str:
        user = people[number % PEOPLE]
        services.signed_in(user=user, address=f"8.8.8.{number}", device="the same browser")
        services.note_shared_keys(entries=[SharedKeyEntry(user.pk, 1, 490_000, 20)])
        return "signed in"

    outcomes = at_once([partial(sign_in, number) for number in range(SIGN_INS)])

    assert outcomes == Counter({"signed in": SIGN_INS})
    for number in range(PEOPLE):  # whoever was quick has not seen the others
        sign_in(number)
    assert Counter(Review.objects.values_list("user_id", "score")) == Counter((user.pk, 145) for user in people)
    assert set(Signal.objects.values_list("kind", "amount")) == {
        ("shared_browser", PEOPLE),
        ("shared_network", PEOPLE),
        ("disposable_mail", 0),
        ("shared_key", 20),
    }


def test_a_link_that_is_opened_many_times_at_once_releases_once(people: list[User]) -> None:
    user = create_user(email="kept@example.com")
    services.note_shared_keys(entries=[SharedKeyEntry(user.pk, 1, 490_000, 20)])
    reviews.hold(review=Review.objects.get(user=user), actor=people[0])
    challenge.send_link(user=user)
    found = re.search(r"/dashboard/review/([^/\s]+)/", OutboxMail.objects.latest("pk").body)
    assert found

    def open_link() -> str:
        try:
            return challenge.confirm(user=user, token=found[1])
        except Refused:
            return "refused"

    outcomes = at_once([open_link] * 10)

    assert outcomes == Counter({"released": 1, "refused": 9})
    assert queries.held_review(user.pk) is None
    assert OutboxMail.objects.filter(to=user.email, subject="Your free tier works again").count() == 1
