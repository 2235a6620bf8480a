"""Signing up: e-mail address, password, 13 or older; then a link."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from naxios.accounts.forms import SignUpForm
from naxios.accounts.models import User
from naxios.accounts.views.entrance import SignUpView
from tests.unit.accounts.people import ADA, PASSWORD, events_of, link_in, mails_to, sign_in, sign_up, text_of


def test_it_works(visitor: Client) -> None:
    answer = sign_up(visitor)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    (mail,) = mails_to()
    assert mail.subject == "Confirm your e-mail address"

    confirmed = visitor.post(link_in(mail))

    assert (confirmed.status_code, confirmed["Location"]) == (302, "/dashboard/")
    assert visitor.get("/dashboard/settings/").status_code == 200
    user = User.objects.get()
    assert EmailAddress.objects.get(user=user).verified
    assert [kind for kind, _ in events_of(user)] == ["signed_up", "email_verified", "signed_in"]


def test_the_page_asks_for_three_things(visitor: Client) -> None:
    page = text_of(visitor.get("/accounts/signup/"))

    for name in ("email", "password1", "is_old_enough"):
        assert page.count(f'name="{name}"') == 1
    assert 'name="password2"' not in page
    assert "data-reveals" in page


def test_when_the_age_was_confirmed_is_kept_and_nothing_more(visitor: Client) -> None:
    sign_up(visitor)

    user = User.objects.get()
    assert user.age_confirmed_at is not None
    assert timezone.now() - user.age_confirmed_at < timedelta(minutes=1)
    assert user.name == ""


def test_nothing_is_stored_of_somebody_who_is_not_13(visitor: Client) -> None:
    answer = visitor.post("/accounts/signup/", {"email": ADA, "password1": PASSWORD})

    assert "An account is for people of 13 and older. Nothing was stored." in text_of(answer)
    assert not User.objects.exists()
    assert mails_to() == []


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("email", "nonsense", "valid email address"),
        ("password1", "short", "at least 10 characters"),
        ("password1", "password12", "too common"),
        ("password1", "93847561029384", "entirely numeric"),
        ("password1", "ada@example.co", "too similar"),
    ],
)
def test_it_refuses(visitor: Client, field: str, value: str, error: str) -> None:
    answer = sign_up(visitor, **{field: value})

    assert error in text_of(answer)
    assert not User.objects.exists()


def test_nobody_is_in_before_the_link_is_opened(visitor: Client) -> None:
    sign_up(visitor)

    answer = sign_in(visitor)

    assert answer["Location"] == "/accounts/confirm-email/"
    assert visitor.get("/dashboard/settings/").status_code == 302


def test_opening_the_link_asks_before_it_confirms(visitor: Client) -> None:
    sign_up(visitor)

    page = visitor.get(link_in(mails_to()[0]))

    assert ADA in text_of(page)
    assert not EmailAddress.objects.get().verified


def test_a_link_opened_in_another_browser_confirms_and_signs_nobody_in(visitor: Client) -> None:
    sign_up(visitor)
    elsewhere = Client()

    elsewhere.post(link_in(mails_to()[0]))

    assert EmailAddress.objects.get().verified
    assert elsewhere.get("/dashboard/settings/").status_code == 302


def test_a_link_that_was_used_says_what_next(visitor: Client) -> None:
    sign_up(visitor)
    link = link_in(mails_to()[0])
    visitor.post(link)

    page = text_of(Client().get(link))

    assert "This link is over" in page
    assert "/accounts/login/" in page


def test_signing_in_has_another_link_sent_after_three_minutes(visitor: Client) -> None:
    sign_up(visitor)

    sign_in(visitor)
    assert len(mails_to()) == 1

    cache.clear()  # three minutes later
    sign_in(visitor)
    assert len(mails_to()) == 2


def test_a_second_sign_up_with_an_address_changes_nothing_and_is_told(visitor: Client) -> None:
    sign_up(visitor)
    visitor.post(link_in(mails_to()[0]))
    before = User.objects.values_list("password").get()

    answer = sign_up(Client(), password1="another four word phrase")

    assert answer["Location"] == "/accounts/confirm-email/"
    assert User.objects.values_list("password").get() == before


def test_two_forms_with_one_address_at_the_same_moment_make_one_account(visitor: Client) -> None:
    fields = {"email": ADA, "password1": PASSWORD, "is_old_enough": "on"}
    request = RequestFactory().post("/accounts/signup/", fields)
    request.session, request.user = SessionStore(), AnonymousUser()
    with request_context(request):
        form = SignUpForm(request.POST)
        assert form.is_valid(), "there is no such account yet"
        sign_up(visitor)
        view = SignUpView()
        view.setup(request)

        answer = view.form_valid(form)

    assert answer["Location"] == "/accounts/confirm-email/"
    assert User.objects.count() == 1


def test_without_a_mail_server_the_page_says_where_the_link_is(visitor: Client) -> None:
    page = text_of(sign_up(visitor, follow="yes") and visitor.get("/accounts/confirm-email/"))

    assert "this server has no mail server yet" in page
    assert "NAXIOS_EMAIL_URL" in page
