"""A new e-mail address counts once the link sent to it has been opened."""

from datetime import timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from naxios.accounts import email_change, services
from naxios.accounts.models import EmailChange, User
from naxios.accounts.origin import Origin
from naxios.errors import Refused
from tests.unit.accounts.people import ADA, events_of, link_in, mails_to, person, sign_in, text_of

NEW = "lovelace@example.com"


def _token(address: str = NEW) -> str:
    return link_in(mails_to(address)[-1]).split("/")[-2]


def test_it_works(database: Path) -> None:
    ada = person()
    email_change.request(user=ada, email=" Lovelace@Example.com ")

    email_change.confirm(token=_token(), origin=Origin("192.0.2.7", ""))

    ada.refresh_from_db()
    assert ada.email == NEW
    address = EmailAddress.objects.get(user=ada)
    assert (address.email, address.verified, address.primary) == (NEW, True, True)
    assert events_of(ada)[-1] == ("email_changed", f"from {ADA} to {NEW}")


def test_the_old_address_is_told(database: Path) -> None:
    email_change.request(user=person(), email=NEW)

    email_change.confirm(token=_token())

    (mail,) = mails_to(ADA)
    assert mail.subject == "Your e-mail address was changed"
    assert NEW in mail.body


def test_nothing_changes_before_the_link_is_opened(database: Path) -> None:
    ada = person()

    email_change.request(user=ada, email=NEW)

    ada.refresh_from_db()
    assert ada.email == ADA
    assert not EmailAddress.objects.filter(email=NEW).exists()


def test_the_new_address_can_still_sign_up_meanwhile(database: Path) -> None:
    email_change.request(user=person(), email=NEW)

    other = person(NEW)

    with pytest.raises(Refused, match="link is over"):
        email_change.confirm(token=_token())
    assert User.objects.get(email=NEW) == other


@pytest.mark.parametrize(("email", "refusal"), [(ADA, "your address already"), ("nonsense", "not an e-mail address")])
def test_it_refuses(database: Path, email: str, refusal: str) -> None:
    with pytest.raises(Refused, match=refusal):
        email_change.request(user=person(), email=email)

    assert not EmailChange.objects.exists()


def test_an_address_with_an_account_gets_a_mail_without_a_link_to_confirm(database: Path) -> None:
    person(NEW)

    email_change.request(user=person(), email=NEW)

    (mail,) = mails_to(NEW)
    assert mail.subject == "Your address belongs to an account already"
    assert "new-email" not in mail.body


def test_a_link_works_once(database: Path) -> None:
    email_change.request(user=person(), email=NEW)
    token = _token()
    email_change.confirm(token=token)

    with pytest.raises(Refused, match="link is over"):
        email_change.confirm(token=token)


def test_only_the_last_link_works(database: Path) -> None:
    ada = person()
    email_change.request(user=ada, email="first@example.com")
    email_change.request(user=ada, email=NEW)

    with pytest.raises(Refused, match="link is over"):
        email_change.confirm(token=_token("first@example.com"))

    assert email_change.confirm(token=_token()) == ada


def test_a_cancelled_change_cannot_be_confirmed(database: Path) -> None:
    ada = person()
    email_change.request(user=ada, email=NEW)

    email_change.cancel(user=ada)

    with pytest.raises(Refused, match="link is over"):
        email_change.confirm(token=_token())


def test_a_new_password_ends_a_change_that_was_asked_for_before(database: Path) -> None:
    ada = person()
    email_change.request(user=ada, email=NEW)

    services.password_changed(user=ada)

    with pytest.raises(Refused, match="link is over"):
        email_change.confirm(token=_token())


@pytest.mark.parametrize("token", ["nonsense", "MQ:1abc:def"])
def test_a_made_up_link_is_over(database: Path, token: str) -> None:
    email_change.request(user=person(), email=NEW)

    with pytest.raises(Refused, match="link is over"):
        email_change.of_token(token)


def test_it_is_forgotten_after_three_days(database: Path) -> None:
    email_change.request(user=person(), email=NEW)
    EmailChange.objects.update(requested_at=timezone.now() - timedelta(days=3, minutes=1))

    assert email_change.forget_old() == 1

    assert email_change.pending(User.objects.get()) is None


def test_the_link_asks_before_it_changes_anything(ada: User, visitor: Client) -> None:
    email_change.request(user=ada, email=NEW)
    link = link_in(mails_to(NEW)[0])

    page = visitor.get(link)

    assert page.status_code == 200
    assert NEW in text_of(page)
    ada.refresh_from_db()
    assert ada.email == ADA

    answer = visitor.post(link)

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert sign_in(visitor, NEW).status_code == 302
    assert visitor.get("/dashboard/settings/").status_code == 200


def test_a_link_that_is_over_says_what_next(visitor: Client) -> None:
    answer = visitor.get("/accounts/new-email/nonsense/")

    assert answer.status_code == 410
    assert "Ask for another in settings" in text_of(answer)
