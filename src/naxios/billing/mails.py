"""Mail about money: ``billing/mail/NAME.txt``, through the outbox, in the transaction of its cause."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from naxios import config
from naxios.mail import services as outbox


def send(*, user: AbstractBaseUser, mail: str, context: Mapping[str, Any]) -> None:
    """Write a mail to ``user``."""
    outbox.send(to=user.get_username(), template=f"billing/mail/{mail}.txt", context=context)


def absolute(url: str) -> str:
    """``url`` for a mail: addresses of our own pages are kept without the host."""
    return config.load().address + url if url.startswith("/") else url
