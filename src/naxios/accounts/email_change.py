"""Changing the e-mail address: asked for by its owner, done once the new address has shown that it reaches them.

Until then the new address is not stored as an address of the account, so nobody can occupy one that is not theirs.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from naxios.accounts import events, links, notices
from naxios.accounts.models import EmailChange, User
from naxios.accounts.origin import NOWHERE, Origin
from naxios.errors import Refused
from naxios.mail import services as mail

_OVER = "This link is over: it works once, for three days, and only the last one counts. Ask for another in settings."


def pending(user: User) -> EmailChange | None:
    """The change that ``user`` has asked for and not confirmed yet."""
    return EmailChange.objects.filter(user=user).first()


@transaction.atomic
def request(*, user: User, email: str) -> None:
    """Send a link to ``email`` with which ``user`` can begin to use it.

    Somebody who has an account with it gets a mail that says so; the answer here is the same.

    Raises
    ------
    Refused
        It is not an address, or the present one.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("This is not an e-mail address.") from None
    if email == user.email:
        raise Refused("This is your address already.")
    EmailChange.objects.filter(user=user).delete()
    change = EmailChange.objects.create(user=user, email=email)
    if _is_taken(email):
        mail.send(to=email, template="accounts/mail/email_taken.txt", context={})
    else:
        context = {"user": user, "path": links.email_change_path(change)}
        mail.send(to=email, template="accounts/mail/email_change.txt", context=context)


@transaction.atomic
def cancel(*, user: User) -> None:
    """Keep the present address."""
    EmailChange.objects.filter(user=user).delete()


def of_token(token: str) -> EmailChange:
    """The change that the link with ``token`` confirms.

    Raises
    ------
    Refused
        The link is over.
    """
    number = links.email_change_of(token)
    try:
        return EmailChange.objects.select_related("user").get(pk=number or 0)
    except EmailChange.DoesNotExist:
        raise Refused(_OVER) from None


@transaction.atomic
def confirm(*, token: str, origin: Origin = NOWHERE) -> User:
    """Use the new address from now on, and tell the old one.

    Raises
    ------
    Refused
        The link is over, or somebody else was faster to use the address.
    """
    change = of_token(token)
    user, old = change.user, change.user.email
    change.delete()
    if _is_taken(change.email):
        raise Refused(_OVER)
    user.email = change.email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
            EmailAddress.objects.filter(user=user).delete()
            EmailAddress.objects.create(user=user, email=change.email, primary=True, verified=True)
    except IntegrityError:
        raise Refused(_OVER) from None
    events.record(user=user, kind=events.Kind.EMAIL_CHANGED, detail=f"from {old} to {change.email}", origin=origin)
    notices.send(user=user, notice="email_changed", to=old, context={"new_email": change.email, "origin": origin})
    return user


def forget_old() -> int:
    """Delete changes whose links are over; returns how many."""
    oldest = timezone.now() - timedelta(seconds=links.EMAIL_CHANGE_SECONDS)
    return EmailChange.objects.filter(requested_at__lt=oldest).delete()[0]


def _is_taken(email: str) -> bool:
    return User.objects.filter(email=email).exists() or EmailAddress.objects.filter(email=email).exists()
