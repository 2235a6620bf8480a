"""Mail that tells people what happened to their account, so that they can act if it was not them."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from naxios.mail import services as mail


def send(*, user: AbstractBaseUser, notice: str, context: Mapping[str, Any], to: str = "") -> None:
    """Write the mail ``accounts/mail/NOTICE.txt`` (its first line is the subject), as part of the present transaction.

    Parameters
    ----------
    to : another address than the account's present one.
    """
    known = {"user": user, "at": timezone.now()}
    mail.send(to=to or user.get_username(), template=f"accounts/mail/{notice}.txt", context={**known, **context})
