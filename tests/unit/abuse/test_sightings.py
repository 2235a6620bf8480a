"""Which accounts share a network or a browser is known for 30 days, and from the table nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from naxios.abuse import sightings
from naxios.abuse.models import Sighting
from naxios.accounts.models import User
from naxios.domain.addresses import network_of
from tests.unit.abuse.people import person


def test_accounts_of_one_network_find_each_other(ada: User) -> None:
    bob = person("bob@example.com")
    sightings.note_network(user=ada, address="8.8.8.1")
    seen = sightings.note_network(user=bob, address="8.8.8.200")

    assert seen is not None
    assert sightings.accounts_at(seen) == {ada.pk, bob.pk}
    assert sightings.shared_with(ada.pk, Sighting.What.NETWORK) == {bob.pk}
    assert sightings.shared_with(ada.pk, Sighting.What.BROWSER) == set()


def test_accounts_of_two_networks_do_not(ada: User) -> None:
    sightings.note_network(user=ada, address="8.8.8.1")
    sightings.note_network(user=person("bob@example.com"), address="8.8.9.1")

    assert sightings.shared_with(ada.pk, Sighting.What.NETWORK) == set()


@pytest.mark.parametrize("address", [None, "", "127.0.0.1", "10.1.2.3", "unknown"])
def test_what_says_nothing_is_not_noted(ada: User, address: str | None) -> None:
    assert sightings.note_network(user=ada, address=address) is None
    assert not Sighting.objects.exists()


def test_a_place_is_noted_once(ada: User) -> None:
    for _ in range(3):
        sightings.note_browser(user=ada, device="cookie")
        sightings.note_network(user=ada, address="8.8.8.1")

    assert Sighting.objects.count() == 2


def test_what_was_last_seen_thirty_days_ago_neither_counts_nor_stays(ada: User) -> None:
    bob = person("bob@example.com")
    sightings.note_browser(user=ada, device="cookie")
    Sighting.objects.update(last_seen_at=timezone.now() - timedelta(days=30))
    fresh = sightings.note_browser(user=bob, device="cookie")

    assert sightings.accounts_at(fresh) == {bob.pk}
    assert sightings.forget_old() == 1
    assert Sighting.objects.get() == fresh


@given(st.ip_addresses(v=4).filter(lambda address: network_of(str(address)) is not None))
def test_nothing_of_a_network_stands_in_its_digest(address: object) -> None:
    seen = network_of(str(address))
    assert seen is not None

    digest = sightings.digest_of(Sighting.What.NETWORK, seen)

    assert len(digest) == 32
    assert digest == sightings.digest_of(Sighting.What.NETWORK, seen)
    assert digest != sightings.digest_of(Sighting.What.BROWSER, seen)
    assert seen not in digest


@given(st.binary(min_size=3, max_size=6), st.binary(min_size=3, max_size=6))
def test_two_networks_have_two_digests(one: bytes, other: bytes) -> None:
    same = sightings.digest_of(Sighting.What.NETWORK, one) == sightings.digest_of(Sighting.What.NETWORK, other)

    assert same == (one == other)
