"""People with accounts, and what their browsers and mailboxes hold."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from naxios.accounts.models import SecurityEvent, User
from naxios.accounts.services import create_user
from naxios.mail.models import OutboxMail

PASSWORD = "four unrelated words"
ADA = "ada@example.com"

_LINK = re.compile(r"https?://[^/]+(/\S*)")


def person(email: str = ADA, *, password: str | None = PASSWORD, is_staff: bool = False) -> User:
    """An account whose address is verified."""
    return create_user(email=email, password=password, is_staff=is_staff, is_verified=True)


def sign_in(browser: Client, email: str = ADA, password: str = PASSWORD) -> Any:
    """Through the sign-in page, as people do."""
    return browser.post("/accounts/login/", {"login": email, "password": password})


def signed_in(email: str = ADA, **client: Any) -> Client:
    """A browser in which ``email`` has signed in."""
    browser = Client(**client)
    answer = sign_in(browser, email)
    assert answer.status_code == 302, answer.content.decode()
    return browser


def confirm(browser: Client, password: str = PASSWORD) -> Any:
    """Confirm that it is the same person, as dangerous pages ask for."""
    return browser.post("/accounts/reauthenticate/", {"password": password, "next": "/dashboard/security/"})


def sign_up(browser: Client, email: str = ADA, **more: str) -> Any:
    """Through the sign-up page."""
    return browser.post("/accounts/signup/", {"email": email, "password1": PASSWORD, "is_old_enough": "on", **more})


def mails_to(address: str = ADA) -> list[OutboxMail]:
    """The mails to ``address``, oldest first."""
    return list(OutboxMail.objects.filter(to=address).order_by("pk"))


def link_in(mail: OutboxMail) -> str:
    """The path of the first link in ``mail``."""
    found = _LINK.search(mail.body)
    assert found, mail.body
    return found.group(1)


def events_of(user: User) -> list[tuple[str, str]]:
    """Kind and detail of what happened to ``user``, oldest first."""
    return list(SecurityEvent.objects.filter(user=user).order_by("pk").values_list("kind", "detail"))


def text_of(answer: HttpResponse) -> str:
    """A page as text."""
    return answer.content.decode()
