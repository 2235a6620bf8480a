"""What can be asked of accounts."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.paginator import Page, Paginator

from naxios.accounts.models import SecurityEvent, User
from naxios.discord import queries as discord
from naxios.errors import Refused
from naxios.keys import queries as keys

DIGITS_OF_DISCORD = 15
"""Discord's ids have at least so many digits; ours never will."""


def find(who: str) -> User:
    """The account behind an id, an e-mail address, the beginning of a key (``nx_…``), a Discord id or username.

    Raises
    ------
    Refused
        There is none, or more than one.
    """
    who = who.strip()
    if who.startswith("nx_"):
        owners = keys.owners_by_prefix(who)
        if len(owners) > 1:
            raise Refused(f"More than one account has a key that begins with {who}. Give more of it.")
        user = User.objects.filter(pk__in=owners).first()
    elif who.isascii() and who.isdigit() and len(who) < DIGITS_OF_DISCORD:
        user = User.objects.filter(pk=int(who)).first()
    elif "@" in who[1:]:
        user = User.objects.filter(email=who.lower()).first()
    else:
        user = _on_discord(who)
    if user is None:
        raise Refused(
            f"There is no account {who!r}. Name it by id, e-mail address, the beginning of a key, or its id or "
            "username on Discord."
        )
    return user


def _on_discord(who: str) -> User | None:
    owners = discord.owners(who)
    if len(owners) > 1:
        raise Refused(f"More than one account was seen as {who} on Discord. Give the Discord id.")
    return User.objects.filter(pk__in=owners).first()


def by_id(user_id: int) -> User | None:
    """The account with this id."""
    return User.objects.filter(pk=user_id).first()


def newest(most: int) -> list[User]:
    """The accounts that were made last, newest first."""
    return list(User.objects.order_by("-pk")[:most])


def staff_exists() -> bool:
    """Whether anyone can sign in to the staff console."""
    return User.objects.filter(is_staff=True).exists()


def by_email(email: str) -> User | None:
    """The account with this address, verified or not."""
    return User.objects.filter(email=email.lower()).first()


def is_address_verified(user: User) -> bool:
    """Whether the address of ``user`` was shown to be theirs."""
    return bool(EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists())


def has_passkey(user_id: int) -> bool:
    """Whether an account has a passkey."""
    return bool(Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.WEBAUTHN).exists())


def count() -> int:
    """Accounts there are."""
    return User.objects.count()


def made_since(moment: datetime) -> int:
    """How many accounts were made after ``moment``."""
    return User.objects.filter(created_at__gt=moment).count()


def emails(ids: Iterable[int]) -> dict[int, str]:
    """The addresses of those accounts of ``ids`` that there are; for staff alone."""
    return dict(User.objects.filter(pk__in=list(ids)).values_list("pk", "email"))


EVENTS_A_PAGE = 15


class Passkey(NamedTuple):
    """A passkey as its owner knows it."""

    number: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


class Factors(NamedTuple):
    """What an account has besides a password. ``codes_left`` is ``None`` where there are no recovery codes."""

    passkeys: list[Passkey]
    app: Authenticator | None
    codes_left: int | None


def factors(user: User) -> Factors:
    """The second factors of ``user``."""
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    codes = next((factor for factor in found if factor.type == Authenticator.Type.RECOVERY_CODES), None)
    return Factors(
        [
            Passkey(factor.pk, factor.wrap().name, factor.created_at, factor.last_used_at)
            for factor in found
            if factor.type == Authenticator.Type.WEBAUTHN
        ],
        next((factor for factor in found if factor.type == Authenticator.Type.TOTP), None),
        len(codes.wrap().get_unused_codes()) if codes else None,
    )


def security_events(user: User, number: str | int) -> "Page[SecurityEvent]":
    """A page of what happened to ``user``, newest first."""
    return Paginator(SecurityEvent.objects.filter(user=user).order_by("-at", "-pk"), EVENTS_A_PAGE).get_page(number)
