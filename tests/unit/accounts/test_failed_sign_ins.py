"""Failed sign-ins stand on the security page of the account that was tried."""

from datetime import timedelta
from pathlib import Path

from django.test import Client
from django.utils import timezone

from naxios.accounts import failed_sign_ins
from naxios.accounts.models import SecurityEvent, User
from naxios.accounts.origin import Origin
from tests.unit.accounts.people import ADA, confirm, events_of, person, sign_in, signed_in

ELSEWHERE = Origin("192.0.2.7", "a browser")


def test_it_works(database: Path) -> None:
    ada = person()
    failed_sign_ins.note(email="Ada@example.com", why="wrong password", origin=ELSEWHERE)

    assert failed_sign_ins.record() == 1

    event = SecurityEvent.objects.get(user=ada, kind="sign_in_failed")
    assert (event.detail, event.address, event.user_agent) == ("wrong password", "192.0.2.7", "a browser")


def test_nothing_is_kept_of_an_address_without_an_account(database: Path) -> None:
    failed_sign_ins.note(email="nobody@example.com", why="wrong password", origin=ELSEWHERE)

    assert failed_sign_ins.record() == 0

    assert not SecurityEvent.objects.exists()


def test_an_account_gets_ten_an_hour_at_most(database: Path) -> None:
    ada = person()
    for _ in range(12):
        failed_sign_ins.note(email=ADA, why="wrong password", origin=ELSEWHERE)

    assert failed_sign_ins.record() == 10

    SecurityEvent.objects.filter(user=ada).update(at=timezone.now() - timedelta(minutes=61))
    failed_sign_ins.note(email=ADA, why="wrong password", origin=ELSEWHERE)
    assert failed_sign_ins.record() == 1


def test_a_flood_does_not_fill_the_memory(database: Path) -> None:
    for _ in range(failed_sign_ins.MOST_WAITING + 10):
        failed_sign_ins.note(email="nobody@example.com", why="wrong password", origin=ELSEWHERE)

    failed_sign_ins.record()

    failed_sign_ins.note(email=person().email, why="wrong password", origin=ELSEWHERE)
    assert failed_sign_ins.record() == 1


def test_a_wrong_password_on_the_sign_in_page_is_noted(ada: User) -> None:
    sign_in(Client(), password="not this one")

    failed_sign_ins.record()

    assert events_of(ada)[-1] == ("sign_in_failed", "wrong password")


def test_a_wrong_password_when_confirming_is_noted(ada: User) -> None:
    confirm(signed_in(), password="not this one")

    failed_sign_ins.record()

    assert events_of(ada)[-1] == ("sign_in_failed", "wrong password")
