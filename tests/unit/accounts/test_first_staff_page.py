"""The link that ``naxios serve`` prints at the first start."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from naxios.accounts.links import first_staff_path, is_first_staff_token
from naxios.accounts.models import User
from tests.unit.accounts.people import PASSWORD, person, sign_in, text_of

STAFF = {"email": "staff@example.com", "password": PASSWORD}


def test_it_works(visitor: Client) -> None:
    answer = visitor.post(first_staff_path(), STAFF)

    assert answer["Location"] == "/staff/"
    assert visitor.get("/staff/").status_code == 200
    assert User.objects.get().is_staff
    assert "naxios_device" in visitor.cookies


def test_its_address_counts_as_verified(visitor: Client) -> None:
    visitor.post(first_staff_path(), STAFF)

    assert sign_in(Client(), "staff@example.com")["Location"] == "/staff/"


def test_a_weak_password_is_refused(visitor: Client) -> None:
    answer = visitor.post(first_staff_path(), {**STAFF, "password": "short"})

    assert answer.status_code == 422
    assert not User.objects.exists()


def test_it_is_over_once_there_is_staff(visitor: Client) -> None:
    person("other@example.com", is_staff=True)

    answer = visitor.get(first_staff_path())

    assert answer.status_code == 410
    assert "This link is over" in text_of(answer)


def test_a_made_up_link_is_over(visitor: Client) -> None:
    for token in ("nonsense", signing.dumps({}, salt="naxios.other")):
        assert visitor.get(f"/accounts/first-staff/{token}/").status_code == 410


@pytest.mark.parametrize(
    ("age", "works"), [(timedelta(hours=23, minutes=59), True), (timedelta(hours=24, minutes=1), False)]
)
def test_it_works_for_a_day(age: timedelta, works: bool) -> None:
    signer = signing.TimestampSigner(salt="naxios.first-staff")
    made_at = signing.b62_encode(int((timezone.now() - age).timestamp()))
    value = f"e30:{made_at}"  # an empty object and its time, as signing.dumps writes them

    assert is_first_staff_token(f"{value}:{signer.signature(value)}") is works
