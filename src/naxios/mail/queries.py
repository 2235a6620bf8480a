"""What can be asked of the outbox."""

import re
from typing import NamedTuple

from django.conf import settings
from django.core.paginator import Page, Paginator

from naxios.encryption import CannotDecrypt
from naxios.mail.models import OutboxMail

MAILS_A_PAGE = 50
_LINK = re.compile(r"https?://\S+")


class Announcement(NamedTuple):
    """A mail as the terminal names it: enough to go on without a mail server, and no full address."""

    number: int
    to: str
    subject: str
    link: str


def page(number: str | int) -> "Page[OutboxMail]":
    """The mails, newest first."""
    return Paginator(OutboxMail.objects.order_by("-created_at", "-pk"), MAILS_A_PAGE).get_page(number)


def by_id(number: int) -> OutboxMail | None:
    """One mail."""
    return OutboxMail.objects.filter(pk=number).first()


def readable_text(mail: OutboxMail) -> str:
    """The text of ``mail`` for staff. Empty where mail is delivered: then it is between the server and its reader."""
    return "" if settings.EMAIL_IS_DELIVERED else _text(mail)


def latest() -> int:
    """The number of the newest mail; 0 if there is none."""
    newest = OutboxMail.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def announcements(after: int) -> list[Announcement]:
    """The mails with a link that were written after mail number ``after``, oldest first."""
    return [
        Announcement(mail.pk, masked(mail.to), mail.subject, link.group())
        for mail in OutboxMail.objects.filter(pk__gt=after).order_by("pk")
        if (link := _LINK.search(_text(mail)))
    ]


def _text(mail: OutboxMail) -> str:
    try:
        return mail.body
    except CannotDecrypt:
        return ""  # written under another secret key


def masked(address: str) -> str:
    """``ada@example.com`` -> ``a…@example.com``."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"
