"""Each sign of misuse: when it is seen, about whom, and how strong it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.abuse import services
from naxios.abuse.models import GuildDeparture, Signal
from naxios.accounts.models import User
from naxios.domain.journal import SharedKeyEntry
from tests.unit.abuse.people import HOUR, decided, look_alike, person, share_key, signs_of

# Shared keys


def test_a_key_of_many_networks_is_a_sign(ada: User) -> None:
    share_key(ada, networks=15)

    assert signs_of(ada) == {"shared_key": 15}


def test_a_key_of_fewer_networks_is_none(ada: User) -> None:
    share_key(ada, networks=14)

    assert signs_of(ada) == {}


def test_a_key_is_as_shared_as_it_was_in_its_worst_hour(ada: User) -> None:
    entries = [SharedKeyEntry(ada.pk, 7, HOUR + hour, networks) for hour, networks in ((0, 16), (1, 40), (2, 15))]
    services.note_shared_keys(entries=entries)
    share_key(ada, networks=20)

    assert signs_of(ada) == {"shared_key": 40}


def test_a_key_whose_account_is_gone_keeps_nobody_from_being_metered(ada: User) -> None:
    services.note_shared_keys(entries=[SharedKeyEntry(999, 7, HOUR, 40), SharedKeyEntry(ada.pk, 8, HOUR, 40)])

    assert signs_of(ada) == {"shared_key": 40}


# Browsers and networks


def test_two_accounts_in_one_browser_are_a_sign_for_both(ada: User) -> None:
    bob = person("bob@example.com")
    look_alike(ada, bob)

    assert signs_of(ada) == signs_of(bob) == {"shared_browser": 2}


def test_one_account_in_many_browsers_is_none(ada: User) -> None:
    for number in range(5):
        look_alike(ada, device=f"browser {number}")

    assert signs_of(ada) == {}


def test_many_accounts_of_one_network_are_a_sign_for_who_signs_in(database: object) -> None:
    people = [person(f"person{number}@example.com") for number in range(5)]
    for number, user in enumerate(people):
        services.signed_in(user=user, address=f"8.8.8.{number}", device=f"browser {number}")

    assert [signs_of(user) for user in people] == [{}, {}, {}, {}, {"shared_network": 5}]


def test_many_accounts_behind_a_proxy_that_is_not_trusted_are_none(database: object) -> None:
    decided(shared_network_accounts=2, network_burst=2)
    for number in range(4):
        user = person(f"person{number}@example.com")
        services.signed_up(user=user, address="127.0.0.1")
        services.signed_in(user=user, address="127.0.0.1", device=f"browser {number}")

    assert not Signal.objects.exists()


# Sign-ups


def test_sign_ups_from_one_network_within_an_hour_are_a_sign_for_all_of_them(database: object) -> None:
    people = [person(f"person{number}@example.com") for number in range(3)]
    for user in people:
        services.signed_up(user=user, address="2606:4700:1::1")

    assert [signs_of(user) for user in people] == [{"network_burst": 3}] * 3


def test_sign_ups_from_one_network_over_days_are_none(database: object) -> None:
    for number in range(3):
        services.signed_up(user=person(f"person{number}@example.com"), address="8.8.8.8")
        services.sightings.Sighting.objects.update(signed_up_at=timezone.now() - timedelta(minutes=61))

    assert not Signal.objects.exists()


def test_many_sign_ups_at_once_are_a_sign_for_who_comes_then(database: object) -> None:
    decided(overall_burst=4)
    people = [person(f"person{number}@example.com") for number in range(4)]
    services.signed_up(user=people[-1], address=None)

    assert signs_of(people[-1]) == {"overall_burst": 4}
    assert signs_of(people[0]) == {}


@pytest.mark.parametrize("happens", ["signs up", "signs in"])
def test_an_address_to_throw_away_is_a_sign(database: object, happens: str) -> None:
    user = person("x@mailinator.com")
    if happens == "signs up":
        services.signed_up(user=user, address=None)
    else:
        look_alike(user)

    assert list(Signal.objects.values_list("kind", "subject")) == [("disposable_mail", "mailinator.com")]


# Discord


@pytest.mark.parametrize(("age", "days"), [(timedelta(hours=3), 0), (timedelta(days=29, hours=23), 29)])
def test_a_young_discord_account_is_a_sign(ada: User, age: timedelta, days: int) -> None:
    services.discord_connected(user_id=ada.pk, made_at=timezone.now() - age)

    assert signs_of(ada) == {"young_discord": days}


def test_an_older_discord_account_is_none(ada: User) -> None:
    services.discord_connected(user_id=ada.pk, made_at=timezone.now() - timedelta(days=30))

    assert signs_of(ada) == {}


def test_leaving_the_server_again_and_again_is_a_sign(ada: User) -> None:
    services.left_guild(user_id=ada.pk)
    services.left_guild(user_id=ada.pk)
    assert signs_of(ada) == {}

    services.left_guild(user_id=ada.pk)

    assert signs_of(ada) == {"departures": 3}


def test_leaving_long_ago_does_not_count(ada: User) -> None:
    services.left_guild(user_id=ada.pk)
    services.left_guild(user_id=ada.pk)
    GuildDeparture.objects.update(at=timezone.now() - timedelta(days=30))
    services.left_guild(user_id=ada.pk)

    assert signs_of(ada) == {}


def test_what_discord_tells_of_an_account_that_is_gone_is_nothing(database: object) -> None:
    services.discord_connected(user_id=999, made_at=timezone.now())
    services.left_guild(user_id=999)

    assert not Signal.objects.exists()


# Retention


def test_signs_and_departures_run_out(ada: User) -> None:
    share_key(ada)
    services.left_guild(user_id=ada.pk)
    services.forget_old()
    assert (Signal.objects.count(), GuildDeparture.objects.count()) == (1, 1)

    Signal.objects.update(last_at=timezone.now() - timedelta(days=90))
    GuildDeparture.objects.update(at=timezone.now() - timedelta(days=30))
    services.forget_old()

    assert (Signal.objects.count(), GuildDeparture.objects.count()) == (0, 0)


def test_nothing_about_one_account_names_another(ada: User) -> None:
    bob = person("bob@example.com")
    look_alike(ada, bob)

    stored = [str(signal) for signal in Signal.objects.filter(user=ada).values_list("kind", "subject", "amount")]

    assert stored == ["('shared_browser', '', 2)"]
    bob.delete()
    assert signs_of(ada) == {"shared_browser": 2}
