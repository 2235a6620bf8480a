"""Mail that tells people what happened to their account, so that they can act if it was not them."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string


def send(*, user: AbstractBaseUser, notice: str, context: Mapping[str, Any]) -> None:
    """Send ``accounts/mail/NOTICE.txt`` (its first line is the subject) once the transaction has committed."""
    text = render_to_string(f"accounts/mail/{notice}.txt", {"user": user, **context})
    subject, _, body = text.partition("\n")
    address = user.get_username()
    transaction.on_commit(lambda: send_mail(subject, body.lstrip("\n"), None, [address]))
